"""A whole match in shards: from files of places to ``pair/`` and ``need/`` under a stamp, and ``latest.json``, which names it.

As a release in a bucket it stands under a key of its own, and nothing that a reader may have open is written over. What has no
manifest is of a match that ended early, and goes with the next one.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from transforms.errors import InputError
from transforms.text import counted
from warehouse import clock
from warehouse.places import layout
from warehouse.places.code import Code
from warehouse.places.engine import Engine
from warehouse.places.index import Counted, Indexed, index, pieces
from warehouse.places.shard import Matched, Shard, match, ring
from warehouse.places.shelf import Shelf
from warehouse.store import SETTINGS

log = logging.getLogger("schoolmatch")

MANIFEST, LATEST = "manifest.json", "latest.json"
RESOLUTIONS = (2, 3, 4)
"""The resolutions that shards can have: of the parents of the index's coarsest cells. England has 6, 25 or 130 of them."""
RESOLUTION = 3


@dataclass(frozen=True)
class Under:
    """A part of a shelf, as one."""

    shelf: Shelf
    prefix: str

    @property
    def url(self) -> str:
        """Where it is."""
        return f"{self.shelf.url}/{self.prefix}"

    def names(self, under: str = "") -> list[str]:
        """The names below, without the prefix."""
        return [name.removeprefix(f"{self.prefix}/") for name in self.shelf.names(f"{self.prefix}/{under}".rstrip("/"))]

    def open(self, name: str) -> Any:
        """A file."""
        return self.shelf.open(f"{self.prefix}/{name}")

    def put(self, name: str, content: pa.Buffer) -> None:
        """Write a file."""
        self.shelf.put(f"{self.prefix}/{name}", content)

    def clear(self, under: str) -> None:
        """Take away what is below."""
        self.shelf.clear(f"{self.prefix}/{under}".rstrip("/"))

    def settle(self, under: str) -> None:
        """Have what is below last."""
        self.shelf.settle(f"{self.prefix}/{under}".rstrip("/"))


@dataclass(frozen=True)
class Release:
    """A match that is whole: where it stands, and what its manifest says."""

    url: str
    manifest: Mapping[str, Any]


def match_places(given: Shelf, to: Shelf, engine: Engine, resolution: int = RESOLUTION) -> Release:
    """Lay all places out by cell, match every cell that holds a need, hold the whole against what was given, and name it.

    ``resolution``: of the cells that are the shards, one of ``RESOLUTIONS``. Raises InputError for files that hold no places, for
    places that are there twice, and where a need was lost on the way; then nothing of it stays.
    """
    if resolution not in RESOLUTIONS:
        raise InputError(f"Shards cannot have the resolution {resolution}", expected=f"one of {', '.join(map(str, RESOLUTIONS))}")
    code = Code.here()
    place = _begin(to)
    try:
        found = list(engine.each(index, pieces(given, place, code, resolution)))
        counts = _totals(found)
        log.info("indexed %s: %s in need", counted(counts["places"], "row"), f"{counts['in_need']:,}")
        tasks = shards(found, given, place, code, engine.threads)
        done: list[Matched] = []
        for each in engine.each(match, tasks):
            done.append(each)
            told = (len(done), len(tasks), each.cell, counted(each.needs, "need"), counted(each.pairs, "pair"))
            log.info("shard %s of %s, %s: %s, %s in %.1f s", *told, each.seconds)
        _refuse_lost(place, done, counts["in_need"])
        place.clear("index")
    except BaseException:
        place.clear("")
        raise
    manifest = {
        "made_at": clock.now().isoformat(),
        "places": given.url,
        "engine": engine.about,
        "code": code.sha256,
        "resolution": resolution,
        "shards": len(done),
        "rows": {**counts, "pairs": sum(each.pairs for each in done)},
        "processes": sorted({each.process for each in done}),
        "files": {name: hashed for each in done for name, hashed in sorted(each.files.items())},
    }
    place.settle("")
    sha256 = _put_json(place, MANIFEST, manifest)
    place.settle("")
    stamp = place.prefix.rpartition("/")[2]
    named = {"path": f"{place.prefix}/{MANIFEST}", "sha256": sha256}
    _put_json(to, LATEST, {"stamp": stamp, "release": f"{place.prefix}/", "manifest": named})
    return Release(place.url, manifest)


def _begin(to: Shelf) -> Under:
    """Where a new match is written; what earlier ones have left that were killed is gone."""
    by_stamp: dict[str, set[str]] = defaultdict(set)
    for name in to.names("v"):
        by_stamp[name.split("/")[1]].add(name)
    for stamp, names in by_stamp.items():
        if f"v/{stamp}/{MANIFEST}" not in names:
            to.clear(f"v/{stamp}")
    stamp = clock.now().strftime("%Y%m%dT%H%M%SZ")
    if by_stamp and stamp <= max(by_stamp):
        raise InputError(
            f"A match of the same second or a later one is there: {max(by_stamp)}",
            file=to.url,
            do="wait a moment, and look whether this machine's clock is right",
        )
    return Under(to, f"v/{stamp}")


def shards(found: Sequence[Indexed], given: Shelf, to: Under, code: Code, threads: int) -> list[Shard]:
    """The cells that hold a need, those with the most work first, as the last to end is waited for."""
    needs: dict[str, dict[int, Counted]] = defaultdict(dict)
    partners: dict[str, list[int]] = defaultdict(list)
    for each in sorted(found, key=lambda piece: piece.number):
        for cell, added in each.cells.items():
            if added.needs:
                needs[cell][each.number] = added
            if added.partners:
                partners[cell].append(each.number)
    has_question = layout.QUESTION in given.names()
    cells = sorted(needs, key=lambda cell: (-sum(added.needs for added in needs[cell].values()), cell))
    made = []
    for cell in cells:
        around = ring(cell, max(added.widest_miles for added in needs[cell].values()))
        near = {each: tuple(partners[each]) for each in sorted(around) if each in partners}
        made.append(Shard(given, to, code, cell, tuple(needs[cell]), near, has_question, threads))
    return made


def _totals(found: Sequence[Indexed]) -> dict[str, int]:
    cells = [added for each in found for added in each.cells.values()]
    return {
        "places": sum(each.rows for each in found),
        "in_need": sum(each.needs for each in cells),
        "high_performing": sum(each.partners for each in cells) + sum(each.elsewhere for each in found),
        "high_performing_without_place": sum(each.elsewhere for each in found),
    }


def _refuse_lost(to: Under, done: Sequence[Matched], needs: int) -> None:
    """Raises InputError unless each need that was indexed is there once."""
    names = [name for each in done for name in each.files if name.startswith("need/")]
    with duckdb.connect(config=SETTINGS) as connection:
        connection.register("need", pa.RecordBatchReader.from_batches(_NEED, _batches(to, names)))
        rows, twice = connection.execute("""
            select sum(rows), min(need_urn) filter (where rows > 1)
            from (select definition, need_urn, count(*) as rows from need group by definition, need_urn)
        """).fetchall()[0]
    if twice is not None:
        raise InputError(f"The place {twice} is in need in two places", do="give each place once for each definition")
    if (rows or 0) != needs:
        raise InputError(f"Of {needs:,} rows in need {rows or 0:,} came back", do="start anew, and tell who maintains this program")


_NEED = pa.schema([("definition", pa.string()), ("need_urn", pa.int64())])


def _batches(to: Under, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    for name in names:
        with to.open(name) as file:
            yield from pq.read_table(file, columns=_NEED.names).cast(_NEED).to_batches()


def _put_json(shelf: Shelf, name: str, content: Mapping[str, Any]) -> str:
    encoded = (json.dumps(content, indent=2) + "\n").encode()
    shelf.put(name, pa.py_buffer(encoded))
    return hashlib.sha256(encoded).hexdigest()
