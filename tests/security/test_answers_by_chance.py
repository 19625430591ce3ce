"""A publisher whose answers are odd by chance: whatever it answers, the other sources are fetched, and memory is bounded."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import brotli
import httpx

from tests.security.fetcher import Fetcher
from tests.security.test_hostile_publisher import (
    AREAS,
    OF,
    PATHS,
    VICTIMS,
    WAITS,
    WITNESS,
    assert_others_go_on,
    make_odd,
    raw,
)
from tests.support.publisher import Fault, Publisher
from warehouse.sources.arcgis import layer_url
from warehouse.sources.cards import ArcgisLayer, read_cards

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
