"""The page that says what became of the schools in need of an earlier vintage: Markdown and HTML.

Every number is one of ``warehouse.time.follow``; here they are only put into words. What is written here is quoted: no sentence
says that help was given, or what it did; a gain is told beside that of schools that began alike, and no group is put before another
by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from exports.pages.chart import Dot, dots
from exports.pages.numbers import NOT_KNOWN, name_of, one
from exports.pages.page import Block, Bullets, Drawing, Page, Paragraph, Section, Table, as_html, as_markdown
from exports.words import academic_year, day_in_words
from transforms.outcomes import DRAWS, FEWEST, NOT_TOLD
from warehouse.licence import OGL, SYNTHETIC_NOTE
from warehouse.time.follow import Followed

NAME = "follow"

_LINKS = {
    "same": "Same URN",
    "successor": "One successor",
    "merged": "Merged",
    "split": "Split",
    "closed": "Closed",
    "left_out": "No longer counted",
    "not_listed": "Not listed",
}
_STATUS = {"in_need": "In need then", "not_in_need": "Not in need then", "undecided": "Could not be decided then"}
_GROUPINGS = {"partners": "number of partners near then", "helper_share": "helper share then"}
_METHODS = {
    "less_band": "same region, setting and tenth of results",
    "less_neighbours": "five nearest by results of the same region and setting",
    "less_near_band": "same region, setting, tenth, and as many near",
}
"""Which schools of the phase, not in need, a school in need is held against."""


def write_follow(found: Followed, folder: Path) -> list[Path]:
    """Write ``follow.html`` and ``follow.md`` into the folder, made where there is none; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    page = page_of(found)
    paths = []
    for suffix, text in ((".html", as_html(page)), (".md", as_markdown(page))):
        path = folder / f"{NAME}{suffix}"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def page_of(found: Followed) -> Page:
    """The page, before it is written in one form or the other."""
    blocks = [*_head(found), Section("In short"), Bullets(list(_in_short(found)))]
    for definition, phase in dict.fromkeys((row["definition"], row["phase"]) for row in found.outcomes):
        blocks += _of_phase(_Phase(found, definition, phase))
    return Page(
        f"What became of the schools in need of {day_in_words(found.earlier.gias_as_at)}",
        [*blocks, *_not_told(found), *_how(found), *_provenance(found)],
    )


class _Phase:
    """The rows of one definition and phase."""

    def __init__(self, found: Followed, definition: str, phase: str) -> None:
        self.found, self.phase = found, phase
        self.title = found.titles[definition]
        self.rows = [row for row in found.outcomes if (row["definition"], row["phase"]) == (definition, phase)]
        self.schools = f"{name_of(phase).lower()} schools"
        self.anchor = f"{definition}-{phase}"

    def row(self, grouping: str, group: str) -> dict[str, Any] | None:
        """The row of a group; None where no school is in it."""
        return next((row for row in self.rows if (row["grouping"], row["help_group"]) == (grouping, group)), None)

    def groups(self, grouping: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """What each group by help is called, and its row, from the least help on; last those of whom it is not told."""
        for group in self.found.groups:
            if group["grouping"] == grouping and (row := self.row(grouping, group["help_group"])):
                yield group["label"], row
        if row := self.row(grouping, NOT_TOLD):
            yield "not told", row

    def statuses(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The same by status."""
        for status, label in _STATUS.items():
            if row := self.row("status", status):
                yield label, row

    @property
    def in_need(self) -> dict[str, Any] | None:
        """The row of the schools in need."""
        return self.row("status", "in_need")

    def beside_others(self, method: str) -> list[tuple[str, float, str, bool]]:
        """Of each group by help of which it is told: its name, by how much it differs from the other schools in need, the same in
        words, and whether the interval leaves out that it does not.
        """
        measure = f"{method}_from_others"
        return [
            (
                label,
                row[f"{measure}_places"],
                f"{label}: {_more(row[f'{measure}_places'])} ({_interval(row, measure)}; {row[f'{measure}_schools']:,} schools)",
                row[f"{measure}_lower"] > 0 or row[f"{measure}_upper"] < 0,
            )
            for grouping in _GROUPINGS
            for label, row in self.groups(grouping)
            # without anybody near both groupings have the same schools
            if row[f"{measure}_places"] is not None and (grouping == "partners" or row["help_group"] != "none")
        ]


def _head(found: Followed) -> Iterator[Block]:
    then, now = found.earlier, found.later
    if then.is_synthetic:
        yield Paragraph(SYNTHETIC_NOTE, "warning")
    yield Paragraph(
        f"Every school of {day_in_words(then.gias_as_at)} was looked for among those of {day_in_words(now.gias_as_at)}. "
        f"Judgements: Ofsted as at {day_in_words(then.ofsted_as_at)} and {day_in_words(now.ofsted_as_at)}. Results: key stage 2 of "
        f"{academic_year(then.ks2_year, 'no year')} and {academic_year(now.ks2_year, 'no year')}, key stage 4 of "
        f"{academic_year(then.ks4_year, 'no year')} and {academic_year(now.ks4_year, 'no year')}."
    )
    yield Paragraph(
        "It is not known which schools were helped, by whom, or how. What stands here is what became of schools that had, or had "
        "not, high-performing schools near them; it does not say why."
    )


def _in_short(found: Followed) -> Iterator[str]:
    for definition, phase in dict.fromkeys((row["definition"], row["phase"]) for row in found.outcomes):
        told = _Phase(found, definition, phase)
        if not (row := told.in_need):
            continue
        yield (
            f"{told.title}, {told.schools}: of {row['schools']:,} in need then, {one(row['followed_percent'])}% go on under their "
            f"URN or as one successor. Judged good or better: {one(row['good_then_percent'])}% then, {_share(row)} now, of "
            f"{row['judged']:,} whose judgement now is known."
        )
        if (value := row["less_band_places"]) is not None:
            yield (
                f"{told.title}, {told.schools}: by their results those in need changed by {_more(value)} than schools not in need "
                f"that began at the same place (95% interval: {_interval(row, 'less_band')})."
            )
        if finding := _finding(told):
            yield f"{told.title}, {told.schools} in need, by what stood near them: {finding}"
    for definition in dict.fromkeys(row["definition"] for row in found.withheld):
        phases = [f"{name_of(row['phase']).lower()} schools" for row in found.withheld if row["definition"] == definition]
        yield (
            f"{found.titles[definition]}, {', '.join(phases)}: cannot be answered, as the earlier files do not tell which "
            "were in need."
        )


def _finding(told: _Phase) -> str | None:
    """Whether schools in need with more help near changed otherwise than the others, each less schools that began alike."""
    plain, as_near = told.beside_others("less_band"), told.beside_others("less_near_band")
    apart, apart_as_near = ([words for _, _, words, is_apart in each if is_apart] for each in (plain, as_near))
    if not plain:
        return None
    if apart_as_near:
        values = [value for label, value, _, _ in as_near if label in {label for label, _ in told.groups("partners")}]
        order = "from fewer partners to more the figures rise" if values == sorted(values) else "there is no steady pattern"
        return (
            f"beside the other schools in need, and matched with schools not in need that had as many near, {len(apart_as_near)} "
            f"of {len(as_near)} groups differ ({'; '.join(apart_as_near)}). By chance one in twenty such intervals excludes 0; "
            f"{order}. Why these differ is not known."
        )
    if apart:
        return (
            f"{len(apart)} of {len(plain)} groups differ from the other schools in need ({'; '.join(apart)}). Matched with schools "
            "not in need that had as many near, no group clearly differs, so that the place may explain it. No sign that nearness "
            "alone went with improvement."
        )
    return (
        f"none of {len(plain)} groups clearly differs from the other schools in need. No sign that nearness alone went with "
        "improvement."
    )


def _of_phase(told: _Phase) -> Iterator[Block]:
    yield Section(f"{told.title}: {told.schools}")
    yield Section("How many could be followed", level=3)
    yield Paragraph(
        "Judgement and results are followed under the same URN, or under that of one successor (an academy, mostly). What came out "
        "of a merger or a split is another school, and is not followed."
    )
    yield Table(
        "Where the schools are now",
        ("Schools", "Then", *_LINKS.values(), "Followed, %"),
        [
            (label, f"{row['schools']:,}", *(f"{row[link]:,}" for link in _LINKS), one(row["followed_percent"]))
            for label, row in (*told.statuses(), *_in_need_by_help(told))
        ],
        numbers=frozenset(range(1, len(_LINKS) + 3)),
        marked=frozenset({0}),
    )
    if not any(row["closed"] for _, row in told.statuses()):
        yield Paragraph(
            "None is told as closed: the later list holds open establishments only, so that one which closed is not listed.", "note"
        )
    yield from _judgements(told)
    yield from _results(told)


def _in_need_by_help(told: _Phase) -> Iterator[tuple[str, dict[str, Any]]]:
    for grouping in _GROUPINGS:
        for label, row in told.groups(grouping):
            # without anybody near both groupings have the same schools
            if grouping == "partners" or row["help_group"] not in ("none", NOT_TOLD):
                yield f"In need, {label}", row


def _judgements(told: _Phase) -> Iterator[Block]:
    yield Section("Judgements", level=3)
    rows = [*told.statuses(), *_in_need_by_help(told)]
    judged = [
        Dot(f"{label}: {_share(row)}", row["good_now_percent"], row["good_now_percent_lower"], row["good_now_percent_upper"])
        for label, row in rows
        if row["judged"] >= FEWEST
    ]
    if judged:
        yield Drawing(
            dots(
                f"{told.anchor}-judgement",
                f"Good or better now, {told.schools}",
                "Share of schools whose latest judgement is good or better, with its 95% interval, by status and help near then.",
                judged,
                unit="%",
            ),
            "Good or better now, with 95% intervals",
        )
    yield Table(
        "Good or better by the latest judgement",
        ("Schools", "Judged", "Inspected since", "Good or better then, %", "Now, %", "95% interval"),
        [
            (
                label,
                f"{row['judged']:,}",
                f"{row['judged_since']:,}",
                *(
                    (
                        one(row["good_then_percent"]),
                        one(row["good_now_percent"]),
                        _span(row["good_now_percent_lower"], row["good_now_percent_upper"]),
                    )
                    if row["judged"] >= FEWEST
                    else (NOT_KNOWN,) * 3
                ),
            )
            for label, row in rows
        ],
        numbers=frozenset({1, 2, 3, 4, 5}),
        marked=frozenset({0}),
    )
    yield Paragraph(
        "Most schools in need then were judged less than good, and most schools in England are good: a school that is inspected "
        "again is likelier to be judged better, whoever is near. Frameworks of inspection have changed between the two dates.",
        "note",
    )


def _results(told: _Phase) -> Iterator[Block]:
    rows = [(label, row) for label, row in (*told.statuses(), *_in_need_by_help(told)) if row["gain_places"] is not None]
    if not rows:
        return
    yield Section("Results", level=3)
    yield Paragraph(
        f"A place is where a school's result stands among those of all {told.schools} of that year, from 0 (the lowest) to 100. "
        "Schools that begin low tend to rise by chance, and others to fall, so that a gain says nothing by itself. It is held "
        "against schools that were not in need and began at the same place, chosen in three ways."
    )
    compared = [(label, row) for label, row in rows if row["less_band_places"] is not None]
    if compared:
        yield Drawing(
            dots(
                f"{told.anchor}-results",
                f"Change in place less that of schools that began alike, {told.schools}",
                f"Compared with {_METHODS['less_band']}, with 95% intervals; the line at 0 is no difference.",
                [
                    Dot(
                        f"{label}: {one(row['less_band_places'])} ({_interval(row, 'less_band')})",
                        row["less_band_places"],
                        row["less_band_lower"],
                        row["less_band_upper"],
                    )
                    for label, row in compared
                ],
                unit=" places",
                zero="as those that began alike",
            ),
            f"Change in place, less that of schools not in need that began alike ({_METHODS['less_band']}), with 95% intervals",
        )
    yield Table(
        "Change in place by results, alone and beside schools not in need that began alike",
        ("Schools", "With results then and now", "Change, places", *(f"Beside: {method}" for method in _METHODS.values())),
        [
            (label, f"{row['gain_schools']:,}", _value(row, "gain"), *(_value(row, method) for method in _METHODS))
            for label, row in rows
        ],
        numbers=frozenset(range(1, 3 + len(_METHODS))),
        marked=frozenset({0}),
    )
    by_help = [(f"{label} ({words})", row) for grouping, words in _GROUPINGS.items() for label, row in told.groups(grouping)]
    if any(row[f"{method}_from_others_places"] is not None for _, row in by_help for method in _METHODS):
        yield Table(
            "Schools in need by what stood near: how much more or less than the other schools in need, each beside such schools",
            ("Schools", *(f"Beside: {method}" for method in _METHODS.values())),
            [(label, *(_value(row, f"{method}_from_others") for method in _METHODS)) for label, row in by_help],
            numbers=frozenset(range(1, 1 + len(_METHODS))),
        )
        yield Paragraph(
            "As many near: schools in need are held against schools not in need that had as many high-performing schools near, so "
            "that what is common to the schools of such places, in need or not, falls out. Fewer schools can be compared so.",
            "note",
        )


def _not_told(found: Followed) -> Iterator[Block]:
    yield Section("What this does not say")
    yield Bullets(
        [
            "Whether a school was helped. High-performing schools near are an opportunity that was there, not help that was given.",
            "Why a school changed. Schools with many good neighbours differ from others in much besides: places, families, "
            "funding, staff. Schools that began alike by results in one region need not be alike in these.",
            "Which group did best. Gains are means of groups with intervals; where two overlap much, none is before the other.",
            "That schools which are not followed did well or badly: they are counted above, and nothing more is told of them.",
            "Anything of one school: results of single years go up and down by chance, most of all in small schools.",
        ]
    )


def _how(found: Followed) -> Iterator[Block]:
    yield Section("How it is made")
    yield Bullets(
        [
            "In need, high-performing: by the definition, as the files of the earlier date tell. Partners: high-performing schools "
            "of its phase near a school in need. Helper share: what of their help falls to it if each shares one unit out among "
            "all that it reaches, so that 3 partners of 6 schools in need come to half a helper each.",
            "Followed: GIAS's links between establishments, told from either side, to the school that is open at the later date.",
            "Good or better: the latest judgement, headline grade or what stands for it, of the school or its predecessor. The "
            "interval is Wilson's.",
            "Results: of key stage 2 the percentage at the expected standard in reading, writing and maths; else Attainment 8.",
            f"Began alike, in three ways, of one phase always: {'; '.join(_METHODS.values())}. The nearest are no more than five "
            "places away. Schools that have none to be held against are left out there.",
            f"Intervals of changes: the middle 95% of {DRAWS:,} draws of whole local authorities, with replacement. Of fewer than "
            f"{FEWEST} schools none is told.",
        ]
    )


def _provenance(found: Followed) -> Iterator[Block]:
    yield Section("Sources")
    yield Paragraph(
        f"Get Information About Schools, Ofsted's management information, key stage 2 and 4 results. {OGL} Earlier: "
        f"{found.earlier.folder.name}; later: {found.later.folder.name}.",
        "note",
    )


def _share(row: dict[str, Any]) -> str:
    return f"{one(row['good_now_percent'])}% ({_span(row['good_now_percent_lower'], row['good_now_percent_upper'])})"


def _more(places: float) -> str:
    return f"{one(abs(places))} places {'less' if places < 0 else 'more'}"


def _value(row: dict[str, Any], measure: str) -> str:
    value = row[f"{measure}_places"]
    return NOT_KNOWN if value is None else f"{one(value)} ({_interval(row, measure)})"


def _interval(row: dict[str, Any], measure: str) -> str:
    return _span(row[f"{measure}_lower"], row[f"{measure}_upper"])


def _span(lower: float | None, upper: float | None) -> str:
    return NOT_KNOWN if lower is None else f"{one(lower)} to {one(upper)}"
