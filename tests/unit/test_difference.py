"""The values in which a published folder differs from the one before: found by the contract, whatever the table and its columns."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from tests.support.world import World
from warehouse.store import rows_as_dicts, run
from warehouse.time.difference import Column, Compared, change_models, code_model, compared_tables, value_model
from warehouse.time.previous import previous_of, tables

CLUB = Compared(
    "club", ("town", "name"), (Column("colour", "kit"), Column("grounds", "place"), Column("league", "league", "league"))
)

Row = tuple[str, str | None, str | None, list[str] | None, str | None]
Told = tuple[str, str, str | None, str | None]


def told(before: list[Row], now: list[Row], *, had: tuple[str, ...] = ("colour", "grounds", "league")) -> list[dict[str, Any]]:
    """What differs of two snapshots of clubs; ``had``: the columns that the folder before has."""
    with duckdb.connect() as connection:
        for schema, rows in (("mart", now), ("previous", before)):
            run(connection, f"create schema {schema}")
            run(connection, f"create table {schema}.club (town text, name text, colour text, grounds text[], league text)")
            for row in rows:
                run(connection, f"insert into {schema}.club values (?, ?, ?, ?, ?)", list(row))
        run(connection, "create table previous.column (table_name text, column_name text)")
        run(connection, "insert into previous.column select 'club', unnest($1)", [list(had)])
        value_model([CLUB]).build(connection)
        code_model([CLUB]).build(connection)
        listed = rows_as_dicts(connection, "from change.listed_code order by all")
        assert all(row["rows_before"] + row["rows_now"] > 0 for row in listed)
        return rows_as_dicts(connection, "from change.value order by name, column_name")


def values(rows: list[dict[str, Any]]) -> list[Told]:
    return [(row["name"], row["column_name"], row["before"], row["now"]) for row in rows]


YORK: Row = ("York", "City", "red", ["a", "b"], "L1")


def test_a_value_that_differs_is_told_with_its_key_and_what_it_is_about_and_no_other() -> None:
    (row,) = told([YORK], [("York", "City", "blue", ["a", "b"], "L1")])
    assert row == {
        "table_name": "club", "town": "York", "name": "City", "was_there": True, "is_there": True,
        "column_name": "colour", "about": "kit", "code_list": None, "before": "red", "now": "blue",
    }  # fmt: skip
    assert told([YORK], [YORK]) == []


@pytest.mark.parametrize(("before", "now"), [("red", None), (None, "red")])
def test_a_value_that_comes_or_goes_is_told_as_null_and_two_nulls_are_the_same(before: str | None, now: str | None) -> None:
    one, other = ("York", "City", before, None, "L1"), ("York", "City", now, None, "L1")
    assert values(told([one], [other])) == [("City", "colour", before, now)]
    assert told([one], [one]) == []


def test_a_list_differs_where_its_items_or_their_order_do() -> None:
    assert values(told([YORK], [("York", "City", "red", ["b", "a"], "L1")])) == [("City", "grounds", "[a, b]", "[b, a]")]
    assert values(told([YORK], [("York", "City", "red", None, "L1")])) == [("City", "grounds", "[a, b]", None)]
    assert told([YORK], [("York", "City", "red", ["a", "b"], "L1")]) == []


def test_a_row_that_came_or_went_is_told_by_every_value_it_has() -> None:
    rows = told([("York", "Rovers", "red", None, "L1")], [("York", "City", None, None, "L2")])
    assert values(rows) == [("City", "league", None, "L2"), ("Rovers", "colour", "red", None), ("Rovers", "league", "L1", None)]
    assert {(row["name"], row["was_there"], row["is_there"]) for row in rows} == {("City", False, True), ("Rovers", True, False)}


def test_a_key_with_a_null_finds_its_row_again() -> None:
    assert values(told([("York", None, "red", None, None)], [("York", None, "blue", None, None)])) == [
        (None, "colour", "red", "blue")
    ]


def test_a_column_that_the_folder_before_does_not_have_is_not_told_and_nothing_of_a_table_that_it_lacks() -> None:
    before: Row = ("York", "City", None, None, None)
    assert values(told([before], [YORK], had=("grounds",))) == [("City", "grounds", None, "[a, b]")]
    assert told([], [YORK], had=()) == []


def test_codes_are_counted_at_both_times(world: World) -> None:
    for urn in (100001, 100002):
        world.school(urn, urban_rural_code="A1")
    world.build().remember()
    run(world.connection, "update raw.gias_establishment set urban_rural_code = 'UN1' where urn = 100002")
    rows = world.build().query("from change.listed_code where code_list = 'urban_rural_code' order by code")
    assert [(row["code"], row["rows_before"], row["rows_now"]) for row in rows] == [("A1", 2, 1), ("UN1", 0, 1)]


def test_the_contract_names_columns_that_are_published_and_kept_of_the_folder_before(world: World) -> None:
    world.build(tables=["mart.change"])
    for compared in compared_tables():
        published = {row["column_name"] for row in world.query(f"describe mart.{compared.table}")}
        named = {*compared.key, *(column.name for column in compared.columns)}
        assert named <= published, compared.table
        assert named <= set(tables()[previous_of(compared.table)]), compared.table


def test_every_model_of_changes_says_at_its_head_what_a_row_is() -> None:
    assert all(model.description.startswith("One row") for model in change_models())
