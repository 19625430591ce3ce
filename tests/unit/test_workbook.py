"""Workbooks: text stays text, numbers stay numbers, missing stays empty; read back with another library."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from python_calamine import CalamineWorkbook

from exports.excel.scope import slug
from exports.workbook.chart import BarChartOf
from exports.workbook.memory import new_sheet, save
from exports.workbook.rows import Link, RowWriter, Styles
from exports.workbook.sheet import add_table, add_text
from exports.workbook.table import DATE, ONE_DECIMAL, WHOLE, Field, TableSheet

HOSTILE = [
    '=HYPERLINK("http://example.org","click")',
    "+44 20 7946 0000",
    "-1+1",
    "@SUM(A1:A9)",
    "\tTab",
    "\rReturn",
    "NULL",
    "Bell\x07 and null\x00",
    "École 🏫 “St Mary’s”",
    "<b>bold</b> & more",
    "x" * 300,
    "y" * 40_000,
    "not a character \ufffe\uffff",
]


def field_of(heading: str, width: float = 12, number_format: str | None = None, *, is_wrapped: bool = False) -> Field:
    return Field(f"column of {heading}", heading, width, number_format, is_wrapped)


def sheet_of(fields: list[Field], rows: Sequence[Sequence[Any]], **changes: Any) -> TableSheet:
    values = {"title": "Figures", "heading": "Figures of somewhere", "about": "", "note": "Note", "is_long": True}
    named = [dict(zip([field.column for field in fields], row, strict=True)) for row in rows]
    return TableSheet(**{**values, "fields": fields, "rows": named, **changes})


def saved(workbook: Workbook, path: Path) -> CalamineWorkbook:
    save(workbook, path)
    return CalamineWorkbook.from_path(str(path))


def test_names_that_look_like_formulas_or_hold_odd_characters_come_out_as_text(tmp_path: Path) -> None:
    workbook = Workbook(write_only=True)
    add_table(workbook, sheet_of([field_of("Name", 40)], [[name] for name in HOSTILE], heading=HOSTILE[0], note=HOSTILE[3]))
    rows = saved(workbook, tmp_path / "x.xlsx").get_sheet_by_name("Figures").to_python()
    texts = [row[0] for row in rows]
    assert (texts[0], texts[1]) == (HOSTILE[0], HOSTILE[3])
    assert [text.strip() for text in texts[4:10]] == [name.strip() for name in HOSTILE[:6]]
    assert texts[10:14] == ["NULL", "Bell and null", HOSTILE[8], HOSTILE[9]]
    assert (texts[14], len(texts[15]), texts[16]) == (HOSTILE[10], 32_767, "not a character ")


@pytest.mark.parametrize("is_wrapped", [False, True])
def test_no_cell_of_a_hostile_name_is_a_formula_in_the_file(tmp_path: Path, is_wrapped: bool) -> None:
    workbook = Workbook(write_only=True)
    rows = [[name, Link(name, "https://example.org/1")] for name in HOSTILE]
    add_table(workbook, sheet_of([field_of("=1+1", 40, is_wrapped=is_wrapped), field_of("Link")], rows, heading="=2+2", note="=3"))
    add_text(workbook, "About", "=1", [(name, name) for name in HOSTILE])
    save(workbook, tmp_path / "x.xlsx")
    with ZipFile(tmp_path / "x.xlsx") as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml") + archive.read("xl/worksheets/sheet2.xml")
    cell = load_workbook(tmp_path / "x.xlsx")["Figures"]["A5"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_numbers_dates_and_missing_values_are_what_they_are(tmp_path: Path) -> None:
    workbook = Workbook(write_only=True)
    fields = [
        field_of("Whole", 10, WHOLE),
        field_of("Decimal", 10, ONE_DECIMAL),
        field_of("Date", 12, DATE),
        field_of("Missing", 10, WHOLE),
    ]
    add_table(workbook, sheet_of(fields, [[0, 7.5, date(2025, 8, 31), None]]))
    row = saved(workbook, tmp_path / "x.xlsx").get_sheet_by_name("Figures").to_python()[4]
    assert row == [0.0, 7.5, date(2025, 8, 31), ""]
    sheet = load_workbook(tmp_path / "x.xlsx")["Figures"]
    assert [cell.number_format for cell in sheet[5]][:3] == [WHOLE, ONE_DECIMAL, DATE]
    assert not any(cell.quotePrefix for cell in sheet[5])


def test_a_long_table_is_marked_stays_in_view_can_be_filtered_and_repeats_its_header_in_print(tmp_path: Path) -> None:
    workbook = Workbook(write_only=True)
    add_table(workbook, sheet_of([field_of("A", 10), field_of("B", 33)], [["x", 1], ["y", 2]], frozen_columns=1))
    save(workbook, tmp_path / "x.xlsx")
    sheet = load_workbook(tmp_path / "x.xlsx")["Figures"]
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("B5", "$4:$4")
    table = sheet.tables["Figures"]
    assert (table.ref, table.autoFilter.ref, table.column_names) == ("A4:B6", "A4:B6", ["A", "B"])
    assert sheet.column_dimensions["B"].width == 33
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert not sheet.merged_cells.ranges


def test_a_heading_in_the_footer_is_no_longer_than_a_footer_may_be_and_its_ampersand_is_no_command(tmp_path: Path) -> None:
    workbook = Workbook(write_only=True)
    add_table(workbook, sheet_of([field_of("A")], [["x"]], heading="Bell\x07 & Brook" + "x" * 300))
    save(workbook, tmp_path / "x.xlsx")
    with ZipFile(tmp_path / "x.xlsx") as archive:
        footer = archive.read("xl/worksheets/sheet1.xml").decode().split("<oddFooter>")[1].split("</oddFooter>")[0]
    assert "Bell &amp;&amp; Brook" in footer
    assert len(footer) < 255  # characters Excel takes


def test_a_table_without_rows_says_so_and_a_short_one_has_neither_filter_nor_frozen_panes(tmp_path: Path) -> None:
    workbook = Workbook(write_only=True)
    add_table(workbook, sheet_of([field_of("A")], [], title="None", when_empty="No school."))
    add_table(workbook, sheet_of([field_of("A")], [["x"]], title="Short", is_long=False))
    save(workbook, tmp_path / "x.xlsx")
    again = load_workbook(tmp_path / "x.xlsx")
    assert again["None"]["A5"].value == "No school."
    assert not again["None"].tables
    assert (again["Short"].freeze_panes, again["Short"].tables["Short"].autoFilter) == (None, None)


def test_links_lead_to_sheets_and_pages(tmp_path: Path) -> None:
    workbook = Workbook(write_only=True)
    add_table(workbook, sheet_of([field_of("Go")], [[Link("there", "#Notes")], [Link("far", "https://example.org/")]]))
    save(workbook, tmp_path / "x.xlsx")
    sheet = load_workbook(tmp_path / "x.xlsx")["Figures"]
    assert (sheet["A3"].value, sheet["A3"].hyperlink.location) == ("Back to Contents", "'Contents'!A1")
    assert (sheet["A5"].value, sheet["A5"].hyperlink.location) == ("there", "'Notes'!A1")
    assert (sheet["A6"].value, sheet["A6"].hyperlink.target) == ("far", "https://example.org/")


def test_a_chart_reads_the_rows_it_is_about_and_tells_them_in_words(tmp_path: Path) -> None:
    workbook = Workbook(write_only=True)
    chart = BarChartOf("Title", "In words.", 1, 2, 0, (1, 2), "%")
    rows = [["not charted", 1, 2], ["a", 3, 4], ["b", 5, 6]]
    fields = [field_of("Area"), field_of("First", number_format=WHOLE), field_of("Second", number_format=WHOLE)]
    add_table(workbook, sheet_of(fields, rows, is_long=False, charts=[chart]))
    save(workbook, tmp_path / "x.xlsx")
    with ZipFile(tmp_path / "x.xlsx") as archive:
        drawn, placed = archive.read("xl/charts/chart1.xml").decode(), archive.read("xl/drawings/drawing1.xml").decode()
    for reference in ("'Figures'!$A$7:$A$8", "'Figures'!$B$7:$B$8", "'Figures'!$C$7:$C$8", "'Figures'!$B$5", "'Figures'!$C$5"):
        assert f"<f>{reference}</f>" in drawn, reference
    assert 'descr="In words."' in placed
    assert load_workbook(tmp_path / "x.xlsx")["Figures"]["A4"].value == "In words."


def test_rows_of_long_text_are_as_high_as_their_text(tmp_path: Path) -> None:
    workbook = Workbook(write_only=True)
    add_text(workbook, "About", "Heading", [("Short", "a"), ("Long", "word " * 60)])
    save(workbook, tmp_path / "x.xlsx")
    sheet = load_workbook(tmp_path / "x.xlsx")["About"]
    assert sheet.row_dimensions[3].height >= 3 * sheet.row_dimensions[2].height


def test_a_value_stands_under_its_own_heading_whatever_the_order_of_the_columns_in_the_rows(tmp_path: Path) -> None:
    workbook = Workbook(write_only=True)
    rows = [{"b": "of b", "c": None, "a": "of a"}, {"c": "of c", "a": None, "b": "and of b"}]
    table = sheet_of([Field("a", "A"), Field("b", "B"), Field("c", "C")], [])
    add_table(workbook, replace(table, rows=rows))
    found = saved(workbook, tmp_path / "x.xlsx").get_sheet_by_name("Figures").to_python()[3:]
    assert found == [["A", "B", "C"], ["of a", "of b", ""], ["", "and of b", "of c"]]


def test_a_row_without_the_value_of_a_column_is_refused_and_not_written_with_the_others_moved(tmp_path: Path) -> None:
    """A column that no query filled once wrote its neighbour's values: reasons stood under another heading."""
    table = sheet_of([Field("a", "A"), Field("forgotten", "Forgotten"), Field("b", "B")], [])
    workbook = Workbook(write_only=True)
    with pytest.raises(KeyError, match="forgotten"):
        add_table(workbook, replace(table, rows=[{"a": 1, "b": 2}]))
    assert saved(workbook, tmp_path / "x.xlsx").get_sheet_by_name("Figures").to_python()[4:] == []


def test_a_row_with_more_or_fewer_values_than_there_are_columns_is_refused(tmp_path: Path) -> None:
    workbook = Workbook(write_only=True)
    writer = RowWriter(new_sheet(workbook, "Figures"))
    for values in (["a"], ["a", "b", "c"]):
        with pytest.raises(ValueError, match="zip"):
            writer.append(1, values, [Styles(0, 0, 0)] * 2)
    writer.append(1, ["a", "b"], [Styles(0, 0, 0)] * 2)
    writer.write()
    assert saved(workbook, tmp_path / "x.xlsx").get_sheet_by_name("Figures").to_python() == [["a", "b"]]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("London", "london"), ("Yorkshire and The Humber", "yorkshire-and-the-humber"), ("East of England", "east-of-england")],
)
def test_names_of_files(name: str, expected: str) -> None:
    assert slug(name) == expected
