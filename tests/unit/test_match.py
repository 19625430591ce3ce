"""Who is near: radii, phases, borders, and what an area's figures count."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from tests.support.world import World
from transforms.geography import METRES_PER_MILE

TWO_MILES = 2 * METRES_PER_MILE


def in_need(world: World, urn: int, **changes: object) -> None:
    world.school(urn, **changes)
    world.graded(urn, 3, previous=3)


def high(world: World, urn: int, **changes: object) -> None:
    world.school(urn, **changes)
    world.graded(urn, 1)


def partners(world: World, urn: int) -> list[int]:
    return [
        row["partner_urn"]
        for row in world.query(f"from mart.match where definition = 'rise' and need_urn = {urn} order by distance_rank")
    ]


def test_the_radius_is_that_of_the_school_in_need_and_includes_its_edge(world: World) -> None:
    in_need(world, 100001)
    high(world, 100002, north=3218)  # 2 miles are 3,218.688 m
    high(world, 100003, north=3219)
    # rural, but that does not matter: it is not the one in need
    high(world, 100004, east=5000, urban_rural_code="E1")
    assert partners(world.build(), 100001) == [100002]


@pytest.mark.parametrize(("code", "miles"), [("A1", 2), ("C1", 5), ("E1", 10)])
def test_the_radius_by_setting(world: World, code: str, miles: int) -> None:
    in_need(world, 100001, urban_rural_code=code)
    high(world, 100002, east=int(miles * METRES_PER_MILE))
    high(world, 100003, east=int(miles * METRES_PER_MILE) + 1)
    assert partners(world.build(), 100001) == [100002]


def test_schools_on_one_site_are_at_distance_zero_and_ranked_by_urn(world: World) -> None:
    in_need(world, 100005)
    high(world, 100009)
    high(world, 100002)
    world.build()
    rows = world.query(
        "select partner_urn, distance_m, distance_rank from mart.match where definition = 'rise' order by distance_rank"
    )
    assert [(r["partner_urn"], r["distance_m"], r["distance_rank"]) for r in rows] == [(100002, 0.0, 1), (100009, 0.0, 2)]


def test_schools_are_matched_within_their_phase_only(world: World) -> None:
    in_need(world, 100001)
    high(world, 100002, phase_code="4", phase_name="Secondary")
    high(world, 100003, phase_code="7", phase_name="All-through")
    assert partners(world.build(), 100001) == []


def test_a_partner_may_stand_across_the_border_and_counts_where_the_school_in_need_stands(world: World) -> None:
    in_need(world, 100001, la_code="855")  # Leicestershire, East Midlands
    high(world, 100002, la_code="937", east=1000)  # Warwickshire, West Midlands
    world.build()
    summary = {
        row["area_name"]: row for row in world.query("from mart.area_summary where definition = 'rise' and area_type = 'region'")
    }
    assert summary["East Midlands"]["partners_median"] == 1
    assert summary["West Midlands"]["partners_median"] is None
    assert (summary["West Midlands"]["in_need"], summary["West Midlands"]["high_performing"]) == (0, 1)
    assert not world.query("select same_la from mart.match")[0]["same_la"]


def test_a_closed_school_is_nobodys_partner(world: World) -> None:
    in_need(world, 100001)
    high(world, 100002, status_code="2", status_name="Closed")
    assert partners(world.build(), 100001) == []


def test_a_school_in_need_with_nobody_near_counts_as_zero_in_the_median(world: World) -> None:
    in_need(world, 100001)
    in_need(world, 100002, east=50_000)
    in_need(world, 100003, east=50_100)
    for number in range(6):
        high(world, 100010 + number, east=100 * number)
    world.build()
    country = world.query("from mart.area_summary where definition = 'rise' and area_type = 'country'")[0]
    assert (country["partners_median"], country["partners_mean"], country["in_need_without_partner"]) == (0, 2, 2)


def test_a_school_in_need_whose_place_is_not_known_is_in_need_but_in_no_median(world: World) -> None:
    in_need(world, 100001)
    high(world, 100002, east=100)
    in_need(world, 100003, easting=None, northing=None)
    world.build()
    country = world.query("from mart.area_summary where definition = 'rise' and area_type = 'country'")[0]
    assert (country["in_need"], country["partners_median"], country["in_need_without_partner"]) == (2, 1, 0)


def test_an_area_without_a_school_in_need_has_no_median(world: World) -> None:
    high(world, 100001)
    country = world.build().query("from mart.area_summary where definition = 'rise' and area_type = 'country'")[0]
    assert (country["partners_median"], country["partners_mean"], country["in_need_percent"]) == (None, None, 0)


def test_partners_of_the_same_trust_are_marked(world: World) -> None:
    trust = {"type_code": "34", "trust_flag_code": "3", "trust_id": "5000"}
    in_need(world, 100001, **trust)
    high(world, 100002, **trust)
    high(world, 100003, east=10)
    world.build()
    same = {row["partner_urn"]: row["same_trust"] for row in world.query("from mart.match where definition = 'rise'")}
    assert same == {100002: True, 100003: False}


def test_pairs_are_those_of_a_search_tree_over_all_schools(world: World) -> None:
    """The same pairs by scipy, for a thousand schools thrown over a county, in all three settings."""
    random = np.random.default_rng(7)
    east, north = random.integers(-30_000, 30_000, (2, 600))
    codes = random.choice(["A1", "C1", "E1"], 600)
    for number in range(600):
        make = in_need if number % 3 == 0 else high
        make(world, 100_000 + number, east=int(east[number]), north=int(north[number]), urban_rural_code=str(codes[number]))
    world.build()
    radius = {"A1": 2, "C1": 5, "E1": 10}
    points = np.column_stack([east, north])
    helpers = np.array([number for number in range(600) if number % 3])
    tree = cKDTree(points[helpers])
    expected = {
        (100_000 + number, 100_000 + int(helpers[found]))
        for number in range(0, 600, 3)
        for found in tree.query_ball_point(points[number], radius[codes[number]] * METRES_PER_MILE)
    }
    pairs = {(r["need_urn"], r["partner_urn"]) for r in world.query("from mart.match where definition = 'rise'")}
    assert pairs == expected
    assert len(pairs) > 1000


def test_schools_to_which_a_rule_could_not_be_applied_are_counted_as_such_not_as_fine(world: World) -> None:
    world.school(100001)
    world.graded(100001, 3)  # whether it is stuck is not known: the inspection before is not
    world.school(100002)
    world.graded(100002, 2, previous=2)
    world.ks2(100002, 2025, percent=60.0)
    world.school(100003)
    world.graded(100003, 2, previous=2)
    world.ks2(100003, 2025, percent=70.0)
    world.ks2(100001, 2025, percent=50.0)
    country = world.build().query("from mart.area_summary where definition = 'rise' and area_type = 'country'")[0]
    assert (country["schools"], country["in_need"], country["not_assessed"]) == (3, 0, 1)
