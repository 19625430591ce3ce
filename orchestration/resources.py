"""What the assets are given: the warehouse, open for this run alone, and the source of its files."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import dagster as dg
import duckdb
from pydantic import PrivateAttr

from orchestration import origin
from warehouse.home import Home
from warehouse.landing.archive import DropFolder
from warehouse.model import load_macros
from warehouse.store import open_warehouse


class Warehouse(dg.ConfigurableResource[Any]):
    """The working DuckDB file.

    It is opened, under its lock, for as long as Dagster keeps the resource: a whole run under the in-process executor. A
    second run, of this process or another, waits for it.
    """

    home: str

    _connection: duckdb.DuckDBPyConnection | None = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Generator[Warehouse, None, None]:
        """Open before, close after."""
        with open_warehouse(self.place) as connection:
            load_macros(connection)
            self._connection = connection
            try:
                yield self
            finally:
                self._connection = None

    @property
    def place(self) -> Home:
        """The home this warehouse is in."""
        return Home.find(self.home)

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection of the run."""
        if self._connection is None:
            raise RuntimeError("the warehouse is only open while a run executes")
        return self._connection


class Source(dg.ConfigurableResource[Any]):
    """Where the files of a run come from: ``sample``, or the path of a drop folder."""

    source: str

    def prepare(self, home: Home) -> DropFolder:
        """Make the folder ready (the sample is written), and look through it."""
        return DropFolder(origin.prepare(self.source, home))

    def folder(self, home: Home) -> DropFolder:
        """The folder, once it is ready."""
        return origin.open_folder(self.source, home)
