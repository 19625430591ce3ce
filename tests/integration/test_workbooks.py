"""Workbooks of the small sample: every cell is the mart's, read back with another library; a spreadsheet program opens them."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from exports.excel import write_workbooks
from tests.support.published import tables_of_a_few_schools, with_hostile_names
from tests.support.workbook_expected import COLUMNS, Expected, areas, sheets_of
from tests.support.workbook_reader import NAMES, Parts, Read, by_area, opened
from tests.support.workbooks import assert_workbooks_hold

LONG = {
    "Local authorities",
    "Constituencies",
    "Schools in need",
    "Partners",
    "Organisations",
    "High-performing schools",
    "Sensitivity",
    "Then and now",
    "Changes",
}
"""The sheets that can have hundreds of rows: they can be filtered, and their headers stay in view."""


@pytest.fixture(scope="module")
def mart(published_sample: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(published_sample / "schoolmatch.duckdb", read_only=True) as connection:
        yield connection


def test_every_column_of_every_sheet_of_every_workbook_is_the_marts(
    published_sample: Path, mart: duckdb.DuckDBPyConnection
) -> None:
    status = json.loads((published_sample / "status.json").read_text(encoding="utf-8"))["sources"]
    assert assert_workbooks_hold(published_sample / "excel", mart, status) > 100_000


def test_a_workbook_is_plain_one_marked_table_a_sheet_nothing_merged_no_macros_no_other_workbook(published_sample: Path) -> None:
    for path in (published_sample / "excel").rglob("*.xlsx"):
        parts = Parts(path)
        assert not [name for name in parts.names if re.search(r"vba|macro|externalLink|calcChain|comments", name)], path
        assert parts.sheets == sheets_of(path), path
        for sheet in parts.sheets:
            xml = parts.sheet(sheet)
            assert not xml.findall(".//m:f", NAMES), (path, sheet)  # no formula
            assert xml.find("m:mergeCells", NAMES) is None, (path, sheet)
            assert xml.find("m:pageSetup", NAMES).get("orientation") == "landscape"
            assert (xml.find(".//m:pane", NAMES) is not None) == (sheet in LONG), (path, sheet)
            tables = parts.related(sheet, "table")
            if sheet == "Cover":
                assert not tables, path
                continue
            header = 6 if sheet == "Summary" else 4
            assert f"'{sheet}'!${header}:${header}" in parts.printed_on_each_page, (path, sheet)
            rows = Read(path).cells(sheet)
            is_empty = not tables
            assert len(tables) == (0 if is_empty else 1), (path, sheet)
            assert not is_empty or len(rows) == header + 1, (path, sheet)
            if tables:
                table = tables[0]
                assert tuple(column.get("name") for column in table.findall(".//m:tableColumn", NAMES)) == rows[header - 1]
                assert table.get("ref") == f"A{header}:{get_column_letter(len(rows[header - 1]))}{len(rows)}", (path, sheet)
                assert (table.find("m:autoFilter", NAMES) is not None) == (sheet in LONG), (path, sheet)
        notes = " ".join(str(cell) for row in Read(path).cells("Notes") for cell in row)
        assert "Filters and frozen panes" in notes, path


def test_every_link_inside_a_workbook_leads_to_one_of_its_sheets(published_sample: Path) -> None:
    for path in (published_sample / "excel").rglob("*.xlsx"):
        parts = Parts(path)
        places = {f"'{sheet}'!A1" for sheet in sheets_of(path)}
        for sheet in sheets_of(path):
            links = [link.get("location") for link in parts.sheet(sheet).findall(".//m:hyperlink", NAMES)]
            assert set(links) <= places, (path, sheet)  # the sample's schools are invented: none has a page
            assert len(links) == (len(sheets_of(path)) if sheet == "Contents" else 1), (path, sheet)


def test_a_workbook_has_its_sheets_links_that_lead_to_them_and_properties(published_sample: Path) -> None:
    path = published_sample / "excel" / "regions" / "london.xlsx"
    workbook = load_workbook(path)
    assert workbook.sheetnames == list(sheets_of(path))
    links = [cell.hyperlink.location for (cell,) in workbook["Contents"].iter_rows(min_row=5, max_col=1)]
    assert links == [f"'{name}'!A1" for name in sheets_of(path) if name != "Contents"]
    assert workbook.properties.title.endswith("London")
    assert "SYNTHETIC SAMPLE" in workbook.properties.description
    cover = {row[0].value: row[1].value for row in workbook["Cover"].iter_rows(min_row=2)}
    assert cover["Schools as at"].date() == date(2025, 9, 30)
    assert "Open Government Licence" in cover["Licence"]
    assert workbook["Schools in need"].freeze_panes == "D5"
    assert (workbook.properties.creator, workbook.properties.language) == ("schoolmatch", "en-GB")
    sheet = workbook["Schools in need"]
    assert sheet.print_area == f"'Schools in need'!$A$1:$N${sheet.max_row}"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    first = {heading.value: cell for heading, cell in zip(sheet[4], sheet[5], strict=True)}
    assert first["Judged on"].is_date
    assert first["URN"].data_type == first["Radius, miles"].data_type == "n"
    rows = [{heading.value: cell for heading, cell in zip(sheet[4], row, strict=True)} for row in sheet.iter_rows(min_row=5)]
    near = next(row for row in rows if row["Partners"].value)
    assert near["Miles to it"].number_format == near["Miles to nearest partner"].number_format != "General"


def test_the_charts_have_titles_axes_two_series_and_an_alternative_text(published_sample: Path) -> None:
    for path in (published_sample / "excel").rglob("*.xlsx"):
        parts = Parts(path)
        charts = [name for name in parts.names if name.startswith("xl/charts/")]
        phases = {row[1] for row in Read(path).table("Summary")[1] if row[0] == "rise"} & {"primary", "secondary"}
        assert len(charts) == len(phases) >= 1, path
        for chart in map(parts.read, charts):
            assert "".join(chart.find("c:chart/c:title", NAMES).itertext()).endswith("high-performing and in need")
            assert [each.get("val") for each in chart.findall(".//c:delete", NAMES)] == ["0", "0"], path
            assert len(chart.findall(".//c:ser", NAMES)) == 2
        words = [each.get("descr") for each in parts.read("xl/drawings/drawing1.xml").iterfind(".//x:cNvPr", NAMES)]
        assert len(words) == len(charts)
        assert all(str(each).startswith("Chart: ") for each in words), path


def test_without_a_refresh_before_the_sheet_of_changes_says_so(published_sample: Path) -> None:
    rows = Read(published_sample / "excel" / "england.xlsx").cells("Changes")
    assert str(rows[4][0]).startswith("Nothing was published before")


def test_the_anonymous_edition_names_no_school_in_need(
    mart: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHOOLMATCH_ANONYMOUS", "1")
    paths = write_workbooks(mart, tmp_path / "excel")
    # a school that is high-performing by another definition stands there as such
    hidden = mart.execute(
        """select name, urn from mart.school where urn in (select urn from mart.school_status where status = 'in_need')
        and urn not in (select urn from mart.school_status where status = 'high_performing')"""
    ).fetchall()
    unique = {name for (name,) in mart.execute("select name from mart.school group by 1 having count(*) = 1").fetchall()}
    assert len(hidden) > 10
    for path in paths:
        workbook = Read(path)
        cells = {cell for sheet in workbook.sheets for row in workbook.cells(sheet) for cell in row if cell}
        assert not cells & {urn for _, urn in hidden}, path
        assert not cells & {name for name, _ in hidden} & unique, path
        assert not {"Partners", "Organisations"} & set(workbook.sheets)
    expected, england = Expected(mart), Read(tmp_path / "excel" / "england.xlsx")
    headings, rows = england.table("Schools in need")
    shown = [list(COLUMNS["Schools in need"]).index(str(heading)) for heading in headings if heading != "Number"]
    assert "Number" in headings
    in_need = expected.rows("Schools in need", areas(mart)[0])
    assert Counter((*row[:2], *row[3:]) for row in rows) == Counter(tuple(row[index] for index in shown) for row in in_need)


def test_a_spreadsheet_program_opens_workbooks_as_they_are_and_prints_them(
    published_sample: Path, tmp_path: Path, mart: duckdb.DuckDBPyConnection
) -> None:
    """England's, a region's, and that of an authority without a school in need: every kind of sheet, full and empty.

    What it writes again has the same cells and charts: it had nothing to repair. To open all workbooks takes three minutes.
    """
    nobody = (
        "select area_name from mart.area_summary where area_type = 'local_authority' group by 1 having sum(in_need) = 0 order by 1"
    )
    ((quiet,), *_) = mart.execute(nobody).fetchall()
    paths = by_area(published_sample / "excel")
    sources = [paths["country", "England"], paths["region", "London"], paths["local authority", quiet]]
    again = opened(sources, tmp_path, "xlsx")
    for source, copy in zip(sources, again, strict=True):
        first, second = Read(source), Read(copy)
        assert second.sheets == sheets_of(source)
        for sheet in sheets_of(source):
            assert alike(first.cells(sheet), second.cells(sheet)), (source, sheet)
        charts = [sum(name.startswith("xl/charts/chart") for name in Parts(path).names) for path in (source, copy)]
        assert charts[0] == charts[1] > 0, source
    (printed,) = opened(sources[1:2], tmp_path, "pdf")
    assert printed.read_bytes()[:5] == b"%PDF-"


def alike(first: list[tuple[Any, ...]], second: list[tuple[Any, ...]]) -> bool:
    """Whether rows have the same cells, numbers to the 15 digits that a spreadsheet program keeps."""
    pairs = [(one, other) for rows in zip(first, second, strict=True) for one, other in zip(*rows, strict=True)]
    return all(math.isclose(*pair, rel_tol=1e-14) if isinstance(pair[0], float) else pair[0] == pair[1] for pair in pairs)


def test_a_spreadsheet_program_opens_a_workbook_of_hostile_names_as_it_is(tmp_path: Path) -> None:
    connection = tables_of_a_few_schools()
    with_hostile_names(connection, 0)
    (source,) = [path for path in write_workbooks(connection, tmp_path / "excel") if path.name == "england.xlsx"]
    (copy,) = opened([source], tmp_path, "xlsx")
    for sheet in sheets_of(source):
        assert alike(Read(source).cells(sheet), Read(copy).cells(sheet)), sheet
