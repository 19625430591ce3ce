"""National Grid to longitude and latitude, H3 cells, and the disks of cells that surely cover a radius.

How the disks are sized, and what was measured: docs/engineering.md#disks-of-h3-cells.
"""

from __future__ import annotations

import math

import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
from convertbng.cutil import convert_lonlat

METRES_PER_MILE = 1609.344
"""The international mile."""

SEARCH_RESOLUTION = 7
"""The H3 resolution of the search key: about 4.6 km² a cell in England, candidates to true pairs 22 % to 64 %."""

SMALLEST_EDGE_M = 1199.0
"""The shortest edge of a resolution 7 cell in England, in metres. The published average of the world is 1,406 m; cells in England
are up to 18 % smaller, and a disk sized by the average loses up to 17 % of the pairs without a word."""

_SMALLEST_WIDTH = 0.97
"""Cells are not regular: the shortest way through one is up to 3 % less than a regular hexagon of its shortest edge has."""


def places(schools: pd.DataFrame) -> pd.DataFrame:
    """Longitude, latitude (degrees, WGS84) and H3 cells of schools.

    Takes ``urn, easting, northing`` (m); returns ``urn, longitude, latitude, h3_r5, h3_r6, h3_r7`` (cells as unsigned integers).
    A grid reference outside the coverage of OSTN15 (Great Britain and the sea near it) has none of them: null.
    """
    longitude, latitude = convert_lonlat(
        schools["easting"].to_numpy(dtype="float64"), schools["northing"].to_numpy(dtype="float64")
    )
    longitude, latitude = np.asarray(longitude), np.asarray(latitude)
    known = np.isfinite(longitude) & np.isfinite(latitude)
    cells = np.zeros(len(schools), dtype="uint64")
    points = zip(latitude[known].tolist(), longitude[known].tolist(), strict=True)
    cells[known] = [h3.latlng_to_cell(lat, lon, SEARCH_RESOLUTION) for lat, lon in points]
    result = pd.DataFrame({"urn": schools["urn"], "longitude": longitude, "latitude": latitude})
    result["h3_r7"] = pd.Series(cells, dtype="UInt64").where(known)
    for resolution in (6, 5):
        # Not the parent of the finer cell: H3 children reach over their parent's edge, a point's own cell is by latlng_to_cell.
        cells[known] = [
            h3.latlng_to_cell(lat, lon, resolution)
            for lat, lon in zip(latitude[known].tolist(), longitude[known].tolist(), strict=True)
        ]
        result[f"h3_r{resolution}"] = pd.Series(cells, dtype="UInt64").where(known)
    return result[["urn", "longitude", "latitude", "h3_r5", "h3_r6", "h3_r7"]]


def longitude_latitude(easting: float, northing: float) -> tuple[float, float]:
    """A point of the National Grid (metres) in degrees (WGS84), by OSTN15; not a number outside its coverage."""
    longitude, latitude = convert_lonlat(np.array([float(easting)]), np.array([float(northing)]))
    return float(longitude[0]), float(latitude[0])


_RINGS_AROUND_SCHOOLS = {5: 1, 6: 2, 7: 5}
"""Rings of cells around those that hold a school, so that the cells published cover the country: 8 km and more on each side."""


def cells(schools: pd.DataFrame) -> pd.DataFrame:
    """The H3 cells of the country: those with schools, and the rings around them.

    Takes ``h3_r5, h3_r6, h3_r7`` of schools; returns one row per cell: ``cell, resolution, longitude, latitude`` (of its centre)
    and ``reach_m``, the distance in metres from its centre to its farthest corner.
    """
    rows = []
    for resolution, rings in _RINGS_AROUND_SCHOOLS.items():
        own = schools[f"h3_r{resolution}"].dropna().unique().astype("uint64")
        found = np.unique(np.concatenate([h3.grid_disk(cell, rings) for cell in own])) if len(own) else own
        for cell in found:
            latitude, longitude = h3.cell_to_latlng(cell)
            corners = h3.cell_to_boundary(cell)
            reach = max(h3.great_circle_distance((latitude, longitude), corner, unit="m") for corner in corners)
            rows.append((cell, resolution, longitude, latitude, reach))
    return pd.DataFrame(rows, columns=["cell", "resolution", "longitude", "latitude", "reach_m"])


def disk_size(radius_m: float, smallest_edge_m: float = SMALLEST_EDGE_M) -> int:
    """How many rings of cells around a point's own cell surely hold every cell within a radius (metres) of the point.

    The point may stand in a corner of its cell: half a step is added; a ring is at least 1.5 edges wide.
    """
    return math.ceil((radius_m / (_SMALLEST_WIDTH * smallest_edge_m) + 0.5) / 1.5)


def disks(origins: pd.DataFrame) -> pd.DataFrame:
    """The cells around each cell that cover its radius.

    Takes distinct ``origin_cell, search_radius_miles``; returns one row per origin, radius and cell: ``origin_cell,
    search_radius_miles, cell``.
    """
    parts = []
    for radius in sorted(origins["search_radius_miles"].unique().tolist()):
        group = origins[origins["search_radius_miles"] == radius]
        k = disk_size(radius * METRES_PER_MILE)
        cells = [h3.grid_disk(cell, k) for cell in group["origin_cell"].tolist()]
        parts.append(
            pd.DataFrame(
                {
                    "origin_cell": np.repeat(group["origin_cell"].to_numpy(dtype="uint64"), [len(disk) for disk in cells]),
                    "search_radius_miles": radius,
                    "cell": np.concatenate(cells) if cells else np.array([], dtype="uint64"),
                }
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else origins.assign(cell=origins["origin_cell"])
