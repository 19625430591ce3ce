"""One Parquet file per published table, with what it is and whose data it is in the file's own metadata."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from warehouse.dictionary import describe_tables, published_tables, read_dictionary
from warehouse.licence import LIMITS, OGL, SYNTHETIC_LABEL
from warehouse.store import literal, run


def write_parquet(connection: duckdb.DuckDBPyConnection, folder: Path, *, is_synthetic: bool) -> list[Path]:
    """Write ``<table>.parquet`` for every published table, in the order the tables are in; returns the paths."""
    folder.mkdir(parents=True)
    descriptions = describe_tables()
    paths = []
    for table in published_tables():
        name = table.removeprefix("mart.")
        columns = {entry.column_name: entry.description for entry in read_dictionary() if entry.table_name == name}
        metadata = {
            "description": descriptions[table],
            "columns": json.dumps(columns, ensure_ascii=False),
            "licence": OGL,
            "limits": LIMITS,
        }
        if is_synthetic:
            metadata["label"] = SYNTHETIC_LABEL
        pairs = ", ".join(f"{key}: {literal(value)}" for key, value in metadata.items())
        path = folder / f"{name}.parquet"
        run(connection, f"copy {table} to {literal(path)} (format parquet, compression zstd, kv_metadata {{{pairs}}})")
        paths.append(path)
    return paths
