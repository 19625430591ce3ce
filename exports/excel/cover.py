"""The cover of a workbook: what it is, for where, as at when, the answer in short, how to read it."""

from __future__ import annotations

from exports.excel.facts import Facts
from exports.excel.notes import EMPTY, what_it_is
from exports.excel.scope import Scope
from exports.words import academic_year, in_words, withheld_of
from exports.workbook.rows import Link
from exports.workbook.sheet import CONTENTS, Lines
from warehouse.licence import LIMITS, OGL, SYNTHETIC_NOTE
from warehouse.query import Row

_START = "Start with Summary: how much need there is, and how many can help, beside England. Then Schools in need"
_HOW = (
    f"{_START}: filter by authority and phase, and sort by the number of partners. Whom to ring opens the page of the first of the "
    "shortlist, with telephone number and head; Partners lists all the others, nearest first, and Organisations who runs them."
)
_HOW_ANONYMOUS = (
    f"{_START}, by authority and phase; in this edition they are not named, and there is no list of their partners, from which "
    "they could be told."
)


def cover(facts: Facts, scope: Scope) -> Lines:
    """The labelled lines of the cover of an area's workbook."""
    refresh = facts.refresh
    return [
        ("For", scope.name),
        *([("Synthetic sample", SYNTHETIC_NOTE)] if refresh["is_synthetic"] else []),
        ("What this is", what_it_is(facts)),
        *_at_a_glance(facts, scope),
        ("How to read it", f"{_HOW_ANONYMOUS if facts.is_anonymous else _HOW} {EMPTY}"),
        (CONTENTS, Link("Go to the table of contents", f"#{CONTENTS}")),
        ("Schools as at", refresh["gias_as_at"] or "not known"),
        ("Ofsted as at", refresh["ofsted_as_at"] or "none landed"),
        ("Key stage 2 results", academic_year(refresh["ks2_year"])),
        ("Key stage 4 results", academic_year(refresh["ks4_year"])),
        *((f"Definition {row['definition']}", f"{row['title']}. {row['sentence']}") for row in facts.definitions),
        ("Limits", LIMITS),
        ("Licence", OGL),
        ("Made by", f"schoolmatch {refresh['code_version']}, refresh of {refresh['started_at']:%d %B %Y %H:%M} UTC"),
    ]


def _at_a_glance(facts: Facts, scope: Scope) -> list[tuple[str, str]]:
    """The answer in words: a line per phase, and where help is shortest."""
    definition = facts.charted_definition
    lines = [
        (f"{in_words(str(row['phase'])).capitalize()}, {definition}", _sentence(row))
        for row in facts.cover.get(scope.code, ())
        if row["definition"] == definition
    ]
    shortest = [row for row in facts.shortest.get(scope.code, ()) if row["definition"] == definition]
    if shortest:
        said = ", ".join(f"{row['area_name']} {row['in_need_without_partner']}" for row in shortest)
        lines.append(("Where help is shortest", f"Schools in need without a partner, all phases, {definition}: {said}."))
    return lines


def _sentence(row: Row) -> str:
    if withheld := withheld_of(row):
        return " ".join(withheld)
    if not row["in_need"]:
        return f"None of {row['schools']:,} schools is in need."
    said = f"{row['in_need']:,} of {row['schools']:,} schools {'is' if row['in_need'] == 1 else 'are'} in need"
    if row["in_need_without_partner"] is None:
        return f"{said}."
    median = "they are too few for a median of partners"
    if row["partners_median"] is not None:
        median = f"the median number of partners is {row['partners_median']:g}"
    nobody = f"{row['in_need_without_partner']:,} of them {'has' if row['in_need_without_partner'] == 1 else 'have'} no partner"
    own = f"{row['partnered_exclusively_1']:,} can have a partner of their own at the same time"
    return f"{said}; {median}; {nobody}; {own}."
