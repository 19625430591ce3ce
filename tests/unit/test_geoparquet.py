"""GeoParquet: valid by another's check, places where they are, boundaries mended, and nothing half-written."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import geoparquet_validator
import pyarrow.parquet as pq
import pytest
import shapely

from exports.geoparquet import read_boundaries, write_geoparquet
from tests.support.published import NOT_PLACED, published_tables_of_a_few_schools
from transforms.errors import InputError

# Outer ring clockwise, hole counterclockwise: the wrong way round for GeoParquet, and what many programs write.
CLOCKWISE = {
    "type": "Polygon",
    "coordinates": [
        [[-2.0, 52.0], [-2.0, 53.0], [-1.0, 53.0], [-1.0, 52.0], [-2.0, 52.0]],
        [[-1.6, 52.4], [-1.4, 52.4], [-1.4, 52.6], [-1.6, 52.6], [-1.6, 52.4]],
    ],
}
BOW_TIE = {"type": "Polygon", "coordinates": [[[0.0, 52.0], [1.0, 53.0], [1.0, 52.0], [0.0, 53.0], [0.0, 52.0]]]}
ISLANDS = {
    "type": "MultiPolygon",
    "coordinates": [
        [[[-6.4, 49.9], [-6.3, 49.9], [-6.3, 50.0], [-6.4, 49.9]]],
        [[[-6.2, 49.9], [-6.1, 49.9], [-6.1, 50.0], [-6.2, 49.9]]],
    ],
}
AREAS = [
    ("region", "E12000004", "East Midlands", CLOCKWISE),
    ("local_authority", "E06000053", "Isles of Scilly", ISLANDS),
    ("local_authority", "E10000018", "Leicestershire", BOW_TIE),
]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """Without boundaries, before and after."""
    connection = published_tables_of_a_few_schools()
    connection.execute("insert into landing.ons_file (name, sha256) values ('england.geojson', 'abc')")
    yield connection
    connection.execute("delete from raw.ons_boundary")
    connection.execute("delete from landing.ons_file")


def land(connection: duckdb.DuckDBPyConnection, *areas: tuple[str, str, str, dict[str, Any] | None]) -> None:
    for number, (area_type, code, name, geometry) in enumerate(areas, start=1):
        connection.execute(
            "insert into raw.ons_boundary (area_type, area_code, area_name, geometry, row_number, source_sha256) "
            "values (?, ?, ?, ?, ?, 'abc')",
            [area_type, code, name, json.dumps(geometry), number],
        )


def geometry(path: Path) -> dict[str, Any]:
    geo = json.loads(pq.read_metadata(path).metadata[b"geo"])
    assert (geo["version"], geo["primary_column"], list(geo["columns"])) == ("1.1.0", "geometry", ["geometry"])
    return dict(geo["columns"]["geometry"])


def test_a_local_authority_under_another_code_has_the_boundary_of_its_name(connection: duckdb.DuckDBPyConnection) -> None:
    shape = next(area[3] for area in AREAS)
    (own,) = connection.execute(
        "select distinct area_code, area_name from mart.area_summary where area_type = 'local_authority' limit 1"
    ).fetchall()
    land(connection, ("local_authority", "E08000999", own[1].upper(), shape), ("region", "E12000999", own[1], shape))
    found = read_boundaries(connection)
    assert found is not None
    assert sorted(found[0].column("area_code").to_pylist()) == sorted([own[0], "E12000999"])


def test_another_programs_check_finds_both_files_valid(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    land(connection, *AREAS)
    paths = write_geoparquet(connection, tmp_path / "geoparquet", is_synthetic=False)
    assert [path.name for path in paths] == ["school.parquet", "boundary.parquet"]
    for path in paths:
        report = geoparquet_validator.check(str(path))
        assert geoparquet_validator.failed(report) == [], path.name
        passed = {outcome["id"] for outcome in report["outcomes"] if outcome["status"] == "pass"}
        assert {"/conf/core/wkb", "/conf/core/bbox-extent", "/conf/covering/bbox-paths"} <= passed, path.name
    assert "/conf/core/orientation-rings" in passed


def test_that_check_can_fail(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    (path,) = write_geoparquet(connection, tmp_path / "geoparquet", is_synthetic=False)
    table = pq.read_table(path)
    geo = table.schema.metadata[b"geo"].replace(b'"Point"', b'"Polygon"')
    pq.write_table(table.replace_schema_metadata({"geo": geo}), path)
    assert "/conf/core/geometry-types" in geoparquet_validator.failed(geoparquet_validator.check(str(path)))


def test_schools_are_points_with_all_their_columns_and_null_where_the_place_is_not_known(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (path,) = write_geoparquet(connection, tmp_path / "geoparquet", is_synthetic=False)
    table = pq.read_table(path)
    school = connection.execute("from mart.school order by urn").to_arrow_table()
    assert table.column_names == [*school.column_names, "geometry", "bbox"]
    rows = sorted(table.to_pylist(), key=lambda row: row["urn"])
    assert [{name: row[name] for name in school.column_names} for row in rows] == school.to_pylist()
    for row in rows:
        if row["urn"] == NOT_PLACED:
            assert (row["geometry"], row["bbox"]) == (None, None)
            continue
        point = shapely.from_wkb(row["geometry"])
        assert (point.x, point.y) == (row["longitude"], row["latitude"])
        assert row["bbox"] == {"xmin": point.x, "ymin": point.y, "xmax": point.x, "ymax": point.y}
    about = geometry(path)
    assert about["geometry_types"] == ["Point"]
    assert "crs" not in about  # which says OGC:CRS84
    east, north = ([row[name] for row in rows if row[name] is not None] for name in ("longitude", "latitude"))
    assert about["bbox"] == [min(east), min(north), max(east), max(north)]


def test_duckdb_reads_the_geometry_without_an_extension(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (path,) = write_geoparquet(connection, tmp_path / "geoparquet", is_synthetic=False)
    read = connection.execute(f"select typeof(geometry), cast(geometry as varchar) from '{path}' where urn = 100001").fetchall()
    longitude, latitude = connection.execute("select longitude, latitude from mart.school where urn = 100001").fetchall()[0]
    assert read == [("GEOMETRY('OGC:CRS84')", f"POINT ({longitude} {latitude})")]


def test_boundaries_are_mended_and_turned_the_right_way_round(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    land(connection, *AREAS)
    path = write_geoparquet(connection, tmp_path / "geoparquet", is_synthetic=False)[1]
    rows = pq.read_table(path).to_pylist()
    assert [(row["area_type"], row["area_code"], row["area_name"]) for row in rows] == sorted(area[:3] for area in AREAS)
    shapes = {row["area_code"]: shapely.from_wkb(row["geometry"]) for row in rows}
    assert all(shapely.is_valid(shape) for shape in shapes.values())
    assert shapes["E12000004"].exterior.is_ccw
    assert not shapes["E12000004"].interiors[0].is_ccw
    assert shapes["E12000004"].area == pytest.approx(1 - 0.2 * 0.2)
    # Two triangles of height 1/2 and base 1.
    assert (shapes["E10000018"].geom_type, shapes["E10000018"].area) == ("MultiPolygon", pytest.approx(0.5))
    assert len(shapes["E06000053"].geoms) == 2
    assert rows[0]["bbox"] == {"xmin": -6.4, "ymin": 49.9, "xmax": -6.1, "ymax": 50.0}
    about = geometry(path)
    assert (about["geometry_types"], about["orientation"]) == (["MultiPolygon", "Polygon"], "counterclockwise")
    assert about["bbox"] == [-6.4, 49.9, 1.0, 53.0]


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "Point", "coordinates": [0.0, 52.0]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[0.0, 52.0], [1.0, 52.0], [0.0, 52.0], [0.0, 52.0]]]},  # has no area
        {"type": "Nonsense"},
    ],
)
def test_a_boundary_that_is_none_stops_before_anything_is_written(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, geometry: dict[str, Any] | None
) -> None:
    land(connection, AREAS[0], ("constituency", "E14001000", "Somewhere", geometry))
    with pytest.raises(InputError, match=r"The boundary of Somewhere \(E14001000\) is no polygon") as caught:
        write_geoparquet(connection, tmp_path / "geoparquet", is_synthetic=False)
    assert (caught.value.file, caught.value.row) == ("england.geojson", 2)
    assert list(tmp_path.iterdir()) == []


def test_the_same_tables_give_the_same_bytes(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    land(connection, *AREAS)
    first, second = (write_geoparquet(connection, tmp_path / name, is_synthetic=False) for name in ("one", "two"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_synthetic_sample_says_so_in_every_file(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    land(connection, *AREAS)
    for path in write_geoparquet(connection, tmp_path / "geoparquet", is_synthetic=True):
        keys = pq.read_metadata(path).metadata
        assert keys[b"label"] == b"synthetic sample"
        assert keys[b"description"].startswith(b"SYNTHETIC SAMPLE")
