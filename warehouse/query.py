"""Queries by name: what an output or a page asks of the tables stands in ``sql/``, one SELECT a file, and is read from there.

``ask(connection, "sheet/schools_in_need")`` gives the rows of ``sql/sheet/schools_in_need.sql``, by name and never by place.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from warehouse.model import SQL
from warehouse.store import rows_as_dicts

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
