"""What became of the schools of an earlier vintage: how each goes on, its place by results, and whom it is held against."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pytest

from transforms.outcomes import FEWEST
from warehouse.model import load_macros
from warehouse.query import ask
from warehouse.reference import load_reference
from warehouse.store import in_memory, rows_as_dicts, run
from warehouse.time import earlier
from warehouse.time.follow import build_outcomes, outcomes_of

LATER = {
    "core.school": earlier.READ["school"],
    "core.establishment": {"urn": "integer", "left_out_because": "varchar"},
    "raw.gias_link": {"urn": "integer", "link_urn": "integer", "link_type": "varchar"},
    "match.school_status": earlier.READ["school_status"],
}

ALIKE = {"phase": "primary", "la_ons_code": "E06000001", "region_code": "E12000001", "setting": "urban", "search_radius_miles": 2}


class Vintages:
    """Two vintages in which schools are put one by one."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        load_macros(connection)
        load_reference(connection)
        earlier.create(connection)
        self.put("earlier.refresh", gias_as_at=date(2017, 4, 1))
        for table, columns in LATER.items():
            run(connection, f"create schema if not exists {table.partition('.')[0]}")
            run(connection, f"create table {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")

    def put(self, table: str, **values: Any) -> None:
        names = ", ".join(values)
        run(self.connection, f"insert into {table} ({names}) values ({', '.join('?' * len(values))})", list(values.values()))

    def then(self, urn: int, status: str = "in_need", *, partners: int | None = 2, share: float | None = 0.5, **more: Any) -> None:
        self.put("earlier.school", **ALIKE | {"urn": urn, "name": f"School {urn}"} | more)
        phase = more.get("phase", "primary")
        undecided = status == "undecided"
        told = "neither" if undecided else status
        self.put("earlier.school_status", definition="rise", urn=urn, phase=phase, status=told, in_need_undecided=undecided)
        if status == "in_need":
            self.put("earlier.need", definition="rise", need_urn=urn, partners=partners, helper_share=share)

    def now(self, urn: int, **more: Any) -> None:
        self.put("core.school", **ALIKE | {"urn": urn, "name": f"School {urn}"} | more)
        self.put("core.establishment", urn=urn)

    def link(self, urn: int, link_urn: int, kind: str) -> None:
        self.put("raw.gias_link", urn=urn, link_urn=link_urn, link_type=kind)

    def query(self, sql: str) -> list[dict[str, Any]]:
        build_outcomes(self.connection)
        return rows_as_dicts(self.connection, sql)

    def links(self) -> dict[int, tuple[str, int | None]]:
        return {row["from_urn"]: (row["link"], row["to_urn"]) for row in self.query("from follow.link")}

    def outcome(self, grouping: str = "status", group: str = "in_need") -> dict[str, Any]:
        build_outcomes(self.connection)
        rows = outcomes_of(self.connection)
        return next(row for row in rows if (row["grouping"], row["help_group"]) == (grouping, group))


@pytest.fixture
def two() -> Iterator[Vintages]:
    with in_memory() as connection:
        yield Vintages(connection)


def test_a_school_that_is_open_under_its_urn_is_the_same_whatever_its_links_say(two: Vintages) -> None:
    two.then(1)
    two.now(1)
    two.now(2)
    two.link(1, 2, "Successor")
    assert two.links() == {1: ("same", 1)}


@pytest.mark.parametrize("told_by", ["the old school", "the new one", "both"])
def test_a_school_that_became_an_academy_goes_on_as_it_whichever_of_the_two_tells(two: Vintages, told_by: str) -> None:
    two.then(1)
    two.now(9)
    if told_by != "the new one":
        two.link(1, 9, "Successor")
    if told_by != "the old school":
        two.link(9, 1, "Predecessor")
    assert two.links() == {1: ("successor", 9)}


def test_a_school_is_followed_through_a_chain_that_closed_in_between(two: Vintages) -> None:
    two.then(1)
    two.now(9)
    for one, other in ((1, 5), (5, 7), (7, 9)):
        two.link(one, other, "Successor")
    assert two.links() == {1: ("successor", 9)}


def test_links_that_run_in_a_circle_end(two: Vintages) -> None:
    two.then(1)
    for one, other in ((1, 2), (2, 3), (3, 1)):
        two.link(one, other, "Successor")
    assert two.links() == {1: ("not_listed", None)}


def test_two_schools_that_go_on_in_one_are_merged_whatever_their_links_are_called(two: Vintages) -> None:
    for urn in (1, 2):
        two.then(urn)
        two.link(urn, 9, "Successor")
    two.now(9)
    assert {link for link, _ in two.links().values()} == {"merged"}


def test_a_school_that_goes_on_in_one_that_was_there_already_is_merged_and_the_other_is_the_same(two: Vintages) -> None:
    two.then(1)
    two.then(9)
    two.now(9)
    two.link(1, 9, "Successor")
    assert two.links() == {1: ("merged", 9), 9: ("same", 9)}


@pytest.mark.parametrize(
    ("kind", "is_told_by_new_one", "link"),
    [
        ("Successor - merged", False, "merged"),
        ("Predecessor - merged", True, "merged"),
        ("Successor - amalgamated", False, "merged"),
        ("Result of Amalgamation", False, "merged"),
        ("Result of Amalgamation", True, "merged"),
        ("Merged - change in age range", False, "merged"),
        ("Successor - Split School", False, "split"),
        ("Predecessor - Split School", True, "split"),
    ],
)
def test_the_kind_of_a_link_says_that_it_is_a_merger_or_a_split(
    two: Vintages, kind: str, link: str, *, is_told_by_new_one: bool
) -> None:
    two.then(1)
    two.now(9)
    two.link(*((9, 1) if is_told_by_new_one else (1, 9)), kind)
    assert two.links() == {1: (link, 9)}


@pytest.mark.parametrize("kind", ["Sixth Form Centre Link", "Expansion", "Closure", "Other", "Children's Centre Link"])
def test_other_links_lead_nowhere(two: Vintages, kind: str) -> None:
    two.then(1)
    two.now(9)
    two.link(1, 9, kind)
    assert two.links() == {1: ("not_listed", None)}


def test_a_school_after_which_several_go_on_is_split_and_is_not_laid_to_one_of_them(two: Vintages) -> None:
    two.then(1)
    for urn in (8, 9):
        two.now(urn)
        two.link(1, urn, "Successor")
    assert two.links() == {1: ("split", None)}


@pytest.mark.parametrize(
    ("because", "link"), [("not_open", "closed"), ("not_state_funded_school", "left_out"), ("not_in_gias", "not_listed")]
)
def test_a_school_that_does_not_go_on_is_closed_or_no_longer_counted_or_not_listed(two: Vintages, because: str, link: str) -> None:
    two.then(1)
    two.put("core.establishment", urn=1, left_out_because=because)
    assert two.links() == {1: (link, None)}


def test_of_a_school_that_is_not_followed_neither_judgement_nor_result_is_told(two: Vintages) -> None:
    for urn in (1, 2):
        two.then(urn, is_ofsted_below_good=True, ks2_rwm_expected_percent=50.0)
        two.link(urn, 9, "Successor - merged")
    two.now(9, is_ofsted_below_good=False, ofsted_date=date(2024, 1, 1), ks2_rwm_expected_percent=80.0)
    told = ("to_is_below_good", "to_ofsted_date", "to_result", "to_place", "gain", "to_status")
    for row in two.query("from follow.school"):
        assert [row[name] for name in told] == [None] * len(told)
        assert not row["is_compared"]
        assert not row["is_judged_since"]
    group = two.outcome()
    assert (group["schools"], group["merged"], group["followed_percent"]) == (2, 2, 0)
    assert (group["judged"], group["good_now_percent"], group["good_now_percent_lower"]) == (0, None, None)


def test_a_judgement_that_tells_nothing_counts_neither_as_good_nor_as_not(two: Vintages) -> None:
    for urn, below in ((1, True), (2, False), (3, None)):
        two.then(urn, is_ofsted_below_good=True)
        two.now(urn, is_ofsted_below_good=below)
    group = two.outcome()
    assert (group["schools"], group["judged"], group["good_now_percent"], group["good_then_percent"]) == (3, 2, 50, 0)


def test_places_go_from_0_to_100_and_equal_results_share_one(two: Vintages) -> None:
    for urn, result in ((1, 40.0), (2, 50.0), (3, 50.0), (4, 60.0), (5, None)):
        two.then(urn, "neither", ks2_rwm_expected_percent=result)
        two.now(urn, ks2_rwm_expected_percent=result)
    places = {row["urn"]: row["place"] for row in two.query("from follow.place where vintage = 'earlier'")}
    assert places == {1: 0, 2: 50, 3: 50, 4: 100}


def test_a_secondary_is_placed_by_its_attainment_8_among_secondaries(two: Vintages) -> None:
    for urn, result in ((1, 40.0), (2, 50.0)):
        two.then(urn, "neither", phase="secondary", ks2_rwm_expected_percent=90.0, ks4_attainment8=result)
    two.then(3, "neither", ks2_rwm_expected_percent=70.0)
    assert {row["urn"]: row["place"] for row in two.query("from follow.place where vintage = 'earlier'")} == {1: 0, 2: 100, 3: None}


def test_a_school_that_has_changed_its_phase_has_no_gain(two: Vintages) -> None:
    for urn in (1, 2):
        two.then(urn, ks2_rwm_expected_percent=40.0 + urn)
    two.now(1, ks2_rwm_expected_percent=60.0)
    two.now(2, phase="secondary", ks2_rwm_expected_percent=60.0, ks4_attainment8=40.0)
    assert {row["from_urn"]: row["is_compared"] for row in two.query("from follow.school")}[2] is False


def test_how_many_stood_near_is_counted_for_every_school_and_is_what_each_with_each_gives(two: Vintages) -> None:
    random = np.random.default_rng(11)
    schools = {}
    for urn in range(1, 121):
        status = ("in_need", "neither", "high_performing")[random.integers(3)]
        place = (int(random.integers(0, 12_000)), int(random.integers(0, 12_000)))
        schools[urn] = status, place
        two.then(urn, status, easting=place[0], northing=place[1])
    two.then(200, "high_performing", phase="secondary", easting=6000, northing=6000)
    two.then(201, "neither")  # of which it is not known where it stands
    found = {row["urn"]: row["high_performing"] for row in two.query("from follow.near")}
    expected = {
        urn: sum(
            other != urn and status == "high_performing" and np.hypot(*np.subtract(place, there)) <= 2 * 1609.344
            for other, (status, there) in schools.items()
        )
        for urn, (_, place) in schools.items()
    }
    assert found == expected | {200: 0}
    assert max(expected.values()) > 5


@pytest.mark.parametrize(
    ("partners", "share", "by_partners", "by_share"),
    [
        (0, 0.0, "none", "none"),
        (1, 0.2, "few", "under_one"),
        (3, 1.0, "few", "one_to_three"),
        (4, 2.99, "some", "one_to_three"),
        (9, 3.0, "some", "three_and_more"),
        (10, 9.0, "many", "three_and_more"),
        (None, None, "not_told", "not_told"),
    ],
)
def test_schools_in_need_are_grouped_by_the_help_that_stood_near(
    two: Vintages, partners: int | None, share: float | None, by_partners: str, by_share: str
) -> None:
    two.then(1, partners=partners, share=share)
    found = {row["grouping"]: row["help_group"] for row in two.query("from follow.grouped")}
    assert found == {"status": "in_need", "partners": by_partners, "helper_share": by_share}


def test_a_school_of_which_it_is_not_known_whether_it_was_in_need_is_a_group_of_its_own_and_nobody_is_held_against_it(
    two: Vintages,
) -> None:
    for urn, status in ((1, "in_need"), (2, "undecided"), (3, "neither")):
        two.then(urn, status, ks2_rwm_expected_percent=50.0)
        two.now(urn, ks2_rwm_expected_percent=50.0)
    assert {row["from_urn"]: row["help_group"] for row in two.query("from follow.grouped where grouping = 'status'")} == {
        1: "in_need",
        2: "undecided",
        3: "not_in_need",
    }
    assert {row["other_urn"] for row in two.query("from follow.neighbour")} == {3}


def test_a_school_outside_the_base_of_a_definition_is_neither_in_need_nor_held_against_those_that_are(two: Vintages) -> None:
    two.then(1, "in_need")
    two.then(2, "not_asked")
    two.now(1)
    two.put("match.school_status", definition="rise", urn=1, phase="primary", status="not_asked")
    assert {row["from_urn"]: row["to_status"] for row in two.query("from follow.school")} == {1: None}


def test_where_it_is_withheld_who_was_in_need_nothing_is_asked(two: Vintages) -> None:
    two.then(1)
    two.then(2, phase="secondary")
    two.put("earlier.question", definition="rise", phase="primary", question="in_need", withheld_because="Too little is known.")
    two.put("earlier.question", definition="rise", phase="secondary", question="high_performing", withheld_because="Too little.")
    assert {row["from_urn"] for row in two.query("from follow.school")} == {2}


def test_neighbours_are_the_five_nearest_by_results_no_more_than_five_places_away_of_its_region_and_setting(two: Vintages) -> None:
    """Of 101 schools a place is one point of results."""
    for urn in range(1000, 1101):
        more = {"region_code": "E12000002"} if urn == 1051 else {"setting": "rural"} if urn == 1049 else {}
        two.then(urn, "in_need" if urn in (1050, 1100) else "neither", ks2_rwm_expected_percent=float(urn - 1000), **more)
        two.now(urn, ks2_rwm_expected_percent=float(1100 - urn))
    found = two.query("from follow.neighbour order by other_urn")
    assert [row["other_urn"] for row in found if row["from_urn"] == 1050] == [1046, 1047, 1048, 1052, 1053]
    assert [row["other_urn"] for row in found if row["from_urn"] == 1100] == [1095, 1096, 1097, 1098, 1099]
    assert {row["other_urn"]: row["other_gain"] for row in found}[1048] == 4


def test_gains_of_a_group_are_told_less_those_of_schools_that_began_alike(two: Vintages) -> None:
    """Twelve schools in need and twelve that were not, in pairs of one result; those in need end among the best."""
    for number in range(12):
        for base, status in ((100, "in_need"), (200, "neither")):
            two.then(base + number, status, ks2_rwm_expected_percent=float(number), easting=0, northing=0)
            two.now(base + number, ks2_rwm_expected_percent=float(number) + (20 if status == "in_need" else 0))
    rows = {row["from_urn"]: row for row in two.query("from follow.school")}
    gain = {
        status: np.mean([row["gain"] for row in rows.values() if row["from_status"] == status]) for status in ("in_need", "neither")
    }
    group = two.outcome()
    assert group["gain_schools"] == 12 >= FEWEST
    assert group["gain_places"] == pytest.approx(gain["in_need"])
    assert gain["in_need"] > 0 > gain["neither"]
    assert group["less_band_places"] == pytest.approx(gain["in_need"] - gain["neither"])
    assert group["less_near_band_schools"] == 12
    assert two.outcome("status", "not_in_need")["less_band_places"] is None


@pytest.mark.parametrize(("below", "percent"), [(True, 0), (False, 100)])
def test_an_interval_does_not_go_past_0_or_100(two: Vintages, percent: int, *, below: bool) -> None:
    for urn in range(1, 4):
        two.then(urn)
        two.now(urn, is_ofsted_below_good=below)
    group = two.outcome()
    assert group["good_now_percent"] == percent
    assert 0 <= group["good_now_percent_lower"] < group["good_now_percent_upper"] <= 100


def test_groups_have_words_and_stand_by_the_help_that_was_near(two: Vintages) -> None:
    for urn, partners in ((1, 12), (2, 0), (3, 2), (4, None)):
        two.then(urn, partners=partners, share=None)
    two.then(5, "neither")
    rows = two.query("from mart.outcome_group where grouping <> 'helper_share' order by place")
    assert [row["words"] for row in rows] == [
        "in need",
        "not in need",
        "in need, no partner near",
        "in need, 1 to 3 partners",
        "in need, 10 partners and more",
        "in need, not told what stood near",
    ]


def test_the_sheet_of_england_shows_changes_beside_schools_that_began_alike_and_none_alone(two: Vintages) -> None:
    for number in range(12):
        for base, status in ((100, "in_need"), (200, "neither")):
            two.then(base + number, status, ks2_rwm_expected_percent=float(number), easting=0, northing=0)
            two.now(base + number, ks2_rwm_expected_percent=float(number) + (20 if status == "in_need" else 0))
    build_outcomes(two.connection)
    rows = {row["words"]: row for row in ask(two.connection, "sheet/outcomes")}
    assert rows["in need"]["band_places"] == two.outcome()["less_band_places"] > 0
    assert rows["in need"]["near_band_places_lower"] == two.outcome()["less_near_band_lower"]
    assert rows["not in need"]["band_places"] is None
    assert not any("gain" in name for name in rows["in need"])
