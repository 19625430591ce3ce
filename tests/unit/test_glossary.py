"""The glossary: one sentence a term, its page is current, and nothing says the same by another word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from warehouse.glossary import PAGE, page, read_glossary

ROOT = Path(__file__).resolve().parents[2]
INSTEAD = {
    r"(helper|supporter|supporting|strong|stronger) schools?": "high-performing school, or partner",
    r"(weak|weaker|struggling|failing|needy) schools?": "school in need",
}
"""What is not said, and what is said in its place. "Strong" alone is a standard of Ofsted's report card."""


def texts() -> Iterator[Path]:
    yield ROOT / "README.md"
    yield from (ROOT / "docs").glob("*.md")
    for room in ("exports", "orchestration", "sql", "warehouse"):
        yield from (path for path in (ROOT / room).rglob("*") if path.suffix in {".py", ".sql", ".toml", ".csv", ".html", ".js"})


def test_every_term_is_explained_once_in_one_sentence() -> None:
    terms = read_glossary()
    names = [each.term.casefold() for each in terms]
    assert len(names) == len(set(names)) > 25
    assert names == sorted(names)
    assert [each.term for each in terms if not re.fullmatch(r"[A-Z][^\n]*[^.]\.", each.meaning)] == []


def test_the_page_is_what_the_file_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "make it anew: python -m warehouse.glossary"


@pytest.mark.parametrize(("wrong", "right"), INSTEAD.items())
def test_no_text_says_a_term_by_another_word(wrong: str, right: str) -> None:
    said = re.compile(rf"\b{wrong}\b", re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}" for path in texts() for match in said.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == [], f"say {right}"
