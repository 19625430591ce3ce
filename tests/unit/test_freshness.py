"""How fresh a source is called: old is never shown as fresh."""

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from warehouse.home import Home
from warehouse.sources.cards import read_cards
from warehouse.sources.freshness import Freshness, age_of_latest, freshness
from warehouse.sources.state import SourceState

OFSTED = read_cards()["ofsted_inspections"]


def file(kind: str = "ofsted_inspection", **changes: Any) -> dict[str, Any]:
    return {
        "kind": kind, "name": "a file", "published": date(2025, 8, 31), "covers": "31 August 2025",
        "landed": datetime(2025, 9, 20, 6, 30, tzinfo=UTC), "is_synthetic": False, **changes,
    }  # fmt: skip


def state_of(kind: str, files: list[dict[str, Any]], today: date, looks: Sequence[SourceState] = ()) -> Freshness:
    return next(state for state in freshness(files, today, looks) if state.source == kind)


@pytest.mark.parametrize(
    ("days", "is_stale", "words"),
    [
        (5, False, "up to date"),
        (OFSTED.every_days + OFSTED.delay_days + 1, False, "a newer one may be out since"),
        (OFSTED.stale_after_days, False, "a newer one may be out since"),
        (OFSTED.stale_after_days + 1, True, "stale"),
    ],
)
def test_a_source_is_stale_by_the_date_it_speaks_of_however_lately_it_was_landed(days: int, is_stale: bool, words: str) -> None:
    today = date(2025, 8, 31) + timedelta(days=days)
    state = state_of("ofsted_inspection", [file(landed=datetime.combine(today, datetime.min.time()))], today)
    assert (state.is_stale, state.age_days) == (is_stale, days)
    assert words in state.state


def test_a_source_of_which_nothing_has_landed_says_so() -> None:
    state = state_of("ks4_result", [file()], date(2025, 9, 1))
    assert (state.state, state.as_at, state.is_stale) == ("not landed", None, False)


def test_of_several_releases_the_newest_counts() -> None:
    files = [file(published=date(2026, 5, 31)), file(published=date(2025, 8, 31), landed=datetime(2026, 7, 1, tzinfo=UTC))]
    assert state_of("ofsted_inspection", files, date(2026, 6, 20)).as_at == date(2026, 5, 31)


def test_results_are_as_at_the_end_of_their_academic_year() -> None:
    state = state_of("ks2_result", [file("ks2_result", published=None, covers="2024/25")], date(2025, 12, 20))
    assert state.as_at == date(2025, 8, 31)


def test_a_failed_fetch_is_told_beside_the_state_of_what_is_used_instead() -> None:
    checked = datetime(2025, 9, 5, 8, 0, tzinfo=UTC)
    look = SourceState(card="ofsted_inspections", outcome="kept", checked_at=checked, problem="the server answered 500")
    state = state_of("ofsted_inspection", [file()], date(2025, 9, 5), [look])
    assert state.state.endswith("at the last look: the server answered 500")
    assert state.state.startswith("stale: the last good one is used")
    assert state.is_stale
    assert state.next_check == checked + timedelta(hours=OFSTED.look_hours, minutes=1)


def test_invented_data_is_called_so_and_never_up_to_date() -> None:
    assert state_of("ofsted_inspection", [file(is_synthetic=True)], date(2025, 9, 5)).state == "synthetic sample"


def test_the_age_of_the_newest_folder_is_read_from_its_name_alone(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert age_of_latest(home) is None
    (home.published / "20251101T063000Z-2").mkdir(parents=True)
    home.latest.symlink_to("20251101T063000Z-2")
    assert age_of_latest(home, datetime(2025, 11, 3, 6, 30, tzinfo=UTC)) == timedelta(days=2)


@pytest.mark.parametrize(
    ("published", "covers", "today"),
    [(date(2025, 8, 31), "31 August 2025", date(2025, 8, 30)), (None, "2024/25", date(2025, 5, 1))],
)
def test_what_is_dated_after_today_is_never_called_fresh(published: date | None, covers: str, today: date) -> None:
    """By a clock that went back a year, last month's file would be up to date for a year more."""
    state = state_of("ofsted_inspection", [file(published=published, covers=covers)], today)
    assert state.is_stale
    assert f"dated after today, which is {today}" in state.state


def test_results_may_be_out_before_their_academic_year_has_ended() -> None:
    assert not state_of("ks2_result", [file("ks2_result", published=None, covers="2024/25")], date(2025, 7, 10)).is_stale


def test_the_age_of_what_was_published_under_a_stamp_ahead_of_time_is_that_of_the_link(tmp_path: Path) -> None:
    """The clock was ahead once, so that stamps are ahead for good: that must not make each folder new for years."""
    home = Home(tmp_path)
    (home.published / "20300101T000001Z").mkdir(parents=True)
    home.latest.symlink_to("20300101T000001Z")
    os.utime(home.latest, times=(0, datetime(2025, 11, 1, 6, 30, tzinfo=UTC).timestamp()), follow_symlinks=False)
    assert age_of_latest(home, datetime(2025, 11, 3, 6, 30, tzinfo=UTC)) == timedelta(days=2)
    behind = age_of_latest(home, datetime(2025, 10, 1, 6, 30, tzinfo=UTC))
    assert behind is not None
    assert behind < timedelta()  # which the command line calls a wrong clock
