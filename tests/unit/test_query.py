"""Values written into queries of ours, and single postcodes: looked up without the libraries that would take longer to load."""

import duckdb
import numpy as np
import pytest

from warehouse.landing import postcodes
from warehouse.store import run, with_values


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


def test_a_postcode_looked_up_alone_stands_where_the_whole_directory_says() -> None:
    everywhere = postcodes.read_postcodes()
    for at in range(0, len(everywhere.padded), len(everywhere.padded) // 7):
        place = (int(everywhere.easting[at]), int(everywhere.northing[at]))
        assert postcodes.grid_reference(everywhere.padded[at].decode().replace(" ", "")) == place


def test_a_postcode_without_a_place_or_that_is_none_is_not_found() -> None:
    (letter,) = [file for file in postcodes._files() if file.name == "postcodes_G.msgpack.br"]
    columns = postcodes._columns(letter)
    without = columns[b"pcd"][int(np.flatnonzero(np.isnan(columns[b"oseast1m"]))[0])]
    assert postcodes.grid_reference(without.decode().replace(" ", "")) is None
    assert postcodes.grid_reference("ZZ99ZZ") is None
    assert postcodes.grid_reference("Q11AA") is None


def test_the_directory_as_a_table_has_every_postcode_as_text() -> None:
    everywhere = postcodes.read_postcodes()
    table = postcodes.as_table(everywhere)
    assert table.num_rows == len(everywhere.padded)
    for at in range(0, len(everywhere.padded), 10_007):
        row = {name: column[0].as_py() for name, column in zip(table.column_names, table.slice(at, 1).columns, strict=True)}
        assert row == {
            "postcode": everywhere.padded[at].decode().replace(" ", ""),
            "easting": everywhere.easting[at],
            "northing": everywhere.northing[at],
            "district_code": everywhere.district[at].decode(),
        }
    assert "" in set(table["district_code"].unique().to_pylist()) or b"" not in set(everywhere.district)
