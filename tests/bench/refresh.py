"""A whole refresh as a process of its own, in a home of its own: ``python -m tests.bench.refresh``. It needs the real files.

Its stages are what it says itself as it works (``--verbose``), each line with the moment at which it was said. Timings are told,
never asserted: machines differ.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.bench import bounds, drop
from tests.bench.part import about, asked, published, real_files, say, write
from tests.bench.process import Spent, run, schoolmatch

COLD, UNCHANGED, NEW_GIAS, NEW_OFSTED, COLD_2017 = "2025, cold", "2025, again", "2025, GIAS new", "2025, Ofsted new", "2017, cold"
STARTED, LANDING, BETWEEN, CHECKS, END = "start", "landing and raw", "Dagster between tables", "checks", "summary and end"

_STAGES: tuple[tuple[str, str], ...] = (
    (r"check \w+: ", CHECKS),
    (r"built \w+: ", CHECKS),
    (r"wrote ([\w.-]+/?): ", r"\1"),
    (r"published .*, and read it back", "the rest of publishing"),
)
"""What a line says, and the stage that ends with it. Tables are told apart; any other line is of the stage before."""
_TABLE = re.compile(r"(\w+)\.(\w+): [\d,]+ rows in ([\d.]+) s$")
_SLOW_ALONE = {"mart.sensitivity": "sensitivity"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Refresh from nothing, again, with a new GIAS file, with a new Ofsted release, and 2017; as often as asked."""
    options = asked("refresh", __doc__, arguments, runs=2)
    real_files("2017")
    runs: dict[str, list[dict[str, Any]]] = {}
    with published(options.home) as first, tempfile.TemporaryDirectory() as folder:  # so programs and files are in memory
        files = drop.copied(real_files("2025"), Path(folder) / "2025")
        bound = bounds.of_refresh(files, first / "published" / "latest", Path(folder))
        for number in range(options.runs):
            home, telephone, link = Path(folder) / f"home-{number}", f"01632 96{number:04}", f"https://example.org/{number}"
            for situation, prepare in {
                COLD: lambda: None,
                UNCHANGED: lambda: None,
                NEW_GIAS: lambda value=telephone: drop.change(files, *drop.GIAS, value),
                NEW_OFSTED: lambda value=link: drop.change(files, *drop.OFSTED, value),
            }.items():
                runs.setdefault(situation, []).append(_measured(situation, prepare, files, home))
        for number in range(options.runs):
            home = Path(folder) / f"home-of-2017-{number}"
            runs.setdefault(COLD_2017, []).append(_measured(COLD_2017, lambda: None, real_files("2017"), home))
    results = {
        "about": about(f"python -m tests.bench.refresh --runs {options.runs}", ("dagster", "duckdb")),
        "bound": bound,
        "situations": runs,
    }
    write(results, options.json)
    return 0


def _measured(situation: str, prepare: Callable[[], object], files: Path, home: Path) -> dict[str, Any]:
    prepare()
    before = _stamps(home)
    spent = _refresh(files, home)
    said = f"{spent.wall_s:.1f} s, of the processor {spent.processor_s:.1f} s, {spent.together_bytes / 1e6:,.0f} MB together"
    say(f"{situation}: {said}")
    told = asdict(spent)
    del told["lines"]
    latest = sum(path.stat().st_size for path in (home / "published" / "latest").rglob("*") if path.is_file())
    return told | {
        "dropped_bytes": sum(path.stat().st_size for path in files.rglob("*") if path.is_file()),
        "published_bytes": latest,
        "kept_bytes": sum(size for path, (size, stamp) in _stamps(home).items() if before.get(path) != (size, stamp)),
        "stages": stages(spent),
    }


def _refresh(files: Path, home: Path) -> Spent:
    return run(schoolmatch("refresh", "--source", str(files), "--home", str(home), "--verbose"), looks_at_memory=True)


def _stamps(home: Path) -> dict[Path, tuple[int, int]]:
    """Size and time of every file of a home: those that differ after a refresh are what it has written and kept."""
    found = ((path, path.lstat()) for path in home.rglob("*") if path.is_file() and not path.is_symlink())
    return {path: (about.st_size, about.st_mtime_ns) for path, about in found}


def stages(spent: Spent) -> dict[str, float]:
    """Seconds of each stage, in the order in which they begin; together they are the whole.

    A line ends what was done since the line before. A table tells its own seconds; what passed beside them is Dagster's.
    """
    seconds: dict[str, float] = {}
    before, stage = 0.0, LANDING
    for moment, line in spent.lines:
        if not (found := re.match(r"\d\d:\d\d:\d\d  (.*)", line)):
            continue  # a line that goes on
        passed, before = moment - before, moment
        if not seconds:
            seconds[STARTED] = passed
            continue
        if table := _TABLE.match(found[1]):
            own, name = min(float(table[3]), passed), f"{table[1]}.{table[2]}"
            stage = _SLOW_ALONE.get(name, f"tables: {table[1]}")
            seconds[stage] = seconds.get(stage, 0.0) + own
            passed, stage = passed - own, BETWEEN
        else:
            stage = next((each.expand(to) for what, to in _STAGES if (each := re.match(what, found[1]))), stage)
        seconds[stage] = seconds.get(stage, 0.0) + passed
    return seconds | {END: spent.wall_s - before}


if __name__ == "__main__":
    sys.exit(main())
