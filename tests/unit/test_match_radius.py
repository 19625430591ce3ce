"""Pairs found through H3 cells, against every pair there is: for radii from a tenth of a mile to fifty, all over England."""

from collections.abc import Iterator
from functools import cache

import duckdb
import h3.api.numpy_int as h3
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from convertbng.cutil import convert_bng, convert_lonlat
from scipy.spatial.distance import cdist

from transforms import disk_reach
from transforms.geography import METRES_PER_MILE, RESOLUTIONS, places
from warehouse.model import load_macros, read_models
from warehouse.reference import load_reference
from warehouse.store import SETTINGS, run

RADII = (0.1, 0.25, 0.5, 0.76, 1, 2, 2.04, 3, 5, 5.3, 8, 10, 11.3, 14, 20, 30, 40, 50)

Places = npt.NDArray[np.int64]

over_england = cache(disk_reach.cells_over_england)


def around(random: np.random.Generator, origin: Places, radius_m: float) -> Places:
    """Places on the very edge of a radius to both sides, whole metres as schools have, one due north as far as the radius to the
    metre, and places within and beyond it."""
    angle = random.uniform(0, 2 * np.pi, 60)
    reach = radius_m * np.concatenate([np.full(40, 1.0), random.uniform(0, 1.3, 20)])
    edge = origin + np.round(reach[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])).astype(int)
    found = np.concatenate([edge, origin + np.array([[0, int(radius_m)], [0, int(radius_m) + 1], [0, 0]])])
    return found[np.isfinite(convert_lonlat(*found.T.astype(float))[0])]  # far out at sea there is no grid, and no school


def corners(cell: int) -> Places:
    """Places in the corners of a cell, from where its disk reaches least."""
    latitude, longitude = np.array(h3.cell_to_boundary(cell)).T
    found = np.column_stack([np.asarray(axis) for axis in convert_bng(longitude, latitude)])
    return np.round(found[np.isfinite(found).all(axis=1)]).astype(int)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config=SETTINGS) as connection:
        load_macros(connection)
        load_reference(connection)
        run(connection, "create schema core; create schema match")
        yield connection


def pairs(connection: duckdb.DuckDBPyConnection, need: Places, partner: Places, miles: float) -> set[tuple[int, int]]:
    """The pairs that ``sql/match/`` finds between schools that stand there: the place in either list."""
    stand = np.concatenate([need, partner])
    schools = places(pd.DataFrame({"urn": range(len(stand)), "easting": stand[:, 0], "northing": stand[:, 1]}))
    schools = schools.assign(easting=stand[:, 0], northing=stand[:, 1], search_radius_miles=float(miles), can_be_placed=True)
    status = pd.DataFrame({"definition": "rise", "phase": "primary", "urn": range(len(stand))})
    status["status"] = ["in_need"] * len(need) + ["high_performing"] * len(partner)
    for name, rows in (("core.school", schools), ("match.school_status", status)):
        connection.register("rows", rows)
        run(connection, f"create or replace table {name} as from rows")
        connection.unregister("rows")
    models = {model.name: model for model in read_models("match")}
    for name in ("match.partner", "match.disk", "match.pair"):
        models[name].build(connection)
    found = run(connection, "select need_urn, partner_urn from match.pair")
    assert len(found) == len(set(found)), "a pair is there twice"
    return {(urn, other - len(need)) for urn, other in found}


@pytest.mark.parametrize("miles", RADII)
def test_pairs_through_cells_are_all_there_are(connection: duckdb.DuckDBPyConnection, miles: float) -> None:
    """In the corners of cells, the smallest among them, and on the edge of the radius; the radius itself is within."""
    random = np.random.default_rng(round(miles * 100))
    need = np.concatenate(
        [
            corners(int(random.choice(over_england(resolution)))) if near is None else corners(near)
            for resolution in RESOLUTIONS
            for near in (None, None, smallest(resolution))
        ]
    )
    partner = np.concatenate([around(random, origin, miles * METRES_PER_MILE) for origin in need])
    expected = {(int(a), int(b)) for a, b in np.argwhere(cdist(need, partner) <= miles * METRES_PER_MILE)}
    assert len(expected) > 10 * len(need)
    assert pairs(connection, need, partner, miles) == expected


def smallest(resolution: int) -> int:
    """The cell of a resolution in the corner of England where cells are smallest."""
    return int(places(pd.DataFrame({"urn": [0], "easting": [645_000], "northing": [330_000]}))[f"h3_r{resolution}"][0])


def test_a_disk_that_is_too_small_loses_pairs(connection: duckdb.DuckDBPyConnection) -> None:
    """That the test above can fail: disks sized by the average edge of the world."""
    load_reference(connection)
    run(connection, "update reference.h3_disk set reach_m = reach_m * 1.3")
    try:
        random = np.random.default_rng(1)
        need = corners(smallest(6))
        partner = np.concatenate([around(random, origin, 2.5 * METRES_PER_MILE) for origin in need])
        expected = {(int(a), int(b)) for a, b in np.argwhere(cdist(need, partner) <= 2.5 * METRES_PER_MILE)}
        assert pairs(connection, need, partner, 2.5) < expected
    finally:
        load_reference(connection)


@pytest.mark.parametrize(("high_performing", "miles", "resolution"), [(300, 2, 6), (300, 0.5, 7), (300, 50, 5), (30, 10, 5)])
def test_the_resolution_is_the_one_with_the_least_work(
    connection: duckdb.DuckDBPyConnection, high_performing: int, miles: float, resolution: int
) -> None:
    """Few high-performing schools make coarse cells cheap; small radii need small cells."""
    random = np.random.default_rng(2)
    need = np.array([[450_000, 300_000]])
    pairs(connection, need, np.column_stack([random.integers(400_000, 500_000, (high_performing, 2))]), miles)
    assert run(connection, "select resolution from match.disk") == [(resolution,)]


def test_a_radius_that_no_disk_reaches_is_said(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(Exception, match=r"no disk of reference.h3_disk reaches 110"):
        pairs(connection, np.array([[450_000, 300_000]]), np.array([[450_000, 300_001]]), 110)
