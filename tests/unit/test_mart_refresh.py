"""What a refresh says of itself: which files it read, and how new they are."""

from __future__ import annotations

from datetime import date

from tests.support.world import World
from transforms.layouts import GROUPS
from warehouse.landing.raw import POSTCODE_GROUP, file_table


def land(world: World, group: str, kind: str, published: date | None = None, **values: object) -> None:
    """A file of a landing group."""
    about = {
        "layout": "x",
        "name": f"{kind} {published}.csv",
        "title": kind,
        "publisher": "P",
        "sha256": f"{kind} {published}",
        "bytes": 1,
    }
    about |= {"rows": 1, "landed": "2025-10-01 06:30:00", "licence": "OGL", "is_synthetic": False, "published": published}
    world.row(file_table(group), kind=kind, **(about | values))


def test_the_newest_release_is_the_date_of_a_source_whichever_else_was_read(world: World) -> None:
    world.school(100001)
    for day in (date(2025, 8, 31), date(2026, 5, 31), date(2026, 1, 31)):
        land(world, "ofsted", "ofsted_inspection", day)
    for day in (date(2025, 9, 30), date(2025, 9, 1)):
        land(world, "gias", "gias_establishment", day)
    (about,) = world.build().query("select gias_as_at, ofsted_as_at, source_files from mart.refresh")
    assert about == {"gias_as_at": date(2025, 9, 30), "ofsted_as_at": date(2026, 5, 31), "source_files": 6}


def test_the_files_of_every_landing_group_are_told(world: World) -> None:
    """A group that is left out would be data of no known origin."""
    world.school(100001)
    for group in (*GROUPS, POSTCODE_GROUP):
        land(world, group, f"a file of {group}")
    told = {row["kind"] for row in world.build().query("select kind from mart.source_file")}
    assert {f"a file of {group}" for group in (*GROUPS, POSTCODE_GROUP)} <= told


def test_a_new_local_authority_is_named_with_its_schools(world: World) -> None:
    world.school(100001)
    for urn in (100002, 100003):
        world.school(urn, la_code="950", la_name="West Surrey", gor_code="J")
    (about,) = world.build().query("select new_authorities from mart.refresh")
    assert about == {"new_authorities": "950 West Surrey (2 schools)"}


def test_authorities_of_which_no_boundary_has_landed_under_their_code_are_named_where_others_have(world: World) -> None:
    world.school(100001)
    world.school(100002, la_code="370", la_name="Barnsley")
    lacking = "select authorities_without_boundary from mart.refresh"
    assert world.build().query(lacking) == [{"authorities_without_boundary": None}]  # none has landed: nothing lags
    world.row("raw.ons_boundary", area_type="local_authority", area_code="E10000018", area_name="Leicestershire")
    world.row("raw.ons_boundary", area_type="local_authority", area_code="E08000038", area_name="Barnsley")
    assert world.build().query(lacking) == [{"authorities_without_boundary": "Barnsley"}]


def test_a_part_of_a_layer_and_boundaries_of_which_no_school_has_the_code_are_told_for_each_type_of_area(world: World) -> None:
    """76 of 153 authorities were drawn, and the others as cells, without a word; so were constituencies of another year."""
    world.school(100001)
    world.school(100002, la_code="370", la_name="Barnsley", constituency_code="E14001001", constituency_name="Elsewhere")
    told = "select areas_without_boundary as areas, boundaries_without_area as boundaries from mart.refresh"
    assert world.build().query(told) == [{"areas": None, "boundaries": None}]  # none has landed
    for area_type, code, name in (
        ("local_authority", "E10000018", "Leicestershire"),
        ("local_authority", "E08000038", "Barnsley"),
        ("constituency", "E14001000", "Somewhere"),
    ):
        world.row("raw.ons_boundary", area_type=area_type, area_code=code, area_name=name)
    assert world.build().query(told) == [
        {
            "areas": "1 of 2 areas of the type constituency: Elsewhere (E14001001); "
            "1 of 2 areas of the type local authority: Barnsley (E08000016)",
            "boundaries": "1 of 2 boundaries of the type local authority: Barnsley (E08000038)",
        }
    ]
