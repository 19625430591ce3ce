"""One shard of a match: those in need in an H3 cell, with partners of it and of a ring around it, by the models of ``sql/match``.

What is found does not hang on the cut: for each cell of the index that holds a need, the partners of every cell are there which the
widest radius asked for in it can reach (``sql/reference/h3_disk.csv``), and the models measure the distances.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import duckdb
import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from transforms.disk_reach import FACTS
from transforms.geography import METRES_PER_MILE, RESOLUTIONS
from warehouse.model import Model, in_order, load_macros, read_models
from warehouse.places import layout
from warehouse.places.code import Code
from warehouse.places.index import CELL, NOWHERE, file_of, name_of
from warehouse.places.shelf import Shelf, put_table, read_table
from warehouse.reference import load_reference
from warehouse.store import in_memory, run

PAIR, NEED = "match.pair", "match.need"
TABLES: Mapping[str, str] = {"pair": PAIR, "need": NEED}
"""What is written, by folder: the tables of a warehouse of these names."""
_MODELS = ("match.partner", "match.disk", PAIR, NEED)


@dataclass(frozen=True)
class Shard:
    """A cell to be matched. ``needs``, ``partners``: the numbers of the pieces that have such files, the latter by cell."""

    places: Shelf
    to: Shelf
    code: Code
    cell: str
    needs: tuple[int, ...]
    partners: Mapping[str, tuple[int, ...]]
    has_question: bool
    threads: int


@dataclass(frozen=True)
class Matched:
    """What came of a shard: rows in need and of partners that were read, needs and pairs written, hashes of files, and the work."""

    cell: str
    needs: int
    partners: int
    written: int
    pairs: int
    files: Mapping[str, str]
    seconds: float
    process: str


def match(shard: Shard) -> Matched:
    """Find the pairs of a shard and write them."""
    shard.code.refuse_another()
    started = time.perf_counter()
    needs = pa.concat_tables(read_table(shard.to, file_of(shard.cell, "need", number)) for number in shard.needs)
    near = _cells_in_reach(needs)
    partners = [
        read_table(shard.to, file_of(cell, "partner", number), filters=pc.field(CELL).isin(near))
        for cell, numbers in shard.partners.items()
        for number in numbers
    ]
    files = {}
    with (
        tempfile.TemporaryDirectory(prefix="schoolmatch-") as spill,
        in_memory(threads=shard.threads, temp_directory=spill) as connection,
    ):
        read = _lay(connection, pa.concat_tables([needs, *partners]), _question(shard))
        for model in models():
            model.build(connection)
        for folder, table in TABLES.items():
            rows = connection.execute(f"from {table} order by all").to_arrow_table()
            name = f"{folder}/{shard.cell}.parquet"
            files[name] = put_table(shard.to, name, rows)
        written, pairs = (run(connection, f"select count(*) from {table}")[0][0] for table in (NEED, PAIR))
    process = f"{os.uname().nodename}/{os.getpid()}"
    return Matched(shard.cell, needs.num_rows, read - needs.num_rows, written, pairs, files, time.perf_counter() - started, process)


def ring(cell: str, widest_miles: float) -> set[str]:
    """The parent cells from which partners must be read for those in need in one, itself among them."""
    if cell == NOWHERE:
        return set()
    own = h3.str_to_int(cell)
    around: set[int] = set()
    for child in h3.cell_to_children(own, min(RESOLUTIONS)):
        around.update(int(each) for each in h3.grid_disk(child, rings_for(widest_miles)))
    return {name_of(parent) for parent in {int(h3.cell_to_parent(each, h3.get_resolution(own))) for each in around}}


def rings_for(miles: float) -> int:
    """How many rings of the index's coarsest cells surely reach so far, ``layout.FARTHEST_MILES`` at most."""
    disks = _disks()
    return int(disks.loc[disks["reach_m"] >= miles * METRES_PER_MILE, "rings"].min())


@cache
def _disks() -> pd.DataFrame:
    disks = pd.read_csv(FACTS, comment="#")
    return disks[disks["resolution"] == min(RESOLUTIONS)]


@cache
def models() -> tuple[Model, ...]:
    """The models of a match, in order, as they are."""
    return tuple(in_order(model for model in read_models("match") if model.name in _MODELS))


def _cells_in_reach(needs: pa.Table) -> pa.Array:
    """The cells of the index that those in need can reach, each need's by the widest radius that is asked for in its cell."""
    placed = needs.filter(pc.and_(needs[CELL].is_valid(), needs["search_radius_miles"].is_valid()))
    widest = placed.group_by(CELL).aggregate([("search_radius_miles", "max")]).to_pydict()
    disks = [h3.grid_disk(cell, rings_for(miles)) for cell, miles in zip(*(widest[name] for name in widest), strict=True)]
    return pa.array(np.unique(np.concatenate(disks)) if disks else [], pa.uint64())


def _question(shard: Shard) -> pa.Table | None:
    return layout.read_question(read_table(shard.places, layout.QUESTION)) if shard.has_question else None


def _lay(connection: duckdb.DuckDBPyConnection, rows: pa.Table, question: pa.Table | None) -> int:
    """The tables that the models read; returns how many rows there are."""
    load_macros(connection)
    load_reference(connection, only=["reference.h3_disk"])
    connection.register("place", rows)
    cells = ", ".join(f"h3_r{resolution}" for resolution in RESOLUTIONS)
    for statement in (
        "create schema core",
        "create schema match",
        f"""
        create table core.school as
        select
            urn,
            easting,
            northing,
            max(search_radius_miles) as search_radius_miles,
            {CELL} is not null and max(search_radius_miles) is not null as can_be_placed,
            {cells}
        from place
        group by urn, easting, northing, {cells}
        """,
        "create table match.school_status as select definition, phase, urn, status from place",
        "create table match.question (definition varchar, phase varchar, question varchar, withheld_because varchar)",
    ):
        run(connection, statement)
    connection.unregister("place")
    if question is not None:
        connection.register("given_question", question)
        run(connection, "insert into match.question by name from given_question")
        connection.unregister("given_question")
    return int(run(connection, "select count(*) from match.school_status")[0][0])
