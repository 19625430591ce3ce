"""The national files of a year, refreshed once for all acceptance tests."""

from __future__ import annotations

import duckdb
import pytest

from tests.conftest import published_once, real_folder
from tests.support.noted import skip_unless_noted
from warehouse import publish
from warehouse.home import Home
from warehouse.store import rows_as_dicts


class Published:
    """A published folder and its tables."""

    def __init__(self, home: Home) -> None:
        self.home, self.folder = home, home.latest.resolve()
        self.connection = duckdb.connect(self.folder / publish.DUCKDB_FILE, read_only=True)

    def query(self, sql: str) -> list[dict]:
        return rows_as_dicts(self.connection, sql)

    def country(self, definition: str, phase: str) -> dict:
        return self.query(
            f"from mart.area_summary where area_type = 'country' and definition = '{definition}' and phase = '{phase}'"
        )[0]


@pytest.fixture(scope="session")
def y2025(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Published:
    return Published(published_once("2025", real_folder("2025"), tmp_path_factory, worker_id))


@pytest.fixture(scope="session")
def y2017(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Published:
    return Published(published_once("2017", real_folder("2017"), tmp_path_factory, worker_id))


@pytest.fixture
def figures_2025(y2025: Published) -> Published:
    """2025, for tests of figures that were read in these very files."""
    skip_unless_noted(y2025.connection, "2025")
    return y2025


@pytest.fixture
def figures_2017(y2017: Published) -> Published:
    """2017, for tests of figures that were read in these very files."""
    skip_unless_noted(y2017.connection, "2017")
    return y2017
