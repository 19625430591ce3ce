"""When a publisher is asked again, and the sentence that tells it."""

from datetime import UTC, datetime, timedelta

import pytest

from warehouse.sources.again import next_hourly_look, next_look, next_morning, tried_again
from warehouse.sources.cards import read_cards


@pytest.mark.parametrize(
    ("after", "morning"),
    [
        ("2025-11-28T18:00", "2025-11-29T06:30"),
        ("2025-11-29T06:29", "2025-11-29T06:30"),
        ("2025-11-29T06:30", "2025-11-30T06:30"),
        ("2025-07-01T05:00", "2025-07-01T05:30"),  # British Summer Time
        ("2025-07-01T23:30", "2025-07-02T05:30"),
        ("2025-10-25T12:00", "2025-10-26T06:30"),  # the clocks go back in the night between
    ],
)
def test_the_morning_is_that_of_london(after: str, morning: str) -> None:
    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    assert next_morning(at(after)) == at(morning)


def test_a_watched_source_is_looked_at_within_the_hour_and_any_other_with_the_next_refresh() -> None:
    cards, checked = read_cards(), datetime(2025, 11, 28, 18, 0, 40, tzinfo=UTC)
    assert next_look(cards["ofsted_inspections"], checked) == datetime(2025, 11, 28, 19, 1, tzinfo=UTC)
    assert next_look(cards["ons_regions"], checked) == datetime(2025, 11, 29, 6, 30, tzinfo=UTC)


def test_the_sentence_names_the_day_only_where_it_is_another_and_says_when_nobody_did_it() -> None:
    now = datetime(2025, 11, 28, 12, 0, tzinfo=UTC).astimezone()
    due = next_hourly_look(now)
    assert f"by {due.astimezone():%H:%M}, by itself" in tried_again(due, now)
    other = now + timedelta(days=1)
    assert f"by {other:%H:%M} on {other.day} November, by itself" in tried_again(other, now)
    assert f"should have been tried again by {due.astimezone():%H:%M}: make dev" in tried_again(due, due + timedelta(minutes=2))
