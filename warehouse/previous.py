"""What was published before: this refresh is compared with it (``mart.change``) and held against it (``mart_drift_*``).

What is needed of the earlier folder is copied into ``previous.*``, so that the SQL of changes is the same within a refresh and for
any two published folders (``warehouse/changes.py``). What an older version of schoolmatch did not publish is not compared.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.home import Home
from warehouse.publish import DUCKDB_FILE, folders
from warehouse.store import literal, run

log = logging.getLogger("schoolmatch")

FOLDER = "previous.folder"
COLUMN = "previous.column"
TABLES: dict[str, dict[str, str]] = {
    FOLDER: {
        "stamp": "varchar",
        "source": "varchar",
        "is_same_source": "boolean",
        "code_version": "varchar",
        "gias_as_at": "date",
        "ofsted_as_at": "date",
        "ks2_year": "integer",
        "ks4_year": "integer",
    },
    COLUMN: {"table_name": "varchar", "column_name": "varchar"},
    "previous.school": {
        "urn": "integer",
        "name": "varchar",
        "phase": "varchar",
        "type": "varchar",
        "laestab": "varchar",
        "trust_id": "varchar",
        "trust_name": "varchar",
        "is_in_mat": "boolean",
        "la_name": "varchar",
        "la_ons_code": "varchar",
        "region_code": "varchar",
        "region_name": "varchar",
        "constituency_code": "varchar",
        "easting": "integer",
        "northing": "integer",
        "urban_rural_code": "varchar",
        "search_radius_miles": "double",
        "admissions": "varchar",
        "ofsted_date": "date",
        "ofsted_framework": "varchar",
        "ofsted_grade": "integer",
        "ofsted_category_of_concern": "varchar",
        "ofsted_quality_of_education": "integer",
        "ofsted_leadership_and_management": "integer",
        "ofsted_leadership_and_governance": "varchar",
        "ofsted_safeguarding": "varchar",
        "ofsted_report_card_areas": "varchar[]",
        "ofsted_inspected_urn": "integer",
        "is_ofsted_of_predecessor": "boolean",
        "ofsted_previous_date": "date",
        "ofsted_previous_grade": "integer",
        "ofsted_previous_quality_of_education": "integer",
        "ofsted_previous_leadership_and_management": "integer",
        "ofsted_previous_leadership_and_governance": "varchar",
    },
    "previous.school_left_out": {"urn": "integer", "left_out_because": "varchar"},
    "previous.school_status": {
        "definition": "varchar",
        "urn": "integer",
        "phase": "varchar",
        "status": "varchar",
        "reasons": "varchar[]",
        "excluded_because": "varchar",
        "facts": "varchar",
    },
    "previous.match": {"definition": "varchar", "need_urn": "integer", "partner_urn": "integer"},
    "previous.area_summary": {
        "definition": "varchar",
        "phase": "varchar",
        "area_type": "varchar",
        "area_code": "varchar",
        "area_name": "varchar",
        "schools": "bigint",
        "high_performing": "bigint",
        "in_need": "bigint",
        "partners_median": "double",
    },
    "previous.parameter": {"definition": "varchar", "parameter": "varchar", "value": "double"},
    "previous.reason": {
        "definition": "varchar",
        "code": "varchar",
        "kind": "varchar",
        "evidence": "varchar",
        "facts": "varchar[]",
        "parameters": "varchar[]",
    },
    "previous.source_file": {
        "kind": "varchar",
        "title": "varchar",
        "name": "varchar",
        "published": "date",
        "sha256": "varchar",
        "rows": "bigint",
    },
}
"""Tables and their columns; empty where nothing comparable was published before. ``previous.column``: which the folder has."""

_READ_FROM = {FOLDER: "refresh", "previous.parameter": "definition"}
"""Where the published table has another name."""

_ESSENTIAL = {
    FOLDER: {"source"},
    "previous.school_status": {"definition", "urn", "phase", "status"},
    "previous.match": {"definition", "need_urn", "partner_urn"},
    "previous.area_summary": {
        "definition",
        "phase",
        "area_type",
        "area_code",
        "schools",
        "high_performing",
        "in_need",
        "partners_median",
    },
}
"""What a table must have to be read at all, null standing for its other columns; of a table not named here, every column."""


def previous_of(table: str) -> str:
    """The table of ``previous`` that holds what was published as ``mart.<table>``."""
    return next((name for name, origin in _READ_FROM.items() if origin == table), f"previous.{table}")


@dataclass(frozen=True)
class Folder:
    """A published folder: its stamp, the source it was made from, and whether its schools are invented."""

    path: Path
    source: str
    is_synthetic: bool

    @property
    def stamp(self) -> str:
        """Its name: the UTC stamp."""
        return self.path.name


def comparable(home: Home) -> Iterator[Folder]:
    """The published folders that can be compared with, the one that ``latest`` points at first, then from the newest on."""
    paths = sorted(folders(home), reverse=True)
    latest = home.latest.resolve()
    for path in sorted(paths, key=lambda path: path != latest):
        with duckdb.connect() as connection:
            try:
                run(connection, f"attach {literal(path / DUCKDB_FILE)} as last (read_only)")
                ((source, is_synthetic),) = run(connection, "select source, is_synthetic from last.mart.refresh")
                run(connection, "select definition, urn, phase, status from last.mart.school_status limit 0")
            except (duckdb.Error, ValueError) as error:
                log.debug("nothing to compare with in %s: %s", path.name, error)
                continue
        yield Folder(path, source, bool(is_synthetic))


def before(home: Home, source: str, *, is_synthetic: bool) -> Folder | None:
    """The folder to compare a refresh with: the newest of its source, else the newest of another that is as real.

    Invented schools are never compared with real ones.
    """
    found = [folder for folder in comparable(home) if folder.is_synthetic == is_synthetic]
    return next((folder for folder in found if folder.source == source), found[0] if found else None)


def load_previous(connection: duckdb.DuckDBPyConnection, home: Home, source: str, *, is_synthetic: bool) -> Folder | None:
    """Fill ``previous.*`` from the folder published before; returns that folder, or None where there is none to compare with."""
    create(connection)
    folder = before(home, source, is_synthetic=is_synthetic)
    if folder is not None:
        load_folder(connection, folder, is_same_source=folder.source == source)
    return folder


def load_folder(connection: duckdb.DuckDBPyConnection, folder: Folder, *, is_same_source: bool) -> None:
    """Fill ``previous.*`` from one published folder."""
    create(connection)
    run(connection, f"attach {literal((folder.path / DUCKDB_FILE).resolve())} as last (read_only)")
    try:
        copy_tables(connection, "last", folder.stamp, is_same_source=is_same_source)
    finally:
        run(connection, "detach last")


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every table of ``previous``, empty."""
    run(connection, "create schema if not exists previous")
    for table, columns in TABLES.items():
        fields = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        run(connection, f"create or replace table {table} ({fields})")


def copy_tables(connection: duckdb.DuckDBPyConnection, catalog: str, stamp: str, *, is_same_source: bool) -> None:
    """Copy what is needed of the published tables of an attached database, as far as it has them."""
    there: dict[str, set[str]] = {}
    for table, column in run(
        connection,
        "select table_name, column_name from duckdb_columns() where schema_name = 'mart' and database_name = ?",
        [catalog],
    ):
        there.setdefault(table, set()).add(column)
    known = {"stamp": literal(stamp), "is_same_source": str(is_same_source).lower()}
    for table, columns in TABLES.items():
        origin = _READ_FROM.get(table, table.partition(".")[2])
        found = there.get(origin, set())
        if not found or not found >= _ESSENTIAL.get(table, set(columns)):
            continue
        fields = [known.get(name, name) if name in known or name in found else f"cast(null as {columns[name]})" for name in columns]
        where = "where parameter is not null" if origin == "definition" else ""
        run(connection, f"insert into {table} select {', '.join(fields)} from {catalog}.mart.{origin} {where}")
        run(connection, f"insert into {COLUMN} select $1, unnest($2)", [origin, sorted(found & set(columns))])
