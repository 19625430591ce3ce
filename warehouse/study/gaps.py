"""What the files at hand do not tell a definition, and what each gap does to its figures, in numbers.

A gap is looked for where the definition has a rule that it concerns, and is there only while something is missing. Every number is
counted in the warehouse, by the queries of ``sql/study/``. What does not belong here: how a gap is shown (``exports/``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb

from warehouse.definitions import Definition
from warehouse.query import sql_of
from warehouse.store import rows_as_dicts, run
from warehouse.study.sensitivity import Variation, headlines, varied
from warehouse.study.trial import trial

LEADERSHIP_COUNTS = "leadership_not_known_counts"


@dataclass(frozen=True)
class Figure:
    """A number per phase. ``unit``: schools, results or percent; None: not known, or the phase has no such rule."""

    label: str
    values: Mapping[str, float | None]
    unit: str = "schools"


@dataclass(frozen=True)
class Gap:
    """What is missing, what that does to the figures, and the numbers that show it.

    ``has_steps``: it is told which schools it leaves open, so that the range (``ranges.py``) has a step for it.
    """

    title: str
    missing: str
    effect: str
    figures: tuple[Figure, ...]
    has_steps: bool = False


@dataclass(frozen=True)
class Leadership(Gap):
    """The gap of the leadership judgement, with the numbers that say how generous the reading is, by phase.

    ``only_by_this``: schools that are high-performing only because their leadership is not known, and ``only_by_this_percent``, of
    how many percent of the high-performing schools that is so. ``outstanding_percent``: of the good schools with high results whose
    leadership is known, how many percent have outstanding leadership.
    ``percent_without``: the share of schools that is high-performing if none of them counts.
    """

    is_counted: bool = False
    only_by_this: Mapping[str, int] = field(default_factory=dict)
    only_by_this_percent: Mapping[str, float | None] = field(default_factory=dict)
    outstanding_percent: Mapping[str, float | None] = field(default_factory=dict)
    percent_without: Mapping[str, float | None] = field(default_factory=dict)


def find_gaps(connection: duckdb.DuckDBPyConnection, definition: Definition) -> list[Gap]:
    """The gaps there are, those that move the figures most first.

    Takes a connection as ``warehouse.study.sensitivity.headlines`` does, to a warehouse that is built up to ``mart``.
    """
    return [gap for look in _LOOKS for gap in look(connection, definition)]


def _leadership(connection: duckdb.DuckDBPyConnection, definition: Definition) -> Iterator[Gap]:
    """How far the schools go that count although their leadership is not known, and what is known of those where it is."""
    if LEADERSHIP_COUNTS not in definition.description.parameter:
        return
    as_if_unknown = varied(definition, Variation(LEADERSHIP_COUNTS, 1))
    with trial(connection, as_if_unknown, {"core.school": _LEADERSHIP_HIDDEN}) as inside:
        counts = _ask(inside, "good_schools", definition)
    good = _by_phase(counts)
    not_known = _column(good, "not_known")
    if not any(not_known.values()):
        return
    none, every = (_by_phase(headlines(connection, definition, [Variation(LEADERSHIP_COUNTS, counted)])) for counted in (0, 1))
    share = {phase: _percent(row["high_outstanding"], row["high_known"]) for phase, row in good.items()}
    more = {phase: every[phase]["high_performing"] - none[phase]["high_performing"] for phase in every}
    likely = {
        phase: None
        if share.get(phase) is None
        else _percent(none[phase]["high_performing"] + more[phase] * (share[phase] or 0) / 100, none[phase]["schools"])
        for phase in none
    }
    known = {phase: _percent(row["good"] - (not_known.get(phase) or 0), row["good"]) for phase, row in good.items()}
    is_counted = definition.description.parameter[LEADERSHIP_COUNTS].value != 0
    as_here = {False: ("", ", as here"), True: (", as here", "")}[is_counted]
    yield Leadership(
        title="The judgement of leadership",
        missing="The file of inspections does not give the judgement of leadership and management for every good school.",
        effect=(
            "A good school with high results is high-performing where its leadership is outstanding. Where that is not known such "
            f"a school {'counts all the same' if is_counted else 'does not count'} here. Below are both bounds, and what would "
            "come out if outstanding leadership were as frequent where it is not known as it is where it is known."
        ),
        figures=(
            Figure("Good schools", _column(good, "good")),
            Figure("Good schools whose leadership judgement is not known", not_known),
            Figure("Good schools whose leadership judgement is known, %", known, "percent"),
            Figure("Good schools with high results whose leadership is known", _column(good, "high_known")),
            Figure("of these, with outstanding leadership", _column(good, "high_outstanding")),
            Figure("of these, with outstanding leadership, %", share, "percent"),
            Figure("Good schools with high results whose leadership is not known", _column(good, "high_not_known")),
            Figure("High-performing only because schools with leadership not known count", more),
            Figure(f"High-performing, %, if all of them count{as_here[0]}", _column(every, "high_performing_percent"), "percent"),
            Figure(f"High-performing, %, if none of them counts{as_here[1]}", _column(none, "high_performing_percent"), "percent"),
            Figure("High-performing, %, if as many of them count as where it is known", likely, "percent"),
        ),
        has_steps=True,
        is_counted=is_counted,
        only_by_this=more,
        only_by_this_percent={phase: _percent(more[phase], row["high_performing"]) for phase, row in every.items()},
        outstanding_percent=share,
        percent_without=_column(none, "high_performing_percent"),
    )


def _lists(connection: duckdb.DuckDBPyConnection, definition: Definition) -> Iterator[Gap]:
    """Lists that make a school high-performing."""
    lists = {"teaching_school": "Teaching Schools", "national_support_school": "National Support Schools"}
    wanted = {code: name for code, name in lists.items() if code in definition.description.reason}
    absent = [name for code, name in wanted.items() if run(connection, f"select count(*) from raw.list_{code}")[0][0] == 0]
    if not absent:
        return
    yield Gap(
        title=f"The lists of {' and '.join(absent)}",
        missing=f"No list of {' or '.join(absent)} has been landed.",
        effect=(
            "A school on such a list is high-performing whatever its grade. Without the list it counts only if it is outstanding, "
            "or good with what else the rule asks for. A list can only add high-performing schools, from among those that are "
            "neither now; how many, these files cannot say."
        ),
        figures=(Figure("Schools that are neither in need nor high-performing", _neither(connection, definition)),),
    )


def _trusts(connection: duckdb.DuckDBPyConnection, definition: Definition) -> Iterator[Gap]:
    """The list that takes schools out of the high-performing."""
    if "trust_not_ready_to_expand" not in definition.description.reason:
        return
    if run(connection, "select count(*) from raw.list_trust_not_ready")[0][0]:
        return
    rows = _ask(connection, "high_performing_in_trust", definition)
    yield Gap(
        title="The trusts that are not ready to expand",
        missing="No such list is public, and none has been landed.",
        effect="The study leaves out high-performing schools of these trusts; here none is. A list can only take some away.",
        figures=(Figure("High-performing schools in a multi-academy trust", _column(_by_phase(rows), "schools")),),
    )


def _coasting(connection: duckdb.DuckDBPyConnection, definition: Definition) -> Iterator[Gap]:
    """Years of results that the coasting standard looks back on."""
    parameter = definition.description.parameter.get("coasting_years")
    undecided = "coasting_years_not_known"
    if parameter is None or undecided not in definition.description.reason:
        return
    held: dict[str, set[int]] = {}
    wanted: set[int] = set()
    for row in _ask(connection, "years_held"):
        held[row["stage"]] = set(row["years"])
        wanted |= set(range(row["both_year"] - int(parameter.value) + 1, row["both_year"] + 1))
    absent = sorted(year for year in wanted if any(year not in years for years in held.values()))
    if not absent:
        return
    counts = _by_phase(_ask(connection, "would_be_in_need", definition))
    now = _by_phase(headlines(connection, definition, [Variation("coasting_years", parameter.value)]))
    most = {phase: _percent(row["in_need"] + (_value_of(counts, phase, "added")), row["schools"]) for phase, row in now.items()}
    yield Gap(
        title="Results of earlier years",
        missing=f"Results of {_in_words([_academic_year(year) for year in absent])} are not held for every key stage.",
        effect=(
            f"A school is coasting when it is low in {parameter.value} years. One year that is not low settles it; a school that "
            "is low in the years held stays undecided, and is not counted as coasting. The upper bound counts every one of them."
        ),
        figures=(
            Figure("Undecided: low in the years that are held, or a score is missing", _covered(connection, definition, undecided)),
            Figure("of these, neither in need already nor excluded", {phase: _value_of(counts, phase, "added") for phase in now}),
            Figure("In need, %, if none of them is coasting, as here", _column(now, "in_need_percent"), "percent"),
            Figure("In need, %, if every one of them is", most, "percent"),
        ),
        has_steps=True,
    )


def _intervals(connection: duckdb.DuckDBPyConnection, definition: Definition) -> Iterator[Gap]:
    """Confidence intervals of Progress 8."""
    code = "below_floor_ks4"
    if code not in definition.description.reason:
        return
    (held,) = _ask(connection, "intervals")
    with_interval, without = held["with_interval"], held["without_interval"]
    if not without:
        return
    rows = _by_phase(_ask(connection, "below_without_interval", definition))
    now = _by_phase(headlines(connection, definition, [Variation("search_radius", 1)]))
    fewest = {
        phase: _percent(now[phase]["in_need"] - row["in_need_by_this_alone"], now[phase]["schools"]) for phase, row in rows.items()
    }
    yield Gap(
        title="Confidence intervals of Progress 8",
        missing=f"Of {with_interval + without:,} results with Progress 8, {without:,} are given without their interval.",
        effect=(
            "The floor standard asks that the upper bound is below zero. Without it a school with a low score and a large enough "
            "cohort counts as below the floor. The interval would take out those whose upper bound is not below zero; it could add "
            "a school whose cohort is too small here."
        ),
        figures=(
            Figure("Below the floor by the score alone", _column(rows, "below")),
            Figure("of these, in need for no other reason", _column(rows, "in_need_by_this_alone")),
            Figure("In need, %, if none of these is", fewest, "percent"),
        ),
    )


def _closed(connection: duckdb.DuckDBPyConnection, definition: Definition) -> Iterator[Gap]:
    """Schools whose results are held, and which are not open in the extract."""
    rows = _ask(connection, "results_by_kind", definition)
    if not any(row["kind"] == "not_open" for row in rows):
        return

    phases = sorted({row["phase"] for row in rows})

    def of(kind: str | None, column: str) -> dict[str, float | None]:
        return {
            phase: sum(row[column] for row in rows if row["phase"] == phase and kind in (row["kind"], None)) for phase in phases
        }

    yield Gap(
        title="Schools that closed between the results and the extract",
        missing="Some results belong to schools that are not open in the extract of schools, and have no known successor in it.",
        effect=(
            "The official totals were drawn up earlier and may count them; here they are no schools. They may count, too, the key "
            "stage 2 results of schools that are secondary here (middle and all-through schools), which are not held against the "
            "primary floor. Whether a school that is not in the extract was mainstream is not known, so the last row may hold "
            "special schools, for which there is no floor. Primary is key stage 2, secondary key stage 4."
        ),
        figures=(
            Figure("Results of the year", of(None, "results"), "results"),
            Figure("of schools of this phase", of("phase", "results"), "results"),
            Figure("of schools of the other phase", of("other_phase", "results"), "results"),
            Figure("of other schools (special, independent, ...)", of("other_kind", "results"), "results"),
            Figure("of schools that are not open, or not in the extract", of("not_open", "results"), "results"),
            Figure("Below the floor: schools of this phase, as here", of("phase", "below")),
            Figure("Below the floor: schools of the other phase", of("other_phase", "below")),
            Figure("Below the floor: not open, or not in the extract", of("not_open", "below")),
        ),
    )


_LOOKS: tuple[Callable[[duckdb.DuckDBPyConnection, Definition], Iterator[Gap]], ...] = (
    _leadership,
    _coasting,
    _lists,
    _intervals,
    _closed,
    _trusts,
)

_LEADERSHIP_HIDDEN = """
select
    * replace (cast(null as integer) as ofsted_leadership_and_management),
    ofsted_leadership_and_management as leadership_held
from {table}
"""
"""``core.school`` if no judgement of leadership were known: then results alone decide, and say which are high."""


def _ask(connection: duckdb.DuckDBPyConnection, question: str, definition: Definition | None = None) -> list[dict[str, Any]]:
    """The rows that a query of ``sql/study/`` gives, of the definition where it has a row for each."""
    of_it = " where definition = $definition" if definition else ""
    return rows_as_dicts(
        connection, f"from ({sql_of(f'study/{question}')}){of_it}", {"definition": definition.name} if definition else None
    )


def _neither(connection: duckdb.DuckDBPyConnection, definition: Definition) -> dict[str, float | None]:
    return _column(_by_phase(_ask(connection, "neither", definition)), "schools")


def _covered(connection: duckdb.DuckDBPyConnection, definition: Definition, code: str) -> dict[str, float | None]:
    select = "select phase, not_assessed from mart.coverage where definition = $1 and code = $2"
    return dict(run(connection, select, [definition.name, code]))


def _by_phase(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["phase"]: row for row in rows}


def _column(rows: Mapping[str, Mapping[str, Any]], name: str) -> dict[str, float | None]:
    return {phase: row[name] for phase, row in rows.items()}


def _value_of(rows: Mapping[str, Mapping[str, Any]], phase: str, name: str) -> int:
    return int(rows[phase][name]) if phase in rows else 0


def _percent(part: float, whole: float) -> float | None:
    return 100 * part / whole if whole else None


def _academic_year(year: int) -> str:
    return f"{year - 1}/{year % 100:02d}"


def _in_words(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
