"""What is known of each source that is fetched: ``live/.state.json``, replaced as a whole."""

from __future__ import annotations

import logging
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from warehouse import durable
from warehouse.sources.told import told, told_address

log = logging.getLogger("schoolmatch")

STATE = ".state.json"


def _told(text: Any) -> Any:
    return told(text) if isinstance(text, str) else text


def _file_name(name: str) -> str:
    """A name that leads to no other folder: the file before it is looked for, and taken away, by it."""
    if PurePosixPath(name).name != name or name == ".." or "\0" in name:
        raise ValueError("is no name of a file")
    return name


Told = Annotated[str, BeforeValidator(_told)]
FileName = Annotated[str, AfterValidator(_file_name)]


class SourceState(BaseModel):
    """The last good file of a source, and how the last look at the publisher went; times in UTC.

    Whatever it is made of, it holds no secret of an address: it is what status, workbooks and map tell of a source.

    ``outcome``: ``new``; ``unchanged``; ``kept`` (the newest could not be taken: ``problem``); ``missing`` (and there is none to
    keep). ``held``: a newer file is there, or may be, and was not taken. ``fetched_at``: when these bytes first arrived.
    ``past``: releases beside the newest that are in place; ``past_problem``: why one that is needed is not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    card: str
    outcome: Literal["new", "unchanged", "kept", "missing"]
    checked_at: datetime
    stale_after_days: int | None = None
    fetched_at: datetime | None = None
    release: str | None = None
    name: FileName | None = None
    url: Annotated[str, AfterValidator(told_address)] | None = None
    published: date | None = None
    etag: str | None = None
    last_modified: str | None = None
    rows: int | None = None
    sha256: str | None = None
    bytes: int | None = None
    problem: Told | None = None
    held: Told | None = None
    past: tuple[FileName, ...] = ()
    past_problem: Told | None = None

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
_EACH = TypeAdapter(dict[str, Any])


def load_states(live: Path) -> dict[str, SourceState]:
    """States by card id; none before the first fetch. One that cannot be read is told and left out: the others go on.

    A source that is left out is fetched anew, and compared with no earlier file.
    """
    path = live / STATE
    if not path.exists():
        return {}
    lost = "it is fetched anew, and compared with no earlier file. What to do: nothing, unless it comes again; then check the disk"
    if path.is_dir():
        durable.set_aside(path, live.parent / "damaged", "it is a folder", name=path.name)
        return {}
    try:
        found = _EACH.validate_json(path.read_bytes())
    except ValidationError:
        log.warning("%s cannot be read: what is known of every source is lost: %s", path, lost)
        return {}
    states: dict[str, SourceState] = {}
    for card, about in found.items():
        try:
            states[card] = SourceState.model_validate(about)
        except ValidationError:
            log.warning("%s: what is known of %s cannot be read: %s", path, told(card), lost)
    return states


def save_states(live: Path, states: dict[str, SourceState]) -> None:
    """Replace the states in one step."""
    durable.write(live / STATE, _STATES.dump_json(states, indent=2))
