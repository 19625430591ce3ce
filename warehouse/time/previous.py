"""What was published before: this refresh is compared with it (``mart.change``) and held against it (``mart_drift_*``).

What is needed of the earlier folder is copied into ``previous.*``, so that the SQL of changes is the same within a refresh and for
any two published folders (``warehouse/time/change.py``). What an older version of schoolmatch did not publish is not compared.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.contract import Contract, read_contracts
from warehouse.home import Home
from warehouse.publish import DUCKDB_FILE, folders, order
from warehouse.sealed import beside
from warehouse.store import literal, run

log = logging.getLogger("schoolmatch")

FOLDER = "previous.folder"
COLUMN = "previous.column"
_FOLDER_COLUMNS = {
    "stamp": "varchar",
    "source": "varchar",
    "is_same_source": "boolean",
    "code_version": "varchar",
    "gias_as_at": "date",
    "ofsted_as_at": "date",
    "ks2_year": "integer",
    "ks4_year": "integer",
}

_NAMED = {"definition": "previous.parameter"}
"""Where the table has another name than the published one: of definitions it holds the thresholds."""


def compared() -> list[Contract]:
    """The contracts of the tables that are kept to compare with."""
    return [contract for contract in read_contracts().values() if contract.compared_by]


def tables() -> dict[str, dict[str, str]]:
    """Every table of ``previous`` and its columns; empty where nothing comparable was published before.

    ``previous.column`` tells which columns the folder has: an older version need not have published them all.
    """
    told = {previous_of(contract.name): contract.types for contract in compared()}
    return {FOLDER: _FOLDER_COLUMNS, COLUMN: {"table_name": "varchar", "column_name": "varchar"}} | told


def previous_of(table: str) -> str:
    """The table of ``previous`` that holds what was published as ``mart.<table>``."""
    return _NAMED.get(table, f"previous.{table}")


@dataclass(frozen=True)
class Folder:
    """A published folder: its stamp, the source it was made from, and whether its schools are invented."""

    path: Path
    source: str
    is_synthetic: bool

    @property
    def stamp(self) -> str:
        """Its name: the UTC stamp."""
        return self.path.name


def comparable(home: Home) -> Iterator[Folder]:
    """The published folders that can be compared with, the one that ``latest`` points at first, then from the newest on."""
    latest = home.latest.resolve()
    for path in sorted(folders(home), key=lambda path: (path == latest, order(path.name)), reverse=True):
        try:
            with beside(last=path / DUCKDB_FILE) as connection:
                ((source, is_synthetic),) = run(connection, "select source, is_synthetic from mart.refresh")
                run(connection, "select definition, urn, phase, status from mart.school_status limit 0")
        except (duckdb.Error, ValueError) as error:
            # one that an older version has published is as it should be
            level = logging.WARNING if isinstance(error, duckdb.IOException) else logging.DEBUG
            log.log(level, "nothing to compare with in %s: %s", path, str(error).splitlines()[0])
            continue
        yield Folder(path, source, bool(is_synthetic))


def load_previous(connection: duckdb.DuckDBPyConnection, home: Home, source: str, *, is_synthetic: bool) -> Folder | None:
    """Fill ``previous.*`` from the folder published before; returns that folder, or None where there is none to compare with.

    It is the newest of the source, else the newest of another that is as real: invented schools are never compared with real ones.
    One that is damaged is told, and the one before it taken.
    """
    found = [folder for folder in comparable(home) if folder.is_synthetic == is_synthetic]
    for folder in sorted(found, key=lambda folder: folder.source != source):
        try:
            load_folder(connection, folder, is_same_source=folder.source == source)
        except duckdb.IOException as error:
            log.warning("%s is damaged, and not compared with: %s", folder.path, str(error).splitlines()[0])
        else:
            return folder
    create(connection)
    return None


def load_folder(connection: duckdb.DuckDBPyConnection, folder: Folder, *, is_same_source: bool) -> None:
    """Fill ``previous.*`` from one published folder."""
    create(connection)
    run(connection, f"attach {literal((folder.path / DUCKDB_FILE).resolve())} as last (read_only)")
    try:
        copy_tables(connection, "last", folder.stamp, is_same_source=is_same_source)
    finally:
        run(connection, "detach last")


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every table of ``previous``, empty."""
    run(connection, "create schema if not exists previous")
    for table, columns in tables().items():
        fields = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        run(connection, f"create or replace table {table} ({fields})")


def copy_tables(connection: duckdb.DuckDBPyConnection, catalog: str, stamp: str, *, is_same_source: bool) -> None:
    """Copy what is needed of the published tables of an attached database, as far as it has them."""
    there: dict[str, set[str]] = {}
    for table, column in run(
        connection,
        "select table_name, column_name from duckdb_columns() where schema_name = 'mart' and database_name = ?",
        [catalog],
    ):
        there.setdefault(table, set()).add(column)
    if "source" in there.get("refresh", ()):
        known = {"stamp": literal(stamp), "is_same_source": str(is_same_source).lower()}
        fields = [known.get(name) or _as_far(name, kind, there["refresh"]) for name, kind in _FOLDER_COLUMNS.items()]
        run(connection, f"insert into {FOLDER} select {', '.join(fields)} from {catalog}.mart.refresh")
    for contract in compared():
        found = there.get(contract.name, set())
        if not found >= set(contract.compared_by):
            continue  # an older version did not publish the table, or not with this key
        table = previous_of(contract.name)
        fields = [_as_far(name, kind, found) for name, kind in contract.types.items()]
        where = "where parameter is not null" if contract.name == "definition" else ""
        run(connection, f"insert into {table} select {', '.join(fields)} from {catalog}.mart.{contract.name} {where}")
        run(connection, f"insert into {COLUMN} select $1, unnest($2)", [contract.name, sorted(found & set(contract.columns))])


def _as_far(name: str, kind: str, found: set[str]) -> str:
    """A column as far as the folder has it, else null."""
    return name if name in found else f"cast(null as {kind})"
