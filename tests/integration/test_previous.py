"""What a refresh is held against: the folder published before, where it is of the same source and of our tables."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from warehouse.home import Home
from warehouse.previous import TABLES, load_previous


def counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    return {table: connection.execute(f"select count(*) from {table}").fetchall()[0][0] for table in TABLES}


def test_the_folder_published_before_from_the_same_source_is_what_counts(published_home: Home) -> None:
    with duckdb.connect() as connection:
        assert load_previous(connection, published_home, "drop")
        found = counts(connection)
        assert found["previous.parameter"] > 20
        with duckdb.connect(published_home.latest / "schoolmatch.duckdb", read_only=True) as latest:
            assert [(found["previous.school_status"],)] == latest.execute("select count(*) from mart.school_status").fetchall()


@pytest.mark.parametrize("source", ["live", "2017"])
def test_a_folder_of_another_source_is_none(published_home: Home, source: str) -> None:
    with duckdb.connect() as connection:
        assert not load_previous(connection, published_home, source)
        assert set(counts(connection).values()) == {0}


def test_a_home_without_a_folder_or_with_one_of_other_tables_has_none(published_home: Home, tmp_path: Path) -> None:
    home = Home(Path(shutil.copytree(published_home.root, tmp_path / "home", symlinks=True)))
    with duckdb.connect(home.latest / "schoolmatch.duckdb") as published:
        published.execute("drop table mart.school_status")
    with duckdb.connect() as connection:
        assert not load_previous(connection, home, "drop")
        assert not load_previous(connection, Home(tmp_path / "empty"), "drop")
        assert set(counts(connection).values()) == {0}


def test_status_is_given_as_csv(published_home: Home) -> None:
    result = CliRunner().invoke(app, ["status", "--csv", "--home", str(published_home.root)])
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0].startswith("source,title,publisher,name,as_at")
    assert any(line.startswith("ofsted_inspection,") for line in lines)
