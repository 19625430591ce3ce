"""The measures of an area that the map shows, taken from the contract of ``mart.area_summary``, and the classes of their legends.

A class of the legend is a natural one (Fisher and Jenks), its limits rounded to what the measure is told in.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

import jenkspy

from warehouse.contract import Column, OnMap, contract_of, titled

CLASSES = 5
"""Of the legend: about as many as the eye tells apart by shade."""

_STEPS = (100.0, 50.0, 20.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1)
"""What limits are multiples of, the roundest first."""


@dataclass(frozen=True)
class Measure:
    """A column of ``mart.area_summary`` as the page needs it: what its contract says. ``decimals``: that it is shown with."""

    name: str
    title: str
    heading: str
    sentence: str
    unit: str
    step: float
    decimals: int
    is_mapped: bool
    empty: str
    is_of_those_in_need: bool
    not_shown_where: str | None

    def as_json(self) -> dict[str, Any]:
        """The same for the page."""
        return asdict(self)


def read_measures() -> list[Measure]:
    """The measures of the map, in the order in which the page offers them: columns with ``on_map`` in the contract."""
    columns = contract_of("area_summary").columns.items()
    offered = [(column.on_map, name, column) for name, column in columns if isinstance(column.on_map, OnMap)]
    return [_measure(name, column, shown) for shown, name, column in sorted(offered, key=lambda each: each[0].place)]


def _measure(name: str, column: Column, shown: OnMap) -> Measure:
    title = column.label or titled(name)
    return Measure(
        name=name,
        title=title,
        heading=column.short or title,
        sentence=column.description,
        unit=column.unit or "",
        step=shown.step,
        decimals=max(0, -int(Decimal(str(shown.step)).normalize().as_tuple().exponent)),
        is_mapped=shown.is_mapped,
        empty=shown.empty,
        is_of_those_in_need=shown.is_of_those_in_need,
        not_shown_where=column.not_shown_where,
    )


def classes(values: Sequence[float], measure: Measure) -> list[float]:
    """The limits of the legend's classes: the lowest value, then the lower limit of each further class, then the highest value.

    At most ``CLASSES`` classes; fewer where there are fewer values. A limit is the roundest number that divides the values as the
    natural classes do, or else the nearest that the measure is told in; no two are equal, and no class is empty.
    """
    if not values:
        return []
    different = sorted(set(values))
    count = min(CLASSES, len(different))
    if count == 1:
        return [different[0], different[0]]
    # the upper end of each natural class is one of the values
    uppers = jenkspy.jenks_breaks(values, n_classes=count)[1:-1] if count < len(different) else different[:-1]
    following = dict(pairwise(different))
    limits = {_round_between(float(upper), following[float(upper)], measure.step) for upper in uppers}
    kept: list[float] = []
    for limit in sorted(limits):
        # rounding can leave a class without an area
        if any((kept[-1] if kept else -math.inf) <= value < limit for value in different) and limit <= different[-1]:
            kept.append(limit)
    return [different[0], *kept, different[-1]]


def count_in_classes(values: Sequence[float], limits: Sequence[float]) -> list[int]:
    """How many of the values stand in each of the classes, of which these are the ``limits`` as ``classes`` gives them."""
    counts = [0] * (len(limits) - 1 if limits else 0)
    for value in values:
        counts[bisect_right(limits, value, lo=1, hi=len(counts)) - 1] += 1
    return counts


def _round_between(below: float, above: float, finest: float) -> float:
    """The roundest number above ``below`` and up to ``above``; if there is none, the multiple of ``finest`` nearest ``above``.

    Above zero the least there is: none is a class of its own where the natural classes make it one.
    """
    if below == 0:
        return finest
    for step in _STEPS:
        if step < finest:
            break
        multiple = round((math.floor(below / step + 1e-9) + 1) * step, 6)
        if multiple <= above:
            return multiple
    return round(round(above / finest) * finest, 6)
