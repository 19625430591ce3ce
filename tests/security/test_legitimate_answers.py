"""What a server may answer by the RFCs, though few do, costs no source; what is close to it and wrong is refused."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from orchestration.cli import doctor
from tests.support.publisher import GIAS, Fault, Publisher, small_cards
from warehouse.home import Home
from warehouse.sources.body import Download
from warehouse.sources.fault import FetchError
from warehouse.sources.http import Client
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


CSV = b"URN,LinkURN\r\n" + b"100000,100001\r\n" * 10_000
HALVES = gzip.compress(CSV[:70_000]), gzip.compress(CSV[70_000:])
NOTHING = gzip.compress(b"")


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        *(("gzip", body) for body in (b"".join(HALVES), b"".join(HALVES) + bytes(512), HALVES[0] + bytes(70_000) + HALVES[1])),
        ("gzip", NOTHING * 2_000 + gzip.compress(CSV)),
        *((encoding, gzip.compress(CSV)) for encoding in ("x-gzip", "X-GZip", "aws-chunked, gzip", "gzip, identity")),
        *((encoding, CSV) for encoding in ("none", "utf-8", "UTF-8", "aws-chunked", "binary", "identity, identity", ",")),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_what_a_server_may_say_of_how_a_file_is_packed_is_understood(
    encoding: str, body: bytes, publisher: Publisher, tmp_path: Path
) -> None:
    """RFC 9110, 8.4.1.3: x-gzip is gzip; RFC 1952, 2.2: a gzip file is a row of members. The rest is no way of packing."""
    download(publisher, raw(f"Content-Encoding: {encoding}", f"Content-Length: {len(body)}", body=body), tmp_path)

    assert (tmp_path / "file.csv").read_bytes() == CSV


@pytest.mark.parametrize(
    ("encoding", "body", "says"),
    [
        ("gzip", HALVES[0] + b"more", "goes on after the end"),
        ("gzip", HALVES[0] + bytes(5) + b"more", "goes on after the end"),
        ("gzip", HALVES[0] + HALVES[1][:-9], "in the middle of what is packed"),
        ("gzip", HALVES[0] + b"\x1f", "in the middle of what is packed"),
        ("gzip", HALVES[0] + b"\x1f more", "cannot be unpacked"),
        ("gzip", bytes(100), "cannot be unpacked"),
        ("gzip", gzip.compress(bytes(1_000_000)) * 6, "larger than the 5,000,000"),
        ("x-gzip, gzip", gzip.compress(gzip.compress(CSV)), "not asked for (gzip, gzip)"),
        ("aws-chunked, br", CSV, "not asked for (br)"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_what_is_packed_and_not_whole_or_too_large_is_refused(
    encoding: str, body: bytes, says: str, publisher: Publisher, tmp_path: Path
) -> None:
    with pytest.raises(FetchError) as refused:
        download(publisher, raw(f"Content-Encoding: {encoding}", body=body), tmp_path)
    assert says in refused.value.problem


DATED = "Last-Modified: Tue, 30 Sep 2025 02:00:00 GMT"
ANOTHER_DAY = "Last-Modified: Wed, 01 Oct 2025 02:00:00 GMT"
LENGTH = f"Content-Length: {len(CSV)}"


def _broken_off(*headers: str, then: Fault) -> Fault:
    return raw(*headers, body=CSV[:70_000], then=then)


def _rest(*headers: str, of: int | str = len(CSV), then: Fault | None = None) -> Fault:
    span = f"Content-Range: bytes 70000-{len(CSV) - 1}/{of}"
    return raw(span, *headers, status="206 Partial Content", body=CSV[70_000:], then=then)


@pytest.mark.parametrize(
    ("first", "second"),
    [((DATED,), ()), ((DATED,), (DATED,)), (('ETag: "1"', DATED), ('ETag: "1"',)), (('ETag: W/"1"', DATED), ('ETag: W/"1"',))],
)
def test_the_rest_of_a_file_is_taken_without_the_date_that_was_sent(
    first: tuple[str, ...], second: tuple[str, ...], publisher: Publisher, tmp_path: Path
) -> None:
    """RFC 9110, 15.3.7: the answer to a condition that held should leave out what the client knows."""
    download(publisher, _broken_off(LENGTH, *first, then=_rest(*second)), tmp_path, attempts=2)

    assert (tmp_path / "file.csv").read_bytes() == CSV


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((LENGTH, DATED), (ANOTHER_DAY,)),
        ((LENGTH, DATED), ('ETag: "2"',)),
        ((LENGTH, 'ETag: "1"'), ()),
        ((LENGTH, 'ETag: W/"1"', DATED), ('ETag: W/"2"',)),
        (("Transfer-Encoding: chunked", DATED), ()),
    ],
)
def test_the_rest_of_what_may_be_another_file_is_not(
    first: tuple[str, ...], second: tuple[str, ...], publisher: Publisher, tmp_path: Path
) -> None:
    begun = _broken_off(*first, then=_rest(*second))
    if "chunked" in first[0]:
        assert begun.raw
        begun.raw = begun.raw.replace(CSV[:70_000], b"11170\r\n" + CSV[:70_000] + b"\r\n")  # 70,000, and no end
    with pytest.raises(FetchError, match="not of the file that began"):
        download(publisher, begun, tmp_path, attempts=2)


def test_a_server_whose_rest_cannot_be_taken_is_asked_for_the_whole_from_then_on(publisher: Publisher, tmp_path: Path) -> None:
    whole = raw(LENGTH, DATED, body=CSV)
    again = _broken_off(LENGTH, DATED, then=whole)

    download(publisher, _broken_off(LENGTH, DATED, then=_rest(DATED, of="*", then=again)), tmp_path, attempts=4)

    assert (tmp_path / "file.csv").read_bytes() == CSV
    assert [each.headers.get("Range") for each in publisher.requests] == [None, "bytes=70000-", None, None]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (raw(status="403 Forbidden"), "status 403"),
        (raw(status="407 Proxy Authentication Required"), "status 407"),
        (raw(status="500 Broken"), "status 500"),
        (raw("Location: http://b.invalid/", status="302 Found"), "sends us to another place"),
        (Fault(raw=b"SSH-2.0-OpenSSH\r\n\r\n"), "broke off"),
    ],
)
def test_doctor_says_that_a_publisher_answers_only_where_it_does(answer: Fault, says: str, publisher: Publisher) -> None:
    publisher.head_status = 405
    publisher.faults["/"] = answer

    state, said = doctor._reach(f"{publisher.url}/")

    assert (state, says in said, "What to do: " in said, "fetched last" in said) == ("note", True, True, True)


def test_doctor_says_that_a_publisher_answers_who_has_nothing_at_its_address(publisher: Publisher) -> None:
    assert doctor._reach(publisher.url) == ("ok", f"{publisher.url} answers")


def test_doctor_says_of_an_address_that_is_none_that_it_cannot_be_asked() -> None:
    state, said = doctor._reach("ftp://a.invalid")
    assert (state, "none that can be asked" in said) == ("note", True)
