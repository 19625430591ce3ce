"""What every contestant must find, and how two findings are compared: nothing is timed before its pairs are proved equal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

NEAR_ENOUGH_M = 1e-6
"""Two distances of the same pair may differ by so many metres: what rounding leaves, and no more."""


@dataclass(frozen=True)
class Pairs:
    """School in need, partner (their numbers in ``World.needs`` and ``World.partners``) and distance in metres; in that order."""

    need: np.ndarray
    partner: np.ndarray
    distance_m: np.ndarray

    @classmethod
    def of(cls, need: np.ndarray, partner: np.ndarray, distance_m: np.ndarray) -> Pairs:
        """From rows in any order."""
        order = np.lexsort((partner, need))
        return cls(need[order].astype("int64"), partner[order].astype("int64"), distance_m[order].astype("float64"))

    @classmethod
    def of_table(cls, table: pa.Table) -> Pairs:
        """From a table with ``need, partner, distance_m``."""
        return cls.of(*(table[name].to_numpy() for name in ("need", "partner", "distance_m")))

    def save(self, path: Path) -> None:
        """Write them to a file, for another process."""
        np.savez(path, need=self.need, partner=self.partner, distance_m=self.distance_m)

    @classmethod
    def load(cls, path: Path) -> Pairs:
        """What ``save`` has written."""
        with np.load(path) as arrays:
            return cls(arrays["need"], arrays["partner"], arrays["distance_m"])


def difference(expected: Pairs, found: Pairs) -> str | None:
    """In what the pairs found differ from those expected, in words; None where they are the same."""
    wanted, there = _keys(expected), _keys(found)
    if not np.array_equal(wanted, there):
        missing, foreign = np.setdiff1d(wanted, there).size, np.setdiff1d(there, wanted).size
        twice = there.size - np.unique(there).size
        return f"{missing:,} of {wanted.size:,} pairs are missing, {foreign:,} are none, {twice:,} are there twice"
    off = float(np.max(np.abs(expected.distance_m - found.distance_m), initial=0.0))
    return f"a distance is {off:.3g} m off" if not off <= NEAR_ENOUGH_M else None


def _keys(pairs: Pairs) -> np.ndarray:
    """A number for each pair, in the order of the pairs."""
    return (pairs.need << 32) + pairs.partner
