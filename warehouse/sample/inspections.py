"""When schools were inspected: days in term, by grade, and the sequence previous, latest, ungraded.

What belongs here: dates. What does not: the judgements made on them (`judgements`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from warehouse.sample.governance import FREE_SCHOOLS
from warehouse.sample.model import NO_DAY, Days, Floats, Ints, Schools, pick, stream

AS_AT = np.datetime64("2025-08-31", "D")
LAST_DAY = np.datetime64("2025-07-17", "D")  # the last inspections before the file are published by then
NO_HEADLINE_SINCE = np.datetime64("2024-09-01", "D")
FRAMEWORK_2019 = np.datetime64("2019-09-01", "D")
_FIRST_DAY = np.datetime64("2006-01-10", "D")
# Percent of each grade's latest graded inspections by year; "a" and "b" before and after headline grades ended.
# Schools below good are seen again within 30 months, good ones were long only checked. Shape of Ofsted's file of August 2025.
_YEARS = {
    1: "2011 1,2012 3,2013 4,2014 4,2015 3,2016 4,2017 8,2018 4,2019 7,2020 1,2021 2,2022 6,2023 17,2024a 16,2024b 8,2025 12",
    2: "2010 1,2011 2,2012 5,2013 8,2014 7,2015 5,2016 5,2017 5,2018 4,2019 6,2020 2,2021 3,2022 11,2023 16,2024a 9,2024b 4,2025 7",
    3: "2019 1,2020 1,2021 3,2022 7,2023 33,2024a 23,2024b 12,2025 20",
    4: "2021 6,2022 33,2023 27,2024a 14,2024b 8,2025 12",
}


class Inspections(NamedTuple):
    """One element per school; NaT where there was none."""

    latest: Days
    previous: Days
    ungraded: Days


def draw_inspections(schools: Schools, grade: Ints, seed: int) -> Inspections:
    """Draw the days of each school's latest graded, previous graded and latest ungraded inspection.

    A new school without a predecessor is first inspected in its second to fourth year, so some have not been yet.
    """
    rng = stream(seed, 7)
    term = term_days()
    size = len(grade)
    year = np.full(size, "2025", dtype="<U5")
    for each, text in _YEARS.items():
        weights = {part.split()[0]: float(part.split()[1]) for part in text.split(",")}
        year = np.where(grade == each, pick(rng, weights, size), year)
    latest = _day_in(term, year.tolist(), rng.random(size))
    began: Days = np.where(np.isin(schools.type_code, FREE_SCHOOLS), schools.opened, np.datetime64("1990-01-01", "D"))
    settled: Days = np.asarray(began + np.timedelta64(500, "D"))
    first_visit = began + (500 + 700 * rng.random(size)).astype("m8[D]")
    latest = np.where(latest < settled, _next_term_day(term, first_visit), latest)
    is_young = schools.opened > np.datetime64("2019-08-31", "D")
    is_unseen = is_young & (rng.random(size) < 0.02)  # nothing to carry over from a predecessor either
    latest = np.where((latest > LAST_DAY) | is_unseen, NO_DAY, latest)

    lasted = np.where(np.isnat(latest), 0.0, (latest - _FIRST_DAY) / np.timedelta64(1, "D"))
    longest = np.where(grade >= 3, 2000.0, 4200.0)
    gap = np.where(grade >= 3, 700.0, 1000.0) + rng.random(size) ** 1.3 * longest
    gap = np.minimum(gap, lasted * (0.35 + 0.6 * rng.random(size)))  # the records go back to 2006
    previous = _next_term_day(term, latest - gap.astype("m8[D]"))
    is_first = (previous < settled) | (rng.random(size) < 0.02) | (previous >= latest)
    previous = np.where(is_first | np.isnat(latest), NO_DAY, previous)

    return Inspections(latest, previous, _ungraded(rng, term, latest, grade))


def term_days() -> Days:
    """Return the Tuesdays to Thursdays of term from 2006 to the last day, less the time when visits were suspended."""
    days = np.arange(_FIRST_DAY, LAST_DAY + 1)
    weekday = (days.astype(np.int64) + 3) % 7  # 1 January 1970 was a Thursday, so 0 is Monday
    month_day = (days - days.astype("M8[Y]")).astype(np.int64)  # 0 for 1 January
    in_term = (
        ((month_day > 8) & (month_day < 85)) | ((month_day > 110) & (month_day < 198)) | ((month_day > 250) & (month_day < 346))
    )
    is_suspended = (days > np.datetime64("2020-03-16")) & (days < np.datetime64("2021-09-01"))
    return np.asarray(days[in_term & ~is_suspended & (weekday >= 1) & (weekday <= 3)])


def _day_in(term: Days, years: list[str], draw: Floats) -> Days:
    spans = {}
    for name in sorted(set(years)):
        first, last = f"{name[:4]}-01-01", f"{int(name[:4]) + 1}-01-01"
        if name.endswith("a"):
            last = str(NO_HEADLINE_SINCE)
        if name.endswith("b"):
            first = str(NO_HEADLINE_SINCE)
        spans[name] = (np.searchsorted(term, np.datetime64(first)), np.searchsorted(term, np.datetime64(last)))
    low = np.array([spans[name][0] for name in years])
    high = np.array([spans[name][1] for name in years])
    return np.asarray(term[low + (draw * (high - low)).astype(np.int64)])


def _next_term_day(term: Days, day: Days) -> Days:
    """Return the term day on or after each day; a year past the last where there is none, NaT for NaT.

    Days while visits were suspended are spread over the months before, or all would fall on the day they began again.
    """
    wanted = np.where(np.isnat(day), _FIRST_DAY, day)
    at = np.searchsorted(term, wanted)
    is_suspended = term[np.minimum(at, len(term) - 1)] - wanted > np.timedelta64(60, "D")
    at = np.where(is_suspended, at - 1 - wanted.astype(np.int64) % 200, at)
    found = np.where(at < len(term), term[np.minimum(at, len(term) - 1)], AS_AT + np.timedelta64(365, "D"))
    return np.asarray(np.where(np.isnat(day), NO_DAY, found))


def _ungraded(rng: np.random.Generator, term: Days, latest: Days, grade: Ints) -> Days:
    """Return the check that a good or outstanding school had four years or more after its latest graded inspection."""
    size = len(latest)
    due = latest + (1300 + 500 * rng.random(size)).astype("m8[D]")
    earliest = np.where(due < np.datetime64("2021-09-07", "D"), np.datetime64("2021-09-07", "D"), due)
    room = np.maximum((LAST_DAY - earliest).astype(np.int64), 1)
    day = _next_term_day(term, earliest + (room * rng.random(size)).astype("m8[D]"))
    has_one = ~np.isnat(latest) & (grade <= 2) & (earliest < LAST_DAY) & (day <= LAST_DAY) & (rng.random(size) < 0.92)
    return np.asarray(np.where(has_one, day, NO_DAY))
