"""The DuckDB file that analysts query: the published tables, their keys and comments, and macros. Nothing else of the warehouse."""

from __future__ import annotations

from pathlib import Path

import duckdb

from transforms.errors import InputError
from warehouse.dictionary import describe_tables, key_of, published_tables, read_dictionary
from warehouse.licence import LIMITS, OGL, SYNTHETIC_NOTE
from warehouse.model import SQL
from warehouse.store import literal, run

STORAGE_VERSION = "v1.0.0"
"""Drivers of BI tools cannot open the default files of newer DuckDB versions."""

MACROS = SQL / "published_macros.sql"


def write_duckdb(connection: duckdb.DuckDBPyConnection, path: Path, *, is_synthetic: bool) -> dict[str, int]:
    """Copy the published tables into a new, compact file; returns the number of rows by table."""
    run(connection, f"attach {literal(path)} as published (storage_version '{STORAGE_VERSION}')")
    try:
        run(connection, "create schema published.mart")
        counts = {table: _copy(connection, table) for table in published_tables()}
        _comment(connection, is_synthetic)
        run(connection, "use published")
        run(connection, MACROS.read_text(encoding="utf-8"))
        run(connection, "checkpoint published")
    finally:
        run(connection, f"use {_own_catalog(connection)}")
        run(connection, "detach published")
    return counts


def _copy(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    key = key_of(table)
    columns = run(connection, f"select column_name, column_type from (describe {table})")
    required = {entry.column_name for entry in read_dictionary() if f"mart.{entry.table_name}" == table and entry.is_required}
    fields = [f"{name} {kind}" + (" not null" if name in required else "") for name, kind in columns]
    constraint = [f"primary key ({', '.join(key)})"] if key else []
    run(connection, f"create table published.{table} ({', '.join(fields + constraint)})")
    try:
        run(connection, f"insert into published.{table} select * from {table}")
    except duckdb.ConstraintException as error:
        raise InputError(
            f"{table} cannot be published: {error}",
            file="sql/dictionary/mart.csv",
            expected="a key once, and a value in every column that is_required",
            do="mend the SQL that makes it; or take is_required from the column, with the reason",
        ) from error
    return int(run(connection, f"select count(*) from published.{table}")[0][0])


def _comment(connection: duckdb.DuckDBPyConnection, is_synthetic: bool) -> None:
    label = f"{SYNTHETIC_NOTE} " if is_synthetic else ""
    descriptions = describe_tables()
    descriptions["mart.refresh"] += f" {LIMITS} {OGL}"  # a schema cannot hold a comment
    for table in published_tables():
        run(connection, f"comment on table published.{table} is {literal(label + descriptions[table])}")
    for entry in read_dictionary():
        unit = f" Unit: {entry.unit}." if entry.unit else ""
        published_as = f" Published as: {entry.published_as}." if entry.published_as else ""
        column = f"published.mart.{entry.table_name}.{entry.column_name}"
        run(connection, f"comment on column {column} is {literal(entry.description + unit + published_as)}")


def _own_catalog(connection: duckdb.DuckDBPyConnection) -> str:
    rows = run(
        connection,
        "select database_name from duckdb_databases() where not internal and database_name <> 'published' order by database_oid",
    )
    return str(rows[0][0])
