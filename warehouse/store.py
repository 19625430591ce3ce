"""Connections to DuckDB and the lock around the working file.

One process writes to the working warehouse at a time: DuckDB refuses a second one with an error, the lock makes it wait.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from filelock import FileLock, Timeout

from transforms.errors import InputError
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

SPILL_AT_MOST = "2GB"
"""What a question may write to disk where memory does not suffice; it goes to a folder of this process that is gone afterwards."""


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
    with alone(home), duckdb.connect(home.warehouse, config=SETTINGS) as connection:
        yield connection


@contextmanager
def scratch() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database that is gone afterwards; on disk, as the tables of a whole country are larger than the memory allowed."""
    with (
        tempfile.TemporaryDirectory(prefix="schoolmatch-") as folder,
        duckdb.connect(Path(folder) / "scratch.duckdb", config=SETTINGS) as connection,
    ):
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


def replace_table(connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], rows: pa.Table) -> int:
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


_QUESTIONS = frozenset(
    duckdb.StatementType.__members__[kind]
    for kind in ("SELECT", "CREATE", "INSERT", "UPDATE", "DELETE", "DROP")  # all but the first: of temporary tables
)


def answer(connection: duckdb.DuckDBPyConnection, question: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The columns and rows that somebody's own SQL gives from a published file; of several statements those of the last.

    Raises InputError for a statement that is no question: what is sealed can be written to by COPY all the same, as DuckDB lets
    through what is open, the file itself among it. Raises duckdb.Error for one that cannot be answered.
    """
    statements = connection.extract_statements(question)
    for statement in statements:
        if statement.type not in _QUESTIONS:
            raise InputError(
                f"It is no question: {statement.type.name}",
                expected="SELECT, and temporary tables for it: no file is written or read, and no setting changed",
                do="--csv or --json and a redirection for a file; for more, a program of your own (docs/analysts.md)",
            )
    columns: list[str] = []
    rows: list[tuple[Any, ...]] = []
    for statement in statements:
        cursor = connection.execute(statement)
        columns, rows = [column[0] for column in cursor.description or []], cursor.fetchall()
    return columns, rows


@contextmanager
def read_only(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A published file, for reading and nothing else: no other file can be read or written, and no setting be changed.

    Raises InputError where it cannot be opened.
    """
    try:
        connection = duckdb.connect(path, read_only=True, config=SETTINGS)
    except duckdb.Error as error:
        raise InputError(
            f"The database cannot be opened: {str(error).splitlines()[0]}",
            file=str(path),
            do="check the disk; schoolmatch refresh publishes it anew",
        ) from error
    with connection:
        _seal(connection)
        yield connection


@contextmanager
def beside(**files: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in memory that can hold tables of its own beside DuckDB files, which it reads by the names given.

    The first is the one whose tables need no catalog in front. It is as ``read_only`` in all else.
    """
    with duckdb.connect(config=SETTINGS) as connection:
        attach(connection, **files)
        run(connection, f"use {next(iter(files))}")
        yield connection


def attach(connection: duckdb.DuckDBPyConnection, **files: Path) -> None:
    """Attach DuckDB files for reading, by the names given, as the last that the connection opens."""
    for name, path in files.items():
        run(connection, f"attach {literal(path.resolve())} as {name} (read_only)")
    _seal(connection)


def build_apart(
    connection: duckdb.DuckDBPyConnection, table: str, reads: Iterable[str], build: Callable[[duckdb.DuckDBPyConnection], int]
) -> int:
    """Have a table built where nothing is in sight but copies of the tables it reads, and put it into the warehouse.

    For SQL that is not ours: ``build`` gets a connection that is as ``read_only`` but may make tables; it returns the rows made.
    """
    with tempfile.TemporaryDirectory(prefix="schoolmatch-") as folder:
        path = Path(folder) / "apart.duckdb"
        with _attached(connection, path):
            for read in reads:
                run(connection, f"create schema if not exists {_APART}.{read.partition('.')[0]}")
                run(connection, f"create table {_APART}.{read} as from {read}")
        with duckdb.connect(path, config=SETTINGS) as inside:
            _seal(inside)
            rows = build(inside)
        with _attached(connection, path, "(read_only)"):
            run(connection, f"create schema if not exists {table.partition('.')[0]}")
            run(connection, f"create or replace table {table} as from {_APART}.{table}")
    return rows


_APART = "apart"


@contextmanager
def _attached(connection: duckdb.DuckDBPyConnection, path: Path, how: str = "") -> Iterator[None]:
    run(connection, f"attach {literal(path)} as {_APART} {how}")
    try:
        yield
    finally:
        run(connection, f"detach {_APART}")


_SEAL: dict[str, str | bool] = {
    "max_temp_directory_size": SPILL_AT_MOST,
    "python_enable_replacements": False,  # else a variable of ours could be read as if it were a table
    "enable_external_access": False,
    "lock_configuration": True,  # the last: nothing can be set after it
}


_SPILLS = "schoolmatch-spill-"


@cache
def _spill() -> tempfile.TemporaryDirectory[str]:
    """Where the questions of this process spill: else DuckDB does it beside the file, which would not be as published any more.

    One for all, as two connections to a file must be opened alike. It is gone when the process ends; what one left that was
    killed is taken away by the next.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{_SPILLS}*"):
        with suppress(OSError, Timeout), FileLock(left / ".lock").acquire(timeout=0):
            shutil.rmtree(left)
    folder = tempfile.TemporaryDirectory(prefix=_SPILLS)
    lock = FileLock(Path(folder.name) / ".lock")
    lock.acquire()
    _HELD.append(lock)
    return folder


_HELD: list[FileLock] = []
"""A lock that nobody refers to is let go."""


def _seal(connection: duckdb.DuckDBPyConnection) -> None:
    """Nothing but what is open is read or written from now on. (As ``config`` DuckDB would take it in an order of its own.)"""
    if run(connection, "select current_setting('lock_configuration')") == [(True,)]:
        return  # another connection of this process to the same file has done so
    for setting, value in ({"temp_directory": _spill().name} | _SEAL).items():
        run(connection, f"set {setting} = {value if isinstance(value, bool) else literal(value)}")
