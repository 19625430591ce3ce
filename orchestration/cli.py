"""The command line: ``schoolmatch``."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from transforms.errors import InputError
from warehouse.home import Home
from warehouse.licence import LIMITS, SYNTHETIC_NOTE

app = typer.Typer(
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    help="For every school in England that needs support: the high-performing schools near enough to give it.",
)
console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

HomeOption = Annotated[
    str | None,
    typer.Option("--home", help="Where everything is kept. Default: SCHOOLMATCH_HOME, else ./data.", show_default=False),
]


@app.callback()
def main() -> None:
    """schoolmatch."""


@app.command()
def refresh(
    source: Annotated[
        str, typer.Option("--source", help="sample, or a drop folder with the publishers' files.", show_default=True)
    ] = "live",
    home: HomeOption = None,
    *,
    quiet: Annotated[bool, typer.Option("--quiet", help="Only the summary, and what goes wrong.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Every table and check as it is made.")] = False,
) -> None:
    """Build everything from the source's files, check it, and publish it."""
    _show_progress(logging.WARNING if quiet else logging.DEBUG if verbose else logging.INFO)
    place = Home.find(home)
    try:
        # Dagster takes seconds to import: not before it is needed. A mistake in sql/ is found while it is read.
        from orchestration.refresh import refresh as run_refresh

        done = run_refresh(place, source)
    except (InputError, OSError) as error:  # the second: no space, no permission
        errors.print(f"[bold red]Stopped.[/] {escape(str(error))}")
        if place.latest.exists():
            errors.print(f"What was published before is as it was: {escape(str(place.latest))}")
        raise typer.Exit(1) from error
    _summarise(done.refresh, done.country)
    console.print(f"\nPublished in {done.seconds:.0f} s: [bold]{escape(_shown(place))}[/]")
    for name, what in (
        ("schoolmatch.duckdb", "query it: duckdb -readonly, Python, R"),
        ("excel/england.xlsx", "and excel/regions/, a workbook for each region"),
        ("parquet/", "one file per table"),
        ("manifest.json", "what it was made from, and every file's hash"),
    ):
        console.print(f"  {name:<22}{what}")


def _summarise(about: dict[str, Any], country: list[dict[str, Any]]) -> None:
    if about["is_synthetic"]:
        console.print(f"\n[bold yellow]{SYNTHETIC_NOTE}[/]")
    console.print(
        f"\n{about['schools']:,} schools; GIAS as at {about['gias_as_at']:%d %B %Y}, Ofsted as at {about['ofsted_as_at']:%d %B %Y}"
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Definition", "Phase"):
        table.add_column(heading)
    for heading in ("Schools", "High-perf.", "In need", "Unsure", "Median", "Nobody"):
        table.add_column(heading, justify="right")
    for row in country:
        table.add_row(
            row["definition"],
            row["phase"].replace("_", " "),
            f"{row['schools']:,}",
            f"{row['high_performing']:,}",
            f"{row['in_need']:,}",
            f"{row['not_assessed']:,}",
            "–" if row["partners_median"] is None else f"{row['partners_median']:g}",
            f"{row['in_need_without_partner']:,}",
        )
    console.print(table)
    console.print(
        "[dim]Unsure: neither, but not assessed by every rule. Median: of the high-performing schools near a school in need. "
        "Nobody: schools in need with none near.[/]"
    )
    console.print(f"[dim]{LIMITS}[/]")


class _Lines(logging.Formatter):
    """A line with the time; what is more than progress says so."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        return line if record.levelno <= logging.INFO else f"{record.levelname}  {line}"


def _show_progress(level: int) -> None:
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "yes")
    logger = logging.getLogger("schoolmatch")
    logger.setLevel(logging.DEBUG)
    handler = logging.StreamHandler()
    handler.setFormatter(_Lines("%(asctime)s  %(message)s", "%H:%M:%S"))
    handler.setLevel(level)  # not the logger: Dagster sets that one's level itself
    logger.handlers = [handler]
    logger.propagate = False


def _shown(home: Home) -> str:
    try:
        return str(home.latest.relative_to(Path.cwd()))
    except ValueError:
        return str(home.latest)
