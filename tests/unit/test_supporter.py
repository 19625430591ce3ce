"""How many schools in need a high-performing school is near to: its own, by each definition; none where its place is unknown."""

from __future__ import annotations

from tests.support.world import World

NEAR, FAR = 1_000, 60_000
"""Metres: within two miles, and in another part of the country."""


def test_each_high_performing_school_counts_the_schools_in_need_that_are_near_it(world: World) -> None:
    for urn, north in ((100001, 0), (100002, 100), (100003, FAR)):
        world.school(urn, north=north)
        world.graded(urn, 3, previous=3)
    for urn, north in ((100011, NEAR), (100012, FAR + NEAR), (100013, 2 * FAR)):
        world.school(urn, north=north)
        world.graded(urn, 1)
    world.school(100014, easting=None, northing=None, postcode=None)
    world.graded(100014, 1)
    world.school(100021, kind="secondary", north=NEAR)
    world.graded(100021, 1)
    rows = world.build().query(
        "select definition, partner_urn, can_be_placed, schools_in_need from mart.supporter order by definition, partner_urn"
    )
    expected = [(100011, True, 2), (100012, True, 1), (100013, True, 0), (100014, False, None), (100021, True, 0)]
    assert [tuple(row.values()) for row in rows] == [
        (definition, *supporter) for definition in ("nfer-2017", "rise") for supporter in expected
    ]


def test_by_a_definition_that_finds_other_schools_in_need_it_counts_those(world: World) -> None:
    """Inadequate and in a trust: in need by RISE, set aside by the study."""
    world.academy(100001)
    world.graded(100001, 4, previous=3)
    world.school(100011, north=NEAR)
    world.graded(100011, 1)
    world.school(100012, north=-NEAR)
    world.graded(100012, 1)
    rows = world.build().query("select definition, schools_in_need from mart.supporter order by all")
    assert [tuple(row.values()) for row in rows] == [("nfer-2017", 0), ("nfer-2017", 0), ("rise", 1), ("rise", 1)]
