"""Macros of the published file: radius look-up in plain SQL, held against another way of measuring."""

from __future__ import annotations

import duckdb
import h3.api.basic_str as h3
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy.spatial import KDTree

from exports.duckdb_file import MACROS
from tests.support.world import World
from transforms import geography
from warehouse.contract import contract_of
from warehouse.model import load_macros
from warehouse.store import run

MILE = 1609.344
"""The international mile in metres (agreement of 1959)."""
Array = npt.NDArray[np.float64]


def on_the_ellipsoid(longitude: Array, latitude: Array) -> Array:
    """Points of WGS84 in space, metres from the middle of the earth: straight lines between them need no formula of ours."""
    a, e2 = 6378137.0, 0.00669437999014
    lon, lat = np.radians(longitude), np.radians(latitude)
    n = a / np.sqrt(1 - e2 * np.sin(lat) ** 2)
    return np.column_stack([n * np.cos(lat) * np.cos(lon), n * np.cos(lat) * np.sin(lon), n * (1 - e2) * np.sin(lat)])


def over_england(count: int, seed: int) -> tuple[Array, Array]:
    random = np.random.default_rng(seed)
    return random.uniform(-5.7, 1.7, count), random.uniform(50.0, 55.7, count)


@pytest.fixture(scope="module")
def schools() -> tuple[duckdb.DuckDBPyConnection, Array]:
    """A file with 22,000 schools anywhere, and where they are in space."""
    longitude, latitude = over_england(22_000, 1)
    frame = pd.DataFrame({"urn": np.arange(len(longitude)), "longitude": longitude, "latitude": latitude})
    connection = duckdb.connect()
    connection.execute("create schema mart")
    connection.register("points", frame)
    connection.execute(
        "create table mart.school as select *, 'A' as name, 'primary' as phase, 'T' as type, null as trust_name, 'L' as la_name, "
        "'P' as postcode, false as is_in_mat from points"
    )
    for table in ("match", "shortlist", "school_status", "area_summary", "cell", "area_history", "refresh_history"):
        columns = ", ".join(f"{name} {kind}" for name, kind in contract_of(f"mart.{table}").types.items())
        connection.execute(f"create table mart.{table} ({columns})")
    connection.execute(MACROS.read_text(encoding="utf-8"))
    return connection, on_the_ellipsoid(longitude, latitude)


def test_a_mile_is_as_long_in_the_published_file_as_in_the_warehouse_and_in_python(
    schools: tuple[duckdb.DuckDBPyConnection, Array],
) -> None:
    with duckdb.connect() as warehouse:
        load_macros(warehouse)
        found = [float(run(connection, "select metres(1)")[0][0]) for connection in (schools[0], warehouse)]
    assert [*found, geography.METRES_PER_MILE] == [MILE] * 3


@pytest.mark.parametrize(("miles", "points"), [(10, 1000), (0.5, 100), (2, 100), (5, 100), (25, 100), (50, 100)])
def test_schools_within_a_radius_are_those_of_a_search_tree(
    schools: tuple[duckdb.DuckDBPyConnection, Array], miles: float, points: int
) -> None:
    connection, places = schools
    longitude, latitude = over_england(points, 2)
    tree, radius = KDTree(places), miles * MILE
    slack = 2.0  # metres: the formula is exact to about one in 50 miles, a straight line is 0.5 m shorter there
    for lon, lat, sure, possible in zip(
        longitude,
        latitude,
        tree.query_ball_point(on_the_ellipsoid(longitude, latitude), radius - slack),
        tree.query_ball_point(on_the_ellipsoid(longitude, latitude), radius + slack),
        strict=True,
    ):
        rows = connection.execute(f"select urn, distance_m from schools_within({lon}, {lat}, {miles})").fetchall()
        found = {row[0] for row in rows}
        assert set(sure) <= found <= set(possible)
        assert [row[1] for row in rows] == sorted(row[1] for row in rows)


def test_no_school_is_within_no_distance_of_nowhere_and_a_school_is_at_its_own_place(
    schools: tuple[duckdb.DuckDBPyConnection, Array],
) -> None:
    connection, _ = schools
    (lon, lat) = connection.execute("select longitude, latitude from mart.school where urn = 7").fetchall()[0]
    assert connection.execute(f"select urn, distance_m from schools_within({lon}, {lat}, 0)").fetchall() == [(7, 0.0)]
    assert connection.execute("from schools_within(30, 10, 50)").fetchall() == []


@pytest.mark.parametrize("miles", [-1, 50.1])
def test_a_radius_that_is_not_answered_is_said(schools: tuple[duckdb.DuckDBPyConnection, Array], miles: float) -> None:
    with pytest.raises(duckdb.Error, match="miles must be from 0 to 50"):
        schools[0].execute(f"from schools_within(-1, 52, {miles})").fetchall()


def test_cells_within_a_radius_hold_every_point_within_it_from_anywhere_in_the_cell() -> None:
    world = World()
    random = np.random.default_rng(3)
    for urn in range(100_001, 100_041):
        east, north = random.uniform(-30_000, 30_000, 2)
        world.school(urn, east=round(east), north=round(north))
    connection = world.build().connection
    connection.execute(MACROS.read_text(encoding="utf-8"))
    for resolution, miles in ((7, 2), (7, 10), (6, 5), (5, 10)):
        rows = connection.execute(f"select h3_r{resolution}, easting, northing from mart.school limit 10").fetchall()
        for cell, easting, northing in rows:
            angle = random.uniform(0, 2 * np.pi, 100)
            edge = miles * MILE * 0.999 * np.array([np.cos(angle), np.sin(angle)]) + np.array([[easting], [northing]])
            points = geography.places(pd.DataFrame({"urn": range(100), "easting": edge[0], "northing": edge[1]}))
            reached = {h3.latlng_to_cell(lat, lon, resolution) for lon, lat in zip(points.longitude, points.latitude, strict=True)}
            known = {row[0] for row in connection.execute("select cell from mart.cell").fetchall()}
            found = {row[0] for row in connection.execute(f"select cell from cells_within('{cell}', {miles})").fetchall()}
            assert reached & known <= found
            assert cell in found


def test_a_cell_says_how_many_schools_stand_in_it(world: World) -> None:
    for urn, north in ((100_001, 0), (100_002, 10), (100_003, 40_000)):
        world.school(urn, north=north)
    world.build()
    for resolution in (5, 6, 7):
        counted = world.query(f"select cell, schools from mart.cell where resolution = {resolution} and schools > 0 order by all")
        there = world.query(f"select h3_r{resolution} as cell, count(*) as schools from mart.school group by all order by all")
        assert counted == there
        assert sorted(row["schools"] for row in counted) == [1, 2]


def test_partners_and_an_area_are_reported_in_words_an_analyst_can_use(world: World) -> None:
    world.school(100001)
    world.graded(100001, 3, previous=3)
    world.school(100002, east=500)
    world.graded(100002, 1)
    connection = world.build().connection
    connection.execute(MACROS.read_text(encoding="utf-8"))

    partner = connection.execute("select urn, distance_rank, reasons from partners_of(100001, 'rise')").fetchall()
    assert partner == [(100002, 1, ["ofsted_outstanding"])]
    report = connection.execute(
        "select phase, schools, in_need_percent, england_in_need_percent from area_report('E12000004', 'rise')"
    ).fetchall()
    assert report == [("primary", 2, 50.0, 50.0)]
