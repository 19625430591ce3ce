"""The DuckDB file that analysts query: the published tables, their keys and comments, and macros. Nothing else of the warehouse."""

from __future__ import annotations

from pathlib import Path

import duckdb

from transforms.errors import InputError
from warehouse.contract import Contract, read_contracts
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
        counts = {contract.table: _copy(connection, contract) for contract in read_contracts().values()}
        _comment(connection, is_synthetic)
        run(connection, "use published")
        run(connection, MACROS.read_text(encoding="utf-8"))
        run(connection, "checkpoint published")
    finally:
        run(connection, f"use {_own_catalog(connection)}")
        run(connection, "detach published")
    return counts


def _copy(connection: duckdb.DuckDBPyConnection, contract: Contract) -> int:
    table = contract.table
    fields = [f"{name} {column.type}" + (" not null" if column.is_required else "") for name, column in contract.columns.items()]
    constraint = [f"primary key ({', '.join(contract.key)})"] if contract.key else []
    run(connection, f"create table published.{table} ({', '.join(fields + constraint)})")
    try:
        order = f" order by {', '.join(contract.file_order)}" if contract.file_order else ""
        run(connection, f"insert into published.{table} select * from {table}{order}")
    except duckdb.ConstraintException as error:
        raise InputError(
            f"{table} cannot be published: {error}",
            file=f"sql/mart/{contract.name}.toml",
            expected="a key once, and a value in every column that the contract does not let be null",
            do="mend the SQL that makes it; or say in the contract what null means",
        ) from error
    return int(run(connection, f"select count(*) from published.{table}")[0][0])


def _comment(connection: duckdb.DuckDBPyConnection, is_synthetic: bool) -> None:
    label = f"{SYNTHETIC_NOTE} " if is_synthetic else ""
    for contract in read_contracts().values():
        # a schema cannot hold a comment
        more = f" {LIMITS} {OGL}" if contract.name == "refresh" else ""
        run(connection, f"comment on table published.{contract.table} is {literal(label + contract.row + more)}")
        for name, column in contract.columns.items():
            unit = f" Unit: {column.unit}." if column.unit else ""
            published_as = f" Published as: {'; '.join(column.published_as)}." if column.published_as else ""
            words = literal(column.meaning + unit + published_as)
            run(connection, f"comment on column published.{contract.table}.{name} is {words}")


def _own_catalog(connection: duckdb.DuckDBPyConnection) -> str:
    rows = run(
        connection,
        "select database_name from duckdb_databases() where not internal and database_name <> 'published' order by database_oid",
    )
    return str(rows[0][0])
