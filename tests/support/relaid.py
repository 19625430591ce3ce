"""The sample's files under the publishers' genuine headers, as the pretend publisher serves them: every column, in their order.

A cell is what the sample has under the same heading, else under the heading that the sample's vintage has for the same column of
ours; where the sample knows nothing it is blank. Encodings and line ends are the publishers'.
"""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path, PurePosixPath

from tests.support.headers import FOLDER, read_headers
from transforms.layouts import Layout, layout_for

COPIES = {
    "gias_establishment": "gias",
    "gias_link": "gias-2021",
    "gias_group": "gias-2026",
    "ofsted_inspection": "2025-08",
    "ks2_result": "long-api",
    "ks4_result": "long-2024",
}
"""Under which header a kind is served. Of the history of memberships no whole one is known: it is served as the sample has it."""

COHORTS = "ks2_school_information_data.csv"


def write_relaid(sample: Path, folder: Path) -> Path:
    """A copy of the sample with every file under its genuine header, and the data set of pupils that belongs to the results."""
    shutil.copytree(sample, folder)
    for path in sorted(folder.rglob("*.csv")):
        layout = layout_for(path.name)
        if layout and layout.kind in COPIES:
            content, name = path.read_bytes(), path.relative_to(folder).as_posix()
            path.write_bytes(relaid(content, name, layout, COPIES[layout.kind]))
            if layout.kind == "ks2_result":
                (path.parent / COHORTS).write_bytes(cohorts(content))
    return folder


def relaid(content: bytes, name: str, layout: Layout, copy: str) -> bytes:
    """A file's rows under another header of its kind."""
    header = next(each for each in read_headers() if (each.kind, each.copy) == (layout.kind, copy))
    rows = _rows(content, layout)
    source = layout.read(content, name).vintage
    ours = {found[0]: column for column in layout.columns if (found := column.heading(header.vintage))}
    theirs = {heading: found[0] for heading, column in ours.items() if (found := column.heading(source))}
    known = [heading if heading in rows[0] else theirs.get(heading) for heading in header.headings]
    fixed = {"version": "Revised", "time_identifier": "Academic year", "country_code": "E92000001", "country_name": "England"}
    lines = [
        [row[place] if place in row else fixed.get(heading, "") for heading, place in zip(header.headings, known, strict=True)]
        for row in rows
    ]
    return _written([_as_published(layout.kind, copy), *lines], is_utf8=layout.group in ("ks2", "ks4"))


def cohorts(results: bytes) -> bytes:
    """The number of pupils of each school and year, which the results of the API have not: as the second data set has it."""
    (header,) = (each for each in read_headers() if each.kind == "ks2_cohort")
    rows = list(csv.DictReader(io.StringIO(results.decode("utf-8-sig"), newline="")))
    lines = [
        [
            {"time_period": row["time_period"], "geographic_level": "School", "school_urn": row["school_urn"], "version": "Revised",
             "school_laestab": row["school_laestab"], "telig": row["pupil_count"]}.get(heading, "")
            for heading in header.headings
        ]
        for row in rows
        if row["geographic_level"] == "School" and row["breakdown"] == "Total" and row["subject"] == "Reading, writing and maths"
    ]  # fmt: skip
    return _written([_as_published("ks2_cohort", header.copy), *lines], is_utf8=True)


def _rows(content: bytes, layout: Layout) -> list[dict[str, str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    table = list(csv.reader(io.StringIO(text, newline="")))
    start = next(number for number, row in enumerate(table) if set(layout.header_has) & set(row))
    headings = [" ".join(heading.split()) for heading in table[start]]
    return [dict(zip(headings, row, strict=False)) for row in table[start + 1 :]]


def _as_published(kind: str, copy: str) -> list[str]:
    """The header with its spaces as they are."""
    with (FOLDER / kind / f"{copy}.csv").open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def _written(rows: list[list[str]], *, is_utf8: bool) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n" if is_utf8 else "\r\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig" if is_utf8 else "cp1252")


def cohort_path(folder: Path) -> Path:
    """Where the data set of pupils lies in a re-laid folder."""
    return next(path for path in folder.rglob("*.csv") if PurePosixPath(path.name).name == COHORTS)
