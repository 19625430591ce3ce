"""The postcodes of England as numpy columns, each with its row among the areas.

What belongs here: the choice of those whose area is known. What does not: reading the directory (`warehouse.landing.postcodes`),
choosing among
the postcodes (`places`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from warehouse.landing import postcodes
from warehouse.sample.authorities import WELSH_DISTRICT, Areas
from warehouse.sample.model import Ints


class Postcodes(NamedTuple):
    """One element per postcode, live or ended. Grid references are the package's own, 1 m resolution."""

    padded: np.ndarray[tuple[int], np.dtype[np.bytes_]]  # 7 characters, "B1  1AA"
    easting: Ints
    northing: Ints
    district: Ints  # row in Areas.districts


def read_postcodes(areas: Areas) -> Postcodes:
    """Read every postcode whose district is in `areas` (England and one authority of Wales).

    Raises:
        ValueError: an English district that `authorities` does not know, so schools there would be lost.
    """
    every = postcodes.read_postcodes()
    is_wanted = (every.district.astype("S1") == b"E") | (every.district == WELSH_DISTRICT.encode())
    district = every.district[is_wanted]
    known = np.array(sorted(areas.by_postcode_code), dtype="S9")
    row_of = np.array([areas.by_postcode_code[code.decode()] for code in known.tolist()])
    at = np.minimum(np.searchsorted(known, district), len(known) - 1)
    if (known[at] != district).any():
        missing = sorted(set(district[known[at] != district].tolist()))
        raise ValueError(f"districts {missing} belong to no known authority; add them to authorities.py")
    return Postcodes(every.padded[is_wanted], every.easting[is_wanted], every.northing[is_wanted], row_of[at])
