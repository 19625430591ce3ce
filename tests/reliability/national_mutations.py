"""What can happen to a national file as a whole: half of it lost, a column moved, a code written otherwise, another year's file.

``fault``: nobody has such a file for a right one, so that it must be refused, held by a check, or change no status. ``same``: the
file says the same in another way; it may be refused, but no status may change. ``news``: the file says something else that may be
true; it must be published as the oracle says, or held."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

Chance = random.Random
Rows = list[list[str]]


@dataclass(frozen=True)
class National:
    """A mutation of one file: ``kind`` is the key of ``FILES``."""

    name: str
    kind: str
    expected: Literal["fault", "same", "news"]
    change: Callable[[bytes, Chance], bytes]


FILES = {
    "gias": ("gias/edubasealldata20250930.csv", "gias"),
    "links": ("gias/links_edubasealldata20260821.csv", "gias"),
    "groups": ("gias/allgroupsdata20260821.csv", "gias"),
    "ofsted": (
        "ofsted/Management_information_-_state-funded_schools_-_latest_inspections_as_at_31_August_2025.csv",
        "ofsted",
    ),
    "ks2": ("ks2/2024-2025/ks2_school_attainment_data.csv", "ks2"),
    "ks2-before": ("ks2/2023-2024/ks2_school_attainment_data.csv", "ks2"),
    "ks4": ("ks4/2023-2024/202324_performance_tables_schools_final.csv", "ks4"),
    "authorities": ("reference/la_gias_to_ons_region_153.csv", "ons"),
    "settings": ("reference/lsoa21_to_ruc11.csv", "ons"),
}
"""The files, where they lie in the drop folder of 2025, and the group they land with."""


def on_rows(change: Callable[[Rows, Chance], None]) -> Callable[[bytes, Chance], bytes]:
    """A change of the table; its first row is the header."""

    def changed(content: bytes, chance: Chance) -> bytes:
        mark = b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b""
        text = content.removeprefix(mark).decode("latin-1")
        rows = list(csv.reader(io.StringIO(text, newline="")))
        change(rows, chance)
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator="\r\n" if "\r\n" in text[:50_000] else "\n").writerows(rows)
        return mark + out.getvalue().encode("latin-1", errors="replace")

    return changed


def each_value(
    heading: str, change: Callable[[str], str], where: Callable[[list[str]], bool] = lambda _: True
) -> Callable[..., bytes]:
    """A change of every value of a column."""

    def on(rows: Rows, _: Chance) -> None:
        place = rows[0].index(heading)
        for row in rows[1:]:
            if place < len(row) and where(row):
                row[place] = change(row[place])

    return on_rows(on)


def replaced(heading: str, old: str, new: str) -> Callable[..., bytes]:
    """A word of a column in another word."""
    return each_value(heading, lambda text: new if text == old else text)


def emptied(heading: str, share: float = 1) -> Callable[..., bytes]:
    """A column that is empty, in the whole or in the last part of the file."""

    def on(rows: Rows, _: Chance) -> None:
        place = rows[0].index(heading)
        for row in rows[1 + int((1 - share) * (len(rows) - 1)) :]:
            row[place] = ""

    return on_rows(on)


def headed(heading: str, other: str) -> Callable[..., bytes]:
    """A heading in other letters."""

    def on(rows: Rows, _: Chance) -> None:
        rows[0][rows[0].index(heading)] = other

    return on_rows(on)


def swapped(one: str, other: str, *, headings: bool = False) -> Callable[..., bytes]:
    """The values of two columns under each other's headings."""

    def on(rows: Rows, _: Chance) -> None:
        first, second = rows[0].index(one), rows[0].index(other)
        for row in rows[:1] if headings else rows[1:]:
            row[first], row[second] = row[second], row[first]

    return on_rows(on)


def authority_lost(heading: str, code: Callable[[str], str] = str) -> Callable[..., bytes]:
    """All rows of an authority of some size are not there."""

    def on(rows: Rows, chance: Chance) -> None:
        place = rows[0].index(heading)
        lost = chance.choice(LARGE)
        rows[1:] = [row for row in rows[1:] if code(row[place]) != lost]

    return on_rows(on)


LARGE = ("936", "850", "881", "886", "888", "330", "383", "926", "935", "919")
"""Surrey, Hampshire, Essex, Kent, Lancashire, Birmingham, Leeds, Norfolk, Suffolk, Hertfordshire."""


def cut_to(share: float) -> Callable[..., bytes]:
    """The file ends at a line end."""

    def cut(content: bytes, _: Chance) -> bytes:
        return content[: content.index(b"\n", int(share * len(content))) + 1]

    return cut


def rows_lost(share: float) -> Callable[..., bytes]:
    """Rows are lost here and there."""

    def on(rows: Rows, chance: Chance) -> None:
        rows[1:] = [row for row in rows[1:] if chance.random() >= share]

    return on_rows(on)


def half_twice(content: bytes, _: Chance) -> bytes:
    middle = content.index(b"\n", len(content) // 2) + 1
    return content + content[middle:]


def half_twice_and_differs(heading: str, value: str) -> Callable[..., bytes]:
    def on(rows: Rows, _: Chance) -> None:
        place = rows[0].index(heading)
        rows += [[*row[:place], value, *row[place + 1 :]] for row in rows[len(rows) // 2 :]]

    return on_rows(on)


def moved_up(heading: str, from_share: float) -> Callable[..., bytes]:
    """From some row on a column's values stand a row too high, and the last row has none."""

    def on(rows: Rows, _: Chance) -> None:
        _move_up(rows, heading, from_share, last="")

    return on_rows(on)


def block_moved_up(*headings: str) -> Callable[..., bytes]:
    """Some columns stand a row too high together, so that they fit each other; the last row has what the first had."""

    def on(rows: Rows, _: Chance) -> None:
        for heading in headings:
            _move_up(rows, heading, 0)

    return on_rows(on)


def _move_up(rows: Rows, heading: str, from_share: float, last: str | None = None) -> None:
    place = rows[0].index(heading)
    start = 1 + int(from_share * (len(rows) - 1))
    values = [row[place] for row in rows[start:]]
    for row, value in zip(rows[start:], [*values[1:], values[0] if last is None else last], strict=True):
        row[place] = value


def as_number(text: str, factor: float) -> str:
    sign = "%" if text.endswith("%") else ""
    try:
        return f"{float(text.removesuffix('%')) * factor:.6g}{sign}"
    except ValueError:
        return text


def american(text: str) -> str:
    """31/08/2025 as 08/31/2025."""
    parts = text.split("/")
    return "/".join([parts[1], parts[0], parts[2]]) if len(parts) == 3 else text


def shuffled(rows: Rows, chance: Chance) -> None:
    body = rows[1:]
    chance.shuffle(body)
    rows[1:] = body


def columns_shuffled(rows: Rows, chance: Chance) -> None:
    order = chance.sample(range(len(rows[0])), len(rows[0]))
    rows[:] = [[row[place] for place in order] for row in rows]


def two_new_codes(rows: Rows, chance: Chance) -> None:
    """An authority becomes two, with codes that no list has yet."""
    place, lost = rows[0].index("LA (code)"), chance.choice(LARGE)
    for number, row in enumerate(rows[1:]):
        if row[place] == lost:
            row[place] = ("950", "951")[number % 2]


def some_rows(heading: str, value: Callable[[str], str], count: int = 5) -> Callable[..., bytes]:
    """A few rows say something else."""

    def on(rows: Rows, chance: Chance) -> None:
        place = rows[0].index(heading)
        for row in chance.sample(rows[1:], min(count, len(rows) - 1)):
            row[place] = value(row[place])

    return on_rows(on)


def every() -> Iterator[National]:
    """All of them, in the order in which they are tried."""
    from tests.reliability.national_cases import CASES

    for expected, kinds in CASES.items():
        for kind, changes in kinds.items():
            for name, change in changes.items():
                yield National(name, kind, expected, change)
