"""What must hold of a home at any moment, whatever has killed a refresh: read by own means, and by those of the product.

Two sorts of faults are told apart: what must never be (``torn``, ``lost``, …), and what must be in order again once the next
refresh has succeeded."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from transforms.errors import InputError
from warehouse.home import Home
from warehouse.landing.kept import ABOUT
from warehouse.publish import verify

DATED = re.compile(r"\d{8}T\d{6}Z(-\d+)?")


@dataclass(frozen=True)
class Published:
    """A published folder: its name, and when its refresh began, by which history knows it."""

    stamp: str
    started_at: str


@dataclass
class Found:
    """The state of a home: what ``latest`` is, and the faults that were found, each under a word that says its kind."""

    latest: Published | None = None
    faults: list[str] = field(default_factory=list)

    def add(self, kind: str, text: str) -> None:
        self.faults.append(f"{kind}: {text}")


def at_any_moment(home: Home, known: list[Published]) -> Found:
    """Right after a kill. ``known``: what was seen published before, the oldest first."""
    found = Found()
    _latest(home, known, found)
    for folder in sorted(home.published.iterdir()) if home.published.is_dir() else []:
        if folder.is_dir() and not folder.is_symlink() and not folder.name.startswith("."):
            if not DATED.fullmatch(folder.name):
                found.add("named", f"{folder.name} is no date")
            elif missing := _missing(folder):
                found.add("half", f"published/{folder.name} lacks {missing}")
    _archive(home, found)
    for own in home.history.iterdir() if home.history.is_dir() else []:
        for kept in own.iterdir():
            if DATED.fullmatch(kept.name) and len(list(kept.glob("*.parquet"))) < len(
                list(own.glob("2*/refresh_history.parquet"))[:1]
            ):
                found.add("half", f"history/{own.name}/{kept.name} is empty")
    return found


def after_a_refresh(home: Home, known: list[Published], expected: dict[int, str]) -> Found:
    """After a refresh that has succeeded: everything that was ever published is in its history, and its figures are of its files.

    ``expected``: statuses by URN, by the definition of RISE.
    """
    found = at_any_moment(home, known)
    if found.latest is None:
        return found
    tables = home.latest.resolve() / "parquet"
    refreshed = [str(each) for each in _column(tables / "refresh_history.parquet", "refreshed_at")]
    if refreshed != sorted(set(refreshed)):
        found.add("history", f"refresh_history is not in order: {refreshed[-3:]}")
    for each in (*known, found.latest):
        if each.started_at not in refreshed:
            found.add("lost", f"{each.stamp} was published and is not in refresh_history")
    told = dict(
        zip(*(_column(tables / "school_status.parquet", name, ("definition", "rise")) for name in ("urn", "status")), strict=True)
    )
    if wrong := {urn: told.get(urn) for urn, status in expected.items() if told.get(urn) != status}:
        found.add("status", f"of {expected} {wrong} is published")
    history = tables / "status_history.parquet"
    held = pq.read_table(history, use_threads=False, filters=[("definition", "=", "rise")]).to_pylist()
    now = {row["urn"]: row["status"] for row in held if row["valid_to"] is None}
    if wrong := {urn: now.get(urn) for urn, status in expected.items() if now.get(urn) != status}:
        found.add("history", f"status_history holds {wrong} where {expected} is published")
    kept = list(home.history.glob(f"*/{found.latest.stamp}/refresh_history.parquet"))
    if [path.read_bytes() for path in kept] != [(tables / "refresh_history.parquet").read_bytes()]:
        found.add("lost", f"the history of {found.latest.stamp} was not kept")
    for left in (*home.published.glob(".*-2*"), *home.history.glob("*/.*-2*")):
        found.add("left", f"{left.relative_to(home.root)} is still there")
    return found


def _latest(home: Home, known: list[Published], found: Found) -> None:
    if not home.latest.is_symlink() and not home.latest.exists():
        if known:
            found.add("torn", "latest is gone")
        return
    try:
        manifest = verify(home.latest)
        found.latest = Published(home.latest.resolve().name, manifest["refresh"]["started_at"])
    except (InputError, OSError, ValueError, KeyError) as error:
        found.add("torn", f"latest does not read back: {error}")
        return
    for name, file in manifest["files"].items():
        if hashlib.sha256((home.latest / name).read_bytes()).hexdigest() != file["sha256"]:
            found.add("torn", f"{name} has another hash than its manifest says")
    if known and found.latest not in known[-1:] and (found.latest in known or found.latest.started_at <= known[-1].started_at):
        found.add("torn", f"latest went back from {known[-1].stamp} to {found.latest.stamp}")


def _missing(folder: Path) -> str | None:
    """What of a dated folder is not as its manifest says, by names and sizes alone."""
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return f"its manifest ({error})"
    for name, file in manifest["files"].items():
        if not (folder / name).is_file() or (folder / name).stat().st_size != file["bytes"]:
            return name
    return None


def _archive(home: Home, found: Found) -> None:
    """Entries of the archive are whole: the bytes whose hash names them, or, of a file that names people, what is left of it."""
    for entry in home.landing.iterdir() if home.landing.is_dir() else []:
        if not re.fullmatch("[0-9a-f]{64}", entry.name):
            continue
        try:
            about = json.loads((entry / "provenance.json").read_text(encoding="utf-8"))
            content = (entry / Path(about["name"]).name).read_bytes()
        except (OSError, ValueError, KeyError) as error:
            found.add("archive", f"{entry.name[:12]} is not whole: {error}")
            continue
        is_as_published = hashlib.sha256(content).hexdigest() == entry.name
        if not is_as_published and "gias_" not in about["kind"]:
            found.add("archive", f"{about['name']} has another hash")
        if not content.endswith(b"\n"):
            found.add("archive", f"{about['name']} is cut off")
        for rows in entry.glob("rows-*.parquet"):
            # those of the file: a school that has four rows at key stage 2 is one of what is kept
            if json.loads(pq.read_metadata(rows).metadata[ABOUT])["rows"] != about["rows"]:
                found.add("archive", f"{rows.name} of {about['name']} has another number of rows")


def _column(path: Path, name: str, only: tuple[str, Any] | None = None) -> list[Any]:
    filters = [(only[0], "=", only[1])] if only else None
    return list(pq.read_table(path, columns=[name], filters=filters, use_threads=False)[name].to_pylist())
