"""The product's match beside what a user might pick in its place: ``python -m tests.bench.match``.

It runs on the real schools of 2025, and on as many copies of them as asked (``world.py``). At each size every contestant first
runs once in a process of its own: for its peak memory, and for its pairs, which must be those of the measure (scipy's cKDTree).
Then all run in rounds. Timings are told, never asserted: machines differ. What is not installed, does not end in time or finds
other pairs is left out, and said to be.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.bench import rounds
from tests.bench.contestant import Contestant
from tests.bench.ours import Product
from tests.bench.pairs import Pairs, difference
from tests.bench.part import Results, about, published, say, write
from tests.bench.peers import DuckDBBins, DuckDBRange, GeoPandas, PolarsBins, PolarsSpatial, Sedona, Shapely, Tree, TreeOfTwo
from tests.bench.postgis import PostGIS, cluster
from tests.bench.report import growth, markdown
from tests.bench.trial import GivenUpError, first_run
from tests.bench.world import World, read_world, tiles_for
from warehouse.home import Home

MEASURE = Tree
CONTESTANTS: tuple[type[Contestant], ...] = (
    MEASURE, TreeOfTwo, Product, Shapely, GeoPandas, PolarsBins, PolarsSpatial, Sedona, DuckDBBins, DuckDBRange, PostGIS,
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it and tell; 1 where a contestant has found other pairs than the measure."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.match", description=__doc__)
    parser.add_argument("--sizes", default="22k,883k,5m", help="numbers of schools, nearest multiples of the real ones are taken")
    parser.add_argument("--runs", type=int, default=5, help="rounds at each size")
    parser.add_argument("--bound", type=float, default=120, help="seconds after which a first run is given up")
    parser.add_argument("--home", type=Path, help="a home in which 2025 was published, to be read; else one is made")
    parser.add_argument("--json", type=Path, help="where the results are written as JSON")
    asked = parser.parse_args(arguments)
    with published(asked.home) as home, cluster():
        warehouse = Home(home).warehouse
        missing = {each.name: reason for each in CONTESTANTS if (reason := each.missing())}
        there = [each for each in CONTESTANTS if each.name not in missing]
        world = read_world(warehouse)
        tiles = sorted({tiles_for(size, world.places) for size in asked.sizes.split(",")})
        sizes: list[dict[str, Any]] = []
        for number in tiles:
            sizes.append(at_size(there, world.tiled(number), warehouse, asked.runs, asked.bound, sizes))
            sizes[-1]["left_out"] |= missing
        results: Results = {
            "about": about(f"python -m tests.bench.match --sizes {asked.sizes} --runs {asked.runs} --bound {asked.bound:g}")
            | {"versions": {name: version for each in there for name, version in each.versions().items()}},
            "how": {each.name: each.about() for each in CONTESTANTS},
            "measure": MEASURE.name,
            "product": Product.name,
            "sizes": sizes,
            "growth": growth(sizes),
        }
    print(markdown(results))
    write(results, asked.json)
    return int(any(": refused, " in reason for size in sizes for reason in size["left_out"].values()))


def at_size(
    contestants: Sequence[type[Contestant]],
    world: World,
    warehouse: Path,
    runs: int,
    bound: float,
    smaller: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    """All results at one size. The first contestant's pairs are those that all must find.

    ``smaller``: the results at smaller sizes; who was left out there is not tried again.
    """
    left_out = {name: reason for size in smaller for name, reason in size["left_out"].items()}
    peaks: dict[str, int] = {}
    expected: Pairs | None = None
    for each in contestants:
        if each.name in left_out:
            continue
        say(f"{world.places:,} schools, first run: {each.name}")
        try:
            trial = first_run(each, warehouse, world.tiles, bound)
        except GivenUpError as error:
            left_out[each.name] = f"at {world.places:,} schools: {error}"
            continue
        expected = expected or trial.pairs
        if wrong := difference(expected, trial.pairs):
            left_out[each.name] = f"at {world.places:,} schools: refused, {wrong}"
            continue
        peaks[each.name] = trial.peak_bytes
    if (measure := contestants[0].name) in left_out:
        sys.exit(f"without the measure nothing can be compared: {measure}, {left_out[measure]}")
    say(f"{world.places:,} schools, {runs} rounds")
    ready = [each for each in contestants if each.name in peaks]
    if not smaller:
        rounds.play(ready, world, 1)  # not counted: the first run of all starts threads, and reads libraries from the disk
    played = rounds.play(ready, world, runs)
    return {
        "tiles": world.tiles,
        "places": world.places,
        "in_need": world.needs.num_rows,
        "high_performing": world.partners.num_rows,
        "pairs": len(expected.need),
        "contestants": {
            name: {"peak_bytes": peaks[name], "runs": [asdict(run) for run in each_round]} for name, each_round in played.items()
        },
        "left_out": left_out,
    }


if __name__ == "__main__":
    sys.exit(main())
