"""What differs between any two published folders: the SQL that makes ``mart.change`` within a refresh, read-only on both files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from transforms.errors import InputError
from warehouse.home import Home
from warehouse.model import Model, in_order, load_macros, read_models
from warehouse.publish import DUCKDB_FILE, newest, order
from warehouse.reference import load_reference
from warehouse.sealed import attach
from warehouse.store import SETTINGS, run
from warehouse.time.difference import change_models
from warehouse.time.previous import Folder, comparable, copy_tables, create

TABLE = "mart.change"


def models() -> list[Model]:
    """What makes ``mart.change`` from ``mart.*`` and ``previous.*``, in order."""
    every = [*change_models(), *(model for model in read_models("mart") if model.name == TABLE)]
    return [model for model in in_order(every) if isinstance(model, Model)]


def build_changes(connection: duckdb.DuckDBPyConnection) -> int:
    """Make ``mart.change`` anew; returns its number of rows."""
    return [model.build(connection) for model in models()][-1]


def choose(home: Home, since: str | None) -> tuple[Folder, Folder]:
    """The newest published folder, and the one to compare it with: the one before, or the newest whose stamp begins with ``since``.

    Raises InputError where there is none, naming those there are.
    """
    latest = newest(home).resolve().name
    folders = list(comparable(home))
    now = next((folder for folder in folders if folder.stamp == latest), None)
    if now is None:
        raise InputError(f"The newest folder {latest} was made by a version with other tables", do="schoolmatch refresh")
    others = [folder for folder in folders if folder.stamp != latest and folder.is_synthetic == now.is_synthetic]
    if since is not None:
        others = [folder for folder in others if folder.stamp.startswith(since.strip())]
    else:
        others = [folder for folder in others if order(folder.stamp) < order(latest)]
        others = [folder for folder in others if folder.source == now.source] or others
    if not others:
        kept = ", ".join(folder.stamp for folder in folders if folder.stamp != latest) or "none beside it"
        raise InputError(
            f"There is no folder to compare {latest} with" + (f" whose stamp begins with {since}" if since else ""),
            expected=f"one of those that are kept, and are as real: {kept}",
            do="refresh again, or name one: schoolmatch changes --since 20260930",
        )
    return now, others[0]


@contextmanager
def compared(now: Folder, before: Folder) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in memory: the newer folder as ``mart.*``, the earlier as ``previous.*``, and ``mart.change`` made from both.

    Raises InputError where the newer one lacks what today's SQL reads.
    """
    with duckdb.connect(config=SETTINGS) as connection:
        load_macros(connection)
        load_reference(connection)
        attach(connection, published=now.path / DUCKDB_FILE, last=before.path / DUCKDB_FILE)
        run(connection, "create schema mart")
        tables = run(
            connection, "select table_name from duckdb_tables() where database_name = 'published' and schema_name = 'mart'"
        )
        for (table,) in tables:
            if f"mart.{table}" != TABLE:
                run(connection, f"create view mart.{table} as from published.mart.{table}")
        create(connection)
        copy_tables(connection, "last", before.stamp, is_same_source=now.source == before.source)
        try:
            build_changes(connection)
        except InputError as error:
            raise InputError(
                f"{now.stamp} was made by a version of schoolmatch with other tables, and cannot be compared with {before.stamp}",
                do="schoolmatch refresh, then ask again",
            ) from error
        yield connection
