"""Dagster's databases: one that is damaged is moved aside, so that neither daemon nor refresh stops for it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from orchestration.databases import set_damaged_aside
from warehouse.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    for name in ("history/runs.db", "history/runs/index.db", "schedules/schedules.db", "history/runs/a-1.db"):
        path = home.dagster / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(
                "create table some as with recursive n(x) as (select 1 union all select x + 1 from n limit 5000) select x from n"
            )
            connection.execute("create index one on some (x)")
            connection.commit()
    return home


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:20_000])


def _pages(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096::977] = bytes(byte ^ 0xFF for byte in content[4096::977])
    path.write_bytes(content)


def _of_a_newer_sqlite(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[18:20] = b"\x09\x09"
    path.write_bytes(content)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("name", ["history/runs.db", "history/runs/index.db", "schedules/schedules.db", "history/runs/a-1.db"])
@pytest.mark.parametrize("damage", [_cut, _pages, _of_a_newer_sqlite, _folder, lambda path: path.write_bytes(b"rubbish" * 500)])
def test_a_database_that_is_damaged_is_moved_aside_and_the_others_stay(
    home: Home, name: str, damage: Callable[[Path], object], caplog: pytest.LogCaptureFixture
) -> None:
    """Before, each stopped `schoolmatch refresh` and the daemon with SQLAlchemy's error, for good."""
    damage(home.dagster / name)
    (home.dagster / f"{name}-wal").write_bytes(b"of the damaged one")
    set_damaged_aside(home)
    assert not (home.dagster / name).exists()
    assert not (home.dagster / f"{name}-wal").exists()
    assert (home.damaged / Path(name).name).exists()
    assert len(list(home.dagster.rglob("*.db"))) == 3
    assert f"{name} is damaged" in caplog.text


def test_databases_that_are_whole_empty_or_in_use_stay(home: Home) -> None:
    (home.dagster / "history" / "runs.db").write_bytes(b"")  # SQLite takes an empty file for an empty database
    with closing(sqlite3.connect(home.dagster / "schedules" / "schedules.db", timeout=0)) as other:
        other.execute("begin exclusive")
        set_damaged_aside(home)
    assert len(list(home.dagster.rglob("*.db"))) == 4
    assert not home.damaged.exists()
