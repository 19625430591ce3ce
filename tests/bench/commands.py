"""The command line as a whole process, and a look-up in a file that is open: ``python -m tests.bench.commands``."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import duckdb

from orchestration.cli.near import find_place, near
from tests.bench.part import about, asked, published, say, write
from tests.bench.process import run, schoolmatch
from warehouse.home import Home
from warehouse.publish import DUCKDB_FILE
from warehouse.sealed import read_only

PYTHON, WITH_DUCKDB, HELP = "python -c pass", "python -c 'import duckdb'", "schoolmatch --help"
MILES = 10
PLACES = [f"{-4.5 + 0.2 * step:.2f},{50.3 + 0.22 * step:.2f}" for step in range(21)]
"""From Cornwall to Northumberland."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Each command in turn, as often as asked; then the look-ups."""
    options = asked("commands", __doc__, arguments, runs=10)
    with published(options.home) as home:
        with read_only(Home(home).latest / DUCKDB_FILE) as connection:
            asking = _commands(connection, home)
            say("schools near places, file open")
            warm = [_look_up(connection, place) for _ in range(options.runs) for place in PLACES][1:]  # the first opens the file
        runs: dict[str, list[Mapping[str, float]]] = {name: [] for name in asking}
        for number in range(options.runs + 1):
            say(f"commands, round {number}" if number else "commands, a first round, which is not counted")
            for name, command in asking.items():
                spent = asdict(run(command))
                if number:
                    runs[name].append({each: spent[each] for each in ("wall_s", "processor_s")})
    results = {
        "about": about(f"python -m tests.bench.commands --runs {options.runs}", ("duckdb", "typer")),
        "commands": runs,
        "look_up": {"seconds": warm, "places": len(PLACES), "miles": MILES},
    }
    write(results, options.json)
    return 0


def _commands(connection: duckdb.DuckDBPyConnection, home: Path) -> dict[str, list[str]]:
    """What is run, by what it is called in the results; the school is the one in the middle of the list."""
    urn, postcode, longitude, latitude = connection.sql(
        """select urn, postcode, longitude, latitude from mart.school where postcode is not null and longitude is not null
        order by urn limit 1 offset 10000"""
    ).fetchall()[0]
    places = {"URN": f"{urn}", "postcode": postcode, "LONGITUDE,LATITUDE": f"{longitude:.4f},{latitude:.4f}"}
    return {
        PYTHON: [sys.executable, "-c", "pass"],
        WITH_DUCKDB: [sys.executable, "-c", "import duckdb"],
        HELP: schoolmatch("--help"),
        **{f"schoolmatch near {what}": schoolmatch("near", "--home", str(home), "--", place) for what, place in places.items()},
    }


def _look_up(connection: duckdb.DuckDBPyConnection, text: str) -> float:
    """Seconds of a look-up as the command makes it."""
    place = find_place(connection, text)
    started = time.perf_counter()
    near(connection, place, MILES)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
