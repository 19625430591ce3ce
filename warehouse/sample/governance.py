"""Who runs a school: its faith, whether it is an academy, its legal type and when it opened as what it is today.

What belongs here: draws about the school as an institution, and the names of the types. What does not: which trust
(`trusts`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from warehouse.sample.model import NO_DAY, Days, Flags, Floats, Places, Texts, pick, stream


class SchoolType(NamedTuple):
    """A type of establishment: its name in GIAS, its name at Ofsted ("" where not inspected there) and its group."""

    gias: str
    ofsted: str
    group_code: str
    group_name: str


_MAINTAINED = ("4", "Local authority maintained schools")
_SPECIAL = ("5", "Special schools")
_ACADEMY = ("10", "Academies")
_FREE = ("11", "Free Schools")
_INDEPENDENT = ("3", "Independent schools")
TYPES = {
    "01": SchoolType("Community school", "Community School", *_MAINTAINED),
    "02": SchoolType("Voluntary aided school", "Voluntary Aided School", *_MAINTAINED),
    "03": SchoolType("Voluntary controlled school", "Voluntary Controlled School", *_MAINTAINED),
    "05": SchoolType("Foundation school", "Foundation School", *_MAINTAINED),
    "07": SchoolType("Community special school", "Community Special School", *_SPECIAL),
    "08": SchoolType("Non-maintained special school", "Non-Maintained Special School", *_SPECIAL),
    "10": SchoolType("Other independent special school", "", *_SPECIAL),
    "11": SchoolType("Other independent school", "", *_INDEPENDENT),
    "12": SchoolType("Foundation special school", "Foundation Special School", *_SPECIAL),
    "14": SchoolType("Pupil referral unit", "Pupil Referral Unit", *_MAINTAINED),
    "15": SchoolType("Local authority nursery school", "LA Nursery School", *_MAINTAINED),
    "28": SchoolType("Academy sponsor led", "Academy Sponsor Led", *_ACADEMY),
    "30": SchoolType("Welsh establishment", "", "6", "Welsh schools"),
    "33": SchoolType("Academy special sponsor led", "Academy Special Sponsor Led", *_ACADEMY),
    "34": SchoolType("Academy converter", "Academy Converter", *_ACADEMY),
    "35": SchoolType("Free schools", "Free School", *_FREE),
    "36": SchoolType("Free schools special", "Free School Special", *_FREE),
    "38": SchoolType("Free schools alternative provision", "Free School - Alternative Provision", *_FREE),
    "39": SchoolType("Free schools 16 to 19", "", *_FREE),
    "40": SchoolType("University technical college", "University Technical College", *_FREE),
    "41": SchoolType("Studio schools", "Studio School", *_FREE),
    "42": SchoolType("Academy alternative provision converter", "Academy Alternative Provision Converter", *_ACADEMY),
    "43": SchoolType("Academy alternative provision sponsor led", "Academy Alternative Provision Sponsor Led", *_ACADEMY),
    "44": SchoolType("Academy special converter", "Academy Special Converter", *_ACADEMY),
    "45": SchoolType("Academy 16-19 converter", "", *_ACADEMY),
    "46": SchoolType("Academy 16 to 19 sponsor led", "", *_ACADEMY),
}
CONVERTERS, SPONSORED = ["34", "42", "44", "45"], ["28", "33", "43", "46"]
FREE_SCHOOLS = ["35", "36", "38", "39", "40", "41"]
ACADEMIES = [*CONVERTERS, *SPONSORED, *FREE_SCHOOLS]

_COFE_SHARE = {"A": 0.15, "B": 0.17, "C": 0.20, "D": 0.37, "E": 0.61}  # of primaries, by setting
_CATHOLIC_SHARE = {"A": 0.145, "B": 0.11, "C": 0.105, "D": 0.045, "E": 0.015}
_RARE_FAITHS = {
    "Jewish": 0.2, "Muslim": 0.17, "Christian": 0.28, "Church of England/Methodist": 0.2, "Methodist": 0.12,
    "Sikh": 0.03,
}  # fmt: skip
_ACADEMY_SHARE = {"primary": 0.47, "secondary": 0.79, "special": 0.43, "alternative_provision": 0.45}
_FREE_SHARE = {"primary": 0.017, "secondary": 0.078, "special": 0.11, "alternative_provision": 0.16}
_ACADEMY_TYPES = {
    "primary": {"34": 0.76, "28": 0.24},
    "secondary": {"34": 0.68, "28": 0.32},
    "special": {"44": 0.77, "33": 0.23},
    "alternative_provision": {"42": 0.72, "43": 0.28},
}
_CONVERTED = {
    "2011": 13, "2012": 9.5, "2013": 7, "2014": 6, "2015": 5.5, "2016": 8, "2017": 9, "2018": 9, "2019": 6.7,
    "2020": 3, "2021": 4, "2022": 4, "2023": 4.3, "2024": 6.6, "2025": 4,
}  # fmt: skip
_SPONSORED_SINCE = {
    "2007": 2.5, "2009": 4, "2011": 2, "2012": 8, "2013": 12.5, "2014": 11, "2015": 9, "2016": 7.5, "2017": 10,
    "2018": 10, "2019": 5, "2020": 3.4, "2021": 2.5, "2022": 2.3, "2023": 2.7, "2024": 5.3, "2025": 1.2,
}  # fmt: skip
_FOUNDED = {
    "2011": 4, "2012": 6.5, "2013": 11, "2014": 10, "2015": 8, "2016": 8, "2017": 7.5, "2018": 10, "2019": 10,
    "2020": 8, "2021": 7, "2022": 5, "2023": 3, "2024": 3, "2025": 1,
}  # fmt: skip
_MONTHS = {"09": 0.48, "01": 0.08, "02": 0.06, "03": 0.05, "04": 0.1, "06": 0.05, "07": 0.06, "08": 0.06, "11": 0.06}


class Governance(NamedTuple):
    """One element per school; `opened` is NaT where GIAS has no date."""

    faith: Texts
    type_code: Texts
    opened: Days


def draw_governance(places: Places, la_code: Texts, phase_code: Texts, seed: int) -> Governance:
    """Draw faith, type and opening date of every school."""
    rng = stream(seed, 3)
    kind = places.kind
    faith = _faiths(rng, kind, places.class_2011.astype("<U1"))
    # authorities differ: some have hardly an academy left to make, some hardly one made
    lean = rng.normal(scale=0.17, size=1000)[la_code.astype(np.int64)]
    type_code = _types(rng, kind, phase_code, faith, lean)
    is_academy = np.isin(type_code, ACADEMIES)
    is_unrecorded = rng.random(len(kind)) < np.select([kind == "secondary", kind == "primary"], [0.4, 0.08], 0.1)
    faith = np.where(is_unrecorded & is_academy & (faith == "Does not apply"), "", faith)
    return Governance(faith, type_code, _opened(rng, type_code, is_academy))


def _faiths(rng: np.random.Generator, kind: Texts, letter: Texts) -> Texts:
    draw, size = rng.random(len(kind)), len(kind)
    is_primary, is_secondary = kind == "primary", kind == "secondary"
    anglican = np.select([letter == at for at in _COFE_SHARE], list(_COFE_SHARE.values()), 0.2)
    anglican = np.where(is_primary, anglican, np.where(is_secondary, 0.055, 0.0))
    catholic = np.select([letter == at for at in _CATHOLIC_SHARE], list(_CATHOLIC_SHARE.values()), 0.1)
    catholic = np.where(is_primary, catholic, np.where(is_secondary, 0.09, 0.0))
    rare = np.where(is_primary, 0.013, np.where(is_secondary, 0.035, 0.0))
    return np.select(
        [draw < anglican, draw < anglican + catholic, draw < anglican + catholic + rare],
        ["Church of England", "Roman Catholic", pick(rng, _RARE_FAITHS, size)],
        "Does not apply",
    )


def _types(rng: np.random.Generator, kind: Texts, phase: Texts, faith: Texts, lean: Floats) -> Texts:
    size, draw = len(kind), rng.random(len(kind))
    free = np.select([kind == each for each in _FREE_SHARE], list(_FREE_SHARE.values()), 0.0)
    free = np.where((faith == "Church of England") | (faith == "Roman Catholic"), 0.0, free)
    academy = np.select([kind == each for each in _ACADEMY_SHARE], list(_ACADEMY_SHARE.values()), 0.0)
    academy = np.where(academy > 0, np.clip(academy + lean, 0.06, 0.97), 0.0)
    converted = np.select(
        [kind == each for each in _ACADEMY_TYPES], [pick(rng, share, size) for share in _ACADEMY_TYPES.values()], ""
    )
    founded = np.select(
        [kind == "special", kind == "alternative_provision", phase == "4"],
        ["36", "38", pick(rng, {"35": 0.75, "40": 0.17, "41": 0.08}, size)],
        "35",
    )
    is_voluntary_controlled = (faith == "Church of England") & (rng.random(size) < 0.53)
    is_faith = ~np.isin(faith, ["Does not apply", ""])
    maintained = np.select(
        [
            kind == "special",
            kind == "alternative_provision",
            kind == "nursery",
            kind == "sixteen_plus",
            kind == "independent",
            kind == "welsh",
            is_voluntary_controlled,
            is_faith,
        ],
        [
            pick(rng, {"07": 0.78, "12": 0.13, "08": 0.09}, size),
            np.full(size, "14"),
            np.full(size, "15"),
            pick(rng, {"45": 0.52, "39": 0.45, "46": 0.03}, size),
            pick(rng, {"11": 0.67, "10": 0.33}, size),
            np.full(size, "30"),
            np.full(size, "03"),
            np.full(size, "02"),
        ],
        np.where(rng.random(size) < np.where(kind == "secondary", 0.28, 0.075), "05", "01"),
    )
    return np.where(draw < free, founded, np.where(draw < free + academy, converted, maintained))


def _opened(rng: np.random.Generator, type_code: Texts, is_academy: Flags) -> Days:
    """Return the first of a month; maintained schools mostly have none in GIAS. Nothing after 1 September 2025."""
    size = len(type_code)
    year = np.select(
        [np.isin(type_code, SPONSORED), np.isin(type_code, FREE_SCHOOLS), is_academy],
        [pick(rng, _SPONSORED_SINCE, size), pick(rng, _FOUNDED, size), pick(rng, _CONVERTED, size)],
        pick(rng, {"1959": 3, "1965": 2, "1976": 3, "1994": 2, "2003": 4, "2008": 4, "2016": 1}, size),
    )
    month = np.where(np.isin(type_code, FREE_SCHOOLS), "09", pick(rng, _MONTHS, size))
    is_this_year = year == "2025"  # the register is of September 2025, when only some had opened
    month = np.where(is_this_year & ((month == "11") | (rng.random(size) < 0.6)), "04", month)
    days = np.array([f"{at}-{of}-01" for at, of in zip(year.tolist(), month.tolist(), strict=True)], dtype="M8[D]")
    is_known = is_academy | (rng.random(size) < 0.12)
    return np.where(is_known, days, NO_DAY)
