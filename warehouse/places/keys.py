"""Whether each place is there once: asked of all places together, since two rows of one may lie in shards that never meet.

Pieces deal the numbers of their places out to buckets; each bucket is looked through by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from transforms.errors import InputError
from warehouse.places.code import Code
from warehouse.places.shelf import Shelf, put_table, read_table
from warehouse.store import in_memory, run

BUCKETS = 16


@dataclass(frozen=True)
class Dealt:
    """The places whose number leaves ``bucket`` over, from so many pieces."""

    to: Shelf
    code: Code
    bucket: int
    pieces: int


def deal(rows: pa.Table, to: Shelf, piece: int) -> None:
    """Write what tells a place of a piece's rows, by bucket."""
    told = rows.select(["definition", "urn", "status", "easting", "northing", "search_radius_miles"])
    urn = told["urn"]
    buckets = pc.bit_wise_and(urn, BUCKETS - 1)  # what is left over of a division by it, of negative numbers as well
    for bucket in range(BUCKETS):
        put_table(to, _file_of(bucket, piece), told.filter(pc.equal(buckets, bucket)))


def refuse_twice(dealt: Dealt) -> int:
    """Returns how many rows there are. Raises InputError for a place of two statuses in a definition, two places or two radii."""
    dealt.code.refuse_another()
    rows = pa.concat_tables(read_table(dealt.to, _file_of(dealt.bucket, piece)) for piece in range(dealt.pieces))
    with in_memory(threads=1) as connection:
        connection.register("place", rows)
        twice = run(
            connection, "select urn, definition from place group by urn, definition having count(*) > 1 order by all limit 1"
        )
        if twice:
            raise InputError(
                f"The place {twice[0][0]} is there twice for the definition {twice[0][1]}", do="give each once for each definition"
            )
        # not known is a place of its own here: one row that knows it and one that does not are two places
        moved = run(
            connection,
            """
            select urn
            from place
            group by urn
            having
                min(coalesce(easting, -1e9)) < max(coalesce(easting, -1e9))
                or min(coalesce(northing, -1e9)) < max(coalesce(northing, -1e9))
                or min(coalesce(search_radius_miles, -1)) filter (where status = 'in_need')
                < max(coalesce(search_radius_miles, -1)) filter (where status = 'in_need')
            order by urn
            limit 1
            """,
        )
    if moved:
        raise InputError(
            f"The place {moved[0][0]} is there with two places or two radii", do="give it the same in every definition"
        )
    return int(rows.num_rows)


def _file_of(bucket: int, piece: int) -> str:
    return f"index/keys/{bucket:02}-{piece:05}.parquet"
