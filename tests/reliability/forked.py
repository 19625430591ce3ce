"""Work in a process of its own that can be killed at any moment: a fork of one that has everything imported already.

A refresh imports for seconds what it then uses for seconds. Here the imports are paid once. So whoever forks must have no thread
and no open DuckDB: the fork would have the locks of threads that it does not have."""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import select
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from tests.support.machine import memory_kb

DIED = 70
"""How a process ends that has raised: a number of our own, so that it is not taken for one that was told to stop."""

PATIENCE_SECONDS = 300
"""For a process that is waited for: one that takes longer hangs."""

_LOOK_SECONDS = 0.002
"""How often it is looked whether the moment of a kill has come."""


@dataclass(frozen=True)
class Outcome:
    """How a process ended: by itself with a value, with an exception, killed by us, by itself without a word, or never."""

    how: Literal["ended", "raised", "killed", "gone", "hung"]
    value: Any
    seconds: float
    peak_kb: int = 0
    cpu: float = 0.0

    @property
    def is_well(self) -> bool:
        return self.how in ("ended", "killed")


def in_fork(
    work: Callable[[], Any], *, kill_after: float | None = None, patience: float = PATIENCE_SECONDS, code: int | None = None
) -> Outcome:
    """Run ``work`` in a fork and wait; with ``kill_after`` it and all that it has started are killed once it has computed so long.

    It is seconds of the processor's time: beside other work, those of the clock would end before the work is near its end.

    ``work`` returns what can be pickled. ``code``: an exit code that counts as ``killed`` (of one that ends itself hard).
    """
    reading, writing = os.pipe()
    started = time.monotonic()
    child = os.fork()
    if not child:
        _be_a_child(work, reading, writing)
    os.close(writing)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.setpgid(child, child)
    content, is_killed, is_late = b"", False, False
    end = started + patience
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        while True:
            ready, _, _ = select.select([pipe], [], [], _LOOK_SECONDS if kill_after is not None else patience)
            if not ready:
                is_killed = kill_after is not None and _computed(child) >= kill_after
                is_late = not is_killed and time.monotonic() >= end
                if is_killed or is_late:
                    break
                continue
            if not (chunk := pipe.read(1 << 16)):
                break
            content += chunk
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL) if is_killed or is_late else None
    _, status, usage = os.wait4(child, 0)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)  # what it has left behind
    spent = {"seconds": time.monotonic() - started, "peak_kb": usage.ru_maxrss, "cpu": usage.ru_utime + usage.ru_stime}
    ended = os.waitstatus_to_exitcode(status)
    if is_late:
        return Outcome("hung", None, **spent)
    if code is not None and ended == code:
        return Outcome("killed", None, **spent)
    if is_killed and ended == -signal.SIGKILL:
        return Outcome("killed", None, **spent)
    if content and ended in (0, DIED):
        return Outcome("ended" if ended == 0 else "raised", pickle.loads(content), **spent)
    return Outcome("gone", f"exit code {ended}", **spent)


def _computed(process: int) -> float:
    """Seconds that a process (all its threads) has had of the processor: Linux has a clock of each."""
    try:
        return time.clock_gettime((~process << 3) | 2)
    except OSError:  # it has just ended
        return 0.0


def _be_a_child(work: Callable[[], Any], reading: int, writing: int) -> None:
    """Do the work, hand its value back, and end without what Python does at an end: that is the parent's."""
    ended = DIED
    try:
        os.close(reading)
        with contextlib.suppress(PermissionError):
            os.setpgid(0, 0)
        logging.disable(logging.CRITICAL)
        value: Any
        try:
            value, ended = work(), 0
        except BaseException:  # noqa: BLE001 told to the parent
            value = traceback.format_exc(chain=False)[-1500:]
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(pickle.dumps(value))
    finally:
        os._exit(ended)


def on_cores(work: Callable[[int], None], cores: int) -> None:
    """Run ``work(0)``, ``work(1)``, … each in a fork of its own, and wait for all; they end with whoever is interrupted.

    Raises RuntimeError where one of them failed: what it wrote to standard error says why.
    """
    children = []
    for core in range(cores):
        if not (child := os.fork()):
            code = 1
            try:
                work(core)
                code = 0
            except KeyboardInterrupt:
                pass
            except BaseException:  # noqa: BLE001 told by the exit code
                traceback.print_exc()
            finally:
                os._exit(code)
        children.append(child)
    try:
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    except KeyboardInterrupt:
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGINT)
        raise
    if any(codes):
        raise RuntimeError(f"{sum(map(bool, codes))} of {cores} workers have failed")


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Without what is logged meanwhile."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def peak_kb() -> int:
    """The most memory (kB) that this process has held since it began (``VmHWM``)."""
    return memory_kb("VmHWM")
