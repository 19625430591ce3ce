"""The folder a schoolmatch installation lives in: ``--home``, else ``SCHOOLMATCH_HOME``, else ``./data``."""

from __future__ import annotations

import logging
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

log = logging.getLogger("schoolmatch")

_OWNERS_ALONE = 0o700
_OURS = ("warehouse.", "landing", "live", "quarantine", "published", "held", "history", "sample", "reproduction", "dagster")
"""How the names begin of all that this package puts into a home."""
_NOBODYS = (".", "lost+found")
"""How those begin that say nothing: of what is hidden, and of a disk that is a home as a whole."""


@dataclass(frozen=True)
class Home:
    """Paths below one home; nothing is created before it is needed, and whatever creates something asks for ``make`` first."""

    root: Path

    @classmethod
    def find(cls, given: str | Path | None = None) -> Home:
        """The home given, else of the environment, else ``./data``."""
        return cls(Path(given or os.environ.get("SCHOOLMATCH_HOME") or "data").expanduser().resolve())

    def make(self) -> None:
        """Create the home, for its owner alone, which then holds for all that is below. One that is open to others is closed to
        them, and that is said.

        It is left open where it is another user's, or holds what is not ours and others may be meant to read (``--home .``): that
        is said, too, once in a process. Windows has no such modes.
        """
        self.root.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            self.root.mkdir(mode=_OWNERS_ALONE)
        if os.name != "nt":
            _close(self.root)

    @property
    def landing(self) -> Path:
        """The archive: every publisher's file ever accepted, by content hash, never changed."""
        return self.root / "landing"

    @property
    def warehouse(self) -> Path:
        """The working DuckDB file of the refresh; people read what is published, not this."""
        return self.root / "warehouse.duckdb"

    @property
    def lock(self) -> Path:
        """Held for as long as a refresh writes to the warehouse."""
        return self.root / "warehouse.lock"

    @property
    def published(self) -> Path:
        """Dated folders, and ``latest`` pointing at the newest."""
        return self.root / "published"

    @property
    def latest(self) -> Path:
        """The newest published folder (a link, switched in one step)."""
        return self.published / "latest"

    @property
    def held(self) -> Path:
        """Reports of refreshes that wait for a person to allow them; gone once one is published."""
        return self.root / "held"

    @property
    def history(self) -> Path:
        """What every refresh found, by source: kept however many published folders are pruned."""
        return self.root / "history"

    @property
    def sample(self) -> Path:
        """The bundled synthetic sample, written here as a drop folder before it is landed."""
        return self.root / "sample"

    @property
    def dagster(self) -> Path:
        """Dagster's own home: runs, events, schedules."""
        return self.root / "dagster"


def waiting(home: Home) -> list[Path]:
    """The reports of held refreshes, the oldest first."""
    return sorted(home.held.glob("*.md")) if home.held.is_dir() else []


def _close(root: Path) -> None:
    about = root.stat()
    mode = stat.S_IMODE(about.st_mode)
    if not mode & ~_OWNERS_ALONE & 0o777:
        return
    if about.st_uid != os.getuid():
        _tell(root, "it belongs to another user")
    elif others := sorted(path.name for path in root.iterdir() if not path.name.startswith((*_OURS, *_NOBODYS))):
        _tell(root, f"it holds other things, too: {', '.join(others[:3])}")
    else:
        try:
            root.chmod(mode & ~0o077)
        except OSError as error:  # a disk that knows no owners
            _tell(root, str(error))
            return
        log.warning(
            "%s was open to others (%03o), and is its owner's alone from now on. What to do, where others read what is published: "
            "give them a copy of %s (docs/operations.md)",
            root,
            mode,
            Home(root).latest,
        )


@cache
def _tell(root: Path, why: str) -> None:
    """Once in a process, which asks for the home again and again."""
    log.warning(
        "%s is open to others, and was left so: %s. What to do: chmod 700 %s, or choose a folder of its own", root, why, root
    )
