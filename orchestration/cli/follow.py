"""The command ``follow``: what became of the schools of an earlier time."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from orchestration.cli.terminal import console, show_progress

app = typer.Typer()

_WHAT = "a published folder, or a folder with the publishers' files of the time."


@app.command()
def follow(
    *,
    earlier: Annotated[Path, typer.Option("--from", help=f"The earlier time: {_WHAT}", show_default=False)],
    later: Annotated[Path, typer.Option("--to", help=f"The later time: {_WHAT}", show_default=False)],
    page: Annotated[Path, typer.Option("--page", help="The folder for follow.html, follow.md and follow.duckdb.")] = Path("follow"),
    quiet: Annotated[bool, typer.Option("--quiet", help="Only what was written, and what goes wrong.")] = False,
) -> None:
    """What became of the schools in need of an earlier time: how many go on, how they are judged now, and what their results are.

    Beside schools that were not in need and began at the same place, with intervals. Nothing that is published is touched.
    """
    show_progress(logging.WARNING if quiet else logging.INFO)
    from exports.pages.follow import write_follow
    from warehouse.time.follow import follow as follow_schools
    from warehouse.time.follow import write_outcome

    started = time.perf_counter()
    with follow_schools(earlier.expanduser(), later.expanduser()) as found:
        paths = [*write_follow(found, page), write_outcome(found, page)]
    for path in paths:
        console.print(escape(str(path)), soft_wrap=True)
    console.print(f"Worked out in {time.perf_counter() - started:.0f} s")
