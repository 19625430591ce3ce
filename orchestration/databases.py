"""What Dagster has in a home: a database that is damaged is moved aside, and what is a folder instead of a file; it is made anew.

What is lost with one is what Dagster remembers: runs, events, or cursors of sensors. No figure and nothing published is in them.
And while a run writes into them, they stay open.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from warehouse import durable
from warehouse.home import Home

RUNS_LOOKED_AT = 20
_OF_A_RUN = "history/runs/*-*.db"
_TABLES = {
    "runs.db": {"runs", "run_tags", "snapshots", "daemon_heartbeats", "kvs"},
    "schedules.db": {"jobs", "instigators", "job_ticks"},
}
"""Without which a database stops every refresh, and is not mended by Dagster."""
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def set_damaged_aside(home: Home) -> None:
    """Look through Dagster's databases, each with what SQLite has beside it, before anything opens them.

    Of those that hold one run each the newest are looked at, which Dagster may have to go on with: each takes some milliseconds.
    """
    for path in (home.dagster / "dagster.yaml", *home.dagster.glob("at_work/*.lock")):
        if path.is_dir():
            durable.set_aside(path, home.damaged, "it is a folder", name=path.name if path.suffix != ".lock" else "at_work.lock")
    for path in (home.dagster / name for name in ("at_work", "history", "history/runs", "schedules")):
        if path.is_file():
            durable.set_aside(path, home.damaged, "it is no folder", name=path.name)
    each_run = sorted(home.dagster.glob(_OF_A_RUN), key=lambda path: path.stat().st_mtime)
    for path in {*home.dagster.rglob("*.db")} - {*each_run[:-RUNS_LOOKED_AT]}:
        if why := _fault(path):
            for each in (path, *(path.with_name(f"{path.name}{ending}") for ending in ("-wal", "-shm", "-journal"))):
                if each.exists():
                    name = each.name.replace(path.stem, "run") if path in each_run else each.name
                    durable.set_aside(each, home.damaged, why, name=name)


def _fault(path: Path) -> str | None:
    """Why SQLite cannot read a database; None where it can, or where something else stands in the way, which is no damage."""
    if path.is_dir():
        return "it is a folder"
    try:
        with closing(sqlite3.connect(path, timeout=0)) as connection:
            ((found,),) = connection.execute("pragma quick_check(1)").fetchall()
            tables = {name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")}
    except sqlite3.DatabaseError as error:
        return str(error) if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED else None
    if found != "ok":
        return str(found)
    # one that Dagster has not finished making, it makes
    lacking = _TABLES.get(path.name, set()) - tables if "alembic_version" in tables else set()
    return f"it lacks {', '.join(sorted(lacking))}" if lacking else None


_kept = set[Path]()
"""The homes of which this process keeps the databases open."""


@contextmanager
def kept_open(home: Home) -> Iterator[None]:
    """Dagster's databases of a home stay open in this process, and are not waited for at every event. Nested it does nothing.

    Dagster opens and closes a database for each of the thousand events of a refresh, and with the last connection SQLite writes all
    that is new into the file and waits for the disk: half of the time that a refresh took. What is committed is safe if the process
    ends, however it ends; a power cut may cost the last events, which are none of what is published (``end_lost_runs`` ends such a
    run), and no database (SQLite's ``synchronous = normal`` with a write-ahead log).
    """
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    if home.dagster in _kept:
        yield
        return
    held: dict[str, sqlite3.Connection] = {}

    def opened(connection: Any, _: object) -> None:
        if not isinstance(connection, sqlite3.Connection):
            return  # Postgres, which is no file of this home
        ((_, _, path),) = connection.execute("pragma database_list").fetchall()
        if not Path(path).is_relative_to(home.dagster):
            return
        connection.execute("pragma synchronous = normal").close()
        if path not in held:
            held[path] = sqlite3.connect(path, check_same_thread=False)
        held[path].execute("select 1 from sqlite_master limit 1").fetchall()  # only who has read takes part in the write-ahead log

    _kept.add(home.dagster)
    event.listen(Engine, "connect", opened)
    try:
        yield
    finally:
        _kept.remove(home.dagster)
        event.remove(Engine, "connect", opened)
        for each in held.values():
            each.close()
