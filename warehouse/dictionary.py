"""The data dictionary (``sql/dictionary/``): every published table and column in words, held against what was built.

``docs/dictionary.md`` is made from it: ``python -m warehouse.dictionary``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from transforms.errors import InputError
from warehouse.model import SQL, read_models
from warehouse.store import replace_table, run
from warehouse.study import sensitivity

TABLE = "mart.data_dictionary"
PAGE = SQL.parent / "docs" / "dictionary.md"

TABLE_DESCRIPTIONS = {
    sensitivity.TABLE: sensitivity.DESCRIPTION,
    "mart.check_result": "One row per check that ran before publishing (sql/check/), with its outcome.",
    "mart.data_dictionary": "One row per published table and column, in words.",
}
"""What a row is, for the tables that no SQL file makes."""


@dataclass(frozen=True)
class Entry:
    """A column in words."""

    table_name: str
    column_name: str
    unit: str
    is_key: bool
    is_required: bool
    description: str
    published_as: str


def read_dictionary(root: Path = SQL) -> list[Entry]:
    """All entries, in the order of the file."""
    with (root / "dictionary" / "mart.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return [
            Entry(
                table_name=row["table_name"],
                column_name=row["column_name"],
                unit=row["unit"],
                is_key=row["is_key"] == "yes",
                is_required=row["is_required"] == "yes",
                description=row["description"],
                published_as=row["published_as"],
            )
            for row in rows
        ]


def published_tables(root: Path = SQL) -> list[str]:
    """The published tables, in the order of the dictionary."""
    return list(dict.fromkeys(f"mart.{entry.table_name}" for entry in read_dictionary(root)))


def describe_tables(root: Path = SQL) -> dict[str, str]:
    """What a row of each published table is: the head of its SQL."""
    return {model.name: model.description for model in read_models("mart", root)} | TABLE_DESCRIPTIONS


def key_of(table: str, root: Path = SQL) -> list[str]:
    """The columns that identify a row of a published table; empty where it has no key."""
    return [entry.column_name for entry in read_dictionary(root) if f"mart.{entry.table_name}" == table and entry.is_key]


def build_dictionary(connection: duckdb.DuckDBPyConnection, root: Path = SQL) -> int:
    """Make ``mart.data_dictionary``.

    Raises InputError when a built column has no description, or a description no column.
    """
    entries = read_dictionary(root)
    described = {f"{entry.table_name}.{entry.column_name}" for entry in entries}
    own = {entry.column_name: "varchar" for entry in entries if f"mart.{entry.table_name}" == TABLE}
    own |= dict.fromkeys(("is_key", "is_required"), "boolean")
    built = dict(_built_columns(connection)) | {f"data_dictionary.{column}": kind.upper() for column, kind in own.items()}
    if wrong := sorted(set(built) ^ described):
        without = [column for column in wrong if column in built]
        raise InputError(
            "The data dictionary and the tables differ",
            file="sql/dictionary/mart.csv",
            column=", ".join(wrong),
            expected="a description for every published column, and a column for every description",
            do=f"describe {', '.join(without)}" if without else "take out the lines without a column",
        )
    rows = [
        {
            "table_name": entry.table_name,
            "column_name": entry.column_name,
            "data_type": built[f"{entry.table_name}.{entry.column_name}"],
            "unit": entry.unit or None,
            "is_key": entry.is_key,
            "is_required": entry.is_required,
            "description": entry.description,
            "published_as": entry.published_as or None,
        }
        for entry in entries
    ]
    return replace_table(connection, TABLE, own, pa.Table.from_pylist(rows))


def _built_columns(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str]]:
    for table, column, kind in run(
        connection,
        "select table_name, column_name, data_type from duckdb_columns() "
        "where schema_name = 'mart' and database_name = current_database() order by table_name, column_index",
    ):
        if table != "data_dictionary":
            yield f"{table}.{column}", kind


def page() -> str:
    """The documentation page of all published tables (Markdown)."""
    descriptions, entries = describe_tables(), read_dictionary()
    names = list(dict.fromkeys(entry.table_name for entry in entries))
    lines = [
        "<!-- Generated from sql/dictionary/ and the heads of sql/mart/ by `python -m warehouse.dictionary`: change those. -->",
        "# Data dictionary",
        "",
        "Every table of the schema `mart` in `schoolmatch.duckdb`, and of `parquet/`. **Bold**: the key. A column marked *always*",
        "is never empty; in the others empty means not known or not applicable, never zero. How to use them:",
        "[analysts.md](analysts.md).",
        "",
        *(f"* [{name}](#{name})" for name in names),
    ]
    for name in names:
        lines += ["", f"## {name}", "", descriptions[f"mart.{name}"], "", "| column | unit | filled | what it is | published as |"]
        lines.append("|---|---|---|---|---|")
        for entry in entries:
            if entry.table_name == name:
                column = f"**`{entry.column_name}`**" if entry.is_key else f"`{entry.column_name}`"
                filled = "always" if entry.is_required else ""
                lines.append(f"| {column} | {entry.unit} | {filled} | {entry.description} | {entry.published_as} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
