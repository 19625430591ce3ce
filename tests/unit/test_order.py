"""The order in which the suite is run."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import LONG


def test_every_file_that_the_suite_begins_with_is_there() -> None:
    """One that was renamed would be begun last again, and nobody would see why the suite takes longer."""
    tests = Path(__file__).parents[1]
    assert [name for name in LONG if not (tests / name).is_file()] == []
