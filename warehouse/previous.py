"""What was published last from the same source: this refresh is held against it before it is published (``mart_drift_*``)."""

from __future__ import annotations

import duckdb

from warehouse.home import Home
from warehouse.publish import DUCKDB_FILE
from warehouse.store import literal, run

TABLES = {
    "previous.school_status": {"definition": "varchar", "urn": "integer", "phase": "varchar", "status": "varchar"},
    "previous.parameter": {"definition": "varchar", "parameter": "varchar", "value": "double"},
}
"""Tables and their columns; empty where nothing was published from this source before."""

_QUERIES = {
    "previous.school_status": "select definition, urn, phase, status from last.mart.school_status",
    "previous.parameter": "select definition, parameter, value from last.mart.definition where parameter is not null",
}


def load_previous(connection: duckdb.DuckDBPyConnection, home: Home, source: str) -> bool:
    """Fill ``previous.*`` from the newest published folder; returns whether there is one to compare with.

    A folder made from another source (the files of another year, the sample) or by a version with other tables is none.
    """
    run(connection, "create schema if not exists previous")
    for table, columns in TABLES.items():
        fields = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        run(connection, f"create or replace table {table} ({fields})")
    last = home.latest / DUCKDB_FILE
    if not last.exists():
        return False
    run(connection, f"attach {literal(last.resolve())} as last (read_only)")
    try:
        if run(connection, "select source from last.mart.refresh") != [(source,)]:
            return False
        for table, query in _QUERIES.items():
            run(connection, f"insert into {table} {query}")
    except duckdb.CatalogException:
        for table in TABLES:
            run(connection, f"delete from {table}")
        return False
    finally:
        run(connection, "detach last")
    return True
