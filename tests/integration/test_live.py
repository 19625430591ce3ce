"""Fetching from a pretend publisher, under faults and offline: a good file is taken or the last one kept, and it is said why."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.support.publisher import GIAS, Fault, Fetch, Publisher, in_place, one_row_less, small_cards
from transforms.errors import InputError
from warehouse.home import Home
from warehouse.landing.archive import SYNTHETIC_MARKER, DropFolder
from warehouse.sources.cards import read_cards
from warehouse.sources.fault import FetchError
from warehouse.sources.http import Client
from warehouse.sources.live import fetch_all, read_states
from warehouse.sources.settings import Addresses

TODAY = date(2025, 10, 2)
NOWHERE = "http://127.0.0.1:9"  # the port of 'discard': nothing listens


def reasons(home: Home) -> str:
    return "\n".join(path.read_text() for path in sorted((home.root / "quarantine").glob("*.reason.txt")))


def test_all_sources_land_in_a_drop_folder_that_a_refresh_can_read(home: Home, publisher: Publisher, small_sample: Path) -> None:
    states = fetch_all(home, publisher.addresses(), today=TODAY, cards=small_cards())

    assert {state.card: state.outcome for state in states} == dict.fromkeys(read_cards(), "new")
    assert [state.words for state in states if state.problem] == []
    shutil.copy(small_sample / SYNTHETIC_MARKER, home.root / "live")
    assert DropFolder(home.root / "live", today=TODAY).unknown == []
    assert in_place(home, "ks4") == ["202324_performance_tables_schools_final.csv"]
    assert all(request.headers["User-Agent"].startswith("schoolmatch/") for request in publisher.requests)


def test_a_second_fetch_downloads_nothing(home: Home, publisher: Publisher) -> None:
    fetch_all(home, publisher.addresses(), today=TODAY, cards=small_cards())
    publisher.requests.clear()

    states = fetch_all(home, publisher.addresses(), today=TODAY, cards=small_cards())

    assert {state.outcome for state in states} == {"unchanged"}
    assert publisher.downloads() == []
    assert read_states(home) == states


# Faults of the newest file, when an older good one is in place. What must be read in the reason stands beside each.
LASTING_FAULTS: dict[str, tuple[Callable[[bytes], Fault], str, bool]] = {
    "the server fails with 500": (lambda _: Fault(status=500), "status 500, in 2 attempts", False),
    "429 asks for a longer wait than we give": (
        lambda _: Fault(status=429, headers={"Retry-After": "3600"}),
        "asks to be left alone for 3600 s",
        False,
    ),
    "the server hangs": (lambda _: Fault(hang=True), "No answer within 0.4 s", False),
    "half a file, and the transfer breaks off": (
        lambda body: Fault(cut_to=len(body) // 2, headers={"ETag": ""}),
        "broke off",
        False,
    ),
    "half a file that says it is whole": (lambda body: Fault(body=body[: len(body) // 2]), "cut off in the middle", True),
    "a wrong content type": (lambda _: Fault(headers={"Content-Type": "text/html"}), "web page came instead", False),
    "a web page with status 200, called CSV": (
        lambda _: Fault(body=b"<!DOCTYPE html><html>Sign in</html>"),
        "is a web page, not data",
        True,
    ),
    "a column has another name": (
        lambda body: Fault(body=body.replace(b"EstablishmentName", b"Name of school", 1)),
        "EstablishmentName",
        True,
    ),
    "a third of the rows and more are gone": (
        lambda body: Fault(body=b"".join(body.splitlines(keepends=True)[:400])),
        "70% of the 615 rows of the last good file",
        True,
    ),
    "the file is larger than the ceiling": (lambda body: Fault(body=body * 20), "larger than the 5,000,000 bytes allowed", False),
}


@pytest.mark.parametrize("fault", LASTING_FAULTS)
def test_the_last_good_file_stays_and_the_reason_can_be_read(
    fault: str,
    fetch: Fetch,
    home: Home,
    publisher: Publisher,
    small_sample: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    good = fetch()
    publisher.gias("20251001", small_sample)
    path = f"{GIAS}edubasealldata20251001.csv"
    make, reason, is_put_aside = LASTING_FAULTS[fault]
    publisher.faults[path] = make(publisher.files[path][0])

    with caplog.at_level(logging.WARNING, "schoolmatch"):
        state = fetch()

    assert (state.outcome, state.sha256, state.fetched_at) == ("kept", good.sha256, good.fetched_at)
    assert in_place(home) == ["edubasealldata20250930.csv"]
    assert state.is_stale(datetime(2025, 10, 2, tzinfo=UTC))
    assert reason in str(state.problem)
    assert reason in caplog.text
    assert (home.root / "quarantine").exists() == is_put_aside
    if is_put_aside:
        assert reason in reasons(home)
        fetch()  # the same bad bytes again are not put aside again
        assert len(list((home.root / "quarantine").iterdir())) == 2

    publisher.faults.clear()
    publisher.files[path] = (one_row_less(small_sample), "text/csv")
    mended = fetch()
    assert (mended.outcome, mended.problem, mended.name) == ("new", None, "edubasealldata20251001.csv")


PASSING_FAULTS = {
    "a 500": Fault(status=500, times=1),
    "a 429 with Retry-After": Fault(status=429, headers={"Retry-After": "0"}, times=1),
    "a hang": Fault(hang=True, times=1),
    "a transfer that breaks off": Fault(cut_to=100_000, times=1),
}


@pytest.mark.parametrize("fault", PASSING_FAULTS)
def test_a_fault_that_passes_is_overcome_within_the_fetch(
    fault: str, fetch: Fetch, publisher: Publisher, small_sample: Path, home: Home
) -> None:
    publisher.faults[f"{GIAS}edubasealldata20250930.csv"] = replace(PASSING_FAULTS[fault])

    assert fetch().outcome == "new"
    original = small_sample / "gias/edubasealldata20250930.csv"
    assert (home.root / "live/gias/edubasealldata20250930.csv").read_bytes() == original.read_bytes()


@pytest.mark.parametrize("allows_ranges", [True, False])
def test_a_broken_download_goes_on_or_begins_again(allows_ranges: bool, fetch: Fetch, publisher: Publisher) -> None:
    publisher.allows_ranges = allows_ranges
    publisher.faults[f"{GIAS}edubasealldata20250930.csv"] = Fault(cut_to=100_000, times=1)

    state = fetch()

    sent = [request.body_bytes for request in publisher.requests if request.method == "GET"]
    assert sent == [100_000, state.bytes - 100_000 if allows_ranges and state.bytes else state.bytes]


@pytest.mark.parametrize("as_date", [False, True])
def test_retry_after_is_honoured(as_date: bool, publisher: Publisher, tmp_path: Path) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True) if as_date else "40"
    path = f"{GIAS}edubasealldata20250930.csv"
    publisher.faults[path] = Fault(status=429, headers={"Retry-After": later}, times=1)
    waits: list[float] = []

    with Client(replace(publisher.addresses().manners, longest_wait=60), sleep=waits.append) as client:
        client.download(publisher.url + path, tmp_path / "file", largest_bytes=5_000_000)

    assert waits == [pytest.approx(40, abs=2)]


def test_one_source_that_fails_does_not_stop_the_others(home: Home, publisher: Publisher) -> None:
    publisher.faults[f"{GIAS}links_edubasealldata20250930.csv"] = Fault(status=500)

    states = {state.card: state for state in fetch_all(home, publisher.addresses(), today=TODAY, cards=small_cards())}

    assert states["gias_links"].outcome == "missing"
    assert {state.outcome for card, state in states.items() if card != "gias_links"} == {"new"}


def _offline(publisher: Publisher) -> Addresses:
    return replace(publisher.addresses(), gias=NOWHERE, govuk=NOWHERE, ees=NOWHERE, ons=NOWHERE, arcgis=NOWHERE)


def test_offline_the_last_good_files_are_used_and_it_says_so(home: Home, publisher: Publisher) -> None:
    before = fetch_all(home, publisher.addresses(), today=TODAY, cards=small_cards())

    states = fetch_all(home, _offline(publisher), today=TODAY, cards=small_cards())

    assert [state.sha256 for state in states] == [state.sha256 for state in before]
    # Boundaries and daily files alike: the server cannot be reached, and a network is what to look at.
    asked = [state for state in states if not read_cards()[state.card].ended]  # what has ended is not looked for again
    assert len(asked) == len(states) - 1
    assert all("cannot be reached" in state.words and "stays in use" in state.words for state in asked)
    assert all("check the network or the proxy" in state.words for state in asked)


def test_offline_with_no_file_from_before_it_stops_with_what_to_do(home: Home, publisher: Publisher) -> None:
    with pytest.raises(InputError, match=r"could not be fetched.*check the network or the proxy.*--source FOLDER"):
        fetch_all(home, _offline(publisher), today=TODAY, cards=small_cards())


def test_a_file_put_into_the_live_folder_by_hand_will_do(home: Home, publisher: Publisher, small_sample: Path) -> None:
    shutil.copytree(small_sample, home.root / "live")

    states = fetch_all(home, _offline(publisher), today=TODAY, cards=small_cards())

    assert {state.outcome for state in states} == {"missing"}


def test_a_file_is_stale_when_it_is_older_than_its_card_allows(fetch: Fetch) -> None:
    state = fetch()  # of 30 September; the card allows four days

    assert not state.is_stale(datetime(2025, 10, 4, tzinfo=UTC))
    assert state.is_stale(datetime(2025, 10, 5, tzinfo=UTC))


def test_a_server_that_cannot_be_reached_is_not_tried_again_for_the_next_file(publisher: Publisher) -> None:
    waits: list[float] = []
    with Client(replace(publisher.addresses().manners, attempts=4), sleep=waits.append) as client:
        for _ in range(3):
            with pytest.raises(FetchError, match="cannot be reached"):
                client.get_text(f"{NOWHERE}/page")

    assert len(waits) == 1  # two attempts at the first page, none at the others


def test_addresses_and_contact_come_from_the_environment() -> None:
    addresses = Addresses.from_environment({"SCHOOLMATCH_EES_URL": "http://127.0.0.1:1/", "SCHOOLMATCH_CONTACT": "us@example.org"})

    assert (addresses.ees, addresses.govuk) == ("http://127.0.0.1:1", "https://www.gov.uk")
    assert addresses.manners.user_agent.endswith(" (+us@example.org)")


def test_a_source_that_is_not_there_is_said(home: Home, publisher: Publisher) -> None:
    with pytest.raises(InputError, match="There is no source gias"):
        fetch_all(home, publisher.addresses(), only={"gias"}, cards=small_cards())
