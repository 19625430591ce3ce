"""How long the match, workbooks, a whole refresh and a look-up take, and how much memory: ``make bench``.

It needs the real files (docs/operations.md).

Timings are printed, never asserted: machines differ, and a slow one is not a fault.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from exports.excel import write_workbooks
from orchestration.cli.near import find_place, near
from orchestration.refresh import refresh
from tests.bench.ours import INDEX, models_of_the_match
from tests.conftest import REAL_DATA
from warehouse.graph import assemble
from warehouse.home import Home
from warehouse.model import load_macros
from warehouse.publish import DUCKDB_FILE
from warehouse.sealed import read_only
from warehouse.store import open_warehouse

RUNS, LOOKS = 5, 20


def main() -> None:
    """Refresh once per year of real data, then build the tables of the match again, five times."""
    for year in ("2025", "2017"):
        if not (REAL_DATA / year).is_dir():
            sys.exit(f"the real files are not here: {REAL_DATA / year}")
        with tempfile.TemporaryDirectory() as folder:
            home = Home(Path(folder))
            done = refresh(home, str(REAL_DATA / year))
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"{year}: whole refresh {done.seconds:.1f} s, peak memory of the process so far {peak:,.0f} MiB")
            # index, disks, join and counts: what finding the neighbours costs once it is known who is in need
            match = [INDEX, *models_of_the_match(), *(model for model in assemble().in_order if model.name == "match.need")]
            with open_warehouse(home) as connection:
                load_macros(connection)
                totals = []
                for _ in range(RUNS):
                    spent = {}
                    for model in match:
                        started = time.perf_counter()
                        model.build(connection)
                        spent[model.name] = time.perf_counter() - started
                    totals.append(sum(spent.values()))
                workbooks = []
                for number in range(RUNS):
                    started = time.perf_counter()
                    written = write_workbooks(connection, Path(folder) / f"excel-{number}")
                    workbooks.append(time.perf_counter() - started)
            parts = ", ".join(f"{name} {seconds:.3f}" for name, seconds in spent.items())
            said = f"{statistics.median(workbooks):.1f} s (median of {RUNS}: {min(workbooks):.1f} to {max(workbooks):.1f})"
            print(f"{year}: {len(written)} workbooks {said}")
            low, high = min(totals), max(totals)
            print(f"{year}: match {statistics.median(totals):.3f} s (median of {RUNS}: {low:.3f} to {high:.3f}); {parts}")
            with read_only(home.latest / DUCKDB_FILE) as connection:
                print(f"{year}: schools near a point, 10 miles: {_near(connection):.0f} ms (median of {LOOKS}, file warm)")


def _near(connection: duckdb.DuckDBPyConnection) -> float:
    """Milliseconds of a look-up as the command makes it, at places from Cornwall to Northumberland."""
    spent = []
    for step in range(LOOKS + 1):
        place = find_place(connection, f"{-4.5 + 0.2 * step:.2f},{50.3 + 0.22 * step:.2f}")
        started = time.perf_counter()
        near(connection, place, 10)
        spent.append((time.perf_counter() - started) * 1000)
    return statistics.median(spent[1:])  # the first warms the file


if __name__ == "__main__":
    main()
