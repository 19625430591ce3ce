"""Files that a person has, put into the live folder: releases and results of years that no publisher's address gives any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
from filelock import FileLock

from transforms.errors import InputError
from transforms.layouts import Layout, layout_for
from transforms.layouts.layout import date_in_name
from warehouse import clock, durable
from warehouse.home import Home
from warehouse.landing.archive import SYNTHETIC_MARKER, read_whole
from warehouse.sources.live import LOCK, live_folder


@dataclass(frozen=True)
class Given:
    """What became of a file that was given, in words; ``is_there``: the live folder has it, or the publisher's own, now."""

    name: str
    is_there: bool
    words: str


def is_of_years(layout: Layout) -> bool:
    """Whether files of earlier dates tell what the newest does not: Ofsted's releases and lists, and results."""
    return layout.files == "releases" or "year" in layout.key


def refuse_mixture(given: Path, own: Path) -> None:
    """Raise InputError where one of two folders is invented and the other is not, or the first is not there."""
    if not given.is_dir():
        raise InputError(f"There is no folder {given}", do="check the path")
    if (given / SYNTHETIC_MARKER).exists() != (own / SYNTHETIC_MARKER).exists():
        raise InputError(
            f"One of {given} and {own} is invented and the other is not",
            expected="both real, or both a synthetic sample",
            do="give --source the folder whose history these files belong to",
        )


def take_by_hand(home: Home, given: Path) -> list[Given]:
    """Copy releases of Ofsted and files of results that the live folder has not, once each was read without complaint.

    Of a date of which the live folder has a release that one stays. Results go into a folder of their newest year. Other kinds are
    a state of affairs, of which only the newest is used: they are not taken. Raises InputError where there is no such folder, or
    one of the two is invented.
    """
    live = live_folder(home)
    refuse_mixture(given, live)
    home.make()
    live.mkdir(exist_ok=True)
    with FileLock(live / LOCK):
        found = [(path, layout) for path in sorted(given.rglob("[!.]*")) if path.is_file() and (layout := layout_for(path.name))]
        return [_take(live, given, path, layout) for path, layout in found if is_of_years(layout)]


def _take(live: Path, given: Path, path: Path, layout: Layout) -> Given:
    name = path.relative_to(given).as_posix()
    told = date_in_name(path.name)
    try:
        if layout.files == "releases" and (same := _of_date(live, layout, told)):
            return Given(name, is_there=True, words=f"the live folder has {same} already")
        content = read_whole(path, name)
        frame = layout.read(content, f"{given.resolve().name}/{name}").frame
        if layout.files == "releases":
            _refuse_wrong_date(path.name, told, frame)
        newest = int(frame["year"].max()) if "year" in frame and len(frame) else None
        target = live / layout.group / (f"{newest - 1}-{newest}" if newest else "") / path.name
        if any(each.is_file() and each.read_bytes() == content for each in live.rglob(path.name)):
            return Given(name, is_there=True, words="the live folder has it already")
        if target.exists():
            raise InputError(
                f"The live folder has another file of that name and year, {target.relative_to(live).as_posix()}",
                do="compare the two; to use this one, take the other away",
            )
        _put(content, target)
    except (InputError, OSError) as error:
        return Given(name, is_there=False, words=str(error))
    return Given(name, is_there=True, words="taken")


def _of_date(live: Path, layout: Layout, told: date | None) -> str | None:
    names = sorted(each.name for each in live.rglob("[!.]*") if layout_for(each.name) == layout)
    return next((name for name in names if date_in_name(name) == told), None)


def _refuse_wrong_date(name: str, told: date | None, frame: pd.DataFrame) -> None:
    """Raise InputError where a release is dated in the future, or tells of an inspection after its own date."""
    today = clock.now().date()
    last = max(
        (each for column in frame if str(column).endswith("inspection_date") for each in frame[column].dropna()), default=None
    )
    if told is None or told > today or (last is not None and pd.Timestamp(last) > pd.Timestamp(told)):
        raise InputError(
            f"The file is dated {told or 'nowhere'}"
            + (f", and tells of an inspection on {last}" if last is not None and told and told <= today else ""),
            file=name,
            expected="the date of the release, which is not in the future and not before what it tells",
            do="give the file the name it was published with",
        )


def _put(content: bytes, target: Path) -> None:
    durable.make_folder(target.parent)
    durable.write(target, content)
