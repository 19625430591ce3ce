"""A hostile publisher on loopback: whatever it answers, its source says what was odd, the others are fetched, memory is bounded."""

from __future__ import annotations

import gzip
import json
import random
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import brotli
import httpx
import pytest

from tests.security.fetcher import Fetched, Fetcher
from tests.support.publisher import GIAS, GOVUK, TITLE, Fault, Publisher
from tests.support.publisher.arcgis import ITEMS, SERVICES
from warehouse.home import Home
from warehouse.sources.arcgis import layer_url
from warehouse.sources.cards import ArcgisLayer, ArcgisTable, EesDataSet, read_cards
from warehouse.sources.fault import FetchError
from warehouse.sources.http import Client, may_lead_to

MOST_MB = 400
"""The issue's words: "memory stays under 400 MB"."""

WITNESS = "ons_rural_urban_2011"
"""Another source, which is fetched all the same, after all the others."""

LINKS, RELEASE, RESULTS, TABLE, AREAS = "gias_links", "ofsted_inspections", "ks4_results", "ons_lsoa_2011_2021", "ons_regions"
VICTIMS = (LINKS, RELEASE, RESULTS, TABLE, AREAS)


@pytest.fixture(scope="module")
def _server(small_sample: Path) -> Iterator[Publisher]:
    with Publisher(small_sample) as running:
        yield running


@pytest.fixture
def publisher(_server: Publisher) -> Iterator[Publisher]:
    """The pretend publisher, as it was at first whatever the test before did to it."""
    files, attachments = _server.files.copy(), _server.attachments.copy()
    _server.faults.clear()
    _server.requests.clear()
    yield _server
    _server.files, _server.attachments = files, attachments


@pytest.fixture(scope="module")
def fetcher(_server: Publisher) -> Iterator[Fetcher]:
    """The process that fetches; one for all tests of this file."""
    with Fetcher(_server.url) as process:
        yield process


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def _paths() -> dict[str, str]:
    """Where each answer is that a test makes odd."""
    finders = {id_: card.finder for id_, card in read_cards().items()}
    results, table, areas = finders[RESULTS], finders[TABLE], finders[AREAS]
    assert isinstance(results, EesDataSet)
    assert isinstance(table, ArcgisTable)
    assert isinstance(areas, ArcgisLayer)
    data_set = f"/statistics/v1/data-sets/{results.data_set}"
    return {
        "links": f"{GIAS}links_edubasealldata20250930.csv",
        "content": f"/api/content{GOVUK}",
        "page": GOVUK,
        "release": "",
        "data set": f"{data_set}/",
        "versions": f"{data_set}/versions",
        "results": f"{data_set}/csv",
        "item": ITEMS + table.item,
        "table": f"{SERVICES}Table_{table.item[:6]}/FeatureServer/0/query",
        "areas": f"{SERVICES}{areas.layer}/FeatureServer/0/query",
    }


PATHS = _paths()
OF = {LINKS: ("links",), RELEASE: ("content", "page", "release"), RESULTS: ("data set", "versions", "results"),
      TABLE: ("item", "table"), AREAS: ("areas",)}  # fmt: skip


def make_odd(publisher: Publisher, which: str, fault: Fault) -> None:
    """Let an answer be odd from now on."""
    path = publisher.attachments[0].path if which == "release" else PATHS[which].rstrip("/")
    publisher.faults[path] = fault


def raw(*headers: str, status: str = "200 OK", body: bytes = b"") -> Fault:
    """A whole answer as it goes over the wire; a header is Latin-1, as HTTP has it."""
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", "Connection: close", *headers))
    return Fault(raw=head.encode("latin-1") + b"\r\n" + body)


def assert_others_go_on(fetched: Fetched, card: str) -> dict[str, Any]:
    """The state of the source that was attacked."""
    assert fetched.raised is None
    assert fetched.states[WITNESS]["outcome"] == "new"
    assert fetched.peak_mb < MOST_MB
    return fetched.states[card]


def _brotli_bomb(megabytes: int) -> bytes:
    packer = brotli.Compressor(quality=1)
    zeros = bytes(1_000_000)
    return b"".join([*(packer.process(zeros) for _ in range(megabytes)), packer.finish()])


def _packed(body: bytes, how: str) -> Fault:
    return raw(f"Content-Encoding: {how}", "Content-Type: text/csv", f"Content-Length: {len(body)}", body=body)


def _json(text: str) -> Fault:
    return Fault(body=text.encode())


DEEP = "[" * 200_000
BOMB = _brotli_bomb(600)
LIST = _json("[1, 2]")
ROWS = [{"attributes": {"LSOA11CD": "E01000001", "LSOA21CD": "E01000001"}}]
VERSION = {"version": "1.0", "status": "Published", "published": "2025-02-27T09:30:00+00:00", "timePeriods": {"end": "2023/24"}}


def _versions(total: object = 1, **changes: object) -> Fault:
    return _json(json.dumps({"results": [VERSION | changes], "paging": {"totalResults": total}}))


NUMBERS = {"a number it is not": "ten", "below nothing": "-5", "beyond all bounds": "9" * 30, "a petabyte": str(10**15)}
WAITS = ("²", "-5", "nan", "1e300", "Mon, 99 Nix 9999 99:99:99 GMT", "Mon, 06 Nov 1994 08:49:37 -0000", "Tue, 1 Jan 99999 0:0:0 +9")

# What is odd: which source, which of its answers, how, and what the state must say ("": the source copes, and takes the file).
ODD: dict[str, tuple[str, str, Fault, str]] = {
    "brotli that becomes 600 MB": (LINKS, "links", _packed(BOMB, "br"), "packed in a way that was not asked for (br)"),
    "a page in brotli": (TABLE, "item", _packed(BOMB, "br"), "packed in a way that was not asked for (br)"),
    "deflate": (LINKS, "links", _packed(zlib.compress(b"x" * 1000), "deflate"), "not asked for (deflate)"),
    "gzip in brotli": (LINKS, "links", _packed(BOMB, "gzip, br"), "not asked for (gzip, br)"),
    "gzip in gzip": (LINKS, "links", _packed(gzip.compress(gzip.compress(bytes(10**8))), "gzip, gzip"), "not asked for"),
    "gzip that becomes 600 MB": (LINKS, "links", _packed(gzip.compress(bytes(6 * 10**8), 1), "gzip"), "larger than the 5,000,000"),
    "JSON in gzip that becomes 100 MB": (TABLE, "item", _packed(gzip.compress(b" " * 10**8), "gzip"), "larger than the 2,000,000"),
    "gzip of nothing without end": (
        LINKS, "links", _packed(gzip.compress(b"")[:10] + b"\0\0\0\xff\xff" * 1_200_000, "gzip"), "larger than the 5,000,000"
    ),
    "a part that nobody asked for": (
        LINKS, "links", raw("Content-Range: bytes 0-9/20", status="206 Partial Content", body=b"URN,LinkUR"),
        "status 206, which was not asked for",
    ),
    "not changed, though nothing is there": (LINKS, "links", raw(status="304 Not Modified"), "status 304, which was not asked for"),
    **{
        f"a length that is {what}": (LINKS, "links", raw(f"Content-Length: {length}", body=b"URN"), "")
        for what, length in NUMBERS.items()
    },
    **{
        f"Retry-After: {wait}": (LINKS, "links", raw(f"Retry-After: {wait}", status="503 Busy"), "status 503, in 2 attempts")
        for wait in WAITS
    },
    "Retry-After of a hundred nines": (LINKS, "links", raw("Retry-After: " + "9" * 400, status="503 Busy"), "to be left alone"),
    "a redirect to a file": (LINKS, "links", raw("Location: file:///etc/passwd", status="302 Found"), "sends us to another place"),
    "a redirect to FTP": (LINKS, "links", raw("Location: ftp://127.0.0.1/x", status="302 Found"), "sends us to another place"),
    "a redirect to itself": (LINKS, "links", raw(f"Location: {PATHS['links']}", status="302 Found"), "elsewhere more than 5 times"),
    "a redirect to a name there cannot be": (
        LINKS, "links", raw("Location: https://a..b/x", status="302 Found"), "none that can be asked"
    ),
    "a redirect with brotli that becomes 600 MB": (
        LINKS, "links", raw("Location: ftp://x/", "Content-Encoding: br", status="302 Found", body=BOMB), "to another place"
    ),
    "answers that say there will be one, without end": (
        LINKS, "links", Fault(raw=b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, again_and_again=True), "longer than 2 s, in 2 attempts"
    ),
    "a page without a length or an end": (TABLE, "item", replace(raw(), again_and_again=True), "larger than the 2,000,000 bytes"),
    "a file without a length or an end": (LINKS, "links", replace(raw(), again_and_again=True), "larger than the 5,000,000 bytes"),
    "a status beyond all": (LINKS, "links", raw(status="999 Nobody knows"), "status 999"),
    "no HTTP at all": (LINKS, "links", Fault(raw=b"\0\1\2 nothing\r\n\r\n"), "broke off"),
    "200,000 brackets in the content API": (RELEASE, "content", _json(DEEP), ""),
    "a list in the content API": (RELEASE, "content", LIST, ""),
    "an attachment with a number for an address": (RELEASE, "content", _json('{"details": {"attachments": [{"url": 5}]}}'), ""),
    "200,000 brackets in a list of versions": (RESULTS, "versions", _json(DEEP), "not JSON"),
    "a list where a data set belongs": (RESULTS, "data set", LIST, "not as expected: Input should be an object"),
    "a string where versions belong": (RESULTS, "versions", _json('{"results": "none", "paging": {}}'), "results Input should be"),
    "a version published never": (RESULTS, "versions", _versions(published="never"), "published Input should be a valid datetime"),
    "a version of the year 9999": (RESULTS, "versions", _versions(published="9999-12-31T00:00:00Z"), "which is in the future"),
    "a version with periods in a list": (RESULTS, "versions", _versions(timePeriods=["2023/24"]), "timePeriods Input should be"),
    "a version of a million digits": (RESULTS, "versions", _versions(version="9" * 1_000_000), "version String should match"),
    "a version that leads elsewhere": (RESULTS, "versions", _versions(version="../../1"), "version String should match"),
    "versions without end": (
        RESULTS, "versions", _json(json.dumps({"results": [VERSION] * 20, "paging": {"totalResults": 10**12}})), "has no end in 50"
    ),
    "modified: 1e300": (TABLE, "item", _json('{"url": "https://x/a/FeatureServer", "modified": 1e300}'), "modified Input"),
    "an item of no address": (TABLE, "item", _json('{"url": "http://[", "modified": 1}'), "does not say where the table is"),
    "half a character": (TABLE, "item", _json('{"error": {"message": "\\ud800"}}'), "not JSON"),
    "a NUL": (TABLE, "item", _json('{"error": {"message": "a\\u0000b"}}'), "reports an error"),
    "not a number": (TABLE, "item", _json('{"url": "https://x/a/FeatureServer", "modified": NaN}'), "not as expected"),
    "an error of a megabyte": (TABLE, "item", _json(json.dumps({"error": "x" * 1_000_000})), "reports an error"),
    "a table without end": (
        TABLE, "table", _json(json.dumps({"count": 60, "features": ROWS, "exceededTransferLimit": True})), "came with 61 rows"
    ),
    "a table of a trillion rows, one at a time": (
        TABLE, "table", _json(json.dumps({"count": 10**12, "features": ROWS, "exceededTransferLimit": True})), "came with 200 rows"
    ),
    "a table in the cells of a table": (
        TABLE, "table", _json('{"count": 1, "features": [{"attributes": {"LSOA11CD": [1], "LSOA21CD": {}}}]}'), "not as expected"
    ),
    "half a million of the smallest rows": (
        TABLE, "table", _json('{"count": 1, "features": [' + ",".join(['{"attributes":{}}'] * 110_000) + "]}"), "at most 5000 items"
    ),
    "200,000 brackets for boundaries": (AREAS, "areas", _json(DEEP), "no GeoJSON feature collection"),
    "numbers for boundaries": (AREAS, "areas", _json('{"features": [1, 2]}'), "no GeoJSON feature collection"),
    "a boundary without its name": (
        AREAS,
        "areas",
        _json('{"type": "FeatureCollection", "features": [{"properties": {"RGN24CD": "E1"}, "geometry": null}]}'),
        "nothing in RGN24NM",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", ODD)
def test_an_odd_answer_is_that_sources_problem_and_the_others_go_on(
    what: str, publisher: Publisher, fetcher: Fetcher, home: Home
) -> None:
    card, which, fault, says = ODD[what]
    make_odd(publisher, which, replace(fault))

    state = assert_others_go_on(fetcher.fetch(home.root, card, WITNESS), card)

    copes = not says and card == RELEASE  # by the page itself
    assert state["outcome"] == ("new" if copes else "missing")
    assert copes or says in state["problem"]
    assert copes or "What to do: " in state["problem"]
    assert len(state["problem"] or "") < 3000


@pytest.mark.parametrize("charset", ["base64", "zip", "undefined", "idna", "\N{SUPERSCRIPT TWO}"])
def test_a_page_in_a_charset_that_is_none_is_read(charset: str, publisher: Publisher, fetcher: Fetcher, home: Home) -> None:
    make_odd(publisher, "content", Fault(status=503))
    make_odd(publisher, "page", Fault(headers={"Content-Type": f"text/html; charset={charset}"}))

    assert assert_others_go_on(fetcher.fetch(home.root, RELEASE, WITNESS), RELEASE)["outcome"] == "new"


@pytest.mark.parametrize(
    "page",
    [
        b"<![x" * 10,
        b"",
        b"<a href='https://[/a.csv'>x",
        b"<" * 1_900_000,
        b"<b>x" * 400_000,
        b"<h1><a href=x.csv>" * 90_000,
        b"\0\xff",
    ],
    ids=["a declaration of nothing", "nothing", "no address", "brackets", "words in bold", "links in links", "no text"],
)
def test_a_page_that_is_none_is_a_problem_that_is_told(page: bytes, publisher: Publisher, fetcher: Fetcher, home: Home) -> None:
    make_odd(publisher, "content", Fault(status=503))
    make_odd(publisher, "page", Fault(body=page, headers={"Content-Type": "text/html"}))

    state = assert_others_go_on(fetcher.fetch(home.root, RELEASE, WITNESS), RELEASE)

    assert (state["outcome"], "What to do: " in state["problem"]) == ("missing", True)


@pytest.mark.parametrize("tag", ['"\xe9"', '"' + "x" * 20_000 + '"'], ids=["not plain", "long"])
def test_a_validator_that_cannot_be_sent_back_is_not_kept(tag: str, publisher: Publisher, fetcher: Fetcher, home: Home) -> None:
    make_odd(publisher, "links", Fault(headers={"ETag": tag, "Last-Modified": tag}))
    assert_others_go_on(fetcher.fetch(home.root, LINKS, WITNESS), LINKS)
    publisher.faults.clear()

    again = fetcher.fetch(home.root, LINKS)

    assert (again.raised, again.states[LINKS]["outcome"], again.states[LINKS]["problem"]) == (None, "unchanged", None)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{port}/media/x/f.csv",
        "file:///etc/passwd",
        "https://127.0.0.1/f.csv",
        "https://assets.publishing.service.gov.uk.x/f",
    ],
)
def test_a_page_that_lists_a_file_elsewhere_does_not_send_us_there(
    address: str, publisher: Publisher, fetcher: Fetcher, home: Home, small_sample: Path
) -> None:
    with Publisher(small_sample) as other:
        listed = {"title": TITLE.format("30 September 2025"), "content_type": "text/csv"}
        listed["url"] = address.format(port=other.url.rpartition(":")[2])
        make_odd(publisher, "content", _json(json.dumps({"details": {"attachments": [listed]}})))

        state = assert_others_go_on(fetcher.fetch(home.root, RELEASE, WITNESS), RELEASE)

        assert "at a server that is not the publisher's" in state["problem"]
        assert other.requests == []


def test_a_redirect_to_another_server_is_not_followed(
    publisher: Publisher, fetcher: Fetcher, home: Home, small_sample: Path
) -> None:
    with Publisher(small_sample) as other:
        make_odd(publisher, "links", raw(f"Location: {other.url}{PATHS['links']}", status="302 Found"))

        state = assert_others_go_on(fetcher.fetch(home.root, LINKS, WITNESS), LINKS)

        assert "sends us to another place" in state["problem"]
        assert other.requests == []


@pytest.mark.parametrize(
    ("asked", "other", "may"),
    [
        ("https://a.uk/x", "https://b.uk/x", True),
        ("https://a.uk/x", "http://a.uk/x", False),
        ("http://a.uk/x", "http://a.uk/y", True),
        ("http://a.uk/x", "https://a.uk/y", True),
        ("http://a.uk/x", "http://a.uk:8080/y", False),
        ("http://a.uk/x", "http://b.uk/y", False),
        ("https://a.uk/x", "file://a.uk/etc/passwd", False),
        ("https://a.uk/x", "https://127.0.0.1/x", False),
        ("https://a.uk/x", "https://127.1.2.3:8443/x", False),
        ("https://a.uk/x", "https://[::1]/x", False),
        ("https://a.uk/x", "https://[::ffff:127.0.0.1]/x", False),
        ("https://a.uk/x", "https://0.0.0.0/x", False),
        ("https://a.uk/x", "https://169.254.169.254/latest/meta-data", False),
        ("https://a.uk/x", "https://localhost./x", False),
        ("https://a.uk/x", "https://LOCALHOST/x", False),
        ("http://localhost/x", "https://localhost/x", True),
    ],
)
def test_a_redirect_leads_to_https_or_stays_where_it_is(asked: str, other: str, may: bool) -> None:
    assert may_lead_to(httpx.URL(asked), httpx.URL(other)) == may


OLD, NEW = b"old," * 50_000, b"new," * 60_000
HALF = len(OLD) // 2


def _rest(*, tag: str = '"old"', start: int = HALF, end: int | None = None, total: int | None = None, body: bytes = OLD) -> Fault:
    total = len(body) if total is None else total
    end = total - 1 if end is None else end
    headers = [f"ETag: {tag}", f"Content-Range: bytes {start}-{end}/{total}", f"Content-Length: {len(body) - HALF}"]
    return raw(*headers, status="206 Partial Content", body=body[HALF:])


RESTS = {
    "of another version": _rest(tag='"new"', body=NEW),
    "of another version that is as long": _rest(tag='"new"', body=NEW[: len(OLD)]),
    "of a file of another length": _rest(body=NEW),
    "that begins elsewhere": _rest(start=0),
    "that ends elsewhere": _rest(end=len(OLD) - 5),
    "that does not say what it is of": raw('ETag: "old"', status="206 Partial Content", body=OLD[HALF:]),
    "that is packed": raw(
        'ETag: "old"', f"Content-Range: bytes {HALF}-{len(OLD) - 1}/{len(OLD)}", "Content-Encoding: gzip",
        status="206 Partial Content", body=gzip.compress(OLD[HALF:]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("rest", RESTS)
def test_halves_of_two_versions_are_never_joined(rest: str, publisher: Publisher, tmp_path: Path) -> None:
    """The first half of one version arrives, and what is said to be its rest is not: the download begins again."""
    path = PATHS["links"]
    publisher.files[path] = NEW, "text/csv"
    whole = raw('ETag: "old"', f"Content-Length: {len(OLD)}", "Content-Type: text/csv", body=OLD[:HALF])
    publisher.faults[path] = replace(whole, times=1, then=replace(RESTS[rest], times=1))

    with Client(replace(publisher.addresses().manners, attempts=3)) as client:
        client.download(publisher.url + path, tmp_path / "file", largest_bytes=5_000_000)

    assert (tmp_path / "file").read_bytes() == NEW


def test_what_stands_behind_what_is_packed_is_not_lost_in_silence(publisher: Publisher, tmp_path: Path) -> None:
    body = gzip.compress(OLD) + NEW
    publisher.faults[PATHS["links"]] = _packed(body, "gzip")

    with Client(publisher.addresses().manners) as client, pytest.raises(FetchError, match="goes on after the end"):
        client.download(publisher.url + PATHS["links"], tmp_path / "file", largest_bytes=5_000_000)


def test_a_part_of_a_file_that_has_shrunk_is_asked_for_no_more(publisher: Publisher, tmp_path: Path) -> None:
    """Status 416: there is no such part; the same question again would have the same answer."""
    path = PATHS["links"]
    publisher.files[path] = NEW, "text/csv"
    half = raw('ETag: "old"', f"Content-Length: {len(OLD)}", body=OLD[:HALF])
    publisher.faults[path] = replace(half, times=1, then=Fault(status=416, times=2))

    with Client(replace(publisher.addresses().manners, attempts=4)) as client:
        client.download(publisher.url + path, tmp_path / "file", largest_bytes=5_000_000)

    assert (tmp_path / "file").read_bytes() == NEW
    assert ["Range" in request.headers for request in publisher.requests] == [False, True, False, False]


CASES, SEED = 200, 16


@dataclass(frozen=True)
class _Dice:
    """Answers by chance."""

    chance: random.Random

    def answer(self, genuine: bytes) -> Fault:
        """A status, headers and a body, each of which may be odd."""
        chance = self.chance
        body = self._body(genuine)
        headers = []
        for name, values in self._headers(len(body)).items():
            if chance.random() < 0.3:
                headers.append(f"{name}: {chance.choice(values)}")
        status = chance.choice(
            ["200 OK"] * 6 + ["206 Partial Content", "304 Not Modified", "204 None", "302 Found", "500 x", "429 x", "777 ?"]
        )
        fault = raw(*headers, status=status, body=body[: chance.choice([None, None, len(body) // 2])])
        return fault if chance.random() < 0.95 else Fault(raw=chance.randbytes(500))

    def _body(self, genuine: bytes) -> bytes:
        chance = self.chance
        odd = bytearray(genuine)
        for _ in range(chance.randint(1, 20)):
            odd[chance.randrange(len(odd))] = chance.randrange(256)
        made: list[Callable[[], bytes]] = [
            lambda: genuine,
            lambda: bytes(odd),
            lambda: genuine[: chance.randrange(len(genuine))],
            lambda: genuine * 2,
            bytes,
            lambda: chance.randbytes(3000),
            lambda: self._json(4).encode("utf-8", "surrogatepass"),
            lambda: (chance.choice('[{<"') * 100_000).encode(),
            lambda: gzip.compress(genuine),
            lambda: gzip.compress(bytes(20_000_000), 1),
            lambda: brotli.compress(bytes(20_000_000), quality=1),
            lambda: bytes(6_000_000),
        ]
        return chance.choice(made)()

    def _json(self, depth: int) -> str:
        chance = self.chance
        names = ["details", "attachments", "url", "title", "results", "paging", "version", "latestVersion", "published", "features",
                 "attributes", "count", "modified", "error", "properties", "geometry", "totalResults", "timePeriods"]  # fmt: skip
        strings = ["", "²", "https://[", "\\ud800", "\\u0000", "\ud800", "2.0", "Published"]
        scalars = ["null", "true", "-1", "1e300", "1e999", "NaN", "9" * 30, *(f'"{each}"' for each in strings)]
        if depth == 0 or chance.random() < 0.2:
            return chance.choice(scalars)
        inner = [self._json(depth - 1) for _ in range(chance.randint(0, 6))]
        if chance.random() < 0.3:
            return f"[{', '.join(inner)}]"
        return "{" + ", ".join(f'"{chance.choice(names)}": {each}' for each in inner) + "}"

    @staticmethod
    def _headers(length: int) -> dict[str, list[str]]:
        return {
            "Content-Length": [str(length)] * 4 + ["0", "-1", "x", "²", "9" * 25, str(length + 5), "5, 5"],
            "Content-Encoding": ["gzip", "br", "zstd", "deflate", "gzip, br", "identity", "\xe9", "x" * 500],
            "Transfer-Encoding": ["chunked", "gzip", "x"],
            "Content-Type": ["text/html", "application/json", "text/csv; charset=base64", "\xff", "x/y; charset=\xb2"],
            "Content-Range": ["bytes 0-9/10", "bytes */5", "²", "bytes 5-1/1"],
            "Retry-After": list(WAITS),
            "Location": ["/elsewhere", "file:///etc/passwd", "//", "http://[", "https://a..b/", "http://127.0.0.1:99999/", "\xe9"],
            "ETag": ['"x"', "W/x", '"\xe9"', ""],
            "Last-Modified": ["never", "\xe9", "Tue, 30 Sep 2025 02:00:00 GMT"],
            "Set-Cookie": ["a=b; Domain=.uk; Expires=never", "x" * 5000],
        }


def test_200_answers_by_chance_end_no_refresh_and_fill_no_memory(publisher: Publisher, fetcher: Fetcher, tmp_path: Path) -> None:
    """Seeded, so that a failure comes again: its number is in what is told of it."""
    chance = random.Random(SEED)
    with closing(httpx.Client(trust_env=False)) as client:
        genuine = {which: _genuine(client, publisher, which) for parts in OF.values() for which in parts}
    told = []
    for number in range(CASES):
        card = VICTIMS[number % len(VICTIMS)]
        which = chance.choice(OF[card])
        publisher.faults.clear()
        make_odd(publisher, which, _Dice(chance).answer(genuine[which]))
        fetched = fetcher.fetch(tmp_path / str(number), card, WITNESS)
        assert (number, which, fetched.raised) == (number, which, None)
        state = assert_others_go_on(fetched, card)
        told.append(state["outcome"])
        assert state["outcome"] == "new" or "What to do: " in state["problem"]
    assert told.count("missing") > CASES / 3


def _genuine(client: httpx.Client, publisher: Publisher, which: str) -> bytes:
    queries = {"table": "?where=LSOA11CD LIKE 'E%'&outFields=LSOA11CD,LSOA21CD&f=json"}
    finder = read_cards()[AREAS].finder
    assert isinstance(finder, ArcgisLayer)
    path = publisher.attachments[0].path if which == "release" else PATHS[which].rstrip("/")
    url = layer_url(finder, publisher.addresses()) if which == "areas" else publisher.url + path + queries.get(which, "")
    content = client.get(url).content
    assert content
    return content
