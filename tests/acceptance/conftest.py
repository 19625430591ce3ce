"""The national files of a year, refreshed once for all acceptance tests."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.refresh import Refreshed, refresh
from tests.conftest import real_folder
from warehouse import publish
from warehouse.home import Home
from warehouse.store import rows_as_dicts


class Published:
    """A published folder and its tables."""

    def __init__(self, done: Refreshed, home: Home) -> None:
        self.done, self.home = done, home
        self.connection = duckdb.connect(done.folder / publish.DUCKDB_FILE, read_only=True)

    def query(self, sql: str) -> list[dict]:
        return rows_as_dicts(self.connection, sql)

    def country(self, definition: str, phase: str) -> dict:
        return self.query(
            f"from mart.area_summary where area_type = 'country' and definition = '{definition}' and phase = '{phase}'"
        )[0]


def publish_year(year: str, tmp_path_factory: pytest.TempPathFactory) -> Published:
    folder = real_folder(year)
    home = Home(tmp_path_factory.mktemp(f"home{year}"))
    return Published(refresh(home, str(folder)), home)


@pytest.fixture(scope="session")
def y2025(tmp_path_factory: pytest.TempPathFactory) -> Published:
    return publish_year("2025", tmp_path_factory)


@pytest.fixture(scope="session")
def y2017(tmp_path_factory: pytest.TempPathFactory) -> Published:
    return publish_year("2017", tmp_path_factory)
