"""Which runs are at work. The process of a run holds a lock for as long as it lives, and the system takes it back however it ends.

Dagster knows no more of a run than what its process has told it: one that was killed, or lost its power, would be at work for ever.
No number of a process is kept instead, since another one may have it by now.
"""

from __future__ import annotations

import faulthandler
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from warehouse.home import Home

PATIENCE_SECONDS = 600
"""For a run that was told to stop, because it takes too long, to have stopped: then its process ends itself."""

_held: dict[str, FileLock] = {}
"""The locks of this process, by run. That of a run which Dagster has started is never given back: its process ends with it."""


def hold(home: Home, run_id: str, *, longest_seconds: int = 0) -> None:
    """Say that this process is at work on the run, until it ends.

    ``longest_seconds``: how long the run may take (0: as long as it likes). Dagster stops it then, where a daemon runs; what does
    not stop, or hangs in a library, ends with its process, which tells where it was.
    """
    if run_id in _held:
        return
    path = _lock_of(home, run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    lock.acquire()
    _held[run_id] = lock
    if longest_seconds and sys.__stderr__:
        faulthandler.dump_traceback_later(longest_seconds + PATIENCE_SECONDS, exit=True, file=sys.__stderr__)


@contextmanager
def holding(home: Home, run_id: str) -> Iterator[None]:
    """The same for a run that this process makes itself, and outlives."""
    hold(home, run_id)
    try:
        yield
    finally:
        _held.pop(run_id).release()
        faulthandler.cancel_dump_traceback_later()
        _lock_of(home, run_id).unlink(missing_ok=True)


def current() -> str | None:
    """The run that this process is at work on; None where it is at none."""
    return next(iter(_held), None)


def is_held(home: Home, run_id: str) -> bool:
    """Whether a process is at work on the run."""
    path = _lock_of(home, run_id)
    if run_id in _held:
        return True
    if not path.is_file():
        return False
    try:
        with FileLock(path).acquire(timeout=0):
            return False
    except Timeout:
        return True


def forget(home: Home) -> None:
    """Remove the locks of runs that nobody is at work on."""
    for path in _folder(home).glob("*.lock"):
        if path.is_file() and not is_held(home, path.stem):
            path.unlink(missing_ok=True)


def _folder(home: Home) -> Path:
    return home.dagster / "at_work"


def _lock_of(home: Home, run_id: str) -> Path:
    return _folder(home) / f"{run_id}.lock"
