"""What a workbook is about, what it is called, and in which order things stand in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

COUNTRY, REGION, LOCAL_AUTHORITY, CONSTITUENCY = "country", "region", "local_authority", "constituency"

DEFINITION_ORDER = ("rise",)
"""Today's policy stands first and is what the charts and the cover show; the others follow by name."""
_LONGEST_FILE_NAME = 100

PHASE_ORDER = ("primary", "secondary", "special", "alternative_provision", "nursery", "sixteen_plus")


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


def order_of(definition: str, phase: str) -> tuple[int, str, int]:
    """The key by which rows of definitions and phases are ordered."""
    first = DEFINITION_ORDER.index(definition) if definition in DEFINITION_ORDER else len(DEFINITION_ORDER)
    return first, definition, PHASE_ORDER.index(phase) if phase in PHASE_ORDER else len(PHASE_ORDER)


def in_words(code: str | None) -> str | None:
    """A code as words: ``semi_rural`` and ``high_performing`` get a hyphen, ``alternative_provision`` a space."""
    return None if code is None else code.replace("semi_", "semi-").replace("high_", "high-").replace("_", " ")
