"""The plain statement of how many schools in need can have a partner of their own."""

from __future__ import annotations

import pytest

from exports.exclusive import Exclusive, exclusive
from orchestration.cli import main as cli
from tests.support.world import World


def test_the_statement_counts_who_asks_who_has_someone_near_and_who_can_have_one_of_its_own(world: World) -> None:
    for urn, east in ((100001, 100), (100002, 200), (100003, 300), (100004, 400), (100005, 50_000)):
        world.school(urn, east=east)
        world.graded(urn, 3, previous=3)
    world.school(100006, easting=None, northing=None, postcode=None)
    world.graded(100006, 3, previous=3)
    world.school(100010)
    world.graded(100010, 1)
    world.secondary(100020)
    world.graded(100020, 3, previous=3)
    found = [each for each in exclusive(world.build().connection) if each.definition == "rise"]
    assert found == [
        Exclusive("rise", "primary", in_need=6, near=4, partnered=(1, 2, 3), not_placed=1),
        Exclusive("rise", "secondary", in_need=1, near=0, partnered=(0, 0, 0), not_placed=0),
    ]
    assert [each.sentence for each in found] == [
        "Of 6 primary schools in need (rise), 4 have someone near, and 1 can have a partner of its own. "
        "Of 1 the place is not known.",
        "Of 1 secondary school in need (rise), 0 have someone near, and 0 can have a partner of their own.",
    ]


def test_the_sentence_reads_well_with_thousands_and_with_one() -> None:
    many = Exclusive("rise", "alternative_provision", in_need=1873, near=1710, partnered=(1604, 1700, 1710), not_placed=0)
    assert many.sentence == (
        "Of 1,873 alternative provision schools in need (rise), 1,710 have someone near, and 1,604 can have a partner of their own."
    )
    one = Exclusive("rise", "special", in_need=1, near=1, partnered=(1, 1, 1), not_placed=0)
    assert one.sentence == "Of 1 special school in need (rise), 1 has someone near, and 1 can have a partner of its own."


def test_where_no_school_in_need_can_be_placed_the_summary_shows_a_dash(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.school(100001, easting=None, northing=None, postcode=None)
    world.graded(100001, 3, previous=3)
    country = world.build().query("from mart.area_summary where area_type = 'country' and definition = 'rise'")
    about = world.query("from mart.refresh")
    cli._summarise(about[0], country, ["A plain statement."])
    lines = capsys.readouterr().out.splitlines()
    (row,) = [line.split() for line in lines if line.startswith("rise")]
    assert row == ["rise", "primary", "1", "0", "0", "1", "0", "–", "–"]
    assert "A plain statement." in lines
