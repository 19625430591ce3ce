"""What the commands share: where they print, which home, and the published file with errors in a sentence."""

from __future__ import annotations

import csv
import json
import logging
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from transforms.errors import InputError
from transforms.text import csv_cell, printable
from warehouse.home import Home

if TYPE_CHECKING:
    import duckdb  # here and below: nothing that takes time before a command needs it


class _Terminal(Console):
    """Shows text as it stands: ``:x:`` is no picture, numbers have no colours, and nothing drives the terminal."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, emoji=False, highlight=False)

    def render_str(self, text: str, **how: Any) -> Text:
        """A text as it is printed. All come through here: sentences, cells of tables, what is indented."""
        return super().render_str(printable(text), **how)

    def on_broken_pipe(self) -> None:
        """Let the command end as others do that write to a closed pipe."""
        raise BrokenPipeError


console = _Terminal()
errors = _Terminal(stderr=True)

HomeOption = Annotated[
    str | None,
    typer.Option("--home", help="Where everything is kept. Default: SCHOOLMATCH_HOME, else ./data.", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs.")]
CsvOption = Annotated[
    bool,
    typer.Option(
        "--csv", help="For spreadsheets and programs: CSV with a header. A text that begins like a formula has a ' before it."
    ),
]

MOST_SHOWN = 100
"""Rows that people are shown; programs get all of them."""


@contextmanager
def published(place: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The newest published file, for reading; ends the command with 1 and a sentence where there is none, or it has no answer."""
    import duckdb

    from warehouse.publish import DUCKDB_FILE, newest
    from warehouse.sealed import read_only

    try:
        with read_only(newest(place) / DUCKDB_FILE) as connection:
            try:
                yield connection
            except (duckdb.CatalogException, duckdb.BinderException, KeyError) as error:
                if not _lacks_what_is_published_now(connection):
                    raise
                errors.print(
                    "The newest published folder was made by an older version of schoolmatch. What to do: schoolmatch refresh."
                )
                raise typer.Exit(1) from error
    except InputError as error:
        errors.print(escape(str(error)))
        raise typer.Exit(1) from error


def _lacks_what_is_published_now(connection: duckdb.DuckDBPyConnection) -> bool:
    from warehouse.contract import read_contracts
    from warehouse.store import run

    there = set(run(connection, "select table_name, column_name from duckdb_columns() where schema_name = 'mart'"))
    return not there >= {(contract.name, column) for contract in read_contracts().values() for column in contract.columns}


def print_rows(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], *, as_json: bool, as_csv: bool, more: Mapping[str, Any] | None = None
) -> None:
    """Print rows for people (a table, the first hundred), or all of them as JSON or CSV. ``more``: beside the rows in JSON."""
    if as_json:
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        print(json.dumps({**(more or {}), "rows": records} if more else records, ensure_ascii=False, indent=2, default=str))
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(map(csv_cell, columns))
        writer.writerows(["" if value is None else _csv_text(value) for value in row] for row in rows)
    else:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for at, column in enumerate(columns):
            numeric = any(isinstance(row[at], int | float) and not isinstance(row[at], bool) for row in rows)
            table.add_column(escape(column), justify="right" if numeric else "left")
        for row in rows[:MOST_SHOWN]:
            table.add_row(*(escape("–" if value is None else _text(value)) for value in row))
        console.print(table)
        if len(rows) > MOST_SHOWN:
            console.print(f"[dim]The first {MOST_SHOWN} of {len(rows):,} rows; --csv or --json gives all.[/]")


def _csv_text(value: Any) -> object:
    text = _text(value)
    return text if isinstance(value, int | float | Decimal) else csv_cell(text)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{key}: {part}" for key, part in value.items())
    return str(value)


class _Lines(logging.Formatter):
    """A line with the time; what is more than progress says so."""

    def format(self, record: logging.LogRecord) -> str:
        line = printable(super().format(record))
        return line if record.levelno <= logging.INFO else f"{record.levelname}  {line}"


def show_progress(level: int) -> None:
    """Lines of what is done, from that level on."""
    from orchestration import logs

    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "yes")
    logger = logging.getLogger("schoolmatch")
    logger.setLevel(logging.DEBUG)
    handler = logging.StreamHandler()
    handler.setFormatter(logs.JsonLines() if logs.is_json() else _Lines("%(asctime)s  %(message)s", "%H:%M:%S"))
    handler.setLevel(level)  # not the logger: Dagster sets that one's level itself
    logger.handlers = [handler]
    logger.propagate = False
