"""The schools of the map: those in need and the high-performing ones, a file for each local authority.

A file holds the schools that stand in the authority and, since they may stand across the border, the partners of its schools in
need. So a reader fetches only what is looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from exports.words import day_in_words, in_words
from warehouse.contract import Column, contract_of, titled
from warehouse.query import ask

COLUMNS = (
    "id",
    "name",
    "longitude",
    "latitude",
    "phase",
    "setting",
    "search_radius_miles",
    "search_radius_m",
    "local_authority",
    "constituency",
    "region",
    "trust",
    "status",
    "reasons",
    "can_be_placed",
    "partners",
    "facts",
)
"""Of a school, as ``sql/map/schools.sql`` gives them: from ``status`` on by definition. ``name`` and ``trust`` are null in the
edition without names. ``facts``: what its contract shows besides, in words (``fact_columns``); none where schools are not named."""

_NAMING = ("name", "trust")

ByNeed = dict[str, dict[str, Any]]
"""By definition and school in need."""


@dataclass(frozen=True)
class SchoolFile:
    """What is told of an authority: ``schools`` rows of ``COLUMNS``, ``pairs`` and ``organisations`` by definition and school.

    A pair is ``[partner, miles, likeness]``, the nearest first; the likeness is null where nothing is known of it. Organisations
    are those that run these partners, by rank: ``[name, kind, partners, miles to the nearest, schools in need it has itself, is
    the school's own]``, null what is not known. Without names there is only their number: a trust's name tells its schools.
    """

    authority: str
    schools: list[list[Any]]
    pairs: ByNeed
    organisations: ByNeed


def fact_columns() -> dict[str, Column]:
    """The columns of ``mart.school`` that its contract shows on the map (``on_map``)."""
    return {name: column for name, column in contract_of("school").columns.items() if column.on_map is True}


def fact_labels() -> list[str]:
    """Their labels, in the order of a school's ``facts``."""
    return [column.label or titled(name) for name, column in fact_columns().items()]


def school_files(connection: duckdb.DuckDBPyConnection, *, is_named: bool) -> Iterator[SchoolFile]:
    """The files, by ONS code of the authority. Without names a school has a number that says nothing of it."""
    schools = {row["id"]: row for row in ask(connection, "map/schools")}
    # one for an authority without such schools, too: the page asks for it; each a set that keeps its order
    of_authority: dict[str, dict[int, None]] = {row["la_ons_code"]: {} for row in ask(connection, "map/authorities")}
    facts = _facts(connection) if is_named and fact_columns() else {}
    for number, (urn, school) in enumerate(schools.items(), start=1):
        of_authority[school["local_authority"]][urn] = None
        school["facts"] = facts.get(urn, [])
        if not is_named:
            school |= {"id": number, **dict.fromkeys(_NAMING)}
    pairs: dict[str, ByNeed] = defaultdict(lambda: defaultdict(dict))
    for row in ask(connection, "map/partners"):
        need = schools[row["need_urn"]]
        pair = [schools[row["partner_urn"]]["id"], row["miles"], row["likeness"]]
        pairs[need["local_authority"]][row["definition"]].setdefault(str(need["id"]), []).append(pair)
        of_authority[need["local_authority"]][row["partner_urn"]] = None
    organisations: dict[str, ByNeed] = defaultdict(lambda: defaultdict(dict))
    for row in ask(connection, "map/organisations"):
        need = schools[row["need_urn"]]
        of_definition = organisations[need["local_authority"]][row["definition"]]
        if is_named:
            of_definition.setdefault(str(need["id"]), []).append([row[name] for name in _ORGANISATION])
        else:
            of_definition[str(need["id"])] = row["organisations"]
    for authority, urns in of_authority.items():
        rows = [[schools[urn][name] for name in COLUMNS] for urn in urns]
        yield SchoolFile(authority, rows, dict(pairs[authority]), dict(organisations[authority]))


_ORGANISATION = ("organisation_name", "organisation_kind", "partners", "miles", "in_need", "is_own_organisation")


def _facts(connection: duckdb.DuckDBPyConnection) -> dict[int, list[str]]:
    """By URN what the contract's columns say of a school, in words."""
    columns = fact_columns()
    rows = ask(connection, "map/school_facts")
    return {row["urn"]: [_value_in_words(row[name], column) for name, column in columns.items()] for row in rows}


def _value_in_words(value: Any, column: Column) -> str:
    """A value in words; where there is none, what that means."""
    if value is None:
        return column.null or ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return day_in_words(value)
    if isinstance(value, list):
        return ", ".join(_value_in_words(each, column) for each in value) or "none"
    if isinstance(value, int | float):
        return f"{value:{_FORMATS.get(column.format or '', ',')}}"
    return in_words(value) if column.one_of else str(value)


_FORMATS = {"whole": ",.0f", "one_decimal": ",.1f", "two_decimals": ",.2f", "plain": "g", "as_it_is": ",g"}
"""By ``warehouse.contract.Format``."""
