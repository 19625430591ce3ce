"""Areas as the map draws them: their boundaries where they have landed, else the H3 cells in which their schools stand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import duckdb
import h3
import numpy as np
import shapely

from exports.geoparquet import read_boundaries
from warehouse.query import ask

AREA_TYPES = ("region", "local_authority", "constituency")
_DECIMALS = 4
"""Of a degree: about 10 metres, finer than a generalised boundary."""


@dataclass(frozen=True)
class Shapes:
    """The areas of a type. ``features``: GeoJSON with the area's ``code``; ``from_cells``: codes of areas drawn from H3 cells."""

    features: dict[str, Any]
    boxes: dict[str, list[float]]
    from_cells: list[str]


def shapes(connection: duckdb.DuckDBPyConnection) -> dict[str, Shapes]:
    """The areas of ``mart.area_summary`` by type of area. An area without a boundary and without a school on the grid has none."""
    drawn: dict[str, dict[str, Any]] = {area_type: {} for area_type in AREA_TYPES}
    there: dict[str, set[str]] = {area_type: set() for area_type in AREA_TYPES}
    for row in ask(connection, "map/areas"):
        there[row["area_type"]].add(row["area_code"])
    if (boundaries := read_boundaries(connection)) is not None:
        areas, polygons = boundaries
        for area, polygon in zip(areas.to_pylist(), polygons, strict=True):
            if area["area_code"] in there.get(area["area_type"], ()):
                drawn[area["area_type"]][area["area_code"]] = polygon
    cells = _cells(connection)
    found = {}
    for area_type in AREA_TYPES:
        absent = sorted((there[area_type] - set(drawn[area_type])) & set(cells[area_type]))
        of_cells = {code: shapely.geometry.shape(h3.cells_to_geo(cells[area_type][code])) for code in absent}
        found[area_type] = _shapes(drawn[area_type] | of_cells, absent)
    return found


def _cells(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, list[str]]]:
    """By type of area and code, the cells in which the schools of an area stand."""
    cells: dict[str, dict[str, list[str]]] = {area_type: defaultdict(list) for area_type in AREA_TYPES}
    for row in ask(connection, "map/cells"):
        cells[row["area_type"]][row["area_code"]].append(row["cell"])
    return cells


def _shapes(polygons: dict[str, Any], from_cells: list[str]) -> Shapes:
    features, boxes = [], {}
    for code, polygon in sorted(polygons.items()):
        rounded = shapely.transform(polygon, lambda points: np.round(points, _DECIMALS))
        features.append({"type": "Feature", "properties": {"code": code}, "geometry": shapely.geometry.mapping(rounded)})
        boxes[code] = [round(float(end), _DECIMALS) for end in polygon.bounds]
    return Shapes({"type": "FeatureCollection", "features": features}, boxes, from_cells)
