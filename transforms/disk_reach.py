"""How far each disk of H3 cells surely reaches over England: the facts of ``sql/reference/h3_disk.csv``.

H3 cells are neither of one size nor regular, and in England their edges are up to 13 % shorter than the published average of the
world; a disk sized by the average loses pairs without a word. So nothing is taken from averages: for every cell over England the
distance from it to the nearest cell outside its disk is measured, and the least of them is what the disk reaches. The file is
written anew by ``python -m transforms.disk_reach``, in a minute and a half (docs/engineering.md#disks-of-h3-cells).
"""

from __future__ import annotations

import csv
import math
import sys
from pathlib import Path

import h3.api.numpy_int as h3
import numpy as np
import numpy.typing as npt
import shapely

from transforms.geography import RESOLUTIONS, Cells, cells_at
from transforms.grid import longitudes_latitudes

FACTS = Path(__file__).resolve().parent.parent / "sql" / "reference" / "h3_disk.csv"

HEAD = """\
# One row per disk of H3 cells, by resolution and rings around a cell: how many cells it has, the largest one's area (m2), and
# within how many metres every point around any point of the cell in its middle surely lies in it, over England. Written by
# python -m transforms.disk_reach, never by hand. Rule: docs/engineering.md#disks-of-h3-cells
"""

RINGS = {7: 4, 6: 8, 5: 14}
"""Up to how many rings the disks of a resolution are worth knowing: farther, one of coarser cells is always cheaper. Those of
resolution 5 reach 100 miles, twice the widest radius that is asked for, as a study asks for twice as far."""

ENGLAND = shapely.Polygon(
    [
        *[(75, 0), (300, 20), (470, 65), (560, 90), (660, 125), (665, 340), (600, 375), (560, 430), (540, 490), (510, 535)],
        *[(460, 580), (440, 610), (415, 662), (300, 662), (280, 500), (75, 100)],
    ]
)
"""A line around England on the National Grid (kilometres), five and more off its coast. It is close in the east and wide in the
west, as cells become smaller towards the north-east: those of the North Sea would be taken for England's."""

_STEP_M = {7: 1_000, 6: 3_000, 5: 9_000}
"""How close the points lie (metres) from which the cells over England are found: less than the least width of a cell."""

_SURELY = 0.998
"""What is measured on a plane around each cell differs from the National Grid's distance by up to 0.1 %; as much again is spare."""


_SEMI_MAJOR_AXIS_M, _ECCENTRICITY_SQUARED = 6378137.0, 0.00669437999014
"""The ellipsoid of longitudes and latitudes (WGS84)."""


def disk_reach(origins: Cells, rings: int) -> float:
    """Metres within which every point around any point of one of these cells lies in the disk of that cell, of so many rings."""
    outside = [h3.grid_ring(int(origin), rings + 1) for origin in origins]
    which = np.repeat(np.arange(len(origins)), [len(ring) for ring in outside])
    centres = np.array([h3.cell_to_latlng(int(origin)) for origin in origins])
    inner = _on_planes(origins, centres)
    outer = _on_planes(np.concatenate(outside), centres[which])
    return float(shapely.distance(inner[which], outer).min()) * _SURELY


def cells_over_england(resolution: int) -> Cells:
    """The cells of a resolution in which a place of England can lie."""
    step = _STEP_M[resolution]
    west, south, east, north = (int(bound * 1000) for bound in ENGLAND.bounds)
    easting, northing = (axis.ravel() for axis in np.meshgrid(np.arange(west, east, step), np.arange(south, north, step)))
    inside = shapely.contains_xy(ENGLAND, easting / 1000, northing / 1000)
    longitude, latitude = longitudes_latitudes(easting[inside], northing[inside])
    known = np.isfinite(latitude)
    return np.unique(cells_at(latitude[known], longitude[known], resolution))


def facts() -> list[dict[str, int]]:
    """A row per resolution and number of rings: ``resolution, rings, cells`` (in the disk), ``cell_m2`` (the largest cell's area,
    rounded up) and ``reach_m`` (rounded down)."""
    rows = []
    for resolution in RESOLUTIONS:
        origins = cells_over_england(resolution)
        area = math.ceil(max(h3.cell_area(int(cell), unit="m^2") for cell in origins))
        for rings in range(1, RINGS[resolution] + 1):
            disk = {"resolution": resolution, "rings": rings, "cells": 3 * rings * (rings + 1) + 1}
            rows.append(disk | {"cell_m2": area, "reach_m": math.floor(disk_reach(origins, rings))})
    return rows


def _on_planes(cells: Cells, centres: npt.NDArray[np.float64]) -> npt.NDArray[np.object_]:
    """Cells as polygons, each on the plane around its own centre (degrees: latitude, longitude): metres from there, by the radii of
    the ellipsoid."""
    boundaries = [h3.cell_to_boundary(int(cell)) for cell in cells]
    which = np.repeat(np.arange(len(boundaries)), [len(boundary) for boundary in boundaries])
    corners = np.radians(np.array([corner for boundary in boundaries for corner in boundary]))
    latitude, longitude = np.radians(centres[which]).T
    slope = 1 - _ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
    north = (corners[:, 0] - latitude) * _SEMI_MAJOR_AXIS_M * (1 - _ECCENTRICITY_SQUARED) / slope**1.5
    east = (corners[:, 1] - longitude) * np.cos(corners[:, 0]) * _SEMI_MAJOR_AXIS_M / np.sqrt(slope)
    polygons: npt.NDArray[np.object_] = shapely.polygons(shapely.linearrings(np.column_stack([east, north]), indices=which))
    return polygons


if __name__ == "__main__":
    rows = facts()
    with FACTS.open("w", encoding="utf-8", newline="") as file:
        file.write(HEAD)
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    sys.stdout.write(f"{FACTS.name} is written\n")
