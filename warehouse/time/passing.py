"""The tables of a drop folder, built and checked where nothing is published: in a database of the caller's that is gone afterwards.

Who needs it: the figures of days gone by (``backfill.py``), and two vintages that are followed (``follow.py``).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import duckdb

from transforms.errors import InputError
from transforms.layouts import GROUPS
from warehouse.checks import run_check
from warehouse.definitions import load_parameters
from warehouse.graph import Graph
from warehouse.landing import raw
from warehouse.landing.archive import DropFolder
from warehouse.model import load_macros
from warehouse.reference import load_reference
from warehouse.time import earlier, history, previous


def build_passing(
    connection: duckdb.DuckDBPyConnection,
    graph: Graph,
    folder: DropFolder,
    archive: Path,
    tables: Iterable[str],
    *,
    run_id: str,
    at: datetime,
    source: str,
    do: str,
) -> None:
    """Land a folder's files, build ``tables`` and all they are made of, and run every check that reads nothing else.

    ``archive``: where the bytes are kept; ``run_id``, ``at`` (UTC, without zone), ``source``: as a refresh notes itself. Raises
    InputError where a file cannot be used, and where a check fails (``do``: what the person can do then).
    """
    for group in (*GROUPS, raw.POSTCODE_GROUP):
        raw.load_group(connection, folder, group, archive)
    raw.note_run(connection, run_id, at, source, accepts_changes=False)
    previous.create(connection)
    history.create(connection)
    earlier.create(connection)
    load_macros(connection)
    load_reference(connection)
    load_parameters(connection, graph.definitions)
    built = graph.needed_for(tables)
    for model in built:
        model.build(connection)
    absent = {model.name for model in graph.in_order} - {model.name for model in built}
    results = [run_check(connection, check) for check in graph.checks if not absent & {check.on, *check.reads}]
    if failed := [str(result) for result in results if not result.passed]:
        raise InputError(f"Checks failed: {' '.join(failed)}", do=do)
