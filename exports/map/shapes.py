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
from warehouse.store import run

AREA_TYPES = ("region", "local_authority", "constituency")
_CELLS = {"region": "h3_r5", "local_authority": "h3_r6", "constituency": "h3_r6"}
"""Cells about as large as what they stand for."""
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
    there = {kind: set(codes) for kind, codes in run(connection, _AREAS)}
    if (boundaries := read_boundaries(connection)) is not None:
        areas, polygons = boundaries
        for area, polygon in zip(areas.to_pylist(), polygons, strict=True):
            if area["area_code"] in there.get(area["area_type"], ()):
                drawn[area["area_type"]][area["area_code"]] = polygon
    found = {}
    for area_type in AREA_TYPES:
        absent = there.get(area_type, set()) - set(drawn[area_type])
        cells = _of_cells(connection, area_type, absent)
        found[area_type] = _shapes(drawn[area_type] | cells, sorted(cells))
    return found


def _of_cells(connection: duckdb.DuckDBPyConnection, area_type: str, codes: set[str]) -> dict[str, Any]:
    """Polygons of the cells in which the schools of an area stand. A cell of two areas goes to the one with more schools in it."""
    if not codes:
        return {}
    cells: dict[str, list[str]] = defaultdict(list)
    for cell, code in run(connection, _CELLS_OF_AREAS.format(cell=_CELLS[area_type]), [area_type]):
        cells[code].append(cell)
    return {code: shapely.geometry.shape(h3.cells_to_geo(cells[code])) for code in sorted(codes & set(cells))}


def _shapes(polygons: dict[str, Any], from_cells: list[str]) -> Shapes:
    features, boxes = [], {}
    for code, polygon in sorted(polygons.items()):
        rounded = shapely.transform(polygon, lambda points: np.round(points, _DECIMALS))
        features.append({"type": "Feature", "properties": {"code": code}, "geometry": shapely.geometry.mapping(rounded)})
        boxes[code] = [round(float(end), _DECIMALS) for end in polygon.bounds]
    return Shapes({"type": "FeatureCollection", "features": features}, boxes, from_cells)


_AREAS = "select area_type, list(distinct area_code) from mart.area_summary where area_type <> 'country' group by area_type"

_CELLS_OF_AREAS = """
with standing as (
    select
        {cell} as cell,
        case $1 when 'region' then region_code when 'local_authority' then la_ons_code else constituency_code end as area_code
    from mart.school
    where {cell} is not null
),

counted as (
    select cell, area_code, count(*) as schools from standing where area_code is not null group by cell, area_code
),

ranked as (
    select cell, area_code, row_number() over (partition by cell order by schools desc, area_code) as place from counted
)

-- an area that has the most schools in none of its cells would not be drawn: it keeps them all
select cell, area_code from ranked qualify place = 1 or min(place) over (partition by area_code) > 1 order by area_code, cell
"""
