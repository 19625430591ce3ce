"""What is known of each school: places, settings, earlier URNs, judgements, results."""

from datetime import date
from typing import Any

import pytest

from tests.support.world import EASTING, NORTHING, World

TABLES = {"mart.school", "mart.school_left_out"}
"""What these tests look at, and so have built, where a table of the core alone does not do."""


def test_a_school_without_a_grid_reference_stands_at_its_postcode(world: World) -> None:
    world.school(100001, easting=None, northing=None, postcode="LE1 1AA")
    world.school(100002, easting=0, northing=0, postcode="ZZ9 9ZZ")
    world.build(tables=TABLES)
    placed, lost = world.of_school(100001), world.of_school(100002)
    assert (placed["easting"], placed["northing"], placed["location_source"]) == (EASTING, NORTHING, "postcode")
    assert (lost["easting"], lost["location_source"], lost["h3_r7"]) == (None, None, None)


def test_the_class_of_an_lsoa_is_carried_over_from_2011(world: World) -> None:
    classes = {"E01000001": "A1", "E01000002": "A1", "E01000003": "C1", "E01000004": "E1"}
    for code, class_2011 in classes.items():
        world.row("raw.ons_rural_urban_2011", lsoa_2011_code=code, rural_urban_code=class_2011)
    change = [("E01000001", "E01000001"), ("E01000002", "E01033001"), ("E01000001", "E01033001")]  # unchanged; merged of one class
    change += [("E01000003", "E01000003"), ("E01000004", "E01000003")]  # merged of two classes, under the code of one of them
    change += [("E01000004", "E01033002")]  # split
    for old, new in change:
        world.row("raw.ons_lsoa_2011_2021", lsoa_2011_code=old, lsoa_2021_code=new)
    world.row("raw.ons_rural_urban", lsoa_code="E01033002", rural_urban_code="D1")  # a ready-made lookup is believed first
    world.school(100001)
    world.build(tables=TABLES)

    found = world.query("select lsoa_code, rural_urban_code from core.lsoa_rural_urban order by lsoa_code")
    assert [tuple(row.values()) for row in found] == [
        ("E01000001", "A1"),
        ("E01000002", "A1"),  # no longer in use
        ("E01000003", None),  # of two classes: none
        ("E01000004", "E1"),  # no longer in use
        ("E01033001", "A1"),
        ("E01033002", "D1"),
    ]


def test_a_school_that_gias_lists_under_two_urns_stands_once_under_the_one_ofsted_lists(world: World) -> None:
    """78 schools stood twice in the extract of September 2025, as the academy and as the school it was."""
    world.school(100001, establishment_number="2001", pupils=200)
    world.academy(140001, establishment_number="2001", pupils=210, open_date=date(2025, 7, 1))
    world.graded(140001, 2)
    world.school(100002, establishment_number="2002")  # neither is listed by Ofsted: the newer one
    world.academy(140002, establishment_number="2002")
    world.school(100003, establishment_number="2003", pupils=100)  # both are: the one with pupils
    world.academy(140003, establishment_number="2003", pupils=None)
    world.graded(100003, 1)
    world.graded(140003, 1)
    world.school(100004, establishment_number="2004", status_code="2")  # closed: no second one
    world.academy(140004, establishment_number="2004")
    world.build(tables=TABLES)

    assert [row["urn"] for row in world.query("from mart.school order by urn")] == [100003, 140001, 140002, 140004]
    left_out = {row["urn"]: row["left_out_because"] for row in world.query("from mart.school_left_out")}
    assert left_out == {100001: "listed_twice", 100002: "listed_twice", 140003: "listed_twice", 100004: "not_open"}


def test_a_new_academy_has_the_judgements_of_its_predecessors_through_the_chain_of_links(world: World) -> None:
    world.academy(100001)
    world.link(100001, 90002)
    world.link(90002, 90001)
    world.ofsted(90001, latest_overall_effectiveness=3, latest_inspection_date=date(2022, 1, 10))
    school = world.build(tables=TABLES).of_school(100001)
    assert (school["ofsted_grade"], school["ofsted_inspected_urn"], school["is_ofsted_of_predecessor"]) == (3, 90001, True)


def test_a_successor_link_seen_from_the_old_school_counts_too(world: World) -> None:
    world.academy(100001)
    world.row("raw.gias_link", urn=90001, link_urn=100001, link_type="Successor")
    world.ofsted(90001, latest_overall_effectiveness=4, latest_inspection_date=date(2018, 1, 10))
    assert world.build(tables=TABLES).of_school(100001)["ofsted_grade"] == 4


def test_a_school_made_of_several_has_nobodys_judgement(world: World) -> None:
    world.academy(100001)
    for earlier in (90001, 90002):
        world.link(100001, earlier)
        world.graded(earlier, 1)
    world.school(100002)
    world.link(100002, 90003, "Predecessor - merged")
    world.graded(90003, 1)
    world.build(tables=TABLES)
    assert world.of_school(100001)["ofsted_grade"] is None
    assert world.of_school(100002)["ofsted_grade"] is None


def test_links_in_a_circle_end(world: World) -> None:
    world.academy(100001)
    world.link(100001, 90001)
    world.link(90001, 100001)
    world.graded(90001, 2)
    assert world.build(tables=TABLES).of_school(100001)["ofsted_grade"] == 2


def test_an_inspection_told_by_two_releases_counts_once_and_none_is_lost(world: World) -> None:
    """The trap of the report-card layout: it drops what is older, so what an earlier release said must stay."""
    world.school(100001)
    world.graded(100001, 3, previous=3)
    world.ofsted(100001, as_at=date(2026, 5, 31), latest_overall_effectiveness=3)
    world.build(tables=TABLES)
    assert [row["n"] for row in world.query("select count(*) as n from core.judgement")] == [2]
    assert world.of_school(100001)["ofsted_previous_grade"] == 3


@pytest.mark.parametrize(
    ("day", "grades"),
    [
        ("2017-03-08", [2, 3]),  # the newer release says that the latest graded inspection was in 2013
        ("2026-01-20", [1, 2, 3]),  # after the newer release: it could not tell it
        ("2012-05-01", [2, 3]),  # between the one that it calls the latest and the one that it calls the previous
        ("2009-05-01", [2, 3, 1]),  # before that one
    ],
)
def test_a_graded_inspection_that_a_newer_release_should_tell_and_does_not_is_none(
    world: World, day: str, grades: list[int]
) -> None:
    world.school(100001)
    world.ofsted(
        100001,
        as_at=date(2025, 8, 31),
        latest_inspection_date=date(2013, 10, 23),
        latest_overall_effectiveness=2,
        previous_inspection_date=date(2010, 1, 1),
        previous_overall_effectiveness=3,
    )
    issued = date(2026, 1, 31) if day > "2026" else date(2017, 6, 30)
    if issued.year == 2026:  # a release without a graded inspection, as the layout of report cards can be
        world.ofsted(100001, as_at=date(2026, 5, 31), report_card_inspection_date=None)
    world.ofsted(100001, as_at=issued, latest_inspection_date=date.fromisoformat(day), latest_overall_effectiveness=1)
    world.build(tables=["core.judgement"])
    assert judgements(world, 100001, "grade_or_equivalent") == [(grade,) for grade in grades]


def test_so_it_is_where_the_older_release_lists_it_under_the_urn_that_it_had(world: World) -> None:
    world.academy(100001)
    world.school(90001, kind="closed primary")
    world.link(100001, 90001)
    world.graded(90001, 1, as_at=date(2017, 6, 30), latest_inspection_date=date(2016, 5, 12))  # the day of its end
    world.graded(100001, 2, latest_urn=90001, latest_inspection_date=date(2016, 5, 11))
    world.build(tables=["core.judgement"])
    assert judgements(world, 100001, "grade_or_equivalent") == [(2,)]


def judgements(world: World, urn: int, *columns: str) -> list[tuple[Any, ...]]:
    """The judgements that count for a school, the latest first."""
    rows = world.query(f"select {', '.join(columns)} from core.judgement where urn = {urn} order by recency")
    return [tuple(row.values()) for row in rows]


GRADE = ("framework", "grade_or_equivalent", "is_below_good")


@pytest.mark.parametrize(
    ("judged", "grade", "is_below_good"),
    [
        ({"overall_effectiveness": 2}, 2, False),
        ({"overall_effectiveness": 3}, 3, True),
        ({"overall_effectiveness": 2, "quality_of_education": 3}, 2, False),  # a headline grade decides alone
        ({"quality_of_education": 2, "leadership_and_management": 1}, 2, False),
        ({"quality_of_education": 2, "leadership_and_management": 3}, 3, True),
        ({"quality_of_education": 4}, 4, True),  # one below good settles it
        ({"leadership_and_management": 2}, 2, None),  # the one that is not known may be below good
        ({"behaviour_and_attitudes": 4}, None, None),
    ],
)
def test_below_good_is_told_by_the_headline_grade_else_by_the_two_judgements_that_stand_for_it(
    world: World, judged: dict[str, int], grade: int | None, is_below_good: bool | None
) -> None:
    """docs/method/rise.md#stuck: a judgement that is not known never decides."""
    missing = None if "overall_effectiveness" in judged else "no_headline_grade"
    columns = {"inspection_date": date(2025, 1, 14), "overall_effectiveness_missing": missing, **judged}
    framework = "four_judgements" if missing else "headline_grade"
    for urn, side in ((100001, "latest"), (100002, "previous")):
        world.school(urn)
        world.ofsted(urn, **{f"{side}_{name}": value for name, value in columns.items()})
    world.build(tables=["core.judgement"])
    assert judgements(world, 100001, *GRADE) == judgements(world, 100002, *GRADE) == [(framework, grade, is_below_good)]


@pytest.mark.parametrize(
    ("governance", "grade", "is_below_good"),
    [
        ("Exceptional", 2, False),
        ("Strong standard", 2, False),
        ("Expected standard", 2, False),
        ("Needs attention", 3, True),
        ("Urgent improvement", 3, True),
        ("Not applicable", None, None),
        (None, None, None),
        ("Rather nice", None, None),  # not a grade of the scale: not known, rather than good
    ],
)
def test_of_a_report_card_leadership_and_governance_tells_below_good(
    world: World, governance: str | None, grade: int | None, is_below_good: bool | None
) -> None:
    world.school(100001)
    world.report_card(100001, areas="Urgent improvement", leadership_and_governance=governance)
    world.build(tables=["core.judgement"])
    assert judgements(world, 100001, *GRADE) == [("report_card", grade, is_below_good)]


@pytest.mark.parametrize(
    ("card", "is_strong"),
    [
        ({"achievement": "Exceptional"}, True),
        ({"achievement": "Expected standard"}, False),
        ({"achievement": "Rather nice"}, False),
        ({"post_16": "Needs attention"}, False),
        ({"areas": "Not applicable"}, None),  # nothing was graded
        ({"achievement": None}, None),
        ({"achievement": None, "inclusion": "Needs attention"}, False),
    ],
)
def test_a_report_card_is_strong_throughout_where_no_area_is_below_the_strong_standard(
    world: World, card: dict[str, str | None], is_strong: bool | None
) -> None:
    world.school(100001)
    world.report_card(100001, **card)
    world.build(tables=["core.judgement"])
    assert judgements(world, 100001, "is_strong_throughout") == [(is_strong,)]


@pytest.mark.parametrize(
    ("code", "concern"),
    [
        ("SM", "special_measures"),
        ("SWK", "requires_significant_improvement"),
        ("RSI", "requires_significant_improvement"),
        ("NTI", None),
        (None, None),
    ],
)
def test_a_category_of_concern_goes_by_its_name_of_today(world: World, code: str | None, concern: str | None) -> None:
    world.school(100001)
    world.graded(100001, 4, latest_category_of_concern=code)
    world.build(tables=["core.judgement"])
    assert judgements(world, 100001, "category_of_concern", "concern") == [(code, concern)]


def test_judgements_of_all_eras_stand_in_one_row_of_time_those_of_the_predecessor_among_them(world: World) -> None:
    """A report card, four judgements before it, and a headline grade under the URN of the time: three files, one history."""
    world.academy(100001)
    world.link(100001, 90001)
    world.graded(90001, 2, ungraded_inspection_date=date(2024, 3, 1))
    world.not_judged(100001, quality=3, leadership=2)
    world.report_card(100001, leadership_and_governance="Needs attention")
    world.build(tables=["core.judgement"])
    assert judgements(world, 100001, "recency", "via", *GRADE) == [
        (1, "own", "report_card", 3, True),
        (2, "own", "four_judgements", 3, True),
        (3, "predecessor", "headline_grade", 2, False),
    ]


def test_an_inspection_under_two_urns_is_one_judgement_told_by_the_school_itself(world: World) -> None:
    world.academy(100001)
    world.link(100001, 90001)
    world.graded(90001, 3, latest_inspection_date=date(2022, 5, 1))
    world.graded(100001, 2, latest_inspection_date=date(2022, 5, 1), latest_urn=90001)
    world.build(tables=["core.judgement"])
    assert judgements(world, 100001, "via", "inspected_urn", "grade_or_equivalent") == [("own", 90001, 2)]


@pytest.mark.parametrize(
    ("changes", "can_be_placed"),
    [
        ({}, True),
        ({"easting": None, "northing": None, "postcode": None}, False),
        ({"urban_rural_code": None}, False),  # how far to look is not known
    ],
)
def test_a_school_can_be_placed_where_its_place_and_its_radius_are_known(
    world: World, changes: dict[str, Any], can_be_placed: bool
) -> None:
    world.school(100001, **changes)
    world.build(tables=["core.school"])
    assert world.query("select can_be_placed from core.school") == [{"can_be_placed": can_be_placed}]


def test_results_are_its_own_else_of_its_laestab_else_of_its_predecessor(world: World) -> None:
    world.school(100001, establishment_number="2001")
    world.ks2(100001, 2025, percent=70.0)
    world.ks2(90009, 2025, percent=10.0, laestab=8552001)
    world.school(100002, establishment_number="2002")
    world.ks2(90002, 2025, percent=60.0, laestab=8552002)
    world.academy(100003)
    world.link(100003, 90003)
    world.ks2(90003, 2025, percent=50.0)
    world.build(tables=TABLES)
    found = {r["urn"]: (r["ks2_rwm_expected_percent"], r["ks2_source"]) for r in world.query("from mart.school")}
    assert found == {100001: (70.0, "own"), 100002: (60.0, "laestab"), 100003: (50.0, "predecessor")}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status_code": "2", "status_name": "Closed"}, "not_open"),
        ({"status_code": "4", "status_name": "Proposed to open"}, "not_open"),
        ({"la_code": "673", "gor_code": "W"}, "outside_england"),
        ({"la_code": "000", "gor_code": None}, "outside_england"),
        ({"la_code": "952", "gor_code": None}, "authority_not_known"),
        ({"la_code": "952", "gor_code": None, "la_ons_code": "W06000015"}, "authority_not_known"),
        ({"la_code": None, "gor_code": "J"}, "authority_not_known"),
        ({"type_code": "11", "type_name": "Other independent school"}, "not_state_funded_school"),
        ({"type_code": "10", "type_name": "Other independent special school"}, "not_state_funded_school"),
        ({"phase_code": "0", "phase_name": "Not applicable"}, "phase_not_known"),
    ],
)
def test_what_is_left_out_is_listed_with_the_reason(world: World, changes: dict[str, str], reason: str) -> None:
    world.school(100001, **changes)
    world.build(tables=TABLES)
    assert [row["left_out_because"] for row in world.query("from mart.school_left_out")] == [reason]
    assert world.query("from mart.school") == []


@pytest.mark.parametrize(
    ("authorities", "codes"),
    [
        ({"950": ("J", "E10000030"), "951": ("J", "E10000030")}, ["DFE-950", "DFE-951"]),  # both under the code of old Surrey
        ({"950": ("J", "E06000067"), "951": ("J", None)}, ["E06000067", "DFE-951"]),
        ({"950": (None, "E10000030")}, ["DFE-950"]),  # in England, and in the South East, by the code alone
    ],
)
def test_a_new_authority_has_the_ons_code_that_gias_gives_to_it_alone(
    world: World, authorities: dict[str, tuple[str | None, str | None]], codes: list[str]
) -> None:
    for number, (la_code, (region, code)) in enumerate(authorities.items()):
        world.school(100001 + number, la_code=la_code, la_name=f"Surrey {la_code}", gor_code=region, la_ons_code=code)
    world.row("raw.ons_local_authority", la_code="936", la_name="Surrey", la_ons_code="E10000031", region_code="E12000008")
    rows = world.build(tables=["core.school"]).query("select la_ons_code, region_code from core.school order by urn")
    assert [row["la_ons_code"] for row in rows] == codes
    assert {row["region_code"] for row in rows} == {"E12000008"}


def test_the_ons_code_of_an_authority_is_the_one_that_gias_has_today(world: World) -> None:
    world.school(100001, la_code="370", la_name="Barnsley", la_ons_code="E08000038")
    world.school(100002, la_code="373", la_name="Sheffield", la_ons_code="999")  # none: our list's is kept
    rows = world.build(tables=["core.school"]).query("select la_ons_code from core.school order by urn")
    assert [row["la_ons_code"] for row in rows] == ["E08000038", "E08000019"]


def test_a_school_that_is_proposed_to_close_is_still_open(world: World) -> None:
    world.school(100001, status_code="3", status_name="Open, but proposed to close")
    assert world.build(tables=TABLES).of_school(100001)["urn"] == 100001


def test_a_school_only_ofsted_lists_is_left_out_with_the_reason(world: World) -> None:
    world.graded(100009, 2)
    world.build(tables=TABLES)
    left_out = world.query("from mart.school_left_out")[0]
    assert (left_out["urn"], left_out["left_out_because"]) == (100009, "not_in_gias")


def test_types_without_codes_are_known_by_name_however_it_is_punctuated(world: World) -> None:
    for urn, name in ((100001, "Free Schools - 16-19"), (100002, "Free school  16-19"), (100003, "Academy 16-19 Converter")):
        world.school(urn, type_code=None, type_name=name, phase_code=None, phase_name="16 Plus", status_code=None)
    world.build(tables=TABLES)
    assert {row["phase"] for row in world.query("from mart.school")} == {"sixteen_plus"}
    assert len(world.query("from mart.school")) == 3


def test_local_authorities_of_2017_have_the_codes_of_2017(world: World) -> None:
    world.school(100001, la_code="909", as_at=date(2017, 4, 1))
    school = world.build(tables=TABLES).of_school(100001)
    assert (school["la_name"], school["la_ons_code"], school["region_name"]) == ("Cumbria", "E10000006", "North West")


def test_free_meals_of_a_school_without_pupils_are_not_known_rather_than_zero(world: World) -> None:
    world.school(100001, pupils=0, fsm_percent=0.0)
    school = world.build(tables=TABLES).of_school(100001)
    assert (school["pupils"], school["fsm_percent"]) == (None, None)


def test_the_number_of_a_single_academy_trust_is_found_by_its_name(world: World) -> None:
    world.school(100001, type_code="34", trust_flag_code="5", trust_name="Oak Academy Trust")
    world.row("raw.gias_group", group_id="777", group_name="OAK ACADEMY TRUST", group_type_code="10", group_status="Open")
    school = world.build(tables=TABLES).of_school(100001)
    assert (school["trust_id"], school["is_in_mat"]) == ("777", False)


def test_an_ungraded_inspection_is_kept_but_is_no_judgement(world: World) -> None:
    """A good school whose ungraded inspection says that some aspects are not as strong is still good."""
    world.school(100001)
    world.graded(100001, 2, ungraded_inspection_date=date(2024, 3, 1), ungraded_outcome="Some aspects not as strong")
    school = world.build(tables=TABLES).of_school(100001)
    assert (school["ofsted_grade"], school["ofsted_date"]) == (2, date(2023, 5, 1))
    kept = world.query("select ungraded_outcome from core.inspection where framework = 'ungraded'")
    assert kept == [{"ungraded_outcome": "Some aspects not as strong"}]


@pytest.mark.parametrize(("older", "newest"), [("2017-06-30", "2025-08-31"), (None, "2025-08-31"), (None, None)])
def test_ofsted_lists_what_its_newest_release_lists(world: World, older: str | None, newest: str | None) -> None:
    world.row("raw.ofsted_inspection", urn=100001, name="A school", as_at=newest)
    world.row("raw.ofsted_inspection", urn=100009, name="Long gone", as_at=older)
    listed = world.build(tables=["core.ofsted_listed"]).query("select urn from core.ofsted_listed order by urn")
    assert [row["urn"] for row in listed] == ([100001, 100009] if newest is None else [100001])  # releases of no known date: all


def test_what_only_an_older_release_of_ofsted_lists_is_not_left_out_but_gone(world: World) -> None:
    world.school(100001)
    world.graded(100001, 2)
    world.graded(100009, 2, as_at=date(2017, 6, 30))
    assert world.build(tables=TABLES).query("from mart.school_left_out") == []


@pytest.mark.parametrize(("older", "both_year"), [(2021, 2021), (2020, None), (2016, None)])
def test_results_of_long_ago_are_none_of_today_though_they_lie_beside_the_newest(
    world: World, older: int, both_year: int | None
) -> None:
    world.school(100001)
    world.ks2(100001, older, percent=60.0, progress=-6.0)
    world.ks2(100001, 2025, percent=70.0)  # of the years since 2023 there is no progress
    rows = world.build(tables=["core.results_year"]).query(
        "select attainment_year, both_year from core.results_year where stage = 'ks2'"
    )
    assert rows == [{"attainment_year": 2025, "both_year": both_year}]
