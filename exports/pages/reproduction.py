"""The page that holds a definition's figures against published ones, and says how far that can be trusted: Markdown and HTML.

Every number is one of ``warehouse.study.reproduction``, which takes it from the warehouse; here they are only put into words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from exports.pages.page import Block, Bullets, Page, Paragraph, Section, Table, as_html, as_markdown
from exports.words import academic_year, day_in_words, in_words
from warehouse.description import Parameter
from warehouse.licence import LIMITS, OGL, SYNTHETIC_NOTE
from warehouse.study.gaps import Figure, Gap, Leadership
from warehouse.study.reproduction import REGIONS, Comparison, Reproduction
from warehouse.study.sensitivity import BOTH, SEARCH_RADIUS

NOT_KNOWN = "–"
OUR_CHOICE = "Our choice"
"""How the source of a parameter begins that no publisher has set."""


def write_reproduction(found: Reproduction, folder: Path) -> list[Path]:
    """Write ``reproduction-<definition>.html`` and ``.md`` into the folder, made where there is none; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    page = page_of(found)
    paths = []
    for suffix, text in ((".html", as_html(page)), (".md", as_markdown(page))):
        path = folder / f"reproduction-{found.definition.name}{suffix}"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def page_of(found: Reproduction) -> Page:
    """The page, before it is written in one form or the other."""
    parts = (_in_short, _beside, _region_by_region, _missing, _movements, _choices, _provenance)
    return Page(
        f"{found.definition.description.title}: our figures beside the published ones",
        [*_head(found), *(block for part in parts for block in part(found))],
    )


def _head(found: Reproduction) -> Iterator[Block]:
    about = found.refresh
    if about["is_synthetic"]:
        yield Paragraph(SYNTHETIC_NOTE, "warning")
    yield Paragraph(found.definition.description.sentence)
    yield Paragraph(
        f"Schools as at {day_in_words(about['gias_as_at'])}, Ofsted as at {day_in_words(about['ofsted_as_at'])}, "
        f"key stage 2 results of {academic_year(about['ks2_year'], 'no year')}, key stage 4 "
        f"results of {academic_year(about['ks4_year'], 'no year')}."
    )


def _in_short(found: Reproduction) -> Iterator[Block]:
    yield Section("In short")
    items = [
        f"{each.label}: published {_published(each)}, ours {_ours(each)} ({_difference(each)})."
        for each in found.comparisons
        if each.phase is None
    ]
    if (most := found.largest_percent_difference) is not None:
        items.append(f"No share of schools differs from the published one by more than {_one(most)} percentage points.")
    for label, group in _by_label(each for each in found.comparisons if each.measure in ("partners_median", REGIONS)):
        said = [f"{_name(each.phase).lower()} {_ours(each)} (published: {_published(each)})" for each in group]
        items.append(f"{label}: {', '.join(said)}.")
    items.append(
        "That totals agree is no proof that the same schools are counted: two lists of one length can differ. The study names no "
        "school, so this cannot be tested."
    )
    for gap in found.gaps:
        if isinstance(gap, Leadership):
            items += _how_generous(found, gap) if gap.is_counted else _how_strict(found, gap)
    yield Bullets(items)


def _how_generous(found: Reproduction, gap: Leadership) -> Iterator[str]:
    yield (
        "Our reading is generous: a good school with high results counts as high-performing although it is not known whether its "
        f"leadership is outstanding. How near our shares come to the published ones rests on this: see “{gap.title}”."
    )
    for row in found.country:
        phase, only, all_of_them = row["phase"], gap.only_by_this.get(row["phase"], 0), row["high_performing"]
        yield (
            f"{_name(phase)}: {only:,} of {all_of_them:,} high-performing schools ({_one(gap.only_by_this_percent.get(phase))}%) "
            f"count only by this reading; without it {_one(gap.percent_without.get(phase))}% of schools are high-performing. "
            f"Of the good schools with high results whose leadership is known, {_one(gap.outstanding_percent.get(phase))}% have "
            "outstanding leadership."
        )


def _how_strict(found: Reproduction, gap: Leadership) -> Iterator[str]:
    yield (
        "Our figure is a lower bound: a good school with high results does not count as high-performing where it is not known "
        f"whether its leadership is outstanding. See “{gap.title}”."
    )
    for row in found.country:
        phase, schools = row["phase"], row["schools"]
        most = row["high_performing"] + gap.only_by_this.get(phase, 0)
        yield (
            f"{_name(phase)}: from {row['high_performing']:,} ({_one(row['high_performing_percent'])}%) to {most:,} "
            f"({_one(100 * most / schools)}%) schools are high-performing, as none or all of them count."
        )


def _beside(found: Reproduction) -> Iterator[Block]:
    yield Section("Beside the published figures")
    for phase in dict.fromkeys(each.phase for each in found.comparisons):
        yield Table(
            f"England, {_name(phase).lower()} schools" if phase else "England, all phases",
            ("Figure", "Published", "Ours", "Difference"),
            [(each.label, _published(each), _ours(each), _difference(each)) for each in found.comparisons if each.phase == phase],
            numbers=frozenset({1, 2, 3}),
        )
    if any(each.ours is None for each in found.comparisons):
        yield Paragraph(f"{NOT_KNOWN} cannot be told from these files: nothing is read as zero because it is not known.", "note")
    yield Paragraph("The published shares are whole percentages, so half a percentage point is no difference.", "note")
    yield Paragraph("Sources of the published figures:")
    yield Bullets([f"{source}: {'; '.join(labels)}." for source, labels in _sources(found.comparisons)])


def _region_by_region(found: Reproduction) -> Iterator[Block]:
    yield Section("Region by region")
    said = {each.phase: each for each in found.comparisons if each.measure == REGIONS}
    for country in found.country:
        phase = country["phase"]
        regions = [row for row in found.regions if row["phase"] == phase]
        fewer = [row["area_name"] for row in regions if not row["is_high_performing_more"]]
        words = (
            f"{_name(phase)}: high-performing schools outnumber schools in need in {len(regions) - len(fewer)} of {len(regions)} "
        )
        words += f"regions, not in {', '.join(fewer)}." if fewer else "regions."
        if phase in said:
            words += (
                f" The study says: in {_published(said[phase])}. That {'holds' if said[phase].holds else 'does not hold'} here."
            )
        yield Paragraph(words)
        yield Table(
            f"{_name(phase)} schools by region",
            ("Region", "High-performing", "In need", "For each in need", "Median near"),
            [
                (
                    row["area_name"],
                    f"{row['high_performing']:,}",
                    f"{row['in_need']:,}",
                    _one(row["high_performing_for_each_in_need"]),
                    _short(row["partners_median"]),
                )
                for row in [*regions, country]
            ],
            numbers=frozenset({1, 2, 3, 4}),
            marked=frozenset({len(regions)}),
        )


def _missing(found: Reproduction) -> Iterator[Block]:
    yield Section("What is missing, and what it does")
    phases = [row["phase"] for row in found.country]
    if not found.gaps:
        yield Paragraph("Nothing that the rules of this definition read is missing.")
    for gap in found.gaps:
        yield from _gap(gap, phases)
    yield Section("Rules that could not be applied", 3)
    yield Paragraph("Not assessed is not a no: these schools may or may not be what the rule asks for.")
    for phase in phases:
        rows = [row for row in found.coverage if row["phase"] == phase]
        yield Table(
            f"{_name(phase)} schools for which a rule could not be applied",
            ("Why", "Schools", "% of schools", "Neither"),
            [
                (
                    row["sentence"],
                    f"{row['not_assessed']:,}",
                    _one(row["not_assessed_percent"]),
                    f"{row['not_assessed_and_neither']:,}",
                )
                for row in rows
            ],
            numbers=frozenset({1, 2, 3}),
        )
    yield Paragraph("Neither: of these, neither in need nor high-performing by another rule.", "note")


def _gap(gap: Gap, phases: list[str]) -> Iterator[Block]:
    yield Section(gap.title, 3)
    yield Paragraph(f"{gap.missing} {gap.effect}")
    shown = [phase for phase in phases if any(phase in figure.values for figure in gap.figures)]
    yield Table(
        gap.title,
        ("Figure", *(_name(phase) for phase in shown)),
        [(figure.label, *(_value(figure, phase) for phase in shown)) for figure in gap.figures],
        numbers=frozenset(range(1, len(shown) + 1)),
    )


def _movements(found: Reproduction) -> Iterator[Block]:
    yield Section("How the figures move")
    yield Paragraph(
        "One value is moved at a time, and everything is decided and matched anew; the row in bold is the definition as it stands. "
        "Median: of the high-performing schools near a school in need. Nobody: schools in need with none near."
    )
    parameters = found.definition.description.parameter
    moved: dict[str, list[dict[str, Any]]] = {}
    for row in found.headlines:
        if row["question"] == BOTH:
            moved.setdefault(row["parameter"], []).append(row)
    if SEARCH_RADIUS in moved:
        radii = ", ".join(f"{_short(float(row['search_radius_miles']))} {in_words(row['setting'])}" for row in found.radii)
        yield Section("The search radius", 3)
        yield Paragraph(f"How far from a school in need a partner may be. As defined, in miles: {radii}.")
        yield from _movement("search radius (times the distance as defined)", moved.pop(SEARCH_RADIUS))
    for name in [name for name in moved if parameters[name].source.startswith(OUR_CHOICE)]:
        yield Section(f"{_words(name)} (our choice)", 3)
        yield Paragraph(f"{parameters[name].sentence} Unit: {parameters[name].unit}.")
        yield from _movement(_words(name).lower(), moved.pop(name))
    yield from _official_movements(found, moved)
    yield from _unknowns(found)
    fixed = [name for name in parameters if name not in {row["parameter"] for row in found.headlines}]
    if fixed:
        yield Paragraph(f"Not moved: {'; '.join(_words(name) for name in fixed)}.", "note")


_HEADINGS = ("High-performing, %", "In need, %", "Median", "Nobody")


def _movement(by: str, rows: list[dict[str, Any]]) -> Iterator[Table]:
    """A table per phase: the figures at each value."""
    for phase, points in _by_phase(rows).items():
        yield Table(
            f"{_name(phase)} schools, by {by}",
            ("Value", *_HEADINGS),
            [(_short(row["value"]), *_measures(row)) for row in points],
            numbers=frozenset({1, 2, 3, 4}),
            marked=frozenset(place for place, row in enumerate(points) if row["is_as_defined"]),
        )


def _official_movements(found: Reproduction, moved: Mapping[str, list[dict[str, Any]]]) -> Iterator[Block]:
    """The official thresholds, a table per phase: those that change a figure of it when they are moved."""
    if not moved:
        return
    yield Section("Official thresholds", 3)
    yield Paragraph("These are not ours to choose; they are moved to show how much hangs on them.")
    rows: dict[str, list[dict[str, Any]]] = {}
    for points in moved.values():
        for phase, of_phase in _by_phase(points).items():
            if len({_measures(row) for row in of_phase}) > 1:
                rows.setdefault(phase, []).extend(of_phase)
    for phase, of_phase in rows.items():
        yield Table(
            f"{_name(phase)} schools, by official threshold",
            ("Threshold", *_HEADINGS),
            [(f"{_words(row['parameter'])} {_short(row['value'])}", *_measures(row)) for row in of_phase],
            numbers=frozenset({1, 2, 3, 4}),
            marked=frozenset(place for place, row in enumerate(of_phase) if row["is_as_defined"]),
        )
    told = {row["parameter"] for of_phase in rows.values() for row in of_phase}
    if still := [_words(name) for name in moved if name not in told]:
        yield Paragraph(f"Moving these changes none of the figures with the files that are held: {'; '.join(still)}.")


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
            f"{_name(phase)} schools, by what is not known",
            ("Counted as", *_HEADINGS),
            [("As defined", *_measures(own)), *((label, *_measures(row)) for label, row in zip(labels, changed, strict=True))],
            numbers=frozenset({1, 2, 3, 4}),
            marked=frozenset({0}),
        )


def _choices(found: Reproduction) -> Iterator[Block]:
    parameters = found.definition.description.parameter
    ours = {name: each for name, each in parameters.items() if each.source.startswith(OUR_CHOICE)}
    official = {name: each for name, each in parameters.items() if name not in ours}
    yield Section("What was chosen, and why")
    if ours:
        yield Paragraph(
            "Where the study gives no threshold, one had to be chosen. Each is set on the ground stated with it; the published "
            "totals are a check of the whole, and the section before shows what each choice moves."
        )
    for name, each in ours.items():
        yield Section(_words(name), 3)
        yield Paragraph(each.sentence)
        yield Bullets([f"Value: {_short(each.value)}", f"Unit: {each.unit}", f"Ground: {each.source}"])
    if official:
        yield Section("Set by others", 3)
        yield Bullets([_official(name, each) for name, each in official.items()])


def _official(name: str, parameter: Parameter) -> str:
    value = _short(parameter.value, is_year="year," in parameter.unit)
    return f"{_words(name)}: {value} ({parameter.unit}). {parameter.sentence} Source: {parameter.source}."


def _provenance(found: Reproduction) -> Iterator[Block]:
    about = found.refresh
    yield Section("Data, version and licence")
    if about["is_synthetic"]:
        yield Paragraph(SYNTHETIC_NOTE, "warning")
    yield Table(
        "Files that the figures are made from",
        ("What", "Covers", "File", "Rows"),
        [
            (f"{file['title']} ({file['publisher']})", file["covers"] or NOT_KNOWN, file["name"], _short(file["rows"]))
            for file in found.files
        ],
        numbers=frozenset({3}),
    )
    yield Paragraph(
        f"Definition {found.definition.name}, after {found.definition.description.source}. Made by schoolmatch "
        f"{about['code_version']} with DuckDB {about['duckdb_version']} in the refresh of "
        f"{day_in_words(about['started_at'])}, from {about['schools']:,} schools."
    )
    yield Paragraph(LIMITS)
    yield Paragraph(OGL)


def _published(each: Comparison) -> str:
    if isinstance(each.published, str):
        return {"every": "every region", "most": "most regions"}[each.published]
    return _short(each.published)


def _ours(each: Comparison) -> str:
    if each.ours is None:
        return NOT_KNOWN
    if each.whole is not None:
        return f"{each.ours:.0f} of {each.whole}"
    return _one(each.ours) if each.is_percent else _short(each.ours)


def _difference(each: Comparison) -> str:
    if each.holds is not None:
        return "holds" if each.holds else "does not hold"
    if each.difference is None:
        return NOT_KNOWN
    shown = _one(each.difference) if each.is_percent else _short(each.difference)
    return shown if shown.startswith("−") or not float(each.difference) else f"+{shown}"


def _by_label(comparisons: Iterable[Comparison]) -> Iterator[tuple[str, list[Comparison]]]:
    groups: dict[str, list[Comparison]] = {}
    for each in comparisons:
        groups.setdefault(each.label, []).append(each)
    yield from groups.items()


def _sources(comparisons: Iterable[Comparison]) -> Iterator[tuple[str, list[str]]]:
    groups: dict[str, dict[str, None]] = {}
    for each in comparisons:
        groups.setdefault(each.source, {})[each.label[:1].lower() + each.label[1:]] = None
    yield from ((source, list(labels)) for source, labels in groups.items())


def _by_phase(rows: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["phase"], []).append(row)
    return groups


def _measures(row: Mapping[str, Any]) -> tuple[str, ...]:
    """What ``_HEADINGS`` names."""
    return (
        _one(row["high_performing_percent"]),
        _one(row["in_need_percent"]),
        _short(row["partners_median"]),
        _short(row["in_need_without_partner"]),
    )


def _value(figure: Figure, phase: str) -> str:
    value = figure.values.get(phase)
    return _one(value) if figure.unit == "percent" else _short(value)


def _one(value: float | None) -> str:
    """With one decimal."""
    return NOT_KNOWN if value is None else f"{value:,.1f}".replace("-", "−")


def _short(value: float | None, *, is_year: bool = False) -> str:
    """With as many decimals as it has, two at most."""
    if value is None:
        return NOT_KNOWN
    shown = f"{value:.2f}" if is_year else f"{value:,.2f}"
    return shown.rstrip("0").rstrip(".").replace("-", "−")


def _name(code: str | None) -> str:
    """A phase or a setting as a word."""
    return in_words(code or "").capitalize()


def _words(parameter: str) -> str:
    """A parameter's name in words: Floor KS2 reading progress."""
    names = {
        "ks2": "KS2",
        "ks4": "KS4",
        "rwm": "reading, writing and maths",
        "progress8": "Progress 8",
        "level4": "level 4",
        "gcses": "GCSEs",
    }
    words = [names.get(word, word) for word in parameter.split("_")]
    return " ".join([words[0].capitalize(), *words[1:]])
