"""The definition of the 2017 study on hard cases: METHOD, "The study this continues"."""

from datetime import date

import pytest

from tests.support.world import World

YEAR = 2016


def low(world: World, urn: int, **values: object) -> None:
    """Results below the floor of 2016, unless changed."""
    world.ks2(urn, YEAR, **{"percent": 50.0, "progress": -6.0, **values})


def test_requires_improvement_and_inadequate_are_in_need(world: World) -> None:
    for urn, grade in ((100001, 3), (100002, 4)):
        world.school(urn)
        world.graded(urn, grade)
    world.build()
    assert world.status(100001, "nfer-2017")["reasons"] == ["ofsted_requires_improvement"]
    assert world.status(100002, "nfer-2017")["reasons"] == ["ofsted_inadequate"]


def test_a_school_in_a_multi_academy_trust_is_excluded_from_need_with_the_reason_kept(world: World) -> None:
    world.academy(100001)
    world.graded(100001, 3)
    world.academy(100002, in_mat=False)
    world.graded(100002, 3)
    world.build()
    status = world.status(100001, "nfer-2017")
    assert (status["status"], status["excluded_because"]) == ("neither", "in_multi_academy_trust")
    assert status["reasons"] == ["ofsted_requires_improvement"]
    assert world.status(100002, "nfer-2017")["status"] == "in_need"


def test_an_outstanding_school_below_the_floor_is_in_need_and_not_a_partner(world: World) -> None:
    world.school(100001)
    world.graded(100001, 1)
    low(world, 100001)
    status = world.build().status(100001, "nfer-2017")
    assert (status["status"], status["reasons"]) == ("in_need", ["below_floor_ks2", "ofsted_outstanding"])


@pytest.mark.parametrize(
    ("case", "values", "is_below"),
    [
        ("attainment and all progress too low", {}, True),
        ("attainment at the threshold is not below it", {"percent": 65.0}, False),
        ("attainment just under it", {"percent": 64.0}, True),
        ("only writing under its own threshold of -7", {"progress": 0.0, "writing_progress": -7.1}, True),
        ("writing at -7 and the others above -5", {"progress": -4.9, "writing_progress": -7.0}, False),
        ("progress high enough in all", {"progress": -4.9}, False),
        ("a cohort of 11 counts", {"pupils": 11}, True),
        ("a cohort of 10 does not", {"pupils": 10}, False),
        ("suppressed attainment is not a fail", {"percent": None}, False),
        ("unknown progress is not a fail", {"progress": None}, False),
    ],
)
def test_primary_floor(world: World, case: str, values: dict[str, object], is_below: bool) -> None:
    world.school(100001)
    world.graded(100001, 2)
    low(world, 100001, **values)
    # another school whose results are whole, so that the year counts as published
    world.school(100002)
    world.ks2(100002, YEAR, percent=80.0, progress=1.0)
    reasons = world.build().status(100001, "nfer-2017")["reasons"]
    assert ("below_floor_ks2" in reasons) is is_below, case


@pytest.mark.parametrize(
    ("case", "values", "is_below"),
    [
        ("upper bound under zero", {"progress8": -0.6, "progress8_upper": -0.1}, True),
        ("upper bound at zero", {"progress8": -0.6, "progress8_upper": 0.0}, False),
        ("no interval, a cohort of 11", {"progress8": -0.6, "pupils": 11}, True),
        ("no interval, a cohort of 10", {"progress8": -0.6, "pupils": 10}, False),
        ("at the threshold", {"progress8": -0.5, "progress8_upper": -0.1}, False),
        ("suppressed", {"progress8": None}, False),
    ],
)
def test_secondary_floor(world: World, case: str, values: dict[str, object], is_below: bool) -> None:
    world.secondary(100001)
    world.graded(100001, 2)
    world.ks4(100001, YEAR, **{"attainment8": 40.0, **values})
    world.secondary(100002)
    world.ks4(100002, YEAR, attainment8=60.0, progress8=0.5)
    reasons = world.build().status(100001, "nfer-2017")["reasons"]
    assert ("below_floor_ks4" in reasons) is is_below, case


def test_the_floor_is_not_held_against_results_after_it_ended_and_the_school_says_so(world: World) -> None:
    world.secondary(100001)
    world.graded(100001, 2)
    world.ks4(100001, 2024, attainment8=20.0, progress8=-2.0, progress8_upper=-1.5)
    status = world.build().status(100001, "nfer-2017")
    assert status["status"] == "neither"
    assert "floor_not_in_force" in status["not_assessed"]


def test_attainment_of_one_year_is_never_taken_with_progress_of_another(world: World) -> None:
    world.school(100001)
    world.graded(100001, 2, latest_leadership_and_management=1)
    world.ks2(100001, 2019, percent=None, progress=-9.0, rwm_expected_percent_missing="not_in_this_file")
    world.ks2(100001, 2025, percent=20.0)
    status = world.build().status(100001, "nfer-2017")
    assert status["reasons"] == []
    assert "floor_not_in_force" in status["not_assessed"]


def test_good_is_high_performing_with_outstanding_leadership_and_both_attainment_and_progress_high(world: World) -> None:
    cases = {
        100001: (1, 95.0, 2.0),  # leadership outstanding, top quarter, progress above average
        100002: (2, 95.0, 2.0),  # leadership only good
        100003: (1, 95.0, -1.0),  # progress below average
        100004: (1, 60.0, 2.0),  # attainment not in the top quarter
    }
    for urn, (leadership, percent, progress) in cases.items():
        world.school(urn)
        world.graded(urn, 2, latest_leadership_and_management=leadership)
        world.ks2(urn, YEAR, percent=percent, progress=progress)
    for urn in range(100005, 100013):
        world.school(urn)
        world.ks2(urn, YEAR, percent=50.0, progress=0.0)
    world.build()
    found = [r["urn"] for r in world.query("from mart.school_status where definition = 'nfer-2017' and status = 'high_performing'")]
    assert found == [100001]


def test_a_school_not_judged_has_no_headline_grade_which_is_said(world: World) -> None:
    world.school(100001)
    world.not_judged(100001, quality=4, leadership=4)
    status = world.build().status(100001, "nfer-2017")
    assert status["status"] == "neither"
    assert "no_headline_grade" in status["not_assessed"]


def test_all_through_and_middle_deemed_secondary_are_secondary(world: World) -> None:
    world.school(100001, phase_code="7", phase_name="All-through")
    world.school(100002, phase_code="5", phase_name="Middle deemed secondary")
    world.school(100003, phase_code="3", phase_name="Middle deemed primary")
    # as GIAS wrote it in 2017, without codes
    world.school(100004, phase_code=None, phase_name="All Through", type_code=None, status_code=None, as_at=date(2017, 4, 1))
    world.build()
    phases = {row["urn"]: row["phase"] for row in world.query("from mart.school")}
    assert phases == {100001: "secondary", 100002: "secondary", 100003: "primary", 100004: "secondary"}


def test_special_schools_are_outside_the_universe_of_the_study(world: World) -> None:
    world.school(100001, phase_code="0", phase_name="Not applicable", type_code="07", type_name="Community special school")
    world.build()
    assert world.of_school(100001)["phase"] == "special"
    assert world.query("from mart.school_status where definition = 'nfer-2017'") == []
