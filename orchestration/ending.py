"""Ends the processes of ``make dev`` where that has been killed itself: ``python -m orchestration.ending``, started by it, stays.

It is told their numbers, a line each, and holds what it inherits (the lock of the home) until all of them have ended.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress

PATIENCE_SECONDS = 60
"""For what was told to stop to have stopped: then it is killed."""
_LOOK_SECONDS = 0.2


def main() -> None:
    """Wait for the end of the input, which comes with the end of whoever writes to it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups = [int(line) for line in sys.stdin]
    for group in groups:
        signal_group(group, signal.SIGINT)
    last = time.monotonic() + PATIENCE_SECONDS
    while any(_runs(group) for group in groups) and time.monotonic() < last:
        time.sleep(_LOOK_SECONDS)
    for group in groups:
        signal_group(group, signal.SIGKILL)


def signal_group(leader: int, number: int) -> None:
    """Signal a process that leads a group, and whatever it has started."""
    with suppress(ProcessLookupError):
        os.killpg(leader, number)


def _runs(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main()
