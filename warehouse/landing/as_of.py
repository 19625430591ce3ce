"""A drop folder as it would have stood on the day of one of its GIAS extracts: what came later is not known yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from transforms.errors import InputError
from transforms.layouts import Layout
from transforms.layouts.layout import date_in_name
from transforms.layouts.ofsted import INSPECTION
from warehouse.landing.archive import HISTORY_AHEAD, DropFolder

YEARS_HELD = 5
"""A refresh of a day has results of the years before it: three for what looks back, and those that were not out yet."""

_BEGAN = {"gias_link": "link_date", "gias_group_membership": "joined_date"}
_ENDED = {"gias_group_membership": ("left_date",)}
"""Columns that say since when, and until when, a row holds; one without a date has always held."""


class FolderOf(DropFolder):
    """The files of a folder, of many dates, that tell of ``day``.

    Of what is a state of affairs the newest up to that day counts, else the first after it; of its links and memberships those that
    had begun. Releases of Ofsted count up to that day; where the last of them is too old to tell of it, the first after it counts
    too. Results count once they were out, ``results_after`` the end of their academic year (by kind), for ``YEARS_HELD``.
    """

    def __init__(self, root: Path, day: date, results_after: Mapping[str, timedelta]) -> None:
        super().__init__(root)
        self.day = day
        self._results_after = results_after
        self._last_release = self._find_last_release()

    @property
    def gias_as_at(self) -> date:
        """The day."""
        return self.day

    @property
    def last_release(self) -> date:
        """The day, or that of the first release after it."""
        return self._last_release

    def paths(self, layout: Layout) -> list[str]:
        """As of a drop folder, without what was not there on the day."""
        found = self._dated(layout)
        if layout.files == "parts" or not found:
            return super().paths(layout)
        if layout.files == "releases":
            return [path for each, path in reversed(found) if each <= self._last_release]
        before = [path for each, path in found if each <= self.day]
        return before[-1:] or [found[0][1]]

    def known(self, layout: Layout, frame: pd.DataFrame) -> pd.DataFrame:
        """Of results, those of the years that were out by then; of what has a beginning, what had begun."""
        if began := _BEGAN.get(layout.kind):
            frame = frame[~(_days(frame[began]) > pd.Timestamp(self.day))]
            for ended in _ENDED.get(layout.kind, ()):
                frame = frame.assign(**{ended: frame[ended].where(_days(frame[ended]) <= pd.Timestamp(self.day), None)})
        after = self._results_after.get(layout.kind)
        if after is None or "year" not in frame:
            return frame
        out = [each for each in frame["year"].unique() if date(each, 8, 31) + after <= self.day]
        return frame[frame["year"].isin([each for each in out if each > self.day.year - YEARS_HELD])]

    def _dated(self, layout: Layout) -> list[tuple[date, str]]:
        return sorted((told, path) for path in self.every_path(layout) if (told := date_in_name(path)))

    def _find_last_release(self) -> date:
        releases = [each for each, _ in self._dated(INSPECTION)]
        if any(self.day - HISTORY_AHEAD <= each <= self.day for each in releases):
            return self.day
        after = [each for each in releases if self.day < each <= self.day + HISTORY_AHEAD]
        if not after:
            raise InputError(
                f"No release of Ofsted's latest inspections tells of {self.day:%d %B %Y}",
                file=str(self.root),
                expected=f"one of the {HISTORY_AHEAD.days} days before or after",
                do="add one to the folder (Ofsted's page, or the National Archives' copies of it), or leave this extract out",
            )
        return after[0]


def _days(column: pd.Series[Any]) -> pd.Series[Any]:
    return pd.to_datetime(column, errors="coerce")
