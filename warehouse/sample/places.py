"""Where schools stand: postcodes drawn so that schools lie as people do, and how rural each place is.

What belongs here: the draw, the shared sites, the rural-urban class. What does not: what the schools there are like.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from warehouse.sample.authorities import WELSH_DISTRICT, Areas
from warehouse.sample.model import Flags, Floats, Ints, Places, Texts, scaled, stream, take_places
from warehouse.sample.postcodes import Postcodes

_CELLS = 680  # squares of 1 km to each side of the grid that covers England


class Kind(NamedTuple):
    """How many schools of a kind England has, and where they tend to be."""

    schools: int  # per England; proportions of GIAS in September 2025
    crowding: float  # 0: one school per so many postcodes everywhere; more: fewer postcodes a school in the country
    village: float  # postcodes within 3 km by 3 km below which a school of the kind becomes unlikely


KINDS = {
    "primary": Kind(16_760, 0.26, 18),
    "secondary": Kind(3_415, 0.26, 200),
    "special": Kind(1_105, 0.22, 150),
    "alternative_provision": Kind(333, 0.15, 250),
    "nursery": Kind(380, 0.05, 450),
    "sixteen_plus": Kind(75, 0.10, 600),
}
_INDEPENDENT = Kind(300, 0.10, 60)
_PROPOSED = 15  # primary schools proposed to open
_CITY_CENTRE = 7_000  # postcodes in 9 km²: above it most are offices and ended postcodes, not homes
# Postcodes within 3, 21 and 61 km squares that part the classes; set so that the shares of schools are those of
# GIAS in 2025 (A1 31 %, B1 3 %, C1 41 %, D1 10 %, E1 13 %, sparse 2 %; UN1 71 %, UF1 6 %).
_TOWN, _VILLAGE = 240, 105
_MAJOR_CONURBATION, _MINOR_CONURBATION = 20_500, 18_000
_SPARSE, _SPARSE_TOWN, _FAR = 12_500, 4_000, 27_000


def place_schools(postcodes: Postcodes, areas: Areas, schools: int, seed: int) -> Places:
    """Draw the places of `schools` state-funded schools, the independent ones beside them and two in Wales."""
    rng = stream(seed, 1)
    near, around, far = _surroundings(postcodes, areas)
    curve = _curve(postcodes)
    order = np.argsort(curve, kind="stable")  # stable: other sorts break ties differently from machine to machine
    counts = _counts(schools)
    drawn, kinds = [], []
    for kind, count in counts.items():
        spec = KINDS.get(kind, _INDEPENDENT)
        weight = _weight(near, spec) * (postcodes.district != areas.by_postcode_code[WELSH_DISTRICT])
        drawn.append(_spread_draw(rng, weight, order, count))
        kinds += [kind] * count
    in_wales = np.flatnonzero(postcodes.district == areas.by_postcode_code[WELSH_DISTRICT])
    drawn.append(in_wales[rng.integers(0, len(in_wales), 2)])
    kinds += ["welsh"] * 2
    at = np.concatenate(drawn)
    # A school is not at its postcode's centre; within 30 m it is still in the same class.
    shift = rng.integers(-30, 31, (2, len(at)))
    class_2011, class_2021 = _classes(near[at], around[at], far[at])
    return Places(
        kind=np.array(kinds),
        postcode=_readable(postcodes.padded[at]),
        easting=postcodes.easting[at] + shift[0],
        northing=postcodes.northing[at] + shift[1],
        district=postcodes.district[at],
        curve=curve[at],
        class_2011=class_2011,
        class_2021=class_2021,
    )


def _counts(schools: int) -> dict[str, int]:
    """Share `schools` out among the kinds; the rounding goes to the primaries, which also hold the proposed schools."""
    whole = sum(kind.schools for kind in KINDS.values())
    counts = {name: max(1, round(kind.schools * schools / whole)) for name, kind in KINDS.items()}
    counts["primary"] += schools - sum(counts.values()) + proposed_schools(schools)
    counts["independent"] = scaled(_INDEPENDENT.schools, schools)
    return counts


def proposed_schools(schools: int) -> int:
    """Return how many of the primary places are schools that are only proposed."""
    return scaled(_PROPOSED, schools)


def _surroundings(postcodes: Postcodes, areas: Areas) -> tuple[Ints, Ints, Ints]:
    """Count the English postcodes in the 3, 21 and 61 km square around each postcode."""
    cell = postcodes.easting // 1000 * _CELLS + postcodes.northing // 1000
    english = postcodes.district != areas.by_postcode_code[WELSH_DISTRICT]
    grid = np.bincount(cell[english], minlength=_CELLS * _CELLS).reshape(_CELLS, _CELLS)
    near, around, far = (_box_sum(grid, reach).ravel()[cell] for reach in (1, 10, 30))
    return near, around, far


def _box_sum(grid: Ints, reach: int) -> Ints:
    """Sum `grid` over the square of `reach` cells to each side of every cell."""
    total = np.zeros((_CELLS + 1, _CELLS + 1), dtype=np.int64)
    total[1:, 1:] = grid.cumsum(axis=0).cumsum(axis=1)
    low = np.clip(np.arange(_CELLS) - reach, 0, _CELLS)
    high = np.clip(np.arange(_CELLS) + reach + 1, 0, _CELLS)
    rows = total[high] - total[low]
    return np.asarray(rows[:, high] - rows[:, low])


def _curve(postcodes: Postcodes) -> Ints:
    """Return each postcode's position on a Morton curve over squares of 100 m."""
    return np.asarray(_spread_bits(postcodes.easting // 100) << 1 | _spread_bits(postcodes.northing // 100))


def _spread_bits(value: Ints) -> Ints:
    """Put a zero between the bits of numbers below 65,536."""
    spread = value.astype(np.int64)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        spread = (spread | spread << shift) & mask
    return spread


def _weight(near: Ints, kind: Kind) -> Floats:
    """Return how likely each postcode is to be chosen for a school of the kind."""
    crowd = np.maximum(near, 1).astype(np.float64)
    homes = 1.0 / (1.0 + (crowd / _CITY_CENTRE) ** 4)
    return np.asarray(crowd**-kind.crowding * homes / (1.0 + (kind.village / crowd) ** 2))


def _spread_draw(rng: np.random.Generator, weight: Floats, order: Ints, count: int) -> Ints:
    """Draw one postcode from each of `count` equally heavy stretches of the curve, so that schools keep apart."""
    reached = np.cumsum(weight[order])
    aim = (np.arange(count) + rng.random(count)) / count * reached[-1]
    return np.asarray(order[np.minimum(np.searchsorted(reached, aim), len(order) - 1)])


def _classes(near: Ints, around: Ints, far: Ints) -> tuple[Texts, Texts]:
    """Return the 2011 and the 2021 rural-urban class from the crowd of postcodes near, around and far around."""
    is_town, is_fringe = near >= _TOWN, near >= _VILLAGE
    is_sparse = far < np.where(is_town, _SPARSE_TOWN, _SPARSE)
    letter = np.select(
        [is_town & (around >= _MAJOR_CONURBATION), is_town & (around >= _MINOR_CONURBATION), is_town, is_fringe],
        ["A", "B", "C", "D"],
        "E",
    )
    class_2011 = np.char.add(letter, np.where(is_sparse, "2", "1"))
    size = np.select([is_town, is_fringe], ["U", "RL"], "RS")
    class_2021 = np.char.add(np.char.add(size, np.where(far < _FAR, "F", "N")), "1")
    return class_2011, class_2021


def _readable(padded: np.ndarray[tuple[int], np.dtype[np.bytes_]]) -> Texts:
    """Turn "B1  1AA" and "AB101AA" into "B1 1AA" and "AB10 1AA"."""
    text = [code.decode("ascii") for code in padded.tolist()]
    return np.array([f"{code[:4].strip()} {code[4:]}" for code in text])


def share_sites(places: Places, movers: Ints, hosts: Ints, pairs: int) -> tuple[Places, Ints, Ints]:
    """Move up to `pairs` of `movers` (junior schools) to the nearest of `hosts` (infant schools) in their district.

    Returns the places and, for each pair, the row of the school that moved and of the one it moved to.
    """
    moved: list[int] = []
    met: list[int] = []
    is_free: Flags = np.ones(len(hosts), dtype=np.bool_)
    for mover in movers:
        if len(moved) == pairs:
            break
        is_candidate = is_free & (places.district[hosts] == places.district[mover])
        if not is_candidate.any():
            continue
        away = np.hypot(places.easting[hosts] - places.easting[mover], places.northing[hosts] - places.northing[mover])
        nearest = int(np.argmin(np.where(is_candidate, away, np.inf)))
        is_free[nearest] = False
        moved.append(int(mover))
        met.append(int(hosts[nearest]))
    rows = np.arange(len(places.kind))
    rows[moved] = met
    shared = replace(take_places(places, rows), kind=places.kind)
    return shared, np.array(moved, dtype=np.int64), np.array(met, dtype=np.int64)
