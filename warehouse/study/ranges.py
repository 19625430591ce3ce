"""A total as a range: from the schools that count whatever is not known, to all that might count, in named steps that add up.

Every number is counted by ``sql/study/range.sql``, which puts each school at one step of a question. What does not belong here: how
the steps are shown (``exports/``), and what each gap of the files does by itself (``gaps.py``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from warehouse.definitions import Definition
from warehouse.query import ask

QUESTIONS = ("in_need", "high_performing")
DATE, BEYOND = "date", "coasting_beyond"
"""The steps that the bounds of ``mart.area_summary`` leave out, and that the official counts leave out."""


@dataclass(frozen=True)
class Step:
    """The schools, by phase, that lie between what was found and a bound for one cause.

    ``is_upper``: they were not found, and might be; else they were found, and might not be.
    """

    name: str
    label: str
    sentence: str
    is_upper: bool
    schools: Mapping[str, int]

    def of(self, phase: str | None) -> int:
        """The schools of a phase; None: of all phases."""
        return sum(self.schools.values()) if phase is None else self.schools.get(phase, 0)


@dataclass(frozen=True)
class Rung:
    """A line of the range, from below: a step from ``start`` to ``end``, or a total (``step`` is None), which starts at zero.

    ``name`` of a total: lower_dated, lower, found, upper_official, upper or upper_dated; ``dated``: with the step of the date.
    """

    name: str
    start: int
    end: int
    step: Step | None = None

    @property
    def size(self) -> int:
        """How many schools."""
        return self.end - self.start


@dataclass(frozen=True)
class Range:
    """A question's range. ``found`` and ``schools`` (all there are): by phase; ``steps``: in order, the lower side first."""

    question: str
    schools: Mapping[str, int]
    found: Mapping[str, int]
    steps: tuple[Step, ...]

    def all_schools(self, phase: str | None = None) -> int:
        """How many schools there are, in need or not."""
        return _of(self.schools, phase)

    def found_of(self, phase: str | None = None) -> int:
        """The schools that were found."""
        return _of(self.found, phase)

    def lower(self, phase: str | None = None, *, dated: bool = False) -> int:
        """The schools that count whatever is not known. ``dated``: and as at whichever day the inspections stand."""
        off = (step.of(phase) for step in self.steps if not step.is_upper and (dated or step.name != DATE))
        return _of(self.found, phase) - sum(off)

    def upper(self, phase: str | None = None, *, dated: bool = False, official: bool = False) -> int:
        """The schools that may count. ``official``: no more of them coasting than the Department counted."""
        left_out = {*(() if dated else (DATE,)), *((BEYOND,) if official else ())}
        return _of(self.found, phase) + sum(step.of(phase) for step in self.steps if step.is_upper and step.name not in left_out)

    @property
    def is_bounded_officially(self) -> bool:
        """Whether the official counts make the upper bound lower."""
        return any(step.name == BEYOND for step in self.steps)

    def rungs(self, phase: str | None = None) -> Iterator[Rung]:
        """The range from its lowest end to its highest: each total, and between two of them the steps from one to the other."""
        below = [step for step in self.steps if not step.is_upper]
        above = [step for step in self.steps if step.is_upper]
        lower, found, upper = self.lower(phase), _of(self.found, phase), self.upper(phase)
        yield from self._dated("lower_dated", [step for step in below if step.name == DATE], phase)
        yield Rung("lower", 0, lower)
        yield from _climb(lower, [step for step in below if step.name != DATE], phase)
        yield Rung("found", 0, found)
        yield from _climb(found, [step for step in above if step.name not in (DATE, BEYOND)], phase)
        if self.is_bounded_officially:
            official = self.upper(phase, official=True)
            yield Rung("upper_official", 0, official)
            yield from _climb(official, [step for step in above if step.name == BEYOND], phase)
        yield Rung("upper", 0, upper)
        dates = [step for step in above if step.name == DATE]
        yield from _climb(upper, dates, phase)
        if dates:
            yield Rung("upper_dated", 0, self.upper(phase, dated=True))

    def _dated(self, name: str, dates: list[Step], phase: str | None) -> Iterator[Rung]:
        if dates:
            lowest = self.lower(phase, dated=True)
            yield Rung(name, 0, lowest)
            yield from _climb(lowest, dates, phase)


def find_ranges(connection: duckdb.DuckDBPyConnection, definition: Definition) -> list[Range]:
    """The range of each question of ``QUESTIONS``, of a warehouse that is built up to ``match``."""
    rows = ask(connection, "study/range", {"definition": definition.name})
    return [_range(question, [row for row in rows if row["question"] == question]) for question in QUESTIONS]


def _range(question: str, rows: list[dict[str, Any]]) -> Range:
    found = [row for row in rows if row["side"] == "found"]
    steps: dict[tuple[bool, str], dict[str, Any]] = {}
    for row in sorted((row for row in rows if row["step"]), key=lambda row: (row["side"], row["place"])):
        step = steps.setdefault((row["side"] == "upper", row["step"]), {**row, "by_phase": {}})
        step["by_phase"][row["phase"]] = row["schools"]
    return Range(
        question=question,
        schools={row["phase"]: row["whole"] for row in found},
        found={row["phase"]: row["schools"] for row in found},
        steps=tuple(
            Step(name, row["label"], row["sentence"], is_upper, row["by_phase"]) for (is_upper, name), row in steps.items()
        ),
    )


def _climb(start: int, steps: list[Step], phase: str | None) -> Iterator[Rung]:
    for step in steps:
        yield Rung(step.name, start, start + step.of(phase), step)
        start += step.of(phase)


def _of(by_phase: Mapping[str, int], phase: str | None) -> int:
    return sum(by_phase.values()) if phase is None else by_phase.get(phase, 0)
