"""The command ``backfill``: what a home does not know of earlier years, from the publishers and from files that a person has."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from orchestration.cli.terminal import HomeOption, console, errors, show_progress
from orchestration.instance import see_to_limits
from transforms.errors import InputError
from transforms.text import counted
from warehouse.home import Home

app = typer.Typer()


@app.command()
def backfill(
    given: Annotated[
        str | None,
        typer.Argument(
            metavar="[FOLDER]",
            help="A folder with files of earlier years. Without it, the publishers' past releases are looked for again.",
            show_default=False,
        ),
    ] = None,
    source: Annotated[
        str,
        typer.Option("--source", help="Whose history it is: live, or the drop folder refreshed from.", show_default=True),
    ] = "live",
    home: HomeOption = None,
) -> None:
    """Bring in earlier years: past releases, results by year, and the figures of areas on the day of each extract of GIAS.

    The next refresh publishes what was brought in. Ends with 1 where something could not be brought in.
    """
    show_progress(logging.INFO)
    see_to_limits()
    place = Home.find(home)
    is_whole = _from_publishers(place, source) if given is None else _from_folder(place, source, Path(given).expanduser())
    console.print("What was brought in is published by the next refresh; to draw a trend: from area_trend('E92000001', 'rise')")
    if not is_whole:
        raise typer.Exit(1)


def _from_publishers(place: Home, source: str) -> bool:
    from orchestration.origin import LIVE
    from warehouse.sources.cards import read_cards
    from warehouse.sources.live import fetch_all
    from warehouse.sources.settings import Addresses

    if source != LIVE:
        raise InputError(f"{source} is a folder: no publisher is asked for it", do="give a folder with files of earlier years")
    with_past = [card.id for card in read_cards().values() if card.past]
    states = fetch_all(place, Addresses.from_environment(), only=with_past, past_again=True)
    for state in states:
        console.print(escape(f"{state.words} Of the past, {len(state.past)} release(s) are in place."), soft_wrap=True)
    return not any(state.past_problem or state.outcome == "missing" for state in states)


def _from_folder(place: Home, source: str, given: Path) -> bool:
    from orchestration.origin import LIVE, folder_of, name_of
    from transforms.layouts import layout_for
    from warehouse.sources.by_hand import take_by_hand
    from warehouse.time.backfill import backfill, days_given

    own = folder_of(source, place)
    if source != LIVE and not own.is_dir():
        raise InputError(f"There is no folder {own}", do="check the path after --source")
    days = days_given(given)
    for path in sorted(given.rglob("[!.]*.csv")):
        if layout_for(path.name) is None:
            console.print(escape(f"not used: {path.relative_to(given)} (its name is none that is known)"), soft_wrap=True)
    is_whole = True
    if source == LIVE:
        for file in take_by_hand(place, given):
            console.print(escape(f"{file.name}: {file.words}"), soft_wrap=True)
            is_whole &= file.is_there
    if not days:
        console.print("No extract of GIAS is among the files: no figures of earlier days are worked out.")
        return is_whole
    for filled in backfill(place, name_of(source), own, given):
        if filled.problem:
            is_whole = False
            errors.print(f"[bold red]{filled.day}:[/] {escape(filled.problem)}", soft_wrap=True)
        else:
            needs = ", ".join(
                f"by {name} it cannot be told how many are in need" if count is None else f"{count:,} in need by {name}"
                for name, count in (filled.in_need or {}).items()
            )
            console.print(f"{filled.day}: {counted(filled.schools, 'school')}; {needs}; Ofsted as at {filled.ofsted_as_at}")
    return is_whole
