"""The match as a whole, and what an area's figures count. Who is whose partner: ``cases/matching.yaml``."""

import duckdb
import numpy as np
import pytest
from scipy.spatial import cKDTree

from tests.support.world import World
from transforms.geography import METRES_PER_MILE
from warehouse.model import read_models

TABLES = {"mart.match", "mart.area_summary"}
"""What these tests look at, and so have built."""


def in_need(world: World, urn: int, **changes: object) -> None:
    world.school(urn, **changes)
    world.graded(urn, 3, previous=3)


def high(world: World, urn: int, **changes: object) -> None:
    world.school(urn, **changes)
    world.graded(urn, 1)


def test_an_area_whose_schools_in_need_cannot_be_placed_has_no_number_without_a_partner_rather_than_none(world: World) -> None:
    world.school(100001, easting=None, northing=None, postcode="ZZ9 9ZZ")
    world.graded(100001, 3, previous=3)
    world.school(100002)
    (row,) = world.build(tables=TABLES).query("from mart.area_summary where definition = 'rise' and area_type = 'country'")
    assert (row["in_need"], row["partners_median"], row["in_need_without_partner"]) == (1, None, None)


def test_a_school_in_need_with_nobody_near_counts_as_zero_in_the_median(world: World) -> None:
    in_need(world, 100001)
    in_need(world, 100002, east=50_000)
    in_need(world, 100003, east=50_100)
    for number in range(6):
        high(world, 100010 + number, east=100 * number)
    world.build(tables=TABLES)
    country = world.query("from mart.area_summary where definition = 'rise' and area_type = 'country'")[0]
    assert (country["partners_median"], country["partners_mean"], country["in_need_without_partner"]) == (0, 2, 2)


def test_a_school_in_need_whose_place_is_not_known_is_in_need_but_in_no_median(world: World) -> None:
    in_need(world, 100001)
    high(world, 100002, east=100)
    in_need(world, 100003, easting=None, northing=None)
    world.build(tables=TABLES)
    country = world.query("from mart.area_summary where definition = 'rise' and area_type = 'country'")[0]
    assert (country["in_need"], country["partners_median"], country["in_need_without_partner"]) == (2, 1, 0)


def test_an_area_without_a_school_in_need_has_no_median(world: World) -> None:
    high(world, 100001)
    country = world.build(tables=TABLES).query("from mart.area_summary where definition = 'rise' and area_type = 'country'")[0]
    assert (country["partners_median"], country["partners_mean"], country["in_need_percent"]) == (None, None, 0)


def test_partners_of_the_same_trust_and_of_the_same_authority_are_marked(world: World) -> None:
    in_need(world, 100001, kind="academy", la_code="855")
    high(world, 100002, kind="academy", la_code="937")
    high(world, 100003, east=10, la_code="855")
    world.build(tables=TABLES)
    rows = world.query("from mart.match where definition = 'rise'")
    assert {row["partner_urn"]: row["same_trust"] for row in rows} == {100002: True, 100003: False}
    assert {row["partner_urn"]: row["same_la"] for row in rows} == {100002: False, 100003: True}


def test_pairs_are_those_of_a_search_tree_over_all_schools(world: World) -> None:
    """The same pairs by scipy, for a thousand schools thrown over a county, in all three settings."""
    random = np.random.default_rng(7)
    east, north = random.integers(-30_000, 30_000, (2, 600))
    codes = random.choice(["A1", "C1", "E1"], 600)
    for number in range(600):
        make = in_need if number % 3 == 0 else high
        make(world, 100_000 + number, east=int(east[number]), north=int(north[number]), urban_rural_code=str(codes[number]))
    world.build(tables=TABLES)
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
    country = world.build(tables=TABLES).query("from mart.area_summary where definition = 'rise' and area_type = 'country'")[0]
    assert (country["schools"], country["in_need"], country["not_assessed"]) == (3, 0, 1)


def test_two_schools_of_one_authority_under_two_numbers_are_of_the_same_authority(world: World) -> None:
    world.graded(world.school(100001, la_code="936", la_name="Surrey", gor_code="J"), 4, previous=3)
    world.graded(world.school(100002, east=500, la_code="950", la_name="Surrey", gor_code="J"), 1)
    world.build(tables=TABLES)
    assert world.query("select distinct same_la from mart.match") == [{"same_la": True}]
    areas = world.query(
        "select area_name, schools from mart.area_summary where area_type = 'local_authority' and definition = 'rise'"
    )
    assert areas == [{"area_name": "Surrey", "schools": 2}]


@pytest.mark.parametrize(
    ("in_need", "high_performing", "status", "reasons", "met"),
    [(None, ["b"], "high_performing", ["b"], [False, True]), (["a"], None, "in_need", ["a"], [True, False]),
     (None, None, "neither", [], [False, False])],
)  # fmt: skip
def test_a_definition_may_give_null_for_a_list_without_reasons(
    in_need: list[str] | None, high_performing: list[str] | None, status: str, reasons: list[str], met: list[bool]
) -> None:
    connection = duckdb.connect()
    connection.execute("create schema definition")
    connection.execute(
        """create table definition.outcome as select 'own' as definition, 1 as urn, 'primary' as phase,
        cast($1 as varchar[]) as in_need_reasons, cast($2 as varchar[]) as high_performing_reasons,
        cast(null as varchar) as excluded_from_need, cast(null as varchar) as excluded_from_high_performing,
        ['not_known'] as not_assessed, cast([] as varchar[]) as not_met, cast(null as varchar) as not_asked_because,
        '{}' as facts""",
        [in_need, high_performing],
    )
    connection.execute(
        """create table definition.reason as
        select 'own' as definition, code, kind, cast([] as varchar[]) as phases, rules, true as leaves_open, null as bounded_by
        from (values ('a', 'in_need', []), ('b', 'high_performing', []), ('not_known', 'not_assessed', ['a', 'b']))
            as reason (code, kind, rules)"""
    )
    models = {model.name: model for model in read_models("match")}
    for name in ("match.undecided_rule", "match.school_status"):
        models[name].build(connection)
    assert connection.execute("select status, reasons from match.school_status").fetchall() == [(status, reasons)]
    assert connection.execute("select is_met from match.undecided_rule order by rule").fetchall() == [(each,) for each in met]
