"""When a publisher is asked again by itself, and the sentence that tells it: the one place that knows both.

The schedule and the sensors (orchestration/) go by it; a command that only tells need not import Dagster.
"""

from __future__ import annotations

import os
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from warehouse.sources.cards import Card

TIMEZONE = "Europe/London"
MORNING = time(6, 30)
"""GIAS publishes its daily extract in the small hours; the fetch falls back to the day before where it is late."""


def seconds_between_looks() -> int:
    """How often sensors look: ``SCHOOLMATCH_SENSOR_SECONDS``, else an hour (Ofsted publishes monthly)."""
    return int(os.environ.get("SCHOOLMATCH_SENSOR_SECONDS") or 3600)


def next_hourly_look(after: datetime) -> datetime:
    """When the sensors have looked once more, at the latest; to the minute, since the daemon takes its time to come round."""
    return (after + timedelta(seconds=seconds_between_looks(), minutes=1)).replace(second=0, microsecond=0)


def next_morning(after: datetime) -> datetime:
    """When the schedule starts the next refresh."""
    local = after.astimezone(ZoneInfo(TIMEZONE))
    today = datetime.combine(local.date(), MORNING, local.tzinfo)
    return today if today > after else datetime.combine(local.date() + timedelta(days=1), MORNING, local.tzinfo)


def next_look(card: Card, checked: datetime) -> datetime:
    """When a source that was looked at is looked at again: by the sensor that watches it, else by the morning's refresh."""
    return next_hourly_look(checked) if card.look_hours < 24 else next_morning(checked)


def tried_again(due: datetime, now: datetime) -> str:
    """The sentence that says when, in this machine's time; or that nothing has done it though it was due."""
    at = due.astimezone()
    when = f"{at:%H:%M}" if at.date() == now.astimezone().date() else f"{at:%H:%M} on {at.day} {at:%B}"
    if due < now:
        return f"It should have been tried again by {when}: make dev, which does that, is not running."
    return f"It is tried again by {when}, by itself, while make dev runs; at once with: schoolmatch refresh."
