"""How a sheet is written: text that stays text, numbers and dates with formats, widths, a header that stays in view.

Nothing here knows what the sheets are about (``exports/excel.py``).
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

Sheet = Any
"""A write-only sheet of openpyxl: its stubs do not know the attributes it shares with other sheets."""

_LOOKS_LIKE_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LONGEST_TEXT = 32_767
"""Characters a cell holds."""

_A4 = 9
_LINE = 15.0
"""Height of a line of text, in points."""

_FONT = "Calibri"
_BOLD = Font(name=_FONT, bold=True)
_TITLE = Font(name=_FONT, bold=True, size=14)
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_HEADER = PatternFill("solid", fgColor="E7ECF3")


@dataclass(frozen=True)
class Field:
    """A column of a sheet: heading, width in characters, number format."""

    heading: str
    width: float = 12
    number_format: str | None = None


WHOLE = "#,##0"
ONE_DECIMAL = "#,##0.0"
DATE = "d mmm yyyy"


def text_cell(sheet: Sheet, value: str) -> Any:
    """A cell that holds the text as text, whatever it begins with, without the control characters a workbook cannot hold."""
    clean = ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST_TEXT]
    if not clean.startswith(_LOOKS_LIKE_FORMULA):
        return clean
    cell = WriteOnlyCell(sheet, value=clean)
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell


def add_table(workbook: Workbook, title: str, fields: Sequence[Field], rows: Iterable[Sequence[Any]], note: str) -> Sheet:
    """A sheet with a note in its first row, headings in its second and a row each below; returns the sheet."""
    sheet: Sheet = workbook.create_sheet(title)
    # In write-only mode these are lost when set after the first row.
    sheet.freeze_panes = "A3"
    sheet.row_dimensions[2].height = _LINE * max(_lines(field.heading, field.width) for field in fields)
    for index, field in enumerate(fields, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = field.width
    _fit_page(sheet)
    sheet.print_title_rows = "2:2"
    sheet.append([_styled(sheet, note, _BOLD)])
    sheet.append([_styled(sheet, field.heading, _BOLD, wrapped=True, filled=True) for field in fields])
    count = 2
    for row in rows:
        sheet.append([_cell(sheet, value, field) for value, field in zip(row, fields, strict=True)])
        count += 1
    if count > 2:
        sheet.auto_filter.ref = f"A2:{get_column_letter(len(fields))}{count}"
    return sheet


def add_text(workbook: Workbook, title: str, heading: str, lines: Iterable[tuple[str, str | date | None]]) -> Sheet:
    """A sheet of labelled lines under a heading; returns the sheet."""
    sheet: Sheet = workbook.create_sheet(title)
    label_width, text_width = 28, 100
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = label_width, text_width
    _fit_page(sheet)
    sheet.append([_styled(sheet, heading, _TITLE)])
    for row, (label, value) in enumerate(lines, start=2):
        if isinstance(value, str):
            sheet.row_dimensions[row].height = _LINE * max(_lines(value, text_width), _lines(label, label_width))
        sheet.append([_styled(sheet, label, _BOLD, wrapped=True), _styled(sheet, value, None, wrapped=True)])
    return sheet


def _fit_page(sheet: Sheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _lines(text: str, width: float) -> int:
    """How many lines a wrapped text takes: not every program that opens a workbook works out heights itself."""
    return len(textwrap.wrap(text, max(1, int(width)))) or 1


def _cell(sheet: Sheet, value: Any, field: Field) -> Any:
    if isinstance(value, str):
        return text_cell(sheet, value)
    if value is None or field.number_format is None:
        return value
    cell = WriteOnlyCell(sheet, value=value)
    cell.number_format = field.number_format
    return cell


def _styled(
    sheet: Sheet,
    value: Any,
    font: Font | None,
    *,
    wrapped: bool = False,
    filled: bool = False,
) -> Any:
    shown = text_cell(sheet, value) if isinstance(value, str) else value
    cell = shown if isinstance(shown, Cell) else WriteOnlyCell(sheet, value=shown)
    if font:
        cell.font = font
    if wrapped:
        cell.alignment = _WRAPPED
    if filled:
        cell.fill = _HEADER
    if isinstance(value, date):
        cell.number_format = DATE
        cell.alignment = Alignment(horizontal="left", vertical="top")
    return cell
