"""What the assets are given: the warehouse, open for this run alone, and the source of its files.

Neither is configuration of a run: whoever may launch one, in Dagster's UI or by its GraphQL, cannot say where it reads or writes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import duckdb

from orchestration import origin
from orchestration.at_work import hold
from orchestration.databases import kept_open
from warehouse.home import Home
from warehouse.landing.archive import DropFolder
from warehouse.model import load_macros
from warehouse.store import open_warehouse

NOTHING: dict[str, Any] = {}
"""The schema of a configuration that takes no key: one that is left out would take any."""


@dataclass(frozen=True)
class Warehouse:
    """The working DuckDB file of a home, open for as long as a run executes."""

    place: Home
    connection: duckdb.DuckDBPyConnection
    opened: float = field(default_factory=time.perf_counter)


@dataclass(frozen=True)
class Source:
    """Where the files of a run come from: ``live``, ``sample``, or the path of a drop folder."""

    source: str

    def prepare(self, home: Home) -> DropFolder:
        """Make the folder ready (the sample is written), and look through it."""
        return DropFolder(origin.prepare(self.source, home))

    def folder(self, home: Home) -> DropFolder:
        """The folder, once it is ready."""
        return origin.open_folder(self.source, home)


def resources(home: Home, source: str) -> dict[str, dg.ResourceDefinition]:
    """Dagster's resources, by the names under which the assets ask for them; a run can set nothing of them.

    The warehouse is opened, under its lock, for as long as Dagster keeps the resource: a whole run under the in-process executor. A
    second run, of this process or another, waits for it. No asset hands a value to another, but Dagster's own manager of
    such values would let a run name the folder they are kept in.
    """

    def opened(context: dg.InitResourceContext) -> Iterator[Warehouse]:
        if context.run and context.instance:
            hold(home, context.run.run_id, longest_seconds=context.instance.run_monitoring_max_runtime_seconds)
        with kept_open(home), open_warehouse(home) as connection:
            home.make()  # again: in one that is left open, the file that is there by now is closed
            load_macros(connection)
            yield Warehouse(home, connection)

    return {
        "warehouse": dg.ResourceDefinition(opened, config_schema=NOTHING),
        "source": dg.ResourceDefinition(lambda _: Source(source), config_schema=NOTHING),
        "io_manager": dg.IOManagerDefinition(lambda _: dg.InMemoryIOManager(), config_schema=NOTHING),  # type: ignore[no-untyped-call]
    }


ONE_PROCESS = dg.in_process_executor.configured({"retries": {"enabled": {}}}, config_schema=NOTHING)
"""The steps of a run in one process, one after the other: several that open one DuckDB file are killed with "Could not set lock".

Its options are set here, since one of them would let steps run although a check of what they read has failed.
"""
