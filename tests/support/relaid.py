"""A drop folder's files under the publishers' genuine headers, as the pretend publisher serves them: every column, in their order.

The folder is the sample's, or one with national data; only what has another header is written anew. A cell is what the sample has
under the same heading, else under the heading that the sample's vintage has for the same column of ours; where the sample knows
nothing it is blank. Encodings and line ends are the publishers'.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import chain
from operator import itemgetter
from pathlib import Path

from tests.support.headers import FOLDER, read_headers
from transforms.layouts import Layout, layout_for
from transforms.layouts.results import KS2, KS4

COPIES = {
    "gias_establishment": "gias",
    "gias_link": "gias-2021",
    "gias_group": "gias-2026",
    "ofsted_inspection": "2025-08",
    "ks2_result": "long-api",
    "ks4_result": "long-2024",
}
"""Under which header a kind is served. Of the history of memberships no whole one is known: it is served as the sample has it."""

RESULTS = "ks2_school_attainment_data.csv"
COHORTS = "ks2_school_information_data.csv"
WIDE = "england_ks"

GROUPS = {
    "sex": ("Boys", "Girls"),
    "disadvantage_status": ("Disadvantaged", "Not known to be disadvantaged"),
    "first_language": ("Known or believed to be English", "Known or believed to be other than English"),
    "prior_attainment": ("Low", "Middle", "High"),
    "mobility": ("Mobile", "Non-mobile"),
}
"""What the results of 2024/25 at key stage 4 are broken down by, each in a column of its own, and into what."""


def write_relaid(sample: Path, folder: Path) -> Path:
    """A folder like the sample with every file under its genuine header, and the data set of pupils that belongs to the results.

    A file that has it already is a link. The years of key stage 2 are one data set, as the publisher's API has them; the wide
    tables of former years are left out: nobody serves them, a person puts them into the live folder.
    """
    years: list[bytes] = []
    for path in sorted((path for path in sample.rglob("*") if path.is_file()), reverse=True):
        layout, to = layout_for(path.name), folder / path.relative_to(sample)
        if path.name == RESULTS:
            years.append(path.read_bytes())
        elif not path.name.startswith(WIDE):
            to.parent.mkdir(parents=True, exist_ok=True)
            content = path.read_bytes() if layout and layout.kind in COPIES else b""
            if layout and content and not _has(content, _as_published(layout.kind, COPIES[layout.kind])):
                to.write_bytes(relaid(content, layout, COPIES[layout.kind]))
            else:
                to.symlink_to(path.resolve())
    (folder / "ks2").mkdir()
    (folder / "ks2" / RESULTS).write_bytes(_one_file(relaid(each, KS2, COPIES[KS2.kind]) for each in years))
    (folder / "ks2" / COHORTS).write_bytes(_one_file(cohorts(each) for each in years))
    return folder


def relaid(content: bytes, layout: Layout, copy: str) -> bytes:
    """A file's rows under another header of its kind."""
    header = next(each for each in read_headers() if (each.kind, each.copy) == (layout.kind, copy))
    headings, rows = _table(content, layout)
    ours = {found[0]: column for column in layout.columns if (found := column.heading(header.vintage))}
    source = next(vintage for vintage in layout.vintages if set(layout.needed(vintage)) <= set(headings))
    theirs = {heading: found[0] for heading, column in ours.items() if (found := column.heading(source))}
    known = [heading if heading in headings else theirs.get(heading) for heading in header.headings]
    fixed = {"version": "Revised", "time_identifier": "Academic year", "country_code": "E92000001", "country_name": "England"}
    # a row's own cells, then what is fixed, then a blank for what nobody knows
    told = {heading: place for place, heading in enumerate([*headings, *(each for each in fixed if each not in headings)])}
    places = [told.get(place or heading, -1) for heading, place in zip(header.headings, known, strict=True)]
    rest = [*(fixed[each] for each in fixed if each not in headings), ""]
    lines = (itemgetter(*places)([*row, *rest]) for row in rows)
    return _written(chain([_as_published(layout.kind, copy)], lines), is_utf8=layout.group in ("ks2", "ks4"))


def cohorts(results: bytes) -> bytes:
    """The number of pupils of each school and year, which the results of the API have not: as the second data set has it."""
    (header,) = (each for each in read_headers() if each.kind == "ks2_cohort")
    lines = [
        [
            {"time_period": row["time_period"], "geographic_level": "School", "school_urn": row["school_urn"], "version": "Revised",
             "school_laestab": row["school_laestab"], "telig": row["pupil_count"]}.get(heading, "")
            for heading in header.headings
        ]
        for row in csv.DictReader(io.StringIO(results.decode("utf-8-sig"), newline=""))
        if row["geographic_level"] == "School" and row["breakdown"] == "Total" and row["subject"] == "Reading, writing and maths"
    ]  # fmt: skip
    return _written([_as_published("ks2_cohort", header.copy), *lines], is_utf8=True)


def with_groups(content: bytes) -> bytes:
    """The results of key stage 4 as the file of 2024/25 has them: three years, and groups of each school beside all its pupils.

    The newest year is the one that is given. What is told of the years before, and of a group, is of no school: it must not count.
    """
    heading, *rows = csv.reader(io.StringIO(relaid(content, KS4, "long-2025").decode("utf-8-sig"), newline=""))
    place = {each: number for number, each in enumerate(heading)}
    topics = [place[topic] for topic in ("breakdown_topic", "breakdown", *GROUPS)]
    told = [place[each] for each in ("attainment8_average", "progress8_average", "engmath_95_percent")]
    lines = []
    for row in rows:
        for topic in topics:
            row[topic] = "Total"
        for years_before in range(3):
            year = str(int(row[place["time_period"]]) - 101 * years_before)
            for topic, group in [("Total", "Total"), *((topic, group) for topic, groups in GROUPS.items() for group in groups)]:
                line = row.copy()
                line[place["time_period"]] = year
                if topic in GROUPS:
                    line[place["breakdown_topic"]], line[place["breakdown"]], line[place[topic]] = topic, group, group
                if years_before or topic in GROUPS:
                    for each in told:
                        line[each] = "1"
                lines.append(line)
    return _written([heading, *lines], is_utf8=True)


def _has(content: bytes, heading: list[str]) -> bool:
    """Whether a file has that very header, in its first rows."""
    start = content[:50_000].decode("cp1252", errors="replace")
    return heading in list(csv.reader(io.StringIO(start, newline="")))[:5]


def _one_file(parts: Iterable[bytes]) -> bytes:
    """Files of one header as one."""
    first, *rest = parts
    return b"".join([first, *(part.partition(b"\n")[2] for part in rest)])


def _table(content: bytes, layout: Layout) -> tuple[list[str], list[list[str]]]:
    """The headings, and the rows below them, each as long as the headings."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    table = list(csv.reader(io.StringIO(text, newline="")))
    start = next(number for number, row in enumerate(table) if set(layout.header_has) & set(row))
    headings = [" ".join(heading.split()) for heading in table[start]]
    width = len(headings)
    return headings, [[*row[:width], *[""] * (width - len(row))] for row in table[start + 1 :]]


def _as_published(kind: str, copy: str) -> list[str]:
    """The header with its spaces as they are."""
    with (FOLDER / kind / f"{copy}.csv").open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def _written(rows: Iterable[Sequence[str]], *, is_utf8: bool) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n" if is_utf8 else "\r\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig" if is_utf8 else "cp1252")
