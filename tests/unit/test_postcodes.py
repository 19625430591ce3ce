"""The postcode directory: one postcode is where the whole says, and a table of it is believed only as it was left."""

from collections.abc import Iterator

import duckdb
import numpy as np
import pytest

from warehouse.landing import postcodes, raw
from warehouse.store import run

FEW = postcodes.Postcodes(
    np.array([b"SW1A1AA", b"B1  1AA", b"LE1 1AA"]),
    np.array([529_090, 406_000, 458_700]),
    np.array([179_645, 286_000, 304_500]),
    np.array([b"E09000033", b"E08000025", b""], dtype="S9"),
)
ROWS = [("B11AA", 406_000, 286_000, "E08000025"), ("LE11AA", 458_700, 304_500, ""), ("SW1A1AA", 529_090, 179_645, "E09000033")]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often the package was read: three postcodes of it."""
    found: list[str] = []

    def read() -> list[postcodes.Postcodes]:
        found.append("read")
        return [FEW]

    monkeypatch.setattr(postcodes, "read_letters", read)
    return found


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def rows(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return run(connection, "from raw.ons_postcode order by all")


def test_postcodes_are_read_once(connection: duckdb.DuckDBPyConnection, reads: list[str]) -> None:
    counts = [raw.load_postcodes(connection) for _ in range(3)]
    assert counts == [{"raw.ons_postcode": 3}] * 3
    assert reads == ["read"]
    assert rows(connection) == ROWS


@pytest.mark.parametrize(
    "damage",
    [
        "update raw.ons_postcode set easting = easting + 1 where postcode = 'B11AA'",
        "delete from raw.ons_postcode where postcode = 'B11AA'",
        "insert into raw.ons_postcode values ('X11XX', 1, 1, '')",
        "comment on table raw.ons_postcode is null",
        "alter table raw.ons_postcode drop column district_code",
        "drop table raw.ons_postcode",
    ],
)
def test_postcodes_that_are_not_as_they_were_left_are_read_anew(
    connection: duckdb.DuckDBPyConnection, reads: list[str], damage: str
) -> None:
    raw.load_postcodes(connection)
    run(connection, damage)
    assert raw.load_postcodes(connection) == {"raw.ons_postcode": 3}
    assert rows(connection) == ROWS
    assert reads == ["read", "read"]


def test_postcodes_of_another_package_are_read_anew(
    connection: duckdb.DuckDBPyConnection, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    raw.load_postcodes(connection)
    monkeypatch.setattr(postcodes, "provenance", lambda: ("a package of later", "0" * 64, 1))
    raw.load_postcodes(connection)
    assert reads == ["read", "read"]
    assert run(connection, "select name, rows from landing.postcodes_file") == [("a package of later", 3)]


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
