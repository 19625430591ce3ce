"""The measures of an area that the map shows, their classes, and the order in which everything is offered.

A class of the legend is a natural one (Fisher and Jenks), its limits rounded to what the measure is told in.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import jenkspy

CLASSES = 5
"""Of the legend: about as many as the eye tells apart by shade."""

_STEPS = (100.0, 50.0, 20.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1)
"""What limits are multiples of, the roundest first."""


@dataclass(frozen=True)
class Measure:
    """A column of ``mart.area_summary`` in words. ``unit``: schools or percent; ``step``: what it is told in (1, 0.5, 0.1).

    ``is_mapped``: it can be chosen for the map, else it stands in the table alone. ``empty``: what an area without a value is.
    ``is_of_those_in_need``: it counts some of the schools in need; where nobody is in need, the page says so in place of 0.
    """

    name: str
    title: str
    heading: str
    sentence: str
    unit: str
    step: float
    is_mapped: bool = True
    empty: str = "no schools in need"
    is_of_those_in_need: bool = False

    def as_json(self) -> dict[str, Any]:
        """The same for the page."""
        return asdict(self)


MEASURES = (
    Measure(
        "partners_median",
        "High-performing schools per school in need (median)",
        "High-performing schools per school in need (median)",
        "The median number of high-performing schools of the same phase within the search radius of each school in need. A school "
        "in need counts where it stands; the schools near it may stand across the border.",
        "schools",
        0.5,
    ),
    Measure(
        "high_performing_percent",
        "High-performing schools, % of schools",
        "High-performing, %",
        "High-performing schools as a percentage of the schools of the phase.",
        "percent",
        0.1,
        empty="no schools of the phase",
    ),
    Measure(
        "in_need_percent",
        "Schools in need, % of schools",
        "In need, %",
        "Schools in need as a percentage of the schools of the phase.",
        "percent",
        0.1,
        empty="no schools of the phase",
    ),
    Measure(
        "in_need_without_partner",
        "Schools in need with nobody near",
        "In need with nobody near",
        "Schools in need with no high-performing school of the same phase within their search radius.",
        "schools",
        1,
        is_of_those_in_need=True,
    ),
    Measure(
        "partnered_exclusively_1",
        "Schools in need that can have a partner of their own",
        "In need with a partner of their own",
        "Schools in need that get a high-performing school near them for themselves when all of England is paired at once and no "
        "high-performing school helps more than one.",
        "schools",
        1,
        is_of_those_in_need=True,
    ),
    Measure("schools", "Schools", "Schools", "Schools of the phase.", "schools", 1, is_mapped=False),
    Measure("high_performing", "High-performing", "High-performing", "High-performing schools.", "schools", 1, is_mapped=False),
    Measure("in_need", "In need", "In need", "Schools in need.", "schools", 1, is_mapped=False),
    Measure(
        "not_assessed",
        "Neither, but not assessed by every rule",
        "Not assessed by every rule",
        "Schools that are neither, to which at least one rule could not be applied: not assessed is not a no.",
        "schools",
        1,
        is_mapped=False,
    ),
)
"""In the order in which the page offers them."""


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
