"""A file each of whose cells can be read, and which says nothing, or a hundredth, of every school."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

import pytest

from tests.support.headers import Header, read_headers
from transforms.errors import InputError
from transforms.layouts import LAYOUTS
from transforms.layouts.layout import Column, Layout, Parsed
from transforms.layouts.ofsted import INSPECTION
from transforms.layouts.results import KS2, KS4
from transforms.layouts.suspect import ENOUGH
from transforms.layouts.text_table import heading_key

HEADERS = {header.name: header for header in read_headers()}
BY_KIND = {layout.kind: layout for layout in LAYOUTS}
VINTAGES = [
    (layout.kind, vintage) for layout in LAYOUTS if layout.header_has and layout.group != "lists" for vintage in layout.vintages
]
VALUES = {
    "other_urn": "100001", "ons_code": "E10000018", "la_number": "855", "group_id": "12", "area_name": "Kent", "text": "a",
    "integer": "1", "number": "5", "percent": "5", "date": "01-09-2020", "grade": "2", "yes_no": "Yes",
}  # fmt: skip
"""What a cell of each kind may hold."""


def value(column: Column, row: int, *, is_long: bool) -> str:
    kind = column.content.kind
    if column.name == "year":
        return "202425"
    if kind == "urn" or column.name == "inspection_number":
        return str(100_001 + row)
    if kind == "code":
        return "1".zfill(column.content.width or 1) if column.name != "rural_urban_code" else "A1"
    if kind == "label":
        return next(word for word in column.content.labels.values() if word != "none")
    if is_long and column.name == "urn":
        return str(100_001 + row // 4)
    return VALUES[kind]


def rows_of(layout: Layout, vintage: str, count: int) -> tuple[list[str], list[dict[str, str]]]:
    """Headings of a vintage, and rows of them that are right."""
    columns = [(column, found[0]) for column in layout.columns if (found := column.heading(vintage))]
    wanted = {each.heading: sorted(each.labels) for each in layout.wanted.get(vintage, ())}
    subjects = len(wanted.get("subject", [""]))
    rows = []
    for number in range(count * subjects):
        row = {heading: value(column, number // subjects, is_long=subjects > 1) for column, heading in columns}
        row |= {
            heading: wanted[column.name][number % len(wanted[column.name])] for column, heading in columns if column.name in wanted
        }
        if "laestab" in [column.name for column, _ in columns] and layout.group != "ofsted":
            row |= {heading: "8552001" for column, heading in columns if column.name == "laestab"}
        rows.append(row)
    return [heading for _, heading in columns], rows


def read(layout: Layout, headings: list[str], rows: list[dict[str, str]]) -> Parsed:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([headings, *([row[heading] for heading in headings] for row in rows)])
    return layout.read(text.getvalue().encode(), "2024-2025/a file.csv")


def with_all(rows: list[dict[str, str]], values: Mapping[str, str]) -> list[dict[str, str]]:
    return [row | dict(values) for row in rows]


@pytest.mark.parametrize(("kind", "vintage"), VINTAGES)
def test_a_column_without_a_value_in_a_hundred_rows_stops_the_file_but_where_the_table_says_that_it_may_be_empty(
    kind: str, vintage: str
) -> None:
    """Ofsted's grades all blank: 650 statuses of three counties were other ones, and nobody was told."""
    layout = BY_KIND[kind]
    headings, rows = rows_of(layout, vintage, ENOUGH)
    by_heading = {found[0]: column for column in layout.columns if (found := column.heading(vintage))}
    without_a_row = {each.heading for each in layout.wanted.get(vintage, ())} | {"urn"}
    may_be = [name for name, column in by_heading.items() if vintage in column.may_be_empty or column.told_of > ENOUGH]
    rows = with_all(rows, dict.fromkeys(may_be, ""))
    assert read(layout, headings, rows).vintage == vintage
    for heading in {name for name, column in by_heading.items() if column.name not in without_a_row} - set(may_be):
        with pytest.raises(InputError) as caught:
            read(layout, headings, with_all(rows, {heading: ""}))
        assert caught.value.column == heading


def test_null_is_nothing() -> None:
    """So Ofsted's files write what they do not say: the date of every inspection was NULL, and 983 statuses were other ones."""
    headings, rows = rows_of(INSPECTION, "2022-07", ENOUGH)
    with pytest.raises(InputError) as caught:
        read(INSPECTION, headings, with_all(rows, {"Inspection start date": "NULL"}))
    assert caught.value.column == "Inspection start date"
    assert len(read(INSPECTION, headings, with_all(rows, {"Inspection start date": "NULL"})[1:]).frame) == ENOUGH - 1


def test_a_category_of_concern_may_be_nowhere_in_a_hundred_rows_and_not_in_a_thousand() -> None:
    """One school of eighty is in one. Blank throughout, nobody was in need by it: 19 schools of three counties."""
    headings, rows = rows_of(INSPECTION, "2025-11", 1_000)
    emptied = with_all(rows, {"Most recent category of concern": ""})
    assert len(read(INSPECTION, headings, emptied[:-1]).frame) == 999
    with pytest.raises(InputError) as caught:
        read(INSPECTION, headings, emptied)
    assert caught.value.column == "Most recent category of concern"


def test_a_code_for_a_missing_value_says_something() -> None:
    """Progress of a year in which none is published is "z" in every row of the genuine file."""
    headings, rows = rows_of(KS2, "long", ENOUGH)
    frame = read(KS2, headings, with_all(rows, {"progress_measure_score": "z"})).frame
    assert set(frame["reading_progress_missing"]) == {"not_applicable"}


def test_how_many_are_in_no_category_any_more_is_told() -> None:
    """The most recent category counts, and a visit can lift one: believed, but not without a number."""
    headings, rows = rows_of(INSPECTION, "2025-11", 3)
    rows[0]["Most recent category of concern"] = ""
    (told,) = read(INSPECTION, headings, rows).notices
    assert told.startswith("1 school was found in a category of concern")


def in_other_letters(heading: str) -> list[str]:
    """The heading as people and programs write it, where that is another text."""
    ways = (
        heading.swapcase(),
        heading.title(),
        heading.replace(" ", "_"),
        heading.replace("_", " "),
        heading.replace("(", "").replace(")", ""),
    )
    return [way for way in dict.fromkeys(ways) if way != heading and heading_key(way) == heading_key(heading)]


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_a_heading_in_other_letters_stops_the_file_whether_the_layout_needs_it_or_not(header: Header) -> None:
    """Without "LSOA (Code)" 796 schools searched within another radius: a column that may be absent was taken for absent."""
    layout = BY_KIND[header.kind]
    headings = list(header.headings)
    marks = [heading for heading in headings if heading in layout.header_has]
    tried = 0
    for heading in {found[0] for column in layout.columns if (found := column.heading(header.vintage))} & set(headings):
        if marks == [heading]:
            continue  # without it there is no header
        for other in in_other_letters(heading):
            content = ",".join(f'"{other if each == heading else each}"' for each in headings) + "\r\n"
            with pytest.raises(InputError) as caught:
                layout.read(content.encode(), "2024-2025/a file.csv")
            assert caught.value.column == other
            assert heading_key(caught.value.expected or "") == heading_key(heading)
            tried += 1
    assert tried


def test_a_heading_of_another_vintage_in_place_of_this_one_s_stops_the_file() -> None:
    """The long files write pt_l2basics_95 what the wide ones write PTL2BASICS_95."""
    headings, rows = rows_of(KS4, "wide", 1)
    renamed = ["pt_l2basics_95" if heading == "PTL2BASICS_95" else heading for heading in headings]
    with pytest.raises(InputError) as caught:
        read(KS4, renamed, with_all(rows, {"pt_l2basics_95": "50"}))
    assert (caught.value.column, caught.value.expected) == ("pt_l2basics_95", "PTL2BASICS_95")


def test_a_file_without_an_optional_heading_is_still_read() -> None:
    headings, rows = rows_of(KS4, "wide", 1)
    headings.remove("PTL2BASICS_95")
    assert "PTL2BASICS_95" not in read(KS4, headings, rows).headings


PERCENTAGES = [
    (layout.kind, vintage, column.name)
    for layout in LAYOUTS
    for column in layout.columns
    for vintage in layout.vintages
    if column.name.endswith("_percent") and column.heading(vintage)
]


@pytest.mark.parametrize(("kind", "vintage", "name"), PERCENTAGES)
def test_percentages_that_are_fractions_stop_the_file(kind: str, vintage: str, name: str) -> None:
    """0.65 for 65 was believed: of every school less than one percent of the pupils reached the standard."""
    layout = BY_KIND[kind]
    headings, rows = rows_of(layout, vintage, ENOUGH)
    heading = next(found[0] for column in layout.columns if column.name == name and (found := column.heading(vintage)))
    with pytest.raises(InputError, match="fractions") as caught:
        read(layout, headings, with_all(rows, {heading: "0.65"}))
    assert (caught.value.column, caught.value.row) == (heading, 2)
    one_above = with_all(rows[:4], {heading: "1.5"})
    assert len(read(layout, headings, [*one_above, *with_all(rows[4:], {heading: "0.65"})]).frame) == ENOUGH


def test_every_share_of_a_hundred_is_a_percentage() -> None:
    """So that the range and the rule above are those of every one."""
    assert PERCENTAGES
    assert {column.content.kind for layout in LAYOUTS for column in layout.columns if column.name.endswith("_percent")} == {
        "percent"
    }


def test_a_year_of_fractions_among_others_stops_the_file() -> None:
    """A long file may hold several years, and one of them may have come through another program."""
    headings, rows = rows_of(KS4, "long", ENOUGH)
    other = with_all(rows, {"time_period": "202324", "pt_l2basics_95": "0.5"})
    with pytest.raises(InputError, match="fractions") as caught:
        read(KS4, headings, [*rows, *other])
    assert caught.value.row == ENOUGH + 2


def test_progress_may_be_within_one_for_every_school() -> None:
    """It is a difference of points, or of grades, and not a share."""
    headings, rows = rows_of(KS4, "long", ENOUGH)
    assert read(KS4, headings, with_all(rows, {"avg_p8score": "0.2"})).frame["progress8"].eq(0.2).all()
