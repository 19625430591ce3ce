"""The folder a schoolmatch installation lives in: ``--home``, else ``SCHOOLMATCH_HOME``, else ``./data``."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """Paths below one home; nothing is created before it is needed."""

    root: Path

    @classmethod
    def find(cls, given: str | Path | None = None) -> Home:
        """The home given, else of the environment, else ``./data``."""
        return cls(Path(given or os.environ.get("SCHOOLMATCH_HOME") or "data").expanduser().resolve())

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
