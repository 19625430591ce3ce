"""From a publisher's bytes to rows of text: encodings, title rows above the header, ragged and truncated files.

Nothing here knows what a column means.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from transforms.errors import InputError

TITLE_ROWS_AT_MOST = 10
"""How far down the header is looked for (publishers put 0, 1 or 2 title rows above it)."""

FETCH_AGAIN = "fetch the file again from the publisher, and compare its size with the page it came from"


@dataclass(frozen=True)
class TextTable:
    """Chosen columns of a file as text.

    ``columns``: one list of strings per chosen heading, all of the same length. ``rows``: the row number in the file of
    each of them, counted as a spreadsheet counts (1 is the first row of the file).
    """

    header: tuple[str, ...]
    columns: dict[str, list[str]]
    rows: list[int]


def decode(content: bytes, file: str) -> str:
    """Text of a publisher's file: UTF-8 where it says so (byte order mark) or is valid UTF-8, else Windows-1252.

    Raises InputError when the file is empty, is a web page, or is no text. The five bytes Windows-1252 leaves undefined
    become U+FFFD: one odd character in a street name must not stop a national refresh.
    """
    if not content.strip():
        raise InputError("The file is empty", file=file, expected="a table with a header", do=FETCH_AGAIN)
    start = content[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        raise InputError(
            "The file is a web page, not data: the publisher's server probably answered with an error or a login page",
            file=file,
            expected="a CSV file",
            do="open the download address in a browser, and save the file itself",
        )
    if content[:2] == b"PK" or b"\x00" in content[:2048]:
        raise InputError(
            "The file is not text (a spreadsheet or an archive under another name?)",
            file=file,
            expected="a CSV file",
            do="unpack it, or save it as CSV",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def read_text_table(
    content: bytes, file: str, header_has: tuple[str, ...], choose: Callable[[tuple[str, ...]], Iterable[str]]
) -> TextTable:
    """Read the columns that ``choose`` names, once the header (the first row holding one of ``header_has``) is known.

    Raises InputError for a file without header, a row that is too short for a chosen column, a row that is longer than
    the header, and a file that ends in the middle of a row.
    """
    text = decode(content, file)
    records = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header, header_row = _find_header(records, header_has, file)
        chosen = list(choose(header))
        indices = [header.index(heading) for heading in chosen]
        take, needed = _taker(indices), max(indices) + 1
        values: list[Sequence[str]] = []
        rows: list[int] = []
        width, last_width = len(header), len(header)
        for row, record in enumerate(records, start=header_row + 1):
            width, last_width = last_width, len(record)
            if len(record) < needed:
                if not any(map(str.strip, record)):
                    continue  # blank rows at the foot of a sheet
                raise _short_row(text, file, row, len(record), len(header))
            if len(record) > len(header) and any(record[len(header) :]):
                raise InputError(
                    f"A row has {len(record)} fields, the header has {len(header)}",
                    file=file,
                    row=row,
                    expected="one field for each heading",
                    do="look at the row for a stray comma or quotation mark; " + FETCH_AGAIN,
                )
            if not any(taken := take(record)):
                continue
            values.append(taken)
            rows.append(row)
    except csv.Error as error:
        raise InputError(
            f"The file cannot be read as CSV ({error}): it ends in the middle of a field, or has a stray quotation mark",
            file=file,
            row=records.line_num,
            do=FETCH_AGAIN,
        ) from error
    if not rows:
        raise InputError("The file has a header and no rows", file=file, expected="data", do=FETCH_AGAIN)
    # Compared with the row before, not with the header: in one genuine file of 2017 every row lacks the last field.
    if not text.endswith("\n") and last_width < width:
        raise _short_row(text, file, rows[-1], last_width, width)
    return TextTable(header, dict(zip(chosen, map(list, zip(*values, strict=True)), strict=True)), rows)


def _find_header(records: Iterable[list[str]], header_has: tuple[str, ...], file: str) -> tuple[tuple[str, ...], int]:
    for row, record in enumerate(records, start=1):
        # Ofsted has headings with two spaces in a row in some releases and one in others.
        header = tuple(" ".join(heading.split()) for heading in record)
        if any(heading in header for heading in header_has):
            return header, row
        if row >= TITLE_ROWS_AT_MOST:
            break
    raise InputError(
        f"No header was found in the first {TITLE_ROWS_AT_MOST} rows",
        file=file,
        column=" or ".join(header_has),
        expected=f"a row with the heading {' or '.join(header_has)}",
        do="check that this is the file its name says, and that the publisher has not changed its layout",
    )


def _taker(indices: list[int]) -> Callable[[list[str]], Sequence[str]]:
    if len(indices) == 1:
        return lambda record: (record[indices[0]],)
    return itemgetter(*indices)


def _short_row(text: str, file: str, row: int, fields: int, headings: int) -> InputError:
    truncated = not text.endswith("\n")
    return InputError(
        "The file is cut off in the middle of its last row" if truncated else "A row is too short",
        file=file,
        row=row,
        expected=f"{headings} fields, found {fields}",
        do=FETCH_AGAIN,
    )
