"""What time it is, is asked in one place: a clock that is wrong is told there, and a test can set it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from warehouse import clock
from warehouse.sources import http

ROOT = Path(clock.__file__).parents[1]
_TELLS_TIME = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}


def asked_in(path: Path) -> Iterator[int]:
    """The lines of a module in which the machine's clock is asked."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            of = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", None)
            if (of, node.attr) in _TELLS_TIME:
                yield node.lineno


def test_no_module_but_the_clock_asks_the_machine() -> None:
    """A date in Retry-After was held against a clock of its own, and the age of a run."""
    packages = ("exports", "orchestration", "transforms", "warehouse")
    asking = {path.relative_to(ROOT).as_posix() for name in packages for path in (ROOT / name).rglob("*.py") if [*asked_in(path)]}
    assert asking == {"warehouse/clock.py"}


def test_a_date_in_retry_after_is_held_against_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: clock.datetime(2015, 10, 21, 7, 27, tzinfo=clock.UTC))
    assert http._retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 60
