"""Which file is taken as a source's newest, from a pretend publisher on loopback: by day, by title, by version."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.support.publisher import GIAS, GOVUK, TITLE, Attachment, Fault, Fetch, Publisher, in_place, one_row_less, small_cards
from tests.support.publisher.govuk import ODS
from warehouse.home import Home
from warehouse.sources.cards import EesDataSet, read_cards
from warehouse.sources.live import fetch_all

TODAY = date(2025, 10, 2)
OFSTED = "ofsted_inspections"
MONTH = "Management_information_-_state-funded_schools_-_latest_inspections_as_at_{}.csv"


def test_todays_daily_file_is_taken_where_it_is_there(fetch: Fetch, home: Home, publisher: Publisher, small_sample: Path) -> None:
    assert fetch().published == date(2025, 9, 30)  # two days back: the newest that is there
    publisher.gias("20251002", small_sample)
    publisher.files[f"{GIAS}edubasealldata20251002.csv"] = (one_row_less(small_sample), "text/csv")

    state = fetch()

    assert (state.outcome, state.published) == ("new", TODAY)
    assert in_place(home) == ["edubasealldata20251002.csv"]


def test_no_daily_file_in_a_fortnight_is_a_problem_that_is_said(fetch: Fetch) -> None:
    fetch()

    state = fetch(today=date(2025, 10, 15))

    assert state.outcome == "kept"
    assert "No daily file of the 14 days to 15 October 2025" in str(state.problem)


def test_the_same_bytes_under_another_issue_are_no_new_data(
    fetch: Fetch, home: Home, publisher: Publisher, small_sample: Path
) -> None:
    first = fetch()
    publisher.gias("20251001", small_sample)

    again = fetch()

    assert (again.outcome, again.release) == ("unchanged", "2025-10-01")
    assert (again.fetched_at, again.sha256, again.name) == (first.fetched_at, first.sha256, first.name)
    assert in_place(home) == ["edubasealldata20250930.csv"]


def test_ofsteds_newest_is_taken_by_its_date_whatever_the_order(fetch: Fetch, home: Home, publisher: Publisher) -> None:
    path = publisher.attachments[0].path
    newest = publisher.files[path][0]
    bad = b"an older release"
    publisher.attach("31 July 2025", "aaa", bad, first=True)
    publisher.attach("30 Sept 2024", "bbb", bad)
    publisher.attach("30 Apr 2019", "ccc", bad)  # an old file listed last
    publisher.attach("31 October 2025", "ddd", bad)  # in the future
    publisher.attachments.append(
        Attachment("State-funded schools inspections and outcomes as at 30 September 2025", "/media/e/f.csv")
    )
    publisher.attachments.append(Attachment(TITLE.format("30 September 2025"), "/media/f/f.ods", ODS))

    state = fetch(OFSTED)

    assert (state.outcome, state.published, state.release) == ("new", date(2025, 8, 31), f"{path.split('/')[2]}@2025-08-31")
    assert (home.root / "live/ofsted" / MONTH.format("31_August_2025")).read_bytes() == newest


@pytest.mark.parametrize(
    "fault", [Fault(status=503), Fault(body=b"<html>Sorry</html>"), Fault(body=b"{}")], ids=["503", "a web page", "another shape"]
)
def test_the_page_itself_is_read_where_the_content_api_is_of_no_use(fault: Fault, fetch: Fetch, publisher: Publisher) -> None:
    publisher.faults[f"/api/content{GOVUK}"] = fault

    assert fetch(OFSTED).published == date(2025, 8, 31)


def test_titles_worded_anew_are_said_to_be(fetch: Fetch, publisher: Publisher) -> None:
    fetch(OFSTED)
    publisher.attachments = [Attachment("All schools, August", "/media/x/file.csv")]

    assert "change title_pattern in the card" in str(fetch(OFSTED).problem)


def test_every_release_of_ofsted_stays_because_they_are_a_history(fetch: Fetch, home: Home, publisher: Publisher) -> None:
    content = publisher.files[publisher.attachments[0].path][0]
    fetch(OFSTED)
    publisher.attach("30 September 2025", "new", b"".join(content.splitlines(keepends=True)[:-1]))

    assert fetch(OFSTED).outcome == "new"
    assert in_place(home, "ofsted") == [MONTH.format("30_September_2025"), MONTH.format("31_August_2025")]


def test_a_withdrawn_release_does_not_bring_an_older_one_back(fetch: Fetch, home: Home, publisher: Publisher) -> None:
    fetch(OFSTED)
    publisher.attachments.clear()
    publisher.attach("31 July 2025", "old", b"older")

    state = fetch(OFSTED)

    assert (state.outcome, state.published) == ("kept", date(2025, 8, 31))
    assert "older than the last good file" in str(state.problem)


def _data_set() -> str:
    finder = read_cards()["ks4_results"].finder
    assert isinstance(finder, EesDataSet)
    return finder.data_set


def test_a_minor_version_of_results_refreshes(fetch: Fetch, publisher: Publisher) -> None:
    fetch("ks4_results")
    content = publisher.newest_csv(_data_set())
    publisher.version(_data_set(), "1.1", b"".join(content.splitlines(keepends=True)[:-1]))

    state = fetch("ks4_results")

    assert (state.outcome, state.release, state.held) == ("new", f"{_data_set()}@1.1", None)


def test_a_major_version_of_results_is_held_until_the_card_accepts_it(fetch: Fetch, home: Home, publisher: Publisher) -> None:
    first = fetch("ks4_results")
    content = publisher.newest_csv(_data_set())
    publisher.version(_data_set(), "2.0", b"".join(content.splitlines(keepends=True)[:-1]))

    held = fetch("ks4_results")

    assert (held.outcome, held.sha256, held.problem) == ("unchanged", first.sha256, None)
    assert "Version 2.0 is a major one (indicators) and is held" in str(held.held)
    assert publisher.downloads() == []

    cards = small_cards()
    card = cards["ks4_results"]
    cards["ks4_results"] = card.model_copy(update={"finder": card.finder.model_copy(update={"accept_major": 2})})
    (taken,) = fetch_all(home, publisher.addresses(), only={"ks4_results"}, today=TODAY, cards=cards)
    assert (taken.outcome, taken.held, taken.release) == ("new", None, f"{_data_set()}@2.0")
