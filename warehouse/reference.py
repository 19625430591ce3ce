"""The tables of small facts: one per file of ``sql/reference/``."""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.model import SQL
from warehouse.store import run


def reference_tables(root: Path = SQL) -> list[str]:
    """The tables of small facts, one per file of ``sql/reference/``."""
    return [f"reference.{path.stem}" for path in sorted((root / "reference").glob("*.csv"))]


def load_reference(connection: duckdb.DuckDBPyConnection, root: Path = SQL) -> dict[str, int]:
    """Load the small facts, every column as text; returns the number of rows by table."""
    run(connection, "create schema if not exists reference")
    counts = {}
    for table in reference_tables(root):
        path = root / "reference" / f"{table.partition('.')[2]}.csv"
        run(
            connection,
            f"create or replace table {table} as "
            "select * from read_csv($path, header = true, all_varchar = true, comment = '#', delim = ',', quote = '\"')",
            {"path": str(path)},
        )
        counts[table] = int(run(connection, f"select count(*) from {table}")[0][0])
    return counts
