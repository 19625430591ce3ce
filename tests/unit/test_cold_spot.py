"""Schools in need with nobody in range: how far the nearest is, and where they stand together."""

from __future__ import annotations

import pytest

from tests.support.world import World
from transforms.geography import METRES_PER_MILE


def in_need(world: World, urn: int, **changes: object) -> None:
    world.school(urn, **changes)
    world.graded(urn, 3, previous=3)


def high(world: World, urn: int, **changes: object) -> None:
    world.school(urn, **changes)
    world.graded(urn, 1)


def test_the_nearest_at_any_distance_is_found_and_equal_distances_are_told_apart_by_urn(world: World) -> None:
    in_need(world, 100001)
    high(world, 100012, east=40_000)
    high(world, 100011, east=-40_000)
    high(world, 100010, north=90_000)
    world.secondary(100020, east=5000)
    world.graded(100020, 1)
    (row,) = world.build().query("from mart.cold_spot where definition = 'rise'")
    assert (row["need_urn"], row["nearest_urn"], row["distance_m"]) == (100001, 100011, 40_000)
    assert row["distance_miles"] == pytest.approx(40_000 / METRES_PER_MILE)


def test_one_with_somebody_on_the_edge_of_its_radius_is_none_and_one_a_metre_further_off_is(world: World) -> None:
    in_need(world, 100001, urban_rural_code="A1")
    in_need(world, 100002, urban_rural_code="A1", north=-1)
    high(world, 100010, north=3218)
    rows = world.build().query("from mart.cold_spot where definition = 'rise'")
    assert [(row["need_urn"], row["nearest_urn"], row["distance_m"]) for row in rows] == [(100002, 100010, 3219)]


def test_one_of_no_known_place_is_not_listed_as_alone(world: World) -> None:
    in_need(world, 100001, easting=None, northing=None, postcode=None)
    in_need(world, 100002, urban_rural_code=None)
    assert world.build().query("from mart.cold_spot") == []


def test_where_no_school_of_the_phase_is_high_performing_there_is_no_nearest_rather_than_one_at_no_distance(world: World) -> None:
    in_need(world, 100001)
    world.secondary(100002)
    world.graded(100002, 1)
    (row,) = world.build().query("from mart.cold_spot where definition = 'rise'")
    assert (row["need_urn"], row["nearest_urn"], row["distance_m"]) == (100001, None, None)
    (cell,) = world.query("from mart.cold_spot_cell where definition = 'rise'")
    assert (cell["in_need"], cell["in_need_without_partner"], cell["nearest_miles_median"]) == (1, 1, None)


def test_cold_spots_are_counted_by_cell_beside_those_that_have_somebody(world: World) -> None:
    """Two alone and one with a partner in one cell; one alone far away."""
    in_need(world, 100001)
    in_need(world, 100002, east=10)
    in_need(world, 100003, east=20, urban_rural_code="E1")  # looks ten miles far
    in_need(world, 100004, north=80_000)
    high(world, 100010, east=6000)
    world.build()
    cells = {row["urn"]: row["h3_r5"] for row in world.query("from mart.school")}
    assert cells[100001] == cells[100002] == cells[100003]
    spots = world.query("from mart.cold_spot where definition = 'rise' order by need_urn")
    assert [(row["need_urn"], row["schools_in_cell"]) for row in spots] == [(100001, 2), (100002, 2), (100004, 1)]
    found = {row["h3_r5"]: row for row in world.query("from mart.cold_spot_cell where definition = 'rise'")}
    assert set(found) == {cells[100001], cells[100004]}
    here = found[cells[100001]]
    assert (here["in_need"], here["in_need_without_partner"]) == (3, 2)
    assert here["nearest_miles_median"] == pytest.approx(5995 / METRES_PER_MILE)


def test_a_cell_does_not_tell_what_is_withheld_of_its_phase(world: World) -> None:
    """One in need is found; of twelve below good nothing earlier is known, so the need of the phase is withheld, by place too."""
    in_need(world, 100001)
    high(world, 100010, east=40_000)
    for urn in range(100020, 100032):
        world.graded(world.school(urn, east=50_000), 3)
    (cell,) = world.build().query("from mart.cold_spot_cell where definition = 'rise'")
    assert (cell["in_need"], cell["in_need_without_partner"], cell["nearest_miles_median"]) == (None, None, None)
