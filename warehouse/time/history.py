"""What every refresh found, kept for good: statuses of schools and figures of areas, each with the time for which it held.

``mart.status_history``, ``mart.area_history`` and ``mart.refresh_history`` carry on what was kept with what this refresh found;
once it is published, their files are what is kept: ``HOME/history/<source>/<stamp>/``. So nothing is added where nothing changed, a
refresh that is not published adds nothing, and the history outlives the published folders. Each source has its own: years, and
invented schools, never mix.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from transforms.errors import InputError
from warehouse.home import Home
from warehouse.store import literal, run

log = logging.getLogger("schoolmatch")

TABLES: dict[str, dict[str, str]] = {
    "history.refresh": {
        "refreshed_at": "timestamp",
        "gias_as_at": "date",
        "ofsted_as_at": "date",
        "ks2_year": "integer",
        "ks4_year": "integer",
        "code_version": "varchar",
    },
    "history.status": {
        "definition": "varchar",
        "urn": "integer",
        "phase": "varchar",
        "status": "varchar",
        "valid_from": "timestamp",
        "valid_to": "timestamp",
    },
    "history.area": {
        "definition": "varchar",
        "phase": "varchar",
        "area_type": "varchar",
        "area_code": "varchar",
        "area_name": "varchar",
        "schools": "bigint",
        "high_performing": "bigint",
        "in_need": "bigint",
        "partners_median": "double",
        "partners_mean": "double",
        "in_need_without_partner": "bigint",
        "not_assessed": "bigint",
        "valid_from": "timestamp",
        "valid_to": "timestamp",
    },
}
"""Tables and their columns; empty before the first refresh of a source."""

KEPT = 2
"""The newest is the whole history; the one before it is there in case the newest is damaged."""

_BUILDING = ".building-"


def _file(table: str) -> str:
    return f"{table.removeprefix('history.')}_history.parquet"


def folder_of(home: Home, source: str, *, is_synthetic: bool) -> Path:
    """Where the history of a source is kept. A real drop folder named ``sample`` is another source than the sample."""
    name = "".join(letter if letter.isalnum() or letter in ".-" else "_" for letter in source)
    return home.history / (f"{name} (synthetic)" if is_synthetic else name)


def load_history(connection: duckdb.DuckDBPyConnection, home: Home, source: str, *, is_synthetic: bool) -> None:
    """Fill ``history.*`` with what is kept of the source.

    Raises InputError where something is kept and none of it can be read: to begin anew would lose it.
    """
    create(connection)
    kept = _kept(folder_of(home, source, is_synthetic=is_synthetic))
    for number, folder in enumerate(reversed(kept), start=1):
        try:
            for table in TABLES:
                run(connection, f"insert into {table} by name select * from read_parquet({literal(folder / _file(table))})")
            return
        except duckdb.Error as error:
            create(connection)
            if number == len(kept):
                raise InputError(
                    f"The history of {source} cannot be read: {error}",
                    file=str(folder),
                    do=f"put {', '.join(map(_file, TABLES))} there from a folder's parquet/; or move it away, to begin anew",
                ) from error
            log.warning("the history in %s cannot be read; the one before it is taken: %s", folder, error)


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every table of ``history``, empty."""
    run(connection, "create schema if not exists history")
    for table, columns in TABLES.items():
        run(connection, f"create or replace table {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")


@contextmanager
def keeping(home: Home, source: str, stamp: str, parquet: Path, *, is_synthetic: bool) -> Iterator[None]:
    """Set the history of the folder that is being published aside, and keep it once the block, which publishes, has ended well.

    ``parquet``: where the published tables were written. The same stamp again takes the place of itself.
    """
    own = folder_of(home, source, is_synthetic=is_synthetic)
    own.mkdir(parents=True, exist_ok=True)
    for left in own.glob(f"{_BUILDING}*"):  # of a run that was killed
        shutil.rmtree(left)
    aside = own / f"{_BUILDING}{stamp}"
    aside.mkdir()
    try:
        for table in TABLES:
            shutil.copyfile(parquet / _file(table), aside / _file(table))
        yield
        shutil.rmtree(own / stamp, ignore_errors=True)
        aside.replace(own / stamp)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    for old in _kept(own)[:-KEPT]:
        shutil.rmtree(old)


def _kept(own: Path) -> list[Path]:
    return sorted(path for path in own.iterdir() if path.is_dir() and path.name[0].isdigit()) if own.is_dir() else []
