"""Which program matches: the same on every machine, or the rows of a match would be of two methods."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from transforms import disk_reach, geography, grid
from transforms.errors import InputError
from warehouse.model import SQL


@dataclass(frozen=True)
class Code:
    """The hash of all that decides what a match finds."""

    sha256: str

    @classmethod
    def here(cls) -> Code:
        """Of what is installed here."""
        return cls(_sha256())

    def refuse_another(self) -> None:
        """Raises InputError where another is installed here."""
        if self.sha256 != _sha256():
            raise InputError(
                "A worker has another version of this program than who asks it",
                do="install the same on every machine, and start anew",
            )


@cache
def _sha256() -> str:
    here = Path(__file__).parent
    files = [*sorted((SQL / "match").glob("*.sql")), SQL / "macros.sql", SQL / "reference" / "h3_disk.csv"]
    files += [Path(str(module.__file__)) for module in (disk_reach, geography, grid)] + sorted(here.glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
