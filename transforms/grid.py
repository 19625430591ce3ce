"""National Grid to longitude and latitude, exact by OSTN15. What measured it: docs/engineering.md#places-and-distances."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from convertbng.cutil import convert_lonlat

Floats = npt.NDArray[np.float64]


def longitudes_latitudes(easting: npt.ArrayLike, northing: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Points of the National Grid (metres) in degrees (WGS84); not numbers outside the coverage of OSTN15 (Great Britain and the
    sea near it)."""
    longitude, latitude = convert_lonlat(np.asarray(easting, dtype="float64"), np.asarray(northing, dtype="float64"))
    return np.asarray(longitude), np.asarray(latitude)


def longitude_latitude(easting: float, northing: float) -> tuple[float, float]:
    """A point of the National Grid (metres) in degrees (WGS84); not numbers outside the coverage of OSTN15."""
    longitude, latitude = longitudes_latitudes([easting], [northing])
    return float(longitude[0]), float(latitude[0])
