"""A power cut while something is published leaves the old or the new, whole; what was published is not lost from history."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from tests.support.power_cut import State, lay_out, states_after_power_cut
from transforms.errors import InputError
from warehouse import durable, publish
from warehouse.home import Home
from warehouse.time import history, settle

OLD, NEW = "20260101T000000Z", "20260102T000000Z"
TABLES = [contract.name for contract in history.kept_contracts()]


def build(folder: Path, stamp: str, *, source: str = "live", sources: Sequence[str] = ()) -> None:
    """A small folder as a refresh builds it, with DuckDB's own writes in it, made from files of these hashes."""
    (folder / "parquet").mkdir()
    with duckdb.connect(folder / publish.DUCKDB_FILE) as connection:
        connection.execute("create schema mart; create table mart.school as from range(3)")
        for table in TABLES:
            target = folder / "parquet" / f"{table}.parquet"
            connection.execute(f"copy (select '{stamp}' as stamp) to '{target}' (format parquet)")
    about = {"refresh": {"source": source, "is_synthetic": False}, "sources": [{"sha256": sha256} for sha256 in sources]}
    publish.write_manifest(folder, about | {"tables": {"mart.school": 3}}, {})


def publish_into(home: Home, stamp: str, *, source: str = "live") -> None:
    """Build a small folder, publish it, keep its history and finish, as a refresh does."""
    with publish.building(home, stamp) as folder:
        build(folder, stamp, source=source)
        with history.keeping(home, source, stamp, folder / "parquet", is_synthetic=False):
            publish.publish(home, folder, stamp)
    settle.finish(home, source, stamp, [])


def states(tmp_path: Path) -> list[State]:
    home = Home(tmp_path / "home")
    publish_into(home, OLD)
    while_it_publishes, once_it_has = states_after_power_cut(home.root, lambda: publish_into(home, NEW))
    assert {state["published/latest"] for state in once_it_has} == {NEW}
    return while_it_publishes


def faults(states: list[State], tmp_path: Path) -> list[str]:
    """What is wrong in each state: ``latest`` not the old or the new, or not whole."""
    found = []
    for state in states:
        home = Home(lay_out(state, tmp_path / "after"))
        stamp = home.latest.resolve().name
        if stamp not in (OLD, NEW):
            found.append(f"latest leads to {stamp}")
        else:
            try:
                publish.verify_files(home.latest)
            except InputError as error:
                found.append(str(error))
        shutil.rmtree(home.root)
    return found


def test_after_a_power_cut_latest_is_the_old_folder_or_the_new_one_whole(tmp_path: Path) -> None:
    """Whatever of the names and of the bytes that were not synced by then is lost."""
    every = states(tmp_path)
    assert len(every) > 50
    assert faults(every, tmp_path) == []
    assert {state["published/latest"] for state in every} == {OLD, NEW}


def test_what_was_published_into_a_new_home_stays_published(tmp_path: Path) -> None:
    """The folders above it are new as well: their names are on the disk once it is done."""
    home = Home(tmp_path / "home")
    home.root.mkdir()
    while_it_publishes, once_it_has = states_after_power_cut(home.root, lambda: publish_into(home, NEW))
    assert faults([state for state in while_it_publishes if "published/latest" in state], tmp_path) == []
    assert all(state.get("published/latest") == NEW for state in once_it_has)
    assert all(f"history/live/{NEW}/" in state for state in once_it_has)


def test_the_disk_that_forgets_would_find_what_is_not_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the test above cannot pass because it sees nothing: without syncing a folder's files, latest may be torn."""
    monkeypatch.setattr(durable, "sync_tree", lambda folder: None)
    assert faults(states(tmp_path), tmp_path)


def test_the_next_refresh_after_a_power_cut_finds_in_history_what_was_published(tmp_path: Path) -> None:
    """The newest of what is kept is latest's, whole, and nothing half-done is left, in every state that a power cut may leave."""
    for state in states(tmp_path):
        home = Home(lay_out(state, tmp_path / "after"))
        settle.settle(home)
        kept = history.snapshots(home, "live", is_synthetic=False)
        assert kept[-1].name == home.latest.resolve().name
        publish.verify_files(kept[-1])
        left = [path for folder in (home.published, kept[-1].parent) for path in folder.iterdir() if path.name.startswith(".")]
        assert left == []
        shutil.rmtree(home.root)
