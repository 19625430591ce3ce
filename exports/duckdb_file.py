"""The DuckDB file that analysts query: the published tables, their keys and comments, and macros. Nothing else of the warehouse."""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.dictionary import describe_tables, key_of, published_tables, read_dictionary
from warehouse.licence import LIMITS, OGL, SYNTHETIC_NOTE
from warehouse.store import literal, run

STORAGE_VERSION = "v1.0.0"
"""Drivers of BI tools cannot open the default files of newer DuckDB versions."""

MACROS = (
    "create macro {db}.partners_of(urn, definition) as table select * from mart.match "
    "where need_urn = urn and match.definition = definition order by distance_rank",
    "create macro {db}.area_report(area_code, definition) as table select * from mart.area_summary "
    "where area_summary.area_code = area_code and area_summary.definition = definition order by phase",
)


def write_duckdb(connection: duckdb.DuckDBPyConnection, path: Path, *, is_synthetic: bool) -> dict[str, int]:
    """Copy the published tables into a new, compact file; returns the number of rows by table."""
    run(connection, f"attach {literal(path)} as published (storage_version '{STORAGE_VERSION}')")
    try:
        run(connection, "create schema published.mart")
        counts = {table: _copy(connection, table) for table in published_tables()}
        _comment(connection, is_synthetic)
        run(connection, "use published")
        for macro in MACROS:
            run(connection, macro.format(db="published.main"))
        run(connection, "checkpoint published")
    finally:
        run(connection, f"use {_own_catalog(connection)}")
        run(connection, "detach published")
    return counts


def _copy(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    key = key_of(table)
    columns = run(connection, f"select column_name, column_type from (describe {table})")
    fields = [f"{name} {kind}" for name, kind in columns]
    constraint = [f"primary key ({', '.join(key)})"] if key else []
    run(connection, f"create table published.{table} ({', '.join(fields + constraint)})")
    run(connection, f"insert into published.{table} select * from {table}")
    return int(run(connection, f"select count(*) from published.{table}")[0][0])


def _comment(connection: duckdb.DuckDBPyConnection, is_synthetic: bool) -> None:
    label = f"{SYNTHETIC_NOTE} " if is_synthetic else ""
    descriptions = describe_tables()
    descriptions["mart.refresh"] += f" {LIMITS} {OGL}"  # a schema cannot hold a comment
    for table in published_tables():
        run(connection, f"comment on table published.{table} is {literal(label + descriptions[table])}")
    for entry in read_dictionary():
        unit = f" Unit: {entry.unit}." if entry.unit else ""
        column = f"published.mart.{entry.table_name}.{entry.column_name}"
        run(connection, f"comment on column {column} is {literal(entry.description + unit)}")


def _own_catalog(connection: duckdb.DuckDBPyConnection) -> str:
    rows = run(
        connection,
        "select database_name from duckdb_databases() where not internal and database_name <> 'published' order by database_oid",
    )
    return str(rows[0][0])
