"""Whatever the repository cites is in it: pages and headings of docs, and links between pages."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

CITED = re.compile(r"(?<![\w/.-])(docs/[\w./-]+\.md)(?:#([\w-]+))?")
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
ELSEWHERE = re.compile(r"\b(?:METHOD|ENGINEERING)\b|\b(?:METHOD|ENGINEERING|DESIGN|SOURCES|STYLE)\.md\b|\bshared/\w+\.md\b")
"""Papers that are not in the repository: nobody who has it could follow such a citation."""


@cache
def tracked() -> tuple[Path, ...]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(path for name in names.split("\0") if name and (path := ROOT / name).is_file())


@cache
def texts() -> dict[Path, str]:
    """Every tracked file that is text, but this one, which names what must not be cited."""
    found = {}
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content and path != Path(__file__).resolve():
            found[path] = content.decode("utf-8", errors="replace")
    return found


def anchor(heading: str) -> str:
    """A heading's anchor, as GitHub makes it: links by their text, lower case, no punctuation, hyphens for spaces."""
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")


@cache
def anchors(page: Path) -> frozenset[str]:
    """Of all headings of a page outside code; of headings alike, the second has ``-1`` at its end, and so on."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    found: list[str] = []
    seen: dict[str, int] = {}
    for heading in HEADING.findall(text):
        name = anchor(heading)
        found.append(f"{name}-{seen[name]}" if name in seen else name)
        seen[name] = seen.get(name, 0) + 1
    return frozenset(found)


def broken(page: Path, name: str | None) -> str | None:
    """What is wrong with a page that is cited, and a heading of it; None where nothing is."""
    if not page.exists():
        return "there is no such file"
    if name and page.suffix == ".md" and name not in anchors(page):
        return f"it has no heading {name}"
    return None


def citations() -> Iterator[tuple[str, str]]:
    """Each place that cites a page of docs, and what is wrong with it."""
    for path, text in texts().items():
        for page, name in CITED.findall(text):
            if wrong := broken(ROOT / page, name):
                yield f"{path.relative_to(ROOT)}: {page}#{name}", wrong


def links() -> Iterator[tuple[str, str]]:
    """Each link of a Markdown page to a file beside it, and what is wrong with it."""
    for path, text in texts().items():
        if path.suffix != ".md":
            continue
        for target in LINK.findall(text):
            if re.match(r"[a-z]+:", target):
                continue
            place, _, name = target.partition("#")
            if wrong := broken((path.parent / place).resolve() if place else path, name):
                yield f"{path.relative_to(ROOT)}: {target}", wrong


def test_every_page_and_heading_that_is_cited_is_there() -> None:
    assert dict(citations()) == {}


def test_every_link_between_pages_leads_somewhere() -> None:
    assert dict(links()) == {}


def test_no_paper_is_cited_that_is_not_in_the_repository() -> None:
    found = [f"{path.relative_to(ROOT)}: {each}" for path, text in texts().items() for each in ELSEWHERE.findall(text)]
    assert found == []


def test_the_rules_of_both_definitions_and_the_measured_facts_are_cited() -> None:
    """That nothing is broken says little where nothing is cited."""
    cited = {page for text in texts().values() for page, _ in CITED.findall(text)}
    assert {"docs/method/nfer-2017.md", "docs/method/rise.md", "docs/method/nearness.md", "docs/engineering.md"} <= cited


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("High-performing", "high-performing"),
        ("Never a fail, a pass or a zero", "never-a-fail-a-pass-or-a-zero"),
        ("`gias_links` and [sources](sources.md)", "gias_links-and-sources"),
    ],
)
def test_anchors_are_those_of_github(heading: str, expected: str) -> None:
    assert anchor(heading) == expected


def test_a_page_or_a_heading_that_is_not_there_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A title\n\n```sh\n# no heading\n```\n\n## Twice\n\n## Twice\n", encoding="utf-8")
    assert broken(page, None) is None
    assert [broken(page, name) for name in ("a-title", "twice", "twice-1")] == [None] * 3
    assert broken(page, "no-heading") == "it has no heading no-heading"
    assert broken(tmp_path / "other.md", None) == "there is no such file"
