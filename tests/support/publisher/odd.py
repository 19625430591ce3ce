"""What was met in publishers' files, put into one that is served: each takes the bytes of a file and gives them back odd."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable


def _changed(content: bytes, change: Callable[[list[str], list[list[str]]], list[list[str]]]) -> bytes:
    encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "cp1252"
    header, *rows = csv.reader(io.StringIO(content.decode(encoding), newline=""))
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *change(header, rows)])
    return text.getvalue().encode(encoding)


def with_a_blank_link(content: bytes) -> bytes:
    """Links: the first leads nowhere."""

    def change(header: list[str], rows: list[list[str]]) -> list[list[str]]:
        first = rows[0].copy()
        first[header.index("LinkURN")] = ""
        return [first, *rows]

    return _changed(content, change)


def with_a_row_twice(content: bytes) -> bytes:
    """Any file: its first row stands there once more, the same in every column."""
    return _changed(content, lambda _, rows: [rows[0], *rows])


def with_another_years_words(content: bytes) -> bytes:
    """Links: a kind of link in words that no list has."""

    def change(header: list[str], rows: list[list[str]]) -> list[list[str]]:
        rows[0][header.index("LinkType")] = "Predecessor - of a kind to come"
        return rows

    return _changed(content, change)


def with_two_versions(content: bytes) -> bytes:
    """Results: every row provisional, with other figures, and revised."""

    def change(header: list[str], rows: list[list[str]]) -> list[list[str]]:
        version, percent = header.index("version"), header.index("expected_standard_pupil_percent")
        earlier = [row.copy() for row in rows]
        for row in earlier:
            row[version], row[percent] = "Provisional", "1"
        return [*earlier, *rows]

    return _changed(content, change)


def with_title_rows(content: bytes) -> bytes:
    """Any file: two rows of words above the header."""
    return b"Management information\r\nThis file has one row per school\r\n" + content


def with_spaces_in_headings(content: bytes) -> bytes:
    """Any file: a space after every heading, and two within."""
    header, line_end, rest = content.partition(b"\n")
    return header.replace(b",", b" ,").replace(b" inspection", b"  inspection") + line_end + rest
