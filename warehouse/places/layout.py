"""What a place is: a row of the Parquet files that are given, and the refusal of what does not say so.

One row per definition and place, with its status. Unknown words stop; what is not known is null, and stays so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

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
STATUSES = ("in_need", "high_performing", "neither", "not_asked")
QUESTION = "question.parquet"
"""Beside the places, where it is known that numbers of partners are to be withheld: ``mart.question`` of a published file."""

_QUESTION_KEY = ("definition", "phase", "question")
_NUMBERS = ("easting", "northing", "search_radius_miles")
_NEVER_NULL = ("definition", "phase", "urn", "status")


_KINDS: Mapping[str, tuple[str, Callable[[pa.DataType], bool]]] = {
    "varchar": ("text", lambda each: pa.types.is_string(each) or pa.types.is_large_string(each)),
    "bigint": ("whole numbers", pa.types.is_integer),
    "double": (
        "numbers",
        lambda each: (
            pa.types.is_integer(each) or pa.types.is_float32(each) or pa.types.is_float64(each) or pa.types.is_decimal(each)
        ),
    ),
}
"""What Parquet may have of each type: a number that would have to be rounded, or read out of a text, may be another place's."""


def refuse_other_columns(schema: pa.Schema, file: str) -> None:
    """Raises InputError where a file lacks a column of a place, has it twice, or has another kind of it."""
    names = [name.lower() for name in schema.names]
    if missing := [name for name in COLUMNS if name not in names]:
        raise InputError(
            f"It lacks {', '.join(missing)}", file=file, expected=_expected(), do="write the columns by those names (docs/scale.md)"
        )
    for name, kind in COLUMNS.items():
        if names.count(name) > 1:
            raise InputError("The column is there twice", file=file, column=name, do="leave one of them out")
        found = schema.field(names.index(name)).type
        words, is_right = _KINDS[kind]
        if not is_right(found.value_type if pa.types.is_dictionary(found) else found) and not pa.types.is_null(found):
            raise InputError(f"The column holds {shown(found)}", file=file, column=name, expected=words, do="write it so")


def read(connection: duckdb.DuckDBPyConnection, rows: pa.Table, file: str) -> pa.Table:
    """The rows with the columns and types of ``COLUMNS``: not a number is null, and so is the radius of a place not in need, which
    nobody asks for. Raises InputError for rows that are no places."""
    known = {
        "easting": "case when not isnan(easting) then easting end",
        "northing": "case when not isnan(northing) then northing end",
        "search_radius_miles": "case when status = 'in_need' and not isnan(search_radius_miles) then search_radius_miles end",
    }
    typed = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in COLUMNS.items())
    told = ", ".join(f"{known.get(name, name)} as {name}" for name in COLUMNS)
    connection.register("given_place", rows)
    try:
        run(connection, f"create or replace temporary table place as select {told} from (select {typed} from given_place)")
    except duckdb.Error as error:
        raise InputError(f"Its rows cannot be read: {str(error).splitlines()[0]}", file=file, expected=_expected()) from error
    finally:
        connection.unregister("given_place")
    wrong = ", ".join(f"count(*) filter (where {where})" for where in _PROBLEMS)
    for (where, problem), count in zip(_PROBLEMS.items(), run(connection, f"select {wrong} from place")[0], strict=True):
        if count:
            first = rows_as_dicts(connection, f"from place where {where} limit 1")[0]
            raise InputError(
                f"In {count:,} rows {problem}, first in {shown(first)}", file=file, expected=_expected(), do="mend the file"
            )
    return connection.execute("from place").to_arrow_table()


FARTHEST_MILES = 107
"""How far disks of H3 cells are known to reach (``sql/reference/h3_disk.csv``)."""

_PROBLEMS = {
    " or ".join(f"{name} is null" for name in _NEVER_NULL): "a column that every place needs is empty",
    f"status not in {STATUSES}": f"a status is none of {', '.join(STATUSES)}",
    " or ".join(f"isinf({name})" for name in _NUMBERS): "a number has no end",
    "search_radius_miles <= 0": "a place may look no farther than it stands",
    f"search_radius_miles > {FARTHEST_MILES}": f"a place looks farther than {FARTHEST_MILES} miles",
}
"""What no row may be, and how it is told."""


def read_question(rows: pa.Table) -> pa.Table:
    """The columns of ``match.question`` that are read of it. Raises InputError where one is missing, or a question there twice."""
    columns = [*_QUESTION_KEY, "withheld_because"]
    if missing := [name for name in columns if name not in rows.column_names]:
        raise InputError(
            f"It lacks {', '.join(missing)}", file=QUESTION, expected=", ".join(columns), do="take mart.question whole"
        )
    rows = rows.select(columns)
    if rows.group_by(list(_QUESTION_KEY)).aggregate([]).num_rows < rows.num_rows:
        raise InputError("A definition, phase and question is there twice", file=QUESTION, do="leave one of them out")
    return rows


def refuse_abroad(needs: pa.Table, file: str) -> None:
    """Raises InputError where a place in need stands outside England: how far a disk of H3 cells reaches was measured there.

    Cells are smaller elsewhere, and a disk that reaches too short loses pairs without a word.
    """
    outside = ~shapely.contains_xy(ENGLAND, needs["easting"].to_numpy() / 1000, needs["northing"].to_numpy() / 1000)
    if outside.any():
        first = needs.filter(pa.array(outside)).slice(0, 1).to_pylist()[0]
        raise InputError(
            f"{outside.sum():,} places in need stand outside the line around England: of {first['urn']}, easting"
            f" {first['easting']:.0f}, northing {first['northing']:.0f}",
            file=file,
            expected="metres of the National Grid, within ENGLAND of transforms/disk_reach.py",
            do="mend the coordinates; for elsewhere measure first: draw ENGLAND anew there, and python -m transforms.disk_reach",
        )


def _expected() -> str:
    return ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
