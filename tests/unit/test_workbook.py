"""Workbooks: text stays text, numbers stay numbers, missing stays empty; read back with another library."""

from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from python_calamine import CalamineWorkbook

from exports.excel import slug
from exports.workbook import DATE, ONE_DECIMAL, WHOLE, Field, add_table, add_text

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
]


def saved(workbook: Workbook, path: Path) -> CalamineWorkbook:
    workbook.save(path)
    return CalamineWorkbook.from_path(str(path))


def test_names_that_look_like_formulas_or_hold_odd_characters_come_out_as_text(tmp_path: Path) -> None:
    workbook = Workbook(write_only=True)
    add_table(workbook, "Schools", [Field("Name", 40)], ([name] for name in HOSTILE), HOSTILE[0])
    rows = saved(workbook, tmp_path / "x.xlsx").get_sheet_by_name("Schools").to_python()
    texts = [row[0] for row in rows]
    assert texts[0] == HOSTILE[0]
    assert [text.strip() for text in texts[2:8]] == [name.strip() for name in HOSTILE[:6]]
    assert texts[8:12] == ["NULL", "Bell and null", HOSTILE[8], HOSTILE[9]]
    assert (texts[12], len(texts[13])) == (HOSTILE[10], 32_767)


def test_no_cell_of_a_hostile_name_is_a_formula_in_the_file(tmp_path: Path) -> None:
    workbook = Workbook(write_only=True)
    add_table(workbook, "Schools", [Field("=1+1", 40)], ([name] for name in HOSTILE), "=2+2")
    workbook.save(tmp_path / "x.xlsx")
    with ZipFile(tmp_path / "x.xlsx") as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_numbers_dates_and_missing_values_are_what_they_are(tmp_path: Path) -> None:
    workbook = Workbook(write_only=True)
    fields = [Field("Whole", 10, WHOLE), Field("Decimal", 10, ONE_DECIMAL), Field("Date", 12, DATE), Field("Missing", 10, WHOLE)]
    add_table(workbook, "Figures", fields, [[0, 7.5, date(2025, 8, 31), None]], "Note")
    row = saved(workbook, tmp_path / "x.xlsx").get_sheet_by_name("Figures").to_python()[2]
    assert row == [0.0, 7.5, date(2025, 8, 31), ""]


def test_the_header_stays_in_view_can_be_filtered_and_is_repeated_in_print(tmp_path: Path) -> None:
    workbook = Workbook(write_only=True)
    add_table(workbook, "Figures", [Field("A", 10), Field("B", 33)], [["x", 1], ["y", 2]], "Note")
    workbook.save(tmp_path / "x.xlsx")
    sheet = load_workbook(tmp_path / "x.xlsx")["Figures"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("A3", "A2:B4", "$2:$2")
    assert sheet.column_dimensions["B"].width == 33
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)


def test_rows_of_long_text_are_as_high_as_their_text(tmp_path: Path) -> None:
    workbook = Workbook(write_only=True)
    add_text(workbook, "About", "Heading", [("Short", "a"), ("Long", "word " * 60)])
    workbook.save(tmp_path / "x.xlsx")
    sheet = load_workbook(tmp_path / "x.xlsx")["About"]
    assert sheet.row_dimensions[3].height >= 3 * sheet.row_dimensions[2].height


@pytest.mark.parametrize(
    ("name", "expected"),
    [("London", "london"), ("Yorkshire and The Humber", "yorkshire-and-the-humber"), ("East of England", "east-of-england")],
)
def test_names_of_files(name: str, expected: str) -> None:
    assert slug(name) == expected
