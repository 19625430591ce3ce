"""Raw tables: one per kind of file, its rows typed and in our columns, each with the file and row it came from.

Beside them, ``landing.<group>_file`` holds the provenance of the files of a landing group. The publishers' bytes themselves
stay in the archive (``warehouse/landing/archive.py``).
"""

from __future__ import annotations

import logging
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from transforms.errors import InputError
from transforms.layouts import LAYOUTS, Layout
from transforms.layouts.layout import academic_year
from warehouse import clock
from warehouse.landing import postcodes
from warehouse.landing.archive import LICENCE, DropFolder, Landed, history, land
from warehouse.landing.kept import SourceFile
from warehouse.sources.cards import largest_bytes
from warehouse.store import literal, replace_table, run

log = logging.getLogger("schoolmatch")

POSTCODE_GROUP, POSTCODE_KIND = "postcodes", "ons_postcode"
_POSTCODES = f"raw.{POSTCODE_KIND}"

_ORIGIN = {"as_at": "date", "source_sha256": "varchar", "row_number": "integer"}
FILE_COLUMNS = {
    "kind": "varchar",
    "layout": "varchar",
    "name": "varchar",
    "title": "varchar",
    "publisher": "varchar",
    "url": "varchar",
    "sha256": "varchar",
    "bytes": "bigint",
    "rows": "bigint",
    "published": "date",
    "covers": "varchar",
    "landed": "timestamp",
    "licence": "varchar",
    "is_synthetic": "boolean",
    "notices": "varchar",
}
"""Columns of the provenance tables and their SQL types: the fields of ``SourceFile``."""


RUN_TABLE = "landing.run"
_RUN_COLUMNS = {
    "run_id": "varchar",
    "started_at": "timestamp",
    "source": "varchar",
    "code_version": "varchar",
    "duckdb_version": "varchar",
    "accepts_changes": "boolean",
}


def note_run(
    connection: duckdb.DuckDBPyConnection, run_id: str, started_at: datetime, source: str, *, accepts_changes: bool
) -> None:
    """Fill ``landing.run``: one row, this run, by which code. ``started_at``: UTC, without zone."""
    row = {
        "run_id": run_id,
        "started_at": started_at,
        "source": source,
        "code_version": metadata.version("schoolmatch"),
        "duckdb_version": duckdb.__version__,
        "accepts_changes": accepts_changes,
    }
    replace_table(connection, RUN_TABLE, _RUN_COLUMNS, pa.Table.from_pylist([row]))


def tables_of(group: str) -> list[str]:
    """The raw tables a landing group fills."""
    if group == POSTCODE_GROUP:
        return [_POSTCODES]
    return [table for layout in LAYOUTS if layout.group == group for table in columns_of(layout)]


def columns_of(layout: Layout) -> dict[str, dict[str, str]]:
    """The raw tables that files of a kind fill, and their columns: one, or a second for the rows of the country."""
    columns = {f"raw.{layout.kind}": {**layout.schema, **_ORIGIN}}
    if layout.national:
        columns[national_table(layout)] = {**layout.national_schema, **_ORIGIN}
    return columns


def national_table(layout: Layout) -> str:
    """The raw table of the rows of the country in files of a kind."""
    return f"raw.{layout.group}_national"


def file_table(group: str) -> str:
    """The table with the provenance of a group's files."""
    return f"landing.{group}_file"


def load_group(connection: duckdb.DuckDBPyConnection, folder: DropFolder, group: str, archive: Path) -> dict[str, int]:
    """Land a group's files and fill its raw tables; returns the number of rows by table.

    A kind of which no file is there becomes an empty table, so that the SQL that reads it finds nothing instead of failing.
    """
    if group == POSTCODE_GROUP:
        return load_postcodes(connection)
    counts: dict[str, int] = {}
    files: list[SourceFile] = []
    for layout in LAYOUTS:
        if layout.group != group:
            continue
        arrived = list(land(folder, layout, archive, largest=largest_bytes(layout.kind)))
        if layout.files == "releases":
            arrived += history(folder, layout, archive, [each.file for each in arrived])
        elif "year" in layout.key:
            arrived = one_telling_of_each_year(layout, arrived)
        files += [each.file for each in arrived]
        for table, columns in columns_of(layout).items():
            is_national = layout.national and table == national_table(layout)
            frames = [pd.DataFrame(columns=list(columns))]
            for each in arrived:
                frame = each.national if is_national else each.rows
                if len(frame):
                    frames.append(frame.assign(as_at=each.file.published, source_sha256=each.file.sha256))
            rows = pa.concat_tables([_arrow(frame[list(columns)]) for frame in frames], promote_options="permissive")
            counts[table] = replace_table(connection, table, columns, rows)
        _refuse_overlap(connection, layout, {file.sha256: file.name for file in files})
    _replace_files(connection, group, files)
    return counts


def one_telling_of_each_year(layout: Layout, arrived: list[Landed]) -> list[Landed]:
    """Of files that tell of the same year, the rows of the one to be believed; what the others tell of it is set aside, and told.

    Believed is the first by the layout's ``preference``, then the one whose newest year is later, as it was published later. Of
    files that are alike in both, the rows are parts of one table, unless the bytes are the same.
    """
    order = [(layout.rank(landed.file.name), -int(landed.rows["year"].max())) for landed in arrived]
    best: dict[int, int] = {}
    for number, landed in enumerate(arrived):
        for year in landed.rows["year"].unique():
            best[year] = min(best.get(year, number), number, key=lambda each: order[each])
    kept = []
    for number, landed in enumerate(arrived):
        file = landed.file
        copy_of = next((earlier.file for earlier in arrived[:number] if earlier.file.sha256 == file.sha256), None)
        others = {year for year in landed.rows["year"].unique() if copy_of or order[best[year]] < order[number]}
        notices = [file.notices] if file.notices else []
        for year in sorted(others):
            teller = copy_of or arrived[best[year]].file
            notices.append(f"{academic_year(int(year))} is not read from it: {teller.name} tells of that year")
            log.warning("%s: %s", file.name, notices[-1])
        believed = (frame[~frame["year"].isin(others)] if "year" in frame else frame for frame in (landed.rows, landed.national))
        kept.append(Landed(replace(file, notices=". ".join(notices) or None), *believed))
    return kept


def _refuse_overlap(connection: duckdb.DuckDBPyConnection, layout: Layout, names: dict[str, str]) -> None:
    """Raise InputError where two files of a kind hold the same row (of two releases of different dates both are wanted)."""
    key = ", ".join(layout.key if layout.files != "releases" else (*layout.key, "as_at"))
    twice = run(
        connection,
        f"select min(source_sha256), max(source_sha256), count(*) from raw.{layout.kind} group by {key} having count(*) > 1",
    )
    if not twice:
        return
    first, second, _ = twice[0]
    raise InputError(
        f"Two files hold the same rows ({len(twice):,} of them, by {key})",
        file=f"{names[first]} and {names[second]}",
        expected="each row in one file",
        do="take out the older of the two",
    )


def load_postcodes(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Fill ``raw.ons_postcode`` from the postcode package; the rows of the refresh before stay where they are those of this one."""
    name, sha256, size = postcodes.provenance()
    landed = _landed_before(connection, sha256) or utc_now()
    count = _there_already(connection, sha256)
    if count is None:
        columns = {"postcode": "varchar", "easting": "integer", "northing": "integer", "district_code": "varchar"}
        count = replace_table(connection, _POSTCODES, columns, postcodes.as_batches(postcodes.read_letters()))
        run(connection, f"comment on table {_POSTCODES} is {literal(f'{sha256} {_sum_of_postcodes(connection)}')}")
    directory = SourceFile(
        kind=POSTCODE_KIND,
        layout="package",
        name=name,
        title="ONS postcode directory",
        publisher="Office for National Statistics",
        url="https://geoportal.statistics.gov.uk/",
        sha256=sha256,
        bytes=size,
        rows=count,
        published=None,
        covers=None,
        landed=landed.replace(tzinfo=UTC),
        licence=LICENCE,
        is_synthetic=False,
    )
    _replace_files(connection, POSTCODE_GROUP, [directory])
    return {_POSTCODES: count}


def _there_already(connection: duckdb.DuckDBPyConnection, sha256: str) -> int | None:
    """How many postcodes of exactly this package a refresh before has left; None where it has not, or they are not as it left them.

    The comment of the table says of which package it is, and its sum: it is believed by that alone.
    """
    told = run(connection, "select comment from duckdb_tables() where schema_name || '.' || table_name = ?", [_POSTCODES])
    if not told or not str(told[0][0]).startswith(f"{sha256} "):
        return None
    try:
        found = _sum_of_postcodes(connection)
        if told[0][0] == f"{sha256} {found}":
            return int(run(connection, f"select count(*) from {_POSTCODES}")[0][0])
        log.warning("the postcodes that a refresh before has left are not as it left them: they are read anew")
    except duckdb.Error as error:
        log.warning("the postcodes that a refresh before has left cannot be read any more, and are read anew: %s", error)
    return None


def _sum_of_postcodes(connection: duckdb.DuckDBPyConnection) -> str:
    """Rows, and a sum of all values, which the order does not change."""
    query = f"select count(*), bit_xor(hash(postcode, easting, northing, district_code)) from {_POSTCODES}"
    return " ".join(map(str, run(connection, query)[0]))


def _landed_before(connection: duckdb.DuckDBPyConnection, sha256: str) -> datetime | None:
    """When the refresh before read exactly this package first; None where it did not. The package is not archived like a file."""
    table = file_table(POSTCODE_GROUP)
    schema, _, name = table.partition(".")
    if not run(connection, "from duckdb_tables() where schema_name = ? and table_name = ?", [schema, name]):
        return None
    try:
        rows = run(connection, f"select landed from {table} where sha256 = ?", [sha256])
    except duckdb.Error as error:  # the only table that a refresh reads before it has made it
        log.warning("when the postcodes first landed cannot be read any more, and is counted from now: %s", error)
        return None
    return rows[0][0] if rows else None


def _arrow(frame: pd.DataFrame) -> pa.Table:
    """The frame as an Arrow table; a column without any value has no type yet, so that it takes that of another vintage."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for index, name in enumerate(table.column_names):
        if table.column(index).null_count == table.num_rows:
            table = table.set_column(index, name, pa.nulls(table.num_rows))
    return table


def utc_now() -> datetime:
    """Now, in UTC, to the second, as DuckDB's timestamp without zone holds it."""
    return clock.now().replace(tzinfo=None)


def _replace_files(connection: duckdb.DuckDBPyConnection, group: str, files: list[SourceFile]) -> None:
    records = [asdict(file) | {"landed": file.landed.replace(tzinfo=None)} for file in files]
    rows = pa.table({name: pa.array([record[name] for record in records]) for name in FILE_COLUMNS})
    replace_table(connection, file_table(group), FILE_COLUMNS, rows)
