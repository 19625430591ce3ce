"""How pupils did: key stage 2 in 2024/25 and key stage 4 in 2023/24, by school.

What belongs here: figures. What does not: how the publisher writes them (`result_files`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.sample.governance import FREE_SCHOOLS
from warehouse.sample.judgements import Quality
from warehouse.sample.model import Days, Flags, Floats, Ints, Schools, stream

KS2_SUBJECTS = ("Reading", "Writing", "Maths", "Grammar, punctuation and spelling")
_MISSED_MEET = (0.40, 0.30, 0.34, 0.30)  # share of those who miss the joint standard that meet the subject's
_KS2_DAY = np.datetime64("2025-05-12", "D")  # the tests
_KS4_DAY = np.datetime64("2024-05-09", "D")  # the examinations


@dataclass(frozen=True)
class KeyStage2:
    """One element per school with results: counts of pupils at the expected standard (and the higher one)."""

    school: Ints  # row in Schools
    cohort: Ints
    expected: Ints  # in reading, writing and maths together
    higher: Ints
    by_subject: Ints  # subjects of KS2_SUBJECTS by schools
    scaled_reading: Ints
    scaled_maths: Ints
    disadvantaged_percent: Ints  # -1: too few pupils


@dataclass(frozen=True)
class KeyStage4:
    """One element per school with results; nan where the publisher writes z (not applicable)."""

    school: Ints
    cohort: Ints
    attainment8: Floats
    progress8: Floats
    margin: Floats  # half the width of the 95 % interval of Progress 8
    included_percent: Floats
    basics_94_percent: Floats
    basics_95_percent: Floats
    ebacc_percent: Floats
    ebacc_points: Floats


def draw_key_stage_2(schools: Schools, quality: Quality, seed: int) -> KeyStage2:
    """Draw the results of schools with children of eleven: about 62 % reach the joint standard, sd about 15."""
    rng = stream(seed, 10)
    takes = np.isin(schools.kind, ["primary", "secondary"]) & (schools.low <= 10) & (schools.high >= 11)
    is_there = takes & schools.is_state & ~(_founded(schools) > _KS2_DAY)
    school = np.flatnonzero(is_there & (rng.random(len(takes)) < 0.985))
    size = len(school)
    years = schools.high[school] - np.maximum(schools.low[school], 4)
    filled = 0.82 + 0.36 * rng.random(size)  # year groups differ from year to year
    cohort = np.maximum(np.rint(schools.pupils[school] / np.maximum(years, 1) * filled), 1).astype(np.int64)
    ability = _ability(rng, schools, quality, school, follows=0.42)
    expected = rng.binomial(cohort, _logistic(0.55 + 0.54 * ability))
    missed = cohort - expected
    by_subject = np.array([expected + rng.binomial(missed, share) for share in _MISSED_MEET])
    # whoever missed the joint standard missed at least one of its three subjects
    surplus = np.maximum(missed - (3 * cohort - by_subject[:3].sum(axis=0)), 0)
    by_subject[1] -= np.minimum(surplus, by_subject[1] - expected)
    needy = np.nan_to_num(schools.fsm[school], nan=20.0) / 100.0 * cohort
    gap = _logistic(-0.1 + 0.54 * ability + 0.45 * rng.normal(size=size))
    return KeyStage2(
        school=school,
        cohort=cohort,
        expected=expected,
        higher=rng.binomial(expected, _logistic(-2.0 + 0.45 * ability)),
        by_subject=by_subject,
        scaled_reading=_scaled_score(rng, by_subject[0], cohort),
        scaled_maths=_scaled_score(rng, by_subject[2], cohort),
        disadvantaged_percent=np.where((needy >= 5.5) & (cohort > 10), np.rint(100 * gap).astype(np.int64), -1),
    )


def draw_key_stage_4(schools: Schools, quality: Quality, seed: int) -> KeyStage4:
    """Draw the results of schools with pupils of sixteen: Attainment 8 about 46 (sd 10), Progress 8 about 0 (0.45)."""
    rng = stream(seed, 11)
    takes = (schools.kind == "secondary") & (schools.low <= 14) & (schools.high >= 16) & schools.is_state
    founded = _founded(schools)
    school = np.flatnonzero(takes & ~(founded > _KS4_DAY))
    size = len(school)
    share_of_year = np.where(schools.low[school] < 11, 0.075, 0.168)
    filled = 0.85 + 0.3 * rng.random(size)
    cohort = np.maximum(np.rint(schools.pupils[school] * share_of_year * filled), 8).astype(np.int64)
    is_grammar = schools.admissions[school] == "Selective"
    ability = _ability(rng, schools, quality, school, follows=0.6)
    progress = np.round(0.43 * ability + 0.28 * is_grammar, 2)
    fsm = np.nan_to_num(schools.fsm[school], nan=24.0)
    attainment = 49.6 - 0.16 * fsm + 9.0 * progress + 14.0 * is_grammar + 5.8 * rng.normal(size=size)
    attainment = np.clip(attainment, 12.0, 88.0)
    # pupils of a school that opened within five years had no full course there
    is_new = founded[school] > np.datetime64("2019-09-01", "D")
    has_none: Flags = is_new | (rng.random(size) < 0.062)
    entered = rng.normal(size=size)
    columns = {
        "attainment8": attainment,
        "progress8": progress,
        "margin": 2.86 / np.sqrt(cohort * 0.97),
        "included_percent": np.clip(np.rint(96.5 - 3.0 * np.abs(entered) - 0.03 * fsm), 60, 100),
        "basics_94_percent": np.clip(66 + 1.45 * (attainment - 46.5) + 3 * rng.normal(size=size), 0, 100),
        "basics_95_percent": np.clip(46 + 1.7 * (attainment - 46.5) + 3 * rng.normal(size=size), 0, 100),
        "ebacc_percent": np.clip(40 + 1.2 * (attainment - 46.5) + 22 * entered, 0, 100),
        "ebacc_points": np.clip(4.1 + 0.1 * (attainment - 46.5) + 0.12 * rng.normal(size=size), 0, 9),
    }
    return KeyStage4(school=school, cohort=cohort, **{name: np.where(has_none, np.nan, v) for name, v in columns.items()})


def _founded(schools: Schools) -> Days:
    """Return when each school came into being: for an academy long before it became one."""
    is_new = np.isin(schools.type_code, FREE_SCHOOLS)
    return np.asarray(np.where(is_new, schools.opened, np.datetime64("1990-01-01", "D")))


def _ability(rng: np.random.Generator, schools: Schools, quality: Quality, school: Ints, follows: float) -> Floats:
    """Return how well pupils do against others, sd about 1: `follows` the school's quality, less with poverty."""
    need = (np.nan_to_num(schools.fsm[school], nan=23.0) - 23.0) / 14.0
    apart = np.sqrt(1.0 - follows**2)
    return np.asarray(follows * quality.now[school] + apart * rng.normal(size=len(school)) - 0.28 * need)


def _scaled_score(rng: np.random.Generator, met: Ints, cohort: Ints) -> Ints:
    """Return the mean scaled score (80 to 120): 105 where three in four meet the standard."""
    score = 105.2 + 17.0 * (met / cohort - 0.76) + 0.9 * rng.normal(size=len(cohort))
    return np.asarray(np.clip(np.rint(score), 85, 118).astype(np.int64))


def _logistic(value: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-value)))
