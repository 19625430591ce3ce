"""What the figures do not show, and how the sheets are made, in sentences: for the cover and the notes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from exports.excel.description import Description
from exports.excel.facts import Facts
from exports.excel.scope import COUNTRY
from exports.words import in_words, not_asked_of, withheld_of
from warehouse.licence import LIMITS, OGL
from warehouse.query import Row

EMPTY = (
    "An empty cell is not zero: it says that there is no school in need to count for, that the value is not known, or that it is "
    "withheld, since too much of what it rests on is not known."
)
_NOT_ASSESSED = "A rule that could not be applied to a school counts neither for nor against it"
_FILTERS = (
    "Guidance on accessible spreadsheets advises against both. The sheets that can have hundreds of rows keep them, because their "
    "readers look for their own schools there."
)
_TOO_SMALL = "the rest would be too small to read"
_ORGANISATIONS = (
    "An academy is run by its trust, a maintained school by its local authority, a non-maintained special school or city "
    "technology college by itself; where the trust of an academy is not known, the academy stands alone. By nfer-2017 no school in "
    "a multi-academy trust is in need, since it is supported already: there a trust's need of 0 says nothing of its schools."
)
_NOT_NAMED = (
    "In this edition names and URNs of schools in need are left out, and all that would tell them: links, trusts, dates, "
    "distances, and the lists of their partners and of the organisations that run these."
)


def what_it_is(facts: Facts) -> str:
    """What is looked for, and how far."""
    return (
        "For every school in need: its partners, the high-performing schools of its phase near enough to give support, "
        f"{_reach(facts.settings)}in a straight line."
    )


def untold(facts: Facts) -> str:
    """What is withheld, and of which schools figures are not, of all definitions and phases, in sentences."""
    country = next(scope.code for scope in facts.scopes if scope.kind == COUNTRY)
    rows = facts.cover.get(country, ())
    return "".join(f"{sentence} " for row in rows for sentence in withheld_of(row) or not_asked_of(row))


def _reach(settings: Sequence[Row]) -> str:
    """How far help may come from: within 2 miles of an urban school, 5 of a semi-rural and 10 of a rural one."""
    if not settings:
        return ""
    miles = [f"{row['search_radius_miles']:g}" for row in settings]
    schools = [_with_article(in_words(str(row["setting"]))) for row in settings]
    first = f"within {miles[0]} miles of {schools[0]} school, "
    others = " and ".join(f"{far} of {school}" for far, school in zip(miles[1:], schools[1:], strict=True))
    return f"{first}{others} one, " if others else first


def _with_article(word: str) -> str:
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def _heading_of_not_assessed(facts: Facts) -> str:
    return next(field.heading for field in facts.sheets["summary"].fields if field.column == "area_summary.not_assessed")


def _listed(facts: Facts, is_meant: Callable[[Description], bool]) -> str:
    """The titles of the sheets that are meant, as Partners, Summary and Notes."""
    titles = [sheet.about.title for sheet in facts.sheets.values() if is_meant(sheet.about)]
    return " and ".join(part for part in (", ".join(titles[:-1]), *titles[-1:]) if part)


def notes(facts: Facts) -> list[Row]:
    """The notes, numbered: what each is about, and what it says."""
    mile = f"one mile is {facts.metres_of_a_mile:,} metres"
    said = [
        ("Nearness", f"{what_it_is(facts)} The setting is that of the school in need; {mile}."),
        ("Counting twice", "A high-performing school counts once for every school in need near it."),
        ("Borders", "A school in need counts where it stands; its partners may stand across the border."),
        ("Empty cells", EMPTY),
        ("Not assessed", f'{_NOT_ASSESSED}; the measure "{_heading_of_not_assessed(facts)}" says how many schools this concerns.'),
        (
            "Medians",
            "Medians and means are over the schools in need whose place is known; the column beside them says how many. Of fewer "
            "than five there is none (an empty cell): the counts tell more.",
        ),
        ("Filters and frozen panes", f"{_FILTERS} {_listed(facts, lambda about: not about.is_long)} have neither."),
        ("Colour", "Nothing is told by colour alone: in charts the second series is hatched too, and the table has every figure."),
        ("Numbers", "Numbers are shown rounded; a click on the cell shows them as computed."),
        ("Changes", "A status is compared with that in the folder published before: of the same source, if there is one."),
        ("Limits", LIMITS),
        ("Licence", OGL),
    ]
    said += [("Schools not named", _NOT_NAMED)] if facts.is_anonymous else [("Organisations", _ORGANISATIONS)]
    if printed := _listed(facts, lambda about: about.printed_to is not None):
        said.append(("Print", f"{printed} are printed without their last columns, which are in the sheet: {_TOO_SMALL}."))
    return [{"number": number, "topic": topic, "sentence": sentence} for number, (topic, sentence) in enumerate(said, start=1)]
