"""The live folder: a drop folder kept up to date from the publishers.

What arrives is judged before it is put in place; what fails goes to ``quarantine/`` with the reason, and the last good file stays.
"""

from __future__ import annotations

import hashlib
import logging
import traceback
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from filelock import FileLock, Timeout

from transforms.errors import InputError
from transforms.layouts import layout_for
from warehouse import clock, durable
from warehouse.home import Home
from warehouse.landing.archive import read_whole
from warehouse.sources.arcgis import download_table
from warehouse.sources.body import Download
from warehouse.sources.cards import Card, Past, read_cards
from warehouse.sources.fault import CHECK_NETWORK, FetchError
from warehouse.sources.find import Remote, find_newest, find_past, refuse_foreign
from warehouse.sources.http import Client
from warehouse.sources.settings import Addresses
from warehouse.sources.state import SourceState, load_states, save_states
from warehouse.sources.told import told, told_address, without_secrets

log = logging.getLogger("schoolmatch")

KEPT_ASIDE = 3
"""How many files of one source the quarantine keeps: enough to see whether it is always the same fault."""

_REASON = ".reason.txt"

LOCK = ".lock"
"""Of the live folder: one process changes it at a time."""


def live_folder(home: Home) -> Path:
    """The drop folder that fetching keeps up to date."""
    return home.root / "live"


def read_states(home: Home) -> list[SourceState]:
    """How each source stood at the last fetch, without a network; none before the first."""
    return list(load_states(live_folder(home)).values())


def fetch_all(
    home: Home,
    addresses: Addresses,
    *,
    only: Collection[str] | None = None,
    today: date | None = None,
    cards: Mapping[str, Card] | None = None,
    past_again: bool = False,
    waits: bool = True,
) -> list[SourceState]:
    """Look at every source (or ``only`` those named), take what is new and good, and say how each stands.

    Releases beside the newest that a card needs are fetched once; they are looked for when a new release is there or one of them
    is missing, and where ``past_again`` says so.

    A source that fails does not stop the others: its state and a warning tell the problem. Raises InputError when a source that
    is required has no good file at all, for an id in ``only`` that is no card's, and where it does not wait (``waits``) while
    another process fetches into this home.
    """
    known = read_cards() if cards is None else cards
    if unknown := sorted(set(only or ()) - set(known)):
        raise InputError(f"There is no source {', '.join(unknown)}", expected=", ".join(known), do="check the name")
    chosen = [card for card in known.values() if only is None or card.id in only]
    live = live_folder(home)
    home.make()
    live.mkdir(exist_ok=True)
    with _alone(live, waits=waits), Client(addresses.manners) as client:
        states = load_states(live)
        for card in chosen:
            fetch = _Fetch(home, card, addresses, client, today or clock.now().date(), states.get(card.id))
            state = states[card.id] = fetch.with_past(fetch.run(), again=past_again)
            save_states(live, states)
            is_warning = state.problem or state.held or state.past_problem
            log.log(logging.WARNING if is_warning else logging.INFO, "%s", state.words)
    _stop_without_required(live, chosen, states)
    return [states[card.id] for card in chosen]


def find_required(
    home: Home, addresses: Addresses, *, today: date | None = None, cards: Mapping[str, Card] | None = None
) -> list[SourceState]:
    """Ask the publishers for the files without which nothing can be made, where there are none yet, and download nothing.

    A moment, where a first fetch on a slow line takes longer than Dagster lets a sensor. Gives back what has no file and can be
    had. Raises InputError where one cannot be had, and while another process fetches into this home.
    """
    live = live_folder(home)
    home.make()
    live.mkdir(exist_ok=True)
    with _alone(live, waits=False), Client(addresses.manners) as client:
        states = load_states(live)
        lacking = [
            card for card in (read_cards() if cards is None else cards).values() if card.required and not _in_place(live, card)
        ]
        for card in lacking:
            fetch = _Fetch(home, card, addresses, client, today or clock.now().date(), states.get(card.id))
            states[card.id] = fetch.without_taking()
            save_states(live, states)
    _stop_without_required(live, [card for card in lacking if states[card.id].problem], states)
    return [states[card.id] for card in lacking]


@contextmanager
def _alone(live: Path, *, waits: bool) -> Iterator[None]:
    """The live folder for this process alone. Raises InputError where another fetches into it, and this one does not wait."""
    lock = FileLock(live / LOCK)
    try:
        lock.acquire(timeout=-1 if waits else 0)
    except Timeout as error:
        raise InputError("Another process fetches into this home", file=str(live), do="nothing: it reads what is new") from error
    try:
        yield
    finally:
        lock.release()


def _in_place(live: Path, card: Card) -> bool:
    """Whether a file of the card's kind is there; one put there by hand will do."""
    return any(card.layout.matches(path.name) for path in live.rglob("[!.]*"))


def lacking(home: Home) -> InputError | None:
    """What the last looks could not get of what is needed, and what to do, without a network; None where nothing is lacking."""
    live = live_folder(home)
    states = load_states(live)
    return _lacking(live, [card for card in read_cards().values() if card.id in states and states[card.id].problem], states)


def _stop_without_required(live: Path, chosen: list[Card], states: dict[str, SourceState]) -> None:
    if error := _lacking(live, chosen, states):
        raise error


def _lacking(live: Path, chosen: list[Card], states: dict[str, SourceState]) -> InputError | None:
    cards = [card for card in chosen if card.required and states[card.id].outcome == "missing" and not _in_place(live, card)]
    if not cards:
        return None
    advice = f" What to do: {CHECK_NETWORK}."  # said once, at the end
    return InputError(
        "Files that are needed could not be fetched, and there are none from before: "
        + " ".join(states[card.id].words.replace(advice, "") for card in cards),
        do="check the network or the proxy (HTTPS_PROXY) and run it again; or download the files from "
        + " and ".join(card.landing_page for card in cards)
        + f" into {live} (or into a folder of their own, given as --source FOLDER)",
    )


class _Fetch:
    """One look at one source."""

    def __init__(self, home: Home, card: Card, addresses: Addresses, client: Client, today: date, last: SourceState | None) -> None:
        self.home, self.card, self.addresses, self.client, self.today = home, card, addresses, client, today
        self.folder = live_folder(home) / card.group
        self.now = clock.now()
        self.last = last if last and last.name and (self.folder / last.name).is_file() else None

    def run(self) -> SourceState:
        """The state after it; no error of the network or of the file gets out."""
        if self.card.ended and self.last:
            return self._state("unchanged")
        last = self.last.release if self.last else None
        taken: SourceState | None = None
        problems: list[str] = []
        with self._boundary(problems):
            taken = self._take(find_newest(self.card, self.addresses, self.client, self.today, last))
        return taken or self._state("kept" if self.last else "missing", problem=problems[0])

    def without_taking(self) -> SourceState:
        """The state of a source that has no file yet: whether its newest can be had."""
        problems: list[str] = []
        with self._boundary(problems):
            find_newest(self.card, self.addresses, self.client, self.today)
        return self._state("missing", problem=problems[0] if problems else None)

    def with_past(self, state: SourceState, *, again: bool) -> SourceState:
        """The state with the releases beside the newest that the card needs, once those that were not there are fetched.

        One that cannot be taken does not stop the others: it is told, and looked for again on the next day.
        """
        is_complete = bool(state.past) and not state.past_problem and all((self.folder / name).is_file() for name in state.past)
        was_today = bool(self.last and self.last.past_problem and self.last.checked_at.date() == self.now.date())
        if (
            not self.card.past
            or state.outcome == "missing"
            or (not again and (was_today or (is_complete and state.outcome != "new")))
        ):
            return state
        names: list[str] = []
        problems: list[str] = []
        with self._boundary(problems):
            for past, remote in find_past(self.card, self.addresses, self.client, self.today):
                with self._boundary(problems):
                    if not (self.folder / remote.name).is_file():
                        self._take_past(past, remote)
                    names.append(remote.name)
        said = f"{len(problems)} release(s) of the past could not be taken: {' '.join(problems)}" if problems else None
        return SourceState.model_validate(state.model_dump() | {"past": tuple(names) or state.past, "past_problem": said})

    @contextmanager
    def _boundary(self, problems: list[str]) -> Iterator[None]:
        """What goes wrong with this source is its own problem, in words; the other sources go on."""
        try:
            yield
        except (FetchError, InputError) as error:
            problems.append(str(error))
        # A publisher may send what nobody has thought of, and a library stumble over it: that must not cost the other sources.
        except Exception as error:  # noqa: BLE001
            log.debug("%s: not foreseen: %s", self.card.id, without_secrets(traceback.format_exc()))
            unforeseen = InputError(
                f"What the publisher sent could not be read ({type(error).__name__}: {error})",
                file=self.card.id,
                do="compare it with the landing page; the log at level DEBUG says where it was read",
            )
            problems.append(str(unforeseen))

    def _take_past(self, past: Past, remote: Remote) -> None:
        arrived = self.folder / f".{self.card.id}.partial"
        try:
            refuse_foreign(remote, self.addresses)
            self.client.download(remote.url, arrived, largest_bytes=self.card.largest_bytes)
            content = read_whole(arrived, remote.name)
            sha256 = hashlib.sha256(content).hexdigest()
            with self._put_aside_if_bad(arrived, remote, sha256):
                past.layout.read(content, remote.name)
            durable.move(arrived, self.folder / remote.name)
        finally:
            arrived.unlink(missing_ok=True)

    def _state(self, outcome: str, **changes: object) -> SourceState:
        """The last state with what this look found; a problem of an earlier look is over unless it is said again."""
        known = self.last.model_dump() if self.last else {}
        always = {
            "card": self.card.id,
            "outcome": outcome,
            "checked_at": self.now,
            "stale_after_days": None if self.card.ended else self.card.stale_after_days,
            "problem": None,
        }
        return SourceState.model_validate(known | always | changes)

    def _take(self, remote: Remote) -> SourceState:
        last = self.last
        if last and remote.published and last.published and remote.published < last.published:
            listed = f"The newest that the publisher offers is of {remote.published}, older than the last good file"
            return self._state("kept", problem=listed, held=remote.held)
        if last and remote.is_fixed and remote.release == last.release:
            return self._state("unchanged", held=remote.held)
        self.folder.mkdir(parents=True, exist_ok=True)
        arrived = self.folder / f".{self.card.id}.partial"
        same = last if last and last.url == told_address(remote.url) else None
        try:
            ceiling = self.card.largest_bytes
            if remote.table:
                got: Download | None = download_table(self.client, remote.url, remote.table, arrived, largest_bytes=ceiling)
            else:
                got = self.client.download(
                    remote.url,
                    arrived,
                    largest_bytes=ceiling,
                    etag=same.etag if same else None,
                    last_modified=same.last_modified if same else None,
                )
            return self._judge(remote, got, arrived) if got else self._state("unchanged", held=remote.held)
        finally:
            arrived.unlink(missing_ok=True)

    def _judge(self, remote: Remote, got: Download, arrived: Path) -> SourceState:
        content = read_whole(arrived, remote.name)
        sha256 = hashlib.sha256(content).hexdigest()
        issue = {"release": remote.release, "url": remote.url, "held": remote.held} | vars(got)
        if self.last and sha256 == self.last.sha256:
            return self._state("unchanged", **issue)  # the same bytes under another issue are no new data
        with self._put_aside_if_bad(arrived, remote, sha256):
            rows = self._rows_if_good(content, remote.name)
        durable.move(arrived, self.folder / remote.name)
        if self.last and self.last.name and self.last.name != remote.name and self.card.layout.files != "releases":
            (self.folder / self.last.name).unlink(missing_ok=True)
        return self._state(
            "new",
            fetched_at=self.now,
            name=remote.name,
            published=remote.published,
            rows=rows,
            sha256=sha256,
            bytes=len(content),
            **issue,
        )

    def _rows_if_good(self, content: bytes, name: str) -> int:
        """Rows of a file that is whole and as its card expects. Raises InputError: what is wrong, and what to do."""
        card = self.card
        layout = layout_for(name)
        if layout is None or layout.kind != card.kind:
            raise InputError("The name is not one the layouts know", file=name, do=f"mend the card {card.id}")
        rows = layout.read(content, name).rows
        least, why = card.smallest_rows, "smallest_rows of the card"
        if self.last and self.last.rows and self.last.rows * card.least_share_of_last > least:
            least = round(self.last.rows * card.least_share_of_last)
            why = f"{card.least_share_of_last:.0%} of the {self.last.rows:,} rows of the last good file, {self.last.name}"
        if rows < least or len(content) < card.smallest_bytes:
            raise InputError(
                f"The file has {rows:,} rows and {len(content):,} bytes, which is too little",
                file=name,
                expected=f"at least {least:,} rows ({why}) and {card.smallest_bytes:,} bytes",
                do=f"compare it with {card.landing_page}; if it is right, change the bound in card {card.id}, with date and reason",
            )
        return rows

    @contextmanager
    def _put_aside_if_bad(self, arrived: Path, remote: Remote, sha256: str) -> Iterator[None]:
        """Put a file that cannot be read aside, and say where it is."""
        try:
            yield
        except InputError as error:
            kept = self._quarantine(arrived, remote, sha256, str(error))
            raise InputError(f"{error} It was put aside as {kept}") from error

    def _quarantine(self, arrived: Path, remote: Remote, sha256: str, reason: str) -> str:
        """Put a bad file aside with the reason, once however often it arrives; its path below the home.

        Of each source the newest few stay: a file that is bad every day must not fill the disk.
        """
        folder = self.home.root / "quarantine"
        folder.mkdir(parents=True, exist_ok=True)
        source = f"Source: {self.card.id}\n"
        text = f"{told(reason)}\nFrom: {told_address(remote.url)}\n{source}SHA-256: {sha256}\n"
        reasons = {path: path.read_text(encoding="utf-8", errors="replace") for path in folder.glob(f"*{_REASON}")}
        before = next((path for path, said in reasons.items() if sha256 in said), None)
        kept = folder / (before.name.removesuffix(_REASON) if before else f"{self.now:%Y%m%dT%H%M%SZ}-{remote.name}")
        durable.move(arrived, kept)
        why = kept.with_name(f"{kept.name}{_REASON}")
        durable.write(why, text.encode())
        others = [path for path, said in reasons.items() if source in said and path != why]
        for path in sorted(others, key=lambda path: path.stat().st_mtime_ns, reverse=True)[KEPT_ASIDE - 1 :]:
            path.with_name(path.name.removesuffix(_REASON)).unlink(missing_ok=True)
            path.unlink()
        return kept.relative_to(self.home.root).as_posix()
