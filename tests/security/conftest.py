"""The pretend publisher and the process that fetches from it, for the tests of hostile answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.security.fetcher import Fetcher
from tests.support.publisher import Publisher


@pytest.fixture(scope="module")
def _server(small_sample: Path) -> Iterator[Publisher]:
    with Publisher(small_sample) as running:
        yield running


@pytest.fixture
def publisher(_server: Publisher) -> Iterator[Publisher]:
    """The pretend publisher, as it was at first whatever the test before did to it."""
    files, attachments = _server.files.copy(), _server.attachments.copy()
    _server.faults.clear()
    _server.requests.clear()
    yield _server
    _server.files, _server.attachments = files, attachments


@pytest.fixture(scope="module")
def fetcher(_server: Publisher) -> Iterator[Fetcher]:
    """The process that fetches; one for all tests of this file."""
    with Fetcher(_server.url) as process:
        yield process
