"""Fixtures that several kinds of test share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from tests.support.world import World
from warehouse import checks, model
from warehouse.home import Home
from warehouse.landing import postcodes
from warehouse.sample import write_sample

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

REAL_DATA = Path(os.environ.get("SCHOOLMATCH_TEST_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")


LONG = (
    "acceptance/test_live_national.py",
    "integration/test_service.py",
    "integration/test_daemon.py",
    "integration/test_killed.py",
    "acceptance/test_withheld.py",
    "integration/test_bucket_server.py",
    "acceptance/test_real_data.py",
    "integration/test_cluster.py",
    "integration/test_refresh.py",
    "acceptance/test_workbooks.py",
    "integration/test_live_refresh.py",
    "security/test_fuzz.py",
    "integration/test_hold.py",
    "integration/test_stopping.py",
    "integration/test_workbooks.py",
    "unit/test_change.py",
    "unit/test_cases.py",
    "integration/test_backfill.py",
)
"""The files that take half a minute and more, the longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, or one worker goes on alone for minutes when the others have nothing left to do.

    pytest-xdist itself begins with the files of the most tests (unless --no-loadscope-reorder is given), and the longest have few.
    """
    here = Path(__file__).parent
    place = {here / name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


def real_folder(year: str) -> Path:
    """The drop folder of that year with real national files; skips the test, and says so, where it is not there."""
    folder = REAL_DATA / year
    if not folder.is_dir():
        pytest.skip(f"the real files are not here: {folder.name} is looked for in ../shared/data or SCHOOLMATCH_TEST_DATA")
    return folder


def published_once(name: str, source: Path, tmp_path_factory: pytest.TempPathFactory, worker: str) -> Home:
    """A home in which a folder was published once, on however many cores the suite runs; not to be changed by a test.

    ``worker``: what pytest-xdist calls this one.
    """
    from orchestration.refresh import refresh  # Dagster takes seconds to import: not for the tests that do without

    with shared_folder(name, tmp_path_factory, worker) as shared:
        home = Home(shared / f"published {name}")
        if not home.latest.exists():
            refresh(home, str(source))
    return home


@contextmanager
def shared_folder(name: str, tmp_path_factory: pytest.TempPathFactory, worker: str) -> Iterator[Path]:
    """The folder of all workers; meanwhile no other one makes in it what has the same name."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker == "master" else base.parent
    with FileLock(shared / f"{name}.lock"):
        yield shared


def copy_of(home: Home, to: Path) -> Home:
    """What was published once, to be changed: a refresh takes a hundred times as long."""
    return Home(Path(shutil.copytree(home.root, to, symlinks=True)))


@pytest.fixture(autouse=True)
def _accepted_by_no_other() -> Iterator[None]:
    """What ``--accept-changes`` of a command allows ends with the test: the command is one of many in this process, and sets it."""
    yield
    os.environ.pop("SCHOOLMATCH_ACCEPT_CHANGES", None)


@pytest.fixture(scope="session", autouse=True)
def _read_once() -> Iterator[None]:
    """Whoever refreshes parses all SQL and reads all postcodes, a second each; here they are the same again and again."""
    with pytest.MonkeyPatch.context() as patch:
        once = cache(model.tables_read)
        for module in (model, checks):
            patch.setattr(module, "tables_read", once)
        letters = cache(lambda read=postcodes.read_letters: list(read()))
        patch.setattr(postcodes, "read_letters", letters)
        patch.setattr(postcodes, "read_postcodes", cache(postcodes.read_postcodes))
        yield


@pytest.fixture
def world() -> World:
    """A handful of schools in memory, through all the SQL."""
    return World()


@pytest.fixture(scope="session")
def small_sample(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A synthetic drop folder of 600 schools; not to be changed by a test (copy it).

    One for all workers: what is refreshed from it again is compared with what another worker published from it.
    """
    with shared_folder("drop", tmp_path_factory, worker_id) as shared:
        folder = shared / "sample" / "drop"
        if not folder.exists():
            write_sample(shared / "sample" / "half", schools=600)
            (shared / "sample" / "half").rename(folder)
    return folder


@pytest.fixture(scope="session")
def published_home(tmp_path_factory: pytest.TempPathFactory, small_sample: Path, worker_id: str) -> Home:
    """A home in which the small sample was published; not to be changed by a test."""
    return published_once("sample", small_sample, tmp_path_factory, worker_id)


@pytest.fixture(scope="session")
def published_sample(published_home: Home) -> Path:
    """The folder that was published from the small sample; not to be changed by a test."""
    return published_home.latest.resolve()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives a browser; a process can have it once."""
    from playwright.sync_api import sync_playwright  # not for the tests that do without

    with sync_playwright() as found:
        yield found
