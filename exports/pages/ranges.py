"""The part of a study's page that shows each total as a range, with the steps it is made of: in words, tables and a chart.

Every number is one of ``warehouse.study.ranges``.
"""

from __future__ import annotations

from collections.abc import Iterator

from exports.pages.chart import Bar, Mark, steps
from exports.pages.numbers import CANNOT_BE_TOLD, NOT_KNOWN, name_of, one, short
from exports.pages.page import Block, Bullets, Drawing, Paragraph, Section, Table
from exports.words import day_in_words, in_words
from warehouse.study.ranges import Range, Rung
from warehouse.study.reproduction import Comparison, Reproduction

TITLE = "A range, not a number"

_TOTALS = {
    "lower_dated": "Lower bound at any date",
    "lower": "Lower bound",
    "found": "Found",
    "upper_official": "Upper bound by the official counts",
    "upper": "Upper bound",
    "upper_dated": "Upper bound at any date",
}
_NAMES = {"in_need": "Schools in need", "high_performing": "High-performing schools"}


def range_part(found: Reproduction) -> Iterator[Block]:
    """The section."""
    yield Section(TITLE)
    yield Paragraph(
        "The files do not tell all that the rules read. So each total is a range: from the schools that count whatever is not "
        "known (lower bound) to all that might count (upper bound). Each school in between stands at one "
        "step, which names what is not "
        "known of it, so the steps add up. No reading is chosen because it meets a published figure."
    )
    yield _overview(found)
    yield Bullets([*_where_the_published_lie(found), *_official_counts(found), *_date(found), *_outside(found)])
    for each in found.ranges:
        yield from _steps_of(found, each)


def _overview(found: Reproduction) -> Table:
    rows = []
    for each in found.ranges:
        for phase in [None, *each.schools]:
            whole = each.all_schools(phase)
            is_percent = phase is not None
            values = (
                None if _is_withheld(found, each.question, phase) else each.found_of(phase),
                each.lower(phase),
                each.upper(phase, official=True) if each.is_bounded_officially else None,
                each.upper(phase),
                each.lower(phase, dated=True),
                each.upper(phase, dated=True),
            )
            shown = [NOT_KNOWN if value is None else one(100 * value / whole) if is_percent else short(value) for value in values]
            if values[0] is None:
                shown[0] = CANNOT_BE_TOLD
            published = _published(found, each.question, phase)
            label = f"{_NAMES[each.question]}, {in_words(phase)}, %" if phase else _NAMES[each.question]
            rows.append(
                (label, NOT_KNOWN if published is None else short(_number(published)), *shown[:4], f"{shown[4]} to {shown[5]}")
            )
    return Table(
        "Each total with its bounds",
        (
            "Figure",
            "Published",
            "Found",
            "Lower bound",
            "Upper bound by the official counts",
            "Upper bound",
            "At any date of the inspections",
        ),
        rows,
        numbers=frozenset(range(1, 7)),
        marked=frozenset(place for place, row in enumerate(rows) if row[0] in _NAMES.values()),
    )


def _where_the_published_lie(found: Reproduction) -> Iterator[str]:
    bounded = [each for each in found.comparisons if each.is_within is not None]
    outside = [each for each in bounded if not each.is_within]
    if outside:
        said = [
            f"{each.label} ({name_of(each.phase).lower()}): {short(_number(each))}, ours {one(each.lower)} to {one(each.upper)}"
            for each in outside
        ]
        yield f"Of {len(bounded)} published figures {len(bounded) - len(said)} lie between the bounds. Not so: {'; '.join(said)}."
    elif bounded:
        yield (
            f"All {len(bounded)} published counts and shares of schools lie between the lower and the upper bound. That is no "
            "proof of our reading: a wide range holds much."
        )


def _official_counts(found: Reproduction) -> Iterator[str]:
    published = {(each.measure, each.phase): each for each in found.comparisons}
    need = next(each for each in found.ranges if each.question == "in_need")
    for phase, floor, coasting in (
        ("primary", "below_floor_ks2", "coasting_ks2"),
        ("secondary", "below_floor_ks4", "coasting_ks4"),
    ):
        counts = [published.get((measure, phase)) for measure in (floor, coasting, f"{floor}+{coasting}")]
        if phase not in need.schools or None in counts:
            continue
        below, slow, both = (each for each in counts if each is not None)
        at_most = _number(slow) - _number(both)
        ours = NOT_KNOWN if below.ours is None else f"{below.ours:,.0f}"
        opened = sum(step.of(phase) for step in need.steps if step.is_upper and step.name.startswith("coasting"))
        yield (
            f"{name_of(phase)} schools of 2016, by the Department: {_number(below):,.0f} below the floor standard (found here: "
            f"{ours}), {_number(slow):,.0f} coasting, {_number(both):,.0f} both. So coasting alone brings at most "
            f"{at_most:,.0f} schools into need; here {opened:,} are open by it alone. How many of the "
            f"{at_most:,.0f} are in need for another reason "
            "is not public, so none is taken off."
        )


def _date(found: Reproduction) -> Iterator[str]:
    if found.study_date:
        yield (
            f"{found.study_date['why']} So its inspections are taken to stand as at "
            f"{day_in_words(found.study_date['inspections_from'])} or later. That is our choice, and an older "
            "file cannot be ruled out. The file held here is of "
            f"{day_in_words(found.refresh['ofsted_as_at'])} and tells one judgement a school. The step of the date counts every "
            "school judged between the two days as if its judgement before might have been any: far more schools "
            "than can have changed."
        )


def _outside(found: Reproduction) -> Iterator[str]:
    """What no step holds."""
    titles = [each.title for each in found.gaps if not each.has_steps]
    if titles:
        listed = "; ".join(f"“{title}”" for title in titles)
        yield f"Not in it, since the files leave it open for no school or for every one: {listed}. What each can do is told below."
    yield "Nor is what “high” results are: a choice and not a gap. “How the figures move” shows what it moves."


def _steps_of(found: Reproduction, each: Range) -> Iterator[Block]:
    label = _NAMES[each.question]
    phases = [*each.schools]
    rungs = {phase: list(each.rungs(phase)) for phase in [*phases, None]}
    yield Section(f"{label}: the steps", 3)
    withheld = [_is_withheld(found, each.question, phase) for phase in phases]
    lines = [rung for rung in rungs[None] if not (any(withheld) and rung.name == "found")]
    published = _published(found, each.question, None)
    yield Drawing(
        steps(
            f"steps-{each.question}",
            f"{label}, all phases: from the lower to the upper bound",
            "; ".join(_said(rung) for rung in lines)
            + (f"; published: {short(_number(published))}" if published else "")
            + ". The same numbers stand in the table below.",
            [Bar(_said(rung), rung.start, rung.end, is_step=rung.step is not None) for rung in lines],
            Mark(f"Published: {short(_number(published))}", _number(published)) if published else None,
        )
    )
    rows = []
    for place, rung in enumerate(rungs[None]):
        sizes = [rungs[phase][place].size for phase in [*phases, None]]
        shown = [f"{'+' if rung.step else ''}{size:,}" for size in sizes]
        if rung.name == "found":
            shown = [CANNOT_BE_TOLD if hidden else text for hidden, text in zip([*withheld, any(withheld)], shown, strict=True)]
        rows.append((_label(rung), *shown))
    yield Table(
        f"{label}: from the lower to the upper bound",
        ("Step", *(name_of(phase) for phase in phases), name_of(None)),
        rows,
        numbers=frozenset(range(1, len(phases) + 2)),
        marked=frozenset(place for place, rung in enumerate(rungs[None]) if rung.step is None),
    )
    sentences = dict.fromkeys(f"{rung.step.label}: {_small(rung.step.sentence)}" for rung in rungs[None] if rung.step)
    yield Bullets(list(sentences))


def _said(rung: Rung) -> str:
    return f"{_label(rung)}: {'+' if rung.step else ''}{rung.size:,}"


def _label(rung: Rung) -> str:
    """A step on the lower side of the high-performing names what is not known of the school's need."""
    if rung.step is None:
        return _TOTALS[rung.name]
    is_of_need = not rung.step.is_upper and rung.name != "date"
    return f"In need perhaps: {_small(rung.step.label)}" if is_of_need else rung.step.label


def _is_withheld(found: Reproduction, question: str, phase: str | None) -> bool:
    return any(row[f"{question}_withheld_because"] for row in found.country if phase in (None, row["phase"]))


def _published(found: Reproduction, question: str, phase: str | None) -> Comparison | None:
    measure = question if phase is None else f"{question}_percent"
    return next((each for each in found.comparisons if (each.measure, each.phase) == (measure, phase)), None)


def _number(each: Comparison) -> float:
    if isinstance(each.published, str):
        raise TypeError(f"{each.measure} is no number")
    return each.published


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]
