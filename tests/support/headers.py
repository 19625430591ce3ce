"""The headers of publishers' files that were seen: copies in ``tests/fixtures/headers``, and where each was seen (``seen.csv``)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "fixtures" / "headers"

NOT_SEEN = {
    ("gias_group_membership", "history"): "the first 8 of 54 columns were seen; the others as loaders of the file name them",
    (
        "ks2_result",
        "wide-2015",
    ): "the first 40 columns, in the publisher's metadata; the measures as a loader of 2014/15 names them",
    ("ks4_result", "wide-2015"): "the five GCSEs as users of the file name them; its expected progress was seen nowhere",
    ("ks4_result", "wide-2014"): "as users of the file name them",
    ("ons_rural_urban_2011", "lookup"): "written by warehouse/sources/arcgis.py from ONS's service",
    ("ons_lsoa_2011_2021", "lookup"): "written by warehouse/sources/arcgis.py from ONS's service",
    ("list_teaching_school", "list"): "ours",
    ("list_national_support_school", "list"): "ours",
    ("list_trust_not_ready", "list"): "ours",
}
"""Vintages of which no header is held, and where their headings come from."""


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
