"""The page beside the map: how fresh each source is, what is computed, and what the figures do not show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb

from exports.pages.page import Block, Bullets, Links, Page, Paragraph, Section, Table
from exports.words import day_in_words, in_words
from warehouse.licence import LIMITS, OGL, SYNTHETIC_NOTE
from warehouse.query import ask
from warehouse.store import run

_KINDS = {"in_need": "In need", "high_performing": "High-performing", "excluded": "Set aside"}


def about(
    connection: duckdb.DuckDBPyConnection, refresh: Mapping[str, Any], status: Sequence[Mapping[str, Any]], *, is_named: bool
) -> Page:
    """The page, from the published tables and each source's state."""
    return Page("About the data", list(_blocks(connection, refresh, status, is_named=is_named)))


def _blocks(
    connection: duckdb.DuckDBPyConnection, refresh: Mapping[str, Any], status: Sequence[Mapping[str, Any]], *, is_named: bool
) -> Iterator[Block]:
    yield Links([("Back to the map", "index.html")])
    if refresh["is_synthetic"]:
        yield Paragraph(SYNTHETIC_NOTE, "warning")
    yield Section("Data status")
    yield Paragraph(
        "What counts is the date a file speaks of, not when it was fetched. The states are those of the day on which this page was "
        f"made, {day_in_words(refresh['started_at'])}."
    )
    yield Table(
        "Sources",
        ("Source", "Publisher", "As at", "State"),
        [(each["title"], each["publisher"], day_in_words(each["as_at"], "–"), each["state"]) for each in status],
        marked=frozenset(place for place, each in enumerate(status) if each["is_stale"]),
    )
    if lacking := refresh["authorities_without_boundary"]:
        yield Paragraph(
            "There are no boundaries under the codes of these local authorities: the layer is of another year, or a part of it. "
            "They are drawn by the boundary of their name where there is one, else as the H3 cells in which their schools stand: "
            f"{lacking}.",
            "warning",
        )
    if lacking := refresh.get("areas_without_boundary"):
        yield Paragraph(f"Areas without a boundary under their code, of each type that has any: {lacking}.", "warning")
    if other := refresh.get("boundaries_without_area"):
        yield Paragraph(
            f"No school has the code of these boundaries, and the map draws them for no other area than a local authority of their "
            f"name: {other}.",
            "warning",
        )
    for name, title, sentence in run(connection, "select distinct definition, title, sentence from mart.definition order by 1"):
        yield Section(f"Definition: {title}")
        yield Paragraph(sentence)
        of_it = {"definition": name}
        yield Table(
            f"Rules of {title}",
            ("Makes a school", "Rule", "Phases"),
            [
                (_KINDS[row["kind"]], row["sentence"], ", ".join(map(in_words, row["phases"])) or "all")
                for row in ask(connection, "page/rules", of_it)
            ],
        )
        yield Table(
            f"What could not be told under {title}",
            ("Phase", "What could not be told", "Schools", "%"),
            [
                (in_words(row["phase"]), row["sentence"], f"{row['not_assessed']:,}", f"{row['not_assessed_percent']:.1f}")
                for row in ask(connection, "page/coverage", of_it)
            ],
            numbers=frozenset((2, 3)),
        )
    yield Section("How near is near")
    yield Paragraph(
        "A high-performing school is near when it stands within the search radius of the school in need, as the crow flies:"
    )
    settings = ask(connection, "map/settings")
    yield Bullets([f"{in_words(row['setting'])}: {row['search_radius_miles']:g} miles" for row in settings])
    yield from _by_radius(connection)
    yield Section("What the words mean here")
    yield Table(
        "Glossary", ("Word", "What it means here"), run(connection, "select term, meaning from mart.glossary order by lower(term)")
    )
    yield Section("What the figures do not show")
    yield Paragraph(LIMITS)
    yield Paragraph(
        "Every figure is made of public data. "
        + (
            "Schools are named, with links to their pages in Get Information About Schools and at Ofsted."
            if is_named
            else "Schools are not named, as in the study of 2017. Each is drawn in the middle of its square kilometre of the "
            "National Grid, and miles are those between the squares. That hides a school from a glance, not from a search: with a "
            "list of all schools, which is public, square and phase tell two of three, and whoever has the tables with names finds "
            "nearly every one by its status, reasons and number of partners."
        )
    )
    yield Section("Licence")
    yield Paragraph(OGL)
    yield Paragraph("The map is drawn with MapLibre GL JS (BSD 3-Clause licence). Colours: ColorBrewer, by Cynthia Brewer.", "note")


def _by_radius(connection: duckdb.DuckDBPyConnection) -> Iterator[Block]:
    """England's figures if help could come from half to twice as far."""
    yield Section("How much hangs on the radius")
    yield Paragraph(
        "England's figures if help could come from half as far up to twice as far; 1 is the radius above. The sheet Sensitivity of "
        "the workbook for England shows how the figures move with the thresholds of the definitions, too."
    )
    for name, title in run(connection, "select distinct definition, title from mart.definition order by 1"):
        rows = ask(connection, "page/by_radius", {"definition": name})
        yield Table(
            f"By radius, under {title}",
            (
                "Phase",
                "Times the radius",
                "Median of high-performing schools near a school in need",
                "Schools in need with nobody near",
            ),
            [
                (
                    in_words(row["phase"]),
                    f"{row['value']:g}",
                    _count(row["partners_median"]),
                    _count(row["in_need_without_partner"]),
                )
                for row in rows
            ],
            numbers=frozenset((1, 2, 3)),
            marked=frozenset(place for place, row in enumerate(rows) if row["is_as_defined"]),
        )


def _count(value: float | None) -> str:
    return "not known" if value is None else f"{value:,g}"
