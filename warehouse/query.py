"""Queries by name: what an output or a page asks of the tables stands in ``sql/``, one SELECT a file, and is read from there.

``ask(connection, "sheet/schools_in_need")`` gives the rows of ``sql/sheet/schools_in_need.sql``, by name and never by place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from warehouse.model import SQL
from warehouse.store import literal, rows_as_dicts

Row = dict[str, Any]


@cache
def sql_of(name: str, root: Path = SQL) -> str:
    """The text of a query: ``sheet/schools_in_need`` stands in ``sql/sheet/schools_in_need.sql``."""
    return (root / f"{name}.sql").read_text(encoding="utf-8")


def ask(
    connection: duckdb.DuckDBPyConnection, name: str, parameters: Mapping[str, Any] | None = None, *, root: Path = SQL
) -> list[Row]:
    """The rows of a query, a dictionary each. ``parameters``: values for its ``$names``."""
    return rows_as_dicts(connection, sql_of(name, root), parameters)


_NAME = re.compile(r"--[^\n]*|'(?:[^']|'')*'|\$(?P<name>\w+)")
"""A name, and what is skipped so that none is seen in it: comments and texts."""


def with_values(sql: str, values: Mapping[str, object]) -> str:
    """A query of ours with values in place of its ``$names``: None, truth values, numbers, texts and lists of them.

    Given as parameters they would make DuckDB load pandas, to see whether they are its own: half a second for a question that takes
    ten milliseconds. Raises KeyError for a name without a value, TypeError for a value of another type.
    """
    return _NAME.sub(lambda found: _written(values[found["name"]]) if found["name"] else found[0], sql)


def _written(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool() | int():
            return str(value).lower()
        case float():
            return f"cast({literal(repr(value))} as double)"
        case str():
            return literal(value)
        case list() | tuple():
            return f"[{', '.join(map(_written, value))}]"
    raise TypeError(f"{type(value).__name__} is no value that a query takes")
