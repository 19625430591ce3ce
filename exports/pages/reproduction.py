"""The page that holds a definition's figures against published ones, and says how far that can be trusted: Markdown and HTML.

Every number is one of ``warehouse.study.reproduction``, which takes it from the warehouse; here they are only put into words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from exports.pages.movements import movements_part
from exports.pages.numbers import CANNOT_BE_TOLD, NOT_KNOWN, OUR_CHOICE, name_of, one, parameter_in_words, short, told
from exports.pages.page import Block, Bullets, Page, Paragraph, Section, Table, as_html, as_markdown
from exports.pages.ranges import TITLE as RANGE
from exports.pages.ranges import range_part
from exports.words import academic_year, day_in_words, withheld_of
from warehouse.description import Parameter
from warehouse.licence import LIMITS, OGL, SYNTHETIC_NOTE
from warehouse.study.gaps import Figure, Gap, Leadership
from warehouse.study.reproduction import REGIONS, Comparison, Reproduction


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
    parts = (_in_short, range_part, _beside, _region_by_region, _missing, movements_part, _choices, _provenance)
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
        f"{each.label}: published {_published(each)}, ours {_ours(each)}, and between {_bounds(each)} when what is not known is "
        "left open."
        for each in found.comparisons
        if each.phase is None
    ]
    if (most := found.largest_percent_difference) is not None:
        items.append(f"No share of schools differs from the published one by more than {one(most)} percentage points.")
    items += [
        f"{sentence} Its bounds are given all the same: see “{RANGE}”." for row in found.country for sentence in withheld_of(row)
    ]
    for label, group in _by_label(each for each in found.comparisons if each.measure in ("partners_median", REGIONS)):
        said = [f"{name_of(each.phase).lower()} {_ours(each)} (published: {_published(each)})" for each in group]
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
    for row in _with_high_performing(found):
        phase, only, all_of_them = row["phase"], gap.only_by_this.get(row["phase"], 0), row["high_performing"]
        yield (
            f"{name_of(phase)}: {only:,} of {all_of_them:,} high-performing schools ({one(gap.only_by_this_percent.get(phase))}%) "
            f"count only by this reading; without it {one(gap.percent_without.get(phase))}% of schools are high-performing. "
            f"Of the good schools with high results whose leadership is known, {one(gap.outstanding_percent.get(phase))}% have "
            "outstanding leadership."
        )


def _how_strict(found: Reproduction, gap: Leadership) -> Iterator[str]:
    yield (
        "Our figure is the least that leadership allows: a good school with high results does not count as high-performing where "
        f"it is not known whether its leadership is outstanding. See “{gap.title}”."
    )
    for row in _with_high_performing(found):
        phase, schools = row["phase"], row["schools"]
        most = row["high_performing"] + gap.only_by_this.get(phase, 0)
        yield (
            f"{name_of(phase)}: from {row['high_performing']:,} ({one(row['high_performing_percent'])}%) to {most:,} "
            f"({one(100 * most / schools)}%) schools are high-performing, as none or all of them count."
        )


def _with_high_performing(found: Reproduction) -> list[dict[str, Any]]:
    """The phases whose high-performing schools are told."""
    return [row for row in found.country if row["high_performing"] is not None]


def _beside(found: Reproduction) -> Iterator[Block]:
    yield Section("Beside the published figures")
    for phase in dict.fromkeys(each.phase for each in found.comparisons):
        yield Table(
            f"England, {name_of(phase).lower()} schools" if phase else "England, all phases",
            ("Figure", "Published", "Ours", "Difference", "Between"),
            [
                (each.label, _published(each), _ours(each), _difference(each), _bounds(each))
                for each in found.comparisons
                if each.phase == phase
            ],
            numbers=frozenset({1, 2, 3, 4}),
        )
    if any(each.ours is None for each in found.comparisons):
        yield Paragraph(f"{NOT_KNOWN} is not known from these files: nothing is read as zero because it is not known.", "note")
    yield Paragraph(f"Between: the lower and the upper bound of ours (“{RANGE}”); empty where a figure has none.", "note")
    yield Paragraph("The published shares are whole percentages, so half a percentage point is no difference.", "note")
    yield Paragraph("Sources of the published figures:")
    yield Bullets([f"{source}: {'; '.join(labels)}." for source, labels in _sources(found.comparisons)])


def _region_by_region(found: Reproduction) -> Iterator[Block]:
    yield Section("Region by region")
    said = {each.phase: each for each in found.comparisons if each.measure == REGIONS}
    for country in found.country:
        phase = country["phase"]
        regions = [row for row in found.regions if row["phase"] == phase]
        if withheld := withheld_of(country):
            yield Paragraph(" ".join(withheld))
        else:
            yield Paragraph(_outnumbered(phase, regions, said.get(phase)))
        yield Table(
            f"{name_of(phase)} schools by region",
            ("Region", "High-performing", "In need", "For each in need", "Median near"),
            [
                (
                    row["area_name"],
                    told(row["high_performing"]),
                    told(row["in_need"]),
                    one(row["high_performing_for_each_in_need"]),
                    short(row["partners_median"]),
                )
                for row in [*regions, country]
            ],
            numbers=frozenset({1, 2, 3, 4}),
            marked=frozenset({len(regions)}),
        )


def _outnumbered(phase: str, regions: list[dict[str, Any]], published: Comparison | None) -> str:
    fewer = [row["area_name"] for row in regions if not row["is_high_performing_more"]]
    words = f"{name_of(phase)}: high-performing schools outnumber schools in need in {len(regions) - len(fewer)} of {len(regions)} "
    words += f"regions, not in {', '.join(fewer)}." if fewer else "regions."
    if published:
        holds = "holds" if published.holds else "does not hold"
        words += f" The study says: in {_published(published)}. That {holds} here."
    return words


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
            f"{name_of(phase)} schools for which a rule could not be applied",
            ("Why", "Schools", "% of schools", "Neither"),
            [
                (
                    row["sentence"],
                    f"{row['not_assessed']:,}",
                    one(row["not_assessed_percent"]),
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
        ("Figure", *(name_of(phase) for phase in shown)),
        [(figure.label, *(_value(figure, phase) for phase in shown)) for figure in gap.figures],
        numbers=frozenset(range(1, len(shown) + 1)),
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
        yield Section(parameter_in_words(name), 3)
        yield Paragraph(each.sentence)
        yield Bullets([f"Value: {short(each.value)}", f"Unit: {each.unit}", f"Ground: {each.source}"])
    if official:
        yield Section("Set by others", 3)
        yield Bullets([_official(name, each) for name, each in official.items()])


def _official(name: str, parameter: Parameter) -> str:
    value = short(parameter.value, is_year="year," in parameter.unit)
    return f"{parameter_in_words(name)}: {value} ({parameter.unit}). {parameter.sentence} Source: {parameter.source}."


def _provenance(found: Reproduction) -> Iterator[Block]:
    about = found.refresh
    yield Section("Data, version and licence")
    if about["is_synthetic"]:
        yield Paragraph(SYNTHETIC_NOTE, "warning")
    yield Table(
        "Files that the figures are made from",
        ("What", "Covers", "File", "Rows"),
        [
            (f"{file['title']} ({file['publisher']})", file["covers"] or NOT_KNOWN, file["name"], short(file["rows"]))
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
    return short(each.published)


def _ours(each: Comparison) -> str:
    if each.ours is None:
        return CANNOT_BE_TOLD if each.withheld else NOT_KNOWN
    if each.whole is not None:
        return f"{each.ours:.0f} of {each.whole}"
    return one(each.ours) if each.is_percent else short(each.ours)


def _difference(each: Comparison) -> str:
    if each.holds is not None:
        return "holds" if each.holds else "does not hold"
    if each.difference is None:
        return NOT_KNOWN
    shown = one(each.difference) if each.is_percent else short(each.difference)
    return shown if shown.startswith("−") or not float(each.difference) else f"+{shown}"


def _bounds(each: Comparison) -> str:
    if each.lower is None or each.upper is None:
        return ""
    shown = one if each.is_percent else short
    return f"{shown(each.lower)} and {shown(each.upper)}"


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


def _value(figure: Figure, phase: str) -> str:
    value = figure.values.get(phase)
    return one(value) if figure.unit == "percent" else short(value)
