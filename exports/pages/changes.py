"""What changed since the refresh before, as a page: under the headings that data publishers use, each with what to do.

It is made from ``mart.change`` and from what was published before (``previous.*``): in a refresh, for its published folder or for
one that is held; and from any two published folders (``warehouse/time/change.py``). Every row of it stands in ``mart.change``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from exports.pages.page import STYLE, Block, Bullets, Links, Page, Paragraph, Section, Table, as_html, as_markdown
from exports.words import AREA_ORDER, day_in_words, in_words
from warehouse.licence import LIMITS, OGL, SYNTHETIC_NOTE
from warehouse.query import ask
from warehouse.store import rows_as_dicts, run

MARKDOWN, HTML, CSS, FEED = "changes.md", "changes.html", "changes.css", "changes.atom"
SHOWN = 40
"""Rows of a kind that the page lists; ``mart.change`` has all of them."""


@dataclass(frozen=True)
class Heading:
    """A heading: the code in ``mart.change``, its title, and what a reader does about what stands below it."""

    code: str
    title: str
    what_to_do: str
    nothing: str


HEADINGS = (
    Heading(
        "areas_and_codes",
        "New areas or codes",
        "Look up areas and codes anew wherever you keep them in a list, a lookup or a map of your own; where a code is new for the "
        "same name, join earlier figures by the name.",
        "Areas and codes are as they were.",
    ),
    Heading(
        "schools",
        "Schools opened and closed, and their trusts",
        "Take closed schools out of plans for partnerships; one that is left out, or no longer listed, need not have closed. Where "
        "a school goes on under another URN, carry its notes over. Ask the new trust of a school before you pair it.",
        "No school opened, closed or changed trusts.",
    ),
    Heading(
        "figures",
        "Figures changed",
        "Read the cause before you quote a change: a new judgement or result is news of the school, a correction or a moved "
        "threshold is not. Where a school in need has lost a partner, look at those it has left: in the database or the workbooks.",
        "No status, partner or median has changed.",
    ),
    Heading(
        "definitions",
        "Definitions changed",
        "Do not compare counts across this refresh: whoever needs a series works earlier ones out again with today's thresholds.",
        "Every threshold and rule is as it was.",
    ),
    Heading(
        "sources",
        "Sources changed",
        "Cite the new dates. Where a release was issued again, tell those who hold figures of the earlier issue.",
        "The same files were read as before.",
    ),
)


def changes_page(connection: duckdb.DuckDBPyConnection, *, is_synthetic: bool, before: Sequence[Block] = ()) -> Page:
    """The page of a connection with ``mart.*`` and ``previous.*``. ``before``: what stands above it all."""
    compared = rows_as_dicts(connection, "from previous.folder")
    note = [Paragraph(SYNTHETIC_NOTE, "warning")] if is_synthetic else []
    title = "What changed since the refresh before"
    if not compared:
        nothing = Paragraph("Nothing was published before that this could be compared with.")
        return Page(title, [*note, *before, nothing, Paragraph(OGL, "note")])
    blocks: list[Block] = [*note, *before, Paragraph(_compared(compared[0]))]
    if run(connection, "select count(*) from previous.school") == [(0,)]:
        blocks.append(Paragraph("That folder was made by an older version: only what it told is compared.", "warning"))
    blocks += [Section("In short"), _in_short(connection)]
    for heading in HEADINGS:
        blocks += [Section(heading.title), *_of_heading(connection, heading)]
    return Page(title, [*blocks, Section("What this does not show"), Paragraph(LIMITS), Paragraph(OGL, "note")])


def write_changes(connection: duckdb.DuckDBPyConnection, folder: Path, *, is_synthetic: bool) -> list[Path]:
    """Write the page into a published folder, as Markdown and as HTML with its style beside it; returns the paths."""
    subscribe = Links([("Subscribe to this: a feed, which has one for each region and local authority beside it", FEED)])
    page = changes_page(connection, is_synthetic=is_synthetic, before=[subscribe])
    paths = [folder / MARKDOWN, folder / HTML, folder / CSS]
    for path, text in zip(paths, (as_markdown(page), as_html(page, stylesheet=CSS, feed=FEED), STYLE), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def _compared(folder: dict[str, Any]) -> str:
    days = (("GIAS", folder["gias_as_at"]), ("Ofsted", folder["ofsted_as_at"]))
    dates = ", ".join(f"{name} as at {day_in_words(day)}" for name, day in days if day)
    said = f"Compared with the folder published as {folder['stamp']}{f' ({dates})' if dates else ''}."
    if folder["is_same_source"]:
        return said
    return f"{said} It was made from another source ({folder['source']}): much may differ for that alone."


def _in_short(connection: duckdb.DuckDBPyConnection) -> Table:
    figures = ("schools", "high_performing", "in_need", "partners_median")

    def both(before: Any, now: Any) -> str:
        shown = ["–" if value is None else f"{value:,g}" if isinstance(value, float) else f"{value:,}" for value in (before, now)]
        return shown[1] if shown[0] == shown[1] else f"{shown[0]} → {shown[1]}"

    return Table(
        "England, before → now (one number: as it was)",
        ["Definition and phase", "Schools", "High-performing", "In need", "Median of partners"],
        [
            [f"{row['definition']}: {in_words(row['phase'])}", *(both(row[f"{name}_before"], row[name]) for name in figures)]
            for row in ask(connection, "page/england")
        ],
        numbers=frozenset(range(1, 5)),
    )


def counts(connection: duckdb.DuckDBPyConnection, heading: Heading) -> list[tuple[str, str, str, int]]:
    """Kinds of change of a heading: kind, definition, deciding cause in a sentence, number of rows; the most frequent first."""
    return [
        (in_words(row["change"]), row["definition"], f"{in_words(row['cause'])}: {row['cause_sentence']}", row["changes"])
        for row in ask(connection, "page/changes_by_cause", {"heading": heading.code})
    ]


def _of_heading(connection: duckdb.DuckDBPyConnection, heading: Heading) -> list[Block]:
    found = counts(connection, heading)
    if not found:
        return [Paragraph(heading.nothing)]
    blocks: list[Block] = [
        Bullets([f"What to do: {heading.what_to_do}"]),
        Table(
            "How many, by cause",
            ["Change", "Definition", "Why", "Rows"],
            [[change, definition, cause, f"{count:,}"] for change, definition, cause, count in found],
            numbers=frozenset({3}),
        ),
    ]
    for (change,) in run(connection, "select distinct change from mart.change where heading = ? order by 1", [heading.code]):
        blocks.append(_rows(connection, change))
    return blocks


def _rows(connection: duckdb.DuckDBPyConnection, change: str) -> Table:
    rows = rows_as_dicts(connection, f"from mart.change where change = '{change}'")
    # Of areas the largest first; of schools, by what a reader looks for: definition, phase, name.
    rows.sort(key=lambda row: AREA_ORDER.index(row["area_type"]) if row["area_type"] else 0)
    more = f"; the first {SHOWN} of {len(rows):,}, all in mart.change" if len(rows) > SHOWN else ""
    return Table(
        f"{in_words(change).capitalize()}{more}",
        ["What", "Definition and phase", "Before", "Now", "Why"],
        [
            [
                _what(row),
                ": ".join(
                    in_words(row[field]) if field == "phase" else row[field] for field in ("definition", "phase") if row[field]
                ),
                in_words(row["before"] or ""),
                in_words(row["now"] or ""),
                _why(row),
            ]
            for row in rows[:SHOWN]
        ],
    )


def _what(row: dict[str, Any]) -> str:
    if row["urn"]:
        return ", ".join(str(part) for part in (row["name"], row["urn"], row["la_name"]) if part)
    if row["area_code"]:
        return f"{row['name']} ({in_words(row['area_type'])} {row['area_code']})"
    return str(row["name"])


def _why(row: dict[str, Any]) -> str:
    also = f" (also: {', '.join(in_words(cause) for cause in row['causes'][1:])})" if len(row["causes"]) > 1 else ""
    detail = f": {row['detail']}" if row["detail"] else ""
    return f"{in_words(row['cause'])}{also}{detail}"
