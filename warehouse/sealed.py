"""Connections that can do nothing but read what they were opened for: every one to a published file, and that of SQL not ours.

Once what is needed is open, no other file is read or written and no setting changed, and what does not fit into the memory goes to
a folder of the process, up to a ceiling.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
from filelock import FileLock, Timeout

from transforms.errors import InputError
from warehouse.store import SETTINGS, literal, run

SPILL_AT_MOST = "2GB"
"""What a question may write to disk where memory does not suffice; it goes to a folder of this process that is gone afterwards."""

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
