"""Sheets that are written in memory: openpyxl has a file on the disk for each, which sixteen hundred sheets write and read again,
and into which nothing else can be put (``rows.py`` does).
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

from warehouse import clock

Sheet = Any
"""A write-only sheet of openpyxl: its stubs do not know the attributes it shares with other sheets."""


def new_sheet(workbook: Workbook, title: str) -> Sheet:
    """A sheet at the end of a write-only workbook, which ``save`` must write."""
    sheet: Sheet = workbook.create_sheet(title)

    def get_writer() -> None:
        if sheet._writer is None:
            sheet._writer = WorksheetWriter(sheet, BytesIO())
            sheet._writer.write_top()

    sheet._get_writer = get_writer
    return sheet


def put(sheet: Sheet, rows: str) -> None:
    """Put rows into the sheet, as XML, below those that were appended to it; none may be appended after them."""

    def write(stream: Any, row: tuple[str], number: int) -> None:
        stream.flush()
        sheet._writer.out.write(row[0].encode())

    sheet._values_to_row, sheet._writer.write_row = lambda row, number: row, write
    sheet.append((rows,))


def save(workbook: Workbook, file: Path | BinaryIO) -> None:
    """Write a workbook of which each sheet was made by ``new_sheet``."""
    workbook.properties.modified = clock.now().replace(tzinfo=None)
    _FromMemory(workbook, ZipFile(file, "w", ZIP_DEFLATED)).save()


class _FromMemory(ExcelWriter):
    _archive: ZipFile

    def write_worksheet(self, sheet: Sheet) -> None:
        """As openpyxl does it, but for where the sheet is."""
        sheet._drawing = SpreadsheetDrawing()
        sheet._drawing.charts, sheet._drawing.images = sheet._charts, sheet._images
        sheet.close()
        sheet._rels = sheet._writer._rels
        self._archive.writestr(sheet.path[1:], sheet._writer.out.getbuffer())
        self.manifest.append(sheet)
