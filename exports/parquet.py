"""One Parquet file per published table, with what it is and whose data it is in the file's own metadata.

What does not belong here: geometry (``exports/geoparquet.py``, which writes with the same ``copy_described``).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.contract import Column, read_contracts
from warehouse.licence import LIMITS, OGL, SYNTHETIC_LABEL, SYNTHETIC_NOTE
from warehouse.store import literal, run

ROW_GROUP = 16_384
"""Rows in a group. Readers skip groups by their minimum and maximum; DuckDB's own 122,880 would put every table into one group.
Costs 5 % of size (measured on 22,067 schools)."""


def write_parquet(connection: duckdb.DuckDBPyConnection, folder: Path, *, is_synthetic: bool) -> list[Path]:
    """Write ``<table>.parquet`` for every published table, in the order the tables are in; returns the paths.

    The same tables give the same bytes (same version of DuckDB).
    """
    folder.mkdir(parents=True)
    paths = []
    for contract in read_contracts().values():
        path = folder / f"{contract.name}.parquet"
        metadata = common_metadata(contract.row, is_synthetic=is_synthetic)
        copy_described(connection, contract.table, path, contract.columns, metadata)
        paths.append(path)
    return paths


def common_metadata(description: str, *, is_synthetic: bool) -> dict[str, str]:
    """What every file says of itself: description, licence, limits and, where the schools are invented, the label."""
    if not is_synthetic:
        return {"description": description, "licence": OGL, "limits": LIMITS}
    return {"description": f"{SYNTHETIC_NOTE} {description}", "licence": OGL, "limits": LIMITS, "label": SYNTHETIC_LABEL}


def copy_described(
    connection: duckdb.DuckDBPyConnection, relation: str, path: Path, columns: Mapping[str, Column], metadata: dict[str, str]
) -> None:
    """Copy a table or view into a Parquet file, in its order, with the metadata and the columns in words.

    Parquet has no place for a comment on a column, so the words stand twice: as JSON (name: description) under the key
    ``columns``, for programs of any kind, and as field metadata in the Arrow schema under the key ``ARROW:schema`` (where Arrow's
    own writers put it), for pyarrow, R and others: ``pyarrow.parquet.read_schema(path).field("urn").metadata``.
    """
    metadata = metadata | {
        "columns": json.dumps({name: column.meaning for name, column in columns.items()}, ensure_ascii=False),
    }
    bare = connection.execute(f"select * from {relation} limit 0").to_arrow_table().schema
    fields = [field.with_metadata(_field_metadata(columns[field.name])) for field in bare]
    # Arrow's readers take the file's metadata from this schema, not from the keys beside it.
    schema = pa.schema(fields, metadata=metadata)
    keys = metadata | {"ARROW:schema": base64.b64encode(schema.serialize().to_pybytes()).decode()}
    pairs = ", ".join(f'"{key}": {literal(value)}' for key, value in keys.items())
    run(
        connection,
        f"copy {relation} to {literal(path)} "
        f"(format parquet, compression zstd, row_group_size {ROW_GROUP}, kv_metadata {{{pairs}}})",
    )


def _field_metadata(column: Column) -> dict[str, str]:
    return {"description": column.meaning} | ({"unit": column.unit} if column.unit else {})
