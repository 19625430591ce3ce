"""Releases beside the newest: what a new home needs of them is fetched once, whichever of them can be had."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.support.publisher import TITLE, Fault, Fetch, Publisher, in_place, small_cards
from warehouse.home import Home
from warehouse.sources.live import fetch_all

OFSTED = "ofsted_inspections"
MONTH = "Management_information_-_state-funded_schools_-_latest_inspections_as_at_{}.csv"
LATER = date(2026, 2, 20)


@pytest.fixture
def release(publisher: Publisher) -> bytes:
    """The bytes of the release of August 2025, which the publisher lists; beside it those of two later months and an older one."""
    content = publisher.files[publisher.attachments[0].path][0]
    for as_at, media in (("30 September 2025", "s25"), ("31 January 2026", "j26"), ("31 July 2025", "old")):
        publisher.attach(as_at, media, content + f"\r\n{media}".encode().replace(media.encode(), b""))
    return content


def ofsted_files_sent(publisher: Publisher) -> int:
    return sum(path.startswith("/media/") for path in publisher.downloads())


@pytest.mark.usefixtures("release")
def test_a_new_home_gets_the_releases_that_the_newest_does_not_stand_for(fetch: Fetch, home: Home) -> None:
    state = fetch(OFSTED, today=LATER)
    wanted = [MONTH.format(day) for day in ("30_September_2025", "31_August_2025", "31_January_2026")]
    assert state.name == MONTH.format("31_January_2026")
    assert in_place(home, "ofsted") == wanted  # that of July 2025 tells nothing that August does not
    assert (sorted(state.past), state.past_problem) == (wanted, None)


@pytest.mark.usefixtures("release")
def test_what_is_there_is_not_fetched_again(fetch: Fetch, publisher: Publisher) -> None:
    fetch(OFSTED, today=LATER)
    assert fetch(OFSTED, today=LATER).outcome == "unchanged"
    assert ofsted_files_sent(publisher) == 0


def test_one_that_cannot_be_had_is_told_and_stops_nothing(fetch: Fetch, home: Home, publisher: Publisher, release: bytes) -> None:
    september = next(each.path for each in publisher.attachments if each.title == TITLE.format("30 September 2025"))
    publisher.faults[september] = Fault(body=b"<html>not today</html>")
    state = fetch(OFSTED, today=LATER)
    assert state.outcome == "new"
    assert "1 release(s) of the past could not be taken: The file is a web page" in str(state.past_problem)
    assert in_place(home, "ofsted") == [MONTH.format("31_August_2025"), MONTH.format("31_January_2026")]
    assert len(list((home.root / "quarantine").glob("*.reason.txt"))) == 1

    again = fetch(OFSTED, today=LATER)  # not before the next day
    assert again.past_problem == state.past_problem
    assert ofsted_files_sent(publisher) == 0

    del publisher.faults[september]
    (later,) = fetch_all(home, publisher.addresses(), only={OFSTED}, today=LATER, cards=small_cards(), past_again=True)
    assert later.past_problem is None
    assert MONTH.format("30_September_2025") in in_place(home, "ofsted")


@pytest.mark.usefixtures("release")
def test_a_release_that_a_person_took_away_is_fetched_again(fetch: Fetch, home: Home) -> None:
    fetch(OFSTED, today=LATER)
    gone: Path = home.root / "live" / "ofsted" / MONTH.format("31_August_2025")
    gone.unlink()
    fetch(OFSTED, today=LATER)
    assert gone.is_file()
