"""How a folder becomes the published one: built aside, switched in one step, read back, kept, pruned.

Whatever goes wrong, what was published stays readable, and nothing half-done stays behind. What the refresh still has to do once it
is published is in ``warehouse/time/settle.py``, which does it at the next start where this one was killed.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from transforms.errors import InputError
from warehouse import clock, durable
from warehouse.home import Home
from warehouse.sealed import read_only
from warehouse.store import run

log = logging.getLogger("schoolmatch")

MANIFEST = "manifest.json"
DUCKDB_FILE = "schoolmatch.duckdb"
KEPT = 12
"""How many published folders are kept: a quarter of weekly refreshes."""

_STAMP = re.compile(r"(2\d{3}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|30|31)T(?:[01]\d|2[0-3])(?:[0-5]\d){2}Z)(?:-(\d+))?")
_FORMAT = "%Y%m%dT%H%M%SZ"


def newest(home: Home) -> Path:
    """The newest published folder. Raises InputError where nothing is published."""
    if not home.latest.exists():
        raise InputError(f"Nothing is published in {home.published}", do="schoolmatch refresh, or make demo")
    return home.latest


def folders(home: Home) -> list[Path]:
    """The published folders that are kept, the oldest first."""
    return stamped(home.published)


def stamped(folder: Path) -> list[Path]:
    """The folders below a folder that have a stamp as their name, in the order of the stamps."""
    if not folder.is_dir():
        return []
    found = [path for path in folder.iterdir() if _STAMP.fullmatch(path.name) and path.is_dir() and not path.is_symlink()]
    return sorted(found, key=lambda path: order(path.name))


def is_stamp(name: str) -> bool:
    """Whether a name is a published folder's."""
    return _STAMP.fullmatch(name) is not None


def order(stamp: str) -> tuple[str, int]:
    """What stamps are put in order by: earlier versions gave two of one second a number, and "-10" is not before "-2"."""
    told = _STAMP.match(stamp)
    return (told[1], int(told[2] or 1)) if told else ("", 0)


def about(folder: Path) -> dict[str, Any] | None:
    """The manifest of a published folder, and what earlier versions left out; None, and a warning, where it cannot be read."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest = {"files": {}, "tables": {}, "sources": []} | manifest
        manifest["refresh"] = {"is_synthetic": False} | manifest["refresh"]
        manifest["files"], manifest["tables"] = dict(manifest["files"]), dict(manifest["tables"])
        _ = [str(manifest["refresh"]["source"]), *(str(file["sha256"]) for file in manifest["sources"])]
    except (OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, OSError) and durable.is_refused(error):
            raise
        log.warning("what the published folder %s says of itself cannot be read (%s): it is not used", folder, _told(error))
        return None
    return manifest


def newest_from(home: Home, source: str) -> dict[str, Any] | None:
    """The manifest of the newest folder that was made from a source; None where there is none."""
    for folder in reversed(folders(home)):
        manifest = about(folder)
        if manifest and manifest["refresh"]["source"] == source:
            return manifest
    return None


def new_stamp(home: Home) -> str:
    """A UTC stamp such as ``20261122T034500Z``, later than every one there is in the home, of folders published and kept.

    It is the time, unless this machine's clock has gone back since: then it is a second after the newest, so that what is made
    later is always the later by its name.
    """
    there = [
        path.name.removeprefix(durable.BUILDING) for parent in (home.published, *home.history.glob("*")) for path in _in(parent)
    ]
    times = []
    for name in filter(_STAMP.fullmatch, there):
        with suppress(ValueError):  # 30 February, of somebody's hand
            times.append(stamp_time(name))
    newest = max(times, default=None)
    now = clock.now()
    if newest and newest > now + CLOCK_MAY_DIFFER:
        log.warning(
            "this machine's clock says %s, and something was published at %s by it: it was ahead then, or is behind now. What to "
            "do: set it; until then stamps tell the order alone",
            now,
            newest,
        )
    return max(now, newest + timedelta(seconds=1) if newest else now).strftime(_FORMAT)


CLOCK_MAY_DIFFER = timedelta(minutes=5)
"""By how much a clock is put right again and again; two publications within a second put a stamp ahead by one."""


def stamp_time(stamp: str) -> datetime:
    """The time that a stamp tells. Raises ValueError where it is none."""
    return datetime.strptime(order(stamp)[0], _FORMAT).replace(tzinfo=UTC)


def _in(folder: Path) -> Iterator[Path]:
    return folder.iterdir() if folder.is_dir() else iter(())


@contextmanager
def building(home: Home, stamp: str) -> Iterator[Path]:
    """A folder to build in, beside the published ones; it is gone afterwards, unless it was published."""
    durable.make_folder(home.published)
    durable.clear(home.published)  # of a run that was killed; the warehouse lock says that none is at work
    folder = home.published / f"{durable.BUILDING}{stamp}"
    folder.mkdir()
    try:
        yield folder
    finally:
        if folder.exists():
            durable.remove(folder)


def write_manifest(folder: Path, about: dict[str, Any], rows: dict[str, int]) -> None:
    """Write ``manifest.json``: what the folder is, and SHA-256, size and (of tables) rows of every file in it.

    ``rows``: rows by path within the folder, for the files that hold a table.
    """
    files = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST):
        name = path.relative_to(folder).as_posix()
        files[name] = {"sha256": durable.sha256_of(path), "bytes": path.stat().st_size} | (
            {"rows": rows[name]} if name in rows else {}
        )
    write_json(folder / MANIFEST, about | {"files": files})


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file for people and programs: indented, in UTF-8, dates as text."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n", encoding="utf-8")


def verify(folder: Path) -> dict[str, Any]:
    """Read a published folder back: every file there, none besides, every hash and the tables' rows as the manifest says.

    Returns the manifest. Raises InputError that names the first difference.
    """
    manifest = verify_files(folder)
    with read_only(folder / DUCKDB_FILE) as connection:
        for table, count in manifest.get("tables", {}).items():
            found = int(run(connection, f"select count(*) from {table}")[0][0])
            if found != count:
                raise _damaged(folder, f"{table} has {found:,} rows, the manifest says {count:,}")
    return manifest


def verify_files(folder: Path, only: Collection[str] = ()) -> dict[str, Any]:
    """Hold the files of a folder, or ``only`` those named, against its manifest, which is returned.

    Raises InputError that names the first difference.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files: dict[str, dict[str, Any]] = {name: dict(file) for name, file in manifest["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, OSError) and durable.is_refused(error):
            raise
        raise _damaged(folder, f"{MANIFEST} cannot be read: {_told(error)}") from error
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
    if different := sorted(set(only) - there if only else there ^ set(files)):
        raise _damaged(folder, f"files that are missing or too many: {', '.join(different)}")
    for name in only or files:
        if durable.sha256_of(folder / name) != files.get(name, {}).get("sha256"):
            raise _damaged(folder, f"{name} does not have the hash that the manifest says")
    return manifest


def publish(home: Home, folder: Path, stamp: str) -> Path:
    """Give the built folder its name, point ``latest`` at it in one step, and read everything back through ``latest``.

    All of the folder is on the disk before it has its name, and its name before ``latest`` leads to it: after a power cut
    ``latest`` is the old one or the new. When what is read back is not what was written, ``latest`` points at the folder before
    again, and InputError is raised.
    """
    final = home.published / stamp
    before = str(home.latest.readlink()) if home.latest.is_symlink() else None
    durable.sync_tree(folder)
    try:
        durable.rename(folder, final)
        point_latest(home, stamp)
        verify(home.latest)
    except BaseException:
        if before is not None:
            point_latest(home, before)
        else:
            home.latest.unlink(missing_ok=True)
        if final.exists():
            durable.remove(final)
        raise
    return final


def point_latest(home: Home, target: str) -> None:
    """Let ``latest`` lead to a published folder, in one step."""
    link = home.published / LINK_ASIDE
    link.unlink(missing_ok=True)
    link.symlink_to(target, target_is_directory=True)
    durable.rename(link, home.latest)


LINK_ASIDE = ".latest"
"""The link under the name that it has before it is ``latest``."""


def prune(home: Home) -> None:
    """Remove all but the newest folders, never ``latest``, the newest of a source, nor the newest before ``latest`` of its source.

    The next refresh of a source is compared with its newest.

    Readers that still have files of an old one open keep their data.
    """
    if not home.latest.exists():
        return
    every = [path.name for path in folders(home)]
    for old in superseded(every, lambda stamp: _source(home.published / stamp), home.latest.resolve().name):
        log.info("removing the published folder %s (the newest %s are kept)", old, KEPT)
        durable.remove(home.published / old)


def superseded(stamps: Sequence[str], source: Callable[[str], str | None], latest: str) -> list[str]:
    """Which published folders are to go, of stamps from the oldest: as ``prune`` says. ``source``: what each was made from."""
    if len(stamps) <= KEPT:
        return []
    source_of = {stamp: source(stamp) for stamp in stamps}
    newest_of = {made_from: stamp for stamp, made_from in source_of.items()}
    before = (stamp for stamp in reversed(stamps) if order(stamp) < order(latest))
    needed = {latest, *newest_of.values(), next((stamp for stamp in before if source_of[stamp] == source_of.get(latest)), latest)}
    return [stamp for stamp in stamps[:-KEPT] if stamp not in needed]


def _source(folder: Path) -> str | None:
    manifest = about(folder)
    return str(manifest["refresh"]["source"]) if manifest else None


def _told(error: Exception) -> str:
    return str(error) or type(error).__name__


def _damaged(folder: Path, what: str) -> InputError:
    return InputError(
        f"The published folder does not read back as it was written: {what}",
        file=str(folder),
        do="check the disk (space, errors), and refresh again",
    )
