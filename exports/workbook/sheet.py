"""How a sheet is written: text that stays text, numbers and dates with formats, widths, marked tables, headers that stay in view.

Nothing here knows what the sheets are about. The form follows the Government Analysis Function's guidance
"Releasing statistics in spreadsheets": one marked table a sheet, its title in A1, no merged cells, nothing told by colour alone.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo

from exports.workbook.chart import add_bars
from exports.workbook.memory import Sheet, new_sheet
from exports.workbook.rows import Link, RowWriter, Styles, clean_text
from exports.workbook.table import DATE, Field, TableSheet
from transforms.text import FORMULA_STARTS

Lines = Sequence[tuple[str, str | date | Link | None]]
"""Labelled lines of a sheet of text."""

COVER, CONTENTS = "Cover", "Contents"
"""The first two sheets; every other one links back to the contents."""

_A4 = 9
_LONGEST_FOOTER = 100
_MARGIN = 0.4
"""Left and right of a printed page, in inches."""
_LINE = 15.0
"""Height of a line of text, in points."""

_FONT = "Calibri"
_BOLD = Font(name=_FONT, bold=True, size=11)
_TITLE = Font(name=_FONT, bold=True, size=14)
_LINKED = Font(name=_FONT, underline="single", color="0B4F9E", size=11)
_TOP = Alignment(vertical="top")
_RIGHT = Alignment(horizontal="right", vertical="top")
_LEFT = Alignment(horizontal="left", vertical="top")
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_HEADER_OF_NUMBERS = Alignment(horizontal="right", indent=1, wrap_text=True, vertical="top")
_HEADER = PatternFill("solid", fgColor="E7ECF3")


def add_table(workbook: Workbook, table: TableSheet) -> Sheet:
    """Write the sheet: heading, note, link to the contents, charts, then headings and a row each below; returns the sheet."""
    sheet = new_sheet(workbook, table.title)
    header, fields = table.header_row, table.fields
    # In write-only mode these are lost when set after the first row.
    if table.is_long:
        sheet.freeze_panes = f"{get_column_letter(table.frozen_columns + 1)}{header + 1}"
    sheet.row_dimensions[header].height = _LINE * max(_lines(field.heading, field.width - 3) for field in fields)
    for row, chart in enumerate(table.charts, start=header - len(table.charts)):
        sheet.row_dimensions[row].height = chart.row_height
    for index, each in enumerate(fields, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = each.width
    _fit_page(sheet, table.heading)
    sheet.print_title_rows = f"{header}:{header}"
    if table.printed_columns is not None:
        sheet.print_area = f"A1:{get_column_letter(table.printed_columns)}{header + max(1, len(table.rows))}"
    sheet.append([_styled(sheet, table.heading, _TITLE)])
    sheet.append([_styled(sheet, table.note, None)])
    back = COVER if table.title == CONTENTS else CONTENTS
    sheet.append([_link(sheet, Link(f"Back to {back}", f"#{back}"))])
    for chart in table.charts:
        words = _styled(sheet, chart.words, None)
        words.alignment = _TOP
        sheet.append([words])
    headings = [_styled(sheet, each.heading, _BOLD, wrapped=True, filled=True) for each in fields]
    for cell, each in zip(headings, fields, strict=True):
        if each.is_number:
            cell.alignment = _HEADER_OF_NUMBERS
    sheet.append(headings)
    if not table.rows:
        sheet.append([_styled(sheet, table.when_empty, None)])
        return sheet
    _add_rows(sheet, table)
    for number, chart in enumerate(table.charts):
        add_bars(sheet, chart, header, row=header - len(table.charts) + number, title=table.title)
    ref = f"A{header}:{get_column_letter(len(fields))}{header + len(table.rows)}"
    marked = Table(displayName=re.sub(r"\W+", "_", table.title), ref=ref)
    # Write-only mode cannot read the headings back: the names have to be given.
    marked.tableColumns = [TableColumn(id=index, name=clean_text(each.heading)) for index, each in enumerate(fields, start=1)]
    marked.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
    if table.is_long:
        marked.autoFilter = AutoFilter(ref=ref)
    sheet.tables.add(marked)
    return sheet


def _add_rows(sheet: Sheet, table: TableSheet) -> None:
    columns = [each.column for each in table.fields]
    styles = [_styles(sheet, each) for each in table.fields]
    wrapped = [(each.column, each.width) for each in table.fields if each.is_wrapped]
    writer = RowWriter(sheet)
    for number, row in enumerate(table.rows, start=table.header_row + 1):
        height = _LINE * max(_lines(row[column], width) for column, width in wrapped) if wrapped else None
        writer.append(number, [row[column] for column in columns], styles, height)
    writer.write()


def add_text(workbook: Workbook, title: str, heading: str, lines: Lines) -> Sheet:
    """A sheet of labelled lines under a heading; returns the sheet."""
    sheet = new_sheet(workbook, title)
    label_width, text_width = 28, 100
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = label_width, text_width
    _fit_page(sheet, heading)
    sheet.append([_styled(sheet, heading, _TITLE)])
    for row, (label, value) in enumerate(lines, start=2):
        if isinstance(value, str):
            sheet.row_dimensions[row].height = _LINE * max(_lines(value, text_width), _lines(label, label_width - 2))
        shown = _link(sheet, value) if isinstance(value, Link) else _styled(sheet, value, None, wrapped=True)
        sheet.append([_styled(sheet, label, _BOLD, wrapped=True), shown])
    return sheet


def _fit_page(sheet: Sheet, heading: str) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A4
    sheet.page_margins.left = sheet.page_margins.right = _MARGIN
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    # Excel takes no more than 255 characters for the whole footer
    sheet.HeaderFooter.oddFooter.left.text = clean_text(heading)[:_LONGEST_FOOTER].replace("&", "&&")
    sheet.HeaderFooter.oddFooter.right.text = "Page &P of &N"


def _lines(text: Any, width: float) -> int:
    """How many lines a wrapped text takes: not every program that opens a workbook works out heights itself."""
    return _lines_of(str(text), width)


@lru_cache(maxsize=10_000)  # the same reasons stand in thousands of rows
def _lines_of(shown: str, width: float) -> int:
    # widths are in digits: most letters are narrower, capitals wider
    room = int(width * (0.9 if shown.isupper() else 1.15))
    return 1 if len(shown) <= room else len(textwrap.wrap(shown, max(1, room))) or 1


def _styles(sheet: Sheet, field: Field) -> Styles:
    """The styles of a column, made once: to look one up for each cell takes longer than to write it."""
    cell: Any = Cell(sheet, row=1, column=1)
    if field.number_format is not None:
        cell.number_format = field.number_format
    if field.is_number:
        cell.alignment = _RIGHT
    elif field.number_format == DATE:
        cell.alignment = _LEFT
    else:
        cell.alignment = _WRAPPED if field.is_wrapped else _TOP
    # a copy: openpyxl keeps the style it is given, and would see it change
    formula_like = Cell(sheet, row=1, column=1, style_array=cell._style)
    formula_like.quotePrefix = True
    return Styles(cell.style_id, formula_like.style_id, _link(sheet, Link("", "#")).style_id)


def _text_cell(sheet: Sheet, value: str) -> Any:
    """A cell that holds the text as text, whatever it begins with."""
    cell = Cell(sheet, row=1, column=1, value=value)
    if value.startswith(FORMULA_STARTS):
        cell.data_type = "s"
        cell.quotePrefix = True
    return cell


def _link(sheet: Sheet, link: Link) -> Any:
    cell = _text_cell(sheet, clean_text(link.text))
    cell.font = _LINKED
    cell.alignment = _TOP
    cell.hyperlink = link.at("A1")
    return cell


def _styled(sheet: Sheet, value: Any, font: Font | None, *, wrapped: bool = False, filled: bool = False) -> Any:
    cell = _text_cell(sheet, clean_text(value)) if isinstance(value, str) else Cell(sheet, row=1, column=1, value=value)
    if font:
        cell.font = font
    if wrapped:
        cell.alignment = _WRAPPED
    if filled:
        cell.fill = _HEADER
    if isinstance(value, date | datetime):
        cell.number_format = DATE
        cell.alignment = _LEFT
    return cell
