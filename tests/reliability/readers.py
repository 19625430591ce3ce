"""Readers while refreshes publish back to back: whoever reads through ``latest`` at any moment reads one whole folder.

One process publishes again and again (the last step of a refresh, with few exports); the others read, each loop anew: the
manifest and the tables through the link as it is resolved once, the DuckDB file opened by the link itself and asked twice, and a
file by its hash."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from tests.reliability.crash_points import STOPPED, stop_at_publishing, without_exports
from tests.reliability.forked import in_fork
from tests.reliability.small_home import make_small, work_folder
from tests.reliability.steps import run_publishing, run_steps
from warehouse.home import Home

Report = Callable[[dict[str, Any]], None]
READERS = 2


def readers(seconds: float, seed: int, core: int, report: Report, *, root: Path | None = None) -> None:
    """Read for so many seconds while another process publishes; the loops, the folders seen and the faults are reported."""
    root = root or work_folder("readers")
    try:
        home, variants = make_small(root)
        without_exports()
        variants.write(0)
        for work, how in ((run_steps, "ended"), (stop_at_publishing, "killed")):
            done = in_fork(lambda work=work: work(home, variants.folder), code=STOPPED)
            if done.how != how:
                raise RuntimeError(f"a refresh has {done.how}: {done.value}")
        end = time.monotonic() + seconds
        told = in_fork(lambda: _both(home, variants.folder, end, seed + core), patience=seconds + 120)
        if told.how != "ended":
            raise RuntimeError(f"the readers have {told.how}: {told.value}")
        report({"what": "readers", "how": "read", "seed": seed + core, "peak_kb": told.peak_kb, **told.value})
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _both(home: Home, drop: Path, end: float, seed: int) -> dict[str, Any]:
    """A fork that publishes until the end, and readers beside it."""
    with_writer = _started(lambda: _publish(home, drop, end))
    others = [_started(lambda number=number: _read(home, end, seed + number)) for number in range(1, READERS)]
    own = _read(home, end, seed)
    published = with_writer()
    for other in (each() for each in others):
        own["loops"] += other["loops"]
        own["folders"] = max(own["folders"], other["folders"])
        own["faults"] += other["faults"]
    return own | {"published": published}


def _started(work: Callable[[], Any]) -> Callable[[], Any]:
    """Begin work in a thread that only waits for its fork; returns what waits for its value."""
    import multiprocessing

    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=lambda: sending.send(work()))
    process.start()

    def value() -> Any:
        got = receiving.recv()
        process.join()
        return got

    return value


def _publish(home: Home, drop: Path, end: float) -> int:
    count = 0
    while time.monotonic() < end:
        done = in_fork(lambda: run_publishing(home, drop))
        if done.how != "ended":
            raise RuntimeError(f"publishing has {done.how}: {done.value}")
        count += 1
    return count


def _read(home: Home, end: float, seed: int) -> dict[str, Any]:
    chance, seen, faults, loops = random.Random(seed), set(), [], 0
    while time.monotonic() < end:
        try:
            seen.add(_loop(home, chance))
        except Exception as error:  # noqa: BLE001 whatever a reader meets is a fault
            faults.append(f"reader: {type(error).__name__}: {error}"[:300])
        loops += 1
    return {"loops": loops, "folders": len(seen), "faults": faults}


def _loop(home: Home, chance: random.Random) -> str:
    """One look at what is published; raises where it is not whole."""
    folder = home.latest.resolve()
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    table, rows = chance.choice(list(manifest["tables"].items()))
    found = pq.read_metadata(folder / "parquet" / f"{table.removeprefix('mart.')}.parquet").num_rows
    if found != rows:
        raise ValueError(f"{folder.name}: {table} has {found} rows, not {rows}")
    name = chance.choice(list(manifest["files"]))
    if hashlib.sha256((folder / name).read_bytes()).hexdigest() != manifest["files"][name]["sha256"]:
        raise ValueError(f"{folder.name}: {name} has another hash")
    with duckdb.connect(home.latest / "schoolmatch.duckdb", read_only=True, config={"threads": 1}) as connection:
        once = connection.execute("select count(*), max(started_at) from mart.school, mart.refresh").fetchall()
        json.loads((home.latest / "status.json").read_text(encoding="utf-8"))
        if once != connection.execute("select count(*), max(started_at) from mart.school, mart.refresh").fetchall():
            raise ValueError("one open file has told two things")
    return folder.name
