"""The schools of the map: those in need and the high-performing ones, a file for each local authority.

A file holds the schools that stand in the authority and, since they may stand across the border, the partners of its schools in
need. So a reader fetches only what is looked at.

Without names, nothing that is told of a school is to give back its place: it stands in the middle of its square of the National
Grid, miles are those between the squares, and neither a number nor the order of anything in a file says which school it is.
What that hides and what not: docs/operations.md#what-a-map-without-names-hides.
"""

from __future__ import annotations

import math
import secrets
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from exports.words import day_in_words, in_words
from transforms.geography import METRES_PER_MILE
from transforms.grid import longitude_latitude
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

SQUARE_M = 1_000
"""The side of the square in whose middle a school stands in the edition without names, in metres."""

ByNeed = dict[str, dict[str, Any]]
"""By definition and school in need."""


@dataclass(frozen=True)
class SchoolFile:
    """What is told of an authority: ``schools`` rows of ``COLUMNS``, ``pairs`` and ``organisations`` by definition and school.

    A pair is ``[partner, miles, how alike of 100, evidence, organisation, schools in need it could serve, what tells it apart]`` in
    the order of the shortlist, null what is not known; evidence and organisation by their places in ``evidence_words`` and among
    the organisations. These are those that run the partners, by rank: ``[name, kind, partners, miles to the nearest, schools in
    need it has itself, is the school's own]``. Without names there is only their number: a trust's name tells its schools; and of
    a pair only the miles, the nearest first, as a list of the rest would be a fingerprint.
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


def evidence_words(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The kinds of evidence on which partners are high-performing, in words, in the order of a pair's ``evidence``."""
    return [row["words"] for row in ask(connection, "map/evidence")]


def school_files(connection: duckdb.DuckDBPyConnection, *, is_named: bool) -> Iterator[SchoolFile]:
    """The files, by ONS code of the authority. Without names a school has a number that says nothing of it, another each time."""
    schools = {row["id"]: row for row in ask(connection, "map/schools")}
    # one for an authority without such schools, too: the page asks for it; each a set that keeps its order
    of_authority: dict[str, dict[int, None]] = {row["la_ons_code"]: {} for row in ask(connection, "map/authorities")}
    facts = _facts(connection) if is_named and fact_columns() else {}
    for urn, school in schools.items():
        of_authority[school["local_authority"]][urn] = None
        school["facts"] = facts.get(urn, [])
    if not is_named:
        _take_names_off(schools)
    evidence = {words: place for place, words in enumerate(evidence_words(connection))}
    pairs: dict[str, ByNeed] = defaultdict(lambda: defaultdict(dict))
    for row in ask(connection, "map/partners"):
        need = schools[row["need_urn"]]
        partner = schools[row["partner_urn"]]
        row["evidence"] = evidence.get(row["evidence"])
        pair = [partner["id"], *(row[name] for name in _PAIR)] if is_named else [partner["id"], _miles(need, partner)]
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
        listed = sorted((schools[urn] for urn in urns), key=lambda school: school["id"])
        rows = [[school[name] for name in COLUMNS] for school in listed]
        near = _in_order(pairs[authority])
        if not is_named:
            for partners in (each for of_need in near.values() for each in of_need.values()):
                partners.sort(key=lambda pair: (pair[1], pair[0]))  # of those equally far, not the nearer one first
        yield SchoolFile(authority, rows, near, _in_order(organisations[authority]))


def _take_names_off(schools: Mapping[int, dict[str, Any]]) -> None:
    """Of each school: no name, the middle of its square as its place, and a number.

    Numbers are dealt by chance. The order of anything that can be worked out from a URN, a hash among it, would give them back.
    """
    numbers = list(range(1, len(schools) + 1))
    secrets.SystemRandom().shuffle(numbers)
    for number, school in zip(numbers, schools.values(), strict=True):
        school |= {"id": number, **dict.fromkeys(_NAMING)}
        if school["easting"] is not None:
            school |= {side: school[side] // SQUARE_M * SQUARE_M + SQUARE_M // 2 for side in ("easting", "northing")}
            place = longitude_latitude(school["easting"], school["northing"])
            # a square in the sea beyond the grid has no middle that could be told
            longitude, latitude = (round(each, 4) if math.isfinite(each) else None for each in place)
            school |= {"longitude": longitude, "latitude": latitude}


def _miles(one: Mapping[str, Any], other: Mapping[str, Any]) -> int:
    """Whole miles between the middles of two squares: nothing that their places do not say."""
    across = math.hypot(one["easting"] - other["easting"], one["northing"] - other["northing"])
    return round(across / METRES_PER_MILE)


def _in_order(found: Mapping[str, dict[str, Any]]) -> ByNeed:
    """By definition and school in need, in the order of these: what was told first is not to say which school it is."""
    return {name: dict(sorted(of_need.items(), key=lambda each: int(each[0]))) for name, of_need in sorted(found.items())}


_PAIR = ("miles", "alike", "evidence", "organisation", "schools_in_need", "told_apart")

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
