"""Files that a person has, put into the live folder: releases and results of years that no publisher's address gives any more."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from transforms.errors import InputError
from transforms.layouts import Layout, layout_for
from transforms.layouts.layout import date_in_name
from warehouse.home import Home
from warehouse.sources.live import LOCK, live_folder

_YEAR_FOLDER = re.compile(r"20\d\d-?_?(20)?\d\d")


@dataclass(frozen=True)
class Given:
    """What became of a file that was given, in words; ``is_there``: the live folder has it, or the publisher's own, now."""

    name: str
    is_there: bool
    words: str


def take_by_hand(home: Home, given: Path) -> list[Given]:
    """Copy releases of Ofsted and files of results that the live folder has not, once each was read without complaint.

    Of a date of which the live folder has a release that one stays. Other kinds are a state of affairs, of which only the newest is
    used: they are not taken. Raises InputError where there is no such folder.
    """
    if not given.is_dir():
        raise InputError(f"There is no folder {given}", do="check the path")
    live = live_folder(home)
    live.mkdir(parents=True, exist_ok=True)
    with FileLock(live / LOCK):
        found = [(path, layout) for path in sorted(given.rglob("[!.]*")) if path.is_file() and (layout := layout_for(path.name))]
        return [_take(live, given, path, layout) for path, layout in found if layout.files != "newest"]


def _take(live: Path, given: Path, path: Path, layout: Layout) -> Given:
    name = path.relative_to(given).as_posix()
    parent = path.parent.name if _YEAR_FOLDER.fullmatch(path.parent.name) else ""  # the wide tables' only word of their year
    target = live / layout.group / parent / path.name
    told = date_in_name(path.name)
    same_date = [
        each.name
        for each in live.rglob("[!.]*")
        if layout.files == "releases" and layout_for(each.name) == layout and date_in_name(each.name) == told
    ]
    if target.exists() or same_date:
        return Given(name, is_there=True, words=f"the live folder has {same_date[0] if same_date else path.name} already")
    content = path.read_bytes()
    try:
        layout.read(content, f"{parent}/{path.name}" if parent else path.name)
    except InputError as error:
        return Given(name, is_there=False, words=str(error))
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    try:
        partial.write_bytes(content)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return Given(name, is_there=True, words="taken")
