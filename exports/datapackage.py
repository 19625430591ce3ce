"""``datapackage.json``: what the tables of the published folder hold, by Data Package 2.0 (datapackage.org).

Sizes and hashes stand in ``manifest.json``. They are left out here: frictionless 5 refuses a package whose Parquet resource has
``bytes``, and does not check its ``hash``. Its check of the descriptor, and of the CSV files, holds; what it says of the rows of a
Parquet file does not: it reads them through pandas, in which whole numbers with a null among them are no whole numbers any more,
and lists no lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from exports import ees, geoparquet
from warehouse.contract import Column, contract_of, read_contracts, titled
from warehouse.licence import LIMITS, OGL, SYNTHETIC_LABEL, SYNTHETIC_NOTE
from warehouse.publish import write_json
from warehouse.query import ask
from warehouse.store import rows_as_dicts

FILE = "datapackage.json"
_PROFILE = "https://datapackage.org/profiles/2.0"
_LICENCE = {
    "name": "OGL-UK-3.0",
    "title": "Open Government Licence v3.0",
    "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
}
_TITLE = "schoolmatch: schools in England that need support, and the high-performing schools near enough to give it"

_TYPES = {
    "varchar": "string",
    "double": "number",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "datetime",
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint"), "integer"),
    "blob": "any",
    "struct": "object",  # Table Schema has no type for bytes
}
"""Types of Table Schema by type of DuckDB. A list is an ``array``."""


def write_datapackage(connection: duckdb.DuckDBPyConnection, folder: Path, *, is_synthetic: bool) -> Path:
    """Write ``datapackage.json`` into the published folder, for the tables that the other exports have written into it.

    Returns its path. Call it last: a table whose file is not there is not named.
    """
    refresh = rows_as_dicts(connection, "from mart.refresh")[0]
    note = f"{SYNTHETIC_NOTE} " if is_synthetic else ""
    resources = [*_tables(), *_places(), *_ees(is_synthetic=is_synthetic)]
    package: dict[str, Any] = {
        "$schema": f"{_PROFILE}/datapackage.json",
        "name": "schoolmatch",
        "id": refresh["run_id"],
        "title": f"{_TITLE} ({SYNTHETIC_LABEL})" if is_synthetic else _TITLE,
        "description": f"{note}{_as_at(refresh)}{LIMITS} {OGL}",
        "version": _version(refresh),
        "created": None if refresh["started_at"] is None else f"{refresh['started_at'].isoformat(timespec='seconds')}Z",
        "keywords": ["schools", "England", "Ofsted", "school improvement", *([SYNTHETIC_LABEL] if is_synthetic else [])],
        "licenses": [_LICENCE],
        "sources": _sources(connection),
        "resources": [
            resource | {"description": f"{note}{resource['description']}"}
            for resource in resources
            if (folder / resource["path"]).is_file()
        ],
    }
    path = folder / FILE
    write_json(path, {name: value for name, value in package.items() if value not in (None, [])})
    return path


def _as_at(refresh: dict[str, Any]) -> str:
    days = (("Schools as at", refresh["gias_as_at"]), ("inspections as at", refresh["ofsted_as_at"]))
    said = ", ".join(f"{what} {day:%Y-%m-%d}" for what, day in days if day is not None)
    return f"{said}. " if said else ""


def _version(refresh: dict[str, Any]) -> str | None:
    """The code's version, which the columns follow, and after a plus sign, as in semantic versioning, when the data was made."""
    if refresh["code_version"] is None or refresh["started_at"] is None:
        return None
    return f"{refresh['code_version']}+{refresh['started_at']:%Y%m%dT%H%M%SZ}"


def _sources(connection: duckdb.DuckDBPyConnection) -> list[dict[str, str]]:
    """What the publishers call their files, each once, with where it was fetched from and the newest date it speaks of."""
    return [{name: value for name, value in row.items() if value is not None} for row in ask(connection, "page/publishers")]


def _tables() -> Iterable[dict[str, Any]]:
    contracts = read_contracts()
    for contract in contracts.values():
        schema: dict[str, Any] = {"fields": [_field(name, column) for name, column in contract.columns.items()]}
        if contract.key:
            schema["primaryKey"] = list(contract.key)
        if contract.references:
            schema["foreignKeys"] = [
                {"fields": list(each.columns), "reference": {"resource": each.to, "fields": list(contracts[each.to].key)}}
                for each in contract.references
            ]
        yield _resource(contract.name, f"parquet/{contract.name}.parquet", titled(contract.name), contract.row, schema)


def _places() -> Iterable[dict[str, Any]]:
    school = contract_of("school")
    columns = {**school.columns, **geoparquet.SCHOOL_COLUMNS}
    yield _resource(
        "school_place",
        f"geoparquet/{geoparquet.SCHOOL}",
        "School, with its place",
        f"{school.row} With its place, as GeoParquet 1.1.0.",
        {"fields": [_field(name, column) for name, column in columns.items()], "primaryKey": list(school.key)},
    )
    yield _resource(
        "boundary",
        f"geoparquet/{geoparquet.BOUNDARY}",
        "Boundary of an area",
        f"{geoparquet.BOUNDARY_DESCRIPTION} GeoParquet 1.1.0.",
        {
            "fields": [_field(name, column) for name, column in geoparquet.BOUNDARY_COLUMNS.items()],
            "primaryKey": list(geoparquet.BOUNDARY_KEY),
        },
    )


def _ees(*, is_synthetic: bool) -> Iterable[dict[str, Any]]:
    for table in ees.tables():
        columns = ees.columns_of(table, is_synthetic=is_synthetic)
        yield _csv(f"ees_{table.name}", table.file, table.title, table.description, columns, ["", *ees.SYMBOLS])
        about = f"What {table.file} holds, for Explore Education Statistics: a row per filter and indicator."
        yield _csv(f"ees_{table.name}_meta", table.meta_file, f"{table.title}: metadata", about, ees.META_COLUMNS, [""])


def _csv(name: str, file: str, title: str, description: str, columns: Sequence[ees.Column], missing: list[str]) -> dict[str, Any]:
    fields = [
        {
            "name": column.name,
            "type": column.data_type,
            "title": column.label or titled(column.name),
            "description": column.description,
        }
        for column in columns
    ]
    schema = {"fields": fields, "missingValues": missing}
    resource = _resource(name, f"ees/{file}", title, description, schema)
    return resource | {"format": "csv", "mediatype": "text/csv", "encoding": "utf-8"}


def _resource(name: str, path: str, title: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    # Each part says which version it follows: some readers take what does not for version 1.
    return {
        "$schema": f"{_PROFILE}/dataresource.json",
        "name": name,
        "path": path,
        "type": "table",
        "title": title,
        "description": description,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "schema": {"$schema": f"{_PROFILE}/tableschema.json"} | schema,
    }


def _field(name: str, column: Column) -> dict[str, Any]:
    """A field; ``unit`` and ``publishedAs`` (the publisher's own names for the column) are properties of ours."""
    more = {
        "constraints": {"required": True} if column.is_required else None,
        "unit": column.unit,
        "publishedAs": "; ".join(column.published_as),
    }
    field = {
        "name": name,
        "type": "array" if column.type.endswith("[]") else _TYPES[column.type],
        "title": column.label or titled(name),
        "description": column.meaning,
    }
    return field | {key: value for key, value in more.items() if value}
