"""Projection and cells, against Ordnance Survey's points and brute force."""

import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
import pytest

from transforms.geography import METRES_PER_MILE, SMALLEST_EDGE_M, disk_size, disks, places

# Ordnance Survey, OSTN15/OSGM15 developer pack, test points: latitude, longitude, easting, northing
ORDNANCE_SURVEY = [
    (49.92226393730, -6.29977752014, 91492.146, 11318.804),
    (50.93127937910, -1.45051433700, 438710.920, 114792.250),
    (51.48936564950, -0.11992557180, 530624.974, 178388.464),
    (52.25529381630, -2.15458614387, 389544.190, 261912.153),
    (54.97912273660, -1.61657685184, 424639.355, 565012.703),
]


def schools(*points: tuple[float, float]) -> pd.DataFrame:
    return pd.DataFrame({"urn": range(len(points)), "easting": [p[0] for p in points], "northing": [p[1] for p in points]})


def test_longitude_and_latitude_are_those_of_ordnance_survey() -> None:
    found = places(schools(*[(e, n) for _, _, e, n in ORDNANCE_SURVEY]))
    for row, (latitude, longitude, _, _) in zip(found.itertuples(), ORDNANCE_SURVEY, strict=True):
        assert row.latitude == pytest.approx(latitude, abs=1e-7)
        assert row.longitude == pytest.approx(longitude, abs=1e-7)


def test_a_grid_reference_outside_the_coverage_has_no_place_and_no_cell() -> None:
    found = places(schools((9_999_999, 1), (530_000, 180_000)))
    assert found["h3_r7"].isna().tolist() == [True, False]
    assert np.isnan(found["longitude"][0])


def test_cells_are_of_the_resolutions_their_columns_say() -> None:
    found = places(schools((530_000, 180_000)))
    assert [h3.get_resolution(int(found[f"h3_r{resolution}"][0])) for resolution in (5, 6, 7)] == [5, 6, 7]


@pytest.mark.parametrize(("miles", "rings"), [(2, 3), (5, 5), (10, 10)])
def test_disks_have_the_safe_number_of_rings(miles: int, rings: int) -> None:
    assert disk_size(miles * METRES_PER_MILE) == rings


def test_no_cell_over_england_has_an_edge_shorter_than_the_one_disks_are_sized_by() -> None:
    grid = [(e, n) for e in range(90_000, 660_000, 15_000) for n in range(10_000, 660_000, 15_000)]
    cells = places(schools(*grid))["h3_r7"].dropna().unique()
    edges = [h3.edge_length(edge, unit="m") for cell in cells[::7] for edge in h3.origin_to_directed_edges(int(cell))]
    assert min(edges) >= SMALLEST_EDGE_M - 1


@pytest.mark.parametrize("miles", [2, 5, 10])
def test_a_disk_holds_the_cell_of_every_point_within_the_radius(miles: int) -> None:
    """Points on the very edge of the radius, around places from Cornwall to Northumberland and Kent."""
    random = np.random.default_rng(miles)
    for east, north in ((180_000, 40_000), (530_000, 180_000), (400_000, 640_000), (610_000, 140_000), (350_000, 400_000)):
        origin = np.array([east, north]) + random.integers(-3000, 3000, 2)
        angle = random.uniform(0, 2 * np.pi, 400)
        edge = origin[:, None] + miles * METRES_PER_MILE * 0.99999 * np.array([np.cos(angle), np.sin(angle)])
        cells = places(schools(tuple(origin), *zip(*edge.tolist(), strict=True)))["h3_r7"]
        disk = disks(pd.DataFrame({"origin_cell": [cells[0]], "search_radius_miles": [float(miles)]}))
        assert set(cells[1:]) <= set(disk["cell"])


def test_disks_of_no_origin_are_an_empty_table_with_the_same_columns() -> None:
    empty = pd.DataFrame({"origin_cell": pd.Series(dtype="uint64"), "search_radius_miles": pd.Series(dtype="float64")})
    assert list(disks(empty).columns) == ["origin_cell", "search_radius_miles", "cell"]
