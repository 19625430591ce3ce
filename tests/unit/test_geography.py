"""Projection and cells, against Ordnance Survey's points and brute force."""

import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely

from transforms import disk_reach
from transforms.geography import RESOLUTIONS, cells_at, grid_disks, places

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


def test_cells_are_those_of_the_h3_library_and_of_its_own_order() -> None:
    """Cells are found by another implementation of H3 than the reference one, many at once; they are the same."""
    random = np.random.default_rng(7)
    latitude, longitude = random.uniform(49.8, 55.9, 5_001), random.uniform(-6.5, 1.8, 5_001)
    for resolution in RESOLUTIONS:
        expected = [h3.latlng_to_cell(lat, lon, resolution) for lat, lon in zip(latitude, longitude, strict=True)]
        assert cells_at(latitude, longitude, resolution).tolist() == expected


def test_disks_are_those_of_the_h3_library_each_with_its_own_rings() -> None:
    random = np.random.default_rng(8)
    cells = cells_at(random.uniform(50, 55, 40), random.uniform(-5, 1, 40), 6).tolist()
    rings = random.integers(0, 4, 40).tolist()
    found = grid_disks(pa.array(cells, pa.uint64()), pa.array(rings, pa.int8())).to_pylist()
    assert [sorted(disk) for disk in found] == [sorted(h3.grid_disk(*each).tolist()) for each in zip(cells, rings, strict=True)]


def facts() -> pd.DataFrame:
    return pd.read_csv(disk_reach.FACTS, comment="#")


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_no_disk_over_england_reaches_less_than_is_written_down(resolution: int) -> None:
    """A part of the cells, and each number of rings that is written down; ``python -m transforms.disk_reach`` measures them all."""
    cells = disk_reach.cells_over_england(resolution)
    cells = cells[:: max(1, len(cells) // 60)]
    for fact in facts().query(f"resolution == {resolution}").itertuples():
        assert len(h3.grid_disk(int(cells[0]), fact.rings)) == fact.cells
        assert max(h3.cell_area(int(cell), unit="m^2") for cell in cells) <= fact.cell_m2
        assert fact.reach_m <= disk_reach.disk_reach(cells, fact.rings) <= fact.reach_m * 1.2


def test_where_cells_are_smallest_the_disks_reach_what_is_written_down_and_hardly_more() -> None:
    """Northumberland's and Norfolk's coasts: what is written down was measured there, not in the middle of England."""
    found = places(schools((430_000, 605_000), (420_000, 652_000), (652_000, 312_000), (640_000, 330_000)))
    for fact in facts().query("rings <= 4").itertuples():
        cells = np.unique(found[f"h3_r{fact.resolution}"].to_numpy(dtype="uint64"))
        assert fact.reach_m <= disk_reach.disk_reach(cells, fact.rings) <= fact.reach_m * 1.03


def test_the_line_around_england_holds_its_farthest_places() -> None:
    """Scilly, the Lizard, South Foreland, Lowestoft, Spurn Head, Farne Islands, Berwick, Carlisle, Lundy (kilometres)."""
    farthest = [(83, 5), (170, 11), (636, 143), (655, 293), (540, 410), (427, 637), (400, 657), (330, 565), (213, 146)]
    assert shapely.contains_xy(disk_reach.ENGLAND, farthest).all()
