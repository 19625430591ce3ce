"""The tables of small facts: one per file of ``sql/reference/``, with the key and types that ``contract.toml`` there promises."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path

import duckdb
from pydantic import TypeAdapter

from transforms.described import Strict
from transforms.errors import InputError
from warehouse.model import SQL
from warehouse.store import run


class _Facts(Strict):
    """What is promised of a table. ``types``: of the columns that are no text."""

    key: tuple[str, ...]
    types: Mapping[str, str] = {}


_CONTRACT = TypeAdapter(dict[str, _Facts])


def reference_tables(root: Path = SQL) -> list[str]:
    """The tables of small facts, one per file of ``sql/reference/``."""
    return [f"reference.{path.stem}" for path in sorted((root / "reference").glob("*.csv"))]


def load_reference(
    connection: duckdb.DuckDBPyConnection, root: Path = SQL, *, only: Collection[str] | None = None
) -> dict[str, int]:
    """Load the small facts, or ``only`` those of some tables; returns the number of rows by table.

    Raises InputError for a file without a contract, a row that has more fields or fewer than the header, a value that is not of its
    type, and a key that is there twice or not filled.
    """
    promised = _CONTRACT.validate_python(tomllib.loads((root / "reference" / "contract.toml").read_text(encoding="utf-8")))
    run(connection, "create schema if not exists reference")
    return {table: _load(connection, root, table, promised) for table in reference_tables(root) if only is None or table in only}


def _load(connection: duckdb.DuckDBPyConnection, root: Path, table: str, promised: dict[str, _Facts]) -> int:
    name = table.partition(".")[2]
    shown = f"sql/reference/{name}.csv"
    if name not in promised:
        raise InputError("The file has no contract", file=shown, do=f"add [{name}] with its key to sql/reference/contract.toml")
    _refuse_ragged(root / "reference" / f"{name}.csv", shown)
    facts = promised[name]
    typed = ", ".join(f"cast({column} as {kind}) as {column}" for column, kind in facts.types.items())
    replaced = f"replace ({typed}) " if typed else ""
    try:
        run(
            connection,
            f"create or replace table {table} as select * {replaced}"
            "from read_csv($path, header = true, all_varchar = true, comment = '#', delim = ',', quote = '\"')",
            {"path": str(root / "reference" / f"{name}.csv")},
        )
    except duckdb.Error as error:
        raise InputError(f"The file cannot be read: {error}", file=shown, do="mend it, or its types in contract.toml") from error
    key = ", ".join(facts.key)
    if twice := run(connection, f"select {key} from {table} group by all having count(*) > 1"):
        raise InputError(f"{key} {', '.join(map(str, twice[0]))} is there twice", file=shown, do="take one of them out")
    return int(run(connection, f"select count(*) from {table}")[0][0])


def _refuse_ragged(path: Path, shown: str) -> None:
    """Raise InputError where a row has another number of fields than the header: a comma that is not quoted cuts a text in two."""
    header: list[str] | None = None
    with path.open(encoding="utf-8", newline="") as file:
        for row, line in enumerate(file, start=1):
            if line.startswith("#") or not line.strip():
                continue
            try:
                (fields,) = csv.reader([line], strict=True)
            except csv.Error as error:
                raise InputError(
                    f"The row cannot be read ({error})",
                    file=shown,
                    row=row,
                    do="put a text with quotation marks into such, each of its own twice",
                ) from error
            header = header or fields
            if len(fields) != len(header):
                raise InputError(
                    f"The row has {len(fields)} fields, the header has {len(header)}",
                    file=shown,
                    row=row,
                    expected=", ".join(header),
                    do="put a text with a comma in it into quotation marks",
                )
