"""The glossary (``sql/reference/glossary.csv``): the words that every output uses, each in a sentence.

``docs/glossary.md`` is made from it: ``python -m warehouse.glossary``.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from warehouse.model import SQL

PAGE = SQL.parent / "docs" / "glossary.md"


@dataclass(frozen=True)
class Term:
    """A word and what it means, in one sentence."""

    term: str
    meaning: str


def read_glossary(root: Path = SQL) -> list[Term]:
    """Read all terms, in the order of the file, which is that of the alphabet."""
    with (root / "reference" / "glossary.csv").open(encoding="utf-8", newline="") as file:
        return [Term(**row) for row in csv.DictReader(line for line in file if not line.startswith("#"))]


def page() -> str:
    """Write the documentation page (Markdown)."""
    lines = [
        "<!-- Generated from sql/reference/glossary.csv by `python -m warehouse.glossary`: change that. -->",
        "# Glossary",
        "",
        "The words of the map, the workbooks, the tables and these pages. The rules behind them: [method.md](method.md).",
        "",
        *(f"* **{each.term}**: {each.meaning}" for each in read_glossary()),
    ]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
