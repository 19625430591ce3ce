"""A drop folder of one's own, in which a single value of one file changes: what a publisher's next issue is to a refresh."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

GIAS = ("gias/edubasealldata*.csv", "TelephoneNum")
OFSTED = ("ofsted/*.csv", "Web Link (opens in new window)")
"""A file, and a column of it that nothing reads: the file is new, and what comes out of it is as before."""


def copied(source: Path, to: Path) -> Path:
    """The files of a drop folder, which may be changed; returns the folder."""
    for path in (each for each in source.rglob("*") if each.is_file()):
        own = to / path.relative_to(source)
        own.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, own)  # without its mode: it may be read-only
    return to


def change(folder: Path, pattern: str, column: str, value: str) -> Path:
    """Put a value into the first row of a column, and leave every other byte as it is; returns the file."""
    (path,) = folder.glob(pattern)
    lines = path.read_bytes().splitlines(keepends=True)
    for number, line in enumerate(lines):
        if column in (headings := _fields(line)):
            row = _fields(lines[number + 1])
            assert len(row) == len(headings), f"{path.name}: its first row is longer than a line"
            row[headings.index(column)] = value
            lines[number + 1] = _line(row)
            path.write_bytes(b"".join(lines))
            return path
    raise ValueError(f"{path.name}: no column {column}")


def _fields(line: bytes) -> list[str]:
    return next(csv.reader([line.decode("cp1252", errors="replace")]), [])


def _line(row: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(row)
    return text.getvalue().encode("cp1252")
