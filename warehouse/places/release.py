"""Where a match is written: under a key of its own, which is claimed first and named last.

Nothing that a reader may have open is written over, and nothing is taken away but what a match of the same owner has left that was
killed. Two at once are told of each other by their claims; nothing rests on a store that writes only where nothing is.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from transforms.errors import InputError
from transforms.text import shown
from warehouse import clock
from warehouse.places.shelf import Shelf

KIND = "match of places"
"""What manifest and latest say they are of."""
MANIFEST, LATEST, CLAIM = "manifest.json", "latest.json", "claim.json"
_OF_A_MATCH = re.compile(r"v/(\d{8}T\d{6}Z)/(.+)")


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


def begin(to: Shelf, given: Shelf, owner: str) -> Under:
    """Claim a place for a new match; what the owner's earlier ones have left that were killed is gone.

    Raises InputError, before anything is changed, where there is anything but matches, or another's that may be at work.
    """
    one, other = f"{to.url}/", f"{given.url}/"
    if one.startswith(other) or other.startswith(one):
        raise InputError("What is found would stand among the places, or they among it", file=to.url, do="give --to a folder apart")
    unfinished = _unfinished(to)
    if others := {stamp: by for stamp, by in unfinished.items() if by != owner}:
        raise _at_work(to, min(others))
    for stamp in unfinished:
        to.clear(f"v/{stamp}")
    stamp, latest = clock.now().strftime("%Y%m%dT%H%M%SZ"), max((name.split("/")[1] for name in to.names("v")), default="")
    if stamp <= latest:
        raise InputError(
            f"A match of the same second or a later one is there: {latest}",
            file=to.url,
            do="wait a moment, and look whether this machine's clock is right",
        )
    place = Under(to, f"v/{stamp}")
    _put_json(place, CLAIM, {"kind": KIND, "owner": owner})
    if others := {each: by for each, by in _unfinished(to).items() if by != owner}:
        place.clear("")
        raise _at_work(to, min(others))
    return place


def finish(place: Under, manifest: Mapping[str, Any]) -> str:
    """Write the manifest of a match that is whole; returns its hash. Raises InputError where a file of it has gone."""
    if gone := sorted(set(manifest["files"]) - set(place.names())):
        raise InputError(
            "A file of the match has gone while it was made", file=gone[0], do="see that nobody deletes there; start anew"
        )
    place.settle("")
    sha256 = _put_json(place, MANIFEST, manifest)
    place.settle("")
    return sha256


def name(place: Under, sha256: str) -> None:
    """Let ``latest.json`` name a match, by the hash of its manifest."""
    stamp = place.prefix.rpartition("/")[2]
    named = {"path": f"{place.prefix}/{MANIFEST}", "sha256": sha256}
    _put_json(place.shelf, LATEST, {"kind": KIND, "stamp": stamp, "release": f"{place.prefix}/", "manifest": named})


def _unfinished(to: Shelf) -> dict[str, str]:
    """The stamps that are claimed and have no manifest, with their owners. Raises InputError where there is more than matches."""
    by_stamp: dict[str, set[str]] = defaultdict(set)
    for name in to.names():
        if found := _OF_A_MATCH.fullmatch(name):
            by_stamp[found[1]].add(found[2])
        elif name != LATEST or _read_json(to, name).get("kind") != KIND:
            raise _others(to, name)
    unfinished = {}
    for stamp, names in by_stamp.items():
        told = next((name for name in (MANIFEST, CLAIM) if name in names), None)
        if told is None:
            raise _others(to, f"v/{stamp}/{min(names)}")
        said = _read_json(to, f"v/{stamp}/{told}")
        if said.get("kind") != KIND:
            raise _others(to, f"v/{stamp}/{told}")
        if told == CLAIM:
            unfinished[stamp] = str(said.get("owner"))
    return unfinished


def _others(to: Shelf, name: str) -> InputError:
    return InputError(
        f"There is something else than matches: {shown(name)}",
        file=to.url,
        do="give --to a folder or bucket that is empty, or holds matches",
    )


def _at_work(to: Shelf, stamp: str) -> InputError:
    return InputError(
        f"Another match may be at work there, of another home or machine: v/{stamp}",
        file=to.url,
        do=f"wait for it, or give another --to; where none is at work, delete v/{stamp}",
    )


def _read_json(shelf: Shelf, name: str) -> dict[str, Any]:
    with shelf.open(name) as file:
        try:
            said = json.loads(file.read())
        except ValueError:
            return {}
    return said if isinstance(said, dict) else {}


def _put_json(shelf: Shelf, name: str, content: Mapping[str, Any]) -> str:
    encoded = (json.dumps(content, indent=2) + "\n").encode()
    shelf.put(name, pa.py_buffer(encoded))
    return hashlib.sha256(encoded).hexdigest()
