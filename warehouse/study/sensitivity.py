"""How the headline figures move when a threshold or the search radius moves.

A definition's own SQL is run again with another value, in a catalog of its own in memory that sees the tables of the warehouse as
views: nothing of the warehouse is changed, and no rule stands here a second time. Who is near is found once, for every school that
is in need or high-performing at any point and for the widest radius; each point then only counts. ``mart.sensitivity`` holds the
figures at the points of the grid. What does not belong here: which figures are shown, and how (``exports/``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from transforms.errors import InputError
from warehouse.contract import contract_of
from warehouse.definitions import Definition, load_parameters, outcome_model
from warehouse.model import AnyModel, ConnectionModel, Model, in_order, load_macros, read_models
from warehouse.python_models import PYTHON_MODELS
from warehouse.store import rows_as_dicts, run

SEARCH_RADIUS = "search_radius"
"""Not a parameter of a definition: the value is how many times as far as ``reference.setting`` says help may come from."""

GRID = "reference.sensitivity_grid"

TABLE = "mart.sensitivity"

_STATUS, _PAIR, _NEED, _ALLOCATION = "match.school_status", "match.pair", "match.need", "match.allocation"
_AREA, _SUMMARY = "core.school_area", "mart.area_summary"
_TRIAL = "trial"


def _figures() -> list[str]:
    """The columns of ``mart.area_summary`` that are worked out; assignments of partners are not:

    they take seconds for each point.
    """
    return list(contract_of(_SUMMARY).marked("sensitivity"))


@dataclass(frozen=True)
class Variation:
    """A definition with one thing changed: the value of a parameter, or the radius (``SEARCH_RADIUS``, in times the radius)."""

    parameter: str
    value: float


def own_values(definition: Definition) -> dict[str, float]:
    """What can be varied, as the definition has it: the radius (once), then its parameters in the order of its file."""
    return {SEARCH_RADIUS: 1.0} | {name: float(each.value) for name, each in definition.description.parameter.items()}


def varied(definition: Definition, variation: Variation) -> Definition:
    """The definition with another value of one parameter."""
    about = definition.description
    parameter = about.parameter[variation.parameter].model_copy(update={"value": variation.value})
    return replace(
        definition, description=about.model_copy(update={"parameter": about.parameter | {variation.parameter: parameter}})
    )


def grid(connection: duckdb.DuckDBPyConnection, definition: Definition) -> list[Variation]:
    """The points of ``reference.sensitivity_grid``: the radius, then the parameters in the order of their file, values ascending.

    The definition's own value is always among them. Raises InputError for a parameter that the definition does not have.
    """
    rows = run(connection, f"select parameter, points from {GRID} where definition = $1 or definition is null", [definition.name])
    points = {parameter: {float(point) for point in text.split()} for parameter, text in rows}
    _refuse_unknown(definition, points)
    own = own_values(definition)
    return [Variation(name, value) for name in own if name in points for value in sorted(points[name] | {own[name]})]


def headlines(
    connection: duckdb.DuckDBPyConnection, definition: Definition, variations: Sequence[Variation]
) -> list[dict[str, Any]]:
    """The headline figures of England: a row per variation, in the order given, and phase.

    Takes a connection to a warehouse in which ``core`` is built, and changes nothing in it; it must be able to attach a catalog in
    memory (``store.beside``: one that was opened read-only cannot). A row has ``definition, parameter, value, is_as_defined`` and
    the figures of ``mart.area_summary``, by its own SQL, but for the assignments. Raises InputError for a parameter that the
    definition does not have, and for a radius that is not above zero.
    """
    _refuse_unknown(definition, [each.parameter for each in variations])
    if any(each.parameter == SEARCH_RADIUS and each.value <= 0 for each in variations):
        raise InputError("The search radius cannot be varied to nothing", expected="a number above 0, such as 0.5 for half as far")
    if not variations:
        return []
    own = own_values(definition)
    factors = [each.value if each.parameter == SEARCH_RADIUS else 1.0 for each in variations]
    asked = {"core.school": _WIDEST.format(factor=repr(max(factors))), _AREA: _COUNTRY}
    with trial(connection, definition, asked) as room:
        run(room, "create table decided (setting varchar, phase varchar, urn integer, status varchar, not_assessed varchar[])")
        run(room, "create table point (place integer, setting varchar, factor double)")
        settings: set[str] = set()
        for place, (each, factor) in enumerate(zip(variations, factors, strict=True)):
            changes = each.parameter != SEARCH_RADIUS and each.value != own[each.parameter]
            setting = f"{each.parameter} = {each.value!r}" if changes else "as defined"
            if setting not in settings:
                settings.add(setting)
                if changes:
                    _set(room, definition, each.parameter, each.value)
                run(room, f"insert into decided select $1, phase, urn, status, not_assessed from {_STATUS}", [setting])
                if changes:
                    _set(room, definition, each.parameter, own[each.parameter])
            run(room, "insert into point values ($1, $2, $3)", [place, setting, factor])
        _find_pairs(room)
        run(room, f"create view {_ALLOCATION} as {_NO_ALLOCATION}")
        _model(_SUMMARY).build(room)
        rows = rows_as_dicts(room, f"select definition as place, {', '.join(_figures())} from {_SUMMARY} order by place, phase")
    named = []
    for row in rows:
        each = variations[row.pop("place")]
        about = {"definition": definition.name, "parameter": each.parameter, "value": each.value}
        named.append(about | {"is_as_defined": each.value == own[each.parameter]} | row)
    return named


@contextmanager
def trial(
    connection: duckdb.DuckDBPyConnection, definition: Definition, selects: Mapping[str, str] | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a catalog in memory in which a definition is decided anew, while the warehouse stays as it is.

    There ``definition.outcome`` and ``match.school_status`` are views, for this definition alone, over the tables of the warehouse.
    ``selects``: what is read of a table in place of all of it (``select ... from {table}``), to ask what would be if it read
    otherwise.
    """
    deciding = _deciding(definition)
    made, given = _made(definition), _given(definition)
    source = f'"{run(connection, "select current_database()")[0][0]}"'
    with connection.cursor() as room:
        run(room, f"attach ':memory:' as {_TRIAL}")
        try:
            run(room, f"use {_TRIAL}")
            load_macros(room)
            load_parameters(room, [definition])
            for schema in sorted({name.partition(".")[0] for name in made | given}):
                run(room, f"create schema if not exists {schema}")
            for table in sorted(given):
                select = (selects or {}).get(table, "select * from {table}")
                run(room, f"create view {table} as {select.format(table=f'{source}.{table}')}")
            for model in deciding:
                run(room, f"create view {model.name} as {model.sql}")
            yield room
        finally:
            run(room, f"use {source}")
            run(room, f"detach {_TRIAL}")


def sensitivity_model(definitions: Sequence[Definition]) -> ConnectionModel:
    """``mart.sensitivity``: the headline figures of each definition at the points of its grid."""

    def figures(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
        return [row for each in definitions for row in headlines(connection, each, grid(connection, each))]

    own = {each.parameter_table for each in definitions}
    contract = contract_of(TABLE)
    return ConnectionModel(
        name=TABLE,
        description=contract.row,
        reads=tuple(sorted({GRID} | own | {table for each in definitions for table in _given(each)})),
        columns=contract.types,
        function=figures,
    )


def _models_of_trial(definition: Definition) -> list[AnyModel]:
    """All that is made in a trial, and the summary of areas, in order."""
    return [*_deciding(definition), *_finding(), _model(_SUMMARY)]


def _made(definition: Definition) -> set[str]:
    return {model.name for model in _models_of_trial(definition)} | {definition.parameter_table, _ALLOCATION}


def _given(definition: Definition) -> set[str]:
    """The tables of the warehouse that a trial reads."""
    return {table for model in _models_of_trial(definition) for table in model.reads} - _made(definition)


def _model(name: str) -> Model:
    """The model of ``sql/`` that makes a table."""
    return next(model for model in read_models(name.partition(".")[0]) if model.name == name)


def _set(room: duckdb.DuckDBPyConnection, definition: Definition, parameter: str, value: float) -> None:
    run(room, f"update {definition.parameter_table} set {parameter} = $1", [value])


def _deciding(definition: Definition) -> list[Model]:
    """What decides the status of each school, in order: the definition's steps and outcome, and what follows from it."""
    return in_order([*definition.models, outcome_model([definition]), _model(_STATUS)])


def _finding() -> list[AnyModel]:
    """What finds the pairs for the schools in ``match.school_status``, and counts them, in order."""
    models: list[AnyModel] = [*PYTHON_MODELS, *read_models("match")]
    by_name = {model.name: model for model in models if model.schema == "match" and model.name != _STATUS}
    needed, more = set[str](), {_NEED}
    while more:
        needed |= more
        more = {read for name in more for read in by_name[name].reads if read in by_name} - needed
    return in_order(by_name[name] for name in needed)


def _find_pairs(room: duckdb.DuckDBPyConnection) -> None:
    """Make status, pairs and numbers of partners for every point, the point as the name of the definition.

    The models of ``sql/match/`` see one definition in which a school stands twice if it is in need at one point and
    high-performing at another, with the widest radius; of the pairs they find each point then has its own.
    """
    run(room, f"drop view {_STATUS}")
    run(room, f"create table {_STATUS} as select distinct 'any' as definition, phase, urn, status from decided")
    finding = _finding()
    for model in finding:
        if model.name != _NEED:
            model.build(room)
    run(room, f"create table candidate as from {_PAIR}")
    for table, select in ((_STATUS, _STATUS_OF_POINTS), (_PAIR, _PAIRS_OF_POINTS)):
        run(room, f"create or replace table {table} as {select}")
    next(model for model in finding if model.name == _NEED).build(room)


_WIDEST = """
select
    * replace (search_radius_miles * {factor} as search_radius_miles),
    search_radius_miles as defined_radius_miles
from {{table}}
"""
"""``core.school`` for the search: as far as any point looks, and as far as the definition does."""

_COUNTRY = "select * from {table} where area_type = 'country'"
"""``core.school_area`` for the headlines, which are England's."""

_NO_ALLOCATION = """
select
    cast(null as integer) as definition,
    cast(null as integer) as capacity,
    cast(null as integer) as need_urn
where false
"""
"""``match.allocation``, of which ``mart.area_summary`` counts three columns: they are not asked for here."""

_STATUS_OF_POINTS = """
select
    point.place as definition,
    decided.phase,
    decided.urn,
    decided.status,
    decided.not_assessed
from decided
inner join point on point.setting = decided.setting
"""

# The radius is worked out as match.need_cell does it, so that a school on the edge is in or out alike.
_PAIRS_OF_POINTS = """
select
    need.definition,
    candidate.phase,
    candidate.need_urn,
    candidate.partner_urn,
    candidate.distance_m
from candidate
inner join core.school as school on school.urn = candidate.need_urn
inner join match.school_status as need on need.urn = candidate.need_urn and need.status = 'in_need'
inner join match.school_status as partner
    on
        partner.definition = need.definition
        and partner.urn = candidate.partner_urn
        and partner.status = 'high_performing'
inner join point on point.place = need.definition
where candidate.distance_m <= metres(school.defined_radius_miles * point.factor)
"""


def _refuse_unknown(definition: Definition, parameters: Collection[str]) -> None:
    own = own_values(definition)
    if unknown := sorted(set(parameters) - set(own)):
        raise InputError(
            f"The definition {definition.name} has no parameter {', '.join(unknown)} that could be varied",
            expected=f"one of {', '.join(own)}",
            do="mend the name (for the grid: in sql/reference/sensitivity_grid.csv)",
        )
