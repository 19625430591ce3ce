"""What a server may answer by the RFCs, though few do, costs no source; what is close to it and wrong is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.support.publisher import GIAS, Fault, Publisher, small_cards
from warehouse.home import Home
from warehouse.sources.http import Client, Download
from warehouse.sources.live import fetch_all
from warehouse.sources.settings import Manners

LINKS = f"{GIAS}links_edubasealldata20250930.csv"


@pytest.fixture
def publisher(small_sample: Path) -> Iterator[Publisher]:
    with Publisher(small_sample) as running:
        yield running


def raw(*headers: str, status: str = "200 OK", body: bytes = b"", then: Fault | None = None) -> Fault:
    """A whole answer as it goes over the wire, once where another follows."""
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", "Connection: close", *headers))
    return Fault(raw=head.encode() + b"\r\n" + body, times=1 if then else None, then=then)


def download(publisher: Publisher, fault: Fault, to: Path, attempts: int = 3) -> Download | None:
    """Fetch what is answered as the fault says."""
    publisher.faults["/file.csv"] = fault
    with Client(Manners(timeout=0.4, attempts=attempts, first_wait=0, longest_wait=0)) as client:
        return client.download(f"{publisher.url}/file.csv", to / "file.csv", largest_bytes=5_000_000)


@pytest.mark.parametrize("status", [400, 403, 405, 501])
def test_a_server_that_does_not_answer_head_is_asked_for_one_byte(status: int, publisher: Publisher, tmp_path: Path) -> None:
    publisher.head_status = status

    (state,) = fetch_all(Home(tmp_path), publisher.addresses(), only={"gias_links"}, today=date(2025, 10, 1), cards=small_cards())

    assert (state.outcome, state.name, state.held) == ("new", "links_edubasealldata20250930.csv", None)
    looks = [(each.path[-12:], each.status) for each in publisher.requests if each.headers.get("Range") == "bytes=0-0"]
    assert looks == [("20251001.csv", 404), ("20250930.csv", 200)]


def test_where_it_cannot_be_told_whether_todays_file_is_there_that_of_the_day_before_is_taken(
    publisher: Publisher, tmp_path: Path
) -> None:
    publisher.faults[LINKS.replace("20250930", "20251001")] = Fault(status=403)
    publisher.head_status = 403

    (state,) = fetch_all(Home(tmp_path), publisher.addresses(), only={"gias_links"}, today=date(2025, 10, 1), cards=small_cards())

    assert (state.outcome, state.name) == ("new", "links_edubasealldata20250930.csv")
    assert "of 1 October 2025 is there cannot be told. The server answered with status 403" in str(state.held)
    assert "What to do: " in str(state.held)


def test_a_day_that_cannot_be_told_is_what_is_told_where_no_other_day_has_a_file(publisher: Publisher, tmp_path: Path) -> None:
    publisher.faults[LINKS.replace("20250930", "20251201")] = Fault(status=403)
    publisher.head_status = 403
    cards = {"gias_links": small_cards()["gias_links"].model_copy(update={"required": False})}

    (state,) = fetch_all(Home(tmp_path), publisher.addresses(), only={"gias_links"}, today=date(2025, 12, 1), cards=cards)

    assert "status 403" in str(state.problem)
    assert str(state.problem).count("What to do: ") == 1


def test_a_server_that_lets_nobody_in_is_asked_for_two_days_and_no_more(publisher: Publisher, tmp_path: Path) -> None:
    publisher.head_status = 403
    publisher.faults |= {LINKS.replace("20250930", day): Fault(status=403) for day in ("20251001", "20250930", "20250929")}

    cards = {"gias_links": small_cards()["gias_links"].model_copy(update={"required": False})}
    (state,) = fetch_all(Home(tmp_path), publisher.addresses(), only={"gias_links"}, today=date(2025, 10, 1), cards=cards)

    assert "status 403" in str(state.problem)
    assert len(publisher.requests) == 4
