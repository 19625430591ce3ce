"""The headers of publishers' files that were seen: copies in ``tests/fixtures/headers``, and where each was seen (``seen.csv``)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "fixtures" / "headers"


@dataclass(frozen=True)
class Header:
    """A copy of a header.

    ``file``: where the file lies among the real data, else empty. ``lacks``: headings that the layout maps and this file has not.
    """

    kind: str
    vintage: str
    copy: str
    file: str
    seen: str
    lacks: frozenset[str]

    @property
    def name(self) -> str:
        """As a test is called."""
        return f"{self.kind}/{self.copy}"

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings, with the spaces that a layout is compared without."""
        with (FOLDER / self.kind / f"{self.copy}.csv").open(encoding="utf-8", newline="") as file:
            return tuple(" ".join(heading.split()) for heading in next(csv.reader(file)))


def read_headers() -> list[Header]:
    """All copies, in the order of ``seen.csv``."""
    with (FOLDER / "seen.csv").open(encoding="utf-8", newline="") as file:
        return [Header(**{**row, "lacks": frozenset(filter(None, row["lacks"].split("|")))}) for row in csv.DictReader(file)]
