"""The pretend publisher's server: what is asked of it, what is answered, and what goes wrong.

Every request is kept in ``requests``; what is posted to it (a webhook) in ``posted``.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from tests.support.publisher import arcgis, ees, govuk
from tests.support.publisher.answer import Answer, as_json
from tests.support.publisher.arcgis import ITEMS, SERVICES, Layer
from tests.support.publisher.ees import DataSet
from tests.support.publisher.govuk import GOVUK, TITLE, Attachment
from tests.support.relaid import COHORTS, RESULTS, with_groups, write_relaid
from warehouse.sources.cards import ArcgisLayer, ArcgisTable, EesDataSet, read_cards
from warehouse.sources.settings import Addresses, Manners

GIAS = "/edubase/downloads/public/"
RELAID = "-relaid"


@dataclass
class Fault:
    """What goes wrong with a path, ``times`` times (None: always).

    ``status``: answered instead. ``hang``: no answer. ``cut_to``: the body stops there, though Content-Length promises it whole.
    ``raw``: the whole answer as it goes over the wire, however odd. ``again_and_again``: until the client
    goes. ``then``: what goes wrong once this is over.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    hang: bool = False
    cut_to: int | None = None
    times: int | None = None
    raw: bytes | None = None
    again_and_again: bool = False
    then: Fault | None = None


@dataclass(frozen=True)
class Request:
    """One request as it came, and what was answered."""

    method: str
    path: str
    status: int
    body_bytes: int
    headers: dict[str, str]


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a client that ends in the middle is no news."""


@cache
def relaid_once(sample: Path) -> Path:
    """The sample under genuine headers, or the folder itself where it is that."""
    if sample.name.endswith(RELAID):
        return sample
    folder = sample.with_name(f"{sample.name}-{os.getpid()}{RELAID}")
    return folder if folder.exists() else write_relaid(sample, folder)


class Publisher:
    """Files by path; ``attachments`` in the order of GOV.UK's list; ``layers`` by the path of their rows; ``faults`` by path.

    ``is_older_page``: GOV.UK's page is in the style of some years ago. ``allows_ranges``: a part of a file can be had.
    ``head_status``: what HEAD is answered, whatever is there.
    """

    def __init__(self, sample: Path) -> None:
        self.files: dict[str, tuple[bytes, str]] = {}
        self.attachments: list[Attachment] = []
        self.is_older_page = False
        self.data_sets: dict[str, DataSet] = {}
        self.layers: dict[str, Layer] = {}
        self.faults: dict[str, Fault] = {}
        self.requests: list[Request] = []
        self.posted: list[dict[str, Any]] = []
        self.allows_ranges = True
        self.head_status: int | None = None
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._fill(relaid_once(sample))

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def addresses(self) -> Addresses:
        """Its addresses, with time-outs and pauses short enough for tests."""
        manners = Manners(timeout=0.4, attempts=2, first_wait=0.01, longest_wait=0.05)
        return Addresses(gias=self.url, govuk=self.url, ees=self.url, ons=self.url, arcgis=self.url, manners=manners)

    def downloads(self) -> list[str]:
        """Paths of data that were sent, whole or in part."""
        data = (".csv", "/csv", "/query")
        return [r.path for r in self.requests if r.method == "GET" and r.path.endswith(data) and r.status in (200, 206)]

    def gias(self, day: str, sample: Path) -> None:
        """Serve the daily files as of that day (yyyymmdd)."""
        for name in ("edubasealldata", "links_edubasealldata", "allgroupsdata", "academiesmatmembership"):
            for path in (relaid_once(sample) / "gias").glob(f"{name}[0-9]*.csv"):
                self.files[f"{GIAS}{name}{day}.csv"] = path.read_bytes(), "application/octet-stream"

    def attach(self, as_at: str, media: str, content: bytes, *, first: bool = False) -> str:
        """List an Ofsted release, and give its path back; another ``media`` is another upload."""
        title = TITLE.format(as_at)
        path = govuk.media_path(title, media)
        self.files[path] = content, "text/csv"
        self.attachments.insert(0 if first else len(self.attachments), Attachment(title, path))
        return path

    def version(
        self,
        data_set: str,
        version: str,
        content: bytes,
        period: str = "2023/24",
        published: str = "2025-02-27",
        status: str = "Published",
    ) -> None:
        """Publish a version of a data set, as Explore Education Statistics lists it: newest first."""
        about = self.data_sets.setdefault(data_set, DataSet(data_set, "schools"))
        about.publish(version, content, period=period, published=published, status=status)

    def with_groups(self, data_set: str, sample: Path, version: str = "1.1") -> None:
        """Publish the results of key stage 4 as they are laid out since 2024/25: three years, and groups of each school."""
        self.version(data_set, version, with_groups(next((sample / "ks4").rglob("*.csv")).read_bytes()))

    def newest_csv(self, data_set: str) -> bytes:
        """The CSV of the newest version of a data set."""
        about = self.data_sets[data_set]
        return about.files[about.versions[0]["version"]]

    def table(
        self, item: str, rows: list[dict[str, Any]], modified: int = 1754900550000, *, most: int = 25, service: str = "Table"
    ) -> str:
        """Serve a table under an item of the portal, ``most`` rows at a time, and give the path of its rows back."""
        name = f"{service}_{item[:6]}"
        path = f"{SERVICES}{name}/FeatureServer/0/query"
        self.layers = {
            each: layer for each, layer in self.layers.items() if not each.endswith(f"_{item[:6]}/FeatureServer/0/query")
        }
        self.layers[path] = Layer(name, rows, most)
        served = arcgis.item(item, name, f"{self.url}{SERVICES}{name}/FeatureServer", modified)
        self.files[ITEMS + item] = served.body, served.content_type
        return path

    def _fill(self, sample: Path) -> None:
        self.gias("20250930", sample)
        self.attach("31 August 2025", "68c1aa", next((sample / "ofsted").glob("*.csv")).read_bytes())
        self.attachments.extend(govuk.BESIDE)
        results = {
            "ks2_results": (sample / "ks2" / RESULTS, "2024/25"),
            "ks2_cohorts": (sample / "ks2" / COHORTS, "2024/25"),
            "ks4_results": (next((sample / "ks4").rglob("*.csv")), "2023/24"),
        }
        for card in read_cards().values():
            if isinstance(card.finder, EesDataSet):
                path, period = results[card.id]
                self.version(card.finder.data_set, "1.0", path.read_bytes(), period)
            if isinstance(card.finder, ArcgisLayer):
                shapes = _shapes(sample / "ons", card.finder.code)
                rows = _areas(card.finder.code, shapes, card.smallest_rows)
                layer = Layer(card.finder.layer, rows + arcgis.wales(rows), most=2000, has_shapes=True, shapes=shapes)
                self.layers[f"{SERVICES}{layer.name}/FeatureServer/0/query"] = layer
            if isinstance(card.finder, ArcgisTable):
                lsoas = _lsoas(sample / "reference")
                rows = list({tuple(row[column] for column in card.finder.columns): row for row in lsoas}.values())
                self.table(card.finder.item, rows + arcgis.wales(rows), most=25 if len(rows) < 1000 else 2000)

    def answer(self, path: str, query: str = "") -> Answer | None:
        """What is at a path: ``files`` before what is made from attachments, data sets and layers."""
        asked = parse_qs(query)
        if path in self.files:
            body, content_type = self.files[path]
            return Answer(body, content_type)
        if path == f"/api/content{GOVUK}":
            return as_json(govuk.content_item(self.attachments, self.url), "application/json; charset=utf-8")
        if path == GOVUK:
            page = govuk.page(self.attachments, self.url, is_older_style=self.is_older_page)
            return Answer(page.encode(), "text/html; charset=utf-8")
        if path.startswith(ees.PREFIX):
            id_, _, rest = path.removeprefix(ees.PREFIX).partition("/")
            return self.data_sets[id_].answer(rest, asked) if id_ in self.data_sets else ees.not_found()
        if path in self.layers:
            return self.layers[path].query(asked)
        if f"{path}/query" in self.layers:
            return as_json(self.layers[f"{path}/query"].about())
        if path.startswith(SERVICES):
            return arcgis.invalid_url()
        return arcgis.missing_item() if path.startswith(ITEMS) else None

    def fault(self, path: str) -> Fault | None:
        """The fault of this request, counted down."""
        fault = self.faults.get(path)
        while fault and fault.times == 0:
            fault = fault.then
        if fault is None:
            return None
        if fault.times is not None:
            fault.times -= 1
        return fault


def _shapes(folder: Path, code: str) -> dict[str, dict[str, Any]]:
    """The boundaries of a drop folder by the codes of their areas, whose property may be of another year; none in the sample."""
    kind = code.removesuffix("CD").rstrip("0123456789")
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.geojson")):
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
            for name, value in feature["properties"].items():
                if re.fullmatch(rf"{kind}\d\dCD", name):
                    found[value] = feature["geometry"]
    return found


def _areas(code: str, shapes: Iterable[str], areas: int) -> list[dict[str, Any]]:
    """Areas of England with the fields of ONS's boundaries: those that have shapes, else as many as are asked for."""
    rest = {"BNG_E": 417314, "BNG_N": 600356, "LONG": -1.7, "LAT": 55.3, "GlobalID": "00000000-0000-0000-0000-000000000000"}
    codes = list(shapes) or [f"E99{n:06}" for n in range(areas)]
    return [{code: each, f"{code.removesuffix('CD')}NM": f"Area {n}", **rest} for n, each in enumerate(codes)]


def _lsoas(folder: Path) -> list[dict[str, Any]]:
    """Small areas with the fields of both of ONS's tables: a drop folder's, else a few that are made up."""
    for path in folder.glob("lsoa21_to_ruc11.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [dict(row) for row in csv.DictReader(file)]
    codes = [f"E01{n:06}" for n in range(60)]
    return [{"LSOA11CD": code, "LSOA21CD": code, "RUC11CD": ("A1", "C1", "E1")[n % 3]} for n, code in enumerate(codes)]


def _handler(publisher: Publisher) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body in one piece: the second of two waits 40 ms for the first to be acknowledged

        def log_message(self, *_: Any) -> None:
            """Nothing on standard error."""

        def do_HEAD(self) -> None:
            self._serve()

        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            publisher.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self._send(self.path, 200, b"ok", {"Content-Type": "text/plain"})

        def _serve(self) -> None:
            path, query = urlsplit(self.path).path, urlsplit(self.path).query
            # A file that is listed answers HEAD as ever: faults are of the transfer, unless the whole server fails.
            fault = publisher.fault(path) if self.command == "GET" else None
            if fault and fault.hang:
                publisher.closing.wait(5)
                return
            if fault and fault.raw is not None:
                publisher.requests.append(Request(self.command, path, 0, len(fault.raw), dict(self.headers)))
                self.wfile.write(fault.raw)
                while fault.again_and_again and not publisher.closing.is_set():
                    self.wfile.write(fault.raw)
                self.close_connection = True
                return
            if self.command == "HEAD" and publisher.head_status:
                self._send(path, publisher.head_status, b"", {})
                return
            found = publisher.answer(path, query)
            if fault and fault.status >= 400:
                self._send(path, fault.status, b"try later", {"Content-Type": "text/plain"} | fault.headers)
                return
            if found is None:
                self._send(path, 404, b"<html>not found</html>", {"Content-Type": "text/html"})
                return
            if fault is None or fault.body is None:
                body, headers = found.body, {"Content-Type": found.content_type} | found.headers
            else:
                body, headers = fault.body, {"Content-Type": found.content_type}
            etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if found.is_dated:
                headers |= {"ETag": etag, "Last-Modified": "Tue, 30 Sep 2025 02:00:00 GMT"}
            headers |= fault.headers if fault else {}
            if not found.is_dated:
                self._send(path, found.status, body, headers, cut_to=fault.cut_to if fault else None)
                return
            if self.headers.get("If-None-Match") == etag:
                self._send(path, 304, b"", headers)
                return
            wanted = self.headers.get("Range", "")
            if wanted and publisher.allows_ranges and self.headers.get("If-Range") == etag:
                start = int(wanted.removeprefix("bytes=").removesuffix("-"))
                headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
                self._send(path, 206, body[start:], headers)
                return
            self._send(path, found.status, body, headers, cut_to=fault.cut_to if fault else None)

        def _send(self, path: str, status: int, body: bytes, headers: dict[str, str], cut_to: int | None = None) -> None:
            sent = b"" if self.command == "HEAD" else body[:cut_to]
            publisher.requests.append(Request(self.command, path, status, len(sent), dict(self.headers)))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(sent)
            self.close_connection = self.close_connection or len(sent) < len(body)

    return Handler
