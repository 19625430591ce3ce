"""The RISE definition on hard cases: METHOD, "Today's policy: RISE"."""

from datetime import date

from tests.support.world import World

STRONG = dict.fromkeys(
    (
        "report_card_inclusion",
        "report_card_curriculum_and_teaching",
        "report_card_achievement",
        "report_card_attendance_and_behaviour",
        "report_card_personal_development",
        "report_card_leadership_and_governance",
    ),
    "Strong standard",
) | {
    "report_card_early_years": "Not applicable",
    "report_card_safeguarding": "Met",
    "report_card_inspection_date": date(2026, 2, 3),
}


def test_requires_improvement_twice_is_stuck_and_in_need(world: World) -> None:
    world.school(100001)
    world.graded(100001, 3, previous=3)
    status = world.build().status(100001)
    assert (status["status"], status["reasons"]) == ("in_need", ["stuck"])


def test_requires_improvement_after_good_is_not_stuck(world: World) -> None:
    world.school(100001)
    world.graded(100001, 3, previous=2)
    assert world.build().status(100001)["status"] == "neither"


def test_requires_improvement_with_an_unknown_inspection_before_is_not_assessed_rather_than_not_stuck(world: World) -> None:
    world.school(100001)
    world.graded(100001, 3)
    status = world.build().status(100001)
    assert status["status"] == "neither"
    assert "previous_inspection_not_known" in status["not_assessed"]


def test_requires_improvement_for_leadership_without_a_headline_grade_is_the_equivalent(world: World) -> None:
    world.school(100001)
    world.not_judged(100001, quality=2, leadership=3, previous_overall_effectiveness=4)
    assert world.build().status(100001)["reasons"] == ["stuck"]


def test_good_without_a_headline_grade_after_requires_improvement_is_not_stuck(world: World) -> None:
    world.school(100001)
    world.not_judged(100001, quality=2, leadership=2, previous_overall_effectiveness=3)
    assert world.build().status(100001)["status"] == "neither"


def test_each_category_of_concern_has_its_own_reason_and_is_not_called_stuck(world: World) -> None:
    world.school(100001)
    world.graded(100001, 4, previous=3, latest_category_of_concern="SM")
    world.school(100002)
    world.graded(100002, 4, previous=3, latest_category_of_concern="SWK")
    world.build()
    assert world.status(100001)["reasons"] == ["special_measures"]
    assert world.status(100002)["reasons"] == ["requires_significant_improvement"]


def test_membership_of_a_trust_does_not_exclude(world: World) -> None:
    world.academy(100001)
    world.graded(100001, 3, previous=3)
    assert world.build().status(100001)["status"] == "in_need"


def test_needs_attention_for_leadership_on_a_report_card_after_requires_improvement_is_stuck(world: World) -> None:
    world.school(100001)
    world.graded(100001, 3)
    world.ofsted(100001, as_at=date(2026, 5, 31), **{**STRONG, "report_card_leadership_and_governance": "Needs attention"})
    status = world.build().status(100001)
    assert (status["status"], status["reasons"]) == ("in_need", ["stuck"])


def test_needs_attention_once_elsewhere_on_a_report_card_is_neither(world: World) -> None:
    world.school(100001)
    world.graded(100001, 3)
    world.ofsted(100001, as_at=date(2026, 5, 31), **{**STRONG, "report_card_inclusion": "Needs attention"})
    assert world.build().status(100001)["status"] == "neither"


def test_a_report_card_with_nothing_below_strong_is_high_performing_where_areas_that_do_not_apply_are_left_out(
    world: World,
) -> None:
    world.school(100001)
    world.ofsted(100001, as_at=date(2026, 5, 31), **STRONG)
    world.school(100002)
    world.ofsted(100002, as_at=date(2026, 5, 31), **{**STRONG, "report_card_safeguarding": "Not met"})
    world.build()
    assert world.status(100001)["reasons"] == ["report_card_strong"]
    assert world.status(100002)["status"] == "neither"


def test_outstanding_without_a_headline_grade_needs_both_judgements(world: World) -> None:
    world.school(100001)
    world.not_judged(100001, quality=1, leadership=1)
    world.school(100002)
    world.not_judged(100002, quality=1, leadership=2)
    world.build()
    assert world.status(100001)["reasons"] == ["ofsted_outstanding_equivalent"]
    assert world.status(100002)["status"] == "neither"


def test_good_is_high_performing_only_in_the_top_quarter_of_its_phase_and_ties_share_the_better_place(world: World) -> None:
    for number, percent in enumerate((90, 80, 80, 70, 60, 50, 40, 30), start=1):
        world.school(100000 + number)
        world.graded(100000 + number, 2)
        world.ks2(100000 + number, 2025, percent=percent)
    world.build()
    found = [row["urn"] for row in world.query("from mart.school_status where definition = 'rise' and status = 'high_performing'")]
    assert sorted(found) == [100001, 100002, 100003]


def test_a_suppressed_result_is_neither_high_nor_low_and_says_so(world: World) -> None:
    for urn, percent in ((100001, None), (100002, 50), (100003, 60)):
        world.school(urn)
        world.graded(urn, 2)
        world.ks2(urn, 2025, percent=percent)
    world.build()
    assert world.status(100001)["status"] == "neither"
    assert "results_suppressed" in world.status(100001)["not_assessed"]
    assert world.of_school(100001)["ks2_rwm_expected_missing"] == "suppressed"
    # of two results, a quarter is half a school: nobody is in it
    assert world.status(100003)["status"] == "neither"


def test_secondary_results_are_ranked_by_progress_8_where_the_latest_year_has_it(world: World) -> None:
    for number in range(1, 5):
        world.secondary(100000 + number)
        world.graded(100000 + number, 2)
        world.ks4(100000 + number, 2024, attainment8=70.0 - number, progress8=-0.5 + 0.2 * number)
    world.build()
    assert world.status(100004)["reasons"] == ["good_with_high_results"]
    assert world.status(100001)["status"] == "neither"


def test_secondary_results_are_ranked_by_attainment_8_where_the_latest_year_has_no_progress_8(world: World) -> None:
    for number in range(1, 5):
        world.secondary(100000 + number)
        world.graded(100000 + number, 2)
        world.ks4(100000 + number, 2024, attainment8=50.0, progress8=-0.5 + 0.2 * number)
        world.ks4(100000 + number, 2025, attainment8=70.0 - number)
    world.build()
    assert world.status(100001)["reasons"] == ["good_with_high_results"]
    assert world.status(100004)["status"] == "neither"


def test_a_school_that_was_never_inspected_is_not_assessed(world: World) -> None:
    world.school(100001)
    assert world.build().status(100001)["not_assessed"] == ["no_graded_inspection", "results_not_published"]


def test_nurseries_and_sixteen_plus_are_outside_the_universe(world: World) -> None:
    world.school(100001, phase_code="1", phase_name="Nursery", type_code="15", type_name="Local authority nursery school")
    world.school(100002, phase_code="6", phase_name="16 plus")
    assert world.build().query("from mart.school_status") == []
    assert len(world.query("from mart.school")) == 2
