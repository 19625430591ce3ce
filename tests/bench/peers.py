"""What a user might pick in place of the product's match, each used as its own documentation advises.

Each is given the same tables (``World.needs``, ``World.partners``) and leaves pairs and distances in the form it works in.
Libraries that only the benchmark installs are imported where they are used, first of all while a contestant is made, which is not
timed: a peer that is not there is left out. PostGIS has a module of its own (``postgis.py``).
"""

from __future__ import annotations

import itertools
import tempfile
from importlib import import_module

import duckdb
import numpy as np
import pyarrow as pa
import shapely
from scipy.spatial import cKDTree

from tests.bench.contestant import Contestant
from tests.bench.pairs import Pairs
from tests.bench.world import World

BIN_M = 5_000
"""The side of a square bin, in metres: a search of 2, 5 or 10 miles looks into at most 4, 25 or 64 of them."""


def points(table: pa.Table) -> np.ndarray:
    """The places of a table as an array (rows, 2), in metres."""
    return np.column_stack([table["x"].to_numpy(), table["y"].to_numpy()])


class Tree(Contestant):
    """A k-d tree of the partners, asked for the ball of each school in need; one thread."""

    name = "scipy cKDTree"
    packages = ("scipy",)
    workers = 1

    def __init__(self, world: World) -> None:
        self.needs, self.partners = points(world.needs), points(world.partners)
        self.radius_m = world.needs["radius_m"].to_numpy()

    def build(self) -> None:
        self.tree = cKDTree(self.partners)

    def query(self) -> None:
        balls = self.tree.query_ball_point(self.needs, self.radius_m, workers=self.workers, return_sorted=False)
        counts = np.fromiter(map(len, balls), dtype="int64", count=len(balls))
        self.need = np.repeat(np.arange(len(balls)), counts)
        self.partner = np.fromiter(itertools.chain.from_iterable(balls), dtype="int64", count=counts.sum())
        self.distance_m = np.hypot(*(self.needs[self.need] - self.partners[self.partner]).T)

    def pairs(self) -> Pairs:
        return Pairs.of(self.need, self.partner, self.distance_m)


class TreeOfTwo(Tree):
    """The same with the balls on two threads."""

    name = "scipy cKDTree, 2 workers"
    workers = 2


class Shapely(Contestant):
    """An STR tree of the partners, `dwithin` for each school in need; one thread."""

    name = "shapely STRtree"
    packages = ("shapely",)

    def __init__(self, world: World) -> None:
        self.needs, self.partners = points(world.needs), points(world.partners)
        self.radius_m = world.needs["radius_m"].to_numpy()

    def build(self) -> None:
        self.tree = shapely.STRtree(shapely.points(self.partners))

    def query(self) -> None:
        self.need, self.partner = self.tree.query(shapely.points(self.needs), predicate="dwithin", distance=self.radius_m)
        self.distance_m = np.hypot(*(self.needs[self.need] - self.partners[self.partner]).T)

    def pairs(self) -> Pairs:
        return Pairs.of(self.need, self.partner, self.distance_m)


class GeoPandas(Contestant):
    """`sjoin` with `dwithin` and a distance for each school in need, then `distance`; one thread."""

    name = "geopandas sjoin"
    packages = ("geopandas",)

    def __init__(self, world: World) -> None:
        import geopandas

        self.points_from_xy, self.frame = geopandas.points_from_xy, geopandas.GeoDataFrame
        self.needs, self.partners = world.needs.to_pandas(), world.partners.to_pandas()

    def build(self) -> None:
        geometry = self.points_from_xy(self.partners["x"], self.partners["y"])
        self.right = self.frame(self.partners[["partner"]], geometry=geometry)
        _ = self.right.sindex  # made at first sight, then kept

    def query(self) -> None:
        geometry = self.points_from_xy(self.needs["x"], self.needs["y"])
        left = self.frame(self.needs[["need"]], geometry=geometry)
        found = left.sjoin(self.right, predicate="dwithin", distance=self.needs["radius_m"].to_numpy())
        partner = self.right.geometry.loc[found["index_right"]]
        self.found = found.assign(distance_m=found.geometry.distance(partner, align=False))

    def pairs(self) -> Pairs:
        return Pairs.of(*(self.found[name].to_numpy() for name in ("need", "partner", "distance_m")))


class PolarsBins(Contestant):
    """Each partner in its 5 km bin, each school in need in all bins that its circle may touch, joined; all cores."""

    name = "polars, 5 km bins"
    packages = ("polars",)

    def __init__(self, world: World) -> None:
        import polars as pl

        self.needs, self.partners = pl.from_arrow(world.needs), pl.from_arrow(world.partners)

    def build(self) -> None:
        import polars as pl

        self.binned = self.partners.with_columns(
            bin_x=(pl.col("x") / BIN_M).floor().cast(pl.Int64), bin_y=(pl.col("y") / BIN_M).floor().cast(pl.Int64)
        )

    def query(self) -> None:
        import polars as pl

        def bins(axis: str) -> pl.Expr:
            """The bins of one axis from one end of the circle to the other."""
            low, high = (((pl.col(axis) + sign * pl.col("radius_m")) / BIN_M).floor().cast(pl.Int64) for sign in (-1, 1))
            return pl.int_ranges(low, high + 1)

        self.found = (
            self.needs.lazy()
            .with_columns(bin_x=bins("x"), bin_y=bins("y"))
            .explode("bin_x")
            .explode("bin_y")
            .join(self.binned.lazy(), on=["bin_x", "bin_y"])
            .with_columns(distance_m=((pl.col("x") - pl.col("x_right")) ** 2 + (pl.col("y") - pl.col("y_right")) ** 2).sqrt())
            .filter(pl.col("distance_m") <= pl.col("radius_m"))
            .select("need", "partner", "distance_m")
            .collect()
        )

    def pairs(self) -> Pairs:
        return Pairs.of_table(self.found.to_arrow())


class PolarsSpatial(Contestant):
    """`sjoin` with `dwithin`, once for each radius, as it takes one distance for a whole join; then `distance`."""

    name = "polars-st sjoin"
    packages = ("polars", "polars-st")

    def __init__(self, world: World) -> None:
        import polars as pl

        import_module("polars_st")  # here, and not in the time that is counted
        self.needs, self.partners = pl.from_arrow(world.needs), pl.from_arrow(world.partners)

    def build(self) -> None:
        """No index that could be kept: it makes the tree anew for each join. Only the points are made here."""
        import polars as pl
        import polars_st as st

        point = st.point(pl.concat_arr("x", "y"))
        self.left = self.needs.select("need", "radius_m", geometry=point)
        self.right = self.partners.select("partner", geometry=point)

    def query(self) -> None:
        import polars as pl
        import polars_st as st

        found = [
            group.st.sjoin(self.right, predicate="dwithin", distance=radius_m)
            for (radius_m,), group in self.left.group_by("radius_m")
        ]
        between = st.geom("geometry").st.distance(st.geom("geometry_right"))
        self.found = pl.concat(found).select("need", "partner", distance_m=between)

    def pairs(self) -> Pairs:
        return Pairs.of_table(self.found.to_arrow())


class Sedona(Contestant):
    """A join on `ST_DWithin`, whose index it makes within; all cores."""

    name = "SedonaDB ST_DWithin"
    packages = ("sedonadb",)

    def __init__(self, world: World) -> None:
        import sedonadb

        self.context = sedonadb.connect()
        self.context.create_data_frame(world.needs).to_view("need_row")
        self.context.create_data_frame(world.partners).to_view("partner_row")

    def build(self) -> None:
        """Only the points: what it looks them up by is made anew in each join."""
        for table, columns in (("need", "need, radius_m"), ("partner", "partner")):
            self.context.sql(f"select {columns}, ST_Point(x, y) as place from {table}_row").to_memtable().to_view(f"{table}_place")

    def query(self) -> None:
        joined = self.context.sql(
            "select need.need, partner.partner, ST_Distance(need.place, partner.place) as distance_m "
            "from need_place as need "
            "inner join partner_place as partner on ST_DWithin(need.place, partner.place, need.radius_m)"
        )
        self.found = pa.table(joined)

    def pairs(self) -> Pairs:
        return Pairs.of_table(self.found)


class InDuckDB(Contestant):
    """What the peers in DuckDB share: the tables, in memory, and the pairs in a table. Its settings are those it comes with."""

    packages = ("duckdb",)

    def __init__(self, world: World) -> None:
        self.spilled = tempfile.TemporaryDirectory()
        self.connection = duckdb.connect(config={"temp_directory": self.spilled.name})
        self.connection.execute("set enable_progress_bar = false")  # it would stand among the results
        for name, table in (("need_row", world.needs), ("partner_row", world.partners)):
            self.connection.register("given", table)
            self.connection.execute(f"create table {name} as from given")
            self.connection.unregister("given")

    def pairs(self) -> Pairs:
        return Pairs.of_table(self.connection.sql("select need, partner, distance_m from pair").to_arrow_table())

    def close(self) -> None:
        self.connection.close()
        self.spilled.cleanup()


class DuckDBBins(InDuckDB):
    """The same bins in SQL; all cores."""

    name = "DuckDB, 5 km bins"

    def build(self) -> None:
        self.connection.execute(f"""
            create table partner_bin as
            select partner, x, y, cast(floor(x / {BIN_M}) as bigint) as bin_x, cast(floor(y / {BIN_M}) as bigint) as bin_y
            from partner_row
        """)

    def query(self) -> None:
        self.connection.execute(f"""
            create table pair as
            with across as (
                select
                    need, x, y, radius_m,
                    unnest(range(
                        cast(floor((x - radius_m) / {BIN_M}) as bigint), cast(floor((x + radius_m) / {BIN_M}) as bigint) + 1
                    )) as bin_x
                from need_row
            ),

            need_bin as (
                select
                    need, x, y, radius_m, bin_x,
                    unnest(range(
                        cast(floor((y - radius_m) / {BIN_M}) as bigint), cast(floor((y + radius_m) / {BIN_M}) as bigint) + 1
                    )) as bin_y
                from across
            )

            select need.need, partner.partner, sqrt((need.x - partner.x) ** 2 + (need.y - partner.y) ** 2) as distance_m
            from need_bin as need
            inner join partner_bin as partner using (bin_x, bin_y)
            where distance_m <= need.radius_m
        """)


class DuckDBRange(InDuckDB):
    """Plain SQL without index, partners between the ends of the circle, east and north; all cores."""

    name = "DuckDB range join"

    def query(self) -> None:
        self.connection.execute("""
            create table pair as
            select need.need, partner.partner, sqrt((need.x - partner.x) ** 2 + (need.y - partner.y) ** 2) as distance_m
            from need_row as need
            inner join partner_row as partner
                on partner.x between need.x - need.radius_m and need.x + need.radius_m
                and partner.y between need.y - need.radius_m and need.y + need.radius_m
            where distance_m <= need.radius_m
        """)
