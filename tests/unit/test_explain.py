"""What `schoolmatch explain` says of a school: every rule, what was found, and why one could not be applied."""

from __future__ import annotations

import io
from datetime import date

import pytest
from rich.console import Console

from orchestration.explain import NO, NOT_ASSESSED, SET_ASIDE, YES, Explanation, Finding, Rule, explain, show
from tests.support.world import World
from transforms.errors import InputError


def finding(explanation: Explanation, definition: str) -> Finding:
    return next(each for each in explanation.findings if each.definition == definition)


def rule(explanation: Explanation, definition: str, code: str) -> Rule:
    return next(each for each in finding(explanation, definition).rules if each.code == code)


def in_words(explanation: Explanation) -> str:
    out = io.StringIO()
    show(explanation, Console(file=out, width=160, highlight=False))
    return out.getvalue()


def test_facts_rule_threshold_and_outcome_are_given_for_each_definition(world: World) -> None:
    world.school(100001)
    world.graded(100001, 3, previous=3)
    world.ks2(100001, 2016, percent=50, progress=-6)
    world.school(100002, east=804.672)
    world.graded(100002, 1)
    explanation = explain(world.build().connection, 100001)

    assert {each.definition: each.status for each in explanation.findings} == {"nfer-2017": "in_need", "rise": "in_need"}
    floor = rule(explanation, "nfer-2017", "below_floor_ks2")
    assert floor.outcome == YES
    assert floor.facts["Progress in writing"] == "-6"
    assert floor.thresholds["Progress in writing under this is too low for the primary floor."] == "-7 (progress score)"
    assert rule(explanation, "nfer-2017", "ofsted_inadequate").outcome == NO
    assert (finding(explanation, "rise").partners, finding(explanation, "rise").nearest) == (1, "A school, 0.5 miles")
    text = in_words(explanation)
    assert "Requires improvement" not in text  # words of a head teacher, not codes
    assert "Judged as requiring improvement at its latest graded inspection." in text
    assert "ofsted_requires_improvement" not in text


def test_a_reason_that_is_set_aside_says_why(world: World) -> None:
    world.academy(100001, open_date=date(2024, 9, 1))
    world.graded(100001, 3, previous=3)
    explanation = explain(world.build().connection, 100001)

    judged = rule(explanation, "nfer-2017", "ofsted_requires_improvement")
    assert (judged.outcome, finding(explanation, "nfer-2017").status) == (SET_ASIDE, "neither")
    assert "already supported" in str(judged.why)
    stuck = rule(explanation, "rise", "stuck")
    assert stuck.facts["Judged before it joined its present trust"] == "yes"
    assert explanation.school["Trust"] == "A trust (academy since 1 September 2024)"


def test_a_rule_that_could_not_be_applied_is_not_a_no(world: World) -> None:
    world.school(100001)
    world.graded(100001, 2)
    world.school(100002)
    world.ks2(100002, 2016, percent=60, progress=0)
    explanation = explain(world.build().connection, 100001)

    floor = rule(explanation, "nfer-2017", "below_floor_ks2")
    assert (floor.outcome, floor.facts["Progress in writing"]) == (NOT_ASSESSED, "not known")
    assert "No result of the school" in str(floor.why)
    assert rule(explanation, "rise", "good_with_high_results").outcome == NOT_ASSESSED


def test_rules_of_other_phases_are_not_shown(world: World) -> None:
    world.secondary(100001)
    world.graded(100001, 2)
    explanation = explain(world.build().connection, 100001)
    codes = {each.code for each in finding(explanation, "nfer-2017").rules}
    assert "below_floor_ks4" in codes
    assert "below_floor_ks2" not in codes


def test_a_school_that_is_left_out_is_said_with_the_reason_and_where_to_look(world: World) -> None:
    world.school(100001, establishment_number="2001")
    world.academy(140001, establishment_number="2001", in_mat=False)
    world.graded(140001, 2)
    world.build()

    with pytest.raises(InputError, match=r"URN 100001.*is left out.*another URN.*look at URN 140001"):
        explain(world.connection, 100001)
    with pytest.raises(InputError, match="There is no school with the URN 5"):
        explain(world.connection, 5)


def test_names_cannot_write_into_the_console(world: World) -> None:
    world.school(100001, name="[bold red]Hacked[/] School")
    assert "[bold red]Hacked[/] School" in in_words(explain(world.build().connection, 100001))
