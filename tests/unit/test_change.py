"""What changed since the refresh before, and why: hand-worked, a handful of schools, built twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import pytest

from exports.pages.changes import HEADINGS, changes_page
from exports.pages.page import as_markdown
from tests.support.world import World
from warehouse.model import read_models
from warehouse.store import run

AUTUMN, SPRING = date(2025, 9, 30), date(2026, 4, 30)


def in_autumn(world: World) -> None:
    """In need 100001, with two partners: 100002 beside it, and 100003, good with high results. The others are good."""
    world.row("landing.ofsted_file", kind="ofsted_inspection", name="mi.csv", published=date(2025, 8, 31), sha256="autumn")
    run(world.connection, "update landing.gias_file set published = $1, sha256 = 'gias'", [AUTUMN])
    world.graded(world.school(100001), 3, previous=3)
    world.graded(world.school(100002, east=500), 1, previous=2)
    for urn in range(100003, 100007):
        world.graded(world.school(urn, east=urn - 99_000), 2, previous=2)
        world.ks2(urn, 2025, percent=90 if urn == 100003 else 60)


def later(world: World, **gone: int) -> World:
    """The same world, remembered as what was published before."""
    return world.build().remember()


def changes(world: World, *kinds: str, definition: str = "rise") -> list[dict[str, Any]]:
    named = ", ".join(f"'{kind}'" for kind in kinds)
    return world.query(f"from mart.change where change in ({named}) and coalesce(definition, '{definition}') = '{definition}'")


STATUS = ("newly_in_need", "no_longer_in_need", "newly_high_performing", "no_longer_high_performing")


def told(world: World, *kinds: str, definition: str = "rise") -> set[tuple[str, int, str]]:
    """Kind, URN and deciding cause."""
    return {(row["change"], row["urn"], row["cause"]) for row in changes(world, *(kinds or STATUS), definition=definition)}


def of_raw(world: World, sql: str) -> None:
    run(world.connection, sql)


def new_judgement(world: World) -> None:
    before = {"previous": 3, "previous_inspection_date": date(2023, 5, 1)}
    world.graded(100001, 2, latest_inspection_date=date(2026, 1, 20), as_at=SPRING, **before)


def corrected_judgement(world: World) -> None:
    of_raw(world, "update raw.ofsted_inspection set latest_overall_effectiveness = 2 where urn = 100001")


def earlier_judgement(world: World) -> None:
    of_raw(world, "update raw.ofsted_inspection set previous_overall_effectiveness = 2 where urn = 100001")


def judgement_gone(world: World) -> None:
    of_raw(world, "delete from raw.ofsted_inspection where urn = 100001")


def gone_from_the_register(world: World) -> None:
    of_raw(world, "delete from raw.gias_establishment where urn = 100001")


def closed(world: World) -> None:
    of_raw(world, "update raw.gias_establishment set status_code = '2', status_name = 'Closed' where urn = 100001")


def in_another_phase(world: World) -> None:
    of_raw(world, "update raw.gias_establishment set phase_code = '1', phase_name = 'Nursery', type_code = '15' where urn = 100001")


@pytest.mark.parametrize(
    ("happens", "cause"),
    [
        (new_judgement, "new_judgement"),
        (corrected_judgement, "corrected_judgement"),
        (earlier_judgement, "earlier_judgement"),
        (judgement_gone, "judgement_withdrawn"),
        (gone_from_the_register, "not_listed"),
        (closed, "closed"),
        (in_another_phase, "phase_changed"),
    ],
)
def test_a_school_is_no_longer_in_need_for_the_cause_that_the_two_refreshes_tell(
    world: World, happens: Callable[[World], None], cause: str
) -> None:
    in_autumn(world)
    later(world)
    happens(world)
    world.build()
    assert told(world) == {("no_longer_in_need", 100001, cause)}


def test_the_row_says_who_it_was_and_is_compared_with_what_and_names_the_evidence(world: World) -> None:
    in_autumn(world)
    later(world)
    new_judgement(world)
    world.build()
    (row,) = changes(world, *STATUS)
    assert row["compared_with"] == "20250901T063000Z"
    assert (row["heading"], row["before"], row["now"], row["phase"]) == ("figures", "in_need", "neither", "primary")
    assert (row["name"], row["la_name"], row["region_name"]) == ("A school", "Leicestershire", "East Midlands")
    assert row["causes"] == ["new_judgement"]
    assert row["cause_sentence"] == "Ofsted has published a newer judgement."
    assert row["detail"] == (
        "reasons stuck -> none; previous_inspection_date 2018-05-01 -> 2023-05-01; "
        "inspection_date 2023-05-01 -> 2026-01-20; overall_effectiveness 3 -> 2"
    )


def test_a_newer_year_of_results_a_correction_and_the_results_of_others_are_told_apart(world: World) -> None:
    in_autumn(world)
    later(world)
    for urn in range(100003, 100007):
        world.ks2(urn, 2026, percent=95 if urn == 100005 else 70)
    world.build()
    assert told(world) == {
        ("no_longer_high_performing", 100003, "new_results"),
        ("newly_high_performing", 100005, "new_results"),
    }

    later(world)
    of_raw(world, "update raw.ks2_result set rwm_expected_percent = 50 where urn = 100005 and year = 2026")
    of_raw(world, "update raw.ks2_result set rwm_expected_percent = 96 where urn = 100006 and year = 2026")
    world.build()
    assert told(world) == {
        ("no_longer_high_performing", 100005, "corrected_results"),
        ("newly_high_performing", 100006, "corrected_results"),
    }


def test_a_school_whose_own_results_stand_and_that_others_overtake_is_told_so(world: World) -> None:
    in_autumn(world)
    later(world)
    of_raw(world, "update raw.ks2_result set rwm_expected_percent = 99 where urn = 100004")
    world.build()
    assert ("no_longer_high_performing", 100003, "others_results") in told(world)


def test_a_moved_threshold_is_the_cause_where_nothing_of_the_school_differs_and_is_listed_itself(world: World) -> None:
    in_autumn(world)
    later(world)
    world.build(parameters={"rise": {"high_results_share_percent": 5.0}})
    assert told(world) == {("no_longer_high_performing", 100003, "threshold_moved")}
    (moved,) = changes(world, "threshold_moved")
    assert (moved["name"], moved["before"], moved["now"]) == ("high_results_share_percent", "25", "5")
    assert moved["heading"] == "definitions"


def test_a_new_judgement_decides_where_a_threshold_moved_as_well_and_both_are_told(world: World) -> None:
    in_autumn(world)
    later(world)
    new_judgement(world)
    world.build(parameters={"rise": {"stuck_grade": 4.0}})
    (row,) = [row for row in changes(world, *STATUS) if row["urn"] == 100001]
    assert row["causes"] == ["new_judgement", "threshold_moved"]


def test_a_school_that_joins_a_trust_is_no_longer_in_need_by_the_study_because_it_joined(world: World) -> None:
    world.graded(world.academy(100001, trust_flag_code="5", trust_id=None, trust_name=None), 4, previous=3)
    later(world)
    of_raw(world, "update raw.gias_establishment set trust_flag_code = '3', trust_id = '5000', trust_name = 'A trust'")
    world.joined(100001, date(2025, 9, 1))
    run(world.connection, "update previous.folder set gias_as_at = $1", [date(2025, 6, 30)])
    world.build()
    assert told(world, definition="nfer-2017") == {("no_longer_in_need", 100001, "joined_trust")}
    assert told(world, "joined_trust", "left_trust") == {("joined_trust", 100001, "joined_since")}


def test_whoever_changes_trusts_leaves_one_and_joins_another_and_a_renamed_trust_is_no_change(world: World) -> None:
    world.academy(100001)
    world.academy(100002, east=500, trust_id="6000", trust_name="Oak")
    later(world)
    of_raw(world, "update raw.gias_establishment set trust_id = '7000', trust_name = 'Elm' where urn = 100001")
    of_raw(world, "update raw.gias_establishment set trust_name = 'Oak and Ash' where urn = 100002")
    world.build()
    rows = [(row["change"], row["urn"], row["before"], row["now"]) for row in changes(world, "joined_trust", "left_trust")]
    assert rows == [("joined_trust", 100001, "A trust", "Elm"), ("left_trust", 100001, "A trust", "Elm")]


def test_an_academy_that_continues_a_school_is_a_new_urn_and_one_that_does_not_is_opened_or_new_to_the_list(world: World) -> None:
    in_autumn(world)
    later(world)
    run(world.connection, "update previous.folder set gias_as_at = $1", [AUTUMN])
    closed(world)
    world.link(100021, 100001)
    world.academy(100021, open_date=date(2026, 1, 1))
    world.school(100022, east=800, open_date=date(2026, 1, 1))
    world.school(100023, east=900, open_date=date(2001, 9, 1))
    world.build()
    assert told(world, "opened", "closed") == {
        ("closed", 100001, "new_urn"),
        ("opened", 100021, "new_urn"),
        ("opened", 100022, "opened"),
        ("opened", 100023, "first_appearance"),
    }
    assert told(world) == {("no_longer_in_need", 100001, "new_urn"), ("newly_in_need", 100021, "new_urn")}
    (gone,) = [row for row in changes(world, "closed") if row["urn"] == 100001]
    assert gone["detail"] == "the other URN is 100021"


def test_partners_lost_and_gained_are_counted_named_and_explained_and_so_is_the_median(world: World) -> None:
    in_autumn(world)
    later(world)
    world.graded(100002, 2, previous=1, latest_inspection_date=date(2026, 1, 20), as_at=SPRING)
    world.graded(100005, 1, previous=2, latest_inspection_date=date(2026, 1, 20), as_at=SPRING)
    world.graded(100006, 1, previous=2, latest_inspection_date=date(2026, 1, 20), as_at=SPRING)
    world.build()
    lost, gained = changes(world, "partners_lost")[0], changes(world, "partners_gained")[0]
    assert (lost["urn"], lost["before"], lost["now"], lost["partner_urns"]) == (100001, "2", "3", [100002])
    assert lost["causes"] == ["partner_no_longer_high_performing", "new_judgement"]
    assert gained["partner_urns"] == [100005, 100006]
    assert gained["detail"] == "2: partner newly high performing (new judgement)"
    medians = changes(world, "median_moved")
    assert {row["area_type"] for row in medians} == {"country", "region", "local_authority", "constituency"}
    assert {(row["before"], row["now"], row["cause"]) for row in medians} == {("2", "3", "partners_changed")}


@pytest.mark.parametrize(
    ("sql", "cause"),
    [
        ("update raw.gias_establishment set easting = easting + 50000 where urn = 100001", "moved"),
        ("update raw.gias_establishment set easting = easting + 50000 where urn = 100002", "partner_moved"),
        ("update raw.gias_establishment set urban_rural_code = 'C1' where urn = 100001", "setting_changed"),
    ],
)
def test_partners_that_a_move_or_another_setting_takes_or_gives_are_explained_by_it(world: World, sql: str, cause: str) -> None:
    world.graded(world.school(100001), 3, previous=3)
    world.graded(world.school(100002, east=500), 1, previous=2)
    world.graded(world.school(100003, east=5000), 1, previous=2)
    later(world)
    of_raw(world, sql)
    world.build()
    assert {row["cause"] for row in changes(world, "partners_lost", "partners_gained")} == {cause}


def test_a_constituency_of_another_code_is_new_and_its_old_code_gone_and_recoded_is_the_cause(world: World) -> None:
    in_autumn(world)
    later(world)
    of_raw(world, "update raw.gias_establishment set constituency_code = 'E14002000'")
    world.build()
    rows = {
        (row["change"], row["area_code"], row["before"], row["now"], row["cause"])
        for row in changes(world, "area_new", "area_gone")
    }
    assert rows == {
        ("area_new", "E14002000", "E14001000", "E14002000", "recoded"),
        ("area_gone", "E14001000", "E14001000", "E14002000", "recoded"),
    }


def test_a_code_that_no_school_had_before_is_told(world: World) -> None:
    in_autumn(world)
    later(world)
    of_raw(world, "update raw.gias_establishment set urban_rural_code = 'UN1' where urn = 100004")
    world.build()
    (row,) = changes(world, "code_new")
    assert (row["name"], row["now"], row["cause"], row["detail"]) == ("urban_rural_code", "UN1", "other_value", "1 school")


def test_a_newer_release_and_one_that_was_issued_again_are_told_apart(world: World) -> None:
    in_autumn(world)
    later(world)
    world.row("landing.ofsted_file", kind="ofsted_inspection", name="newer.csv", published=SPRING, sha256="spring")
    run(world.connection, "update landing.gias_file set sha256 = 'again'")
    world.build()
    rows = {(row["change"], row["name"], row["cause"]) for row in changes(world, "file_added", "file_removed")}
    assert rows == {
        ("file_added", "newer.csv", "new_release"),
        ("file_added", "GIAS: edubasealldata.csv", "reissued"),
        ("file_removed", "GIAS: edubasealldata.csv", "superseded"),
    }


def test_without_a_refresh_before_there_is_no_change_and_the_same_again_changes_nothing(world: World) -> None:
    in_autumn(world)
    assert world.build().query("from mart.change") == []
    later(world)
    assert world.build().query("from mart.change") == []


def test_a_cause_is_not_explained_only_where_nothing_explains_it(world: World) -> None:
    in_autumn(world)
    later(world)
    of_raw(
        world,
        "update previous.school_status set status = 'neither', reasons = ['stuck'] where urn = 100001 and definition = 'rise'",
    )
    world.build()
    assert told(world) == {("newly_in_need", 100001, "not_explained")}
    of_raw(world, "update previous.folder set code_version = '0.0.1'")
    assert told(world.build()) == {("newly_in_need", 100001, "new_version")}


@pytest.mark.parametrize("table", ["school", "reason", "match", "area_summary", "source_file", "parameter", "school_left_out"])
def test_what_an_older_version_did_not_tell_is_not_compared_and_does_not_stop_the_rest(world: World, table: str) -> None:
    in_autumn(world)
    later(world)
    new_judgement(world)
    of_raw(world, f"delete from previous.{table}")
    published = "definition" if table == "parameter" else table
    of_raw(world, f"delete from previous.column where table_name = '{published}'")
    world.build()
    (row,) = changes(world, *STATUS)
    assert (row["change"], row["cause"]) == ("no_longer_in_need", "older_version" if table == "school" else "new_judgement")
    assert not changes(world, "opened", "closed", "file_added", "threshold_added", "rule_added", "area_new", "partners_gained")


def test_no_change_is_there_twice(world: World) -> None:
    in_autumn(world)
    later(world)
    for happens in (new_judgement, closed):
        happens(world)
    world.graded(100002, 3, previous=3, latest_inspection_date=date(2026, 1, 20), as_at=SPRING)
    world.build(parameters={"rise": {"high_results_share_percent": 5.0}})
    rows = world.query(
        "select change, definition, phase, urn, area_type, area_code, name, count(*) as n from mart.change group by all"
    )
    assert len(rows) > 8
    assert {row["n"] for row in rows} == {1}


def test_every_cause_that_the_sql_names_has_a_sentence() -> None:
    world = World().build()
    known = {row["cause"] for row in world.query("from reference.change_cause")}
    words = " ".join(model.sql for model in read_models("change"))
    named = {word for word in known if f"'{word}'" in words}
    assert {"new_judgement", "not_explained", "recoded", "superseded", "partner_moved"} <= named
    with pytest.raises(duckdb.ConstraintException):
        world.connection.execute("create table held (cause text not null); insert into held values (null)")


def page(world: World) -> str:
    return as_markdown(changes_page(world.connection, is_synthetic=False))


def test_the_page_says_under_each_heading_what_changed_or_that_nothing_did_and_what_to_do(world: World) -> None:
    in_autumn(world)
    assert "Nothing was published before that this could be compared with." in page(world.build())
    later(world)
    new_judgement(world)
    text = page(world.build())
    assert (
        "Compared with the folder published as 20250901T063000Z (GIAS as at 30 September 2025, Ofsted as at 31 August 2025)."
        in text
    )
    for heading in HEADINGS:
        assert f"## {heading.title}" in text
    assert "What to do: Read the cause before you quote a change" in text
    assert "No school opened, closed or changed trusts." in text
    assert "| A school, 100001, Leicestershire | rise: primary | in need | neither | new judgement:" in text
    assert "| rise: primary | 6 | 2 | 1 → 0 | 2 → – |" in text  # six schools, two of them high-performing; nobody left in need


def test_the_page_says_so_where_the_folder_is_of_another_source_or_an_older_version(world: World) -> None:
    in_autumn(world)
    later(world)
    of_raw(world, "update previous.folder set is_same_source = false, source = '2017'; delete from previous.school")
    text = page(world.build())
    assert "It was made from another source (2017): much may differ for that alone." in text
    assert "made by an older version: only what it told is compared" in text


def test_every_fact_of_a_shipped_definition_is_named_so_that_none_is_taken_for_the_schools_own(world: World) -> None:
    """One that others move (the cut of the top share), not named, would read as a correction of the school's own results."""
    world.build()
    named = {row["fact"] for row in world.query("from reference.change_fact")}
    assert {row["fact"] for row in world.query("select distinct fact from mart.fact")} <= named


@pytest.mark.parametrize(
    ("happens", "change", "cause", "now"),
    [
        ("status_code = '2', status_name = 'Closed'", "closed", "closed", None),
        ("type_code = '11', type_name = 'Other independent school'", "left_out", "left_out", "not_state_funded_school"),
        ("phase_code = '0', phase_name = 'Not applicable'", "left_out", "left_out", "phase_not_known"),
        ("la_code = '952', gor_code = null", "left_out", "left_out", "authority_not_known"),
        ("status_code = '9'", "left_out", "left_out", "status_not_known"),
        ("", "no_longer_listed", "not_listed", None),
    ],
)
def test_closed_is_said_of_a_school_that_gias_calls_closed_and_of_no_other_that_is_gone(
    world: World, happens: str, change: str, cause: str, now: str | None
) -> None:
    """405 schools whose authority had a new number were called closed, by every output."""
    in_autumn(world)
    later(world)
    of_raw(world, f"update raw.gias_establishment set {happens} where urn = 100001") if happens else gone_from_the_register(world)
    world.build()
    gone = [row for row in changes(world, "closed", "left_out", "no_longer_listed", "opened") if row["urn"] == 100001]
    assert [(row["change"], row["cause"], row["before"], row["now"]) for row in gone] == [(change, cause, "open", now)]


def test_a_school_that_was_left_out_and_counts_again_did_not_open(world: World) -> None:
    in_autumn(world)
    of_raw(world, "update raw.gias_establishment set phase_code = '0' where urn = 100001")
    later(world)
    of_raw(world, "update raw.gias_establishment set phase_code = '2' where urn = 100001")
    world.build()
    assert told(world, "opened", "no_longer_left_out") == {("no_longer_left_out", 100001, "left_out_before")}


def test_an_authority_that_is_gone_names_where_its_schools_count_now(world: World) -> None:
    """Surrey becomes East Surrey and West Surrey on 1 April 2027: who looks for Surrey is told so."""
    for urn in (100001, 100002, 100003):
        world.school(urn, la_code="936", la_name="Surrey", gor_code="J")
    later(world)
    of_raw(world, "update raw.gias_establishment set la_code = '950', la_name = 'East Surrey' where urn = 100001")
    of_raw(world, "update raw.gias_establishment set la_code = '951', la_name = 'West Surrey' where urn <> 100001")
    world.build()
    (gone,) = [row for row in changes(world, "area_gone") if row["area_type"] == "local_authority"]
    assert gone["name"] == "Surrey"
    assert gone["detail"].endswith("its schools count in West Surrey (2), East Surrey (1) now")
    assert not changes(world, "closed", "left_out", "opened")


def test_a_trust_whose_group_has_another_number_is_the_trust_it_was(world: World) -> None:
    """The same schools under a new number: nobody has left a trust or joined one, and no status moves."""
    for urn in (100001, 100002):
        world.graded(world.academy(urn, east=urn - 100001), 4, previous=3)
    later(world)
    of_raw(world, "update raw.gias_establishment set trust_id = '105000'")
    world.build()
    assert not changes(world, "joined_trust", "left_trust", *STATUS)
    assert {row["trust_id"] for row in world.query("select trust_id from mart.school")} == {"105000"}
