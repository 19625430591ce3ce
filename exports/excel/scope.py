"""What a workbook is about, and what it is called."""

from __future__ import annotations

import re
from dataclasses import dataclass

COUNTRY, REGION = "country", "region"

_LONGEST_FILE_NAME = 100


@dataclass(frozen=True)
class Scope:
    """England, a region or a local authority. ``region_code``: of a local authority, the region it lies in."""

    kind: str
    code: str
    name: str
    region_code: str | None = None

    @property
    def path(self) -> str:
        """Where its workbook stands in the folder: ``regions/yorkshire-and-the-humber.xlsx``."""
        if self.kind == COUNTRY:
            return f"{slug(self.name)}.xlsx"
        folder = "regions" if self.kind == REGION else "local-authorities"
        return f"{folder}/{slug(self.name) or self.code.lower()}.xlsx"


def slug(name: str) -> str:
    """A name as a file name: lower case, words joined by hyphens, and no longer than a file name may be."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_LONGEST_FILE_NAME]
