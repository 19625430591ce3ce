"""From a publisher's text to columns: title rows above the header, truncated files.

Nothing here knows what a column means. A file is never held as text as a whole: its rows go by, and what is chosen of them is kept.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter

import pandas as pd
import pyarrow as pa

from transforms.errors import InputError
from transforms.layouts.encoding import FETCH_AGAIN, open_text
from transforms.layouts.rows import Choice, Ending, Rows, Wanted, Widths

LABELS_AT_MOST = 12
"""How many of the labels that are there an error lists."""

TITLE_ROWS_AT_MOST = 10
"""How far down the header is looked for (publishers put 0, 1 or 2 title rows above it)."""

TITLE_FIELDS_AT_MOST = 10
"""How many fields of a title row are filled: one, or one for each group of columns. A row of data may have few of many."""

_ROWS_AT_A_TIME = 20_000
"""Rows that are held as Python's strings before they become a column, which takes a tenth of the memory."""

_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True)
class TextTable:
    """Chosen columns of a file as text.

    ``columns``: a column of strings per chosen heading, in that order, indexed by the row in the file, counted as a spreadsheet
    counts (1 is the first row of the file). ``ended_early``: how many of the rows the publisher ends before the header does; what
    they lack is empty.
    """

    header: tuple[str, ...]
    columns: pd.DataFrame
    ended_early: int = 0


def read_text_table(
    content: bytes, file: str, header_has: tuple[str, ...], choose: Callable[[tuple[str, ...]], Choice]
) -> TextTable:
    """Read the columns that ``choose`` names, once the header (the first row holding one of ``header_has``) is known.

    Raises InputError for a file without header or with two, a chosen heading that stands twice, a row that is shorter than the
    header and does not end where the choice says that it may, a row that is longer, a school's row under a label that is not
    known, a file that ends in the middle of a row, and one of too many rows.
    """
    records = csv.reader(open_text(content, file), strict=True)
    try:
        header, header_row = _find_header(records, header_has, file)
        choice = choose(header)
        row = header_row
        take = _taker([_place(heading, header, header_row, file) for heading in choice.headings])
        rows_read = Rows(header, choice)
        mark = next(heading for heading in header_has if heading in header)
        widths = Widths(header, choice, file, ends_in_a_line=content.endswith((b"\n", b"\r")))
        columns = _Columns(choice.headings)
        for row, record in enumerate(records, start=header_row + 1):
            if not any(map(str.strip, record)):
                continue  # blank rows at the foot of a sheet
            widths.fit(record, row, records)
            if mark in record:
                raise InputError(
                    "The header stands there a second time",
                    file=file,
                    row=row,
                    expected="one header, and rows of data below it",
                    do="two files that were put together look so; " + FETCH_AGAIN,
                )
            if rows_read.has(record, row):
                columns.add(take(record), row)
            elif not rows_read.are_too_many():
                continue
            if choice.most_rows and (columns.count > choice.most_rows or rows_read.are_too_many()):
                raise InputError(
                    f"The file has more than {choice.most_rows:,} rows that are read, or that say what is not known",
                    file=file,
                    row=row,
                    expected=f"at most {choice.most_rows:,}: several times what the largest real file has",
                    do="take it out if it is not the publisher's; if it is, raise largest_rows of its table in transforms/layouts",
                )
    except csv.Error as error:
        raise InputError(
            f"The file cannot be read as CSV ({error}): it ends in the middle of a field, or has a stray quotation mark",
            file=file,
            row=records.line_num,
            expected="fields parted by commas, and a quotation mark at both ends of a field that has any in it",
            do=FETCH_AGAIN,
        ) from error
    _refuse_cut(content, file, row, choice.ends_with)
    for each, labels in zip(choice.wanted, rows_read.labels, strict=True):
        _demand(each, labels, choice.do, file)
    if not columns.count:
        raise InputError("The file has a header and no rows", file=file, expected="data", do=FETCH_AGAIN)
    rows_read.refuse_lost(file)
    return TextTable(header, columns.frame(), widths.ended_early)


class _Columns:
    """Rows that come one by one, and the columns that they become."""

    def __init__(self, headings: Sequence[str]) -> None:
        self.headings, self.count = headings, 0
        self._rows, self._numbers = list[Sequence[str]](), list[int]()
        self._tables, self._indices = list[pa.Table](), list[pd.Index]()

    def add(self, values: Sequence[str], row: int) -> None:
        self._rows.append(values)
        self._numbers.append(row)
        self.count += 1
        if len(self._rows) == _ROWS_AT_A_TIME:
            self._flush()

    def frame(self) -> pd.DataFrame:
        """The columns as strings, by the row in the file."""
        self._flush()
        tables, index = self._tables, self._indices[0].append(self._indices[1:])
        self._tables = self._indices = []
        frame: pd.DataFrame = pa.concat_tables(tables).to_pandas(self_destruct=True, split_blocks=True)
        return frame.set_axis(index)

    def _flush(self) -> None:
        if self._rows or not self._tables:
            texts = zip(*self._rows, strict=True) if self._rows else ((),) * len(self.headings)
            columns = [pa.array(column, pa.large_string()) for column in texts]
            self._tables.append(pa.table(columns, [str(place) for place in range(len(columns))]))
            self._indices.append(pd.Index(self._numbers, dtype="int64"))
            self._rows, self._numbers = [], []


def _refuse_cut(content: bytes, file: str, row: int, ends_with: Ending) -> None:
    """Raise InputError for a file whose last row may lack the end of its last field: no line end, or what stands for one."""
    end = content[-64:].rstrip(b" \t")[-1:]
    if end in (b"\n", b"\r") or ends_with == "anything" or (ends_with == "quotation mark" and end == b'"'):
        return
    raise InputError(
        "The file does not end with the end of a line: it is cut off in the last field of its last row",
        file=file,
        row=row,
        expected="a line end after the last row, as in the publisher's own file"
        + (", or a last field in quotation marks" if ends_with == "quotation mark" else ""),
        do=FETCH_AGAIN + "; if the file is whole, put a line end at its end",
    )


def heading_key(heading: str) -> str:
    """A heading by its letters and digits alone: publishers change capitals, spaces and brackets, and people do when they save."""
    return "".join(filter(str.isalnum, heading)).lower()


def blanked(content: bytes, file: str, header_has: tuple[str, ...], headings: Collection[str]) -> bytes:
    """The file with nothing under headings that begin as these do, and nothing above its header, in UTF-8.

    It is read as the one before is, but for them. Raises InputError for a file without header.
    """
    records = csv.reader(open_text(content, file), strict=True)
    header, row = _find_header(records, header_has, file)
    starts = tuple(heading_key(heading) for heading in headings)
    places = [place for place, heading in enumerate(header) if heading_key(heading).startswith(starts)]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([[""]] * (row - 1))  # so that rows have the numbers that they had
    writer.writerow(header)
    for record in records:
        for place in places:
            if place < len(record):
                record[place] = ""
        writer.writerow(record)
    return out.getvalue().encode("utf-8-sig")


def _find_header(records: Iterable[list[str]], header_has: tuple[str, ...], file: str) -> tuple[tuple[str, ...], int]:
    above: tuple[int, int] | None = None  # how many fields of the fullest row above it are filled, and which row that is
    for row, record in enumerate(records, start=1):
        # Ofsted has headings with two spaces in a row in some releases and one in others.
        header = tuple(" ".join(heading.split()) for heading in record)
        if any(heading in header for heading in header_has):
            if above and (above[0] > TITLE_FIELDS_AT_MOST or above[0] * 3 > len(header)):
                raise InputError(
                    f"A row with {above[0]} fields that are filled stands above the header",
                    file=file,
                    row=above[1],
                    expected="the header above every row of data, and nothing but a title above it",
                    do="move the header to the top; " + FETCH_AGAIN,
                )
            return header, row
        if (filled := sum(map(bool, header))) > 1:
            above = max(above or (0, 0), (filled, row))
        for delimiter, word in _DELIMITERS.items():
            if set(header_has) & {each.strip(' "') for each in delimiter.join(record).split(delimiter)}:
                raise InputError(
                    f"The fields of the file are parted by {word}",
                    file=file,
                    row=row,
                    expected="fields parted by commas",
                    do="save it as CSV with commas, or fetch the publisher's own file",
                )
        if row >= TITLE_ROWS_AT_MOST:
            break
    raise InputError(
        f"No header was found in the first {TITLE_ROWS_AT_MOST} rows",
        file=file,
        column=" or ".join(header_has),
        expected=f"a row with the heading {' or '.join(header_has)}",
        do="check that this is the file its name says, and that the publisher has not changed its layout",
    )


def _place(heading: str, header: tuple[str, ...], row: int, file: str) -> int:
    """Where a heading stands. Raises InputError where it stands twice, in whatever capitals: which is meant, nobody can tell."""
    if len(alike := [each for each in header if heading_key(each) == heading_key(heading)]) > 1:
        raise InputError(
            "A heading stands twice",
            file=file,
            row=row,
            column=" and ".join(dict.fromkeys(alike)),
            expected="each heading once",
            do="compare the two columns, and take out the one that is not the publisher's",
        )
    return header.index(heading)


def _demand(wanted: Wanted, found: Counter[str], do: str | None, file: str) -> None:
    """Raise InputError where a label that is wanted does not occur: the publisher has another word, or it is another file."""
    lacking = sorted(wanted.labels - set(found))
    if not lacking or (len(lacking) < len(wanted.labels) and not wanted.each):
        return
    there = ", ".join(repr(label) for label, _ in found.most_common(LABELS_AT_MOST))
    raise InputError(
        f"No row says {' or '.join(lacking)}",
        file=file,
        column=wanted.heading,
        expected=f"rows with {', '.join(sorted(wanted.labels))}; the file has {there or 'none'}",
        do=do,
    )


def _taker(indices: list[int]) -> Callable[[list[str]], Sequence[str]]:
    if len(indices) == 1:
        return lambda record: (record[indices[0]],)
    return itemgetter(*indices)
