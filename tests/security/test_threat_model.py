"""The page of threats names a test for each line of what is done, and each of these is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security.md"
NAMED = re.compile(r"`((?:tests/)?[\w/]+\.py)(?:::(\w+))?`")


def rows_done() -> list[str]:
    """The rows of the tables that say what is done: those with three cells, but for their headings."""
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ") and line.count(" | ") == 2]
    return [row for row in rows if not row.startswith("| threat") and "---" not in row]


@pytest.mark.parametrize("row", rows_done(), ids=lambda row: row[2:40])
def test_each_line_names_a_test_that_is_there(row: str) -> None:
    named = NAMED.findall(row.split(" | ")[-1])
    assert named
    for file, test in named:
        path = ROOT / file if file.startswith("tests/") else ROOT / "tests" / "security" / file
        text = path.read_text(encoding="utf-8")
        assert not test or f"def {test}(" in text, (file, test)


def test_there_are_lines_of_every_kind_of_attack() -> None:
    assert len(rows_done()) >= 30
