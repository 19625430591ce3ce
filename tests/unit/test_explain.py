"""What `schoolmatch explain` says of a school: every rule, what was found, and why one could not be applied."""

from __future__ import annotations

import io
from datetime import date

import pytest
from rich.console import Console

from orchestration.cli.explain import MAY_BE_SET_ASIDE, NO, NOT_ASSESSED, SET_ASIDE, YES, Explanation, Finding, Rule, explain
from orchestration.cli.explain_text import show_brief, show_whole
from tests.support.world import World
from transforms.errors import InputError


def finding(explanation: Explanation, definition: str) -> Finding:
    return next(each for each in explanation.findings if each.definition == definition)


def rule(explanation: Explanation, definition: str, code: str) -> Rule:
    return next(each for each in finding(explanation, definition).rules if each.code == code)


def in_words(explanation: Explanation) -> str:
    out = io.StringIO()
    show_whole(explanation, Console(file=out, width=160, highlight=False))
    return out.getvalue()


def test_facts_rule_threshold_and_outcome_are_given_for_each_definition(world: World) -> None:
    world.school(100001)
    world.graded(100001, 3, previous=3)
    world.ks2(100001, 2016, percent=50, progress=-6)
    world.school(100002, east=804.672)
    world.graded(100002, 1)
    explanation = explain(world.build().connection, 100001)

    statuses = {each.definition: each.status for each in explanation.findings}
    assert statuses == {"nfer-2017": "in_need", "rise": "in_need", "universal-rise": "not_asked"}
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


def test_a_school_outside_the_base_of_a_definition_is_told_why_it_is_not_asked_and_no_rule_is_held_against_it(world: World) -> None:
    world.ks2(world.school(100001), 2025, percent=60, disadvantaged_rwm_expected_percent_missing="no_row")
    world.ks2(world.school(100002), 2025, percent=60, disadvantaged_rwm_expected_percent=50)
    explanation = explain(world.build().connection, 100001)

    found = finding(explanation, "universal-rise")
    assert (found.status, found.rules, found.undecided) == ("not_asked", [], [])
    because = "Cannot be told: no figure of its disadvantaged pupils is published."
    assert found.not_asked_because == because
    assert because in " ".join(in_words(explanation).split())


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


def test_who_runs_the_schools_near_and_the_partner_of_its_own_are_told(world: World) -> None:
    """Two schools in need beside one high-performing academy, which is nearer to the first; a third has nobody near."""
    for urn, north in ((100001, 0.0), (100002, -804.672), (100003, 50_000.0)):
        world.graded(world.school(urn, north=north), 3, previous=3)
    world.graded(world.academy(100011, north=804.672, name="Hill School", trust_name="[bold]Quill[/] Trust"), 1)
    world.build()
    first, second, third = (finding(explain(world.connection, urn), "rise") for urn in (100001, 100002, 100003))

    assert first.organisations == ["[bold]Quill[/] Trust: 1, nearest 0.5 miles; 0 of its 1 school in need"]
    here = "Hill School, 0.5 miles"
    assert first.partnered_exclusively == {1: here, 2: here, 3: here}
    assert second.partnered_exclusively == {
        1: "none is left, those near help others",
        2: "Hill School, 1.0 miles",
        3: "Hill School, 1.0 miles",
    }
    assert (third.organisations, third.partnered_exclusively[3]) == ([], "none, nobody is near")
    text = " ".join(in_words(explain(world.connection, 100002)).split())
    assert "Run by: [bold]Quill[/] Trust: 1, nearest 1.0 miles; 0 of its 1 school in need" in text
    assert "takes at most so many schools in need: 1: none is left, those near help others; 2: Hill School, 1.0 miles" in text


def test_what_is_not_known_of_an_organisation_or_of_a_place_is_not_told_as_nothing(world: World) -> None:
    world.graded(world.school(100001), 3, previous=3)
    world.graded(world.school(100002, easting=None, northing=None, postcode=None), 3, previous=3)
    world.graded(world.academy(100011, east=10, trust_flag_code="0", trust_id=None, trust_name=None), 1)
    world.graded(world.school(100012, east=20), 1)
    world.build()
    assert finding(explain(world.connection, 100001), "rise").organisations == [
        "a trust that is not known: 1, nearest 0.0 miles",
        "Leicestershire: 1, nearest 0.0 miles; 2 of its 3 schools in need; runs this school",
    ]
    nowhere = finding(explain(world.connection, 100002), "rise")
    assert nowhere.partnered_exclusively[1] == "not known, as its place or setting is not"


def test_of_many_organisations_the_first_are_shown_and_the_others_counted(world: World) -> None:
    world.graded(world.school(100001), 3, previous=3)
    for place in range(7):
        trust = {"trust_id": f"{6000 + place}", "trust_name": f"Trust {place}"}
        world.graded(world.academy(100011 + place, east=10 + place, **trust), 1)
    text = " ".join(in_words(explain(world.build().connection, 100001)).split())
    assert "Trust 4: 1" in text
    assert "Trust 5" not in text
    assert "And 2 more" in text


def test_a_school_that_is_not_in_need_has_no_partner_to_be_told(world: World) -> None:
    world.graded(world.school(100001), 1)
    found = finding(explain(world.build().connection, 100001), "rise")
    assert (found.partners, found.organisations, found.partnered_exclusively) == (None, [], {})


def test_names_cannot_write_into_the_console(world: World) -> None:
    world.school(100001, name="[bold red]Hacked[/] School")
    assert "[bold red]Hacked[/] School" in in_words(explain(world.build().connection, 100001))


def test_the_answer_comes_first_in_few_lines_with_todays_policy_before_the_study(world: World) -> None:
    """On the narrowest of usual terminals, with names as long as they get, and a result that is not there."""
    long = "St Benedict's Church of England Voluntary Controlled Primary School"
    world.graded(world.school(100001, name=long), 3, previous=3)
    world.graded(world.school(100002, name=long, east=804.672), 1)
    world.graded(world.school(100003, name=long), 2)
    world.ks2(world.school(100004, east=50_000), 2025, percent=60)
    world.build()
    for urn, today, study in (
        (100001, "in need", "in need"),
        (100002, "high-performing", "high-performing"),
        (100003, "neither", "neither, but whether it is high-performing could not be decided"),
    ):
        out = io.StringIO()
        show_brief(explain(world.connection, urn), Console(file=out, width=80, highlight=False))
        lines, text = out.getvalue().splitlines(), " ".join(out.getvalue().split())
        assert len(lines) <= 9, out.getvalue()
        assert f"RISE: {today}." in text
        assert text.index("RISE: ") < text.index("NFER 2017: ")
        assert text.endswith(f"NFER 2017: {study}. Universal RISE: not asked. The whole: schoolmatch explain {urn} --full")
        assert ("Could not be told: No result of the school for the year that is read." in text) == (today == "neither")
        assert (f"Partners near: 1; the nearest is {long}, 0.5 miles." in text) == (today == "in need")


def test_who_is_near_a_school_without_a_place_is_not_known(world: World) -> None:
    world.graded(world.school(100001, easting=None), 3, previous=3)
    out = io.StringIO()
    show_brief(explain(world.build().connection, 100001), Console(file=out, width=80, highlight=False))
    assert "Partners near: not known, as its place or setting is not." in out.getvalue()


CONCERNS = {
    "ungraded_inspection_date": date(2024, 9, 26),
    "ungraded_outcome": "School remains Outstanding (Concerns) - S5 Next",
}


def brief(explanation: Explanation) -> str:
    out = io.StringIO()
    show_brief(explanation, Console(file=out, width=80, highlight=False))
    return out.getvalue()


def test_what_could_not_be_decided_or_is_withheld_is_no_no_and_no_zero(world: World) -> None:
    """Of twelve good schools no results are held, so that who is high-performing, and who is near, cannot be told of the phase."""
    world.graded(world.school(100001), 3, previous=3)
    world.graded(world.school(100002, east=50_000), 1)
    for urn in range(100010, 100022):
        world.graded(world.school(urn, east=60_000), 2)
    connection = world.build().connection
    need, good = (next(each for each in explain(connection, urn).findings if each.definition == "rise") for urn in (100001, 100010))
    assert (need.status, need.undecided, need.partners) == ("in_need", [], None)
    assert need.partners_missing == "cannot be told, as it is not known of too many schools whether they are high-performing"
    assert set(need.partnered_exclusively.values()) == {need.partners_missing}
    assert (good.status, good.undecided) == ("neither", ["high_performing"])
    assert f"Partners near: {need.partners_missing}." in " ".join(brief(explain(connection, 100001)).split())
    told = " ".join(brief(explain(connection, 100010)).split())
    assert "RISE: neither. No rule was met, but whether it is high-performing could not be decided." in told


def test_an_old_judgement_and_concerns_found_since_are_said_of_the_status_that_rests_on_it_in_the_same_few_lines(
    world: World,
) -> None:
    """On the narrowest of usual terminals, with a name as long as they get, and results that are suppressed beside it."""
    world.school(100001, name="St Benedict's Church of England Voluntary Controlled Primary School")
    world.graded(100001, 1, latest_inspection_date=date(2013, 8, 31), **CONCERNS)
    world.ks2(100001, 2025, percent=None)
    world.ks2(world.school(100002), 2025, percent=60)
    world.ks2(100002, 2023, percent=60, progress=0)
    explanation = explain(world.build().connection, 100001)

    weakened = [
        "Its judgement is 12 years old.",
        "An ungraded inspection of 26 September 2024 found concerns: School remains Outstanding (Concerns) - S5 Next.",
    ]
    assert {each.definition: (each.status, each.weakened_by) for each in explanation.findings} == {
        "nfer-2017": ("high_performing", weakened),
        "rise": ("high_performing", weakened),
        "universal-rise": ("not_asked", []),
    }
    text = brief(explanation)
    assert " ".join(weakened) in " ".join(text.split())
    assert "RISE: high-performing." in text
    assert len(text.splitlines()) <= 9, text
    assert " ".join(in_words(explanation).split()).count(" ".join(weakened)) == 2


def test_the_whole_tells_the_age_of_the_judgement_and_the_ungraded_inspection_of_every_school(world: World) -> None:
    world.graded(world.school(100001), 2, ungraded_inspection_date=date(2024, 3, 1), ungraded_outcome="School remains Good")
    world.graded(world.school(100002), 2, latest_inspection_date=date(2024, 8, 31), ungraded_inspection_date=date(2025, 3, 5))
    world.school(100003)
    world.build()
    said = {urn: in_words(explain(world.connection, urn)) for urn in (100001, 100002, 100003)}
    assert "Latest judgement: 1 May 2023 (2 years old)" in said[100001]
    assert "Ungraded inspection since: 1 March 2024: School remains Good" in said[100001]
    assert "Latest judgement: 31 August 2024 (1 year old)" in said[100002]
    assert "Ungraded inspection since: 5 March 2025: outcome not known" in said[100002]
    assert "Latest judgement: none known" in said[100003]
    assert "Ungraded inspection since: none known" in said[100003]


def test_nothing_weakens_a_status_that_rests_on_something_else_or_no_status(world: World) -> None:
    """On a list; on results that read no judgement; of a school that is neither; and a judgement of nine years, confirmed since."""
    old = {"latest_inspection_date": date(2013, 5, 1), **CONCERNS}
    world.graded(world.school(100001), 2, **old)
    world.row("raw.list_teaching_school", urn=100001)
    world.graded(world.school(100002), 2, **old)
    world.ks2(100002, 2016, percent=50, progress=-6)
    world.graded(world.school(100003), 2, **old)
    confirmed = CONCERNS | {"ungraded_outcome": "School remains Outstanding"}
    world.graded(world.school(100004), 1, latest_inspection_date=date(2015, 9, 1), **confirmed)
    world.build()
    found = {urn: finding(explain(world.connection, urn), "nfer-2017") for urn in (100001, 100002, 100003, 100004)}
    assert {urn: (each.status, each.weakened_by) for urn, each in found.items()} == {
        100001: ("high_performing", []),
        100002: ("in_need", []),
        100003: ("neither", []),
        100004: ("high_performing", []),
    }


def test_high_results_count_with_a_good_judgement_which_can_be_old(world: World) -> None:
    world.graded(world.school(100001), 2, latest_inspection_date=date(2015, 8, 31))
    for urn, percent in ((100001, 90), (100002, 60), (100003, 60), (100004, 60)):
        world.ks2(urn if urn == 100001 else world.school(urn), 2025, percent=percent)
    rise = finding(explain(world.build().connection, 100001), "rise")
    assert rise.status == "high_performing"
    assert rise.weakened_by == ["Its judgement is 10 years old."]


def test_concerns_found_since_are_not_said_of_a_school_in_need_whose_judgement_is_old(world: World) -> None:
    """Concerns bear a need out: only the age can weaken it."""
    world.graded(world.school(100001), 3, latest_inspection_date=date(2014, 5, 1), **CONCERNS)
    found = finding(explain(world.build().connection, 100001), "nfer-2017")
    assert (found.status, found.weakened_by) == ("in_need", ["Its judgement is 11 years old."])


def test_a_need_that_may_be_set_aside_is_not_said_to_be_and_a_trust_that_is_not_known_is_not_none(world: World) -> None:
    world.graded(world.academy(100001, trust_flag_code="0", trust_id=None, trust_name=None), 3, previous=2)
    explanation = explain(world.build().connection, 100001)
    assert explanation.school["Trust"].startswith("not known")
    judged = rule(explanation, "nfer-2017", "ofsted_requires_improvement")
    assert (judged.outcome, finding(explanation, "nfer-2017").status) == (MAY_BE_SET_ASIDE, "neither")
    out = io.StringIO()
    show_brief(explanation, Console(file=out, width=200, highlight=False))
    assert "NFER 2017: neither, but whether it is in need could not be decided." in " ".join(out.getvalue().split())


def test_a_rule_that_a_known_fact_settles_is_a_no_although_another_fact_is_not_known(world: World) -> None:
    """Judged, of a trust that is not known; and never inspected, with results that are not high."""
    world.graded(world.academy(100001, trust_flag_code="0", trust_id=None, trust_name=None), 3, previous=2)
    world.ks2(world.school(100002), 2025, percent=10)
    for urn in range(100010, 100014):
        world.ks2(world.school(urn), 2025, percent=90)
    connection = world.build().connection
    may, low, high = (explain(connection, urn) for urn in (100001, 100002, 100010))
    assert rule(may, "nfer-2017", "ofsted_inadequate").outcome == NO
    assert rule(may, "nfer-2017", "below_floor_ks2").outcome == NOT_ASSESSED
    assert rule(low, "rise", "good_with_high_results").outcome == NO
    assert rule(high, "rise", "good_with_high_results").outcome == NOT_ASSESSED
    assert rule(low, "rise", "ofsted_outstanding").outcome == NOT_ASSESSED
    undecided = {
        (row["definition"], row["code"]): row["undecided"] for row in world.query("from mart.rule_coverage where phase = 'primary'")
    }
    assert undecided["rise", "good_with_high_results"] == 4
    assert undecided["nfer-2017", "ofsted_requires_improvement"] == 5, "whether the need counts is open, the rule is not"
