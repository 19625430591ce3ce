"""What a place is: a row of the Parquet files that are given, and the refusal of what does not say so.

One row per definition and place, with its status. Unknown words stop; what is not known is null, and stays so.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pyarrow as pa
import shapely

from transforms.disk_reach import ENGLAND
from transforms.errors import InputError
from transforms.text import shown
from warehouse.store import rows_as_dicts, run

COLUMNS: Mapping[str, str] = {
    "definition": "varchar",
    "phase": "varchar",
    "urn": "bigint",
    "status": "varchar",
    "easting": "double",
    "northing": "double",
    "search_radius_miles": "double",
}
"""The columns of a place, and their types: its number (``urn``) is its own in all files, ``easting`` and ``northing`` are metres of
the National Grid, ``search_radius_miles`` says how far it looks where it is in need. The last three may be null."""
STATUSES = ("in_need", "high_performing", "neither")
QUESTION = "question.parquet"
"""Beside the places, where it is known that numbers of partners are to be withheld: ``match.question`` of a warehouse."""

_NEVER_NULL = ("definition", "phase", "urn", "status")


def read(connection: duckdb.DuckDBPyConnection, rows: pa.Table, file: str) -> pa.Table:
    """The rows with the columns and types of ``COLUMNS``; not a number is null. Raises InputError for rows that are no places."""
    connection.register("given_place", rows)
    try:
        typed = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in COLUMNS.items())
        run(connection, f"create or replace temporary table place as select {typed} from given_place")
    except (duckdb.ConversionException, duckdb.BinderException) as error:
        raise InputError(
            f"A column cannot be read: {str(error).splitlines()[0]}", file=file, expected=_expected(), do="write it with that type"
        ) from error
    finally:
        connection.unregister("given_place")
    for number in ("easting", "northing", "search_radius_miles"):
        run(connection, f"update place set {number} = null where isnan({number}) or isinf({number})")
    _refuse(connection, " or ".join(f"{name} is null" for name in _NEVER_NULL), file, "a column that every place needs is empty")
    _refuse(connection, f"status not in {STATUSES}", file, f"a status is none of {', '.join(STATUSES)}")
    _refuse(connection, "search_radius_miles <= 0", file, "a place may look no farther than it stands")
    return connection.execute("from place").to_arrow_table()


def refuse_missing(columns: list[str], file: str) -> None:
    """Raises InputError where a file lacks a column of a place."""
    if missing := [name for name in COLUMNS if name not in columns]:
        raise InputError(
            f"It lacks {', '.join(missing)}", file=file, expected=_expected(), do="write the columns by those names (docs/scale.md)"
        )


def refuse_abroad(needs: pa.Table, file: str) -> None:
    """Raises InputError where a place in need stands outside England: how far a disk of H3 cells reaches was measured there.

    Cells are smaller elsewhere, and a disk that reaches too short loses pairs without a word.
    """
    outside = ~shapely.contains_xy(ENGLAND, needs["easting"].to_numpy() / 1000, needs["northing"].to_numpy() / 1000)
    if outside.any():
        first = needs.filter(pa.array(outside)).slice(0, 1).to_pylist()[0]
        raise InputError(
            f"{outside.sum():,} places in need stand outside England: of {first['urn']}, easting {first['easting']:.0f}, northing"
            f" {first['northing']:.0f}",
            file=file,
            expected="metres of the National Grid, within the line around England of transforms/disk_reach.py",
            do="mend the coordinates; for elsewhere measure first: draw ENGLAND anew there, and python -m transforms.disk_reach",
        )


def _refuse(connection: duckdb.DuckDBPyConnection, where: str, file: str, problem: str) -> None:
    found = rows_as_dicts(connection, f"select *, count(*) over () as rows from place where {where} limit 1")
    if found:
        row = {name: value for name, value in found[0].items() if name != "rows"}
        raise InputError(
            f"In {found[0]['rows']:,} rows {problem}, first in {shown(row)}", file=file, expected=_expected(), do="mend the file"
        )


def _expected() -> str:
    return ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
