"""``python -m tests.reliability``: run a part of the soak, or all, and write docs/reliability.md from what it has found."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.conftest import REAL_DATA
from tests.reliability.forked import on_cores
from tests.reliability.page import note_run, read_results, trials, write_page

RESULTS = Path(os.environ.get("SCHOOLMATCH_SOAK") or Path(__file__).resolve().parents[2] / ".soak")
SEED = 17

Asked = argparse.Namespace
Report = Callable[[dict[str, Any]], None]


def _kills(asked: Asked, core: int, report: Report) -> None:
    from tests.reliability.kills import kills

    kills(asked.trials // asked.cores, asked.seed + core, report)


def _crash_points(asked: Asked, core: int, report: Report) -> None:
    from tests.reliability.crash_points import crash_points

    crash_points(report, core=core, cores=asked.cores, is_short=asked.short)


def _readers(asked: Asked, core: int, report: Report) -> None:
    from tests.reliability.readers import readers

    readers(asked.trials, asked.seed, core, report)


def _fuzz(asked: Asked, core: int, report: Report) -> None:
    from tests.reliability.fuzz import fuzz

    fuzz(range(core, asked.trials, asked.cores), asked.seed, report)


def _national(asked: Asked, core: int, report: Report) -> None:
    from tests.reliability.national import national

    national(range(asked.first + core, asked.trials, asked.cores), asked.seed, report)


PARTS: dict[str, tuple[Callable[[Asked, int, Report], None], int]] = {
    "kills": (_kills, 1000),
    "crash-points": (_crash_points, 0),
    "readers": (_readers, 60),
    "fuzz": (_fuzz, 100_000),
    "national": (_national, 200),
}
"""The parts, and how many trials each has where nothing else is asked: of readers, seconds; of crash points all there are."""


def arguments() -> Asked:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability", description=__doc__)
    parser.add_argument("part", choices=[*PARTS, "all", "page"])
    parser.add_argument("--trials", type=int, help="how many trials; of readers, how many seconds")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--first", type=int, default=0, help="of national: the number of the first trial")
    parser.add_argument("--short", action="store_true", help="of crash points: with hardly an export, and one of each shape")
    parser.add_argument("--trial", type=int, help="of fuzz: this one alone, shown")
    return parser.parse_args()


def run(part: str, asked: Asked) -> bool:
    """Run a part on some cores; its results are one line a trial. Returns whether nothing has failed."""
    work, usual = PARTS[part]
    if part == "national" and not (REAL_DATA / "2025").is_dir():
        print(f"national: not tried, as the national files are not here: {REAL_DATA}")
        return True
    asked = argparse.Namespace(**vars(asked) | {"trials": asked.trials or usual})
    path = RESULTS / f"{part}.jsonl"
    path.unlink(missing_ok=True)
    started = time.monotonic()

    def on_core(core: int) -> None:
        with path.open("a", buffering=1, encoding="utf-8") as file:
            work(asked, core, lambda line: file.write(f"{json.dumps(line, default=str)}\n") and None)

    on_cores(on_core, asked.cores)
    told = {name: getattr(asked, name) for name in ("trials", "seed", "cores") if getattr(asked, name)}
    note_run(RESULTS, part, time.monotonic() - started, told)
    lines = read_results(RESULTS, part)
    count, hows = trials(part, lines)
    faults = Counter(fault.split(":")[0] for line in lines for fault in line["faults"])
    print(
        f"{part}: {count:,} trials in {time.monotonic() - started:.0f} s: {dict(hows)}; faults: {dict(faults) or 'none'}",
        flush=True,
    )
    return not faults


def main() -> None:
    """Run what was asked for; ends with 1 where something has failed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that folders in memory are taken away
    asked = arguments()
    RESULTS.mkdir(exist_ok=True)
    if asked.part == "fuzz" and asked.trial is not None:
        from tests.reliability.fuzz import show

        show(asked.trial, asked.seed)
        return
    is_well = True
    if asked.part != "page":
        is_well = not [part for part in (PARTS if asked.part == "all" else [asked.part]) if not run(part, asked)]
    if asked.part in ("all", "page"):
        write_page(RESULTS)
    sys.exit(not is_well)


if __name__ == "__main__":
    main()
