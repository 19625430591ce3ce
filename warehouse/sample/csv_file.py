"""Writing one table as the publishers do: their heading order, encoding, line ends and way to say "missing".

What belongs here: the writer and the spelling of dates and numbers. What does not: which headings a file has.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np

from warehouse.sample.model import Days, Floats, Ints

Cells = Sequence[str]


def headings(text: str) -> list[str]:
    """Split a block of headings, parted by | and line ends."""
    return text.strip().replace("\n", "|").split("|")


def write_table(
    path: Path,
    names: Sequence[str],
    columns: Mapping[str, Any],
    *,
    missing: str = "",
    encoding: str = "cp1252",
    line_end: str = "\r\n",
    quoting: Any = csv.QUOTE_MINIMAL,
    titles: Iterable[str] = (),
    has_blank_row: bool = False,
) -> None:
    """Write `columns` (heading to one text per row) under the headings `names`; those without a column are `missing`.

    `titles` stand above the header, one to a row; `has_blank_row` adds a row of empty cells at the end.

    Raises:
        ValueError: a column that the layout has no heading for.
    """
    unknown = sorted(set(columns) - set(names))
    if unknown:
        raise ValueError(f"{path.name} has no headings {unknown}")
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = zip(*(columns.get(name) if name in columns else repeat(missing) for name in names), strict=False)
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator=line_end, quoting=quoting)
        writer.writerows([title] for title in titles)
        writer.writerow(names)
        writer.writerows(rows)
        if has_blank_row:
            writer.writerow([""] * len(names))


def dates(days: Days, separator: str, missing: str = "") -> list[str]:
    """Write days as dd-mm-yyyy with the given separator."""
    return [
        missing if text == "NaT" else separator.join((text[8:], text[5:7], text[:4]))
        for text in np.datetime_as_string(days.astype("M8[D]")).tolist()
    ]


def numbers(values: Ints, missing: str = "", below: int = 0) -> list[str]:
    """Write whole numbers; those under `below` are missing."""
    return [str(value) if value >= below else missing for value in values.tolist()]


def decimals(values: Floats, places: int, missing: str = "") -> list[str]:
    """Write numbers as the publishers' tools do, without needless zeros but one ("46.0", "0.4"); nan is missing."""
    return [missing if value != value else str(value) for value in np.round(values, places).tolist()]
