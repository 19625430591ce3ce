"""What every refresh found: kept as times for which it held, by source, whatever becomes of the published folders."""

from __future__ import annotations

import errno
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from exports.duckdb_file import MACROS
from tests.support.world import World
from transforms.errors import InputError
from warehouse import clock, publish
from warehouse.home import Home
from warehouse.store import literal, run
from warehouse.time import history

FIRST, SECOND, THIRD = (datetime(2026, 1, day, 6, 30, tzinfo=UTC).replace(tzinfo=None) for day in (5, 12, 19))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def refreshed(world: World, home: Home, at: datetime, *, source: str = "live", is_synthetic: bool = False) -> World:
    """A refresh at that time: what is kept is read, everything built, and what it found kept."""
    run(world.connection, "update landing.run set started_at = $1", [at])
    history.load_history(world.connection, home, source, is_synthetic=is_synthetic)
    world.build()
    stamp = f"{at:%Y%m%dT%H%M%SZ}"
    with history.keeping(home, source, stamp, written(world, home), is_synthetic=is_synthetic):
        pass
    return world


def written(world: World, home: Home) -> Path:
    """The three tables, as a refresh publishes them."""
    folder = home.root / "parquet"
    folder.mkdir(parents=True, exist_ok=True)
    for contract in history.kept_contracts():
        run(world.connection, f"copy {contract.table} to {literal(folder / f'{contract.name}.parquet')} (format parquet)")
    return folder


def statuses(world: World, urn: int, definition: str = "rise") -> list[tuple[str, datetime, datetime | None]]:
    rows = world.query(f"from mart.status_history where urn = {urn} and definition = '{definition}' order by valid_from")
    return [(row["status"], row["valid_from"], row["valid_to"]) for row in rows]


def trend(world: World, area: str) -> list[dict[str, Any]]:
    run(world.connection, "create schema if not exists trend")
    macro = MACROS.read_text(encoding="utf-8").split("create macro area_trend")[1]
    run(world.connection, f"create or replace macro area_trend{macro}")
    return world.query(f"from area_trend('{area}', 'rise')")


def schools(world: World) -> None:
    world.graded(world.school(100001), 3, previous=3)
    world.graded(world.school(100002, east=500), 1, previous=2)


def regrade(world: World, urn: int, grade: int) -> None:
    run(world.connection, f"update raw.ofsted_inspection set latest_overall_effectiveness = {grade} where urn = {urn}")


def test_a_status_is_kept_from_the_refresh_that_found_it_to_the_one_that_found_another(world: World, home: Home) -> None:
    schools(world)
    refreshed(world, home, FIRST)
    regrade(world, 100001, 2)
    refreshed(world, home, SECOND)
    regrade(world, 100001, 3)
    refreshed(world, home, THIRD)
    assert statuses(world, 100001) == [("in_need", FIRST, SECOND), ("neither", SECOND, THIRD), ("in_need", THIRD, None)]
    assert statuses(world, 100002) == [("high_performing", FIRST, None)]
    assert [row["refreshed_at"] for row in world.query("from mart.refresh_history")] == [FIRST, SECOND, THIRD]


def test_a_school_that_closes_ends_and_one_that_opens_begins(world: World, home: Home) -> None:
    schools(world)
    refreshed(world, home, FIRST)
    run(world.connection, "update raw.gias_establishment set status_code = '2' where urn = 100001")
    world.graded(world.school(100003, north=300), 2)
    refreshed(world, home, SECOND)
    assert statuses(world, 100001) == [("in_need", FIRST, SECOND)]
    assert statuses(world, 100003) == [("neither", SECOND, None)]


def test_a_trend_has_a_row_per_refresh_also_where_nothing_changed(world: World, home: Home) -> None:
    schools(world)
    refreshed(world, home, FIRST)
    refreshed(world, home, SECOND)
    regrade(world, 100002, 2)
    refreshed(world, home, THIRD)
    rows = [
        (row["refreshed_at"], row["high_performing"], row["in_need"], row["partners_median"]) for row in trend(world, "E92000001")
    ]
    assert rows == [(FIRST, 1, 1, 1.0), (SECOND, 1, 1, 1.0), (THIRD, 0, 1, 0.0)]
    periods = world.query("from mart.area_history where area_type = 'country' and definition = 'rise'")
    assert [(row["valid_from"], row["valid_to"]) for row in periods] == [(FIRST, THIRD), (THIRD, None)]


def test_the_same_again_adds_no_row_and_the_same_bytes(world: World, home: Home) -> None:
    schools(world)
    refreshed(world, home, FIRST)
    refreshed(world, home, SECOND)
    own = history.folder_of(home, "live", is_synthetic=False)
    first, second = sorted(path for path in own.iterdir())
    for name in ("status_history.parquet", "area_history.parquet"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_the_same_refresh_kept_twice_is_there_once(world: World, home: Home) -> None:
    schools(world)
    refreshed(world, home, FIRST)
    regrade(world, 100001, 2)
    refreshed(world, home, SECOND)
    before = [world.query(f"from mart.{name}_history order by all") for name in ("status", "area", "refresh")]
    refreshed(world, home, SECOND)
    assert [world.query(f"from mart.{name}_history order by all") for name in ("status", "area", "refresh")] == before
    own = history.folder_of(home, "live", is_synthetic=False)
    assert len(list(own.iterdir())) == 2


def test_a_refresh_that_is_not_published_leaves_nothing(world: World, home: Home) -> None:
    schools(world)
    refreshed(world, home, FIRST)
    own = history.folder_of(home, "live", is_synthetic=False)
    before = sorted(path.name for path in own.iterdir())
    failing = history.keeping(home, "live", "20260112T063000Z", written(world, home), is_synthetic=False)
    with pytest.raises(InputError, match="does not read back"), failing:
        raise InputError("The published folder does not read back")
    assert sorted(path.name for path in own.iterdir()) == before


def test_sources_and_invented_schools_have_histories_of_their_own(world: World, home: Home) -> None:
    schools(world)
    refreshed(world, home, FIRST, source="sample", is_synthetic=True)
    regrade(world, 100001, 2)
    for source in ("live", "sample"):  # a drop folder may be called sample
        refreshed(world, home, SECOND, source=source)
        assert statuses(world, 100001) == [("neither", SECOND, None)]
    regrade(world, 100001, 3)
    refreshed(world, home, THIRD, source="sample", is_synthetic=True)
    assert statuses(world, 100001) == [("in_need", FIRST, None)]


def test_sources_whose_names_differ_by_a_blank_have_histories_of_their_own(world: World, home: Home) -> None:
    """They shared a folder: the statuses of one ended with the refresh of the other."""
    schools(world)
    refreshed(world, home, FIRST, source="a b")
    regrade(world, 100001, 2)
    refreshed(world, home, SECOND, source="a_b")
    assert statuses(world, 100001) == [("neither", SECOND, None)]
    refreshed(world, home, THIRD, source="a b")
    assert statuses(world, 100001) == [("in_need", FIRST, THIRD), ("neither", THIRD, None)]


@pytest.mark.parametrize(("says", "is_taken"), [(None, True), ("a b", True), ("a_b", False)])
def test_what_earlier_versions_kept_under_a_name_that_several_had_is_found_unless_it_is_of_another(
    world: World, home: Home, *, says: str | None, is_taken: bool
) -> None:
    """``says``: of which source the folder tells that was published with it."""
    schools(world)
    refreshed(world, home, FIRST, source="a b")
    own = history.folder_of(home, "a b", is_synthetic=False)
    own.rename(own.with_name("a_b"))
    (kept,) = own.with_name("a_b").iterdir()
    publish.write_manifest(kept, {}, {})
    if says:
        (home.published / kept.name).mkdir(parents=True)
        publish.write_manifest(home.published / kept.name, {"refresh": {"source": says}}, {})
    assert [path.name for path in history.snapshots(home, "a b", is_synthetic=False)] == ([kept.name] if is_taken else [])
    refreshed(world, home, SECOND, source="a b")
    assert statuses(world, 100001) == [("in_need", FIRST if is_taken else SECOND, None)]
    assert kept.exists()  # of whom it is may not be known


def test_a_damaged_history_is_taken_from_the_one_before_and_never_begun_anew(world: World, home: Home) -> None:
    schools(world)
    refreshed(world, home, FIRST)
    refreshed(world, home, SECOND)
    own = history.folder_of(home, "live", is_synthetic=False)
    older, newer = sorted(own.iterdir())
    (newer / "status_history.parquet").write_bytes(b"damaged")
    refreshed(world, home, THIRD)
    assert statuses(world, 100001) == [("in_need", FIRST, None)]
    shutil.rmtree(older, ignore_errors=True)
    for folder in own.iterdir():
        (folder / "area_history.parquet").write_bytes(b"damaged")
    with pytest.raises(InputError, match="cannot be read") as caught:
        history.load_history(world.connection, home, "live", is_synthetic=False)
    assert "to begin anew" in str(caught.value)


def test_a_history_that_was_changed_is_not_believed_and_what_was_published_with_it_is_taken(
    world: World, home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """A good Parquet file with another status: Parquet has no hash of its own, so the one that was kept beside it tells."""
    schools(world)
    refreshed(world, home, FIRST)
    newest = refreshed_and_published(world, home, SECOND)
    path = literal(newest / "status_history.parquet")
    run(world.connection, f"copy (select * replace ('neither' as status) from {path}) to {path} (format parquet)")
    refreshed(world, home, THIRD)
    assert statuses(world, 100001) == [("in_need", FIRST, None)]
    assert [row["refreshed_at"] for row in world.query("from mart.refresh_history")] == [FIRST, SECOND, THIRD]
    assert "which is the same" in caplog.text
    assert (home.damaged / "history" / "live" / newest.name).exists()


def test_a_history_that_the_machine_will_not_read_is_not_moved_aside(
    world: World, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With too few descriptors, or too little memory, it was taken for damaged, and what was found since was lost."""
    schools(world)
    refreshed(world, home, FIRST)
    refreshed(world, home, SECOND)
    before = sorted(path.name for path in home.history.rglob("*"))

    def refused(path: Path) -> str:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE), str(path))

    monkeypatch.setattr("warehouse.durable.sha256_of", refused)
    with pytest.raises(OSError, match="Too many open files"):
        history.load_history(world.connection, home, "live", is_synthetic=False)
    assert sorted(path.name for path in home.history.rglob("*")) == before
    assert not home.damaged.exists()


def refreshed_and_published(world: World, home: Home, at: datetime) -> Path:
    """A refresh whose tables are published as well; returns where its history is kept."""
    refreshed(world, home, at)
    folder = home.published / f"{at:%Y%m%dT%H%M%SZ}"
    folder.mkdir(parents=True)
    shutil.copytree(written(world, home), folder / "parquet")
    publish.write_manifest(folder, {"refresh": {"source": "live", "is_synthetic": False}, "tables": {}}, {})
    return history.folder_of(home, "live", is_synthetic=False) / folder.name


@pytest.mark.parametrize("clock_says", [FIRST, datetime.fromisoformat("2020-01-01")])
def test_a_refresh_comes_after_those_before_it_whatever_the_clock_says(
    world: World, home: Home, clock_says: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock that was ahead once, or has gone back, would put what is found later before what was found, and end it."""
    schools(world)
    refreshed(world, home, SECOND)
    monkeypatch.setattr(clock, "now", lambda: clock_says.replace(tzinfo=UTC))
    history.load_history(world.connection, home, "live", is_synthetic=False)
    at = history.next_time(world.connection)
    assert at == SECOND + timedelta(seconds=1)
    regrade(world, 100001, 2)
    refreshed(world, home, at)
    assert statuses(world, 100001) == [("in_need", SECOND, at), ("neither", at, None)]


def test_what_is_kept_can_be_read_by_any_reader_of_parquet(world: World, home: Home) -> None:
    schools(world)
    refreshed(world, home, FIRST)
    (folder,) = history.folder_of(home, "live", is_synthetic=False).iterdir()
    found = duckdb.connect().execute(f"select count(*) from read_parquet({literal(folder / 'status_history.parquet')})").fetchall()
    assert found == [(6,)]  # two schools, three definitions
