"""A definition's figures beside those that a study has published, with all that is needed to judge how far they agree.

The published figures are small facts in ``sql/reference/published_figure.csv``. What does not belong here: how the page looks
(``exports/pages/reproduction.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import duckdb

from transforms.errors import InputError
from warehouse.definitions import Definition, read_definitions
from warehouse.query import ask
from warehouse.reference import load_reference
from warehouse.store import rows_as_dicts, run
from warehouse.study.gaps import Gap, find_gaps
from warehouse.study.ranges import Range, find_ranges

PUBLISHED = "reference.published_figure"
REGIONS = "regions_with_more_high_performing"

_OF_ALL_PHASES = ("high_performing", "in_need")
_OF_A_PHASE = (*_OF_ALL_PHASES, "high_performing_percent", "in_need_percent", "partners_median")


@dataclass(frozen=True)
class Comparison:
    """A published figure and ours. ``phase``: None is all phases together; ``ours``: None cannot be told from these files.

    ``published`` is a number, or of regions ``every`` or ``most``, with the number of regions there are in ``whole``. ``lower`` and
    ``upper``: the bounds of ours, where it has some. ``withheld``: why ours is withheld, a sentence for each phase.
    """

    measure: str
    label: str
    phase: str | None
    published: float | Literal["every", "most"]
    source: str
    ours: float | None
    whole: int | None = None
    lower: float | None = None
    upper: float | None = None
    withheld: tuple[str, ...] = ()

    @property
    def is_within(self) -> bool | None:
        """Whether the published figure lies between the bounds of ours; None where there are none.

        A published share is a whole percentage: it may stand for half a percentage point less or more.
        """
        if self.lower is None or self.upper is None or isinstance(self.published, str):
            return None
        rounded = 0.5 if self.is_percent else 0
        return self.lower - rounded <= self.published <= self.upper + rounded

    @property
    def is_percent(self) -> bool:
        """Whether it is a share of schools."""
        return self.measure.endswith("_percent")

    @property
    def difference(self) -> float | None:
        """Ours less the published one; None where one of them is not a number."""
        return None if self.ours is None or isinstance(self.published, str) else self.ours - self.published

    @property
    def holds(self) -> bool | None:
        """Whether what the study says of regions is so here; None where it says a number."""
        if self.whole is None or self.ours is None:
            return None
        return self.ours == self.whole if self.published == "every" else self.ours > self.whole / 2


@dataclass(frozen=True)
class Reproduction:
    """All that the page says. Rows are those of the tables they are named for; of ``study/area``, ``country`` and ``regions``.

    ``study_date``: the row of ``reference.study_date``, where there is one.
    """

    definition: Definition
    refresh: Mapping[str, Any]
    files: list[dict[str, Any]]
    comparisons: list[Comparison]
    country: list[dict[str, Any]]
    regions: list[dict[str, Any]]
    ranges: list[Range]
    study_date: Mapping[str, Any] | None
    gaps: list[Gap]
    coverage: list[dict[str, Any]]
    radii: list[dict[str, Any]]
    headlines: list[dict[str, Any]]

    @property
    def largest_percent_difference(self) -> float | None:
        """By how many percentage points a share of schools differs most from the published one; None where none is compared."""
        differences = [each.difference for each in self.comparisons if each.is_percent and each.difference is not None]
        return max(map(abs, differences), default=None)


def definition_to_reproduce(name: str) -> Definition:
    """The definition of that name. Raises InputError where there is none, or no published figures to hold it against."""
    definitions = {definition.name: definition for definition in read_definitions()}
    with duckdb.connect() as connection:
        load_reference(connection)
        published = [row[0] for row in run(connection, f"select distinct definition from {PUBLISHED} order by 1")]
    if name in definitions and name in published:
        return definitions[name]
    raise InputError(
        f"The definition {name} has no published figures to hold ours against"
        if name in definitions
        else f"There is no definition {name}",
        expected=f"one of {', '.join(each for each in published if each in definitions)}",
        do="give one of these, or add the figures and their source to sql/reference/published_figure.csv",
    )


def reproduce(connection: duckdb.DuckDBPyConnection, definition: Definition) -> Reproduction:
    """Gather what the page says.

    Takes a connection as ``warehouse.study.sensitivity.headlines`` does, of a refresh; nothing in it changes.
    """
    of_it = f"definition = '{definition.name}'"
    areas = ask(connection, "study/area", {"definition": definition.name})
    country = [row for row in areas if row["area_type"] == "country"]
    regions = [row for row in areas if row["area_type"] == "region"]
    ranges = find_ranges(connection, definition)
    return Reproduction(
        definition=definition,
        refresh=rows_as_dicts(connection, "from mart.refresh")[0],
        files=rows_as_dicts(connection, "from mart.source_file"),
        comparisons=_compare(connection, definition, country, regions, ranges),
        country=country,
        regions=regions,
        ranges=ranges,
        study_date=next(iter(rows_as_dicts(connection, f"from reference.study_date where {of_it}")), None),
        gaps=find_gaps(connection, definition),
        coverage=rows_as_dicts(
            connection,
            f"from mart.coverage where {of_it} and not_assessed > 0 order by phase, not_assessed desc",
        ),
        radii=rows_as_dicts(connection, "from reference.setting"),
        headlines=rows_as_dicts(connection, f"from mart.sensitivity where {of_it}"),
    )


def _compare(
    connection: duckdb.DuckDBPyConnection,
    definition: Definition,
    country: list[dict[str, Any]],
    regions: list[dict[str, Any]],
    ranges: list[Range],
) -> list[Comparison]:
    found = {row["phase"]: row for row in country}
    range_of = {each.question: each for each in ranges}
    comparisons = []
    for row in rows_as_dicts(connection, f"select * from {PUBLISHED} where definition = '{definition.name}'"):
        measure, phase = row["measure"], row["phase"]
        question = measure.removesuffix("_percent")
        codes = measure.split("+")
        about: dict[str, Any] = {}
        ours: float | None
        if measure == REGIONS:
            more = [region["is_high_performing_more"] for region in regions if region["phase"] == phase]
            ours, about = _sum(more), {"whole": len(more), "withheld": _withheld([found[phase]] if phase in found else [])}
        elif phase is None and measure in _OF_ALL_PHASES:
            ours = _sum([each[measure] for each in country])
            about = {
                "lower": range_of[measure].lower(),
                "upper": range_of[measure].upper(),
                "withheld": _withheld(country, measure),
            }
        elif measure in _OF_A_PHASE and phase is not None:
            of_phase = found.get(phase, {})
            ours = of_phase.get(measure)
            about = {side: of_phase.get(f"{measure}_{side}") for side in ("lower", "upper")}
            about["withheld"] = _withheld([of_phase] if of_phase else [], question)
        elif all(code in definition.description.reason for code in codes):
            ours = _schools_with(connection, definition, codes, phase)
        else:
            raise InputError(
                f"The published figure {measure} cannot be held against anything",
                file="sql/reference/published_figure.csv",
                expected="a measure that the head of the file names, with a phase for all but the two totals",
                do="mend its measure or phase",
            )
        published = row["value"] if measure == REGIONS else float(row["value"])
        comparisons.append(Comparison(measure, row["label"], phase, published, row["source"], ours, **about))
    return comparisons


def _sum(values: list[float | None]) -> float | None:
    """Their sum; None where one is not told."""
    told = [value for value in values if value is not None]
    return sum(told) if len(told) == len(values) else None


def _withheld(rows: list[dict[str, Any]], question: str | None = None) -> tuple[str, ...]:
    """Why a figure on these rows is withheld: one of a question, or (a median, regions) one that rests on both."""
    asked = [question] if question in _OF_ALL_PHASES else _OF_ALL_PHASES
    return tuple(because for row in rows for each in asked if (because := row[f"{each}_withheld_because"]))


def _schools_with(connection: duckdb.DuckDBPyConnection, definition: Definition, codes: list[str], phase: str | None) -> int | None:
    """How many schools have all these reasons, whatever became of them; None where none has, and one could not be assessed."""
    (found,) = ask(connection, "study/schools_with_reason", {"codes": codes, "definition": definition.name, "phase": phase})
    return None if found["schools"] == 0 and found["not_assessed"] > 0 else int(found["schools"])
