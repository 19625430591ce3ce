"""Small drop folders: a source's files cut to the schools of some authorities, and the same with another judgement here and
there."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterable
from pathlib import Path

from warehouse.sample import write_sample

AUTHORITIES = ("850", "881", "886", "888")
"""Hampshire, Essex, Kent and Lancashire: of 600 schools of the sample they have the most."""

TOGGLED = 2
"""So many schools change between outstanding and inadequate from variant to variant."""

VARIANTS = 2**TOGGLED


def write_small(folder: Path, authorities: Iterable[str] = AUTHORITIES) -> Path:
    """The sample of 600 schools, cut to two authorities: about forty schools, of every phase."""
    whole = folder.with_name(f"{folder.name}-whole")
    write_sample(whole, schools=600)
    cut(whole, folder, set(authorities))
    shutil.rmtree(whole)
    return folder


def cut(source: Path, target: Path, authorities: set[str], at_most: int | None = None) -> Path:
    """The files of a drop folder with the rows of these authorities' schools alone; what tells of no school stays whole.

    ``at_most``: so many schools. Encodings, line ends, title rows and the order of the rows stay.
    """
    (register,) = source.rglob("edubasealldata*.csv")
    _, header, rows, _ = table(register.read_bytes())
    of_them = [row for row in rows if row[header.index("LA (code)")] in authorities][:at_most]
    schools = {row[header.index("URN")] for row in of_them}
    trusts = {row[header.index("Trusts (code)")] for row in of_them} - {""}
    for path in sorted(source.rglob("*")):
        to = target / path.relative_to(source)
        if path.is_file():
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(_cut(path.read_bytes(), schools, trusts) if path.suffix == ".csv" else path.read_bytes())
    return target


def _cut(content: bytes, schools: set[str], trusts: set[str]) -> bytes:
    titles, header, rows, line_end = table(content)
    for heading, wanted in (("URN", schools), ("school_urn", schools), ("Group UID", trusts)):
        if heading in header:
            place = header.index(heading)
            kept = [row for row in rows if place < len(row) and (row[place] in wanted or not row[place])]
            return written([*titles, header, *kept], line_end, content)
    return content


def table(content: bytes) -> tuple[list[list[str]], list[str], list[list[str]], str]:
    """Title rows, header, rows and line end of a CSV file; bytes are kept as they are, a character each."""
    text = content.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    start = next((n for n, row in enumerate(rows[:10]) if {"URN", "school_urn", "Group UID"} & set(row)), 0)
    line_end = "\r\n" if "\r\n" in text else "\n"
    return rows[:start], rows[start], [row for row in rows[start + 1 :] if any(row)], line_end


def written(rows: Iterable[list[str]], line_end: str, like: bytes) -> bytes:
    """The rows as a file, with the byte order mark where the one it is ``like`` has it."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=line_end).writerows(rows)
    mark = b"\xef\xbb\xbf" if like.startswith(b"\xef\xbb\xbf") else b""
    return mark + text.getvalue().encode("latin-1")


class Variants:
    """A small folder, and Ofsted's file in it with one judgement and another: so that refreshes have something to tell of."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (self._path,) = folder.rglob("Management_information*.csv")
        self._content = self._path.read_bytes()
        self.number = 0

    def write(self, number: int) -> dict[int, str]:
        """Make each of some schools inadequate or outstanding, by the bits of ``number``.

        Returns by URN which status the school must have then, by the definition of RISE.
        """
        self.number = number
        titles, header, rows, line_end = table(self._content)
        headings = ("URN", "Ofsted phase", "Overall effectiveness", "Inspection start date", "Category of concern")
        urn, phase, overall, day, concern = map(header.index, headings)
        told = [row for row in rows if row[overall].isdigit() and row[day] not in ("", "NULL")]
        for sort in ("Primary", "Secondary"):  # a check asks for one at least
            first = next(row for row in told if row[phase] == sort)
            first[overall] = "1"
            told.remove(first)
        expected = {}
        for bit, row in enumerate(told[:TOGGLED]):
            is_low = bool(number >> bit & 1)
            row[overall], row[concern] = ("4", "SM") if is_low else ("1", "NULL")
            expected[int(row[urn])] = "in_need" if is_low else "high_performing"
        partial = self._path.with_name(".partial")
        partial.write_bytes(written([*titles, header, *rows], line_end, self._content))
        partial.replace(self._path)
        return expected
