"""Which earlier time the schools of a refresh are followed from: what a home holds, and what it does not take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from warehouse.home import Home
from warehouse.store import in_memory, run
from warehouse.time import earlier

SPRING_2017, AUTUMN_2023 = date(2017, 4, 1), date(2023, 9, 30)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with in_memory() as opened:
        run(opened, "create schema mart")
        for name, columns in earlier.READ.items():
            fields = ", ".join(f"{each} {kind}" for each, kind in {**columns, "more": "integer"}.items())
            run(opened, f"create table mart.{name} ({fields})")
        yield opened


@pytest.fixture
def home(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> Home:
    """A home that holds two times, each with the number of its year as its one school."""
    found = Home(tmp_path / "home")
    for day in (AUTUMN_2023, SPRING_2017):
        run(connection, "delete from mart.school")
        run(connection, "insert into mart.school (urn) values (?)", [day.year])
        earlier.hold(connection, found, "live", day, is_synthetic=False)
    return found


def loaded(connection: duckdb.DuckDBPyConnection, home: Home, day: date | None, source: str = "live") -> tuple[date | None, list]:
    since = earlier.load(connection, home, source, day, is_synthetic=False)
    return since, [urn for (urn,) in run(connection, "select urn from earlier.school")]


def test_the_oldest_is_taken(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    assert loaded(connection, home, date(2026, 9, 30)) == (SPRING_2017, [2017])


@pytest.mark.parametrize(
    ("day", "since"), [(date(2018, 3, 31), None), (date(2018, 4, 1), SPRING_2017), (SPRING_2017, None), (None, None)]
)
def test_none_is_taken_that_is_not_a_year_older(
    connection: duckdb.DuckDBPyConnection, home: Home, day: date | None, since: date | None
) -> None:
    assert loaded(connection, home, day) == (since, [2017] if since else [])


def test_a_year_after_the_29th_of_february_is_the_28th(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    home = Home(tmp_path / "leap")
    earlier.hold(connection, home, "live", date(2024, 2, 29), is_synthetic=False)
    assert earlier.load(connection, home, "live", date(2025, 2, 27), is_synthetic=False) is None
    assert earlier.load(connection, home, "live", date(2025, 2, 28), is_synthetic=False) == date(2024, 2, 29)


def test_invented_schools_and_those_of_another_source_are_not_taken(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    assert earlier.load(connection, home, "live", date(2026, 9, 30), is_synthetic=True) is None
    assert loaded(connection, home, date(2026, 9, 30), source="another") == (None, [])


def test_one_that_cannot_be_read_is_told_and_the_next_one_taken(
    connection: duckdb.DuckDBPyConnection, home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    (earlier.folder_of(home, "live", is_synthetic=False) / "2017-04-01.duckdb").write_bytes(b"no database")
    assert loaded(connection, home, date(2026, 9, 30)) == (AUTUMN_2023, [2023])
    assert "2017-04-01.duckdb, which cannot be read" in caplog.text


def test_what_is_held_of_a_day_is_replaced_by_what_is_held_of_it_later(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    run(connection, "update mart.school set urn = 42")
    earlier.hold(connection, home, "live", SPRING_2017, is_synthetic=False)
    assert loaded(connection, home, date(2026, 9, 30)) == (SPRING_2017, [42])
    assert sorted(path.name for path in earlier.folder_of(home, "live", is_synthetic=False).iterdir()) == [
        "2017-04-01.duckdb",
        "2023-09-30.duckdb",
    ]
