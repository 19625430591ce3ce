"""What a test needs beside the pretend publisher: cards of a small sample's sizes, an environment, a look into the live folder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Protocol

from tests.support.publisher.server import Publisher
from warehouse.home import Home
from warehouse.landing.archive import SYNTHETIC_MARKER
from warehouse.sources.cards import FOLDER, Card, read_cards
from warehouse.sources.settings import Addresses
from warehouse.sources.state import SourceState


class Fetch(Protocol):
    """Fetch one source (see ``tests/integration/conftest.py``)."""

    def __call__(self, card: str = ..., *, today: date = ..., addresses: Addresses | None = ...) -> SourceState: ...


def in_place(home: Home, group: str = "gias") -> list[str]:
    """Every file of a group in the live folder, half-done ones too."""
    return sorted(path.name for path in (home.root / "live" / group).iterdir())


def one_row_less(sample: Path) -> bytes:
    """The sample's establishments, but for the last: a newer file that is good."""
    return b"".join((sample / "gias/edubasealldata20250930.csv").read_bytes().splitlines(keepends=True)[:-1])


def small_cards() -> dict[str, Card]:
    """The cards as they ship, but for the sizes, which are those of a sample of 600 schools."""
    return {
        id_: card.model_copy(
            update={"smallest_bytes": 100, "smallest_rows": min(card.smallest_rows, 50), "largest_bytes": 5_000_000}
        )
        for id_, card in read_cards().items()
    }


def live_environment(
    publisher: Publisher, home: Home, cards: Path, *, smallest_rows: Mapping[str, int] | None = None
) -> dict[str, str]:
    """The environment in which another process, or the command line, takes the pretend publisher for the real ones.

    Into ``cards`` go the shipped cards without the sizes that a small sample cannot have; the home's live folder gets the marker.
    ``smallest_rows``: the files are real: no marker, and the cards are as they ship but for the rows of those named.
    """
    cards.mkdir()
    for card in FOLDER.glob("*.toml"):
        text = card.read_text(encoding="utf-8")
        if smallest_rows is None:
            text = re.sub(r"(?m)^smallest_(rows|bytes) = .*$", r"smallest_\1 = 1", text)
        elif card.stem in smallest_rows:
            text = re.sub(r"(?m)^smallest_rows = .*$", f"smallest_rows = {smallest_rows[card.stem]}", text)
        (cards / card.name).write_text(text, encoding="utf-8")
    if smallest_rows is None:
        live = home.root / "live"
        live.mkdir(parents=True)
        (live / SYNTHETIC_MARKER).write_text("The pretend publisher's files are invented.", encoding="utf-8")
    return {
        "NO_PROXY": "127.0.0.1",
        "SCHOOLMATCH_HOME": str(home.root),
        "SCHOOLMATCH_SOURCE": "live",
        "SCHOOLMATCH_CARDS": str(cards),
        **{f"SCHOOLMATCH_{name}_URL": publisher.url for name in ("GIAS", "GOVUK", "EES", "ONS", "ARCGIS")},
    }
