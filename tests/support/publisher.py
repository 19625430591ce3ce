"""A pretend publisher on loopback: the real paths, headers and JSON of the four publishers, and their faults.

Its files are the synthetic sample's under the publishers' genuine headers (``relaid.py``). Every request is kept in ``requests``;
what is posted to it (a webhook) in ``posted``.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self
from urllib.parse import parse_qs, urlsplit

from tests.support.relaid import cohort_path, write_relaid
from warehouse.home import Home
from warehouse.landing.archive import SYNTHETIC_MARKER
from warehouse.sources.cards import FOLDER, ArcgisLayer, ArcgisTable, Card, EesDataSet, read_cards
from warehouse.sources.settings import Addresses, Manners
from warehouse.sources.state import SourceState

GIAS = "/edubase/downloads/public/"
GOVUK = "/government/statistical-data-sets/monthly-management-information-ofsteds-school-inspections-outcomes"
RELAID = "-relaid"
TITLE = "Management information - state-funded schools - latest inspections as at {}"


@dataclass
class Fault:
    """What goes wrong with a path, ``times`` times (None: always).

    ``status``: answered instead. ``hang``: no answer. ``cut_to``: the body stops there, though Content-Length promises it whole.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    hang: bool = False
    cut_to: int | None = None
    times: int | None = None


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
    """Files by path; ``attachments`` (title, path, content type) in the order of GOV.UK's list; ``faults`` by path."""

    def __init__(self, sample: Path) -> None:
        self.files: dict[str, tuple[bytes, str]] = {}
        self.attachments: list[tuple[str, str, str]] = []
        self.faults: dict[str, Fault] = {}
        self.requests: list[Request] = []
        self.posted: list[dict[str, Any]] = []
        self.tables: dict[str, list[dict[str, str]]] = {}
        self.table_page_rows = 25
        self._versions: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.allows_ranges = True
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
            content = (relaid_once(sample) / f"gias/{name}20250930.csv").read_bytes()
            self.files[f"{GIAS}{name}{day}.csv"] = content, "application/octet-stream"

    def attach(self, as_at: str, media: str, content: bytes, *, first: bool = False) -> str:
        """List an Ofsted release, and give its path back."""
        path = f"/media/{media}/file.csv"
        self.files[path] = content, "text/csv"
        self.attachments.insert(0 if first else len(self.attachments), (TITLE.format(as_at), path, "text/csv"))
        return path

    def version(self, data_set: str, version: str, content: bytes, period: str = "2023/24", published: str = "2025-02-27") -> None:
        """Publish a version of a data set, as Explore Education Statistics lists it: newest first."""
        about = {"version": version, "type": "Major" if version.endswith(".0") else "Minor", "status": "Published"}
        about |= {"published": f"{published}T09:30:00+00:00"}
        self._versions[data_set].insert(0, about | {"timePeriods": {"start": period, "end": period}})
        base = f"/statistics/v1/data-sets/{data_set}"
        listed = self._versions[data_set]
        self._json(base, {"id": data_set, "status": "Published", "latestVersion": listed[0]})
        self._json(f"{base}/versions", {"paging": {"page": 1, "pageSize": 20, "totalPages": 1}, "results": listed})
        self._json(f"{base}/versions/{version}/changes", {"majorChanges": {"indicators": [{}]} if about["type"] == "Major" else {}})
        self.files[f"{base}/csv"] = content, "text/csv"

    def _json(self, path: str, answer: Any) -> None:
        self.files[path] = json.dumps(answer).encode(), "application/json"

    def _fill(self, sample: Path) -> None:
        self.gias("20250930", sample)
        self.attach("31 August 2025", "68c1aa", next((sample / "ofsted").glob("*.csv")).read_bytes())
        results = {
            "ks2_results": (next((sample / "ks2").rglob("ks2_school_attainment_data.csv")), "2024/25"),
            "ks2_cohorts": (cohort_path(sample), "2024/25"),
            "ks4_results": (next((sample / "ks4").rglob("*.csv")), "2023/24"),
        }
        for card in read_cards().values():
            if isinstance(card.finder, EesDataSet):
                path, period = results[card.id]
                self.version(card.finder.data_set, "1.0", path.read_bytes(), period)
            if isinstance(card.finder, ArcgisLayer):
                path = f"/ESMARspQHYMw9BZ9/arcgis/rest/services/{card.finder.layer}/FeatureServer/0/query"
                self.files[path] = _boundaries(card.finder.code, card.smallest_rows), "application/geo+json"
            if isinstance(card.finder, ArcgisTable):
                classes = ("A1", "C1", "E1")
                lsoas = [f"E010{n:05}" for n in range(60)]
                rows = [{"LSOA11CD": code, "LSOA21CD": code, "RUC11CD": classes[n % 3]} for n, code in enumerate(lsoas)]
                self.table(card.finder.item, rows)

    def table(self, item: str, rows: list[dict[str, str]], modified: int = 1754900550000) -> str:
        """Serve a table under an item of the portal, and give the path of its rows back."""
        service = f"/ESMARspQHYMw9BZ9/arcgis/rest/services/Table_{item[:6]}/FeatureServer"
        self._json(f"/sharing/rest/content/items/{item}", {"id": item, "url": self.url + service, "modified": modified})
        self.tables[f"{service}/0/query"] = rows
        return f"{service}/0/query"

    def _page(self, path: str, query: dict[str, list[str]]) -> bytes:
        """A page of a table as ArcGIS answers: no more rows than it pleases, and whether there are more."""
        rows = self.tables[path]
        if "returnCountOnly" in query:
            return json.dumps({"count": len(rows)}).encode()
        start = int(query.get("resultOffset", ["0"])[0])
        most = min(int(query["resultRecordCount"][0]), self.table_page_rows)
        page = [
            {"attributes": {name: row[name] for name in query["outFields"][0].split(",")}} for row in rows[start : start + most]
        ]
        return json.dumps({"features": page} | ({"exceededTransferLimit": True} if start + most < len(rows) else {})).encode()

    def answer(self, path: str, query: str = "") -> tuple[bytes, str] | None:
        """Body and content type; GOV.UK's API and page are made from the attachments, pages of tables from their rows."""
        if path in self.tables:
            return self._page(path, parse_qs(query)), "application/json"
        if path == f"/api/content{GOVUK}":
            listed = [{"title": t, "url": self.url + p, "content_type": kind, "id": p} for t, p, kind in self.attachments]
            return json.dumps({"details": {"attachments": listed}}).encode(), "application/json"
        if path == GOVUK:
            links = "".join(f'<li><a class="govuk-link" href="{self.url}{p}">{t}</a></li>' for t, p, _ in self.attachments)
            return f"<!DOCTYPE html><html><body><ul>{links}</ul></body></html>".encode(), "text/html; charset=utf-8"
        return self.files.get(path)

    def fault(self, path: str) -> Fault | None:
        """The fault of this request, counted down."""
        fault = self.faults.get(path)
        if fault is None or fault.times == 0:
            return None
        if fault.times is not None:
            fault.times -= 1
        return fault


def _boundaries(code: str, areas: int) -> bytes:
    square = {"type": "Polygon", "coordinates": [[[0, 51], [1, 51], [1, 52], [0, 51]]]}
    name = f"{code.removesuffix('CD')}NM"
    features = [
        {"type": "Feature", "properties": {code: f"E99{n:06}", name: f"Area {n}"}, "geometry": square} for n in range(areas)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _handler(publisher: Publisher) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

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
            found = publisher.answer(path, query)
            if fault and fault.status >= 400:
                self._send(path, fault.status, b"try later", {"Content-Type": "text/plain"} | fault.headers)
                return
            if found is None:
                self._send(path, 404, b"<html>not found</html>", {"Content-Type": "text/html"})
                return
            body = found[0] if fault is None or fault.body is None else fault.body
            etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            headers = {"Content-Type": found[1], "ETag": etag, "Last-Modified": "Tue, 30 Sep 2025 02:00:00 GMT"}
            headers |= fault.headers if fault else {}
            if self.headers.get("If-None-Match") == etag:
                self._send(path, 304, b"", headers)
                return
            wanted = self.headers.get("Range", "")
            if wanted and publisher.allows_ranges and self.headers.get("If-Range") == etag:
                start = int(wanted.removeprefix("bytes=").removesuffix("-"))
                headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
                self._send(path, 206, body[start:], headers)
                return
            self._send(path, 200, body, headers, cut_to=fault.cut_to if fault else None)

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


class Fetch(Protocol):
    """Fetch one source (see ``tests/integration/conftest.py``)."""

    def __call__(self, card: str = ..., *, today: date = ..., addresses: Addresses | None = ...) -> SourceState: ...


def in_place(home: Home, group: str = "gias") -> list[str]:
    """Every file of a group in the live folder, half-done ones too."""
    return sorted(path.name for path in (home.root / "live" / group).iterdir())


def one_row_less(sample: Path) -> bytes:
    """The sample's establishments, but for the last: a newer file that is good."""
    return b"".join((sample / "gias/edubasealldata20250930.csv").read_bytes().splitlines(keepends=True)[:-1])


def small_cards() -> dict[str, Card]:
    """The cards as they ship, but for the sizes, which are those of a sample of 600 schools."""
    return {
        id_: card.model_copy(
            update={"smallest_bytes": 100, "smallest_rows": min(card.smallest_rows, 50), "largest_bytes": 5_000_000}
        )
        for id_, card in read_cards().items()
    }


def live_environment(publisher: Publisher, home: Home, cards: Path) -> dict[str, str]:
    """The environment in which another process, or the command line, takes the pretend publisher for the real ones.

    Into ``cards`` go the shipped cards without the sizes that a small sample cannot have; the home's live folder gets the marker.
    """
    cards.mkdir()
    for card in FOLDER.glob("*.toml"):
        text = re.sub(r"(?m)^smallest_(rows|bytes) = .*$", r"smallest_\1 = 1", card.read_text(encoding="utf-8"))
        (cards / card.name).write_text(text, encoding="utf-8")
    live = home.root / "live"
    live.mkdir(parents=True)
    (live / SYNTHETIC_MARKER).write_text("The pretend publisher's files are invented.", encoding="utf-8")
    return {
        "NO_PROXY": "127.0.0.1",
        "SCHOOLMATCH_HOME": str(home.root),
        "SCHOOLMATCH_SOURCE": "live",
        "SCHOOLMATCH_CARDS": str(cards),
        **{f"SCHOOLMATCH_{name}_URL": publisher.url for name in ("GIAS", "GOVUK", "EES", "ONS", "ARCGIS")},
    }
