"""Values written into queries of ours: what arrives is what was given, whatever it holds."""

import duckdb
import pytest

from warehouse.query import with_values
from warehouse.store import run


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        0,
        -7,
        2**62,
        0.1,
        -1e-300,
        1e22,
        float("inf"),
        "",
        "O'Hara",
        "''",
        "a\nb -- c",
        "$other",
        "\\",
        ["a", "b'"],
        [1, 2],
    ],
)
def test_a_value_arrives_as_it_is(value: object) -> None:
    with duckdb.connect() as connection:
        assert run(connection, with_values("select $value", {"value": value})) == [(value,)]


def test_a_number_that_is_none_stays_none() -> None:
    with duckdb.connect() as connection:
        assert run(connection, with_values("select isnan($value)", {"value": float("nan")})) == [(True,)]


def test_names_in_comments_and_texts_are_no_names() -> None:
    sql = "-- $value's line\nselect $value, 'it''s $value', '--', $value -- $value\n"
    with duckdb.connect() as connection:
        assert run(connection, with_values(sql, {"value": "x\nunion all select 1"})) == [
            ("x\nunion all select 1", "it's $value", "--", "x\nunion all select 1")
        ]


def test_a_name_without_a_value_and_a_value_that_cannot_be_written_are_refused() -> None:
    with pytest.raises(KeyError, match="other"):
        with_values("select $other", {"value": 1})
    with pytest.raises(TypeError, match="bytes is no value"):
        with_values("select $value", {"value": b"x"})
