"""Whom a school teaches: ages, number of pupils, free meals, boys and girls, selection, sixth form.

What belongs here: draws about pupils. What does not: who runs the school (`governance`), how well it does
(`judgements`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from warehouse.sample.model import Flags, Floats, Ints, Places, Texts, pick, scaled, stream

# Authorities (DfE numbers) that keep first and middle schools, and those that keep grammar schools.
_THREE_TIER = ["823", "826", "838", "860", "885", "928", "929"]
_SELECTIVE = ["305", "314", "319", "353", "358", "825", "855", "881", "882", "886", "887", "925", "937"]
_MIDDLE, _ALL_THROUGH, _MIDDLE_DEEMED_PRIMARY = 87, 160, 7  # per England

_PRIMARY_LOW = {"2": 0.10, "3": 0.41, "4": 0.40, "5": 0.09}
_SECONDARY_AGES = {"11-16": 0.375, "11-18": 0.515, "11-19": 0.085, "14-19": 0.013, "13-18": 0.012}
_SPECIAL_AGES = {
    "2-19": 0.22,
    "11-19": 0.19,
    "3-19": 0.13,
    "4-19": 0.13,
    "11-16": 0.1,
    "2-11": 0.1,
    "4-16": 0.07,
    "5-16": 0.06,
}
_AP_AGES = {"11-16": 0.42, "5-16": 0.34, "4-16": 0.1, "5-11": 0.08, "14-16": 0.06}
_ALL_THROUGH_AGES = {"4-18": 0.4, "4-16": 0.2, "3-16": 0.15, "3-19": 0.25}
# Children of a year group in forms of 30, by setting: villages have half a form, conurbations two.
_FORMS = {
    "A": {"1": 0.24, "1.5": 0.12, "2": 0.42, "3": 0.19, "4": 0.03},
    "B": {"1": 0.34, "1.5": 0.16, "2": 0.38, "3": 0.12},
    "C": {"0.7": 0.06, "1": 0.39, "1.5": 0.14, "2": 0.33, "3": 0.08},
    "D": {"0.5": 0.14, "0.7": 0.2, "1": 0.46, "1.5": 0.12, "2": 0.08},
    "E": {"0.1": 0.05, "0.2": 0.11, "0.3": 0.18, "0.5": 0.38, "0.7": 0.16, "1": 0.12},
}
_FSM_LOG_ODDS = {"A": -1.02, "B": -1.0, "C": -1.36, "D": -1.72, "E": -2.05}  # 28, 28, 22, 17, 13 % in the middle


class Intake(NamedTuple):
    """One element per school; ages in years, free meals in percent (nan: not known), pupils -1 where not known."""

    phase_code: Texts
    stage: Texts  # infant, junior, first, middle, grammar or ""
    low: Ints
    high: Ints
    pupils: Ints
    fsm: Floats
    gender: Texts
    admissions: Texts
    has_sixth_form: Flags


def draw_intake(places: Places, la_code: Texts, schools: int, seed: int) -> Intake:
    """Draw the pupils of every school; `schools` is the size of the sample, for counts given per England."""
    rng = stream(seed, 2)
    kind, letter = places.kind, places.class_2011.astype("<U1")
    phase_code, stage = _phases(rng, kind, letter, np.isin(la_code, _THREE_TIER), schools)
    share_selective = np.where(np.isin(la_code, _SELECTIVE), 0.27, 0.012)
    is_grammar = (phase_code == "4") & (rng.random(len(kind)) < share_selective)
    stage = np.where(is_grammar, "grammar", stage)
    low, high = _ages(rng, kind, phase_code, stage)
    size = len(kind)
    fsm = _free_meals(rng, places, la_code, is_grammar)
    single = rng.random(size) < np.where(is_grammar, 0.5, np.where(phase_code == "4", 0.09, 0.001))
    draw = rng.random(size)
    is_secondary = kind == "secondary"
    return Intake(
        phase_code,
        stage,
        low,
        high,
        _pupils(rng, kind, phase_code, letter, low, high),
        fsm,
        np.where(single, np.where(draw < 0.45, "1", "2"), "3"),
        np.select(
            [is_grammar, is_secondary & (draw < 0.92), is_secondary, kind == "independent"],
            ["Selective", "Non-selective", "Unknown", np.where(draw < 0.5, "Selective", "Non-selective")],
            "Not applicable",
        ),
        (is_secondary | (kind == "sixteen_plus")) & (high >= 18),
    )


def _phases(rng: np.random.Generator, kind: Texts, letter: Texts, is_three_tier: Flags, schools: int) -> tuple[Texts, Texts]:
    """Return the phase code of GIAS and the stage of schools that teach part of a phase."""
    codes = {"primary": "2", "secondary": "4", "nursery": "1", "sixteen_plus": "6"}
    phase = np.array([codes.get(each, "0") for each in kind.tolist()])
    middle = _some(rng, (kind == "secondary") & is_three_tier, scaled(_MIDDLE, schools))
    phase[middle] = "5"
    phase[_some(rng, phase == "4", scaled(_ALL_THROUGH, schools))] = "7"
    phase[_some(rng, (phase == "2") & is_three_tier, scaled(_MIDDLE_DEEMED_PRIMARY, schools))] = "3"
    draw = rng.random(len(kind))
    is_primary, is_urban = phase == "2", np.isin(letter, ["A", "B", "C"])
    stage = np.select(
        [
            (phase == "5") | (phase == "3"),
            is_primary & is_three_tier & (draw > 0.72),
            is_primary & (draw < np.where(is_urban, 0.085, 0.03)),
            is_primary & (draw < np.where(is_urban, 0.155, 0.06)),
        ],
        ["middle", "first", "infant", "junior"],
        "",
    )
    return phase, stage


def _some(rng: np.random.Generator, among: Flags, count: int) -> Ints:
    rows = np.flatnonzero(among)
    return np.asarray(rng.permutation(rows)[:count])


def _ages(rng: np.random.Generator, kind: Texts, phase: Texts, stage: Texts) -> tuple[Ints, Ints]:
    size = len(kind)
    whole = np.char.add(pick(rng, _PRIMARY_LOW, size), "-11")
    infant = np.char.add(pick(rng, {"2": 0.1, "3": 0.4, "4": 0.28, "5": 0.22}, size), "-7")
    first = np.char.add(pick(rng, _PRIMARY_LOW, size), "-9")
    ages = np.select(
        [
            kind == "nursery",
            kind == "special",
            kind == "alternative_provision",
            kind == "sixteen_plus",
            phase == "7",
            stage == "middle",
            stage == "infant",
            stage == "junior",
            stage == "first",
            phase == "4",
            phase == "2",
        ],
        [
            pick(rng, {"2-5": 0.6, "3-5": 0.3, "2-4": 0.1}, size),
            pick(rng, _SPECIAL_AGES, size),
            pick(rng, _AP_AGES, size),
            np.full(size, "16-19"),
            pick(rng, _ALL_THROUGH_AGES, size),
            np.full(size, "9-13"),
            infant,
            np.full(size, "7-11"),
            first,
            pick(rng, _SECONDARY_AGES, size),
            whole,
        ],
        "3-18",
    )
    low_high = np.array([age.split("-") for age in ages.tolist()], dtype=np.int64)
    return low_high[:, 0], low_high[:, 1]


def _pupils(rng: np.random.Generator, kind: Texts, phase: Texts, letter: Texts, low: Ints, high: Ints) -> Ints:
    """Return the number on roll: forms of 30 for primaries, a spread about the usual size for the others."""
    size = len(kind)
    forms = np.select([letter == at for at in _FORMS], [pick(rng, share, size) for share in _FORMS.values()], "1")
    years = np.maximum(high - np.maximum(low, 4), 1)
    nursery_class = np.where(low < 4, 26.0, 0.0)
    full = rng.beta(9, 1.1, size)  # most schools are nearly full, some are half empty
    primary = forms.astype(np.float64) * (30.0 * years + nursery_class) * full
    usual = np.select(
        [phase == "7", phase == "5", kind == "secondary", kind == "nursery", kind == "alternative_provision"],
        [1300.0, 520.0, 1060.0, 94.0, 38.0],
        np.select([kind == "special", kind == "independent", kind == "welsh"], [128.0, 190.0, 60.0], 700.0),
    )
    spread = np.select([kind == "secondary", kind == "nursery", kind == "special"], [0.36, 0.36, 0.55], 0.7)
    rural = np.where((kind == "secondary") & ((letter == "D") | (letter == "E")), 0.75, 1.0)
    other = usual * rural * np.exp(spread * np.clip(rng.normal(size=size), -2.5, 2.2) - spread**2 / 2)
    pupils = np.where(kind == "primary", primary, other)
    return np.asarray(np.maximum(np.rint(pupils), 6).astype(np.int64))


def _free_meals(rng: np.random.Generator, places: Places, la_code: Texts, is_grammar: Flags) -> Floats:
    """Return the share of pupils with free school meals: by setting, authority, neighbourhood of 4 km and school."""
    size = len(la_code)
    letter = places.class_2011.astype("<U1")
    # one draw for each possible authority number and each square: whatever is in the sample, the draws stay the same
    authority = rng.normal(scale=0.33, size=1000)[la_code.astype(np.int64)]
    square = rng.normal(scale=0.40, size=(170, 170))[places.easting // 4000, places.northing // 4000]
    base = np.select([letter == at for at in _FSM_LOG_ODDS], list(_FSM_LOG_ODDS.values()), -1.2)
    base = base + np.select(
        [places.kind == "special", places.kind == "alternative_provision", places.kind == "nursery", is_grammar],
        [1.2, 1.5, -1.6, -1.7],
        0.0,
    )
    log_odds = base + authority + square + rng.normal(scale=0.55, size=size)
    fsm = np.round(100.0 / (1.0 + np.exp(-log_odds)), 1)
    is_unknown = (rng.random(size) < 0.05) | np.isin(places.kind, ["independent", "welsh"])
    return np.asarray(np.where(is_unknown, np.nan, fsm))
