"""Workbooks: one for England, one per region and one per local authority, from the published tables.

A school in need is listed in the workbooks of the areas it stands in; its partners may stand across the border. What a sheet shows
is a query and a description in ``sql/sheet/``; nothing is worked out here.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import duckdb

from exports.edition import is_anonymous_edition
from exports.excel.cover import cover
from exports.excel.facts import Facts, fetch
from exports.excel.scope import Scope
from exports.excel.sheets import label, tables
from exports.paths import OutputFolder
from exports.workbook.book import Book, write
from warehouse import clock
from warehouse.licence import LIMITS
from warehouse.model import SQL
from warehouse.query import ask

log = logging.getLogger("schoolmatch")

_PROCESSES = 2
_COST_OF_A_BOOK = 8_000
"""What a workbook costs before its first row, in cells."""
_WORTH_A_PROCESS = 400_000
"""Cells from which on a second process saves more than the second it takes to start."""


def write_workbooks(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    *,
    status: Iterable[Mapping[str, Any]] | None = None,
    is_anonymous: bool | None = None,
    root: Path = SQL,
) -> list[Path]:
    """Write ``england.xlsx``, ``regions/<slug>.xlsx`` and ``local-authorities/<slug>.xlsx``; returns the paths.

    ``status``: each source's state (``warehouse.sources.freshness``), by default as of now from ``mart.source_file`` alone.
    ``is_anonymous``: without names and URNs of schools in need; by default as the setting says. ``root``: the folder of queries,
    descriptions of sheets, and contracts.
    """
    facts = fetch(connection, is_anonymous=is_anonymous_edition() if is_anonymous is None else is_anonymous, root=root)
    states = list(_status(connection, root) if status is None else status)
    # the largest come first, so that no process is left with one of them in the end
    books = sorted(_books(facts, states, OutputFolder(folder)), key=lambda book: -book.cells)
    processes = min(_PROCESSES, os.cpu_count() or 1)
    # A daemonic process may have no children.
    if (
        processes > 1
        and sum(book.cells + _COST_OF_A_BOOK for book in books) > _WORTH_A_PROCESS
        and not multiprocessing.current_process().daemon
    ):
        # Spawned, not forked: a fork of a process with threads (Dagster, DuckDB) can hang.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(processes, mp_context=context, initializer=_end_with_parent) as pool:
            return sorted(pool.map(write, books))
    return sorted(write(book) for book in books)


def _end_with_parent() -> None:
    """Let this process live no longer than the one it works for.

    What tells a whole group to end (Ctrl+C, systemd) tells that one, too, which ends it: it would wait for what it has sent to a
    process that is gone without having read it.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _books(facts: Facts, status: list[Mapping[str, Any]], folder: OutputFolder) -> Iterator[Book]:
    for scope in facts.scopes:
        yield Book(
            path=folder.file(scope.path),
            title=_title(scope),
            description=f"{label(facts)}{LIMITS}",
            cover=cover(facts, scope),
            sheets=tables(facts, scope, status),
        )


def _title(scope: Scope) -> str:
    return f"Schools in need, and who is near: {scope.name}"


def _status(connection: duckdb.DuckDBPyConnection, root: Path) -> list[dict[str, Any]]:
    from warehouse.sources.freshness import freshness  # knows every source's card: not for a process that only writes a workbook

    files = ask(connection, "sheet/source_file", root=root)
    return [vars(state) for state in freshness(files, clock.now().date())]
