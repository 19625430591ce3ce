"""How alike two schools are: worked by hand, as Gower's coefficient has it, and null where it is not known."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.world import World

PARTS = ("size", "fsm", "age", "gender", "faith", "selection", "setting")
TABLES = {"mart.match", "mart.match_similarity"}
"""What these tests look at, and so have built."""


def pair(world: World, need: dict[str, Any], partner: dict[str, Any], kind: str = "primary") -> None:
    """A school in need, and a high-performing one 500 m away."""
    world.school(100001, kind=kind, **need)
    world.graded(100001, 3, previous=3)
    world.school(100002, kind=kind, east=500, **partner)
    world.graded(100002, 1)


def likeness(world: World) -> dict[str, Any]:
    (row,) = world.query("from mart.match_similarity")
    assert (row["need_urn"], row["partner_urn"]) == (100001, 100002)
    return row


def parts(world: World) -> dict[str, Any]:
    row = likeness(world)
    return {part: row[f"{part}_similarity"] for part in PARTS}


def test_a_pair_worked_by_hand(world: World) -> None:
    """Five secondaries; pupils 200, 400, 600, 800, 1000 rank at 0, 1/4, 1/2, 3/4, 1, and so do the shares of free meals."""
    pair(
        world,
        {"pupils": 400, "fsm_percent": 50.0, "low_age": 11, "high_age": 18, "gender": "Mixed",
         "religious_character": "Roman Catholic", "admissions": "Non-selective", "urban_rural_code": "C1"},
        {"pupils": 1000, "fsm_percent": 40.0, "low_age": 11, "high_age": 16, "gender": "Girls", "religious_character": "Catholic",
         "admissions": "Selective", "urban_rural_code": "A1"},
        kind="secondary",
    )  # fmt: skip
    for urn, pupils, fsm in ((100003, 200, 10.0), (100004, 600, 20.0), (100005, 800, 30.0)):
        world.school(urn, kind="secondary", pupils=pupils, fsm_percent=fsm)
    world.build(tables=TABLES)
    expected = {
        "size": 0.25,  # ranks 1/4 and 1
        "fsm": 0.75,  # ranks 1 and 3/4
        "age": 5 / 7,  # 11 to 16 of 11 to 18
        "gender": 0.0,
        "faith": 1.0,
        "selection": 0.0,
        "setting": 0.5,  # semi-rural and urban
    }
    assert parts(world) == pytest.approx(expected)
    assert likeness(world)["similarity"] == pytest.approx((0.25 + 0.75 + 5 / 7 + 0 + 1 + 0 + 0.5) / 7)


def test_schools_that_are_the_same_in_all_that_is_known_score_one(world: World) -> None:
    pair(world, {}, {})
    assert likeness(world.build(tables=TABLES))["similarity"] == 1


def test_schools_that_share_nothing_score_zero(world: World) -> None:
    """The smallest and the largest, the poorest and the richest, infants and juniors, rural and urban."""
    pair(
        world,
        {"pupils": 20, "fsm_percent": 60.0, "low_age": 4, "high_age": 7, "gender": "Boys", "religious_character": "Jewish",
         "urban_rural_code": "E1"},
        {"pupils": 900, "fsm_percent": 1.0, "low_age": 7, "high_age": 11, "gender": "Girls", "religious_character": "Hindu"},
    )  # fmt: skip
    world.build(tables=TABLES)
    assert parts(world) == {part: None if part == "selection" else 0 for part in PARTS}
    assert likeness(world)["similarity"] == 0


def test_size_is_compared_within_the_phase(world: World) -> None:
    """By the size of secondaries the two primaries would be nearly alike."""
    pair(world, {"pupils": 100}, {"pupils": 300})
    for urn in range(100003, 100013):
        world.secondary(urn, pupils=1000 + urn % 100)
    assert parts(world.build(tables=TABLES))["size"] == 0


def test_one_huge_school_does_not_make_all_others_alike(world: World) -> None:
    pair(world, {"pupils": 100}, {"pupils": 300})
    world.school(100003, pupils=200)
    before = parts(world.build(tables=TABLES))["size"]
    world.school(100004, pupils=3000)
    assert before == 0
    assert parts(world.build(tables=TABLES))["size"] == pytest.approx(1 / 3)  # ranks 0 and 2/3; by value 0.93


UNKNOWN: list[tuple[str, dict[str, Any]]] = [
    ("size", {"pupils": None, "fsm_percent": 20.0}),
    ("fsm", {"fsm_percent": None}),
    ("age", {"high_age": None}),
    ("gender", {"gender": None}),
    ("gender", {"gender": "Not applicable"}),
    ("faith", {"religious_character": None}),
    ("faith", {"religious_character": "Unknown"}),
    ("selection", {"admissions": None}),
    ("selection", {"admissions": "Not applicable"}),
    ("setting", {"urban_rural_code": None}),
]


@pytest.mark.parametrize(
    ("part", "unknown", "side"),
    # a school in need without a setting has no radius, and so no pair
    [(part, unknown, side) for part, unknown in UNKNOWN for side in ("need", "partner") if (part, side) != ("setting", "need")],
)
def test_a_part_that_is_not_known_of_one_of_them_is_left_out_not_guessed(
    world: World, part: str, unknown: dict[str, Any], side: str
) -> None:
    known = {"religious_character": "Jewish", "admissions": "Selective", "gender": "Boys"}
    changes = {"need": dict(known), "partner": known | {"low_age": 13}}
    changes[side] |= unknown
    pair(world, changes["need"], changes["partner"], kind="secondary")
    world.school(100003, kind="secondary")  # not of the pair
    world.build(tables=TABLES)
    found = parts(world)
    missing = {each for each, score in found.items() if score is None}
    assert missing == ({"size", "fsm"} if part == "size" else {part})  # without pupils there is no share of them
    scores = [score for score in found.values() if score is not None]
    assert likeness(world)["similarity"] == pytest.approx(sum(scores) / len(scores))


def test_where_nothing_is_known_of_one_there_is_no_likeness_and_no_rank(world: World) -> None:
    nothing = dict.fromkeys(("pupils", "fsm_percent", "low_age", "high_age", "gender", "urban_rural_code"))
    pair(world, {}, nothing)
    world.school(100003, east=900)
    world.graded(100003, 1)
    world.build(tables=TABLES)
    rows = world.query("from mart.match where definition = 'rise' order by distance_rank")
    assert [(row["partner_urn"], row["similarity"], row["similarity_rank"]) for row in rows] == [
        (100002, None, None),
        (100003, 1, 1),
    ]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Does not apply", "None", 1),
        ("Roman Catholic", "Church of England", 0),
        ("Church of England", "Does not apply", 0),
        ("Church of England/Roman Catholic", "Roman Catholic/Church of England", 1),
        ("Orthodox Jewish", "Jewish", 1),
        ("Of a new name", "Of a new name", None),
    ],
)
def test_faiths_are_compared_by_what_they_count_as(world: World, one: str, other: str, alike: float | None) -> None:
    pair(world, {"religious_character": one}, {"religious_character": other})
    assert parts(world.build(tables=TABLES))["faith"] == alike


@pytest.mark.parametrize(
    ("one", "other", "alike"), [("A1", "B1", 1), ("A1", "C1", 0.5), ("C1", "E1", 0.5), ("E1", "A1", 0), ("D1", "E2", 1)]
)
def test_settings_are_compared_by_the_steps_between_them(world: World, one: str, other: str, alike: float) -> None:
    pair(world, {"urban_rural_code": one}, {"urban_rural_code": other})
    assert parts(world.build(tables=TABLES))["setting"] == alike


def test_likeness_is_the_same_from_either_side(world: World) -> None:
    one = {
        "pupils": 120,
        "fsm_percent": 33.0,
        "low_age": 3,
        "high_age": 11,
        "religious_character": "Sikh",
        "urban_rural_code": "C1",
    }
    other = {
        "pupils": 410,
        "fsm_percent": 12.5,
        "low_age": 7,
        "high_age": 11,
        "religious_character": None,
        "urban_rural_code": "A1",
    }

    def between(need: dict[str, Any], partner: dict[str, Any]) -> list[Any]:
        world.clear()
        pair(world, need, partner)
        world.school(100003, pupils=250, fsm_percent=20.0)
        row = likeness(world.build(tables=TABLES))
        return [value for column, value in row.items() if column not in ("need_urn", "partner_urn")]

    assert between(one, other) == between(other, one)


def test_weights_are_those_of_the_file_and_a_weight_of_nothing_leaves_a_part_out(world: World) -> None:
    pair(world, {"gender": "Boys", "low_age": 4, "high_age": 11}, {"gender": "Mixed", "low_age": 7, "high_age": 11})
    equal = likeness(world.build(tables=TABLES))["similarity"]
    assert equal == pytest.approx((1 + 1 + 4 / 7 + 0 + 1) / 5)  # size, free meals, age, gender, setting
    world.connection.execute("update reference.similarity_weight set weight = '3' where part = 'gender'")
    assert likeness(world.build(tables=TABLES))["similarity"] == pytest.approx((1 + 1 + 4 / 7 + 3 * 0 + 1) / 7)
    world.connection.execute("update reference.similarity_weight set weight = '0' where part = 'gender'")
    assert likeness(world.build(tables=TABLES))["similarity"] == pytest.approx((1 + 1 + 4 / 7 + 1) / 4)
    world.connection.execute("delete from reference.similarity_weight where part = 'age'")
    assert likeness(world.build(tables=TABLES))["similarity"] == 1
    world.connection.execute("update reference.similarity_weight set weight = '0'")
    assert likeness(world.build(tables=TABLES))["similarity"] is None


def test_the_file_of_weights_names_every_part_once_and_none_is_below_zero(world: World) -> None:
    world.build(tables={"core.school"})
    rows = world.query("select part, cast(weight as double) as weight from reference.similarity_weight")
    assert sorted(row["part"] for row in rows) == sorted(PARTS)
    assert min(row["weight"] for row in rows) >= 0


def test_partners_are_ranked_by_likeness_too_equals_by_distance_and_then_by_urn(world: World) -> None:
    world.school(100001)
    world.graded(100001, 3, previous=3)
    for urn, east, gender in ((100005, 300, "Mixed"), (100004, 300, "Mixed"), (100003, 200, "Mixed"), (100002, 100, "Boys")):
        world.school(urn, east=east, gender=gender)
        world.graded(urn, 1)
    world.build(tables=TABLES)
    rows = world.query("from mart.match where definition = 'rise' order by similarity_rank")
    assert [row["partner_urn"] for row in rows] == [100003, 100004, 100005, 100002]
    assert [row["similarity_rank"] for row in rows] == [1, 2, 3, 4]
    assert [row["distance_rank"] for row in rows] == [2, 3, 4, 1]
    assert [row["similarity"] for row in rows] == pytest.approx([1, 1, 1, 0.8])


def test_a_pair_of_two_definitions_has_one_likeness(world: World) -> None:
    pair(world, {}, {"gender": "Boys"})
    world.build(tables=TABLES)
    assert [row["similarity"] for row in world.query("from mart.match")] == [likeness(world)["similarity"]] * 2
