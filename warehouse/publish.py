"""How a folder becomes the published one: built aside, switched in one step, read back, kept, pruned.

Whatever goes wrong, what was published stays readable, and nothing half-done stays behind.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from transforms.errors import InputError
from warehouse.home import Home
from warehouse.sealed import read_only
from warehouse.store import run

log = logging.getLogger("schoolmatch")

MANIFEST = "manifest.json"
DUCKDB_FILE = "schoolmatch.duckdb"
KEPT = 12
"""How many published folders are kept: a quarter of weekly refreshes."""

_BUILDING = ".building-"


def newest(home: Home) -> Path:
    """The newest published folder. Raises InputError where nothing is published."""
    if not home.latest.exists():
        raise InputError(f"Nothing is published in {home.published}", do="schoolmatch refresh, or make demo")
    return home.latest


def folders(home: Home) -> list[Path]:
    """The published folders that are kept, the oldest first."""
    if not home.published.is_dir():
        return []
    return sorted(path for path in home.published.iterdir() if path.is_dir() and path.name[0].isdigit() and not path.is_symlink())


def newest_from(home: Home, source: str) -> dict[str, Any] | None:
    """The manifest of the newest folder that was made from a source; None where there is none."""
    for folder in reversed(folders(home)):
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["refresh"]["source"] == source:
            return manifest
    return None


def new_stamp(home: Home) -> str:
    """A UTC stamp such as ``20261122T034500Z`` that no published folder has yet; names sort by time."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    extra = 1
    while (home.published / stamp).exists():
        extra += 1
        stamp = f"{stamp.split('-')[0]}-{extra}"
    return stamp


@contextmanager
def building(home: Home, stamp: str) -> Iterator[Path]:
    """A folder to build in, beside the published ones; it is gone afterwards, unless it was published."""
    home.published.mkdir(parents=True, exist_ok=True)
    for left in home.published.glob(f"{_BUILDING}*"):  # of a run that was killed; the warehouse lock says that none is at work
        shutil.rmtree(left)
    folder = home.published / f"{_BUILDING}{stamp}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_manifest(folder: Path, about: dict[str, Any], rows: dict[str, int]) -> None:
    """Write ``manifest.json``: what the folder is, and SHA-256, size and (of tables) rows of every file in it.

    ``rows``: rows by path within the folder, for the files that hold a table.
    """
    files = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST):
        name = path.relative_to(folder).as_posix()
        files[name] = {"sha256": _sha256(path), "bytes": path.stat().st_size} | ({"rows": rows[name]} if name in rows else {})
    write_json(folder / MANIFEST, about | {"files": files})


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file for people and programs: indented, in UTF-8, dates as text."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n", encoding="utf-8")


def verify(folder: Path) -> dict[str, Any]:
    """Read a published folder back: every file there, none besides, every hash and the tables' rows as the manifest says.

    Returns the manifest. Raises InputError that names the first difference.
    """
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
    if different := sorted(there ^ set(manifest["files"])):
        raise _damaged(folder, f"files that are missing or too many: {', '.join(different)}")
    for name, file in manifest["files"].items():
        if _sha256(folder / name) != file["sha256"]:
            raise _damaged(folder, f"{name} does not have the hash that the manifest says")
    with read_only(folder / DUCKDB_FILE) as connection:
        for table, count in manifest["tables"].items():
            found = int(run(connection, f"select count(*) from {table}")[0][0])
            if found != count:
                raise _damaged(folder, f"{table} has {found:,} rows, the manifest says {count:,}")
    return manifest


def publish(home: Home, folder: Path, stamp: str) -> Path:
    """Give the built folder its name, point ``latest`` at it in one step, and read everything back through ``latest``.

    When what is read back is not what was written, ``latest`` points at the folder before again, and InputError is raised.
    """
    final = home.published / stamp
    before = str(home.latest.readlink()) if home.latest.is_symlink() else None
    folder.replace(final)
    _point_latest(home, stamp)
    try:
        verify(home.latest)
    except BaseException:
        if before is not None:
            _point_latest(home, before)
        else:
            home.latest.unlink()
        shutil.rmtree(final)
        raise
    _prune(home)
    return final


def _point_latest(home: Home, target: str) -> None:
    link = home.published / ".latest"
    link.unlink(missing_ok=True)
    link.symlink_to(target, target_is_directory=True)
    link.replace(home.latest)


def _prune(home: Home) -> None:
    """Remove all but the newest folders; readers that still have files of an old one open keep their data."""
    for old in folders(home)[:-KEPT]:
        log.info("removing the published folder %s (the newest %s are kept)", old.name, KEPT)
        shutil.rmtree(old)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damaged(folder: Path, what: str) -> InputError:
    return InputError(
        f"The published folder does not read back as it was written: {what}",
        file=str(folder),
        do="check the disk (space, errors), and refresh again",
    )
