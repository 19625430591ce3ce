"""A hostile publisher on loopback: whatever it answers, its source says what was odd, the others are fetched, memory is bounded."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import brotli
import httpx
import pytest

from tests.security.fetcher import Fetched, Fetcher
from tests.support.publisher import GIAS, GOVUK, TITLE, Fault, Publisher
from tests.support.publisher.arcgis import ITEMS, SERVICES
from warehouse.home import Home
from warehouse.sources.cards import ArcgisLayer, ArcgisTable, EesDataSet, read_cards
from warehouse.sources.http import may_lead_to

MOST_MB = 400
"""The issue's words: "memory stays under 400 MB"."""

WITNESS = "ons_rural_urban_2011"
"""Another source, which is fetched all the same, after all the others."""

LINKS, RELEASE, RESULTS, TABLE, AREAS = "gias_links", "ofsted_inspections", "ks4_results", "ons_lsoa_2011_2021", "ons_regions"
VICTIMS = (LINKS, RELEASE, RESULTS, TABLE, AREAS)


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
