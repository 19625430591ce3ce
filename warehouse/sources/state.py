"""What is known of each source that is fetched: ``live/.state.json``, replaced as a whole."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from transforms.errors import InputError

STATE = ".state.json"


class SourceState(BaseModel):
    """The last good file of a source, and how the last look at the publisher went; times in UTC.

    ``outcome``: ``new``; ``unchanged``; ``kept`` (the newest could not be taken: ``problem``); ``missing`` (and there is none to
    keep). ``held``: a newer major version is there and was not taken. ``fetched_at``: when these bytes first arrived.
    ``past``: releases beside the newest that are in place; ``past_problem``: why one that is needed is not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    card: str
    outcome: Literal["new", "unchanged", "kept", "missing"]
    checked_at: datetime
    stale_after_days: int | None = None
    fetched_at: datetime | None = None
    release: str | None = None
    name: str | None = None
    url: str | None = None
    published: date | None = None
    etag: str | None = None
    last_modified: str | None = None
    rows: int | None = None
    sha256: str | None = None
    bytes: int | None = None
    problem: str | None = None
    held: str | None = None
    past: tuple[str, ...] = ()
    past_problem: str | None = None

    def is_stale(self, now: datetime) -> bool:
        """Whether a newer file should be in use: the newest could not be taken, or this one is older than the card allows.

        The age counts from the date the publisher gives; where there is none, from the last time it was confirmed.
        """
        if self.problem or self.outcome in ("kept", "missing"):
            return True
        since = self.published or self.checked_at.date()
        return self.stale_after_days is not None and (now.date() - since).days > self.stale_after_days

    @property
    def words(self) -> str:
        """The state in a sentence or two, for a log and a page."""
        of = f" of {self.published.day} {self.published:%B %Y}" if self.published else ""
        said = {
            "new": f"{self.name} is new",
            "unchanged": f"{self.name} is still the newest",
            "kept": f"the last good file{of}, {self.name}, stays in use and is stale",
            "missing": "there is no file",
        }[self.outcome]
        return (
            f"{self.card}: "
            + ". ".join(part.rstrip(".") for part in (said, self.problem, self.held, self.past_problem) if part)
            + "."
        )


_STATES = TypeAdapter(dict[str, SourceState])


def load_states(live: Path) -> dict[str, SourceState]:
    """States by card id; none before the first fetch. Raises InputError where the file cannot be read."""
    path = live / STATE
    if not path.exists():
        return {}
    try:
        return _STATES.validate_json(path.read_bytes())
    except ValidationError as error:
        raise InputError(
            "What is known of the fetched files cannot be read",
            file=str(path),
            do="delete it; the next fetch makes it anew, and compares with no earlier file",
        ) from error


def save_states(live: Path, states: dict[str, SourceState]) -> None:
    """Replace the states in one step."""
    partial = live / f"{STATE}.partial"
    partial.write_bytes(_STATES.dump_json(states, indent=2))
    partial.replace(live / STATE)
