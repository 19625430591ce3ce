"""Parquet: the tables as they are, with words in the file, and the same bytes for the same tables."""

import json
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from exports.parquet import ROW_GROUP, common_metadata, copy_described, write_parquet
from tests.support.published import published_tables_of_a_few_schools
from tests.unit.test_contract_checks import EMPTY
from warehouse.contract import Column, read_contracts

CONTRACTS = read_contracts()
NAMES = list(CONTRACTS)


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return published_tables_of_a_few_schools()


@pytest.fixture(scope="module")
def folder(connection: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parquet") / "parquet"
    write_parquet(connection, folder, is_synthetic=False)
    return folder


def test_there_is_a_file_per_published_table_and_no_other(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{name}.parquet" for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_has_the_rows_of_its_table_in_their_order(connection: duckdb.DuckDBPyConnection, folder: Path, name: str) -> None:
    cursor = connection.execute(f"from mart.{name}")
    columns = [column[0] for column in cursor.description or []]
    rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    assert pq.read_table(folder / f"{name}.parquet").to_pylist() == rows
    assert rows or name in EMPTY


@pytest.mark.parametrize("name", NAMES)
def test_every_column_says_what_it_means_to_arrow_and_as_json(folder: Path, name: str) -> None:
    columns = CONTRACTS[name].columns
    schema = pq.read_schema(folder / f"{name}.parquet")
    assert {field.name: field.metadata[b"description"].decode() for field in schema} == {
        column: about.meaning for column, about in columns.items()
    }
    assert {field.name: field.metadata[b"unit"].decode() for field in schema if b"unit" in field.metadata} == {
        column: about.unit for column, about in columns.items() if about.unit
    }
    keys = pq.read_metadata(folder / f"{name}.parquet").metadata
    assert json.loads(keys[b"columns"]) == {column: about.meaning for column, about in columns.items()}
    assert keys[b"description"].decode() == CONTRACTS[name].row
    assert b"Open Government Licence v3.0" in keys[b"licence"]
    assert schema.metadata[b"licence"] == keys[b"licence"]
    assert b"label" not in keys


def test_files_are_compressed_with_zstd(folder: Path) -> None:
    column = pq.read_metadata(folder / "school.parquet").row_group(0).column(0)
    assert (column.compression, column.statistics.min, column.statistics.max) == ("ZSTD", 100001, 100007)


def test_the_same_tables_give_the_same_bytes(connection: duckdb.DuckDBPyConnection, folder: Path, tmp_path: Path) -> None:
    write_parquet(connection, tmp_path / "again", is_synthetic=False)
    for path in folder.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name


def test_many_rows_are_written_in_groups_in_order_and_in_the_same_bytes(tmp_path: Path) -> None:
    rows = 3 * ROW_GROUP + 1
    columns = {"n": Column(type="bigint", description="A number.")}
    written = []
    with duckdb.connect(config={"threads": 4}) as connection:
        connection.execute(f"create table t as select range as n from range({rows})")
        for name in ("one", "two"):
            copy_described(connection, "t", tmp_path / name, columns, common_metadata("Numbers.", is_synthetic=False))
            written.append((tmp_path / name).read_bytes())
    file = pq.ParquetFile(tmp_path / "one")
    assert [file.metadata.row_group(group).num_rows for group in range(4)] == [ROW_GROUP] * 3 + [1]
    assert file.read()["n"].to_pylist() == list(range(rows))
    assert written[0] == written[1]


def test_a_synthetic_sample_says_so_in_every_file(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    for path in write_parquet(connection, tmp_path / "parquet", is_synthetic=True):
        keys = pq.read_metadata(path).metadata
        assert keys[b"label"] == b"synthetic sample"
        assert keys[b"description"].startswith(b"SYNTHETIC SAMPLE")
        assert pq.read_schema(path).metadata[b"label"] == b"synthetic sample"
