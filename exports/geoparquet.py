"""Places for geographic programs: schools as points and areas as polygons, as GeoParquet 1.1.0 (geoparquet.org).

Rules of the format kept here: geometry as ISO WKB; no ``crs``, which says OGC:CRS84 (longitude, latitude, WGS84); polygons valid,
outer rings counterclockwise; bounding boxes and the types of geometry in the file's ``geo`` metadata.
DuckDB's own writer of it is an extension, a download: shapely makes the geometry.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import shapely

from exports.parquet import common_metadata, copy_described
from transforms.errors import InputError
from warehouse.contract import Column, contract_of
from warehouse.query import sql_of

SCHOOL = "school.parquet"
BOUNDARY = "boundary.parquet"


_UNIT = "degrees (WGS84)"
_BOX = "as xmin, ymin, xmax and ymax, by which readers skip what is elsewhere."
_NO_PLACE = "where it stands is not known"
SCHOOL_COLUMNS = {
    "geometry": Column(type="blob", unit=_UNIT, description="Where the school stands: a point as WKB.", null=_NO_PLACE),
    "bbox": Column(type="struct", unit=_UNIT, description=f"The same {_BOX}", null=_NO_PLACE),
}
"""What the file has besides the columns of ``mart.school``."""

BOUNDARY_DESCRIPTION = (
    "One row per area: its boundary, generalised by the Office for National Statistics. Area codes are those of area_summary."
)
BOUNDARY_KEY = ("area_type", "area_code")
BOUNDARY_COLUMNS = {
    "area_type": Column(type="varchar", description="region, local_authority or constituency."),
    "area_code": Column(type="varchar", description="ONS code of the area."),
    "area_name": Column(type="varchar", description="Name of the area."),
    "geometry": Column(type="blob", unit=_UNIT, description="Boundary of the area: a polygon or multipolygon as WKB."),
    "bbox": Column(type="struct", unit=_UNIT, description=f"Its west, south, east and north end {_BOX}"),
}

_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_CORNERS = ("xmin", "ymin", "xmax", "ymax")
_VIEW = "incoming_geoparquet"


def write_geoparquet(connection: duckdb.DuckDBPyConnection, folder: Path, *, is_synthetic: bool) -> list[Path]:
    """Write ``school.parquet`` and, where boundaries have landed, ``boundary.parquet``; returns the paths.

    Raises InputError, before anything is written, when a boundary is no polygon.
    """
    boundary = read_boundaries(connection)
    folder.mkdir(parents=True)
    paths = [_write_schools(connection, folder / SCHOOL, is_synthetic=is_synthetic)]
    if boundary is not None:
        metadata = common_metadata(BOUNDARY_DESCRIPTION, is_synthetic=is_synthetic)
        _copy(connection, *boundary, folder / BOUNDARY, BOUNDARY_COLUMNS, metadata, orientation="counterclockwise")
        paths.append(folder / BOUNDARY)
    return paths


def _write_schools(connection: duckdb.DuckDBPyConnection, path: Path, *, is_synthetic: bool) -> Path:
    # By H3 cell neighbours stand together, as the format's guide to good files asks.
    schools = connection.execute("select * from mart.school order by h3_r7, urn").to_arrow_table()
    longitude, latitude = (schools[name].to_numpy() for name in ("longitude", "latitude"))  # null is NaN
    has_place = ~(np.isnan(longitude) | np.isnan(latitude))
    points = np.full(len(schools), None, dtype=object)
    points[has_place] = shapely.points(longitude[has_place], latitude[has_place])
    school = contract_of("school")
    metadata = common_metadata(school.row, is_synthetic=is_synthetic)
    _copy(connection, schools, points, path, {**school.columns, **SCHOOL_COLUMNS}, metadata)
    return path


def read_boundaries(connection: duckdb.DuckDBPyConnection) -> tuple[pa.Table, Any] | None:
    """Areas (``area_type, area_code, area_name``) and their polygons, valid and oriented; None where no boundary has landed."""
    areas = connection.execute(sql_of("map/boundaries")).to_arrow_table()
    if not len(areas):
        return None
    shapes = shapely.from_geojson(areas["geometry"].to_numpy(), on_invalid="ignore")
    invalid = ~shapely.is_valid(shapes)
    # "structure" makes polygons of polygons; the default may answer with lines and points among them.
    shapes[invalid] = shapely.make_valid(shapes[invalid], method="structure", keep_collapsed=False)
    for area, shape in zip(areas.drop_columns("geometry").to_pylist(), shapes, strict=True):
        if shape is None or shape.is_empty or shapely.get_type_id(shape) not in _POLYGONS:
            raise InputError(
                f"The boundary of {area['area_name']} ({area['area_code']}) is no polygon",
                file=area["name"],
                row=area["row_number"],
                column="geometry",
                expected="a Polygon or MultiPolygon with an area",
                do="fetch the file again, or leave it out",
            )
    return areas.select(["area_type", "area_code", "area_name"]), shapely.orient_polygons(shapely.force_2d(shapes))


def _copy(
    connection: duckdb.DuckDBPyConnection,
    rows: pa.Table,
    shapes: Any,
    path: Path,
    columns: Mapping[str, Column],
    metadata: dict[str, str],
    **more: str,
) -> None:
    """Write rows with their shapes (an array of shapely geometries, None where there is none) beside them.

    ``more``: what else the ``geo`` metadata is to say of the geometry.
    """
    bounds = shapely.bounds(shapes)
    corners = [pa.array(corner) for corner in bounds.T]
    boxes = pa.StructArray.from_arrays(corners, _CORNERS, mask=pa.array(shapely.is_missing(shapes)))
    wkb = pa.array(shapely.to_wkb(shapes, flavor="iso"), type=pa.binary())
    connection.register(_VIEW, rows.append_column("geometry", wkb).append_column("bbox", boxes))
    try:
        copy_described(connection, _VIEW, path, columns, metadata | {"geo": _geo(shapes, **more)})
    finally:
        connection.unregister(_VIEW)


def _geo(shapes: Any, **more: str) -> str:
    """The ``geo`` metadata of a file whose only geometry column is ``geometry`` and whose boxes are in ``bbox``."""
    there = shapes[~shapely.is_missing(shapes)]
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": sorted({shape.geom_type for shape in there}),
        "covering": {"bbox": {corner: ["bbox", corner] for corner in _CORNERS}},
        **more,
    }
    if len(there):
        column["bbox"] = shapely.total_bounds(there).tolist()
    return json.dumps({"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}})
