"""The schools that are matched in the benchmark: those of a warehouse, as often as asked.

A larger world is so many *tiles*: copies of all schools, each of which can only pair within itself. The product keeps tiles apart
by the name of the definition ("rise 17"). Its peers know no definitions: for them each group (definition, phase, tile) is moved far
away from all others, so that one index serves all of them, which is the fastest way there is for them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from transforms.geography import METRES_PER_MILE
from warehouse.sealed import read_only

SCHOOL_COLUMNS = (
    "urn", "phase", "easting", "northing", "longitude", "latitude", "setting", "search_radius_miles", "can_be_placed", "h3_r5",
    "h3_r6", "h3_r7",
)  # fmt: skip
URNS_APART = 1_000_000
"""What a school's URN grows by from tile to tile; URNs have six digits."""
APART_M = 2_000_000
"""How far apart the groups are laid out, in metres: England is 660 km high, and nobody looks farther than 10 miles."""


@dataclass(frozen=True)
class World:
    """Schools and who is in need or high-performing; ``schools`` and ``statuses`` are those of one tile.

    ``schools``: a row per school, ``SCHOOL_COLUMNS`` of ``core.school``. ``statuses``: ``definition, phase, urn, status`` of
    ``match.school_status``.
    """

    schools: pa.Table
    statuses: pa.Table
    tiles: int = 1

    def tiled(self, tiles: int) -> World:
        """The same schools, so many times."""
        return replace(self, tiles=tiles)

    @property
    def places(self) -> int:
        """The number of schools in all tiles."""
        return self.schools.num_rows * self.tiles

    @cached_property
    def needs(self) -> pa.Table:
        """A row per definition, tile and school in need: ``need`` (its number), ``x, y, radius_m`` (metres, groups moved apart)."""
        laid = self._laid_out(self.need_keys, "need")
        radius = np.tile(self.need_keys["search_radius_miles"].to_numpy() * METRES_PER_MILE, self.tiles)
        return laid.append_column("radius_m", pa.array(radius))

    @cached_property
    def partners(self) -> pa.Table:
        """A row per definition, tile and high-performing school: ``partner`` (its number), ``x, y`` (as those of ``needs``)."""
        return self._laid_out(self.partner_keys, "partner")

    @cached_property
    def need_keys(self) -> pd.DataFrame:
        """Who is in need in one tile, and can be placed: ``definition, phase, urn`` and more, as ordered in ``needs``."""
        found = self._with_status("in_need")
        return found[found["search_radius_miles"].notna()].reset_index(drop=True)

    @cached_property
    def partner_keys(self) -> pd.DataFrame:
        """Who is high-performing in one tile, and has a place: ``definition, phase, urn`` and more, as ordered in ``partners``."""
        return self._with_status("high_performing")

    def _with_status(self, status: str) -> pd.DataFrame:
        statuses = self.statuses.to_pandas()
        schools = self.schools.drop_columns(["phase"]).to_pandas()
        statuses["group"] = statuses.groupby(["definition", "phase"]).ngroup()
        found = statuses[statuses["status"] == status].merge(schools, on="urn")
        return found[found["h3_r7"].notna()].sort_values(["definition", "phase", "urn"], ignore_index=True)

    def _laid_out(self, keys: pd.DataFrame, number: str) -> pa.Table:
        """The rows of one tile in all tiles, on a square of groups: ``number``, ``x``, ``y``. All are whole metres, so exact."""
        groups = self.statuses.select(["definition", "phase"]).to_pandas().drop_duplicates().shape[0]
        side = math.ceil(math.sqrt(groups * self.tiles))
        group = (np.arange(self.tiles)[:, np.newaxis] * groups + keys["group"].to_numpy()).ravel()
        x = np.tile(keys["easting"].to_numpy(dtype="float64"), self.tiles) + APART_M * (group % side)
        y = np.tile(keys["northing"].to_numpy(dtype="float64"), self.tiles) + APART_M * (group // side)
        return pa.table({number: np.arange(len(group)), "x": x, "y": y})


def read_world(warehouse: Path) -> World:
    """The world of one tile from a working warehouse (``warehouse.duckdb``), which is only read."""
    with read_only(warehouse) as connection:
        schools = connection.sql(f"select {', '.join(SCHOOL_COLUMNS)} from core.school order by urn").to_arrow_table()
        statuses = connection.sql("select definition, phase, urn, status from match.school_status order by all").to_arrow_table()
    return World(schools, statuses)


def tiles_for(places: str, schools: int) -> int:
    """How many tiles of so many schools come nearest to a number of places: ``22k``, ``5m``, ``3000``. One at least."""
    factor = {"k": 1_000, "m": 1_000_000}.get(places[-1:].lower(), 1)
    return max(1, round(float(places if factor == 1 else places[:-1]) * factor / schools))
