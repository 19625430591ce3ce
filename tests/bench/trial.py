"""A contestant's first run, in a process of its own, before anything is timed: for its pairs, its peak memory and a bound on time.

A process of its own forgets nothing of what memory was taken, and can be ended where it would run for hours.
"""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from tests.bench.contestant import Contestant
from tests.bench.pairs import Pairs
from tests.bench.world import read_world
from tests.support.machine import memory_kb


@dataclass(frozen=True)
class Trial:
    """What a first run has shown: the pairs, and how many bytes more than after the preparation were in use at the peak."""

    pairs: Pairs
    peak_bytes: int


class GivenUpError(Exception):
    """A first run did not end, or not well; says how."""


def first_run(contestant: type[Contestant], warehouse: Path, tiles: int, bound_seconds: float) -> Trial:
    """Run a contestant once in a fresh process.

    Raises GivenUpError where it fails, or takes longer than the bound; its preparation has none.
    """
    with tempfile.TemporaryDirectory() as folder:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_run, args=(contestant, warehouse, tiles, Path(folder), theirs))
        process.start()
        theirs.close()
        try:
            ours.recv()  # prepared
            if not ours.poll(bound_seconds):
                raise GivenUpError(f"given up after {bound_seconds:,.0f} seconds")
            said = ours.recv()
            if isinstance(said, str):
                raise GivenUpError(said)
            return Trial(Pairs.load(Path(folder) / "pairs.npz"), said)
        except EOFError:
            process.join()
            raise GivenUpError(f"its process ended with {process.exitcode}") from None
        finally:
            process.kill()
            process.join()


def _run(contestant: type[Contestant], warehouse: Path, tiles: int, folder: Path, say: Connection) -> None:
    """The whole of the process: tells when it is prepared, then its peak in bytes, or what went wrong."""
    tempfile.tempdir = str(folder)  # what is spilled goes with it, if it is ended
    run = contestant(read_world(warehouse).tiled(tiles))
    processes = ("self", *run.helpers())
    before = _in_use(processes)
    say.send("prepared")
    try:
        for step in run.steps().values():
            step()
    except Exception as error:  # noqa: BLE001  # whatever a peer raises is told in the results
        say.send(f"failed: {' '.join(str(error).split())[:200] or type(error).__name__}")
        return
    peak = _peak(processes) - before
    run.pairs().save(folder / "pairs.npz")
    run.close()
    say.send(peak)


def _in_use(processes: Iterable[int | str]) -> int:
    """Bytes in use by the processes now; their peak is counted from here on (Linux)."""
    for process in processes:
        Path(f"/proc/{process}/clear_refs").write_text("5", encoding="ascii")  # 5: the peak is what is in use now (man proc)
    return _status(processes, "VmRSS")


def _peak(processes: Iterable[int | str]) -> int:
    """Bytes in use by the processes at the peak of each."""
    return _status(processes, "VmHWM")


def _status(processes: Iterable[int | str], line: str) -> int:
    return sum(memory_kb(line, process) * 1024 for process in processes)
