"""What the page knows of areas before anything is looked at: names, figures, classes, and the words that go with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import duckdb

from exports.excel.scope import scopes
from exports.map.measures import Measure, classes, count_in_classes
from exports.map.shapes import AREA_TYPES
from exports.words import in_words, not_asked_of, order_of, withheld_of
from warehouse.query import Row, ask


def words(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Definitions, phases, settings and reasons in words, in the order they are offered in."""
    spoken = sorted(ask(connection, "map/definitions"), key=lambda row: order_of(row["definition"], row["phase"]))
    definitions: dict[str, dict[str, Any]] = {}
    for row in spoken:
        told = {"name": row["definition"], "title": row["title"], "sentence": row["sentence"], "phases": []}
        definition = definitions.setdefault(row["definition"], told | {"withheld": {}, "not_asked": {}})
        definition["phases"].append(row["phase"])
        if withheld := withheld_of(row):
            definition["withheld"][row["phase"]] = withheld
        elif not_asked := not_asked_of(row):
            definition["not_asked"][row["phase"]] = not_asked
    reasons: dict[str, dict[str, str]] = defaultdict(dict)
    for row in ask(connection, "map/reasons"):
        reasons[row["definition"]][row["code"]] = row["sentence"]
    settings = ask(connection, "map/settings")
    return {
        "definitions": list(definitions.values()),
        "phases": {row["phase"]: in_words(row["phase"]) for row in spoken},
        "settings": [[row["setting"], in_words(row["setting"]), row["search_radius_miles"]] for row in settings],
        "reasons": dict(reasons),
    }


def areas(connection: duckdb.DuckDBPyConnection) -> dict[str, list[list[Any]]]:
    """By type of area: ``[code, name, region's code, codes of the local authorities with its schools, workbook]``, by name."""
    found: dict[str, list[list[Any]]] = {area_type: [] for area_type in AREA_TYPES}
    books = {(scope.kind, scope.code): scope.path for scope in scopes(connection)}
    for row in ask(connection, "map/areas"):
        area_type, code = row["area_type"], row["area_code"]
        # of a constituency there is none
        book = books.get((area_type, code))
        found[area_type].append([code, row["area_name"], row["region_code"], row["authorities"], book])
    return found


def figures(connection: duckdb.DuckDBPyConnection, measures: Sequence[Measure]) -> dict[str, Any]:
    """What the page shows of the measures, each by definition, phase and type of area (England is the type ``country``).

    ``figures``: by code of the area, the values of the measures, in their order. ``ranks``: likewise the ranks of those values that
    are shown (``areas``), and among how many (``of``). ``legends``: by measure, limits of the classes, how many areas stand in
    each, how many have no value, and how many no school of the phase.
    """
    asked = [
        {
            "measure": each.name,
            "decimals": each.decimals,
            "is_of_those_in_need": each.is_of_those_in_need,
            "not_shown_where": each.not_shown_where,
        }
        for each in measures
    ]
    found: dict[tuple[str, str, str], dict[str, Row]] = defaultdict(dict)
    for row in ask(connection, "map/figures", {"measures": asked}):
        found[row["definition"], row["phase"], row["area_type"]][row["measure"]] = row
    shown: dict[str, Any] = {"figures": {}, "ranks": {}, "legends": {}}
    for (definition, phase, area_type), rows in found.items():
        in_order = [rows[measure.name] for measure in measures]
        parts: dict[str, Any] = {"figures": _by_area(in_order, "figures")}
        if area_type in AREA_TYPES:
            parts["ranks"] = {"of": [len(row["shown"]) for row in in_order], "areas": _by_area(in_order, "ranks")}
            parts["legends"] = {measure.name: _legend(rows[measure.name], measure) for measure in measures if measure.is_mapped}
        for name, part in parts.items():
            shown[name].setdefault(definition, {}).setdefault(phase, {})[area_type] = part
    return shown


def _by_area(rows: Sequence[Row], name: str) -> dict[str, list[float | None]]:
    """By code of the area, what each of the measures says of it, from their rows of ``sql/map/figures.sql``."""
    values = zip(*(row[name] for row in rows), strict=True)
    return {code: [_short(value) for value in of_area] for code, of_area in zip(rows[0]["area_codes"], values, strict=True)}


def _short(value: float | None) -> float | None:
    """The same number, whole where it is: a fifth of the file is ``.0`` without."""
    return int(value) if value is not None and value == int(value) else value


def _legend(row: Row, measure: Measure) -> dict[str, Any]:
    limits = classes(row["shown"], measure)
    return {
        "limits": limits,
        "counts": count_in_classes(row["shown"], limits),
        "without_value": row["without_value"],
        "without_schools": row["without_schools"],
    }
