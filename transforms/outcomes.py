"""How far what became of groups of schools can be told: means, and their intervals by resampling local authorities.

Schools of one authority have much in common (its funding, its intake, who supports them), so that they are no independent
observations: whole authorities are drawn, with replacement, as a cluster bootstrap does (Cameron, Gelbach and Miller 2008, Review
of Economics and Statistics 90, 414-427). The schools compared with are drawn in the same draw, and their means taken anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

DRAWS = 2000
SEED = 2017
"""One for all, so that the same schools have the same interval."""
FEWEST = 10
"""Schools: of fewer neither a mean nor an interval is told. Our choice; percentile intervals of so few are too narrow."""

GAIN, BAND, NEAR_BAND, NEIGHBOURS = "gain", "less_band", "less_near_band", "less_neighbours"
FROM_OTHERS = "_from_others"

STATUS, NOT_TOLD = "status", "not_told"
"""The grouping of all schools, and the group of those of which it is not told what stood near them (``sql/follow/grouped.sql``)."""

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Less = Callable[[Mask], tuple[Floats, Floats]]
"""Of some schools, by draw: the sum of their gains less those of the schools compared with, and of how many it is."""


def intervals(schools: pd.DataFrame) -> pd.DataFrame:
    """Mean gains of groups, alone and less those of the schools compared with, each with its 95 % percentile interval.

    ``schools``: a row per definition, school that can be compared, and group: ``definition, phase, grouping, help_group,
    la_ons_code, was_in_need, band, near_band`` (which schools began at the same place; which of these had as many high-performing
    schools near), ``gain`` (places), ``neighbour_gain`` (of the nearest, null where there are none). Returns a row per
    definition, phase, grouping, help_group and measure: ``schools, value, lower, upper``, in places, where there are FEWEST
    schools at least. Measures: ``gain``; ``less_band`` and ``less_near_band``, less the mean of those not in need of the same
    band; ``less_neighbours``, less that of the nearest, which stay the same in every draw (a bootstrap of matches that are drawn
    anew does not hold: Abadie and Imbens 2008); and of these three ``…_from_others``, its difference from that of the other
    groups of the grouping.
    """
    rows = [row for _, phase in schools.groupby(["definition", "phase"], sort=True) for row in _of_phase(phase)]
    return pd.DataFrame(
        rows, columns=["definition", "phase", "grouping", "help_group", "measure", "schools", "value", "lower", "upper"]
    )


class _Sums:
    """Of the schools of a phase: sums by draw. The first draw is what was found, with each authority once."""

    def __init__(self, schools: pd.DataFrame) -> None:
        self.authority, authorities = pd.factorize(schools["la_ons_code"], sort=True)
        self.size = len(authorities)
        drawn = np.random.default_rng(SEED).multinomial(self.size, np.full(self.size, 1 / self.size), size=DRAWS)
        self.draws = np.vstack([np.ones(self.size), drawn]).astype(float)

    def over(self, which: Mask, values: Floats) -> Floats:
        """The sum of the values of some schools."""
        return self.draws @ np.bincount(self.authority[which], values[which], minlength=self.size)

    def by(self, cell: npt.NDArray[np.intp], which: Mask, values: Floats) -> Floats:
        """The same for each cell."""
        table = np.zeros((self.size, cell.max() + 1))
        np.add.at(table, (self.authority[which], cell[which]), values[which])
        return self.draws @ table


def _of_phase(schools: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    sums = _Sums(schools)
    definition, phase = schools["definition"].iloc[0], schools["phase"].iloc[0]
    compared = [
        _against_band(sums, schools, BAND, "band"),
        _against_band(sums, schools, NEAR_BAND, "near_band"),
        _against_neighbours(sums, schools),
    ]
    gain, one = schools["gain"].to_numpy(float), np.ones(len(schools))
    for grouping in sorted(schools["grouping"].unique()):
        of_grouping = schools[schools["grouping"] == grouping]
        groups = {
            group: ((schools["grouping"] == grouping) & (schools["help_group"] == group)).to_numpy()
            for group in sorted(of_grouping["help_group"].unique())
        }
        for group, which in groups.items():
            yield from _told(definition, phase, grouping, group, GAIN, sums.over(which, gain), sums.over(which, one))
        in_need = {group: which for group, which in groups.items() if schools.loc[which, "was_in_need"].all()}
        for measure, less in compared:
            found = {group: less(which) for group, which in in_need.items()}
            for group, (total, number) in found.items():
                yield from _told(definition, phase, grouping, group, measure, total, number)
                others = [each for other, each in found.items() if NOT_TOLD not in (group, other) and other != group]
                if grouping != STATUS and others:
                    rest, of_rest = (np.sum([each[place] for each in others], axis=0) for place in (0, 1))
                    if of_rest[0] >= FEWEST:
                        apart = _ratio(total, number) - _ratio(rest, of_rest)
                        yield from _told(definition, phase, grouping, group, f"{measure}{FROM_OTHERS}", apart * number, number)


def _told(
    definition: str, phase: str, grouping: str, group: str, measure: str, total: Floats, number: Floats
) -> Iterator[tuple[object, ...]]:
    """The row of a measure, from its sums and numbers of schools by draw."""
    if number[0] >= FEWEST:
        found = _ratio(total, number)
        lower, upper = np.nanquantile(found[1:], [0.025, 0.975])
        yield definition, phase, grouping, group, measure, int(number[0]), found[0], lower, upper


def _against_band(sums: _Sums, schools: pd.DataFrame, measure: str, column: str) -> tuple[str, Less]:
    """Sums of gains less the mean of the schools not in need of the same band; of schools without such a band none."""
    gain, one = schools["gain"].to_numpy(float), np.ones(len(schools))
    cell, _ = pd.factorize(schools[column], sort=True)
    of_others = ((schools["grouping"] == STATUS) & ~schools["was_in_need"].astype(bool)).to_numpy() & (cell >= 0)
    others = _ratio(sums.by(cell, of_others, gain), sums.by(cell, of_others, one))

    def less(which: Mask) -> tuple[Floats, Floats]:
        which = which & (cell >= 0)
        there = sums.by(cell, which, one)
        is_known = ~np.isnan(others) & (there > 0)
        apart = np.where(is_known, sums.by(cell, which, gain) - there * np.nan_to_num(others), 0)
        return apart.sum(axis=1), np.where(is_known, there, 0).sum(axis=1)

    return measure, less


def _against_neighbours(sums: _Sums, schools: pd.DataFrame) -> tuple[str, Less]:
    gain, near, one = (*(schools[name].to_numpy(float) for name in ("gain", "neighbour_gain")), np.ones(len(schools)))

    def less(which: Mask) -> tuple[Floats, Floats]:
        known = which & ~np.isnan(near)
        return sums.over(known, gain - np.nan_to_num(near)), sums.over(known, one)

    return NEIGHBOURS, less


def _ratio(sums: Floats, numbers: Floats) -> Floats:
    """Means; not a number in a draw that has none of the schools."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(numbers > 0, sums / numbers, np.nan)
