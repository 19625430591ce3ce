"""H3 cells of places, and disks of cells around a cell.

How far a disk surely reaches is measured in ``disk_reach.py``; why so, and how fast: docs/engineering.md#disks-of-h3-cells.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import h3.api.numpy_int as h3
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from h3ronpy import grid_disk
from h3ronpy.vector import coordinates_to_cells

from transforms.grid import Floats, longitudes_latitudes

METRES_PER_MILE = 1609.344
"""The international mile."""

RESOLUTIONS = (7, 6, 5)
"""The H3 resolutions that schools are indexed at: cells of about 4.7, 33 and 230 km² in England. Which of them serves a search
radius best is decided in ``sql/match/disk.sql``."""

Cells = npt.NDArray[np.uint64]


def places(schools: pd.DataFrame) -> pd.DataFrame:
    """Longitude, latitude (degrees, WGS84) and H3 cells of schools.

    Takes ``urn, easting, northing`` (m); returns ``urn, longitude, latitude, h3_r5, h3_r6, h3_r7`` (cells as unsigned integers).
    A grid reference outside the coverage of OSTN15 (Great Britain and the sea near it) has none of them: null.
    """
    longitude, latitude = longitudes_latitudes(schools["easting"], schools["northing"])
    known = np.isfinite(longitude) & np.isfinite(latitude)
    result = pd.DataFrame({"urn": schools["urn"], "longitude": longitude, "latitude": latitude})
    cells = np.zeros(len(schools), dtype="uint64")
    for resolution in sorted(RESOLUTIONS):
        # Not the parent of the finer cell: H3 children reach over their parent's edge, a point's own cell is by its coordinates.
        cells[known] = cells_at(latitude[known], longitude[known], resolution)
        result[f"h3_r{resolution}"] = pd.Series(cells, dtype="UInt64").where(known)
    return result


def cells_at(latitude: Floats, longitude: Floats, resolution: int) -> Cells:
    """The H3 cells of points (degrees), in their order; a thread per core, as each cell is found by itself."""
    parts = os.cpu_count() or 1
    with ThreadPoolExecutor(parts) as threads:
        pieces = zip(np.array_split(latitude, parts), np.array_split(longitude, parts), strict=True)
        found = threads.map(lambda piece: np.asarray(coordinates_to_cells(*piece, resolution)), pieces)
        return np.concatenate(list(found)).astype("uint64", copy=False)


def grid_disks(cells: pa.Array, rings: pa.Array) -> pa.Array:
    """The disk of so many rings around each cell: a list of cells: ``h3_grid_disk(cell, rings)`` in SQL (warehouse/model.py)."""
    of_each = rings.to_numpy()
    order, parts = [], []
    for each in np.unique(of_each):
        (at,) = np.nonzero(of_each == each)
        order.append(at)
        parts.append(pa.array(grid_disk(cells.take(pa.array(at)), int(each))).cast(pa.list_(pa.uint64())))
    return pa.concat_arrays(parts).take(pa.array(np.argsort(np.concatenate(order))))


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
