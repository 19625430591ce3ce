"""What a refresh is compared with: the folder published before, of the same source if there is one, as far as it can be read."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli.main import app
from tests.conftest import copy_of
from warehouse.home import Home
from warehouse.store import run
from warehouse.time.previous import FOLDER, load_previous, tables


def counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    return {table: connection.execute(f"select count(*) from {table}").fetchall()[0][0] for table in tables()}


def folder_of(connection: duckdb.DuckDBPyConnection) -> tuple[str, bool]:
    ((source, is_same_source),) = connection.execute(f"select source, is_same_source from {FOLDER}").fetchall()
    return source, is_same_source


@pytest.fixture
def own(published_home: Home, tmp_path: Path) -> Home:
    """A copy of the home, to be changed."""
    return copy_of(published_home, tmp_path / "home")


def change(home: Home, folder: str, sql: str) -> None:
    with duckdb.connect(home.published / folder / "schoolmatch.duckdb") as published:
        published.execute(sql)


def test_the_folder_published_before_from_the_same_source_is_what_counts(published_home: Home) -> None:
    with duckdb.connect() as connection:
        assert load_previous(connection, published_home, "drop", is_synthetic=True)
        found = counts(connection)
        assert all(found.values())
        assert folder_of(connection) == ("drop", True)
        with duckdb.connect(published_home.latest / "schoolmatch.duckdb", read_only=True) as latest:
            for table, published in {"previous.school_status": "school_status", "previous.match": "match"}.items():
                assert [(found[table],)] == latest.execute(f"select count(*) from mart.{published}").fetchall()


def test_a_folder_of_another_source_is_compared_with_and_called_so_but_invented_schools_never_with_real_ones(
    published_home: Home,
) -> None:
    with duckdb.connect() as connection:
        assert load_previous(connection, published_home, "2017", is_synthetic=True)
        assert folder_of(connection) == ("drop", False)
        assert load_previous(connection, published_home, "drop", is_synthetic=False) is None
        assert set(counts(connection).values()) == {0}


def test_an_older_folder_of_the_same_source_counts_before_a_newer_one_of_another(own: Home) -> None:
    latest = own.latest.resolve()
    shutil.copytree(latest, own.published / "20200101T000000Z")
    change(own, latest.name, "update mart.refresh set source = 'another'")
    with duckdb.connect() as connection:
        folder = load_previous(connection, own, "drop", is_synthetic=True)
    assert folder is not None
    assert folder.stamp == "20200101T000000Z"


def test_a_home_without_a_folder_or_with_one_of_other_tables_has_none(own: Home, tmp_path: Path) -> None:
    change(own, "latest", "drop table mart.school_status")
    with duckdb.connect() as connection:
        assert load_previous(connection, own, "drop", is_synthetic=True) is None
        assert load_previous(connection, Home(tmp_path / "empty"), "drop", is_synthetic=True) is None
        assert set(counts(connection).values()) == {0}


def test_a_folder_that_is_no_database_any_more_is_passed_over(own: Home) -> None:
    shutil.copytree(own.latest.resolve(), own.published / "20200101T000000Z")
    (own.latest / "schoolmatch.duckdb").write_bytes(b"not a database")
    with duckdb.connect() as connection:
        folder = load_previous(connection, own, "drop", is_synthetic=True)
    assert folder is not None
    assert folder.stamp == "20200101T000000Z"


def test_a_folder_whose_tables_are_damaged_is_told_and_passed_over(own: Home, caplog: pytest.LogCaptureFixture) -> None:
    """A flipped byte behind a catalogue that can be read stopped every refresh, for ever."""
    shutil.copytree(own.latest.resolve(), own.published / "20200101T000000Z")
    path = own.latest / "schoolmatch.duckdb"
    whole = path.read_bytes()
    outcomes = set()
    for at in range(len(whole) // 8, len(whole), len(whole) // 8):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
        caplog.clear()
        with duckdb.connect() as connection:
            folder = load_previous(connection, own, "drop", is_synthetic=True)
        assert folder is not None
        outcomes.add(folder.stamp)
        assert folder.stamp != "20200101T000000Z" or str(own.published) in caplog.text
    assert "20200101T000000Z" in outcomes


def test_of_an_older_version_what_it_told_is_compared(own: Home) -> None:
    change(own, "latest", "alter table mart.school drop column ofsted_inspected_urn; drop table mart.reason")
    with duckdb.connect() as connection:
        assert load_previous(connection, own, "drop", is_synthetic=True)
        found = counts(connection)
        told = {name for (name,) in run(connection, "select column_name from previous.column where table_name = 'school'")}
        inspected = run(connection, "select distinct ofsted_inspected_urn from previous.school")
    assert found["previous.school_status"] > 0
    assert found["previous.reason"] == 0
    assert found["previous.school"] > 0
    assert "ofsted_date" in told
    assert "ofsted_inspected_urn" not in told
    assert inspected == [(None,)]


def test_status_is_given_as_csv(published_home: Home) -> None:
    result = CliRunner().invoke(app, ["status", "--csv", "--home", str(published_home.root)])
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0].startswith("source,title,publisher,name,as_at")
    assert any(line.startswith("ofsted_inspection,") for line in lines)
