"""``sql/match/`` says what it says in SQL that other engines have too; ``make portability`` runs it on one."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from tests.portability.compare import Compared, Table, compared
from tests.portability.dialect import (
    INSTEAD,
    PORTABLE,
    NotPortableError,
    functions,
    macros,
    our_macros,
    portable,
    spark_sql,
    written_out,
)
from warehouse.model import Model, load_macros, read_models

MATCH = read_models("match")


def model(sql: str) -> Model:
    return Model("match.x", sql, Path("x.sql"))


def spark(sql: str, text: str = "") -> str:
    return " ".join(spark_sql(model(sql), macros(text)).split())


@pytest.mark.parametrize("each", MATCH, ids=lambda each: each.name)
def test_a_model_of_the_match_uses_no_function_that_only_duckdb_knows(each: Model) -> None:
    portable(each, our_macros())


def test_every_function_that_is_listed_as_portable_is_used() -> None:
    used = set().union(*(functions(portable(each, our_macros())) for each in MATCH))
    assert set(PORTABLE) - used == set()


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("select len([1])", "length"),
        ("select list_position([1], 1)", "list_position"),
        ("select list_concat([1], [2])", "array_concat"),
        ("select format('{}', 1)", "format"),
        ("select some_macro_that_is_not_there(1)", "some_macro_that_is_not_there"),
        ("select list_transform([1], lambda x: x)", "transform"),
    ],
)
def test_what_only_duckdb_knows_is_refused_by_name_and_what_says_the_same_is_told(sql: str, name: str) -> None:
    with pytest.raises(NotPortableError, match=rf"match\.x uses what other engines may not have.* {name}\b") as caught:
        portable(model(sql), our_macros())
    assert INSTEAD.get(name, "") in str(caught.value)


def test_what_a_macro_uses_is_asked_for_as_well() -> None:
    with pytest.raises(NotPortableError, match="list_position"):
        portable(model("select f(1)"), macros("create macro f(x) as list_position([1], x)"))


def test_macros_are_written_out_from_their_own_text_each_argument_in_brackets_and_macros_in_macros_too() -> None:
    text = "create or replace macro twice(x) as x * 2; create or replace macro sum_of(x, y) as twice(x) + t.x + y"
    assert spark("select sum_of(y + 1, x) from s.t as t", text) == "SELECT ( ( ( ( y + 1 ) ) * 2 ) + t.x + ( x ) ) FROM s.t AS t"


@pytest.mark.parametrize(
    "call", ["metres(2.5)", "grid_distance(1, 2, 4, 6)", "cell_at(6, 10, 20, 30)", "percent_of(1, 3)", "wilson_upper(20.0, 50)"]
)
def test_a_macro_that_is_written_out_gives_what_duckdb_makes_of_it(call: str) -> None:
    connection = duckdb.connect()
    load_macros(connection)
    tree = written_out(sqlglot.parse_one(f"select {call}", read="duckdb"), our_macros())
    assert [each.name for each in tree.find_all(exp.Anonymous)] == []
    assert connection.execute(tree.sql("duckdb")).fetchall() == connection.execute(f"select {call}").fetchall()


def test_what_sqlglot_leaves_as_it_is_is_translated() -> None:
    assert spark("with a as materialized (select 1 as x) select x from a") == "WITH a AS ( SELECT 1 AS x ) SELECT x FROM a"
    assert spark("select 100.0 * x / y from s.t") == "SELECT CAST(100.0 * x AS DOUBLE) / y FROM s.t"
    assert spark("select coalesce(x, error('none')) from s.t") == "SELECT COALESCE(x, RAISE_ERROR('none')) FROM s.t"


COLUMNS = ("urn", "phase", "distance_m", "reasons")
ROWS = [(1, "primary", 10.0, ["a", "b"]), (2, "primary", None, []), (2, "primary", None, [])]


def beside(*rows: tuple[object, ...], columns: tuple[str, ...] = COLUMNS) -> Compared:
    return compared(Table(COLUMNS, ROWS), Table(columns, list(rows)), "Spark")


def test_rows_in_another_order_are_equal_and_so_are_numbers_but_for_their_last_places() -> None:
    assert beside(ROWS[1], ROWS[0], ROWS[2]) == Compared(0, [])
    assert beside((1, "primary", 10.0 + 1e-9, ["a", "b"]), *ROWS[1:]) == Compared(1, [])


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([(1, "primary", 10.0001, ["a", "b"]), *ROWS[1:]], "urn 1, phase primary: distance_m: 10.0 in DuckDB, 10.0001 in Spark"),
        ([(1, "primary", None, ["a", "b"]), *ROWS[1:]], "urn 1, phase primary: distance_m: 10.0 in DuckDB, None in Spark"),
        ([(1, "primary", 10.0, ["b", "a"]), *ROWS[1:]],
         "urn 1, phase primary: reasons: ('a', 'b') in DuckDB, ('b', 'a') in Spark"),
        (ROWS[:2], "urn 2, phase primary: only in DuckDB: (2, 'primary', None, ())"),
        ([*ROWS, ROWS[0]], "urn 1, phase primary: only in Spark: (1, 'primary', 10.0, ('a', 'b'))"),
    ],
    ids=["a number", "null", "the order in a list", "a row too few", "a row twice"],
)  # fmt: skip
def test_a_difference_is_told_by_row_and_column(rows: list[tuple[object, ...]], said: str) -> None:
    assert beside(*rows) == Compared(0, [said])


def test_other_columns_are_a_difference() -> None:
    assert beside(*ROWS, columns=("urn", "phase", "reasons", "distance_m")).differences == [
        "columns: urn, phase, distance_m, reasons in DuckDB, urn, phase, reasons, distance_m in Spark"
    ]
