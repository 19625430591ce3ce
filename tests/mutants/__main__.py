"""``python -m tests.mutants``: run the mutants on some cores, go on where a run was stopped, and say what survived."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.mutants import report
from tests.mutants.mutant import ROOMS, ROOT, files_of, mutants_of
from tests.mutants.plugin import TASK

WORK = ROOT / ".mutants"
LIMITS = {"tests": 400, "tests_of_a_module": 200}
"""How many tests are tried on a mutant that lives on. With 60 and 12 every fourth survivor was one that a later test kills."""
SEED = 13
"""Of the sample, so that the same share of the same code is the same mutants."""


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], help="rooms or files, such as sql/core or sql/core/school.sql")
    parser.add_argument("--sample", type=float, default=1.0, help="the share of the mutants to try, such as 0.1")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--page", action="store_true", help="write docs/mutants.md")
    parser.add_argument("--before", action="store_true", help="keep the scores as those that later ones are held against")
    return parser.parse_args()


def digest() -> str:
    """Of all that the outcome depends on: results of other code are not gone on with."""
    rooms = ("exports", "orchestration", "sql", "tests", "transforms", "warehouse")
    paths = sorted(path for room in rooms for path in (ROOT / room).rglob("*") if path.is_file() and path.suffix != ".pyc")
    total = hashlib.sha256()
    for path in paths:
        total.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return total.hexdigest()[:16]


def chosen(files: list[str], share: float) -> list[str]:
    """The ids of the mutants to try, in a fixed order."""
    ids = [mutant.id for file in files for mutant in mutants_of(file)]
    return ids if share >= 1 else random.Random(SEED).sample(ids, round(share * len(ids)))


def tests_of(files: list[str]) -> list[str] | None:
    """The tests that ran these files in the last whole run; None where that is not known."""
    known = WORK / "tests.json"
    if not known.exists():
        return None
    ran: dict[str, list[str]] = json.loads(known.read_text())
    return [test for test, of in ran.items() if set(of) & set(files)]


def run(files: list[str], ids: list[str], cores: int, tests: list[str] | None) -> dict[str, str]:
    """Run the mutants; returns what became of each."""
    folder = WORK / digest()
    folder.mkdir(parents=True, exist_ok=True)
    running = []
    for core in range(cores):
        task: dict[str, Any] = {
            "root": str(ROOT),
            "files": files,
            "ids": ids[core::cores],
            "tests": tests,
            "limits": LIMITS,
            "results": str(folder / f"{core + 1}-of-{cores}.jsonl"),
        }
        path = folder / f"{core + 1}-of-{cores}.task"
        path.write_text(json.dumps(task))
        command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.mutants.plugin", "-p", "no:cacheprovider", "tests/unit"]
        running.append(subprocess.Popen(command, cwd=ROOT, env=os.environ | {TASK: str(path)}))
    codes = [process.wait() for process in running]
    if any(code not in (0, 2, 5) for code in codes):
        sys.exit("A worker has stopped: what it wrote above says why. Started again, the run goes on from there.")
    return read_results(folder, set(ids))


def read_results(folder: Path, ids: set[str]) -> dict[str, str]:
    """What became of the mutants asked for, from all that was written down."""
    lines = [json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_text().splitlines()]
    if files := [json.loads(path.read_text())["files"] for path in sorted(folder.glob("*.tests"))]:
        known = {test: sorted(set().union(*(each.get(test, []) for each in files))) for each in files for test in each}
        earlier = json.loads((WORK / "tests.json").read_text()) if (WORK / "tests.json").exists() else {}
        (WORK / "tests.json").write_text(json.dumps(earlier | known))
    return {line["id"]: line["state"] for line in lines if line["id"] in ids}


def main() -> None:
    """Run, report, and end with 1 where something is wrong."""
    asked = arguments()
    files = files_of(asked.only or ROOMS)
    reasons = report.read_reasons()
    ids = chosen(files, asked.sample)
    if asked.only:  # a look at a file: what is known to survive would run through every test again
        ids = [name for name in ids if name not in reasons]
    states = run(files, ids, asked.cores, tests_of(files) if asked.only else None)
    for score in report.scores(states):
        print(f"{score.room}: {score.mutants} mutants, {score.killed} killed, {score.percent or 0:.1f} %")
    command, day = "make mutants" + (f" SAMPLE={asked.sample:g}" if asked.sample < 1 else ""), datetime.now(UTC).date().isoformat()
    if asked.before:
        report.write_before(states, command, day)
    if asked.page:
        report.PAGE.write_text(report.page(states, reasons, command, day, LIMITS), encoding="utf-8")
    found = report.shortfalls(states, reasons)
    print(*found, sep="\n")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
