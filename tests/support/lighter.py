"""Refreshes that write less than all, for tests that look at the tables and the pages alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def without_workbooks() -> Iterator[None]:
    """A refresh of this process writes no workbook, which is half of its work.

    For one whose workbooks no test opens, and whose data another refresh of the suite has too, which writes them.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("orchestration.assets.publishing.write_workbooks", lambda *_, **__: [])
        yield
