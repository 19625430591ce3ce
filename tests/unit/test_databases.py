"""Dagster's databases: one that is damaged is moved aside, so that neither daemon nor refresh stops for it."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from orchestration.databases import kept_open, set_damaged_aside
from orchestration.instance import end_lost_runs, prepare_dagster_home
from transforms.errors import InputError
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
    assert (home.damaged / Path(name).name.replace("a-1", "run")).exists()
    assert len(list(home.dagster.rglob("*.db"))) == 3
    assert f"{name} is damaged" in caplog.text


def test_databases_that_are_whole_empty_or_in_use_stay(home: Home) -> None:
    (home.dagster / "history" / "runs.db").write_bytes(b"")  # SQLite takes an empty file for an empty database
    with closing(sqlite3.connect(home.dagster / "schedules" / "schedules.db", timeout=0)) as other:
        other.execute("begin exclusive")
        set_damaged_aside(home)
    assert len(list(home.dagster.rglob("*.db"))) == 4
    assert not home.damaged.exists()


@pytest.mark.parametrize(
    ("name", "table"), [("history/runs.db", "runs"), ("history/runs.db", "kvs"), ("schedules/schedules.db", "jobs")]
)
def test_one_that_lacks_a_table_is_moved_aside_and_dagster_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, table: str
) -> None:
    """Dagster makes its tables once: a database without one stopped every refresh with a traceback ("no such table"), for good."""
    monkeypatch.setenv("DAGSTER_HOME", "")
    home = Home(tmp_path)
    end_lost_runs(Home(prepare_dagster_home(home).parent))
    assert not home.damaged.exists()  # one that is whole has all of them
    with closing(sqlite3.connect(home.dagster / name)) as connection:
        connection.execute(f"drop table {table}")
        connection.commit()
    prepare_dagster_home(home)
    end_lost_runs(home)
    assert (home.damaged / Path(name).name).exists()
    with closing(sqlite3.connect(home.dagster / name)) as connection:
        assert connection.execute("select 1 from sqlite_master where name = ?", [table]).fetchall() == [(1,)]


def test_a_folder_in_the_place_of_a_file_and_a_file_in_that_of_a_folder_are_moved_aside(tmp_path: Path) -> None:
    """A folder for the lock of a run, or for Dagster's settings: a traceback at every start."""
    home = Home(tmp_path)
    for folder in ("dagster.yaml", "at_work/some.lock"):
        (home.dagster / folder).mkdir(parents=True)
    for file in ("history", "schedules"):
        (home.dagster / file).touch()
    set_damaged_aside(home)
    assert sorted(path.name for path in home.damaged.iterdir()) == ["at_work.lock", "dagster.yaml", "history", "schedules"]
    assert [path.name for path in home.dagster.rglob("*")] == ["at_work"]


@pytest.mark.parametrize(("name", "is_refused"), [("a%20b", True), ("a?b", True), ("a#b%c", False), ("a%zz [b]*';", False)])
def test_a_home_whose_path_dagster_takes_for_an_address_is_refused_and_others_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, *, is_refused: bool
) -> None:
    """Of ``a?b`` Dagster wrote its runs into ``a``, beside it; of ``a%20b`` it opened nothing, and it was told of permissions."""
    monkeypatch.setenv("DAGSTER_HOME", "")
    home = Home(tmp_path / name)
    if is_refused:
        with pytest.raises(InputError, match=r"takes for a part of an address.*What to do: give the home another path"):
            prepare_dagster_home(home)
        assert list(tmp_path.iterdir()) == []
    else:
        prepare_dagster_home(home)
        end_lost_runs(home)
        assert (home.dagster / "history" / "runs.db").exists()
        assert list(tmp_path.iterdir()) == [home.root]


def write(path: Path, times: int = 1) -> None:
    """As Dagster does it: an engine for each event, and nothing left open."""
    for _ in range(times):
        engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
        with engine.begin() as connection:
            connection.execute(text("pragma journal_mode = wal"))
            connection.execute(text("create table if not exists event (number integer)"))
        with engine.begin() as connection:
            connection.execute(text("insert into event values (1)"))
        engine.dispose()


def test_a_database_that_is_kept_open_is_not_written_out_at_every_event_and_is_whole_afterwards(tmp_path: Path) -> None:
    """A thousand events a refresh waited for the disk: half of its time."""
    home = Home(tmp_path)
    path = home.dagster / "history" / "runs" / "index.db"
    path.parent.mkdir(parents=True)
    with kept_open(home):
        write(path, 3)
        assert path.with_name("index.db-wal").stat().st_size > 0
        with closing(sqlite3.connect(path)) as other:
            assert other.execute("select count(*) from event").fetchall() == [(3,)]
        with kept_open(home):
            write(path)
        write(path)
        assert path.with_name("index.db-wal").exists()
    assert not path.with_name("index.db-wal").exists()
    with closing(sqlite3.connect(path)) as after:
        assert after.execute("select count(*) from event").fetchall() == [(5,)]


def test_databases_elsewhere_are_left_as_they_are_and_afterwards_all_are(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.dagster.mkdir(parents=True)
    with kept_open(home):
        write(tmp_path / "elsewhere.db")
        assert not (tmp_path / "elsewhere.db-wal").exists()
    write(home.dagster / "later.db")
    assert not (home.dagster / "later.db-wal").exists()


def test_what_was_committed_is_there_after_the_process_was_killed(tmp_path: Path) -> None:
    home = Home(tmp_path)
    path = home.dagster / "runs.db"
    path.parent.mkdir(parents=True)
    program = f"""
import os, signal
from pathlib import Path
from orchestration.databases import kept_open
from tests.unit.test_databases import write
from warehouse.home import Home
with kept_open(Home(Path({str(tmp_path)!r}))):
    write(Path({str(path)!r}), 3)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -signal.SIGKILL
    with closing(sqlite3.connect(path)) as after:
        assert after.execute("select count(*) from event").fetchall() == [(3,)]
