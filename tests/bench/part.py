"""What the parts of the benchmark share: how each is asked, what it tells of itself, and the home of 2025 that it reads."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.bench.process import ROOT, run, schoolmatch
from tests.support.machine import machine

Results = dict[str, Any]
"""What a part writes as JSON: who and where (``about``), and its numbers."""


def asked(
    name: str, text: str | None, arguments: Sequence[str] | None, runs: int, *, reads_a_home: bool = True
) -> argparse.Namespace:
    """The arguments that every part has; ``runs``: how often it measures where nothing else is said."""
    parser = argparse.ArgumentParser(prog=f"python -m tests.bench.{name}", description=text)
    parser.add_argument("--runs", type=int, default=runs, help="how often each thing is measured")
    parser.add_argument("--home", type=Path, help="a home in which 2025 was published, to be read; else one is made")
    parser.add_argument("--json", type=Path, help="where the results are written as JSON")
    return parser.parse_args(arguments)


def about(command: str, packages: Sequence[str] = ()) -> Results:
    """Command, day, commit, machine, and the versions of what was measured: a time means nothing without them."""
    return {
        "command": command,
        "day": datetime.now(UTC).date().isoformat(),
        "commit": _commit(),
        "machine": machine(),
        "versions": {name: version(name) for name in packages},
    }


def write(results: Mapping[str, Any], path: Path | None) -> None:
    """The results as JSON, where a path was given."""
    if path:
        path.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


def real_files(year: str) -> Path:
    """The drop folder of that year with the national files; ends the process, and says so, where it is not there."""
    from tests.conftest import REAL_DATA  # pytest takes a moment to import: not for the processes of first runs

    if not (REAL_DATA / year).is_dir():
        sys.exit(f"the real files are not here: {REAL_DATA / year}")
    return REAL_DATA / year


@contextmanager
def published(given: Path | None) -> Iterator[Path]:
    """The home given; else one in which 2025 is published first, and that is gone afterwards."""
    if given:
        yield given.resolve()
        return
    with tempfile.TemporaryDirectory() as folder:
        say("refreshing 2025")
        run(schoolmatch("refresh", "--source", str(real_files("2025")), "--home", folder))
        yield Path(folder)


def say(what: str) -> None:
    """A line of progress, apart from the results."""
    print(what, file=sys.stderr, flush=True)


def _commit() -> str:
    """The commit that is checked out, and whether anything but the page of results differs from it."""
    name = _git("rev-parse", "--short", "HEAD").strip()
    changed = [line for line in _git("status", "--porcelain", "--untracked-files=no").splitlines() if "performance.md" not in line]
    return f"{name} with changes" if changed else name


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False).stdout
