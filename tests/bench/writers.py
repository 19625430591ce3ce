"""Other writers of workbooks, each in the way that its own pages call fast: plain cells and nothing else."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, ClassVar

from openpyxl.utils import get_column_letter

Cell = str | float | int | bool | date | datetime | None
Sheets = list[tuple[str, list[list[Cell]]]]
"""A workbook: each sheet's name and rows."""


class Writer:
    """A way to write a workbook. The first line of a subclass's docstring is printed under the results."""

    name: ClassVar[str]
    package: ClassVar[str]
    cells_beside: ClassVar[int] = 0
    """Cells that it writes in each column of a sheet and was not given."""

    def prepared(self, sheets: Sheets) -> Any:
        """The workbook in its own form; not timed."""
        return sheets

    def write(self, prepared: Any, path: Path) -> None:
        """Write it; timed."""
        raise NotImplementedError

    @classmethod
    def about(cls) -> str:
        """How it writes, in one line."""
        return (inspect.getdoc(cls) or "").splitlines()[0]


class Openpyxl(Writer):
    """Its write-only mode, rows of values (with lxml, as installed here)."""

    name, package = "openpyxl", "openpyxl"

    def write(self, prepared: Sheets, path: Path) -> None:
        from openpyxl import Workbook

        workbook = Workbook(write_only=True)
        for name, rows in prepared:
            sheet = workbook.create_sheet(name)
            for row in rows:
                sheet.append(row)
        workbook.save(path)


class XlsxWriter(Writer):
    """`constant_memory`, `write_row`; texts stay texts, dates have a format, as a date without one would be a number."""

    name, package = "XlsxWriter", "xlsxwriter"
    options: ClassVar[dict[str, Any]] = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_date_format": "yyyy-mm-dd",
    }

    def write(self, prepared: Sheets, path: Path) -> None:
        from xlsxwriter import Workbook

        with Workbook(path, self.options) as workbook:
            for name, rows in prepared:
                sheet = workbook.add_worksheet(name)
                for number, row in enumerate(rows):
                    sheet.write_row(number, 0, row)


class PyExcelerate(Writer):
    """`new_sheet` with all rows at once."""

    name, package = "PyExcelerate", "pyexcelerate"

    def write(self, prepared: Sheets, path: Path) -> None:
        from pyexcelerate import Workbook

        workbook = Workbook()
        for name, rows in prepared:
            workbook.new_sheet(name, data=rows)
        workbook.save(str(path))


class RustXlsxWriter(Writer):
    """rust_xlsxwriter from Python: `write_worksheets` with a record for each row, made beforehand; a row of headings more."""

    name, package = "rustpy-xlsxwriter", "rustpy-xlsxwriter"
    cells_beside = 1

    def prepared(self, sheets: Sheets) -> list[tuple[str, list[dict[str, Cell]]]]:
        made = []
        for name, rows in sheets:
            letters = [get_column_letter(number) for number in range(1, width(rows) + 1)]
            made.append((name, [dict(zip(letters, padded(row, len(letters)), strict=True)) for row in rows]))
        return made

    def write(self, prepared: Any, path: Path) -> None:
        from rustpy_xlsxwriter import write_worksheets

        write_worksheets(prepared, str(path))


WRITERS: tuple[type[Writer], ...] = (Openpyxl, XlsxWriter, PyExcelerate, RustXlsxWriter)


def width(rows: Sequence[Sequence[Cell]]) -> int:
    """The number of columns."""
    return max(map(len, rows), default=0)


def padded(row: Sequence[Cell], columns: int) -> list[Cell]:
    """A row with all columns."""
    return [*row, *[None] * (columns - len(row))]


def read_back(path: Path) -> Sheets:
    """The cells of a workbook, read by none of those that write; empty ones are None, those at a row's end are left out."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(path)
    found: Sheets = []
    for name in book.sheet_names:
        rows: list[list[Cell]] = []
        for cells in book.get_sheet_by_name(name).to_python(skip_empty_area=False):
            row: list[Cell] = [None if cell == "" else cell for cell in cells]  # type: ignore[misc]  # it knows times of day too: ours have none
            while row and row[-1] is None:
                row.pop()
            rows.append(row)
        found.append((name, rows))
    return found


def cells_of(sheets: Sheets) -> int:
    """How many cells are not empty."""
    return sum(cell is not None for _, rows in sheets for row in rows for cell in row)
