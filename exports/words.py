"""The one place where codes become words, and where the order in which definitions, phases and areas are told is set.

Here stand functions of a code, a date or a year alone; sentences belong to the page, sheet or command that says them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, overload

DEFINITION_ORDER = ("rise",)
"""Today's policy stands first and is what the charts and the cover show; the others follow by name."""

PHASE_ORDER = ("primary", "secondary", "special", "alternative_provision", "nursery", "sixteen_plus")

AREA_ORDER = ("country", "region", "local_authority", "constituency")
"""Types of area, the largest first."""

_HYPHENATED = {"high performing": "high-performing", "semi rural": "semi-rural"}


def order_of(definition: str, phase: str = "") -> tuple[int, str, int]:
    """Give the key by which rows of definitions and phases are ordered."""
    first = DEFINITION_ORDER.index(definition) if definition in DEFINITION_ORDER else len(DEFINITION_ORDER)
    return first, definition, PHASE_ORDER.index(phase) if phase in PHASE_ORDER else len(PHASE_ORDER)


@overload
def in_words(code: str) -> str: ...


@overload
def in_words(code: None) -> None: ...


def in_words(code: str | None) -> str | None:
    """Spell a code: ``alternative_provision`` gets a space, ``newly_high_performing`` and ``semi_rural`` a hyphen, too."""
    if code is None:
        return None
    text = code.replace("_", " ")
    for apart, joined in _HYPHENATED.items():
        text = text.replace(apart, joined)
    return text


def day_in_words(day: date | None, unknown: str = "an unknown date") -> str:
    """Write a day as 1 September 2025; ``unknown``: what is said where there is none."""
    return unknown if day is None else f"{day.day} {day:%B %Y}"


def academic_year(year: int | None, unknown: str = "none landed") -> str:
    """Write the academic year that ends in ``year`` as 2024/25; ``unknown``: what is said where there is none."""
    return unknown if year is None else f"{year - 1}/{year % 100:02d}"


def not_asked_of(row: Mapping[str, Any]) -> list[str]:
    """Of how many schools a row of ``mart.area_summary`` for the country is, and why the others are not asked; none where all are.

    Figures of universal-rise are of 10,212 of 16,743 primary schools. The others are not asked. Of most of these: ...
    """
    if not row["not_asked"]:
        return []
    asked, phase = row["schools"], in_words(str(row["phase"]))
    said = f"Figures of {row['definition']} are of {asked:,} of {asked + row['not_asked']:,} {phase} schools."
    return [f"{said} The others are not asked. {row['not_asked_because']}"]


def withheld_of(row: Mapping[str, Any]) -> list[str]:
    """What is withheld of a row of ``mart.area_summary``, a sentence for each question; none where nothing is.

    Cannot be told: how many primary schools are in need (rise). 418 of 16,791 schools are found, ...
    """
    asked = {"in_need": "in need", "high_performing": "high-performing"}
    return [
        f"Cannot be told: how many {in_words(str(row['phase']))} schools are {words} ({row['definition']}). {because}"
        for question, words in asked.items()
        if (because := row[f"{question}_withheld_because"])
    ]
