"""Which program matches: the same on every machine, or the rows of a match would be of two methods."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import transforms
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
    own = Path(__file__).parent
    files = [*own.glob("*.py"), *own.parent.glob("*.py"), *Path(str(transforms.__file__)).parent.glob("*.py")]
    files += [*(SQL / "match").glob("*.sql"), SQL / "macros.sql", SQL / "reference" / "h3_disk.csv"]
    versions = "".join(f"{name} {version(name)}\n" for name in _LIBRARIES)
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files)) + versions.encode()).hexdigest()


_LIBRARIES = ("convertbng", "duckdb", "h3", "h3ronpy", "numpy", "pandas", "pyarrow")
