"""Refreshes of a small folder in a home of its own, quick enough to be killed a thousand times.

It is the whole refresh, with Dagster, from files to ``latest``. Cut are the postcodes (those near the schools; 2.7 million take a
second to load), the processes that write workbooks (they are written in the refresh's own), and DuckDB's threads. The graph of
the models and what is read of the packages' data is made before the fork."""

from __future__ import annotations

import contextlib
import csv
import importlib
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import exports.excel
import orchestration.refresh
from orchestration import REFRESH, definitions
from orchestration.refresh import refresh
from tests.reliability.drop import VARIANTS, Variants, write_small
from tests.reliability.forked import in_fork
from warehouse.home import Home
from warehouse.landing import postcodes
from warehouse.store import SETTINGS
from warehouse.study import sensitivity

NEAR_M = 3_000
"""Postcodes within so many metres of a school, east and north, stay."""


def work_folder(name: str) -> Path:
    """A folder in memory where there is one: what is tried is a kill, which loses nothing that was written, wherever that is."""
    base = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else None
    return Path(tempfile.mkdtemp(prefix=f"schoolmatch-{name}-", dir=base))


def make_small(root: Path, name: str = "home") -> tuple[Home, Variants]:
    """A small folder and an empty home, and this process prepared for refreshes of it, by itself or by its forks."""
    drop = write_small(root / "drop")
    prepare(drop)
    return Home(root / name), Variants(drop)


def prepare(drop: Path) -> None:
    """Make ready all that a refresh of the folder needs and that is the same for each; has to come before the first fork."""
    exports.excel._PROCESSES = 1
    SETTINGS["threads"] = 1
    definitions.assemble = cache(definitions.assemble)
    for model in definitions.assemble().in_order:
        _ = model.reads
    orchestration.refresh.build_defs = cache(orchestration.refresh.build_defs)
    near = [_near(drop)]
    postcodes.read_letters = lambda: iter(near)
    postcodes.provenance = cache(postcodes.provenance)
    postcodes.provenance()


class Figures:
    """The figures of sensitivity, worked out once for each variant of the files: they take longer than all the other tables."""

    def __init__(self, variants: Variants) -> None:
        self.kept: dict[tuple[int, str], list[dict[str, Any]]] = {}
        headlines = sensitivity.headlines

        def remembered(connection: Any, definition: Any, *arguments: Any, **options: Any) -> Any:
            key = variants.number, definition.name
            if key not in self.kept:
                self.kept[key] = headlines(connection, definition, *arguments, **options)
            return [dict(row) for row in self.kept[key]]

        sensitivity.headlines = remembered

    def in_fork(self, work: Callable[[], Any]) -> Any:
        """The value of a refresh in a fork; what it has worked out is kept. Raises RuntimeError where it fails."""
        done = in_fork(lambda: (work(), self.kept))
        if done.how != "ended":
            raise RuntimeError(f"a refresh has {done.how}: {done.value}")
        value, found = done.value
        self.kept.update(found)
        return value


def warm_up(home: Home, variants: Variants) -> None:
    """Refresh once with each variant, in forks: what they have imported, and their figures, the next find made."""
    orchestration.refresh.build_defs(home, str(variants.folder)).resolve_job_def(REFRESH)
    figures = Figures(variants)

    def work() -> list[str]:
        refreshed(home, variants.folder)
        return sorted(sys.modules)

    for number in range(VARIANTS):
        variants.write(number)
        modules = figures.in_fork(work)
    for name in modules:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    if threading.active_count() > 1:
        raise RuntimeError(f"threads before a fork: {threading.enumerate()}")


def _near(drop: Path) -> postcodes.Postcodes:
    (register,) = drop.rglob("edubasealldata*.csv")
    with register.open(encoding="cp1252", newline="") as file:
        squares = {
            (int(row["Easting"]) // NEAR_M + east, int(row["Northing"]) // NEAR_M + north)
            for row in csv.DictReader(file)
            if row["Easting"].isdigit() and row["Northing"].isdigit()
            for east in (-1, 0, 1)
            for north in (-1, 0, 1)
        }
    every = postcodes.read_postcodes()
    code = every.easting // NEAR_M * 10_000 + every.northing // NEAR_M
    kept = np.isin(code, [east * 10_000 + north for east, north in squares])
    return postcodes.Postcodes(*(column[kept] for column in every))


def refreshed(home: Home, drop: Path) -> dict[str, Any]:
    """Refresh, and say what was published: the work of a fork."""
    done = refresh(home, str(drop))
    return {"folder": done.folder.name, "seconds": done.seconds}


def copy_of(home: Home, to: Path) -> Home:
    """The home as it is, links as links."""
    shutil.copytree(home.root, to, symlinks=True)
    return Home(to)
