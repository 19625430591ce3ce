"""The command line: ``schoolmatch``."""

from __future__ import annotations

import json
import logging
import os
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table
from typer.core import TyperGroup

from exports.words import day_in_words, in_words, not_asked_of, withheld_of
from orchestration import stopping
from orchestration.cli import backfill, changes, elsewhere, follow, places, questions
from orchestration.cli.failing import sentence_of
from orchestration.cli.terminal import CsvOption, HomeOption, JsonOption, console, errors, print_rows, published, show_progress
from orchestration.instance import see_to_limits
from warehouse import clock
from warehouse.home import Home, waiting
from warehouse.licence import LIMITS, SYNTHETIC_NOTE

if TYPE_CHECKING:
    from warehouse.sources.freshness import Freshness


class _Commands(TyperGroup):
    """Whatever stops a command is told in a sentence, and ends it with 1; a fault of the program itself keeps its traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named."""
        try:
            result = super().invoke(ctx)
            if sys.stdout:  # which a program that starts this one may have closed
                sys.stdout.flush()  # here, not when all is over: the pipe may be closed, or the disk full
        except (typer.Exit, typer.Abort, SystemExit):
            raise
        except BrokenPipeError:
            stopping.leave_pipe()
            raise typer.Exit(1) from None
        except BaseException as error:
            if signal := stopping.received():
                if ctx.invoked_subcommand != "serve":  # which ends like this
                    errors.print(f"[bold red]Stopped[/] {stopping.WORDS[signal]}.")
                    for note in getattr(error, "__notes__", []):
                        errors.print(escape(note))
                raise typer.Exit(1) from None
            if (words := sentence_of(error)) is None:
                raise
            errors.print(f"[bold red]Stopped.[/] {escape(words)}")
            for note in getattr(error, "__notes__", []):
                errors.print(escape(note))
            raise typer.Exit(1) from error
        return result


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    help="For every school in England that needs support: the high-performing schools near enough to give it.",
)
for commands in (questions, changes, backfill, follow, elsewhere, places):
    app.registered_commands += commands.app.registered_commands


@app.callback()
def main() -> None:
    """schoolmatch."""


@app.command()
def refresh(
    source: Annotated[
        str, typer.Option("--source", help="live, sample, or a drop folder with the publishers' files.", show_default=True)
    ] = "live",
    home: HomeOption = None,
    *,
    quiet: Annotated[bool, typer.Option("--quiet", help="Only the summary, and what goes wrong.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Every table and check as it is made.")] = False,
    accept_changes: Annotated[
        bool, typer.Option("--accept-changes", help="Publish though schools or statuses differ much from the refresh before.")
    ] = False,
) -> None:
    """Build everything from the source's files, check it, and publish it."""
    show_progress(logging.WARNING if quiet else logging.DEBUG if verbose else logging.INFO)
    place = Home.find(home)
    before = place.latest.resolve()
    if accept_changes:
        os.environ["SCHOOLMATCH_ACCEPT_CHANGES"] = "1"
    try:
        see_to_limits()
        # Dagster takes seconds to import: not before it is needed. A mistake in sql/ is found while it is read.
        from orchestration.refresh import refresh as run_refresh

        done = run_refresh(place, source)
    except BaseException as error:
        if place.latest.exists() and place.latest.resolve() == before:
            error.add_note(f"What was published before is as it was: {place.latest}")
        elif place.latest.exists():
            error.add_note(f"In this home it was published: {place.latest}")
        raise
    _summarise(done.refresh, done.country, [each.sentence for each in done.exclusive if not each.is_withheld])
    for state in done.status:
        if state["is_stale"] or "at the last look" in state["state"]:
            console.print(f"[bold red]{escape(state['title'])}[/], as at {state['as_at'] or 'no date'}: {escape(state['state'])}")
    console.print(f"\nPublished in {done.seconds:.0f} s: [bold]{escape(_folder_in_words(place))}[/]")
    for name, what in (
        ("schoolmatch.duckdb", "query it: duckdb -readonly, Python, R"),
        ("site/index.html", "the map: open it, or schoolmatch serve"),
        ("excel/england.xlsx", "and a workbook for each region and local authority"),
        ("parquet/", "one file per table; also geoparquet/ and ees/ (tidy CSV)"),
        ("changes.html", "what changed since the refresh before, and why"),
        ("status.json", "how fresh each source is"),
        ("manifest.json", "what it was made from, and every file's hash"),
    ):
        console.print(f"  {name:<22}{what}")


@app.command()
def status(
    home: HomeOption = None,
    *,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """How fresh each source is, and when the last refresh was published.

    Ends with 1 where nothing is published, with 3 where the newest folder is so old that the schedule must have stopped, or of a
    time yet to come.
    """
    # These read files of every layout: a moment that other commands need not wait.
    from orchestration.origin import looks, unpublished
    from warehouse.publish import CLOCK_MAY_DIFFER
    from warehouse.sources.freshness import LATEST_AT_MOST, age_of_latest, freshness
    from warehouse.store import rows_as_dicts

    place = Home.find(home)
    if not place.latest.exists() and (why := unpublished(place, clock.now())):
        errors.print(escape(why), soft_wrap=True)
        raise typer.Exit(1)
    with published(place) as connection:
        files = rows_as_dicts(connection, "from mart.source_file")
        about = rows_as_dicts(connection, "from mart.refresh")[0]
    age = age_of_latest(place) or timedelta()
    states = freshness(files, clock.now().date(), looks(about["source"], place))
    if as_json:
        print(
            json.dumps(
                {"label": about["label"], "hours_old": round(age / timedelta(hours=1), 1), "sources": [s.as_json() for s in states]}
            )
        )
    elif as_csv:
        print_rows(list(states[0].as_json()), [list(state.as_json().values()) for state in states], as_json=False, as_csv=True)
    else:
        _show_states(states, about["label"])
        console.print(f"\nPublished {age / timedelta(days=1):.1f} days ago: {escape(_folder_in_words(place))}")
    for report in waiting(place):
        errors.print(f"[bold red]A refresh is held[/] until its changes are allowed: {escape(str(report))}", soft_wrap=True)
    if age < -CLOCK_MAY_DIFFER:
        errors.print("[bold red]The clock of this machine is wrong,[/] or was: the newest folder is of a time that is yet to come.")
        raise typer.Exit(3)
    if age > LATEST_AT_MOST:
        errors.print(f"[bold red]Older than {LATEST_AT_MOST.days} days:[/] if this home has a schedule, the schedule has stopped.")
        raise typer.Exit(3)


@app.command()
def serve(
    home: HomeOption = None,
    *,
    port: Annotated[int, typer.Option("--port", help="On this machine alone; 0 takes a free one.")] = 8000,
) -> None:
    """Serve the newest published folder, and its map, on localhost, until stopped (Ctrl+C)."""
    from orchestration.cli.serve import LOCALHOST
    from orchestration.cli.serve import serve as make_server

    with make_server(Home.find(home), port) as server:
        console.print(f"The map: [bold]http://{LOCALHOST}:{server.server_port}/site/[/]  (Ctrl+C stops)")
        with suppress(KeyboardInterrupt):  # an end as good as any
            server.serve_forever()


@app.command()
def reproduce(
    name: Annotated[str, typer.Argument(help="A definition with published figures: nfer-2017.")],
    source: Annotated[str, typer.Option("--source", help="The files of the time: a drop folder.")],
    home: Annotated[
        str | None,
        typer.Option("--home", help="Where the refresh keeps everything. Default: a folder that is removed.", show_default=False),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to", help="Where the page goes. Default: reproduction/ in --home, SCHOOLMATCH_HOME or ./data.", show_default=False
        ),
    ] = None,
    *,
    quiet: Annotated[bool, typer.Option("--quiet", help="Only where the page is, and what goes wrong.")] = False,
) -> None:
    """Hold a definition's figures against those a study has published: a page that says how far they agree, and why not further."""
    show_progress(logging.WARNING if quiet else logging.INFO)
    from orchestration.cli.reproduce import reproduce_from

    paths = reproduce_from(name, source, Home.find(home) if home else None, Path(to).expanduser() if to else None)
    for path in paths:
        console.print(f"[bold]{escape(str(path))}[/]", soft_wrap=True)


def _show_states(states: list[Freshness], label: str | None) -> None:
    if label:
        console.print(f"[bold yellow]{SYNTHETIC_NOTE}[/]\n")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Source", "As at", "Days old", "Landed", "Next check", "State"):
        table.add_column(heading, justify="right" if heading == "Days old" else "left", no_wrap=heading != "State")
    for state in states:
        table.add_row(
            escape(in_words(state.source)),
            f"{state.as_at}" if state.as_at else "–",
            f"{state.age_days:,}" if state.age_days is not None else "–",
            f"{state.landed:%Y-%m-%d}" if state.landed else "–",
            f"{state.next_check.astimezone():%d %b %H:%M}" if state.next_check else "–",
            f"[bold red]{escape(state.state)}[/]" if state.is_stale else escape(state.state),
        )
    console.print(table)


_SUMMARISED = (
    "high_performing",
    "high_performing_undecided",
    "in_need",
    "in_need_undecided",
    "partners_median",
    "in_need_without_partner",
)


def _summarise(about: dict[str, Any], country: list[dict[str, Any]], exclusive: list[str]) -> None:
    if about["is_synthetic"]:
        console.print(f"\n[bold yellow]{SYNTHETIC_NOTE}[/]")
    console.print(
        f"\n{about['schools']:,} schools; GIAS as at {day_in_words(about['gias_as_at'])}, "
        f"Ofsted as at {day_in_words(about['ofsted_as_at'])}"
    )
    if new := about["new_authorities"]:
        console.print(f"[bold yellow]New local authorities, known from GIAS alone:[/] {escape(new)}", soft_wrap=True)
    if lacking := about["areas_without_boundary"]:
        words = (
            f"[bold yellow]Boundaries of another year, or a part of the layer:[/] there is none under the code of {escape(lacking)}"
        )
        console.print(words, soft_wrap=True)
    if other := about["boundaries_without_area"]:
        console.print(f"[bold yellow]Boundaries of which no school has the code:[/] {escape(other)}", soft_wrap=True)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Definition", "Phase"):
        table.add_column(heading)
    for heading in ("Schools", "High", "High ?", "Need", "Need ?", "Median", "Nobody"):
        table.add_column(heading, justify="right")
    for row in country:
        table.add_row(
            escape(row["definition"]),
            in_words(row["phase"]),
            f"{row['schools']:,}",
            *("–" if row[name] is None else f"{row[name]:,g}" for name in _SUMMARISED),
        )
    console.print(table)
    console.print(
        "[dim]High: high-performing; Need: in need; with a ?: schools of which that could not be decided. Median: of the "
        "high-performing schools "
        "near a school in need. Nobody: schools in need with none near.[/]"
    )
    for said in [said for row in country for said in withheld_of(row) or not_asked_of(row)]:
        console.print(f"[bold yellow]{escape(said)}[/]", soft_wrap=True)
    for sentence in exclusive:
        console.print(escape(sentence))
    console.print(f"[dim]{LIMITS}[/]")


def _folder_in_words(home: Home) -> str:
    try:
        return str(home.latest.relative_to(Path.cwd()))
    except ValueError:
        return str(home.latest)
