"""Connections to DuckDB and the lock around the working file.

One process writes to the working warehouse at a time: DuckDB refuses a second one with an error, the lock makes it wait.
"""

from __future__ import annotations

import errno
import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from filelock import FileLock, Timeout

from transforms.errors import InputError
from warehouse import durable
from warehouse.home import Home

if TYPE_CHECKING:
    import pyarrow as pa  # takes a second to import, and readers of a published file do without

log = logging.getLogger("schoolmatch")

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "1GB",
    "threads": os.cpu_count() or 2,
    # No extension is needed anywhere; trying to fetch one behind a firewall costs seconds and fails.
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


@contextmanager
def alone(home: Home) -> Iterator[None]:
    """No other process refreshes this home meanwhile; a second caller waits until the first has ended."""
    home.make()
    lock = FileLock(home.lock)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        log.warning("another refresh is at work in %s: waiting until it has finished", home.root)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def open_warehouse(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The working warehouse, to be written by this process alone; a second caller waits until the first has closed it."""
    with alone(home), _connected(home) as connection:
        yield connection


def _connected(home: Home) -> duckdb.DuckDBPyConnection:
    """The working warehouse. One that is damaged, or of a DuckDB to come, is moved aside and begun anew: a refresh makes all of it.

    Raises InputError where another program has it open, OSError where this user may not write it or the disk is full.
    """
    try:
        return duckdb.connect(home.warehouse, config=SETTINGS)
    except duckdb.Error as error:
        why = str(error).splitlines()[0]
        if "Could not set lock" in why:
            raise InputError(
                "The working warehouse is open in another program",
                file=str(home.warehouse),
                do=f"close it there, and refresh again; to look at tables, open {home.latest}/schoolmatch.duckdb",
            ) from error
        if os.strerror(errno.ENOSPC) in why:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(home.warehouse)) from error
        if home.warehouse.is_file():
            home.warehouse.open("r+b").close()  # what the system refuses is no damage
    for path in (home.warehouse, home.warehouse.with_name(f"{home.warehouse.name}.wal")):
        if path.exists():
            durable.set_aside(path, home.damaged, why, name=path.name)
    return duckdb.connect(home.warehouse, config=SETTINGS)


@contextmanager
def scratch() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database that is gone afterwards; on disk, as the tables of a whole country are larger than the memory allowed."""
    with (
        tempfile.TemporaryDirectory(prefix="schoolmatch-") as folder,
        duckdb.connect(Path(folder) / "scratch.duckdb", config=SETTINGS) as connection,
    ):
        yield connection


@contextmanager
def passing(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database of this process alone in a file that the caller takes away afterwards."""
    with duckdb.connect(path, config=SETTINGS) as connection:
        yield connection


@contextmanager
def in_memory(**settings: str | int) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory, with these settings beside the usual ones.

    No bar of progress is drawn: DuckDB takes a process that another has spawned for a person's session, and would.
    """
    with duckdb.connect(config=SETTINGS | settings) as connection:
        run(connection, "set enable_progress_bar = false")
        yield connection


def is_at_work(home: Home) -> bool:
    """Whether a process is refreshing this home; one that was killed is not, whatever Dagster remembers of it."""
    home.make()
    try:
        with FileLock(home.lock).acquire(timeout=0):
            return False
    except Timeout:
        return True


def run(connection: duckdb.DuckDBPyConnection, sql: str, parameters: object = None) -> list[tuple[Any, ...]]:
    """Execute and fetch everything: an open result blocks the connection."""
    return connection.execute(sql, parameters).fetchall()


def rows_as_dicts(connection: duckdb.DuckDBPyConnection, sql: str, parameters: object = None) -> list[dict[str, Any]]:
    """Execute and fetch everything, a dictionary per row."""
    cursor = connection.execute(sql, parameters)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def literal(value: str | Path) -> str:
    """A SQL text literal, for the statements that take no parameters (ATTACH, COPY, COMMENT)."""
    return "'" + str(value).replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as SQL: quoted, so that it is a name whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def replace_table(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], rows: pa.Table | pa.RecordBatchReader
) -> int:
    """Create ``table`` with the columns and SQL types given, from rows that have at least those columns; returns the number
    of rows."""
    schema, _, name = table.partition(".")
    view = f"incoming_{schema}_{name}"  # a name of its own: DuckDB prefers a table of the catalog to a registered frame
    casts = [(identifier(column), sql_type) for column, sql_type in columns.items()]
    select = ", ".join(f"cast({column} as {sql_type}) as {column}" for column, sql_type in casts)
    connection.register(view, rows)
    try:
        run(connection, f"create schema if not exists {schema}")
        run(connection, f"create or replace table {table} as select {select} from {view}")
    finally:
        connection.unregister(view)
    return int(run(connection, f"select count(*) from {table}")[0][0])
