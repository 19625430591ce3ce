"""The page on what became of schools in need: what it says where something can be told, where not, and what it never says."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from exports.pages.follow import page_of, write_follow
from exports.pages.page import Drawing, Table, as_markdown
from tests.unit import test_follow
from tests.unit.test_follow import Vintages
from transforms.errors import InputError
from warehouse.licence import SYNTHETIC_NOTE
from warehouse.store import in_memory, rows_as_dicts
from warehouse.time.follow import _LATER, Followed, Vintage, build_outcomes, follow, outcomes_of

EARLIER = Vintage(Path("then"), Path("then.duckdb"), True, False, date(2017, 4, 1), date(2017, 6, 30), 2016, 2016)
LATER = Vintage(Path("now"), Path("now.duckdb"), True, False, date(2025, 9, 30), date(2025, 8, 31), 2025, 2024)


@pytest.fixture(scope="module")
def groups() -> list[dict[str, Any]]:
    with in_memory() as connection:
        Vintages(connection)
        return rows_as_dicts(connection, "from reference.help_group order by grouping, place")


@pytest.fixture(scope="module")
def columns() -> list[str]:
    with in_memory() as connection:
        two = Vintages(connection)
        two.then(1)
        build_outcomes(connection)
        return list(outcomes_of(connection)[0])


def row(columns: list[str], grouping: str, group: str, **told: Any) -> dict[str, Any]:
    counts = {"schools": 40, "same": 38, "successor": 0, "merged": 2, "split": 0, "closed": 0, "left_out": 0, "not_listed": 0}
    judged = {"followed_percent": 95.0, "judged": 38, "judged_since": 30, "good_then_percent": 20.0, "good_now_percent": 90.0}
    judged |= {"good_now_percent_lower": 80.0, "good_now_percent_upper": 96.0, "gain_schools": 36}
    known = {"definition": "rise", "phase": "primary", "grouping": grouping, "help_group": group} | counts | judged
    return dict.fromkeys(columns) | known | {"gain_places": 14.0, "gain_lower": 12.0, "gain_upper": 16.0} | told


def measured(measure: str, value: float, lower: float, upper: float, schools: int = 36) -> dict[str, Any]:
    return {f"{measure}_places": value, f"{measure}_lower": lower, f"{measure}_upper": upper, f"{measure}_schools": schools}


def page(columns: list[str], groups: list[dict[str, Any]], **by_group: dict[str, Any]) -> str:
    rows = [row(columns, "status", "in_need", **measured("less_band", -2.7, -4.2, -0.6))]
    rows += [row(columns, "partners", group, **told) for group, told in by_group.items()]
    return as_markdown(page_of(followed(rows, groups)))


def followed(rows: list[dict[str, Any]], groups: list[dict[str, Any]], **more: Any) -> Followed:
    told: dict[str, Any] = {"withheld": [], "titles": {"rise": "RISE"}, "connection": None} | more
    return Followed(EARLIER, LATER, rows, groups=groups, **told)


APART, NOT_APART = (4.1, 0.5, 7.1), (1.2, -2.8, 4.8)


def told(plain: tuple[float, float, float], as_near: tuple[float, float, float]) -> dict[str, Any]:
    return measured("less_band_from_others", *plain) | measured("less_near_band_from_others", *as_near)


def test_where_no_group_is_told_apart_there_is_no_sign(columns, groups) -> None:
    text = page(columns, groups, few=told(NOT_APART, NOT_APART), many=told(NOT_APART, NOT_APART))
    assert "none of 2 groups clearly differs from the other schools in need. No sign that nearness alone went with" in text


def test_where_schools_not_in_need_of_such_places_changed_alike_the_place_is_said_to_be_an_explanation(columns, groups) -> None:
    text = page(columns, groups, few=told(NOT_APART, NOT_APART), many=told(APART, NOT_APART))
    assert "1 of 2 groups differ" in text
    assert "10 partners and more: 4.1 places more (0.5 to 7.1; 36 schools)" in text
    assert "no group clearly differs, so that the place may explain it. No sign that nearness alone" in text


def test_where_a_group_differs_from_schools_of_such_places_too_that_is_said_and_not_explained_away(columns, groups) -> None:
    text = page(columns, groups, few=told(NOT_APART, NOT_APART), some=told(APART, APART), many=told(NOT_APART, NOT_APART))
    assert "1 of 3 groups differ (4 to 9 partners: 4.1 places more (0.5 to 7.1; 36 schools))" in text
    assert "one in twenty such intervals excludes 0; there is no steady pattern. Why these differ is not known." in text
    assert "No sign" not in text
    assert "may explain" not in text


def test_a_pattern_that_is_steady_is_said_to_be(columns, groups) -> None:
    text = page(columns, groups, few=told((-2, -4, -1), (-2, -4, -1)), some=told(NOT_APART, NOT_APART), many=told(APART, APART))
    assert "from fewer partners to more the figures rise" in text


def test_a_group_that_fell_behind_is_told_as_less(columns, groups) -> None:
    assert "4.1 places less (−7.1 to −0.5; 36 schools)" in page(columns, groups, few=told((-4.1, -7.1, -0.5), NOT_APART))


def test_a_share_of_fewer_than_ten_schools_is_not_told(columns, groups) -> None:
    text = page(columns, groups, few={"judged": 9, "good_now_percent": 62.5})
    assert "| In need, 1 to 3 partners | 9 | 30 | – | – | – |" in text
    few = [row(columns, "status", "in_need", judged=9)]
    assert not any(isinstance(block, Drawing) for block in page_of(followed(few, groups)).blocks)
    assert "62.5" not in text


def test_groups_stand_by_the_help_that_was_near_never_by_what_they_gained(columns, groups) -> None:
    text = page(columns, groups, many={"gain_places": 1.0}, none={"gain_places": 99.0}, some={}, few={"gain_places": 50.0})
    table = text.partition("**Change in place by results")[2].partition("\n\n**")[0]
    found = re.findall(r"In need, ([^|]+?) \|", table)
    assert found == ["no partner near", "1 to 3 partners", "4 to 9 partners", "10 partners and more"]


def test_how_many_are_followed_stands_before_how_they_did(columns, groups) -> None:
    text = page(columns, groups, few={})
    places = [
        text.index(words) for words in ("Where the schools are now", "Good or better by the latest", "Change in place by results")
    ]
    assert places == sorted(places)


def test_no_sentence_speaks_of_an_effect_or_of_help_that_was_given(columns, groups) -> None:
    text = page(columns, groups, few=told(APART, APART), many=told(APART, NOT_APART), none=told(NOT_APART, NOT_APART)).lower()
    for word in ("effect", "impact", "caused", "because of", "thanks to", "benefit", "worked", "league"):
        assert word not in text, word


def test_invented_schools_are_said_to_be_so_before_anything_else(columns, groups) -> None:
    found = followed([row(columns, "status", "in_need")], groups)
    text = as_markdown(page_of(replace(found, earlier=replace(EARLIER, is_synthetic=True))))
    assert SYNTHETIC_NOTE.split(":")[0].lower() in text.split("\n\n")[1].lower()
    assert SYNTHETIC_NOTE.split(":")[0].lower() not in as_markdown(page_of(found)).lower()


def test_what_is_withheld_is_said(columns, groups) -> None:
    withheld = [{"definition": "rise", "phase": "secondary", "withheld_because": "Too little is known."}]
    text = as_markdown(page_of(followed([row(columns, "status", "in_need")], groups, withheld=withheld)))
    assert "RISE, secondary schools: cannot be answered, as the earlier files do not tell which were in need." in text


def test_what_a_drawing_shows_stands_in_a_table_too(columns, groups) -> None:
    blocks = page_of(followed([row(columns, "status", "in_need", **measured("less_band", -2.7, -4.2, -0.6))], groups)).blocks
    drawings = [block for block in blocks if isinstance(block, Drawing)]
    assert len(drawings) == 2
    assert "90.0% (80.0 to 96.0)" in drawings[0].svg
    assert "−2.7 (−4.2 to −0.6)" in drawings[1].svg
    cells = {cell for block in blocks if isinstance(block, Table) for line in block.rows for cell in line}
    assert {"90.0", "80.0 to 96.0", "−2.7 (−4.2 to −0.6)"} <= cells


def test_the_page_is_written_in_both_forms_into_a_folder_that_need_not_be_there(columns, groups, tmp_path: Path) -> None:
    paths = write_follow(followed([row(columns, "status", "in_need")], groups), tmp_path / "a" / "b")
    assert [path.name for path in paths] == ["follow.html", "follow.md"]
    assert "<svg" in paths[0].read_text(encoding="utf-8")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"There is no folder .*nowhere"), follow(tmp_path / "nowhere", tmp_path):
        pass


def test_the_tables_of_these_tests_have_the_columns_that_are_read_of_the_later_vintage() -> None:
    assert {table: list(columns) for table, columns in test_follow.LATER.items()} == {
        table: list(columns) for table, (_, columns) in _LATER.items()
    }
