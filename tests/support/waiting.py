"""Waiting for what others do in processes of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

PATIENCE_SECONDS = 600
"""How long nothing is found wrong: beside other tests, on two cores, a daemon's first refresh has taken three minutes."""


def until(what: str, happened: Callable[[], bool], tell: Callable[[], object] = str) -> None:
    """Look again and again until it has happened; fail with what did not, and what ``tell`` has to say of it."""
    pause = threading.Event()
    for _ in range(PATIENCE_SECONDS * 4):
        if happened():
            return
        pause.wait(0.25)
    pytest.fail(f"this has not happened in {PATIENCE_SECONDS} s: {what}. {tell()}")
