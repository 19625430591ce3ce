"""What publishers, people and disks leave in the home: nothing grows without end, is read without measure, or stops the rest."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pydantic import ValidationError

from tests.support.publisher import GIAS, Publisher, in_place, small_cards
from transforms.errors import InputError
from transforms.layouts.gias import LINK
from warehouse.home import Home
from warehouse.landing.archive import LARGEST_FILE, SYNTHETIC_MARKER, DropFolder, land
from warehouse.landing.raw import load_group
from warehouse.sources import live
from warehouse.sources.by_hand import take_by_hand
from warehouse.sources.cards import Card, largest_bytes, read_cards
from warehouse.sources.find import Remote, find_newest
from warehouse.sources.live import KEPT_ASIDE, fetch_all
from warehouse.sources.state import SourceState, load_states, save_states

TODAY = date(2025, 10, 2)
STATE = "live/.state.json"


@pytest.fixture
def publisher(small_sample: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Publisher(small_sample) as running:
        yield running


def _fetch(home: Path, publisher: Publisher, *cards: str) -> dict[str, SourceState]:
    states = fetch_all(Home(home), publisher.addresses(), only=cards, today=TODAY, cards=small_cards())
    return {state.card: state for state in states}


def test_the_quarantine_keeps_the_newest_few_of_each_source(publisher: Publisher, tmp_path: Path) -> None:
    """A file that is bad in another way every day; beside it one of another source, which stays."""
    links, groups = f"{GIAS}links_edubasealldata20250930.csv", f"{GIAS}allgroupsdata20250930.csv"
    publisher.files[groups] = b"<html>groups</html>", "text/csv"
    _fetch(tmp_path, publisher, "gias_groups")
    folder = tmp_path / "quarantine"
    days = []
    for day in range(6):
        publisher.files[links] = f"<html>day {day}</html>".encode(), "text/csv"
        days.append(str(_fetch(tmp_path, publisher, "gias_links")["gias_links"].problem).rpartition("put aside as ")[2].rstrip("."))
        # Six days in one second: the stamps are alike, so that each takes the place of the last but for another name.
        for path in (tmp_path / days[-1], tmp_path / f"{days[-1]}.reason.txt"):
            path.rename(path.with_name(f"{day}-{path.name}"))
            os.utime(path.with_name(f"{day}-{path.name}"), (day, day))

    kept = sorted(path.read_text() for path in folder.iterdir() if "links" in path.name and not path.name.endswith(".txt"))
    assert KEPT_ASIDE == 3
    assert kept == [f"<html>day {day}</html>" for day in (3, 4, 5)]
    assert len(list(folder.glob("*links*.reason.txt"))) == KEPT_ASIDE
    assert [path.read_text() for path in folder.glob("*allgroupsdata20250930.csv")] == ["<html>groups</html>"]


def _sparse(path: Path, size: int = LARGEST_FILE + 1) -> None:
    """A file that has a size and takes no room."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(size)


def test_a_file_of_a_drop_folder_that_is_larger_than_any_is_refused_unread(small_sample: Path, tmp_path: Path) -> None:
    for path in small_sample.rglob("*"):
        if path.is_file() and "links" not in path.name:
            (tmp_path / "drop" / path.relative_to(small_sample)).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "drop" / path.relative_to(small_sample)).symlink_to(path)
    _sparse(tmp_path / "drop/gias/links_edubasealldata20250930.csv")

    with pytest.raises(InputError, match=f"has {LARGEST_FILE + 1:,} bytes.*links_.*at most {LARGEST_FILE:,} bytes.*What to do"):
        list(land(DropFolder(tmp_path / "drop", today=TODAY), LINK, tmp_path / "archive"))
    assert not (tmp_path / "archive").exists()


def test_a_file_of_a_drop_folder_is_held_against_the_card_of_its_source(small_sample: Path, tmp_path: Path) -> None:
    """Only what was fetched had that bound: 300 MB of links were read from a folder, though a fetch takes 20."""
    drop = tmp_path / "drop"
    shutil.copytree(small_sample, drop)
    largest = read_cards()["gias_links"].largest_bytes
    _sparse(next(drop.rglob("links_*.csv")), largest + 1)
    with (
        duckdb.connect() as connection,
        pytest.raises(InputError, match=f"has {largest + 1:,} bytes.*links_.*at most {largest:,} bytes"),
    ):
        load_group(connection, DropFolder(drop, today=TODAY), "gias", tmp_path / "archive")


def test_a_kind_without_a_card_has_the_bound_of_all_and_a_past_release_that_of_its_card() -> None:
    assert largest_bytes("list_teaching_school") == LARGEST_FILE
    assert largest_bytes("ofsted_event") == read_cards()["ofsted_inspections"].largest_bytes


def test_a_file_given_by_hand_that_is_larger_than_any_is_refused_unread(small_sample: Path, tmp_path: Path) -> None:
    release = next((small_sample / "ofsted").glob("*.csv")).name
    _sparse(tmp_path / "given" / release)
    (tmp_path / "home/live").mkdir(parents=True)
    for folder in ("given", "home/live"):
        (tmp_path / folder / SYNTHETIC_MARKER).touch()

    (told,) = take_by_hand(Home(tmp_path / "home"), tmp_path / "given")

    assert not told.is_there
    assert f"at most {LARGEST_FILE:,} bytes" in told.words


def test_no_card_allows_a_file_that_could_not_be_read() -> None:
    card = read_cards()["gias_links"]
    with pytest.raises(ValidationError, match="largest_bytes"):
        type(card).model_validate(card.model_dump() | {"largest_bytes": LARGEST_FILE + 1})


DAMAGED = {
    "nothing": b"",
    "half of it": b'{"gias_links": {"card": "gias_l',
    "no text": b"\0\xff\xfe",
    "a list": b"[]",
    "brackets": b"[" * 200_000,
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_states_that_are_damaged_stop_no_fetch(
    damage: str, publisher: Publisher, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _fetch(tmp_path, publisher, "gias_links")
    (tmp_path / STATE).write_bytes(DAMAGED[damage])

    with caplog.at_level(logging.WARNING, "schoolmatch"):
        assert _fetch(tmp_path, publisher, "gias_links")["gias_links"].outcome == "new"

    assert "cannot be read" in caplog.text
    assert "What to do" in caplog.text
    assert _fetch(tmp_path, publisher, "gias_links")["gias_links"].outcome == "unchanged"


def test_a_folder_in_the_place_of_the_states_is_moved_aside(tmp_path: Path) -> None:
    """It was a traceback at every fetch."""
    (tmp_path / STATE).mkdir(parents=True)
    assert load_states(tmp_path / "live") == {}
    save_states(tmp_path / "live", {})
    assert (tmp_path / "damaged" / ".state.json").is_dir()


@pytest.mark.parametrize(
    "change",
    [{"outcome": "odd"}, {"checked_at": "never"}, {"rows": "²"}, {"past": [".."]}, {"more": 1}],
    ids=["outcome", "checked_at", "rows", "past", "more"],
)
def test_one_state_that_is_damaged_costs_no_other(change: dict[str, object], publisher: Publisher, tmp_path: Path) -> None:
    _fetch(tmp_path, publisher, "gias_links", "gias_groups")
    states = json.loads((tmp_path / STATE).read_text())
    states["gias_links"] |= change
    (tmp_path / STATE).write_text(json.dumps(states))

    found = _fetch(tmp_path, publisher, "gias_links", "gias_groups")

    assert {card: state.outcome for card, state in found.items()} == {"gias_links": "new", "gias_groups": "unchanged"}


def test_a_release_in_a_damaged_state_that_is_no_version_is_that_sources_problem(publisher: Publisher, tmp_path: Path) -> None:
    _fetch(tmp_path, publisher, "ks4_results", "gias_links")
    states = json.loads((tmp_path / STATE).read_text())
    states["ks4_results"] |= {"release": "x@²"}
    (tmp_path / STATE).write_text(json.dumps(states))

    found = _fetch(tmp_path, publisher, "gias_links", "ks4_results")

    assert found["gias_links"].problem is None
    assert found["ks4_results"].outcome == "kept"


def test_a_name_in_a_damaged_state_takes_no_file_outside_its_folder_away(publisher: Publisher, tmp_path: Path) -> None:
    """The last file is taken away when a newer one is in place, by the name that the state gives it."""
    _fetch(tmp_path, publisher, "gias_links")
    precious = tmp_path / "precious.csv"
    precious.write_text("keep me")
    states = json.loads((tmp_path / STATE).read_text())
    states["gias_links"] |= {"name": "../../precious.csv", "sha256": "0" * 64, "release": "2025-09-01", "url": None, "rows": None}
    (tmp_path / STATE).write_text(json.dumps(states))

    assert _fetch(tmp_path, publisher, "gias_links")["gias_links"].outcome == "new"

    assert precious.read_text() == "keep me"
    assert in_place(Home(tmp_path)) == ["links_edubasealldata20250930.csv"]


def test_a_fault_of_ours_in_reading_one_source_is_that_sources_problem(
    publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What nobody has foreseen costs no other source; its traceback is for whoever asks for it (level DEBUG), without secrets."""

    def find(card: Card, *given: Any) -> Remote:
        if card.id == "gias_links":
            raise KeyError("https://user:secret@example.org/x")
        return find_newest(card, *given)

    monkeypatch.setattr(live, "find_newest", find)
    with caplog.at_level(logging.DEBUG, "schoolmatch"):
        states = _fetch(tmp_path, publisher, "gias_links", "gias_groups")
    assert states["gias_groups"].outcome == "new"
    assert states["gias_links"].outcome == "missing"
    assert "could not be read (KeyError: " in str(states["gias_links"].problem)
    with_traceback = [record for record in caplog.records if "Traceback" in record.getMessage()]
    assert [record.levelno for record in with_traceback] == [logging.DEBUG]
    assert "secret" not in caplog.text + str(states["gias_links"].words)
