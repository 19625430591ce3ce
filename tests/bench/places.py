"""A match in shards beside the same models on one machine, row by row: ``python -m tests.bench.places``.

The real schools of 2025, as many copies as asked (``world.py``), are written as files of places. One process matches them unsharded
(the models on one DuckDB, with no bound on memory but the product's), then shards do: in this process, and on a Dask cluster of
worker processes on loopback, of which one may be killed in the middle. All pairs and needs must be the same rows.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.cluster import engine_of
from tests.bench.part import about, published, say, write
from tests.bench.world import URNS_APART, tiles_for
from tests.support.machine import memory_kb
from transforms.geography import RESOLUTIONS
from warehouse.home import Home
from warehouse.model import load_macros
from warehouse.places.engine import Engine
from warehouse.places.index import with_cells
from warehouse.places.layout import COLUMNS
from warehouse.places.matching import match_places
from warehouse.places.shard import TABLES, models
from warehouse.places.shelf import Folder
from warehouse.reference import load_reference
from warehouse.sealed import read_only
from warehouse.store import SETTINGS, in_memory, literal, run

TILES_IN_A_FILE = 20
"""About 440,000 rows each."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it and tell; 1 where rows differ."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.places", description=__doc__)
    parser.add_argument("--sizes", default="883k,5m", help="numbers of places, nearest multiples of the real schools are taken")
    parser.add_argument("--ways", default="one,shards,cluster,killed", help="which: one is what the others are held against")
    parser.add_argument("--workers", type=int, default=2, help="worker processes of the cluster")
    parser.add_argument("--resolution", type=int, default=3, help="of the cells that are shards")
    parser.add_argument("--memory", help="what DuckDB may take (200MB), for one and shards; else what the product allows it")
    parser.add_argument("--home", type=Path, help="a home in which 2025 was published, to be read; else one is made")
    parser.add_argument("--json", type=Path, help="where the results are written as JSON")
    asked = parser.parse_args(arguments)
    rows: list[dict[str, Any]] = []
    with published(asked.home) as home, tempfile.TemporaryDirectory() as scratch:
        for size in asked.sizes.split(","):
            folder = Path(scratch) / size
            places = lay_out(Home(home).warehouse, size, folder / "places")
            for way in asked.ways.split(","):
                say(f"{places:,} places: {way}")
                rows.append({"places": places, "way": way} | run_apart(way, folder, asked))
                if way != "one" and (folder / "one").exists():
                    rows[-1]["differing"] = {name: differing(folder, way, name) for name in TABLES}
                say(str(rows[-1]))
            shutil.rmtree(folder)
    print(markdown(rows))
    write(
        {"about": about(f"python -m tests.bench.places --sizes {asked.sizes}", ("duckdb", "distributed")), "rows": rows}, asked.json
    )
    return int(any(any(row.get("differing", {}).values()) for row in rows))


def lay_out(warehouse: Path, size: str, folder: Path) -> int:
    """The places of as many copies of the schools as come nearest to a size, as files; returns how many rows of schools."""
    folder.mkdir(parents=True)
    with read_only(warehouse) as connection:
        schools = run(connection, "select count(*) from core.school")[0][0]
        tiles = tiles_for(size, schools)
        one = connection.execute("""
            select status.definition, status.phase, status.urn, status.status, easting, northing, search_radius_miles
            from match.school_status as status inner join core.school as school on school.urn = status.urn
        """).to_arrow_table()
        question = connection.execute("from match.question").to_arrow_table()
    with duckdb.connect(config=SETTINGS) as connection:
        connection.register("one_tile", one)
        connection.register("question_of_one_tile", question)
        tile = "definition || ' ' || tile.number as definition"
        for first in range(0, tiles, TILES_IN_A_FILE):
            run(
                connection,
                f"""
                copy (
                    select one_tile.* replace ({tile}, urn + tile.number * {URNS_APART} as urn)
                    from range({first}, {min(first + TILES_IN_A_FILE, tiles)}) as tile (number) cross join one_tile
                ) to {literal(folder / f"{first:06}.parquet")}
                """,
            )
        run(
            connection,
            f"""
            copy (
                select question.* replace ({tile}) from range({tiles}) as tile (number) cross join question_of_one_tile as question
            ) to {literal(folder / "question.parquet")}
            """,
        )
    return int(schools) * tiles


def run_apart(way: str, folder: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """One way in a process of its own: seconds, peak memory of each process, and rows; or why it ended."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(way, folder, asked, theirs))
    process.start()
    theirs.close()
    try:
        return dict(ours.recv())
    except EOFError:
        process.join()
        return {"ended": process.exitcode}
    finally:
        process.join()


def _run(way: str, folder: Path, asked: argparse.Namespace, tell: Any) -> None:
    SETTINGS["memory_limit"] = asked.memory or SETTINGS["memory_limit"]
    started = time.perf_counter()
    if way == "one":
        pairs = unsharded(folder / "places", folder / "one")
        told = {"pairs": pairs, "processes": 1}
        tell.send(told | {"seconds": time.perf_counter() - started, "peak_mb": [memory_kb("VmHWM", "self") // 1024]})
        return
    with engine_of(None if way == "shards" else f"local:{asked.workers}") as engine:
        ready = time.perf_counter()
        pids = _pids(engine)
        if way == "killed":
            threading.Thread(target=_kill_in_the_middle, args=(folder / way, pids[0]), daemon=True).start()
        release = match_places(Folder(folder / "places"), Folder(folder / way), engine, asked.resolution)
        seconds = time.perf_counter() - ready
        peaks = [memory_kb("VmHWM", pid) // 1024 for pid in ("self", *_pids(engine))]
        killed = sum(not Path(f"/proc/{pid}").exists() for pid in pids)
    (folder / way / "whole").symlink_to(release.url)
    told = {"pairs": release.manifest["rows"]["pairs"], "shards": release.manifest["shards"], "start_seconds": ready - started}
    tell.send(told | {"processes": len(peaks), "seconds": seconds, "peak_mb": peaks, "killed": killed})


def _pids(engine: Engine) -> list[int]:
    client = getattr(engine, "client", None)
    return sorted(client.run(os.getpid).values()) if client else []


def _kill_in_the_middle(to: Path, pid: int) -> None:
    """Kill a worker once the first shards are written: with one of them on its hands."""
    while len(list(to.glob("v/*/pair/*.parquet"))) < 2:
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)


def unsharded(places: Path, to: Path) -> int:
    """The same models on one DuckDB, in a file, with all places; returns how many pairs there are."""
    to.mkdir()
    with duckdb.connect(to / "one.duckdb", config=SETTINGS) as connection:
        run(connection, "set enable_progress_bar = false")
        load_macros(connection)
        load_reference(connection)
        run(connection, "create schema core")
        run(connection, "create schema match")
        columns = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in COLUMNS.items())
        rows = f"select {columns} from read_parquet({[str(path) for path in sorted(places.glob('[0-9]*.parquet'))]})"
        run(connection, f"create table place as {rows} where status <> 'neither'")
        cells = ", ".join(f"h3_r{resolution} ubigint" for resolution in RESOLUTIONS)
        run(connection, f"create table cell (urn bigint, easting double, northing double, {cells})")
        for batch in connection.execute("select distinct urn, easting, northing from place").to_arrow_reader(500_000):
            rows = pa.Table.from_batches([batch])
            with connection.cursor() as beside:
                beside.register("cell_of_batch", with_cells(rows))
                run(beside, "insert into cell by name from cell_of_batch")
        run(
            connection,
            """
            create table core.school as
            select distinct
                place.urn, place.easting, place.northing, search_radius_miles,
                h3_r5 is not null and search_radius_miles is not null as can_be_placed, h3_r7, h3_r6, h3_r5
            from place inner join cell on cell.urn = place.urn
            """,
        )
        run(connection, "create table match.school_status as select definition, phase, urn, status from place")
        run(connection, f"create table match.question as from read_parquet({literal(places / 'question.parquet')})")
        for model in models():
            model.build(connection)
        for name, table in TABLES.items():
            run(connection, f"copy (from {table}) to {literal(to / f'{name}.parquet')}")
        return int(run(connection, "select count(*) from match.pair")[0][0])


def differing(folder: Path, way: str, name: str) -> int:
    """Rows that one of the two has and the other has not, or not as often."""
    with in_memory(temp_directory=str(folder / "spill")) as connection:
        one = f"select * from read_parquet({literal(folder / 'one' / f'{name}.parquet')})"
        other = f"select * from read_parquet({literal(folder / way / 'whole' / name / '*.parquet')})"
        return sum(
            int(run(connection, f"select count(*) from (({a}) except all ({b}))")[0][0]) for a, b in ((one, other), (other, one))
        )


def markdown(rows: Sequence[dict[str, Any]]) -> str:
    """The results as a table."""
    lines = ["| places | way | seconds | largest process | pairs | other rows |", "|--:|---|--:|--:|--:|--:|"]
    for row in rows:
        if "ended" in row:
            lines.append(f"| {row['places']:,} | {row['way']} | ended with {row['ended']} | | | |")
            continue
        other = sum(row["differing"].values()) if "differing" in row else ""
        peak = f"{max(row['peak_mb']):,} MB of {row['processes']}"
        lines.append(f"| {row['places']:,} | {row['way']} | {row['seconds']:.1f} | {peak} | {row['pairs']:,} | {other} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
