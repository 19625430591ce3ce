"""Parliamentary constituencies of the sample: invented, each inside one local authority, about 40 schools each.

What belongs here: the number per authority and the cut on the map. What does not: names of real constituencies.
"""

from __future__ import annotations

import numpy as np

from warehouse.sample.model import ENGLAND, Flags, Ints

_PER_ENGLAND = 543


def cut_constituencies(
    authority: Ints, easting: Ints, northing: Ints, is_english: Flags, schools: int
) -> tuple[Ints, list[tuple[int, int]]]:
    """Cut each authority's schools into constituencies.

    Returns the constituency of each school (-1 outside England) and, for each constituency, its authority and its
    number there (from 1).
    """
    rows_of = {int(at): np.flatnonzero((authority == at) & is_english) for at in np.unique(authority[is_english])}
    parts = _apportion({at: len(rows) for at, rows in rows_of.items()}, round(_PER_ENGLAND * schools / ENGLAND))
    constituency = np.full(len(authority), -1, dtype=np.int64)
    found: list[tuple[int, int]] = []
    for at, rows in rows_of.items():
        for number, members in enumerate(_cut(rows, easting, northing, parts[at]), start=1):
            constituency[members] = len(found)
            found.append((at, number))
    return constituency, found


def _apportion(sizes: dict[int, int], total: int) -> dict[int, int]:
    """Share `total` parts out by size, at least one each (so more than `total` where there are more authorities)."""
    parts = dict.fromkeys(sizes, 1)
    while sum(parts.values()) < total:
        # the authority whose parts are largest gets one more; the lowest number wins a tie
        most = max(sizes, key=lambda at: (sizes[at] / (parts[at] + 0.5), -at))
        parts[most] += 1
    return parts


def _cut(rows: Ints, easting: Ints, northing: Ints, parts: int) -> list[Ints]:
    """Halve `rows` across the longer side of the area they cover until there are `parts` parts of nearly equal size."""
    if parts == 1:
        return [rows]
    across = easting[rows] if np.ptp(easting[rows]) >= np.ptp(northing[rows]) else northing[rows]
    ordered = rows[np.argsort(across, kind="stable")]
    first = parts // 2
    middle = len(rows) * first // parts
    return _cut(ordered[:middle], easting, northing, first) + _cut(ordered[middle:], easting, northing, parts - first)
