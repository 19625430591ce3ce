"""The working file: the lock around it, and what becomes of one that is damaged."""

import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from transforms.errors import InputError
from warehouse.home import Home
from warehouse.store import open_warehouse, run


class Announces(logging.Handler):
    """Sets an event when something is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.said = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if "another refresh is at work" in record.getMessage():
            self.said.set()


def test_a_second_refresh_says_that_it_waits_and_starts_when_the_first_has_finished(tmp_path: Path) -> None:
    home, order = Home(tmp_path), []
    logger, announces = logging.getLogger("schoolmatch"), Announces()
    logger.addHandler(announces)

    def second() -> None:
        with open_warehouse(home) as connection:
            order.append("second")
            assert run(connection, "select count(*) from first") == [(1,)]

    thread = threading.Thread(target=second)
    try:
        with open_warehouse(home) as connection:
            thread.start()
            assert announces.said.wait(30)
            run(connection, "create table first as select 1 as one")
            order.append("first")
        thread.join(30)
    finally:
        logger.removeHandler(announces)
    assert order == ["first", "second"]


def _newer(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[12:20] = (9999).to_bytes(8, "little")
    path.write_bytes(content)


def _flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[:12288] = bytes(byte ^ 0xFF for byte in content[:12288])
    path.write_bytes(content)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "damage",
    [lambda path: path.write_bytes(b""), lambda path: path.write_bytes(path.read_bytes()[:9000]), _flipped, _newer, _folder],
    ids=["empty", "cut", "flipped", "of a newer DuckDB", "a folder"],
)
def test_a_warehouse_that_is_damaged_is_moved_aside_and_begun_anew(
    tmp_path: Path, damage: Callable[[Path], object], caplog: pytest.LogCaptureFixture
) -> None:
    """All of it is made anew by every refresh; before, each refresh stopped with DuckDB's error until somebody deleted it."""
    home = Home(tmp_path)
    with open_warehouse(home) as connection:
        run(connection, "create table first as from range(1000)")
    damage(home.warehouse)
    home.warehouse.with_name("warehouse.duckdb.wal").write_bytes(b"of the damaged one")
    with open_warehouse(home) as connection:
        assert run(connection, "from duckdb_tables()") == []
    assert sorted(path.name for path in home.damaged.iterdir()) == ["warehouse.duckdb", "warehouse.duckdb.wal"]
    assert "is damaged" in caplog.text


def test_a_log_of_changes_that_belongs_to_nothing_stops_no_refresh(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with open_warehouse(home) as connection:
        run(connection, "create table first as from range(1000)")
    home.warehouse.with_name("warehouse.duckdb.wal").write_bytes(b"rubbish" * 500)
    with open_warehouse(home) as connection:
        run(connection, "create or replace table first as from range(2)")


def test_a_warehouse_that_another_program_has_open_is_not_taken_for_a_damaged_one(tmp_path: Path) -> None:
    home = Home(tmp_path)
    code = f"import duckdb, sys; c = duckdb.connect({str(home.warehouse)!r}); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(InputError, match="open in another program"), open_warehouse(home):
            pass
        other.communicate()
    assert not home.damaged.exists()
