"""A page of headings, paragraphs, lists, tables and drawings, written as Markdown and as one self-contained HTML file.

All text is plain text: whatever it holds is shown as it stands, in both. A drawing is markup that ``chart.py`` makes, and stands in
the HTML alone. Nothing here knows what a page is about.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape


@dataclass(frozen=True)
class Section:
    """A heading that the table of contents names. ``level`` 3 stands below the section before it, and is not in the contents."""

    title: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """Text. ``kind``: warning is set apart (a page that is not real data), note is small."""

    text: str
    kind: str = "text"


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    items: Sequence[str]


@dataclass(frozen=True)
class Table:
    """A table with a caption; the first column names its rows. ``numbers``: columns that hold numbers; ``marked``: rows in bold."""

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[int] = frozenset()
    marked: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if any(len(row) != len(self.headings) for row in self.rows):
            raise ValueError(f"a row of the table {self.caption!r} does not have {len(self.headings)} cells")


@dataclass(frozen=True)
class Links:
    """A list of links: what each says, and where it leads."""

    items: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Drawing:
    """A picture as SVG, which is markup and not text. Markdown leaves it out, so what it shows stands in a table too."""

    svg: str
    caption: str = ""


@dataclass(frozen=True)
class Code:
    """Lines to paste, as they are."""

    text: str


Block = Section | Paragraph | Bullets | Table | Links | Drawing | Code


@dataclass(frozen=True)
class Page:
    """A title and what follows."""

    title: str
    blocks: Sequence[Block]


def as_markdown(page: Page) -> str:
    """The page in Markdown, with the tables of GitHub's."""
    parts = [f"# {_plain(page.title)}", *(_markdown(block) for block in page.blocks if not isinstance(block, Drawing))]
    return "\n\n".join(parts) + "\n"


def as_html(page: Page, *, stylesheet: str | None = None, feed: str | None = None) -> str:
    """The page as one HTML file: no script, no font, nothing from elsewhere, and a policy that allows none.

    ``stylesheet``: where ``STYLE`` stands as a file beside the page, for what is served: the policy of ``schoolmatch serve``, which
    other hosts are told to have too (docs/operations.md), allows no style within a page. ``feed``: where its feed stands, for
    programs that look for one.
    """
    sections = [block for block in page.blocks if isinstance(block, Section) and block.level == 2]
    contents = "\n".join(f'<li><a href="#{_anchor(each.title)}">{escape(each.title)}</a></li>' for each in sections)
    body = "\n".join(_html(block) for block in page.blocks)
    if stylesheet is None:
        style, allowed = f"<style>{STYLE}</style>", f"'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"
    else:
        style, allowed = f'<link rel="stylesheet" href="{escape(stylesheet)}">', "'self'"
    found = f'<link rel="alternate" type="application/atom+xml" href="{escape(feed)}">\n' if feed else ""
    policy = f"default-src 'none'; style-src {allowed}; img-src data:; form-action 'none'; base-uri 'none'"
    return f"""<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>{escape(page.title)}</title>
<link rel="icon" href="data:,">
{found}{style}
</head>
<body>
<main>
<h1>{escape(page.title)}</h1>
<nav aria-label="Contents">
<ol>
{contents}
</ol>
</nav>
{body}
</main>
</body>
</html>
"""


def _markdown(block: Section | Paragraph | Bullets | Table | Links | Code) -> str:
    match block:
        case Section(title, level):
            return f"{'#' * level} {_plain(title)}"
        case Paragraph(text, kind):
            return f"> **{_plain(text)}**" if kind == "warning" else _plain(text)
        case Bullets(items):
            return "\n".join(f"* {_plain(item)}" for item in items)
        case Links(items):
            return "\n".join(f"* [{_plain(text)}](<{target}>)" for text, target in items)
        case Code(text):
            fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 3)
            return f"{fence}\n{text}\n{fence}"
        case Table():
            return _markdown_table(block)


def _markdown_table(table: Table) -> str:
    def line(cells: Sequence[str], *, is_marked: bool = False) -> str:
        shown = [_plain(cell) for cell in cells]
        return f"| {' | '.join(f'**{cell}**' if is_marked and cell else cell for cell in shown)} |"

    rule = ["--:" if index in table.numbers else "---" for index in range(len(table.headings))]
    rows = [line(row, is_marked=index in table.marked) for index, row in enumerate(table.rows)]
    return "\n".join([f"**{_plain(table.caption)}**", "", line(table.headings), f"| {' | '.join(rule)} |", *rows])


def _html(block: Block) -> str:
    match block:
        case Section(title, level):
            return f'<h{level} id="{_anchor(title)}">{escape(title)}</h{level}>'
        case Paragraph(text, kind):
            return f'<p class="{kind}">{escape(text)}</p>' if kind != "text" else f"<p>{escape(text)}</p>"
        case Bullets(items):
            return "<ul>\n" + "\n".join(f"<li>{escape(item)}</li>" for item in items) + "\n</ul>"
        case Links(items):
            entries = "\n".join(f'<li><a href="{escape(target)}">{escape(text)}</a></li>' for text, target in items)
            return f"<ul>\n{entries}\n</ul>"
        case Code(text):
            return f'<pre tabindex="0">{escape(text)}</pre>'
        case Table():
            return _html_table(block)
        case Drawing(svg, caption):
            told = f"<figcaption>{escape(caption)}</figcaption>\n" if caption else ""
            return f"<figure>\n{told}{svg}\n</figure>"


def _html_table(table: Table) -> str:
    def cell(index: int, text: str, tag: str, scope: str | None = None) -> str:
        attributes = (f' scope="{scope}"' if scope else "") + (' class="number"' if index in table.numbers else "")
        return f"<{tag}{attributes}>{escape(text)}</{tag}>"

    headings = "".join(cell(index, text, "th", "col") for index, text in enumerate(table.headings))
    rows = []
    for place, row in enumerate(table.rows):
        cells = cell(0, row[0], "th", "row") + "".join(cell(index, text, "td") for index, text in enumerate(row[1:], start=1))
        rows.append(f'<tr class="marked">{cells}</tr>' if place in table.marked else f"<tr>{cells}</tr>")
    caption = escape(table.caption)
    # A wide table scrolls within its own box, which can be reached by keyboard.
    return (
        f'<div class="table" role="region" aria-label="{caption}" tabindex="0">\n<table>\n<caption>{caption}</caption>\n'
        f"<thead><tr>{headings}</tr></thead>\n<tbody>\n" + "\n".join(rows) + "\n</tbody>\n</table>\n</div>"
    )


def _plain(text: str) -> str:
    """Text as Markdown that shows it as it stands: no mark, no tag, no line of its own."""
    line = re.sub(r"\s+", " ", text).strip()
    line = re.sub(r"([\\`*_{}\[\]<>|~&#])", r"\\\1", line)
    return re.sub(r"^([-+]|\d+[.)])(?=\s)", lambda found: f"{found[1][:-1]}\\{found[1][-1]}", line)


def _anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


STYLE = """
:root {
  --text: #1b1f24; --soft: #57606a; --line: #d0d7de; --ground: #fff; --marked: #eaf2fd; --warning: #fff3cd; --link: #0b57b0;
  --bar: #0b57b0; --hatch: #7a4300; --hatched: #f3c58b; --mark: #b00020;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e6edf3; --soft: #9da7b3; --line: #3d444d; --ground: #0f141a; --marked: #1b2f4a; --warning: #4a3b00; --link: #79b8ff;
    --bar: #79b8ff; --hatch: #ffd08a; --hatched: #6b4300; --mark: #ff8a9a;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1rem 1rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem; padding-top: .75rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .25rem; }
p, ul, ol { max-width: 46rem; overflow-wrap: anywhere; }
a { color: var(--link); }
nav ol { padding-left: 1.25rem; }
.warning { background: var(--warning); padding: .75rem 1rem; font-weight: 600; border-radius: .25rem; }
.note { color: var(--soft); font-size: .9rem; }
pre { overflow-x: auto; padding: .75rem 1rem; background: var(--marked); }
.table { overflow-x: auto; margin: 1rem 0 1.5rem; }
.table:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; font-size: .92rem; line-height: 1.35; }
caption { text-align: left; font-weight: 600; padding: .25rem 0 .5rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); }
thead th { vertical-align: bottom; border-bottom-width: 2px; }
tbody th { font-weight: 400; }
td:not(.number) { overflow-wrap: anywhere; min-width: 6rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; padding-left: .5rem; }
thead .number { white-space: normal; }
.marked > * { background: var(--marked); font-weight: 600; }
figure { margin: 1rem 0 1.5rem; max-width: 46rem; }
figcaption { font-weight: 600; font-size: .92rem; }
.steps { display: block; overflow: visible; }
.steps text { fill: var(--text); font-size: 13px; }
.steps text.total, .steps text.mark { font-weight: 600; }
.steps text.mark { fill: var(--mark); }
.steps rect.total { fill: var(--bar); }
.steps rect.step { stroke: var(--hatch); stroke-width: 1px; }
.steps .hatched { fill: var(--hatched); }
.steps .hatch { fill: var(--hatch); }
.steps line.mark, .dots line.mark { stroke: var(--mark); stroke-width: 3px; }
.dots { display: block; overflow: visible; }
.dots text { fill: var(--text); font-size: 13px; }
.dots text.mark { fill: var(--mark); font-weight: 600; }
.dots text.scale { fill: var(--soft); font-size: 12px; }
.dots circle { fill: var(--bar); }
.dots line.interval { stroke: var(--bar); stroke-width: 3px; stroke-linecap: round; }
@media (max-width: 40rem) {
  main { padding: .5rem .75rem 3rem; }
  h1 { font-size: 1.4rem; }
  table { font-size: .84rem; }
  th, td { padding-right: .4rem; }
  .number { padding-left: .25rem; }
  ul, ol { padding-left: 1.25rem; }
}
@media print { .table { overflow: visible; } nav { display: none; } }
"""
