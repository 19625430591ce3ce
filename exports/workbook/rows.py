"""Many rows, quickly: openpyxl makes objects for every cell, and three million of them took two minutes; here the rows of a sheet
are one piece of XML that is put into what openpyxl writes, so that headings, styles, links, tables and charts stay its business.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from exports.workbook.memory import Sheet, put
from transforms.text import FORMULA_STARTS

_LONGEST_TEXT = 32_767
"""Characters a cell holds."""

_DAY_ZERO = date(1899, 12, 30)
"""From which spreadsheets count the days."""

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MARKUP = re.compile("[&<>\r]")
_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}


def clean_text(value: str) -> str:
    """The text without characters that a workbook cannot hold, and no longer than a cell holds."""
    return _NOT_IN_XML.sub("", value)[:_LONGEST_TEXT]


@dataclass(frozen=True)
class Link:
    """A text to click on; ``target`` is an address, or ``#`` and the name of a sheet of the same workbook."""

    text: str
    target: str

    def at(self, ref: str) -> Hyperlink:
        """The same as openpyxl has it."""
        if self.target.startswith("#"):
            return Hyperlink(ref=ref, location=f"'{self.target[1:]}'!A1", display=self.text)
        return Hyperlink(ref=ref, target=self.target)


@dataclass(frozen=True)
class Styles:
    """Style numbers of a column's cells: its values, its texts that look like a formula, its links."""

    value: int
    formula_like: int
    link: int


class RowWriter:
    """Makes rows of a sheet whose headings have been appended, and writes them in one go."""

    def __init__(self, sheet: Sheet) -> None:
        sheet._get_writer()  # which has the links of the sheet
        self._sheet = sheet
        self._links: list[Hyperlink] = sheet._hyperlinks
        self._rows: list[str] = []

    def append(self, number: int, values: Sequence[Any], styles: Sequence[Styles], height: float | None = None) -> None:
        """Add a row; ``number`` counts from 1, ``height`` is in points."""
        columns = zip(_LETTERS[: len(styles)], values, styles, strict=True)
        cells = [self._cell(letter, number, value, style) for letter, value, style in columns if value is not None]
        size = "" if height is None else f' ht="{height:g}" customHeight="1"'
        self._rows.append(f'<row r="{number}"{size}>{"".join(cells)}</row>')

    def write(self) -> None:
        """Write what was made. Nothing can be appended to the sheet any more."""
        put(self._sheet, "".join(self._rows))

    def _cell(self, letter: str, number: int, value: Any, style: Styles) -> str:
        ref = f"{letter}{number}"
        if isinstance(value, str):
            return _text(ref, value, style)
        if isinstance(value, Link):
            self._links.append(value.at(ref))
            return _text(ref, value.text, Styles(style.link, style.link, style.link))
        if isinstance(value, date):
            value = (value - _DAY_ZERO).days
        return f'<c r="{ref}" s="{style.value}"><v>{value}</v></c>'


def _text(ref: str, value: str, style: Styles) -> str:
    text = clean_text(value)
    number = style.formula_like if text.startswith(FORMULA_STARTS) else style.value
    space = ' xml:space="preserve"' if text != text.strip() else ""
    escaped = _MARKUP.sub(lambda found: _ESCAPED[found[0]], text)
    return f'<c r="{ref}" s="{number}" t="inlineStr"><is><t{space}>{escaped}</t></is></c>'


_LETTERS = [get_column_letter(index) for index in range(1, 200)]
