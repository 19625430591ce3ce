"""One release to a bucket: every file under ``v/<stamp>/``, read back, then the page and ``latest.json``, then the old ones go.

Two publishers may be at it at once, and either may end at any moment. Nothing rests on a store that writes only where there is
nothing: stores differ in that. What a release holds is told by its manifest, which is written after all that it names; what has no
manifest is of an upload that ended early, and what ``latest.json`` names is whole.
"""

from __future__ import annotations

import hashlib
import json
import logging
import mimetypes
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.bucket.address import Address, told
from exports.bucket.page import PAGE, page
from exports.edition import is_anonymous_edition
from exports.pages.feed import at_root
from transforms.errors import InputError
from warehouse import publish

if TYPE_CHECKING:
    from obstore.store import ObjectStore

log = logging.getLogger("schoolmatch")

RELEASES = "v"
LATEST = "latest.json"
_AT_ONCE = 8
"""Files on their way at a time: most are small, and wait for the answer more than for the line."""
_IMMUTABLE = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"


@dataclass(frozen=True)
class Release:
    """What came of publishing: where, how many files went there, how many were there already, and whether it is now the latest."""

    url: str
    sent: int
    already: int
    is_latest: bool


def publish_to(place: Address, folder: Path) -> Release:
    """Publish a folder, which is held against its manifest first; an upload that ended early is taken up where it ended.

    Raises InputError where the folder is damaged or names schools that are not to be named, the store refuses or cannot be reached,
    or something else has the release's key: then ``latest.json`` names what it named before.
    """
    if is_anonymous_edition():
        raise InputError(
            "SCHOOLMATCH_ANONYMOUS is set, and a release holds the tables, which name schools in need: nothing was sent",
            do="publish what the anonymous edition has, by hand (docs/operations.md, The map), or unset one of the two",
        )
    folder = folder.resolve()
    manifest = publish.verify_files(folder)
    stamp = str(manifest["published"])
    store = place.store()
    prefix = f"{RELEASES}/{stamp}"
    with told(place, "read"):
        there = _names(store, prefix)
    files = {name: str(file["sha256"]) for name, file in manifest["files"].items()}
    if extra := sorted(there - files.keys() - {publish.MANIFEST}):
        raise _taken(place, prefix, extra[0])
    with told(place, "written to"):
        sent = _send(store, place, prefix, folder, files, there)
    # of the manifest nobody can tell the hash but who has the folder; it goes last of the release, as what says that it is whole
    own = {publish.MANIFEST: hashlib.sha256((folder / publish.MANIFEST).read_bytes()).hexdigest()}
    with told(place, "written to"):
        sent += _send(store, place, prefix, folder, own, there)
        is_latest = _point(store, place, folder, manifest, own[publish.MANIFEST])
    with told(place, "cleared of old releases"):
        _prune(store)
    release = Release(f"{place.url}/{prefix}", sent, len(files) + 1 - sent, is_latest)
    log.info("published %s: %s files sent, %s there already; each was read back", release.url, release.sent, release.already)
    return release


def paths_of(stamp: str) -> tuple[str, str]:
    """Where the DuckDB file and the manifest of a release stand. Raises ValueError where it is no stamp."""
    if not publish.is_stamp(stamp):
        raise ValueError(stamp)
    return f"{RELEASES}/{stamp}/{publish.DUCKDB_FILE}", f"{RELEASES}/{stamp}/{publish.MANIFEST}"


def latest_in(store: ObjectStore) -> dict[str, Any] | None:
    """What ``latest.json`` says; None where there is none, or it is none of ours."""
    content = _read(store, LATEST)
    try:
        said = json.loads(content) if content is not None else None
        return said if isinstance(said, dict) and isinstance(said.get("stamp"), str) else None
    except ValueError:
        return None


def _send(store: ObjectStore, place: Address, prefix: str, folder: Path, files: dict[str, str], there: set[str]) -> int:
    """Send files that are not there, and read all of them back; returns how many were sent."""

    def send(name: str) -> bool:
        key, sha256 = f"{prefix}/{name}", files[name]
        if name in there:
            if _hash_of(store, key) != sha256:
                raise _taken(place, prefix, name)
            return False
        _put(store, place, key, folder / name, _IMMUTABLE)
        if _hash_of(store, key) != sha256:
            raise InputError(
                f"What was read back from {place.url}/{key} is not what was written",
                do=f"delete {prefix}/ there, and look to the store; then: schoolmatch publish",
            )
        return True

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return sum(threads.map(send, files))


def _point(store: ObjectStore, place: Address, folder: Path, manifest: dict[str, Any], sha256: str) -> bool:
    """Write the feeds, the page and ``latest.json``, unless a later release is there; returns whether it is the latest.

    Feeds stand at the root, too: whoever subscribed to one of a release would never see another.
    """
    stamp = str(manifest["published"])
    now = latest_in(store)
    if now and publish.order(now["stamp"]) > publish.order(stamp):
        log.warning("%s names a later release, %s, and was left so", LATEST, now["stamp"])
        return False
    duckdb_file, manifest_file = paths_of(stamp)
    said = {
        "stamp": stamp,
        "label": manifest["label"],
        "synthetic": manifest["synthetic"],
        "release": f"{RELEASES}/{stamp}/",
        "duckdb": duckdb_file,
        "manifest": {"path": manifest_file, "sha256": sha256},
    }
    for name in (name for name in manifest["files"] if name.endswith(".atom")):
        feed = at_root((folder / name).read_bytes(), name, f"{RELEASES}/{stamp}", place.public)
        _put(store, place, name, feed, _ASK_AGAIN)
    for key, text in ((PAGE, page(manifest, place.public)), (LATEST, json.dumps(said, indent=2) + "\n")):
        content = text.encode()
        _put(store, place, key, content, _ASK_AGAIN)
    return True


def _prune(store: ObjectStore) -> None:
    """Remove old releases by the rule of the home, and what uploads of earlier releases have left."""
    now = latest_in(store)
    if now is None:
        return
    stamps = sorted(_releases(store), key=publish.order)
    before = [stamp for stamp in stamps if publish.order(stamp) < publish.order(now["stamp"])]
    manifests = {stamp: _read(store, f"{RELEASES}/{stamp}/{publish.MANIFEST}") for stamp in stamps}
    unfinished = {stamp for stamp in before if manifests[stamp] is None}
    whole = [stamp for stamp in stamps if manifests[stamp] is not None]
    for stamp in [*unfinished, *publish.superseded(whole, lambda stamp: _source(manifests[stamp]), now["stamp"])]:
        log.info("removing the release %s/%s/", RELEASES, stamp)
        names = sorted(_names(store, f"{RELEASES}/{stamp}"), key=lambda name: name != publish.MANIFEST)
        _delete(store, [f"{RELEASES}/{stamp}/{name}" for name in names])


def _delete(store: ObjectStore, keys: list[str]) -> None:
    """The first by itself: the manifest goes before what it names."""
    import obstore

    for part in (keys[:1], keys[1:]):
        if part:
            obstore.delete(store, part)


def _source(manifest: bytes | None) -> str | None:
    try:
        return str(json.loads(manifest or b"")["refresh"]["source"])
    except (ValueError, KeyError, TypeError):
        return None


def _put(store: ObjectStore, place: Address, key: str, content: Path | bytes, caching: str) -> None:
    import obstore

    attributes = None if place.is_folder else {"Content-Type": _kind(key), "Cache-Control": caching}
    obstore.put(store, key, content, attributes=attributes)


def _kind(key: str) -> str:
    """The kind of content, as the browser must know of the map's files; of what Python does not know, bytes."""
    found = _KINDS.get(key.rpartition(".")[2]) or mimetypes.guess_type(key)[0] or "application/octet-stream"
    is_text = found.startswith("text/") or found in ("application/json", "text/javascript")
    return f"{found}; charset=utf-8" if is_text else found


_KINDS = {
    "atom": "application/atom+xml",
    "duckdb": "application/vnd.duckdb",
    "parquet": "application/vnd.apache.parquet",
    "js": "text/javascript",
    "geojson": "application/geo+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "md": "text/markdown",
    "csv": "text/csv",
}
"""By the registry of media types; Python's own table is what the machine says."""


def _hash_of(store: ObjectStore, key: str) -> str:
    import obstore

    digest = hashlib.sha256()
    for chunk in obstore.get(store, key).stream():
        digest.update(chunk)
    return digest.hexdigest()


def _read(store: ObjectStore, key: str) -> bytes | None:
    import obstore
    from obstore.exceptions import NotFoundError

    try:
        return bytes(obstore.get(store, key).bytes())
    except (NotFoundError, FileNotFoundError):
        return None


def _names(store: ObjectStore, prefix: str) -> set[str]:
    """The names below a prefix."""
    import obstore

    found = (each for chunk in obstore.list(store, f"{prefix}/") for each in chunk)
    return {each["path"].removeprefix(f"{prefix}/") for each in found}


def _releases(store: ObjectStore) -> Iterable[str]:
    import obstore

    found = obstore.list_with_delimiter(store, RELEASES)["common_prefixes"]
    names = (path.rstrip("/").rpartition("/")[2] for path in found)
    return [name for name in names if publish.is_stamp(name)]


def _taken(place: Address, prefix: str, name: str) -> InputError:
    return InputError(
        f"{place.url}/{prefix}/{name} is there, and is not of this release: another home publishes to the same place, or it was "
        "changed there",
        do=f"give each home a place of its own; where it was changed, delete {prefix}/ there, and: schoolmatch publish",
    )
