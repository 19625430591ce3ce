"""A command as a whole process: what it takes of the clock, the processor and memory, and how much it reads and writes (Linux)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECONDS_APART = 0.1
"""Between two looks at the memory: to count the pages of 500 MB takes some milliseconds of another core."""


@dataclass(frozen=True)
class Spent:
    """What a process and all that it started have taken; ``lines``: what it said as it worked, each with its second.

    ``largest_bytes``: the peak of the largest process, pages shared with others included. ``together_bytes``: the most that all
    processes had at one look, where a page that several share counts once. Both are 0 where nobody looked. ``read_bytes`` and
    ``written_bytes``: what passed through read and write, from memory or disk, programs and temporary files included.
    """

    wall_s: float
    processor_s: float
    largest_bytes: int
    together_bytes: int
    read_bytes: int
    written_bytes: int
    lines: list[tuple[float, str]]


class FailedError(Exception):
    """A command ended with something else than 0; says with what, and its last words."""


def schoolmatch(*arguments: str) -> list[str]:
    """The command line as an installed one runs it."""
    return [sys.executable, "-m", "orchestration.cli.start", *arguments]


def environment() -> dict[str, str]:
    """That of a user: settings of ours are as by default, and bytecode is kept, as an installation has it."""
    ours = ("SCHOOLMATCH_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def run(command: Sequence[str], *, looks_at_memory: bool = False) -> Spent:
    """Run it to its end. Raises FailedError."""
    lines: list[tuple[float, str]] = []
    peaks = Peaks()
    started = time.perf_counter()
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:

        def listen() -> None:
            assert process.stderr
            for line in process.stderr:
                lines.append((time.perf_counter() - started, line.rstrip("\n")))

        others = [threading.Thread(target=listen)]
        if looks_at_memory:
            others.append(threading.Thread(target=peaks.watch, args=(process.pid,)))
        for other in others:
            other.start()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and can still be asked what it has read
        wall_s = time.perf_counter() - started
        peaks.is_over.set()
        moved = _moved(process.pid)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        for other in others:
            other.join()
    if process.returncode:
        said = " ".join(" / ".join(line for _, line in lines[-8:]).split())
        raise FailedError(f"{' '.join(command[2:5])} ended with {process.returncode}: {said[-600:]}")
    return Spent(wall_s, used.ru_utime + used.ru_stime, peaks.largest, peaks.together, *moved, lines)


class Peaks:
    """Looks at the memory of a process and of all that it started, over and over."""

    def __init__(self) -> None:
        self.is_over = threading.Event()
        self.largest = self.together = 0

    def watch(self, process: int) -> None:
        """Look until it is over."""
        while not self.is_over.wait(SECONDS_APART):
            self.look(process)

    def look(self, process: int) -> None:
        """Look once; what has just ended counts for nothing."""
        shares = 0
        for each in _tree(process):
            with suppress(OSError):
                self.largest = max(self.largest, _bytes(f"/proc/{each}/status", "VmHWM"))
                shares += _bytes(f"/proc/{each}/smaps_rollup", "Pss")
        self.together = max(self.together, shares)


def _tree(process: int) -> Iterator[int]:
    yield process
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            for child in children.read_text(encoding="ascii").split():
                yield from _tree(int(child))


def _bytes(file: str, line: str) -> int:
    """Bytes that a line of /proc tells; 0 where it has none, as for a process that has ended."""
    found = re.search(rf"^{line}:\s+(\d+) kB", Path(file).read_text(encoding="ascii"), re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def _moved(process: int) -> tuple[int, int]:
    """Bytes read and written by a process that has ended, and by those that it has waited for."""
    text = Path(f"/proc/{process}/io").read_text(encoding="ascii")
    read, written = (int(re.findall(rf"^{name}: (\d+)", text, re.MULTILINE)[0]) for name in ("rchar", "wchar"))
    return read, written
