"""The command ``match-places``: millions of places, in shards, on as many processes or machines as there are."""

from __future__ import annotations

import logging
import time
from typing import Annotated, Any

import typer
from rich.markup import escape

from orchestration.cli.terminal import HomeOption, console, show_progress
from transforms.text import counted
from warehouse.home import Home

app = typer.Typer()


@app.command("match-places")
def match_places(
    places: Annotated[str, typer.Argument(help="A folder of Parquet files, or a bucket: s3://, gs://, az:// (docs/scale.md).")],
    *,
    to: Annotated[str, typer.Option("--to", help="The folder or bucket for pair/ and need/, under v/<stamp>/.")],
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster",
            help="A Dask scheduler (tcp:// or tls://), or local:4: four processes. Default: SCHOOLMATCH_CLUSTER, else this one.",
            show_default=False,
        ),
    ] = None,
    resolution: Annotated[int, typer.Option("--resolution", min=2, max=4, help="Of the H3 cells that are shards.")] = 3,
    home: HomeOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Only the summary, and what goes wrong.")] = False,
) -> None:
    """Match places of any kind by the models of sql/match, in shards: who in need is near which partner."""
    show_progress(logging.WARNING if quiet else logging.INFO)
    from exports.bucket.shelf import shelf
    from orchestration.assets.places import JOB, Asked, build_places  # Dagster takes seconds to import
    from orchestration.executing import execute

    place = Home.find(home)
    started = time.perf_counter()
    asked = Asked(shelf(places), shelf(to), cluster, resolution)
    done = execute(place, build_places(place, asked), JOB)
    (event,) = done.get_asset_materialization_events()
    told: dict[str, Any] = {name: value.value for name, value in event.materialization.metadata.items()}
    found = f"{told['in_need']:,} in need, {told['high_performing']:,} high-performing: {counted(told['pairs'], 'pair')}"
    work = f"in {counted(told['shards'], 'shard')}, {time.perf_counter() - started:.0f} s"
    console.print(f"{found} {work}: [bold]{escape(told['url'])}[/]", soft_wrap=True)
