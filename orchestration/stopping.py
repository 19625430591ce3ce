"""How a command ends that is told to, by Ctrl+C, by others or with its terminal: it leaves what it does, then dies by that signal.

So what is half-done goes (``finally``, ``with``), and whoever has started it (a shell, a loop, systemd) sees what has ended it:
130 for SIGINT, 143 for SIGTERM.
"""

from __future__ import annotations

import atexit
import logging
import os
import signal
import sys
import threading
from contextlib import suppress

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
WORDS = {signal.SIGINT: "by Ctrl+C", signal.SIGTERM: "as it was told to end", signal.SIGHUP: "as its terminal has ended"}

_noted = -1
"""A pipe's end from which the signals can be read that have come. Python's own handlers are not enough, as Dagster and DuckDB put
theirs in their place, and raise something else."""
_come: list[int] = []


def listen(*, also_ignored: bool = False) -> None:
    """From here on these signals raise KeyboardInterrupt in the main thread, and the process dies by the first of them at its end.

    What libraries tell from then on, of a connection that they could not close or of what they were doing, is not told.

    One that is ignored (nohup; Ctrl+C of what a script has started in the background) stays so, but where ``also_ignored``.
    """
    global _noted
    _noted, write = os.pipe()
    os.set_blocking(_noted, False)
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN or (also_ignored and number != signal.SIGHUP):
            signal.signal(number, signal.default_int_handler)
    if logging.lastResort:
        logging.lastResort.addFilter(lambda record: received() is None)
    before = sys.unraisablehook
    sys.unraisablehook = lambda fault: _lost(fault) if received() else before(fault)
    atexit.register(_die)  # the first to be registered comes last: whatever else is to be put away is gone by then


def _lost(fault: sys.UnraisableHookArgs) -> None:
    """Send the signal once more where what it raised was lost: in a finalizer, or a callback of a library, which cannot be stopped.

    From a thread, and a moment later: sent from here it would be lost here.
    """
    if isinstance(fault.exc_value, KeyboardInterrupt) and (number := received()):
        again = threading.Timer(0.05, os.kill, (os.getpid(), number))
        again.daemon = True
        again.start()


def received() -> signal.Signals | None:
    """The signal that this process was told to end by; None where there was none."""
    with suppress(OSError):  # nothing there to be read
        while _noted >= 0 and (numbers := os.read(_noted, 64)):
            _come.extend(numbers)
    return next((signal.Signals(number) for number in _come if number in SIGNALS or number == signal.SIGPIPE), None)


def give_back() -> None:
    """Listen no more, and give its two descriptors back: where a process may have no others, a sentence needs one to be read."""
    global _noted
    received()
    for descriptor in (signal.set_wakeup_fd(-1), _noted):
        if descriptor >= 0:
            os.close(descriptor)
    _noted = -1


def leave_pipe() -> None:
    """Nobody reads what this process writes: it dies as others do that write to a closed pipe, and says nothing more."""
    _come.append(signal.SIGPIPE)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            os.dup2(nowhere, stream.fileno())


def _die() -> None:
    number = received()
    if number is None:
        return
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    signal.set_wakeup_fd(-1)
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
