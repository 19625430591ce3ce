"""How the headline figures move when a threshold or the search radius moves, or a fact that is not known counts as a yes.

A definition's own SQL is run again with another value, in a trial (``trial.py``): no rule stands here a second time. Who is near is
found once, for every school that is in need or high-performing at any point and for the widest radius; each point then only counts.
``mart.sensitivity`` holds the figures at the points of the grid. What does not belong here: which figures are shown, and how
(``exports/``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

import duckdb

from transforms.errors import InputError
from warehouse.contract import contract_of
from warehouse.definitions import OUTCOME, Definition
from warehouse.model import ConnectionModel
from warehouse.query import sql_of
from warehouse.store import rows_as_dicts, run
from warehouse.study.trial import (
    ALLOCATION,
    CATALOG,
    NOT_ASKED,
    PAIR,
    QUESTION,
    STATUS,
    SUMMARY,
    UNDECIDED,
    matching,
    summary_model,
    tables_read,
    trial,
    trial_outcome,
)

SEARCH_RADIUS = "search_radius"
"""Not a parameter of a definition: the value is how many times as far as ``reference.setting`` says help may come from."""

BOTH = "both"
"""The question that a threshold or the radius is about: whoever is in need or high-performing may be another."""

GRID = "reference.sensitivity_grid"

TABLE = "mart.sensitivity"


def _figures() -> list[str]:
    """The columns of ``mart.area_summary`` that are worked out; assignments of partners take seconds for each point, and are
    not."""
    return list(contract_of(SUMMARY).marked("sensitivity"))


@dataclass(frozen=True)
class Variation:
    """A definition with one thing changed: the value of a parameter, or the radius (``SEARCH_RADIUS``, in times the radius).

    Or a fact that is not known: ``parameter`` is then the code that says so, ``question`` in_need or high_performing, and ``value``
    1 where the schools that it leaves open count as that, and 0 where they do not, as they are defined.
    """

    parameter: str
    value: float
    question: str = BOTH


def own_values(definition: Definition) -> dict[str, float]:
    """What can be varied, as the definition has it: the radius (once), then its parameters in the order of its file."""
    return {SEARCH_RADIUS: 1.0} | {name: float(each.value) for name, each in definition.description.parameter.items()}


def varied(definition: Definition, variation: Variation) -> Definition:
    """The definition with another value of one parameter."""
    about = definition.description
    parameter = about.parameter[variation.parameter].model_copy(update={"value": variation.value})
    parameters = {**about.parameter, variation.parameter: parameter}
    return replace(definition, description=about.model_copy(update={"parameter": parameters}))


def grid(connection: duckdb.DuckDBPyConnection, definition: Definition) -> list[Variation]:
    """The points of ``reference.sensitivity_grid``: the radius, then the parameters in the order of their file, values ascending.

    The definition's own value is always among them. Raises InputError for a parameter that the definition does not have.
    """
    rows = run(connection, f"select parameter, points from {GRID} where definition = $1 or definition is null", [definition.name])
    points = {parameter: {float(point) for point in text.split()} for parameter, text in rows}
    _refuse_unknown(definition, points)
    own = own_values(definition)
    return [Variation(name, value) for name in own if name in points for value in sorted(points[name] | {own[name]})]


def unknowns(connection: duckdb.DuckDBPyConnection, definition: Definition) -> list[Variation]:
    """Each code that leaves a question of some school open, as a no and as a yes: in the order of its file, need first.

    A code that no school has is none of them, as nothing would move.
    """
    rows = run(connection, f"select distinct code, kind from {UNDECIDED} where definition = $1 and is_open", [definition.name])
    order = list(definition.description.reason)
    asked = sorted(rows, key=lambda row: (order.index(row[0]), _QUESTIONS.index(row[1])))
    return [Variation(code, value, question) for code, question in asked for value in (0, 1)]


def headlines(
    connection: duckdb.DuckDBPyConnection, definition: Definition, variations: Sequence[Variation], *, withholds: bool = False
) -> list[dict[str, Any]]:
    """The headline figures of England: a row per variation, in the order given, and phase.

    Takes a connection to a warehouse that is built up to ``match``, and changes nothing in it; it must be able to attach a catalog
    in memory (``sealed.beside``: one that was opened read-only cannot). ``withholds``: figures that are withheld of the definition
    as it is are null at every point; else they are told as what was found, for those who tell their bounds beside. A row has
    ``definition, parameter, value, question, is_as_defined`` and the figures of ``mart.area_summary``, by its own SQL, but for the
    assignments. Raises InputError for a parameter that the definition does not have, and for a radius that is not above zero.
    """
    _refuse_unknown(definition, [each.parameter for each in variations if each.question == BOTH])
    _refuse_closed(definition, [each for each in variations if each.question != BOTH])
    if any(each.parameter == SEARCH_RADIUS and each.value <= 0 for each in variations):
        raise InputError("The search radius cannot be varied to nothing", expected="a number above 0, such as 0.5 for half as far")
    if not variations:
        return []
    own = own_values(definition)
    factors = [each.value if each.parameter == SEARCH_RADIUS else 1.0 for each in variations]
    asked = {"core.school": _WIDEST.format(factor=repr(max(factors))), "core.school_area": _COUNTRY}
    with trial(connection, definition, asked) as inside:
        run(inside, f"create table decided as select cast(null as integer) as setting, {_DECIDED} from {STATUS} where false")
        run(inside, "create table point (place integer, setting integer, factor double)")
        if any(each.question != BOTH for each in variations):
            run(inside, f"create table open_rule as select urn, kind, code, rule from {UNDECIDED} where is_open")
            run(inside, f"create table as_defined as {sql_of('study/as_defined')}")
        settings: dict[Variation | None, int] = {}
        for place, (each, factor) in enumerate(zip(variations, factors, strict=True)):
            changes = each.parameter != SEARCH_RADIUS and each.value != own.get(each.parameter, 0)
            setting = settings.setdefault(each if changes else None, len(settings))
            run(inside, "insert into point values ($1, $2, $3)", [place, setting, factor])
        _decide_anew(connection, definition, {each: setting for each, setting in settings.items() if not _is_of_unknown(each)})
        for changed, setting in settings.items():
            if _is_of_unknown(changed):
                _decide_as_yes(inside, changed, setting)
        _withhold(inside, definition, withholds=withholds)
        _find_pairs(inside)
        run(inside, f"create view {ALLOCATION} as {sql_of('study/no_allocation')}")
        run(inside, f"create view {NOT_ASKED} as {sql_of('study/no_not_asked')}")
        summary_model().build(inside)
        rows = rows_as_dicts(inside, f"select definition as place, {', '.join(_figures())} from {SUMMARY} order by place, phase")
    named = []
    for row in rows:
        each = variations[row.pop("place")]
        about = {"definition": definition.name, "parameter": each.parameter, "value": each.value, "question": each.question}
        named.append(about | {"is_as_defined": each.value == own.get(each.parameter, 0)} | row)
    return named


def sensitivity_model(definitions: Sequence[Definition]) -> ConnectionModel:
    """``mart.sensitivity``: the headline figures of each definition at the points of its grid, and for what is not known."""

    def figures(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
        return [
            row
            for each in definitions
            for row in headlines(connection, each, [*grid(connection, each), *unknowns(connection, each)], withholds=True)
        ]

    own = {each.parameter_table for each in definitions}
    contract = contract_of(TABLE)
    return ConnectionModel(
        name=TABLE,
        description=contract.row,
        reads=tuple(sorted({GRID, UNDECIDED} | own | {table for each in definitions for table in tables_read(each)})),
        columns=contract.types,
        function=figures,
    )


def _decide_anew(connection: duckdb.DuckDBPyConnection, definition: Definition, settings: Mapping[Variation | None, int]) -> None:
    """Add the status of each school to ``decided`` of the open trial under the number of each setting: one parameter changed, or
    none.

    A definition is one query over some twenty thousand schools, which takes longer where DuckDB shares it out to its threads: the
    settings are shared out instead, each share with a trial of its own.
    """

    def decide(own: duckdb.DuckDBPyConnection, share: Sequence[tuple[Variation | None, int]]) -> None:
        for changed, setting in share:
            if changed is not None:
                _set(own, definition, changed.parameter, changed.value)
            run(own, f"create or replace table {OUTCOME} as {trial_outcome(definition).sql}")
            run(own, f"insert into {CATALOG}.decided by name select $1 as setting, {_DECIDED} from {STATUS}", [setting])
            if changed is not None:
                _set(own, definition, changed.parameter, definition.description.parameter[changed.parameter].value)

    with _one_thread_a_query(connection), ExitStack() as trials, ThreadPoolExecutor(_THREADS) as threads:
        shares = [list(settings.items())[number::_THREADS] for number in range(_THREADS)]
        own = [trials.enter_context(trial(connection, definition, catalog=f"{CATALOG}_{number}")) for number in range(_THREADS)]
        for each in own:
            # read twice for each status: a table, made anew for each setting, and not worked out twice
            run(each, f"drop view {OUTCOME}")
        for done in [threads.submit(decide, each, share) for each, share in zip(own, shares, strict=True)]:
            done.result()


@contextmanager
def _one_thread_a_query(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """DuckDB runs each query in the thread that asks it; not where no setting can be changed (``warehouse/sealed.py``)."""
    ((threads, is_sealed),) = run(connection, "select current_setting('threads'), current_setting('lock_configuration')")
    if is_sealed:
        yield
        return
    run(connection, "set threads = 1")
    try:
        yield
    finally:
        run(connection, f"set threads = {threads}")


def _is_of_unknown(changed: Variation | None) -> TypeGuard[Variation]:
    return changed is not None and changed.question != BOTH


def _decide_as_yes(inside: duckdb.DuckDBPyConnection, changed: Variation, setting: int) -> None:
    """The same for a fact that is not known: schools that it leaves open count as a yes."""
    yes = sql_of("study/decided_as_yes")
    asked = {"setting": setting, "code": changed.parameter, "question": changed.question}
    run(inside, f"insert into decided by name select $setting as setting, {_DECIDED} from ({yes})", asked)


def _set(inside: duckdb.DuckDBPyConnection, definition: Definition, parameter: str, value: float) -> None:
    run(inside, f"update {definition.parameter_table} set {parameter} = $1", [value])


def _withhold(inside: duckdb.DuckDBPyConnection, definition: Definition, *, withholds: bool) -> None:
    """Make ``match.question`` for every point, the point as the name of the definition."""
    run(inside, f"create table asked as from {QUESTION} where definition = $1", [definition.name])
    run(inside, f"drop view {QUESTION}")
    run(inside, f"create table {QUESTION} as {sql_of('study/question_of_points')}", {"withholds": withholds})


def _find_pairs(inside: duckdb.DuckDBPyConnection) -> None:
    """Make statuses, pairs and what is counted of them for every point, the point as the name of the definition.

    The models of ``sql/match/`` see one definition in which a school stands twice if it is in need at one point and
    high-performing at another, with the widest radius; of the pairs they find each point then has its own.
    """
    run(inside, f"drop view {STATUS}")
    run(inside, f"create table {STATUS} as select distinct 'any' as definition, phase, urn, status from decided")
    models = matching()
    counting, of_pairs = [], {PAIR}
    for model in models:  # each after those it reads
        if of_pairs.isdisjoint(model.reads):
            model.build(inside)
        else:
            counting.append(model)
            of_pairs.add(model.name)
    run(inside, f"create table candidate as from {PAIR}")
    run(inside, f"create or replace table {STATUS} as {sql_of('study/status_of_points')}")
    run(inside, f"create or replace table {PAIR} as {sql_of('study/pairs_of_points')}")
    for model in counting:
        model.build(inside)


_THREADS = 2

_QUESTIONS = ("in_need", "high_performing")

_DECIDED = "phase, urn, status, len(not_assessed) > 0 as is_not_assessed, in_need_undecided, high_performing_undecided"

_WIDEST = """
select
    * replace (search_radius_miles * {factor} as search_radius_miles),
    search_radius_miles as defined_radius_miles
from {{table}}
"""
"""``core.school`` for the search: as far as any point looks, and as far as the definition does."""

_COUNTRY = "select * from {table} where area_type = 'country'"
"""``core.school_area`` for the headlines, which are England's."""


def _refuse_unknown(definition: Definition, parameters: Collection[str]) -> None:
    own = own_values(definition)
    if unknown := sorted(set(parameters) - set(own)):
        raise InputError(
            f"The definition {definition.name} has no parameter {', '.join(unknown)} that could be varied",
            expected=f"one of {', '.join(own)}",
            do="mend the name (for the grid: in sql/reference/sensitivity_grid.csv)",
        )


def _refuse_closed(definition: Definition, variations: Collection[Variation]) -> None:
    reasons = definition.description.reason
    for each in variations:
        rules = reasons[each.parameter].rules if each.parameter in reasons and reasons[each.parameter].is_open else ()
        if each.question not in {reasons[rule].kind for rule in rules}:
            raise InputError(
                f"The definition {definition.name} has no code {each.parameter} that leaves {each.question} open",
                expected="a code of kind not_assessed that leaves rules of that kind open",
                do="mend the name, or the question",
            )
