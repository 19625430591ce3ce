"""The part of a study's page that shows how the figures move with a threshold or the search radius.

Every number is one of ``mart.sensitivity``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from exports.pages.numbers import NOT_KNOWN, OUR_CHOICE, name_of, one, parameter_in_words, short
from exports.pages.page import Block, Paragraph, Section, Table
from exports.words import in_words
from warehouse.study.reproduction import Reproduction
from warehouse.study.sensitivity import BOTH, SEARCH_RADIUS


def movements_part(found: Reproduction) -> Iterator[Block]:
    """The section."""
    yield Section("How the figures move")
    yield Paragraph(
        "One value is moved at a time, and everything is decided and matched anew; the row in bold is the definition as it stands. "
        "Median: of the high-performing schools near a school in need. Nobody: schools in need with none near."
    )
    if any(None in (row["high_performing_percent"], row["in_need_percent"]) for row in found.headlines):
        yield Paragraph(f"{NOT_KNOWN}: the figure cannot be told, and is withheld at every value.", "note")
    parameters = found.definition.description.parameter
    moved: dict[str, list[dict[str, Any]]] = {}
    for row in found.headlines:
        if row["question"] == BOTH:
            moved.setdefault(row["parameter"], []).append(row)
    if SEARCH_RADIUS in moved:
        radii = ", ".join(f"{short(float(row['search_radius_miles']))} {in_words(row['setting'])}" for row in found.radii)
        yield Section("The search radius", 3)
        yield Paragraph(f"How far from a school in need a partner may be. As defined, in miles: {radii}.")
        yield from _movement("search radius (times the distance as defined)", moved.pop(SEARCH_RADIUS))
    for name in [name for name in moved if parameters[name].source.startswith(OUR_CHOICE)]:
        yield Section(f"{parameter_in_words(name)} (our choice)", 3)
        yield Paragraph(f"{parameters[name].sentence} Unit: {parameters[name].unit}.")
        yield from _movement(parameter_in_words(name).lower(), moved.pop(name))
    yield from _movements_of_others(found, moved)
    yield from _unknowns(found)
    fixed = [name for name in parameters if name not in {row["parameter"] for row in found.headlines}]
    if fixed:
        yield Paragraph(f"Not moved: {'; '.join(parameter_in_words(name) for name in fixed)}.", "note")


_HEADINGS = ("High-performing, %", "In need, %", "Median", "Nobody")


def _movement(by: str, rows: list[dict[str, Any]]) -> Iterator[Table]:
    """A table per phase: the figures at each value."""
    for phase, points in _by_phase(rows).items():
        yield Table(
            f"{name_of(phase)} schools, by {by}",
            ("Value", *_HEADINGS),
            [(short(row["value"]), *_measures(row)) for row in points],
            numbers=frozenset({1, 2, 3, 4}),
            marked=frozenset(place for place, row in enumerate(points) if row["is_as_defined"]),
        )


def _movements_of_others(found: Reproduction, moved: Mapping[str, list[dict[str, Any]]]) -> Iterator[Block]:
    """What others have set, a table per phase: those that change a figure of it when they are moved."""
    if not moved:
        return
    yield Section("What others have set", 3)
    yield Paragraph(
        "Thresholds of the Department, and rules of the study: these are not ours to choose. They are moved to show how much hangs "
        "on them; a value that is not in bold is nobody's rule."
    )
    rows: dict[str, list[dict[str, Any]]] = {}
    for points in moved.values():
        for phase, of_phase in _by_phase(points).items():
            if len({_measures(row) for row in of_phase}) > 1:
                rows.setdefault(phase, []).extend(of_phase)
    for phase, of_phase in rows.items():
        yield Table(
            f"{name_of(phase)} schools, by what others have set",
            ("Threshold or rule", *_HEADINGS),
            [(f"{parameter_in_words(row['parameter'])} {short(row['value'])}", *_measures(row)) for row in of_phase],
            numbers=frozenset({1, 2, 3, 4}),
            marked=frozenset(place for place, row in enumerate(of_phase) if row["is_as_defined"]),
        )
    told = {row["parameter"] for of_phase in rows.values() for row in of_phase}
    if still := [parameter_in_words(name) for name in moved if name not in told]:
        yield Paragraph(
            "Moving these changes none of these figures, as they are shown here, with the files that are held. How many schools "
            f"cannot be decided may move: {'; '.join(still)}."
        )


def _unknowns(found: Reproduction) -> Iterator[Block]:
    """Each fact that is not known as a yes, a table per phase: those that change a figure of it, after the figures as they are."""
    rows = [row for row in found.headlines if row["question"] != BOTH]
    if not rows:
        return
    yield Section("What is not known, as a yes", 3)
    yield Paragraph(
        "As defined, what is not known counts as a no. Here the schools that one missing fact alone leaves open count as in need, "
        "or as high-performing."
    )
    reasons = found.definition.description.reason
    for phase, of_phase in _by_phase(rows).items():
        own = next(row for row in of_phase if row["is_as_defined"])
        changed = [row for row in of_phase if _measures(row) != _measures(own)]
        labels = [f"{in_words(row['question']).capitalize()}: {reasons[row['parameter']].sentence}" for row in changed]
        yield Table(
            f"{name_of(phase)} schools, by what is not known",
            ("Counted as", *_HEADINGS),
            [("As defined", *_measures(own)), *((label, *_measures(row)) for label, row in zip(labels, changed, strict=True))],
            numbers=frozenset({1, 2, 3, 4}),
            marked=frozenset({0}),
        )


def _by_phase(rows: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["phase"], []).append(row)
    return groups


def _measures(row: Mapping[str, Any]) -> tuple[str, ...]:
    """What ``_HEADINGS`` names."""
    return (
        one(row["high_performing_percent"]),
        one(row["in_need_percent"]),
        short(row["partners_median"]),
        short(row["in_need_without_partner"]),
    )
