"""A download that broke off and goes on: halves of two versions are never joined, and nothing is lost in silence."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from tests.security.test_hostile_publisher import (
    PATHS,
    _packed,
    raw,
)
from tests.support.publisher import Fault, Publisher
from warehouse.sources.fault import FetchError
from warehouse.sources.http import Client

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
