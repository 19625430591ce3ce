"""The command ``changes``: what differs between the newest published folder and one that is kept, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from orchestration.cli.terminal import CsvOption, HomeOption, JsonOption, console, errors, print_rows
from transforms.errors import InputError
from warehouse.home import Home
from warehouse.licence import SYNTHETIC_NOTE

if TYPE_CHECKING:
    import duckdb

app = typer.Typer()


@app.command()
def changes(
    since: Annotated[
        str | None,
        typer.Option("--since", help="A kept folder, by its stamp or how it begins: 20260930.", show_default="the refresh before"),
    ] = None,
    home: HomeOption = None,
    *,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """What changed between the newest published folder and an earlier one, why, and what to do about it."""
    from warehouse.time.change import TABLE, choose, compared

    try:
        now, before = choose(Home.find(home), since)
        with compared(now, before) as connection:
            if as_json or as_csv:
                answer = connection.execute(f"from {TABLE}")
                columns = [column[0] for column in answer.description or []]
                print_rows(columns, answer.fetchall(), as_json=as_json, as_csv=as_csv)
            else:
                _show(connection, is_synthetic=now.is_synthetic)
    except InputError as error:
        errors.print(escape(str(error)))
        raise typer.Exit(1) from error


def _show(connection: duckdb.DuckDBPyConnection, *, is_synthetic: bool) -> None:
    from exports.pages.changes import HEADINGS, changes_page, counts
    from exports.pages.page import Paragraph

    if is_synthetic:
        console.print(f"[bold yellow]{SYNTHETIC_NOTE}[/]\n")
    page = changes_page(connection, is_synthetic=is_synthetic)
    for block in page.blocks:
        if isinstance(block, Paragraph) and block.text.startswith("Compared with"):
            console.print(escape(block.text))
    for heading in HEADINGS:
        console.print(f"\n[bold]{heading.title}[/]")
        found = counts(connection, heading)
        if not found:
            console.print(f"  {heading.nothing}")
            continue
        table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2))
        for column in range(4):
            table.add_column(justify="right" if column == 0 else "left")
        for change, definition, cause, count in found:
            table.add_row(f"{count:,}", escape(change), escape(definition), escape(cause))
        console.print(table)
        console.print(f"  [dim]What to do: {escape(heading.what_to_do)}[/]")
    console.print("\n[dim]Every row: --csv or --json. In the published folder: changes.html, and mart.change in the database.[/]")
