"""How fresh each source is, in words: old is never shown as fresh.

What counts is the date a file speaks of, not when it was fetched: a refresh every day from the extract of last spring is stale.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from warehouse import clock
from warehouse.home import Home
from warehouse.publish import stamp_time
from warehouse.sources.again import next_look
from warehouse.sources.cards import Card, read_cards
from warehouse.sources.state import SourceState

LATEST_AT_MOST = timedelta(days=3)
"""How old the newest published folder may be under a daily schedule before somebody should look whether it has stopped."""

RESULTS_BEFORE = timedelta(days=62)
"""How long before the end of their academic year, by which their age is counted, results may be out."""


@dataclass(frozen=True)
class Freshness:
    """A source's state: a row of ``status.json``. Dates are None where nothing has been landed or the file tells none."""

    source: str
    title: str
    publisher: str
    name: str | None
    as_at: date | None
    landed: datetime | None
    age_days: int | None
    next_expected: date | None
    checked: datetime | None
    next_check: datetime | None
    is_stale: bool
    state: str

    def as_json(self) -> dict[str, Any]:
        """The same with dates as text."""
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(self).items()}


def freshness(
    files: Iterable[Mapping[str, Any]], today: date, looks: Iterable[SourceState] = (), cards: Iterable[Card] | None = None
) -> list[Freshness]:
    """The state of every source, one per kind of file, in the order of the cards.

    ``files``: rows of ``mart.source_file``. ``looks``: how the last look at each publisher went, where the source is live.
    """
    by_kind: dict[str, list[Card]] = {}
    for card in cards if cards is not None else read_cards().values():
        by_kind.setdefault(card.kind, []).append(card)
    newest: dict[str, Mapping[str, Any]] = {}
    for file in files:
        best = newest.get(file["kind"])
        if best is None or (_as_at(file) or date.min, file["landed"]) > (_as_at(best) or date.min, best["landed"]):
            newest[file["kind"]] = file
    return [_state(kind, same, newest.get(kind), today, {look.card: look for look in looks}) for kind, same in by_kind.items()]


def _state(
    kind: str, cards: list[Card], file: Mapping[str, Any] | None, today: date, looks: Mapping[str, SourceState]
) -> Freshness:
    card = cards[0]
    seen = [looks[each.id] for each in cards if each.id in looks]
    failed = "; ".join(f"at the last look: {said}" for look in seen if (said := look.problem or look.held))
    checked = max((look.checked_at for look in seen), default=None)
    as_at = _as_at(file) if file else None
    expected = as_at + timedelta(days=card.every_days + card.delay_days) if as_at and not card.ended else None
    is_stale = bool(as_at and not card.ended and (today - as_at).days > card.stale_after_days)
    if file is None:
        words = "not landed"
    elif file["is_synthetic"]:
        words, is_stale = "synthetic sample", False
    elif as_at and as_at > today + (timedelta() if file["published"] else RESULTS_BEFORE):
        words, is_stale = f"not known: it is dated after today, which is {today} by this machine's clock", True
    elif any(look.problem for look in seen):
        words, is_stale = "stale: the last good one is used, the newest could not be taken", True
    elif is_stale:
        words = f"stale: more than {card.stale_after_days} days old"
    elif expected and expected < today:
        words = f"a newer one may be out since {expected:%d %B %Y}"
    else:
        words = "up to date" if as_at else "landed; the file tells no date"
    return Freshness(
        source=kind,
        title=card.title,
        publisher=card.publisher,
        name=file["name"] if file else None,
        as_at=as_at,
        landed=file["landed"] if file else None,
        age_days=(today - as_at).days if as_at else None,
        next_expected=expected,
        checked=checked,
        next_check=next_look(card, checked) if checked and not (card.ended and file) else None,
        is_stale=is_stale,
        state=f"{words}; {failed}" if failed else words,
    )


def _as_at(file: Mapping[str, Any]) -> date | None:
    """The date a file speaks of; of results the end of their academic year."""
    if file["published"] is not None:
        published: date = file["published"]
        return published
    covers = file["covers"]
    return date(2000 + int(covers[-2:]), 8, 31) if covers and "/" in covers else None


def age_of_latest(home: Home, now: datetime | None = None) -> timedelta | None:
    """How long ago the newest folder was published; None where nothing is published. Below nothing: this machine's clock is wrong.

    It depends on no run, no database and no daemon, so it still speaks when the schedule itself has stopped. The folder's name
    tells it; where the clock was ahead once, names stay ahead, and it is the time of the link.
    """
    if not home.latest.exists():
        return None
    switched = datetime.fromtimestamp(home.latest.lstat().st_mtime, UTC)
    return (now or clock.now()) - min(stamp_time(home.latest.resolve().name), switched.replace(microsecond=0))
