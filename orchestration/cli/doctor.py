"""Whether an installation is sound: ``schoolmatch doctor``. Each finding says what to do."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from importlib import metadata
from typing import Literal

import duckdb

from transforms.errors import InputError
from warehouse.definitions import read_definitions
from warehouse.home import Home
from warehouse.publish import CLOCK_MAY_DIFFER, verify
from warehouse.sealed import read_only
from warehouse.sources.cards import read_cards
from warehouse.sources.fault import FetchError
from warehouse.sources.freshness import LATEST_AT_MOST, age_of_latest
from warehouse.sources.http import Client
from warehouse.sources.settings import Addresses, Manners
from warehouse.sources.told import told_address
from warehouse.store import run

State = Literal["ok", "note", "wrong"]

ROOM = 2_000_000_000
"""Bytes a refresh should find free: a published folder of England, the warehouse beside it, and the archive's growth."""


@dataclass(frozen=True)
class Finding:
    """One thing looked at. ``note``: worth knowing, nothing is broken."""

    what: str
    state: State
    says: str


def examine(home: Home, *, network: bool = True) -> Iterator[Finding]:
    """Look at the machine, the home, what is published, and (unless told not to) whether the publishers can be reached."""
    yield _look("Python and DuckDB", _versions)
    yield _look("Definitions and source cards", _files)
    yield _look("Home", lambda: _home(home))
    yield _look("Published folder", lambda: _published(home))
    yield _look("Damaged", lambda: _damaged(home))
    yield _look("Schedule", lambda: _schedule(home))
    if network:
        for name, url in _addresses().items():
            yield _look(f"Network: {name}", partial(_reach, url))


def _look(what: str, at: Callable[[], tuple[State, str]]) -> Finding:
    try:
        state, says = at()
    except (InputError, OSError, duckdb.Error) as error:
        state, says = "wrong", str(error)
    return Finding(what, state, says)


def _versions() -> tuple[State, str]:
    return "ok", f"schoolmatch {metadata.version('schoolmatch')}, Python {sys.version.split()[0]}, DuckDB {duckdb.__version__}"


def _files() -> tuple[State, str]:
    return "ok", f"{len(read_definitions())} definitions, {len(read_cards())} source cards, all of them readable"


def _home(home: Home) -> tuple[State, str]:
    place = home.root
    while not place.exists():
        place = place.parent
    if not os.access(place, os.W_OK):
        return "wrong", f"{place} cannot be written to. What to do: choose another with --home or SCHOOLMATCH_HOME."
    free = shutil.disk_usage(place).free
    if free < ROOM:
        return "wrong", f"{home.root}: {free / 1e9:.1f} GB free, a refresh wants {ROOM / 1e9:.0f} GB. What to do: make room."
    return "ok", f"{home.root}: {free / 1e9:.0f} GB free"


def _published(home: Home) -> tuple[State, str]:
    if not home.latest.exists():
        return "note", f"nothing is published in {home.published}. What to do: schoolmatch refresh, or make demo."
    manifest = verify(home.latest)
    with read_only(home.latest / "schoolmatch.duckdb") as connection:
        failed = run(connection, "select count(*) from mart.check_result where not passed")[0][0]
    label = f" ({manifest['label']})" if manifest["label"] else ""
    return (
        "wrong" if failed else "ok"
    ), f"{manifest['published']}{label}: {len(manifest['files'])} files read back, all as written"


def _damaged(home: Home) -> tuple[State, str]:
    aside = [path for path in home.damaged.rglob("*") if path.is_file() and not path.is_symlink()]
    if not aside:
        return "ok", "nothing was set aside"
    size = sum(path.stat().st_size for path in aside)
    return "note", f"{home.damaged} holds {size / 1e6:,.0f} MB. What to do: look why, and delete what nobody wants to look at."


def _schedule(home: Home) -> tuple[State, str]:
    age = age_of_latest(home)
    if age is None:
        return "note", "nothing is published yet"
    if age < -CLOCK_MAY_DIFFER:
        return "wrong", "the newest folder is of a time yet to come. What to do: set this machine's clock."
    days = f"the newest folder is {age / timedelta(days=1):.1f} days old"
    if age > LATEST_AT_MOST:
        return "note", f"{days}. If this home has a schedule, it has stopped. What to do: start make dev or dagster-daemon."
    return "ok", days


def _addresses() -> dict[str, str]:
    addresses = Addresses.from_environment()
    return {
        "Get Information About Schools": addresses.gias,
        "GOV.UK": addresses.govuk,
        "Explore Education Statistics": addresses.ees,
        "ONS Open Geography": addresses.ons,
    }


def _reach(url: str) -> tuple[State, str]:
    manners = Manners(timeout=5.0, attempts=1)
    with Client(manners) as client:
        try:
            client.exists(url)
        except FetchError as error:
            return "note", f"A refresh uses the files fetched last. {error}"
    return "ok", f"{told_address(url)} answers"
