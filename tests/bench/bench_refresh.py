"""How long the match and a whole refresh take, and how much memory: ``make bench`` (needs the real files; see docs/operations.md).

Timings are printed, never asserted: machines differ, and a slow one is not a fault.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

from orchestration.assets.models import models_of
from orchestration.refresh import refresh
from tests.conftest import REAL_DATA
from warehouse.home import Home
from warehouse.models import load_macros
from warehouse.store import open_warehouse

MATCH = ("core.school_cell", "match.h3_disk", "match.need_cell", "match.partner", "match.pair", "match.partner_count")
"""Index, disks and join: what finding the neighbours costs once it is known who is in need."""
RUNS = 5


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
            models = {model.name: model for layer in ("core", "match") for model in models_of(layer)}
            with open_warehouse(home) as connection:
                load_macros(connection)
                totals = []
                for _ in range(RUNS):
                    spent = {}
                    for name in MATCH:
                        started = time.perf_counter()
                        models[name].build(connection)
                        spent[name] = time.perf_counter() - started
                    totals.append(sum(spent.values()))
            parts = ", ".join(f"{name} {seconds:.3f}" for name, seconds in spent.items())
            low, high = min(totals), max(totals)
            print(f"{year}: match {statistics.median(totals):.3f} s (median of {RUNS}: {low:.3f} to {high:.3f}); {parts}")


if __name__ == "__main__":
    main()
