"""Dagster's databases in a home: one that is damaged is moved aside, and Dagster makes it anew.

What is lost with one is what Dagster remembers: runs, events, or cursors of sensors. No figure and nothing published is in them.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from warehouse import durable
from warehouse.home import Home

RUNS_LOOKED_AT = 20
_OF_A_RUN = "history/runs/*-*.db"
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def set_damaged_aside(home: Home) -> None:
    """Look through Dagster's databases, each with what SQLite has beside it, before anything opens them.

    Of those that hold one run each the newest are looked at, which Dagster may have to go on with: each takes some milliseconds.
    """
    each_run = sorted(home.dagster.glob(_OF_A_RUN), key=lambda path: path.stat().st_mtime)
    for path in {*home.dagster.rglob("*.db")} - {*each_run[:-RUNS_LOOKED_AT]}:
        if why := _fault(path):
            for each in (path, *(path.with_name(f"{path.name}{ending}") for ending in ("-wal", "-shm", "-journal"))):
                if each.exists():
                    durable.set_aside(each, home.damaged, why)


def _fault(path: Path) -> str | None:
    """Why SQLite cannot read a database; None where it can, or where something else stands in the way, which is no damage."""
    if path.is_dir():
        return "it is a folder"
    try:
        with closing(sqlite3.connect(path, timeout=0)) as connection:
            ((found,),) = connection.execute("pragma quick_check(1)").fetchall()
    except sqlite3.DatabaseError as error:
        return str(error) if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED else None
    return None if found == "ok" else str(found)
