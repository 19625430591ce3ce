"""The earlier vintage that the schools of a refresh are followed from: ``earlier.*``, which ``sql/follow/`` reads.

A home holds the vintages that were filled in (``schoolmatch backfill``), by source, as files of their own:
``HOME/vintages/<source>/<day>.duckdb``. A refresh takes the oldest that is a year older than its schools at least. Where there is
none the tables are empty, and nothing is told of what became of anybody.
"""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path

import duckdb

from warehouse import durable
from warehouse.home import Home, name_in_home
from warehouse.store import literal, run

log = logging.getLogger("schoolmatch")

SCHOOL = {
    "urn": "integer",
    "name": "varchar",
    "phase": "varchar",
    "la_ons_code": "varchar",
    "region_code": "varchar",
    "setting": "varchar",
    "is_ofsted_below_good": "boolean",
    "ofsted_date": "date",
    "ks2_year": "integer",
    "ks2_rwm_expected_percent": "double",
    "ks4_year": "integer",
    "ks4_attainment8": "double",
    "easting": "integer",
    "northing": "integer",
    "search_radius_miles": "double",
}
STATUS = {"definition": "varchar", "urn": "integer", "phase": "varchar", "status": "varchar", "in_need_undecided": "boolean"}
READ = {
    "school": SCHOOL,
    "school_status": STATUS,
    "need": {"definition": "varchar", "need_urn": "integer", "partners": "bigint", "helper_share": "double"},
    "question": {"definition": "varchar", "phase": "varchar", "question": "varchar", "withheld_because": "varchar"},
    "definition": {"definition": "varchar", "title": "varchar"},
    "refresh": {
        "is_synthetic": "boolean",
        "gias_as_at": "date",
        "ofsted_as_at": "date",
        "ks2_year": "integer",
        "ks4_year": "integer",
    },
}
"""What is read of the tables that were published, or would have been, of the earlier vintage: name and columns."""

AT_LEAST_YEARS = 1
"""Between two vintages of which it is asked what became of the schools: before that hardly a school is inspected again."""


def tables() -> list[str]:
    """The tables of ``earlier``."""
    return [f"earlier.{name}" for name in READ]


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every table of ``earlier``, empty."""
    run(connection, "create schema if not exists earlier")
    for name, columns in READ.items():
        run(connection, f"create or replace table earlier.{name} ({', '.join(f'{each} {kind}' for each, kind in columns.items())})")


def copy(connection: duckdb.DuckDBPyConnection, catalog: str, to: str = "earlier") -> None:
    """Copy what is read of the ``mart`` of an attached database. Raises duckdb.Error where it does not have it all."""
    for name, columns in READ.items():
        run(
            connection,
            f"create or replace table {to}.{name} as select {', '.join(columns)} from {catalog}.mart.{name} order by all",
        )


def folder_of(home: Home, source: str, *, is_synthetic: bool) -> Path:
    """Where the vintages of a source are held."""
    name = name_in_home(source)
    return home.vintages / (f"{name} (synthetic)" if is_synthetic else name)


def hold(connection: duckdb.DuckDBPyConnection, home: Home, source: str, day: date, *, is_synthetic: bool) -> None:
    """Hold what was built of a day as the vintage of that day; one that is held of it already is replaced, in one step."""
    folder = folder_of(home, source, is_synthetic=is_synthetic)
    durable.make_folder(folder)
    aside = folder / f"{durable.BUILDING}{day}.duckdb"
    aside.unlink(missing_ok=True)
    run(connection, f"attach {literal(aside)} as held")
    try:
        run(connection, "create schema held.mart")
        ((own,),) = run(connection, "select current_database()")
        copy(connection, own, "held.mart")
    finally:
        run(connection, "detach held")
    durable.move(aside, folder / f"{day}.duckdb")


def load(connection: duckdb.DuckDBPyConnection, home: Home, source: str, day: date | None, *, is_synthetic: bool) -> date | None:
    """Fill ``earlier.*`` with the oldest vintage of the source that is old enough for the schools of ``day``.

    Returns its day; None where none is held. One that cannot be read is told, and the next one taken.
    """
    create(connection)
    for path in sorted(folder_of(home, source, is_synthetic=is_synthetic).glob("[0-9]*.duckdb")):
        held = date.fromisoformat(path.stem)
        if day is None or _years_later(held, AT_LEAST_YEARS) > day:
            return None
        try:
            run(connection, f"attach {literal(path)} as held (read_only)")
            try:
                copy(connection, "held")
            finally:
                run(connection, "detach held")
        except duckdb.Error as error:
            log.warning("schools are not followed from %s, which cannot be read: %s", path, str(error).splitlines()[0])
            create(connection)
        else:
            return held
    return None


def _years_later(day: date, years: int) -> date:
    """The same day some years later; of the 29th of February the 28th."""
    return date(day.year + years, day.month, day.day if (day.month, day.day) != (2, 29) else 28)
