"""What stands in a table of a workbook: columns with a heading and a format, rows by name. How it is written: ``sheet.py``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from exports.workbook.chart import BarChartOf

# The gap that keeps a number from running into the text of the next column is part of its format, as wide as two brackets:
# LibreOffice forgets the indent of a cell that follows one with another format.
WHOLE = "#,##0_)_)"
ONE_DECIMAL = "#,##0.0_)_)"
TWO_DECIMALS = "0.00_)_)"
PLAIN = "0_)_)"
AS_IT_IS = "General_)_)"
DATE = "d mmm yyyy"
"""A date is aligned left, like text."""

FORMATS = {"whole": WHOLE, "one_decimal": ONE_DECIMAL, "two_decimals": TWO_DECIMALS, "plain": PLAIN, "as_it_is": AS_IT_IS}
"""By the names that contracts have for them."""


@dataclass(frozen=True)
class Field:
    """A column of a sheet: ``column`` names its values in the rows; heading, width in characters, number format.

    For the data dictionary: ``unit``, ``meaning``, ``source`` (the column of the database it shows, if it shows one) and
    ``published_as`` (the publisher's name of it).
    """

    column: str
    heading: str
    width: float = 12
    number_format: str | None = None
    is_wrapped: bool = False
    unit: str | None = None
    meaning: str | None = None
    source: str | None = None
    published_as: str | None = None

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers, which are aligned right; a date reads like text."""
        return self.number_format not in (None, DATE)


@dataclass(frozen=True)
class TableSheet:
    """A sheet with one table: its name, heading, a note in one line, columns, rows (values by the fields' columns).

    ``about``: what it shows, for the table of contents. ``is_long``: hundreds of rows, so it can be filtered and its header stays
    in view, with ``frozen_columns`` columns. ``printed_columns``: how many go into print, by default all; more than a dozen become
    too small to read on paper. ``charts`` stand between the note and the table.
    """

    title: str
    heading: str
    about: str
    note: str
    fields: Sequence[Field]
    rows: Sequence[Mapping[str, Any]]
    is_long: bool = False
    frozen_columns: int = 0
    printed_columns: int | None = None
    charts: Sequence[BarChartOf] = field(default=())
    when_empty: str = "There is none."

    @property
    def header_row(self) -> int:
        """The row of the headings, counted from 1."""
        return 4 + len(self.charts)
