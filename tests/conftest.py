"""Fixtures that several kinds of test share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from tests.support.world import World
from warehouse.home import Home
from warehouse.sample import write_sample

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

REAL_DATA = Path(os.environ.get("SCHOOLMATCH_TEST_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")


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

    base = tmp_path_factory.getbasetemp()
    shared = base if worker == "master" else base.parent
    home = Home(shared / f"published {name}")
    with FileLock(shared / f"{name}.lock"):
        if not home.latest.exists():
            refresh(home, str(source))
    return home


@pytest.fixture
def world() -> World:
    """A handful of schools in memory, through all the SQL."""
    return World()


@pytest.fixture(scope="session")
def small_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic drop folder of 600 schools; not to be changed by a test (copy it)."""
    folder = tmp_path_factory.mktemp("sample") / "drop"
    write_sample(folder, schools=600)
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
