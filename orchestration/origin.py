"""Where a refresh takes its files from: the publishers, a drop folder, or the bundled synthetic sample.

The one place that knows all three: neither landing nor anything after it knows which it was given.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from warehouse.home import Home
from warehouse.landing.archive import DropFolder
from warehouse.sources.again import next_hourly_look, tried_again
from warehouse.sources.cards import read_cards
from warehouse.sources.live import fetch_all, lacking, live_folder, read_states
from warehouse.sources.settings import Addresses
from warehouse.sources.state import SourceState
from warehouse.store import is_at_work

SAMPLE, LIVE = "sample", "live"


def prepare(source: str, home: Home) -> Path:
    """The drop folder a source stands for, made ready first.

    ``source``: ``live`` (what is new is fetched), ``sample``, or the path of a drop folder.
    """
    if source == LIVE:
        fetch_all(home, Addresses.from_environment())
        return live_folder(home)
    if source == SAMPLE:
        from warehouse.sample.folder import keep_sample  # what makes the sample takes a moment to import

        keep_sample(home.sample)
        return home.sample
    return Path(source).expanduser()


def folder_of(source: str, home: Home) -> Path:
    """Where the drop folder of a source is, whether or not it is ready."""
    if source == LIVE:
        return live_folder(home)
    return home.sample if source == SAMPLE else Path(source).expanduser()


def open_folder(source: str, home: Home) -> DropFolder:
    """The drop folder of a source that was prepared."""
    return DropFolder(folder_of(source, home))


def name_of(source: str) -> str:
    """What a source is called in what is published and kept: of a folder its last name."""
    return source if source in (SAMPLE, LIVE) else Path(source).expanduser().resolve().name


def looks(source: str, home: Home) -> list[SourceState]:
    """How the last look at each publisher went; nothing where the source is not live."""
    return read_states(home) if source == LIVE else []


def unpublished(home: Home, now: datetime) -> str | None:
    """Why a home that has looked at the publishers has nothing published, and when that is tried again; None: it never looked."""
    seen = read_states(home)
    if not seen:
        return None
    nothing = f"Nothing is published yet in {home.published}."
    if is_at_work(home):
        there = sum(bool(look.name) for look in seen)
        return f"{nothing} A refresh is at work; of {len(read_cards())} sources {there} have been fetched."
    why = lacking(home) or "What is needed can be had: if a refresh has failed, its log says why."
    return f"{nothing} {why} {tried_again(next_hourly_look(max(look.checked_at for look in seen)), now)}"
