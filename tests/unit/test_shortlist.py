"""The order of a school's partners: what stands before what, held against a plain count in Python, and why."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import numpy as np
import pytest

from exports.duckdb_file import MACROS
from tests.support.world import World
from warehouse.model import read_models

TABLES = {"mart.shortlist"}
"""What these tests look at, and so have built."""
LATELY, LONG_AGO = date(2024, 5, 1), date(2013, 5, 1)


def in_need(world: World, **changes: Any) -> None:
    world.school(100001, **changes)
    world.graded(100001, 3, previous=3)


def partner(world: World, urn: int, *, east: int, judged: date = LATELY, **changes: Any) -> None:
    world.school(urn, east=east, **changes)
    world.graded(urn, 1, latest_inspection_date=judged)


def shortlist(world: World) -> list[dict[str, Any]]:
    return world.build(tables=TABLES).query("from mart.shortlist where definition = 'rise' order by shortlist_rank")


def order(world: World) -> list[int]:
    return [row["partner_urn"] for row in shortlist(world)]


def is_better(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    return all(a <= b for a, b in zip(one, other, strict=True)) and one != other


def test_the_front_is_that_of_a_plain_comparison_of_each_with_each(world: World) -> None:
    random = np.random.default_rng(5)
    in_need(world, pupils=300, fsm_percent=25.0)
    for urn in range(100_101, 100_141):
        judged = LATELY if random.random() < 0.5 else LONG_AGO
        pupils, fsm = (None if random.random() < 0.2 else int(random.integers(50, 900)) for _ in range(2))
        partner(world, urn, east=100 * int(random.integers(1, 30)), judged=judged, pupils=pupils, fsm_percent=fsm)
    found = shortlist(world)
    parts = {row["partner_urn"]: (row["distance_miles"], -(row["similarity"] or 0), -(row["strength"] or 0)) for row in found}
    expected = {urn: sum(is_better(other, own) for other in parts.values()) for urn, own in parts.items()}
    assert {row["partner_urn"]: row["better_in_all"] for row in found} == expected
    assert len(found) == 40
    assert 1 < sum(count == 0 for count in expected.values()) < 40


def test_the_weighted_mean_is_worked_by_hand(world: World) -> None:
    """A radius is 2 miles; likeness is the mean of size, free meals, age, gender and setting."""
    in_need(world)
    partner(world, 100101, east=1609, judged=LONG_AGO, gender="Girls")
    partner(world, 100102, east=2414)
    found = {row["partner_urn"]: row for row in shortlist(world)}
    near = {urn: 1 - metres / (2 * 1609.344) for urn, metres in ((100101, 1609), (100102, 2414))}
    assert {urn: row["nearness"] for urn, row in found.items()} == pytest.approx(near)
    assert found[100101]["weighted_mean"] == pytest.approx((near[100101] + 4 / 5 + 1 / 3) / 3)
    assert found[100102]["weighted_mean"] == pytest.approx((near[100102] + 1 + 1) / 3)


def test_how_much_farther_a_partner_stands_counts_and_not_only_that_it_does(world: World) -> None:
    """By places alone two on the front were equals here: one first by distance, the other, hardly more alike, by likeness."""
    in_need(world, urban_rural_code="F1", pupils=300)
    partner(world, 100101, east=15_000, pupils=300)
    partner(world, 100102, east=1_000, pupils=290)
    assert [(row["partner_urn"], row["better_in_all"]) for row in shortlist(world)] == [(100102, 0), (100101, 0)]


def test_a_weight_changes_the_order(world: World) -> None:
    in_need(world)
    partner(world, 100101, east=100, judged=LONG_AGO)
    partner(world, 100102, east=200)
    for part, first in (("distance", 100101), ("strength", 100102)):
        world.build(tables=TABLES)
        world.connection.execute("update reference.shortlist_weight set weight = if(part = ?, 1, 0)", [part])
        assert order(world)[0] == first


def test_a_weight_that_is_not_there_counts_nothing_and_without_any_the_nearest_is_first(world: World) -> None:
    in_need(world)
    partner(world, 100101, east=200)
    partner(world, 100102, east=100, judged=LONG_AGO)
    world.build(tables=TABLES).connection.execute("delete from reference.shortlist_weight where part <> 'strength'")
    assert [row["weighted_mean"] for row in shortlist(world)] == pytest.approx([1, 1 / 3])
    world.connection.execute("delete from reference.shortlist_weight")
    assert [(row["partner_urn"], row["weighted_mean"]) for row in shortlist(world)] == [(100102, None), (100101, None)]


def test_the_file_of_weights_names_every_part_once_and_none_is_below_zero(world: World) -> None:
    world.build(tables=TABLES)
    rows = world.query("select part, weight from reference.shortlist_weight order by part")
    assert [row["part"] for row in rows] == ["distance", "likeness", "strength"]
    assert min(row["weight"] for row in rows) >= 0


def test_a_grammar_school_goes_after_every_comprehensive_and_says_so(world: World) -> None:
    in_need(world, kind="secondary", admissions="Non-selective")
    partner(world, 100101, east=100, kind="secondary", admissions="Selective")
    partner(world, 100102, east=3000, kind="secondary", judged=LONG_AGO, admissions="Non-selective")
    assert [(row["partner_urn"], row["is_selective_unlike"]) for row in shortlist(world)] == [(100102, False), (100101, True)]


def test_a_grammar_school_for_the_other_sex_goes_after_one_for_the_same(world: World) -> None:
    in_need(world, kind="secondary", admissions="Non-selective", gender="Girls")
    partner(world, 100101, east=100, kind="secondary", admissions="Selective", gender="Boys")
    partner(world, 100102, east=3000, kind="secondary", judged=LONG_AGO, admissions="Selective", gender="Girls")
    assert [(row["partner_urn"], row["better_in_all"], row["told_apart"]) for row in shortlist(world)] == [
        (100102, 0, "grammar school"),
        (100101, 0, "grammar school, for boys"),
    ]


def test_a_grammar_school_in_need_is_not_told_apart_from_another(world: World) -> None:
    in_need(world, kind="secondary", admissions="Selective")
    partner(world, 100101, east=100, kind="secondary", admissions="Selective")
    partner(world, 100102, east=200, kind="secondary", admissions="Non-selective")
    assert [row["is_selective_unlike"] for row in shortlist(world)] == [False, False]


@pytest.mark.parametrize(
    ("of_need", "of_partner", "told"),
    [("Mixed", "Girls", True), ("Boys", "Girls", True), ("Girls", "Girls", False), ("Girls", "Mixed", False),
     (None, "Girls", None)],
)  # fmt: skip
def test_a_single_sex_partner_is_told_apart_from_a_school_that_is_not_for_the_same(
    world: World, of_need: str | None, of_partner: str, told: bool | None
) -> None:
    in_need(world, gender=of_need)
    partner(world, 100101, east=100, gender=of_partner)
    partner(world, 100102, east=200, gender="Mixed")
    found = {row["partner_urn"]: (row["is_single_sex_unlike"], row["told_apart"]) for row in shortlist(world)}
    assert found[100101] == (told, "for girls" if told else None)


def test_whether_a_partner_selects_is_not_known_of_a_school_whose_policy_is_not(world: World) -> None:
    in_need(world, kind="secondary", admissions=None)
    partner(world, 100101, east=100, kind="secondary", admissions="Selective")
    assert [(row["is_selective_unlike"], row["told_apart"]) for row in shortlist(world)] == [(None, None)]


def test_strength_goes_by_the_age_of_a_judgement_and_by_results_between(world: World) -> None:
    """Five whole years before the files are of is no longer lately: they are of 31 August 2025."""
    in_need(world)
    for place, judged in enumerate((LATELY, date(2020, 9, 1), date(2020, 8, 31), LONG_AGO)):
        partner(world, 100101 + place, east=100, judged=judged)
    world.school(100105, east=100)
    world.graded(100105, 2, latest_inspection_date=LONG_AGO)
    world.ks2(100105, 2025, percent=90.0)
    for urn in range(100106, 100110):
        world.ks2(world.school(urn, east=100), 2025, percent=50.0)
    lately, old = (3, "judged at the top less than 5 years ago"), (1, "judged at the top 5 or more years ago")
    assert {row["partner_urn"]: (row["strength"], row["strength_words"]) for row in shortlist(world)} == {
        100101: lately,
        100102: lately,
        100103: old,
        100104: old,
        100105: (2, "high results"),
    }


def test_from_when_on_a_judgement_is_old_is_told_once(world: World) -> None:
    in_need(world)
    partner(world, 100101, east=100, judged=date(2020, 9, 1))
    world.build(tables=TABLES)
    world.connection.execute("update reference.strength set below_years = 3 where below_years is not null")
    assert [row["strength_words"] for row in shortlist(world)] == ["judged at the top 3 or more years ago"]


def test_every_kind_of_evidence_of_a_definition_has_a_strength(world: World) -> None:
    """A school that is high-performing by a kind without one would have no row, and its pairs would be lost."""
    world.build(tables=TABLES)
    asked = world.query("select distinct evidence from definition.reason where kind = 'high_performing' order by 1")
    assert asked == world.query("select evidence from reference.strength where below_years is null order by 1")


def test_the_strength_of_evidence_is_not_known_where_it_hangs_on_a_date_that_is_not(world: World) -> None:
    """Nor does it then go before the weakest that is known, though it stands as near and is as alike. No definition that is held
    calls a school high-performing by a judgement without a date."""
    in_need(world)
    partner(world, 100101, east=100, judged=LONG_AGO)
    partner(world, 100100, east=100)
    world.build(tables=TABLES).connection.execute("update core.school set ofsted_age_years = null where urn = 100100")
    for model in (*read_models("match"), *read_models("mart")):
        if model.name in ("match.strength", "mart.shortlist"):
            model.build(world.connection)
    found = world.query("from mart.shortlist where definition = 'rise' order by shortlist_rank")
    assert [(row["partner_urn"], row["strength"], row["strength_words"]) for row in found] == [
        (100101, 1, "judged at the top 5 or more years ago"),
        (100100, None, None),
    ]
    assert [row["better_in_all"] for row in found] == [0, 1]


def test_a_partner_of_which_nothing_is_known_to_compare_by_goes_after_one_that_is_known_to_be_unlike(world: World) -> None:
    in_need(world, pupils=300)
    nothing = dict.fromkeys(("pupils", "fsm_percent", "low_age", "high_age", "gender", "urban_rural_code"))
    partner(world, 100101, east=100, **nothing)
    partner(world, 100102, east=100, urban_rural_code="F1")
    found = shortlist(world)
    assert [(row["partner_urn"], row["similarity"] is None, row["better_in_all"]) for row in found] == [
        (100102, False, 0),
        (100101, True, 1),
    ]


def test_the_load_of_a_partner_and_of_who_runs_it_stands_beside_it(world: World) -> None:
    in_need(world)
    world.school(100002, east=500)
    world.graded(100002, 3, previous=3)
    partner(world, 100101, east=100)
    assert {
        (row["need_urn"], row["organisation_name"], row["organisation_in_need"], row["schools_in_need"]) for row in shortlist(world)
    } == {
        (100001, "Leicestershire", 2, 2),
        (100002, "Leicestershire", 2, 2),
    }


def published(world: World) -> duckdb.DuckDBPyConnection:
    """A near partner judged long ago, and a farther one judged lately, with the macros of the published file."""
    in_need(world)
    partner(world, 100101, east=100, judged=LONG_AGO)
    partner(world, 100102, east=200)
    world.build().connection.execute(MACROS.read_text(encoding="utf-8"))
    return world.connection


def test_a_reader_s_own_weights_make_the_order(world: World) -> None:
    connection = published(world)
    for weights, first in (("", 100102), (", distance := 30", 100101), (", likeness := 0, strength := 0", 100101)):
        rows = connection.execute(f"select urn, is_on_front from shortlist_of(100001, 'rise'{weights})").fetchall()
        assert rows[0] == (first, True)
    equal = connection.execute("select urn from shortlist_of(100001, 'rise')").fetchall()
    by_table = "select partner_urn from mart.shortlist where definition = 'rise' and need_urn = 100001 order by shortlist_rank"
    assert equal == connection.execute(by_table).fetchall()


@pytest.mark.parametrize("weights", ["distance := -1", "distance := 0, likeness := 0, strength := 0", "strength := null"])
@pytest.mark.parametrize("urn", [100001, 999999])
def test_weights_by_which_nothing_can_be_ordered_are_refused(world: World, weights: str, urn: int) -> None:
    with pytest.raises(duckdb.Error, match="weights must not be below 0"):
        published(world).execute(f"from shortlist_of({urn}, 'rise', {weights})").fetchall()
