"""What a refresh leaves to do once it is published, and the next one does where it was killed before: nothing published is lost.

It is done at the beginning of each refresh and backfill, under the lock, so that no other process is at work in the home.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from transforms.errors import InputError
from warehouse import durable
from warehouse.home import Home, release
from warehouse.landing.kept import mark_published
from warehouse.publish import DUCKDB_FILE, LINK_ASIDE, about, folders, order, point_latest, prune, verify, verify_files
from warehouse.time import history

log = logging.getLogger("schoolmatch")


def finish(home: Home, source: str, stamp: str, files: Iterable[Mapping[str, Any]]) -> None:
    """What comes after a folder was published and its history kept. ``files``: what it was made from (``mart.source_file``)."""
    mark_published(home.landing, [file["sha256"] for file in files])
    release(home, source, up_to=stamp)
    prune(home)


def settle(home: Home) -> None:
    """Take away what a killed process has left half-done, and do what it had still to do.

    ``latest`` leads to a whole folder again, the history has what was published, its files are marked, and old folders are gone.
    """
    for folder in (home.published, home.landing, *home.history.glob("*")):
        durable.clear(folder)
    durable.remove(home.published / LINK_ASIDE)
    _mend_latest(home)
    for folder, manifest in _newest_of_each_source(home):
        source, is_synthetic = manifest["refresh"]["source"], bool(manifest["refresh"]["is_synthetic"])
        if _is_not_kept(home, folder, source, is_synthetic=is_synthetic) and history.can_be_kept(folder):
            log.warning("%s was published, and its process ended before its history was kept: it is kept now", folder.name)
            with history.keeping(home, source, folder.name, folder / "parquet", is_synthetic=is_synthetic):
                pass
        finish(home, source, folder.name, manifest["sources"])


def _newest_of_each_source(home: Home) -> list[tuple[Path, dict[str, Any]]]:
    found: dict[tuple[str, bool], tuple[Path, dict[str, Any]]] = {}
    for folder in folders(home):
        if manifest := about(folder):
            found[manifest["refresh"]["source"], bool(manifest["refresh"]["is_synthetic"])] = folder, manifest
    return list(found.values())


def _is_not_kept(home: Home, folder: Path, source: str, *, is_synthetic: bool) -> bool:
    """Whether what a folder found came after all that is kept of its source."""
    kept = history.snapshots(home, source, is_synthetic=is_synthetic)
    return not kept or order(kept[-1].name) < order(folder.name)


def _mend_latest(home: Home) -> None:
    """Let ``latest`` be a link to a folder whose tables are whole: the newest, where it is none, and where a killed process had yet
    to switch it.

    A folder has its name before ``latest`` leads to it. One that is newer than ``latest`` and whose history is kept was published
    once: somebody has gone back from it, and that stays.
    """
    latest = home.latest
    if latest.exists() and not latest.is_symlink():
        durable.set_aside(latest, home.damaged, "it is no link to a published folder")
    there = latest.resolve().name if latest.exists() else None
    damage = _damage(latest) if there else None
    for folder in reversed(folders(home)):
        if folder.name == there:
            if damage is None:
                return
            continue
        manifest = about(folder)
        if there and order(folder.name) > order(there) and not (manifest and _is_not_kept_of(home, folder, manifest)):
            continue
        try:
            verify(folder)
        except InputError as error:
            durable.set_aside(folder, home.damaged, str(error))
            continue
        log.warning(
            "latest led to %s: it leads to %s now, the newest that is whole", there or "no folder that is there", folder.name
        )
        point_latest(home, folder.name)
        if there and damage:
            durable.set_aside(home.published / there, home.damaged, damage)
        return
    if damage:
        log.warning("%s What was done: nothing, as no other folder is whole; what is published next takes its place", damage)
    elif latest.is_symlink() and not latest.exists():
        latest.unlink()


def _damage(folder: Path) -> str | None:
    """What is wrong with the tables of a published folder; None where they are as they were written. Other files are only told of:

    a workbook that somebody has saved where it lay is no reason to take the folder from its readers.
    """
    manifest = about(folder)
    if manifest is None:
        return "its manifest cannot be read"
    names: list[str] = list(manifest["files"])  # none, of an earlier version
    tables = [name for name in names if name == DUCKDB_FILE or name.startswith("parquet/")]
    for files in (tables, names):
        try:
            if files:
                verify_files(folder, only=files)
        except InputError as error:
            if files is tables:
                return str(error)
            log.warning("%s", error)
    return None


def _is_not_kept_of(home: Home, folder: Path, manifest: Mapping[str, Any]) -> bool:
    refresh = manifest["refresh"]
    return _is_not_kept(home, folder, refresh["source"], is_synthetic=bool(refresh["is_synthetic"]))
