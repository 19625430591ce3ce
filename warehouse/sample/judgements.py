"""What inspectors found: a hidden quality per school, and the grades that follow from it.

What belongs here: quality, grades, judgements by area, categories of concern. What does not: when (`inspections`),
how the publisher writes it (`ofsted_file`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from warehouse.sample.governance import SPONSORED
from warehouse.sample.inspections import FRAMEWORK_2019, NO_HEADLINE_SINCE, Inspections, draw_inspections
from warehouse.sample.model import Days, Flags, Floats, Ints, Schools, Texts, Trusts, pick, stream

# Percent of schools at each grade, 1 to 4: now and at the inspection before. Proportions of Ofsted's file of August
# 2025 by phase, but for more schools that require improvement, so that every area has something to show.
_NOW = {
    "primary": (9.3, 79.2, 10.3, 1.2),
    "secondary": (13.7, 73.1, 11.4, 1.8),
    "special": (32.0, 60.0, 5.9, 2.1),
    "alternative_provision": (20.0, 70.0, 6.8, 3.2),
    "nursery": (57.0, 41.0, 2.0, 0.0),
}
_BEFORE = {
    "primary": (18.0, 47.0, 30.0, 5.0),
    "secondary": (20.5, 35.0, 34.0, 10.5),
    "special": (36.0, 42.0, 17.0, 5.0),
    "alternative_provision": (14.0, 50.0, 28.0, 8.0),
    "nursery": (53.0, 38.0, 7.5, 1.5),
}
_SAFEGUARDING_SINCE = np.datetime64("2015-09-01", "D")
_EARLY_YEARS_SINCE = np.datetime64("2014-09-01", "D")
_WEAKNESSES_SINCE = np.datetime64("2012-01-01", "D")


@dataclass(frozen=True)
class Quality:
    """How good each school is now and was before: standard normal within its kind. Results follow it as well."""

    now: Floats
    before: Floats


@dataclass(frozen=True)
class Judgement:
    """One graded inspection per school: grades as text, "9" where not judged; none has a meaning where `day` is NaT."""

    day: Days
    overall: Texts  # "1" to "4", or "Not judged"
    concern: Texts  # SM, SWK, NTI or ""
    education: Texts
    behaviour: Texts
    development: Texts
    leadership: Texts
    safeguarding: Texts  # Yes, No or "9"
    early_years: Texts
    sixth_form: Texts


def draw_quality(schools: Schools, trusts: Trusts, seed: int) -> Quality:
    """Draw quality: schools of a trust and of an authority are alike, poverty weighs on it, and it lasts."""
    rng = stream(seed, 8)
    size = len(schools.urn)
    trust = rng.normal(size=len(trusts.uid) + 1)[trusts.of_school]
    trust = np.where(trusts.of_school < 0, rng.normal(size=size), trust)
    authority = rng.normal(size=1000)[schools.authority]
    need = (np.nan_to_num(schools.fsm, nan=24.0) - 24.0) / 15.0
    need = np.where(schools.kind == "primary", need, need * 0.7)
    # remote schools do worse here, so that a few in need have nobody in range
    is_sparse = np.char.endswith(schools.place.class_2011, "2")
    now = 0.42 * trust + 0.22 * authority - 0.22 * need - 0.7 * is_sparse + 0.85 * rng.normal(size=size)
    sponsored = np.where(np.isin(schools.type_code, SPONSORED), 0.8, 0.0)
    before = 0.38 * now + 0.15 * authority - sponsored + 0.9 * rng.normal(size=size)
    return Quality(now, before)


def draw_judgements(schools: Schools, quality: Quality, seed: int) -> tuple[Judgement, Judgement, Days]:
    """Return the latest and the previous graded inspection of each school, and the day of its latest ungraded one."""
    rng = stream(seed, 9)
    now = _grades(quality.now, schools.kind, _NOW)
    before = _grades(quality.before, schools.kind, _BEFORE)
    days: Inspections = draw_inspections(schools, now, seed)
    return _judge(rng, schools, now, days.latest), _judge(rng, schools, before, days.previous), days.ungraded


def _grades(quality: Floats, kind: Texts, shares: Mapping[str, tuple[float, ...]]) -> Ints:
    """Give the best of each kind a 1, the next a 2 and so on, by the shares (percent) of that kind."""
    grade = np.full(len(quality), 2, dtype=np.int64)
    for name, percent in shares.items():
        rows = np.flatnonzero(kind == name)
        best_first = rows[np.argsort(-quality[rows], kind="stable")]
        edges = np.rint(np.cumsum(percent)[:3] / 100.0 * len(rows))
        grade[best_first] = 1 + np.searchsorted(edges, np.arange(len(rows)), side="right")
    return grade


def _judge(rng: np.random.Generator, schools: Schools, grade: Ints, day: Days) -> Judgement:
    size = len(grade)
    has_headline = ~(day >= NO_HEADLINE_SINCE)  # also where there is no day
    by_area = day >= FRAMEWORK_2019
    education, leadership = _education_and_leadership(rng, grade, has_headline)
    behaviour = np.maximum(education - (rng.random(size) < 0.2), 1)
    development = np.maximum(education - (rng.random(size) < 0.3), 1)
    is_unsafe = (grade == 4) & (rng.random(size) < np.where(has_headline, 0.43, 0.25))
    is_early = np.isin(schools.kind, ["primary", "nursery"]) & (schools.low < 5) & (day >= _EARLY_YEARS_SINCE)
    early = _applies(np.maximum(education - (rng.random(size) < 0.2), 1), is_early)
    is_unrecorded = is_early & (rng.random(size) < 0.04)
    return Judgement(
        day=day,
        overall=np.where(has_headline, grade.astype(str), "Not judged"),
        concern=_concern(rng, grade, leadership, education, has_headline, day),
        education=_applies(education, by_area),
        behaviour=_applies(behaviour, by_area),
        development=_applies(development, by_area),
        leadership=leadership.astype(str),
        safeguarding=np.where(day >= _SAFEGUARDING_SINCE, np.where(is_unsafe, "No", "Yes"), "9"),
        early_years=np.where(is_unrecorded, pick(rng, {"8": 0.85, "0": 0.15}, size), early),
        sixth_form=_applies(
            np.maximum(education - (rng.random(size) < 0.3), 1), schools.has_sixth_form & (day >= _EARLY_YEARS_SINCE)
        ),
    )


def _education_and_leadership(rng: np.random.Generator, grade: Ints, has_headline: Flags) -> tuple[Ints, Ints]:
    """Return grades of quality of education and of leadership: both mostly the school's, sometimes one apart.

    A school with a headline of 3 or 4 was judged so for education, with leadership at times better. Without a
    headline either of the two may be the weaker.
    """
    draw = rng.random(len(grade))
    led_better = [
        has_headline & (grade == 2) & (draw < 0.05),
        has_headline & (grade == 3) & (draw < 0.2),
        has_headline & (grade == 4) & (draw < 0.1),
        ~has_headline & (grade == 2) & (draw < 0.07),
        ~has_headline & (grade == 3) & (draw < 0.35),
        ~has_headline & (grade == 4) & (draw < 0.12),
    ]
    taught_better = ~has_headline & (((grade == 3) & (draw > 0.98)) | ((grade == 4) & (draw > 0.85)))
    leadership = grade - np.any(led_better, axis=0)
    education = grade - taught_better
    return education, leadership


def _applies(grade: Ints, applies: Flags) -> Texts:
    return np.where(applies, grade.astype(str), "9")


def _concern(rng: np.random.Generator, grade: Ints, leadership: Ints, education: Ints, has_headline: Flags, day: Days) -> Texts:
    """Return special measures where leaders cannot improve the school, else serious weaknesses (earlier: a notice)."""
    is_special = (leadership == 4) & (education == 4) & (rng.random(len(grade)) < np.where(has_headline, 0.75, 0.85))
    lesser = np.where(day < _WEAKNESSES_SINCE, "NTI", "SWK")
    return np.where(grade == 4, np.where(is_special, "SM", lesser), "")
