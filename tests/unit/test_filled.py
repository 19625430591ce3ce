"""In how many rows a column is filled is counted at every refresh, and what is unlike last time is told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.world import World
from warehouse.contract import Column, contract_of, read_contracts
from warehouse.filled import GROUPS, filled_model, reported
from warehouse.store import run


@pytest.fixture(scope="module")
def town() -> World:
    """A hundred schools, of which four in five were judged, and safeguarding with it; compared with themselves."""
    world = World()
    for urn in range(100001, 100101):
        world.school(urn, east=urn - 100000)
        if urn > 100020:
            world.graded(urn, 2, latest_safeguarding="Yes")
    return world.build().remember()


def found(world: World, column: str, table: str = "school") -> dict[str, Any]:
    filled_model().build(world.connection)
    (row,) = world.query(f"from mart.column_filled where table_name = '{table}' and column_name = '{column}'")
    return row


def told(world: World, column: str, *plant: str, table: str = "school") -> tuple[bool, str | None]:
    """What is said of a column of a table, mart.school, once the statements were run, which are taken back."""
    run(world.connection, "begin")
    try:
        for statement in plant:
            run(world.connection, statement)
        row = found(world, column, table)
        return row["is_reported"], row["sentence"]
    finally:
        run(world.connection, "rollback")


def test_every_column_of_facts_that_may_be_empty_is_counted(town: World) -> None:
    row = found(town, "ofsted_safeguarding")
    assert (row["rows"], row["filled"], row["filled_percent"], row["filled_percent_before"]) == (100, 80, 80.0, 80.0)
    counted = {(row["table_name"], row["column_name"]) for row in town.query("from mart.column_filled")}
    assert counted == {
        (contract.name, name)
        for contract in read_contracts().values()
        if contract.group in GROUPS and contract.name != "sensitivity"
        for name, column in contract.columns.items()
        if not column.is_required
    }


def test_a_judgement_that_is_lost_for_every_school_is_told(town: World) -> None:
    """Safeguarding was null for all 21,887 schools of August 2025, and nobody was told."""
    run(town.connection, "insert into landing.ofsted_file (kind, layout) values ('ofsted_inspection', '2022-07')")
    town.build(tables=["mart.source_file"])
    lost = told(town, "ofsted_safeguarding", "update mart.school set ofsted_safeguarding = null")
    assert lost == (True, "is filled in no row; before it was in 80.0 %")
    assert told(
        town, "ofsted_safeguarding", "delete from previous.school", "update mart.school set ofsted_safeguarding = null"
    ) == (
        True,
        "is filled in no row",
    )


@pytest.mark.parametrize(
    ("left", "is_told"),
    [(80, False), (76, False), (61, False), (60, True), (40, True)],  # at least 20 rows, and 5 points or a quarter of them
)
def test_a_share_unlike_last_time_is_told_and_a_small_one_is_not(town: World, left: int, is_told: bool) -> None:
    plant = f"update mart.school set ofsted_safeguarding = null where urn > {100020 + left}"
    said = told(town, "ofsted_safeguarding", plant)
    sentence = f"is filled in {left}.0 % of the rows; before it was in 80.0 %"
    assert said == ((True, sentence) if is_told else (False, None))


def test_a_column_that_is_filled_where_it_was_not_is_told(town: World) -> None:
    fill = "update mart.school set ofsted_safeguarding = 'Yes' where urn < 100021"
    assert told(town, "ofsted_safeguarding", fill) == (True, "is filled in 100.0 % of the rows; before it was in 80.0 %")


def test_a_column_of_few_rows_is_held_against_itself(town: World) -> None:
    """Categories of concern are those of one school in a hundred: half of them gone is half a point of all schools."""
    schools = "insert into mart.school (urn) select 200000 + range from range(3900)"
    before = "insert into previous.school (urn) select 200000 + range from range(3900)"
    name = "ofsted_category_of_concern"
    few = f"update previous.school set {name} = 'SM' where urn > 200000 and urn <= 200060"
    kept = f"update mart.school set {name} = 'SM' where urn > 200000 and urn <= 200030"
    assert told(town, name, schools, before, few, kept) == (True, "is filled in 0.8 % of the rows; before it was in 1.5 %")
    assert told(town, name, schools, before, few, few.replace("previous", "mart")) == (False, None)


def test_what_is_right_to_be_empty_says_why_and_only_where_the_data_bear_it_out(town: World) -> None:
    name = "ofsted_leadership_and_governance"
    assert told(town, name) == (False, "no school has a report card yet")
    with_a_card = "update core.judgement set framework = 'report_card' where urn = 100021"
    assert told(town, name, with_a_card) == (True, "is filled in no row")


def test_a_column_that_others_always_fill_is_counted_among_those_that_can_have_it(town: World) -> None:
    """Whether a school is in a multi-academy trust was lost for every academy, and filled by the "no" of all others."""
    academies = "update {}.school set is_academy = true where urn > 100070"
    now, before, lost = (
        academies.format("mart"),
        academies.format("previous"),
        "update mart.school set is_in_mat = null where is_academy",
    )
    assert told(town, "is_in_mat", now, before, lost) == (True, "is filled in no row; before it was in 100.0 %")
    assert told(town, "is_in_mat", now, before) == (False, None)
    assert told(town, "is_in_mat", "update mart.school set is_academy = false") == (False, None)


@pytest.mark.parametrize(
    ("table", "column", "withheld"),
    [
        ("area_summary", "in_need", "update mart.area_summary set in_need_withheld_because = 'too little is known'"),
        (
            "area_summary",
            "high_performing",
            "update mart.area_summary set high_performing_withheld_because = 'too little is known'",
        ),
        (
            "area_summary",
            "partners_median",
            "update mart.area_summary set high_performing_withheld_because = 'too little is known'",
        ),
        ("organisation", "in_need", "update mart.question set withheld_because = 'too little is known' where question = 'in_need'"),
        ("organisation", "schools_in_need_in_reach", "update mart.question set withheld_because = 'too little is known'"),
    ],
)
def test_figures_that_are_withheld_are_no_surprise(town: World, table: str, column: str, withheld: str) -> None:
    """Of the release of May 2026 a refresh warned of 26 columns, among which nobody would have seen one that counts; what is
    withheld is told as such."""
    none = [
        f"update mart.{table} set {column} = null",
        "update mart.area_summary set in_need_withheld_because = null, high_performing_withheld_because = null",
        "update mart.question set withheld_because = null",
        "delete from previous.area_summary",
    ]
    assert told(town, column, *none, table=table) == (True, "is filled in no row")
    assert told(town, column, *none, withheld, table=table) == (False, None)


def test_the_judgement_before_is_not_in_the_report_card_releases(town: World) -> None:
    layout = "insert into mart.source_file (kind, layout) values ('ofsted_inspection', '{}')"
    none = ["delete from mart.source_file", "delete from previous.school", "update mart.school set ofsted_previous_date = null"]
    because = "the layouts of Ofsted's releases to August 2018 and from November 2025 do not tell it"
    assert told(town, "ofsted_previous_date", *none, layout.format("2025-11")) == (False, because)
    assert told(town, "ofsted_previous_date", *none, layout.format("2025-11"), layout.format("2022-07"))[0] is True


def test_a_table_without_rows_says_nothing_of_its_columns(town: World) -> None:
    layout = "insert into mart.source_file (kind, layout) values ('ofsted_inspection', '2022-07')"
    none = ["delete from mart.source_file", layout, "delete from mart.school", "delete from previous.school"]
    assert told(town, "ofsted_safeguarding", *none) == (False, None)


def test_what_an_older_folder_did_not_have_is_not_compared(town: World) -> None:
    unknown = "delete from previous.column where table_name = 'school' and column_name = 'ofsted_safeguarding'"
    fewer = "update mart.school set ofsted_safeguarding = null where urn > 100030"
    assert told(town, "ofsted_safeguarding", unknown, fewer) == (False, None)


def test_the_warnings_of_a_refresh_name_the_column_and_the_values_that_no_list_has(town: World) -> None:
    run(town.connection, "begin")
    try:
        run(town.connection, "update mart.school set ofsted_safeguarding = null where urn > 100030")
        run(
            town.connection,
            "insert into mart.unknown_code values ('gender', 'Female only', 'how like it is to others', 439, 100001, 'a file.csv')",
        )
        filled_model().build(town.connection)
        said = reported(town.connection)
    finally:
        run(town.connection, "rollback")
    assert "mart.school: the column ofsted_safeguarding is filled in 10.0 % of the rows; before it was in 80.0 %" in said
    assert said[-1] == (
        "gender: GIAS has Female only in 439 schools (first: 100001), which is not in a file.csv; "
        "how like it is to others is not known of them"
    )


def test_settings_by_the_fallback_are_told_with_their_number(town: World) -> None:
    """Without the lookup of small areas 754 of 796 radii were other ones, and nothing was said."""
    run(town.connection, "begin")
    try:
        before = reported(town.connection)
        run(town.connection, "update mart.school set setting_source = 'gias_2021' where urn <= 100002")
        (told,) = set(reported(town.connection)) - set(before)
    finally:
        run(town.connection, "rollback")
    assert told.startswith(
        "2 of 100 schools have their setting, and so how far help may come from, by the rural-urban classification of 2021"
    )


def test_a_column_that_is_never_null_cannot_be_said_to_be_empty_everywhere() -> None:
    with pytest.raises(ValueError, match="null is missing"):
        Column(type="integer", description="A number.", empty_everywhere={"because": "it is so"})
    assert contract_of("school").columns["ks2_maths_progress"].empty_everywhere is not None
