"""Who runs the high-performing schools near a school in need, and whom an organisation could reach: small cases by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.world import World
from transforms.geography import METRES_PER_MILE

UNKNOWN = {"kind": "academy", "trust_flag_code": "0", "trust_id": None, "trust_name": None}
"""An academy whose trust GIAS does not name."""

TABLES = ("mart.partner_organisation", "mart.school")


def in_need(world: World, urn: int, **changes: Any) -> None:
    world.school(urn, **changes)
    world.graded(urn, 3, previous=3)


def high(world: World, urn: int, **changes: Any) -> None:
    world.school(urn, **changes)
    world.graded(urn, 1)


def near(world: World, urn: int = 100001, definition: str = "rise") -> list[dict[str, Any]]:
    """The organisations near a school, by rank."""
    return world.build(tables=TABLES).query(
        f"from mart.partner_organisation where definition = '{definition}' and need_urn = {urn} order by organisation_rank"
    )


def of_organisation(world: World, organisation: str, definition: str = "rise", phase: str = "primary") -> dict[str, Any]:
    (row,) = world.query(
        f"from mart.organisation where organisation_id = '{organisation}' and definition = '{definition}' and phase = '{phase}'"
    )
    return row


def test_the_organisation_with_the_most_schools_comes_first_then_the_nearest_then_by_id(world: World) -> None:
    in_need(world, 100001)
    high(world, 100011, kind="academy", trust_id="5001", trust_name="Two far", east=2000)
    high(world, 100012, kind="academy", trust_id="5001", trust_name="Two far", east=-1500)
    high(world, 100013, kind="academy", trust_id="5003", trust_name="One near", east=300)
    high(world, 100014, kind="academy", trust_id="5002", trust_name="As near", north=300)
    high(world, 100015, north=-900)
    rows = near(world)
    assert [(row["organisation_rank"], row["organisation_id"], row["partners"], row["nearest_urn"]) for row in rows] == [
        (1, "5001", 2, 100012),
        (2, "5002", 1, 100014),
        (3, "5003", 1, 100013),
        (4, "E10000018", 1, 100015),
    ]
    assert (rows[0]["organisation_name"], rows[0]["distance_m"]) == ("Two far", 1500)
    assert rows[0]["distance_miles"] == pytest.approx(1500 / METRES_PER_MILE)


def test_of_two_schools_of_an_organisation_on_one_site_the_nearest_is_the_first_by_urn(world: World) -> None:
    in_need(world, 100001)
    high(world, 100012, east=500)
    high(world, 100011, east=500)
    (row,) = near(world)
    assert (row["partners"], row["nearest_urn"]) == (2, 100011)


def test_only_schools_of_the_phase_within_the_radius_bring_an_organisation(world: World) -> None:
    in_need(world, 100001)
    high(world, 100011, kind="academy", trust_id="5001", east=3218)
    high(world, 100012, kind="academy", trust_id="5002", east=3219)  # two miles are 3,218.7 m
    high(world, 100013, kind="secondary academy", trust_id="5003", east=10)
    assert [row["organisation_id"] for row in near(world)] == ["5001"]
    assert of_organisation(world, "5002")["schools_in_need_in_reach"] == 0


@pytest.mark.parametrize(
    ("changes", "kind", "organisation", "name"),
    [
        ({"kind": "academy"}, "multi_academy_trust", "5000", "A trust"),
        ({"kind": "single-trust-academy"}, "single_academy_trust", "A TRUST OF ONE SCHOOL", "A trust of one school"),
        ({"type_code": "02", "type_name": "Voluntary aided school"}, "local_authority", "E10000018", "Leicestershire"),
        (UNKNOWN, "not_known", "100011", None),
    ],
)
def test_an_academy_is_run_by_its_trust_and_a_maintained_school_by_its_authority(
    world: World, changes: dict[str, Any], kind: str, organisation: str, name: str | None
) -> None:
    in_need(world, 100001)
    high(world, 100011, **changes)
    (row,) = near(world)
    assert (row["organisation_kind"], row["organisation_id"], row["organisation_name"]) == (kind, organisation, name)
    school = world.of_school(100011)
    assert (school["organisation_kind"], school["organisation_id"]) == (kind, organisation)


def test_a_school_that_neither_a_trust_nor_the_authority_runs_stands_for_itself(world: World) -> None:
    special = {"kind": "special", "type_code": "08", "type_name": "Non-maintained special school"}
    in_need(world, 100001, kind="special")
    high(world, 100011, name="Hall School", east=10, **special)
    high(world, 100012, name="Mead School", east=20, **special)
    rows = near(world)
    assert [(row["organisation_kind"], row["organisation_id"], row["organisation_name"]) for row in rows] == [
        ("school", "100011", "Hall School"),
        ("school", "100012", "Mead School"),
    ]


def test_academies_whose_trusts_are_not_known_are_not_one_organisation_nor_known_to_have_no_need(world: World) -> None:
    in_need(world, 100001)
    high(world, 100011, east=10, **UNKNOWN)
    high(world, 100012, east=20, **UNKNOWN)
    rows = near(world)
    assert [(row["organisation_id"], row["partners"]) for row in rows] == [("100011", 1), ("100012", 1)]
    for row in (*rows, of_organisation(world, "100011")):
        assert (row["schools"], row["in_need"], row["in_need_percent"]) == (None, None, None)
    assert of_organisation(world, "100011")["schools_in_need_in_reach"] == 1


def test_a_trust_is_one_organisation_of_several_schools_though_one_is_listed_as_by_itself(world: World) -> None:
    in_need(world, 100001)
    high(world, 100011, kind="academy", east=10)
    high(world, 100012, kind="academy", trust_flag_code="5", east=20)
    (row,) = near(world)
    assert (row["organisation_kind"], row["partners"]) == ("multi_academy_trust", 2)


@pytest.mark.parametrize(
    ("need", "partner", "is_own"),
    [
        ({"kind": "academy"}, {"kind": "academy"}, True),
        ({"kind": "academy"}, {"kind": "academy", "trust_id": "5001"}, False),
        ({}, {}, True),
        ({"la_code": "856"}, {}, False),
        ({"kind": "academy"}, {}, False),  # an academy stands in the authority, which does not run it
        (UNKNOWN, {"kind": "academy"}, None),
        ({"kind": "academy"}, UNKNOWN, None),
        (UNKNOWN, UNKNOWN, None),
        (UNKNOWN, {}, False),
        ({}, UNKNOWN, False),
    ],
)
def test_an_organisation_is_the_schools_own_where_it_runs_it_and_not_known_where_a_trust_is_not(
    world: World, need: dict[str, Any], partner: dict[str, Any], is_own: bool | None
) -> None:
    in_need(world, 100001, **need)
    high(world, 100011, **partner)
    (row,) = near(world)
    assert row["is_own_organisation"] is is_own


def test_an_organisations_own_need_is_counted_by_phase_wherever_its_schools_stand(world: World) -> None:
    """A trust of three primaries, one of them in need far away, and a secondary in need."""
    in_need(world, 100001)
    high(world, 100011, kind="academy")
    world.graded(world.school(100012, kind="academy", north=90_000), 2)
    in_need(world, 100013, kind="academy", north=95_000)
    in_need(world, 100014, kind="secondary academy", north=95_000)
    (row,) = near(world)
    assert (row["schools"], row["in_need"]) == (3, 1)
    assert row["in_need_percent"] == pytest.approx(100 / 3)
    own = of_organisation(world, "5000")
    assert (own["schools"], own["high_performing"], own["in_need"], own["schools_in_need_in_reach"]) == (3, 1, 1, 1)
    secondary = of_organisation(world, "5000", phase="secondary")
    assert (secondary["schools"], secondary["high_performing"], secondary["in_need"]) == (1, 0, 1)


def test_a_school_in_need_that_two_schools_of_an_organisation_are_near_to_is_reached_once(world: World) -> None:
    in_need(world, 100001)
    in_need(world, 100002, kind="academy", trust_id="5001", north=100)
    in_need(world, 100003, north=50_000)
    high(world, 100011, kind="academy", trust_id="5001", east=10)
    high(world, 100012, kind="academy", trust_id="5001", east=20)
    near(world)
    assert of_organisation(world, "5001")["schools_in_need_in_reach"] == 2  # its own among them
    assert of_organisation(world, "E10000018")["schools_in_need_in_reach"] == 0


def test_how_many_an_organisation_reaches_is_not_known_where_none_of_its_schools_can_be_placed(world: World) -> None:
    in_need(world, 100001)
    nowhere = {"easting": None, "northing": None, "postcode": None}
    high(world, 100011, kind="academy", trust_id="5001", **nowhere)
    high(world, 100012, kind="academy", trust_id="5002", **nowhere)
    high(world, 100013, kind="academy", trust_id="5002", east=10)
    assert [row["organisation_id"] for row in near(world)] == ["5002"]
    assert of_organisation(world, "5001")["schools_in_need_in_reach"] is None
    assert of_organisation(world, "5002")["schools_in_need_in_reach"] == 1


def test_by_the_study_a_trust_has_no_school_in_need_since_its_schools_are_supported(world: World) -> None:
    in_need(world, 100001)
    in_need(world, 100002, kind="academy", north=100)
    high(world, 100011, kind="academy", east=10)
    (by_study,), by_rise = near(world, definition="nfer-2017"), near(world)
    assert (by_study["schools"], by_study["in_need"]) == (2, 0)
    assert [(row["schools"], row["in_need"]) for row in by_rise] == [(2, 1)]


def test_a_school_in_need_with_nobody_near_or_no_known_place_has_no_row(world: World) -> None:
    in_need(world, 100001)
    in_need(world, 100002, easting=None, northing=None, postcode=None)
    high(world, 100011, east=50_000)
    assert near(world) == []
    assert near(world, 100002) == []
