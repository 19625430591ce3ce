"""Places laid out by H3 parent cell: the first half of a match in shards.

Each piece of the given files is indexed by itself, and adds its own files to the folders of the cells that it touches; so no piece
waits for another, and one that is done twice leaves what it left before.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import h3.api.numpy_int as h3
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms.errors import InputError
from transforms.geography import RESOLUTIONS, places
from transforms.text import counted
from warehouse.places import keys, layout
from warehouse.places.code import Code
from warehouse.places.shelf import Shelf, put_table
from warehouse.store import in_memory

log = logging.getLogger("schoolmatch")

ROWS_AT_ONCE = 500_000
"""About how many rows a piece has: 150 MB while it is indexed. Row groups are never split."""
NOWHERE = "nowhere"
"""The cell of those in need whose place is not known: they have no partners that could be told, and are not left out."""

CELL = f"h3_r{min(RESOLUTIONS)}"
"""The coarsest cells that places are indexed at; those of a shard are their parents."""


@dataclass(frozen=True)
class Piece:
    """A part of a given file to be indexed: row groups of it. ``number``: its own among all pieces."""

    places: Shelf
    to: Shelf
    code: Code
    resolution: int
    number: int
    name: str
    row_groups: tuple[int, ...]


@dataclass(frozen=True)
class Counted:
    """What a piece adds to the folder of a cell: rows in need, rows of high-performing, and the widest radius of those in need."""

    needs: int = 0
    partners: int = 0
    widest_miles: float = 0


@dataclass(frozen=True)
class Indexed:
    """What came of a piece: by cell what was added; ``rows`` given, of which ``elsewhere`` partners have no place that is known."""

    number: int
    rows: int
    elsewhere: int
    cells: Mapping[str, Counted]


def pieces(given: Shelf, to: Shelf, code: Code, resolution: int) -> list[Piece]:
    """The pieces of all Parquet files of a shelf. Raises InputError where there is none, or one that has other columns."""
    found: list[Piece] = []
    there = [name for name in given.names() if name != layout.QUESTION]
    names = [name for name in there if name.lower().endswith(".parquet")]
    if others := [name for name in there if name not in names]:
        log.warning("%s not read, as the name does not end in .parquet: %s", counted(len(others), "file"), ", ".join(others[:5]))
    if not names:
        raise InputError("There is no Parquet file", file=given.url, do="give the folder of the places (docs/scale.md)")
    for name in names:
        for groups in _groups(given, name):
            found.append(Piece(given, to, code, resolution, len(found), name, groups))
    return found


def _groups(given: Shelf, name: str) -> Iterator[tuple[int, ...]]:
    """Row groups of a file, together as many as make a piece."""
    try:
        with given.open(name) as file:
            parquet = pq.ParquetFile(file)
            layout.refuse_other_columns(parquet.schema_arrow, name)
            rows = [parquet.metadata.row_group(number).num_rows for number in range(parquet.num_row_groups)]
    except pa.ArrowException as error:
        raise InputError(f"It is no Parquet file: {error}", file=name, do="write it again") from error
    together: list[int] = []
    for number, count in enumerate(rows):
        if together and sum(rows[each] for each in together) + count > ROWS_AT_ONCE:
            yield tuple(together)
            together = []
        together.append(number)
    if together:
        yield tuple(together)


def index(piece: Piece) -> Indexed:
    """Read a piece, find the cells of its places, and write them by parent cell. Raises InputError for rows that are no places."""
    piece.code.refuse_another()
    given = _rows(piece)
    with in_memory(threads=1) as connection:
        rows = layout.read(connection, given, piece.name)
    keys.deal(rows, piece.to, piece.number)
    rows = with_cells(rows.filter(pc.is_in(rows["status"], pa.array(["in_need", "high_performing"]))))
    needs = rows.filter(pc.equal(rows["status"], "in_need"))
    layout.refuse_abroad(needs.filter(pc.and_(needs["easting"].is_valid(), needs["northing"].is_valid())), piece.name)
    partners = rows.filter(pc.equal(rows["status"], "high_performing"))
    placed = partners.filter(partners[CELL].is_valid())
    found: dict[str, Counted] = defaultdict(Counted)
    for cell, part in _by_cell(needs, piece.resolution):
        put_table(piece.to, file_of(cell, "need", piece.number), part)
        widest = pc.max(part["search_radius_miles"]).as_py()
        found[cell] = Counted(needs=part.num_rows, widest_miles=widest or 0)
    for cell, part in _by_cell(placed, piece.resolution):
        put_table(piece.to, file_of(cell, "partner", piece.number), part)
        found[cell] = Counted(found[cell].needs, part.num_rows, found[cell].widest_miles)
    return Indexed(piece.number, given.num_rows, partners.num_rows - placed.num_rows, dict(found))


def _rows(piece: Piece) -> pa.Table:
    """The rows of a piece, in the columns that a place has."""
    try:
        with piece.places.open(piece.name) as file:
            parquet = pq.ParquetFile(file)
            columns = [name for name in parquet.schema_arrow.names if name.lower() in layout.COLUMNS]
            return parquet.read_row_groups(list(piece.row_groups), columns=columns)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"It is not the file that it was a moment ago: {error}", file=piece.name, do="start anew") from error


def file_of(cell: str, kind: str, number: int) -> str:
    """Where a piece keeps what it found of a kind (need, partner) in a cell."""
    return f"index/{cell}/{kind}-{number:05}.parquet"


def parents(cells: np.ndarray, resolution: int) -> np.ndarray:
    """The parent of each cell. Of many cells few differ."""
    own, which = np.unique(cells, return_inverse=True)
    return np.array([h3.cell_to_parent(cell, resolution) for cell in own], dtype="uint64")[which]


def name_of(cell: int) -> str:
    """A cell as folders are called: 64 bits do not survive everywhere as a number."""
    return str(h3.int_to_str(cell))


def with_cells(rows: pa.Table) -> pa.Table:
    """The rows with the H3 cells of each place, null where it has none."""
    cells = places(rows.select(["urn", "easting", "northing"]).to_pandas())
    for resolution in RESOLUTIONS:
        name = f"h3_r{resolution}"
        rows = rows.append_column(name, pa.array(cells[name], from_pandas=True).cast(pa.uint64()))
    return rows


def _by_cell(rows: pa.Table, resolution: int) -> Iterator[tuple[str, pa.Table]]:
    """The rows of each parent cell, ordered by the finer one: who reads looks for few of those."""
    nowhere = rows.filter(rows[CELL].is_null())
    if nowhere.num_rows:
        yield NOWHERE, nowhere
    rows = rows.filter(rows[CELL].is_valid()).sort_by([(CELL, "ascending"), ("urn", "ascending")])
    if not rows.num_rows:
        return
    parent = parents(rows[CELL].to_numpy(), resolution)
    order = np.argsort(parent, kind="stable")
    rows, parent = rows.take(order), parent[order]
    starts: Sequence[int] = [0, *(np.flatnonzero(np.diff(parent)) + 1).tolist(), len(parent)]
    for start, end in pairwise(starts):
        yield name_of(parent[start]), rows.slice(start, end - start)
