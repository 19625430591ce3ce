"""The rows of two engines, as multisets: which differ, in which column, and by what."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

RELATIVE = 1e-9
"""What two floating-point numbers may differ by and be called equal: engines may add in another order."""

KEYS = ("definition", "urn", "need_urn", "partner_urn", "phase", "question", "code", "rule", "search_radius_miles")
"""The columns that say which row it is: of two that differ these are told."""

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Table:
    """The columns of a table, in their order, and its rows, in any."""

    columns: tuple[str, ...]
    rows: list[Row]


@dataclass(frozen=True)
class Compared:
    """``nearly``: how many rows are equal but for the last places of a number. ``differences``: the others, a line for each."""

    nearly: int
    differences: list[str]


def compared(ours: Table, others: Table, engine: str) -> Compared:
    """The rows of DuckDB beside those of another engine."""
    if ours.columns != others.columns:
        return Compared(0, [f"columns: {', '.join(ours.columns)} in DuckDB, {', '.join(others.columns)} in {engine}"])
    mine, theirs = Counter(map(_hashable, ours.rows)), Counter(map(_hashable, others.rows))
    left: defaultdict[Row, tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
    at = [number for number, name in enumerate(ours.columns) if name in KEYS]
    for side, rows in enumerate((mine - theirs, theirs - mine)):
        for row in sorted(rows.elements(), key=repr):
            left[tuple(row[number] for number in at)][side].append(row)
    nearly, differences = 0, []
    for key, (ours_left, others_left) in left.items():
        said = ", ".join(f"{ours.columns[number]} {value}" for number, value in zip(at, key, strict=True))
        for a, b in zip(ours_left, others_left, strict=False):
            told = list(_differing(ours.columns, a, b, engine))
            nearly += not told
            differences += [f"{said}: {each}" for each in told]
        for rows, where, beyond in ((ours_left, "DuckDB", len(others_left)), (others_left, engine, len(ours_left))):
            differences += [f"{said}: only in {where}: {row}" for row in rows[beyond:]]
    return Compared(nearly, differences)


def _differing(columns: Sequence[str], a: Row, b: Row, engine: str) -> Iterator[str]:
    for column, one, other in zip(columns, a, b, strict=True):
        if one != other and not (
            isinstance(one, float) and isinstance(other, float) and math.isclose(one, other, rel_tol=RELATIVE)
        ):
            yield f"{column}: {one!r} in DuckDB, {other!r} in {engine}"


def _hashable(row: Row) -> Row:
    return tuple(tuple(value) if isinstance(value, list) else value for value in row)
