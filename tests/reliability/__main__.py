"""``python -m tests.reliability``: run a part of the soak, or write docs/reliability.md from what it has found."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.reliability.forked import on_cores

RESULTS = Path(os.environ.get("SCHOOLMATCH_SOAK") or Path(__file__).resolve().parents[2] / ".soak")
SEED = 17


def _kills(asked: argparse.Namespace, core: int, report: Callable[[dict[str, Any]], None]) -> None:
    from tests.reliability.kills import kills

    kills(asked.trials // asked.cores, asked.seed + core, report)


def _crash_points(asked: argparse.Namespace, core: int, report: Callable[[dict[str, Any]], None]) -> None:
    from tests.reliability.crash_points import crash_points

    crash_points(report, core=core, cores=asked.cores, is_short=asked.short)


def _fuzz(asked: argparse.Namespace, core: int, report: Callable[[dict[str, Any]], None]) -> None:
    from tests.reliability.fuzz import fuzz

    fuzz(range(core, asked.trials, asked.cores), asked.seed, report)


def _national(asked: argparse.Namespace, core: int, report: Callable[[dict[str, Any]], None]) -> None:
    from tests.reliability.national import national

    national(asked.trials, asked.seed, core, asked.cores, report)


PARTS = {"kills": (_kills, 1000), "crash-points": (_crash_points, 1), "fuzz": (_fuzz, 100_000), "national": (_national, 200)}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability", description=__doc__)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--trials", type=int)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--trial", type=int, help="of a fuzz: this one alone, and show it")
    parser.add_argument("--short", action="store_true", help="of crash points: with hardly an export")
    asked = parser.parse_args()
    asked.trials = asked.trials or PARTS[asked.part][1]
    return asked


def main() -> None:
    asked = arguments()
    if asked.part == "fuzz" and asked.trial is not None:
        from tests.reliability.fuzz import show

        show(asked.trial, asked.seed)
        return
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{asked.part}.jsonl"
    path.unlink(missing_ok=True)
    started = time.monotonic()

    def work(core: int) -> None:
        with path.open("a", buffering=1, encoding="utf-8") as file:
            PARTS[asked.part][0](asked, core, lambda line: file.write(json.dumps(line) + "\n") and None)

    on_cores(work, asked.cores)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    print(f"{asked.part}: {len(lines)} trials in {time.monotonic() - started:.0f} s", Counter(line["how"] for line in lines))
    faults = Counter(fault.split(":")[0] for line in lines for fault in line["faults"])
    print(f"faults: {dict(faults) or 'none'}")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
