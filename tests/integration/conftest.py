"""A pretend publisher, and fetching from it into a home of the test's own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.support.publisher import Fetch, Publisher, small_cards
from warehouse.home import Home
from warehouse.sources.live import fetch_all
from warehouse.sources.settings import Addresses
from warehouse.sources.state import SourceState


@pytest.fixture
def publisher(small_sample: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    """The pretend publisher, running, with the files of the small sample."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Publisher(small_sample) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return Home(tmp_path)


@pytest.fixture
def fetch(home: Home, publisher: Publisher) -> Fetch:
    """Fetch one source from the pretend publisher, on 2 October 2025; what was asked before is forgotten."""

    def one(
        card: str = "gias_establishments", *, today: date = date(2025, 10, 2), addresses: Addresses | None = None
    ) -> SourceState:
        publisher.requests.clear()
        return fetch_all(home, addresses or publisher.addresses(), only={card}, today=today, cards=small_cards())[0]

    return one


@pytest.fixture
def folder(published_sample: Path, tmp_path: Path) -> Path:
    """A published folder in a home, to be changed."""
    return Path(shutil.copytree(published_sample, tmp_path / "home" / "published" / published_sample.name))
