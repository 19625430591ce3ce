"""From a publisher's bytes to rows of text: encodings, title rows above the header, ragged and truncated files.

Nothing here knows what a column means.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from transforms.errors import InputError

LABELS_AT_MOST = 12
"""How many of the labels that are there an error lists."""

TITLE_ROWS_AT_MOST = 10
"""How far down the header is looked for (publishers put 0, 1 or 2 title rows above it)."""

FETCH_AGAIN = "fetch the file again from the publisher, and compare its size with the page it came from"


@dataclass(frozen=True)
class TextTable:
    """Chosen columns of a file as text.

    ``columns``: one list of strings per chosen heading, all of the same length. ``rows``: the row number in the file of
    each of them, counted as a spreadsheet counts (1 is the first row of the file). ``ended_early``: how many of them the publisher
    ends before the header does; what they lack is empty.
    """

    header: tuple[str, ...]
    columns: dict[str, list[str]]
    rows: list[int]
    ended_early: int = 0


@dataclass(frozen=True)
class Wanted:
    """Which rows are read: those that have one of these labels under the heading.

    ``each``: every one of the labels must occur in the file, else at least one of them. ``beside``: labels of rows that are read
    too, where there are any.
    """

    heading: str
    labels: frozenset[str]
    each: bool = False
    beside: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Choice:
    """What is read of a file with a certain header: which headings, of which rows.

    A row that is not ``wanted`` is not looked at further: it may be as it likes. ``may_end_after``: headings after which a row may
    end, by the publisher's rule. ``do``: what to do where no row is as wanted.
    """

    headings: tuple[str, ...]
    wanted: tuple[Wanted, ...] = ()
    may_end_after: tuple[str, ...] = ()
    do: str | None = None


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
    content: bytes, file: str, header_has: tuple[str, ...], choose: Callable[[tuple[str, ...]], Choice]
) -> TextTable:
    """Read the columns that ``choose`` names, once the header (the first row holding one of ``header_has``) is known.

    Raises InputError for a file without header, a chosen heading that stands twice, a row that is shorter than the header and does
    not end where the choice says that it may, a row that is longer, and a file that ends in the middle of a row.
    """
    text = decode(content, file)
    records = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header, header_row = _find_header(records, header_has, file)
        choice = choose(header)
        take = _taker([_place(heading, header, header_row, file) for heading in choice.headings])
        wanted = [(header.index(each.heading), each.labels | each.beside, Counter[str]()) for each in choice.wanted]
        ends = {header.index(heading) + 1 for heading in choice.may_end_after if heading in header}
        values: list[Sequence[str]] = []
        rows: list[int] = []
        ended_early = 0
        width, last_width = len(header), len(header)
        for row, record in enumerate(records, start=header_row + 1):
            width, last_width = last_width, len(record)
            if not any(map(str.strip, record)):
                continue  # blank rows at the foot of a sheet
            if not _is_wanted(record, wanted):
                continue
            if len(record) < len(header):
                if len(record) not in ends:
                    raise _short_row(text, file, row, len(record), len(header))
                record += [""] * (len(header) - len(record))
                ended_early += 1
            if len(record) > len(header) and any(record[len(header) :]):
                raise InputError(
                    f"A row has {len(record)} fields, the header has {len(header)}",
                    file=file,
                    row=row,
                    expected="one field for each heading",
                    do="look at the row for a stray comma or quotation mark; " + FETCH_AGAIN,
                )
            values.append(take(record))
            rows.append(row)
    except csv.Error as error:
        raise InputError(
            f"The file cannot be read as CSV ({error}): it ends in the middle of a field, or has a stray quotation mark",
            file=file,
            row=records.line_num,
            do=FETCH_AGAIN,
        ) from error
    for each, (_, _, found) in zip(choice.wanted, wanted, strict=True):
        _demand(each, found, choice.do, file)
    if not rows:
        raise InputError("The file has a header and no rows", file=file, expected="data", do=FETCH_AGAIN)
    # Compared with the row before: in one genuine file of 2017 every row ends early.
    if not text.endswith("\n") and last_width < width:
        raise _short_row(text, file, rows[-1], last_width, width)
    return TextTable(header, dict(zip(choice.headings, map(list, zip(*values, strict=True)), strict=True)), rows, ended_early)


def heading_key(heading: str) -> str:
    """A heading by its letters and digits alone: publishers change capitals, spaces and brackets, and people do when they save."""
    return "".join(filter(str.isalnum, heading)).lower()


def blanked(content: bytes, file: str, header_has: tuple[str, ...], headings: Collection[str]) -> bytes:
    """The file with nothing under headings that begin as these do, and nothing above its header, in UTF-8.

    It is read as the one before is, but for them. Raises InputError for a file without header.
    """
    records = csv.reader(io.StringIO(decode(content, file), newline=""), strict=True)
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
    # what is taken out of texts anyway (transforms/text.py) would look like no text where it has moved to the beginning
    return out.getvalue().replace("\0", "").encode("utf-8-sig")


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


def _place(heading: str, header: tuple[str, ...], row: int, file: str) -> int:
    """Where a heading stands. Raises InputError where it stands twice: which of the two is meant, nobody can tell."""
    if header.count(heading) > 1:
        raise InputError(
            "A heading stands twice",
            file=file,
            row=row,
            column=heading,
            expected="each heading once",
            do="compare the two columns, and take out the one that is not the publisher's",
        )
    return header.index(heading)


def _is_wanted(record: list[str], wanted: list[tuple[int, frozenset[str], Counter[str]]]) -> bool:
    """Whether the row has a label that is wanted in every one of the columns; what is found is counted, column by column."""
    for index, labels, found in wanted:
        label = record[index].strip() if index < len(record) else ""
        found[label] += 1
        if label not in labels:
            return False
    return True


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


def _short_row(text: str, file: str, row: int, fields: int, headings: int) -> InputError:
    truncated = not text.endswith("\n")
    return InputError(
        "The file is cut off in the middle of its last row" if truncated else "A row is too short",
        file=file,
        row=row,
        expected=f"{headings} fields, found {fields}",
        do=FETCH_AGAIN,
    )
