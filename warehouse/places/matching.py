"""A whole match in shards: from files of places to ``pair/`` and ``need/`` under a stamp, and ``latest.json``, which names it.

What does not belong here: where it stands, and what else may stand there (``release.py``).
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from transforms.errors import InputError
from transforms.text import counted
from warehouse import clock
from warehouse.places import keys, layout
from warehouse.places.code import Code
from warehouse.places.engine import Engine
from warehouse.places.index import Counted, Indexed, index, pieces
from warehouse.places.release import KIND, Under, begin, finish, name
from warehouse.places.shard import Matched, Shard, match, ring
from warehouse.places.shelf import Shelf, read_table

log = logging.getLogger("schoolmatch")

RESOLUTIONS = (2, 3, 4)
"""The resolutions that shards can have: of the parents of the index's coarsest cells. Of 3, 22 hold England's schools in need."""
RESOLUTION = 3


@dataclass(frozen=True)
class Release:
    """A match that is whole: where it stands, and what its manifest says."""

    url: str
    manifest: Mapping[str, Any]


def match_places(given: Shelf, to: Shelf, engine: Engine, resolution: int = RESOLUTION, owner: str = "nobody") -> Release:
    """Lay all places out by cell, match every cell that holds a need, hold the whole against what was given, and name it.

    ``resolution``: of the cells that are the shards, one of ``RESOLUTIONS``. ``owner``: who runs one match at a time: what earlier
    ones have left that were killed goes. Raises InputError for files that hold no places, for places that are there twice, for a
    ``to`` that holds anything but matches, and where a need was lost on the way; then nothing of it stays.
    """
    if resolution not in RESOLUTIONS:
        raise InputError(f"Shards cannot have the resolution {resolution}", expected=f"one of {', '.join(map(str, RESOLUTIONS))}")
    code = Code.here()
    place = begin(to, given, owner)
    try:
        has_question = _has_question(given)
        found = list(engine.each(index, pieces(given, place, code, resolution)))
        counts = _totals(found)
        log.info("indexed %s: %s in need", counted(counts["places"], "row"), f"{counts['in_need']:,}")
        buckets = [keys.Dealt(place, code, bucket, len(found)) for bucket in range(keys.BUCKETS)]
        _refuse_lost("rows", sum(engine.each(keys.refuse_twice, buckets)), counts["places"])
        tasks = shards(found, given, place, code, engine.threads, has_question=has_question)
        done: list[Matched] = []
        for each in engine.each(match, tasks):
            done.append(each)
            told = (len(done), len(tasks), each.cell, counted(each.needs, "need"), counted(each.pairs, "pair"))
            log.info("shard %s of %s, %s: %s, %s in %.1f s", *told, each.seconds)
        _refuse_lost("rows in need", sum(each.written for each in done), counts["in_need"])
        place.clear("index")
        manifest = {
            "kind": KIND,
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
        sha256 = finish(place, manifest)
    except BaseException:
        place.clear("")
        raise
    name(place, sha256)  # no sooner, and nothing is cleared after it: latest would name what is gone
    return Release(place.url, manifest)


def shards(found: Sequence[Indexed], given: Shelf, to: Under, code: Code, threads: int, *, has_question: bool) -> list[Shard]:
    """The cells that hold a need, those with the most work first, as the last to end is waited for."""
    needs: dict[str, dict[int, Counted]] = defaultdict(dict)
    partners: dict[str, list[int]] = defaultdict(list)
    for each in sorted(found, key=lambda piece: piece.number):
        for cell, added in each.cells.items():
            if added.needs:
                needs[cell][each.number] = added
            if added.partners:
                partners[cell].append(each.number)
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


def _has_question(given: Shelf) -> bool:
    """Whether numbers of partners are to be withheld. Raises InputError for a file of them that cannot be read."""
    if layout.QUESTION not in given.names():
        return False
    try:
        layout.read_question(read_table(given, layout.QUESTION))
    except pa.ArrowException as error:
        raise InputError(f"It is no Parquet file: {error}", file=layout.QUESTION, do="write it again") from error
    return True


def _refuse_lost(what: str, found: int, expected: int) -> None:
    if found != expected:
        raise InputError(f"Of {expected:,} {what} {found:,} came back", do="start anew, and tell who maintains this program")
