"""Cover and table of contents of a workbook, and the sheets that are the same in all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from exports.excel import columns
from exports.excel.facts import Facts, Row
from exports.excel.rows import Link
from exports.excel.scope import COUNTRY, LOCAL_AUTHORITY, REGION, Scope
from exports.excel.sheets import charted_definition
from exports.excel.workbook import CONTENTS, COVER, WHOLE, Field, TableSheet
from exports.words import academic_year, in_words
from warehouse.licence import LIMITS, OGL, SYNTHETIC_NOTE

_WHAT = (
    "For every school that needs support: the high-performing schools of its phase near enough to give it, within 2 miles of an "
    "urban school, 5 of a semi-rural and 10 of a rural one, in a straight line."
)
_START = "Start with Summary: how much need there is, and how many can help, beside England. Then Schools in need"
_HOW = (
    f"{_START}: filter by authority and phase, and sort by the number of high-performing schools within the radius. Whom to "
    "ring opens the page of the nearest one, with telephone number and head; Partners lists all the others, nearest first, and "
    "Organisations who runs them."
)
_HOW_ANONYMOUS = (
    f"{_START}, by authority and phase; in this edition they are not named, and there is no list of their partners, from which "
    "they could be told."
)
_EMPTY = "An empty cell is not zero: it says that there is no school in need to count for, or that the value is not known."
_NOT_ASSESSED = (
    "A rule that could not be applied to a school counts neither for nor against it; the last measure says how many schools that "
    "are neither this concerns."
)
_FILTERS = (
    "Guidance on accessible spreadsheets advises against both. The sheets that can have hundreds of rows keep them, because their "
    "readers look for their own schools there. Summary, Data status, Thresholds, Data dictionary and Notes have neither."
)
_PRINT = (
    "Schools in need, Partners and Organisations are printed without their last columns, which are in the sheet (links, dates, and "
    "of Schools in need the trust): the rest would be too small to read."
)
_ORGANISATIONS = (
    "An academy is run by its trust, a maintained school by its local authority, a non-maintained special school or city "
    "technology college by itself; where the trust of an academy is not known, the academy stands alone. By nfer-2017 no school in "
    "a multi-academy trust is in need, since it is supported already: there a trust's need of 0 says nothing of its schools."
)
_NOT_NAMED = (
    "In this edition names and URNs of schools in need are left out, and all that would tell them: links, trusts, dates, "
    "distances, and the lists of their partners and of the organisations that run these."
)
_NOBODY, _NEED, _SCHOOLS = "Schools in need with nobody near", "In need", "Schools"
_OWN = "Can be partnered at once, one each"
_MEDIAN = "Median number of high-performing schools near a school in need"

CoverLines = list[tuple[str, str | date | Link | None]]


def cover(facts: Facts, scope: Scope) -> CoverLines:
    """The labelled lines of the cover: what, where, as at when, the answer in short, definitions, how to read it, licence."""
    refresh = facts.refresh
    lines: CoverLines = [("For", scope.name)]
    if refresh["label"]:
        lines.append(("Synthetic sample", SYNTHETIC_NOTE))
    return [
        *lines,
        ("What this is", _WHAT),
        *_at_a_glance(facts, scope),
        ("How to read it", f"{_HOW_ANONYMOUS if facts.is_anonymous else _HOW} {_EMPTY}"),
        (CONTENTS, Link("Go to the table of contents", f"#{CONTENTS}")),
        ("Schools as at", refresh["gias_as_at"] or "not known"),
        ("Ofsted as at", refresh["ofsted_as_at"] or "none landed"),
        ("Key stage 2 results", academic_year(refresh["ks2_year"])),
        ("Key stage 4 results", academic_year(refresh["ks4_year"])),
        *((f"Definition {name}", f"{title}. {sentence}") for name, title, sentence in facts.definitions),
        ("Limits", LIMITS),
        ("Licence", OGL),
        ("Made by", f"schoolmatch {refresh['code_version']}, refresh of {refresh['started_at']:%d %B %Y %H:%M} UTC"),
    ]


def _at_a_glance(facts: Facts, scope: Scope) -> CoverLines:
    """The answer in words: a line per phase, and where help is shortest."""
    definition = charted_definition(facts)
    headings = [field.heading for field in columns.MEASURES]
    lines: CoverLines = []
    for area in facts.areas.get(scope.code, ()):
        if area.definition == definition:
            sentence = _sentence(dict(zip(headings, area.values, strict=True)))
            lines.append((f"{in_words(area.phase).capitalize()}, {definition}", sentence))
    shortest: dict[str, int] = {}
    inner = REGION if scope.kind == COUNTRY else LOCAL_AUTHORITY
    for each in facts.scopes:
        if each.kind == inner and (inner == REGION or each.region_code == scope.code):
            areas = (area for area in facts.areas.get(each.code, ()) if area.definition == definition)
            # unknown where none of the schools in need can be placed
            shortest[each.name] = sum(area.values[headings.index(_NOBODY)] or 0 for area in areas)
    most = sorted(((count, name) for name, count in shortest.items() if count), key=lambda each: (-each[0], each[1]))[:6]
    if most:
        said = ", ".join(f"{name} {count}" for count, name in most)
        lines.append(("Where help is shortest", f"Schools in need with nobody near, all phases, {definition}: {said}."))
    return lines


def _sentence(values: Mapping[str, Any]) -> str:
    if not values[_NEED]:
        return f"None of {values[_SCHOOLS]:,} schools is in need."
    said = f"{values[_NEED]:,} of {values[_SCHOOLS]:,} schools {'is' if values[_NEED] == 1 else 'are'} in need"
    if values[_MEDIAN] is None:
        return f"{said}."
    nobody = f"{values[_NOBODY]:,} of them {'has' if values[_NOBODY] == 1 else 'have'} nobody near"
    own = f"{values[_OWN]:,} can have a partner of their own at the same time"
    return f"{said}; the median of high-performing schools near one is {values[_MEDIAN]:g}; {nobody}; {own}."


def contents(sheets: Sequence[TableSheet], label: str) -> TableSheet:
    """The table of contents: a link to every sheet, what it shows, how many rows."""
    fields = (Field("Sheet", 28), Field("What it shows", 100), Field("Rows", 10, WHOLE))
    rows: list[Row] = [(Link(COVER, f"#{COVER}"), "what this is, for where, as at when, in short", None)]
    rows += [(Link(sheet.title, f"#{sheet.title}"), sheet.about, len(sheet.rows)) for sheet in sheets]
    return TableSheet(CONTENTS, "Table of contents", "", f"{label}Every sheet holds one table; the links lead to it.", fields, rows)


def shared(facts: Facts, status: Iterable[Mapping[str, Any]], sheets: Sequence[TableSheet]) -> list[TableSheet]:
    """The sheets that are the same in every workbook; ``sheets``: those with figures, whose columns the dictionary explains."""
    label = f"{SYNTHETIC_NOTE} " if facts.refresh["label"] else ""
    sources = TableSheet(
        "Data status",
        "Data status: how fresh each source is",
        "each source, as at which date, how fresh",
        f"{label}As seen when this workbook was made.",
        columns.STATUS,
        [
            (each["title"], each["publisher"], each["as_at"], each["age_days"], each["next_expected"], each["state"])
            for each in status
        ],
    )
    thresholds = TableSheet(
        "Thresholds",
        "Thresholds of the definitions",
        "every threshold of the definitions, and where it is from",
        f"{label}The rules in words are on the cover.",
        columns.THRESHOLDS,
        facts.thresholds,
    )
    notes = TableSheet("Notes", "Notes", "what the figures do not show, and how the sheets are made", f"{label}{LIMITS}",
        columns.NOTES, [(number, *note) for number, note in enumerate(_notes(facts), start=1)],
    )  # fmt: skip
    explained = [*sheets, sources, thresholds]
    words = TableSheet(
        "Data dictionary",
        "Data dictionary: the columns of the sheets",
        "what every column means, its unit, and its name in the database",
        f"{label}The database (schoolmatch.duckdb) has a dictionary of all its tables.",
        columns.DICTIONARY,
        [row for sheet in explained for field in sheet.fields if (row := _explained(facts, sheet, field))],
    )
    return [sources, thresholds, words, notes]


def _explained(facts: Facts, sheet: TableSheet, field: Field) -> Row | None:
    if not field.source and not field.meaning:
        return None
    unit, description, published_as = facts.dictionary.get(field.source, (None, None, None))
    words = f"{field.meaning} {description or ''}".strip() if field.meaning else description
    return sheet.title, field.heading, unit, words, f"mart.{field.source}" if field.source else None, published_as


def _notes(facts: Facts) -> list[tuple[str, str]]:
    """Topic and sentence."""
    notes = [
        ("Nearness", f"{_WHAT} The setting is that of the school in need; one mile is 1,609.344 metres."),
        ("Counting twice", "A high-performing school counts once for every school in need near it."),
        ("Borders", "A school in need counts where it stands; its partners may stand across the border."),
        ("Empty cells", _EMPTY),
        ("Not assessed", _NOT_ASSESSED),
        ("Medians", "Medians and means are over the schools in need whose place is known."),
        ("Filters and frozen panes", _FILTERS),
        ("Colour", "Nothing is told by colour alone: in charts the second series is hatched too, and the table has every figure."),
        ("Numbers", "Numbers are shown rounded; a click on the cell shows them as computed."),
        ("Changes", "A status is compared with that in the folder published before: of the same source, if there is one."),
        ("Limits", LIMITS),
        ("Licence", OGL),
    ]
    if facts.is_anonymous:
        return [*notes, ("Schools not named", _NOT_NAMED)]
    return [*notes, ("Organisations", _ORGANISATIONS), ("Print", _PRINT)]
