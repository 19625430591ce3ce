"""One workbook, ready to be written: all that a process needs to write it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook

from exports.workbook.memory import save
from exports.workbook.rows import clean_text
from exports.workbook.sheet import COVER, Lines, add_table, add_text
from exports.workbook.table import TableSheet


@dataclass(frozen=True)
class Book:
    """A path, document properties, the lines of the cover, and the sheets after it."""

    path: Path
    title: str
    description: str
    cover: Lines
    sheets: Sequence[TableSheet]

    @property
    def cells(self) -> int:
        """About how much there is to write."""
        return sum(len(sheet.rows) * len(sheet.fields) for sheet in self.sheets)


def write(book: Book) -> Path:
    """Write the workbook; returns its path."""
    workbook = Workbook(write_only=True)
    properties = workbook.properties
    properties.title, properties.subject = clean_text(book.title), "School-to-school support"
    properties.description = book.description
    properties.creator, properties.language, properties.keywords = "schoolmatch", "en-GB", "schools; Ofsted; support; England"
    add_text(workbook, COVER, book.title, book.cover)
    for sheet in book.sheets:
        add_table(workbook, sheet)
    save(workbook, book.path)
    return book.path
