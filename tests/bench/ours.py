"""The product's own match: the models of the graph, on tables that hold a world.

Nothing of the match is written here a second time: index and join are the product's own models, built as a refresh builds them,
in a database in memory with the product's settings. So it has a bound on memory, which its peers do not have, and what is above it
goes to disk. Like its peers it is given the schools that take part: those in need and those that are high-performing.
"""

from __future__ import annotations

import tempfile
from functools import partial

import duckdb
import numpy as np
import pyarrow as pa

from tests.bench.contestant import Contestant, Steps
from tests.bench.pairs import Pairs
from tests.bench.world import URNS_APART, World
from warehouse.graph import assemble
from warehouse.model import AnyModel, load_macros
from warehouse.python_models import PYTHON_MODELS
from warehouse.reference import load_reference
from warehouse.store import SETTINGS, run
from warehouse.study.trial import PAIR, STATUS

INDEX = next(model for model in PYTHON_MODELS if model.name == "core.school_cell")
"""Longitude, latitude and H3 cells of the schools in ``core.school_location``."""


def models_of_the_match() -> list[AnyModel]:
    """What ``match.pair`` needs beyond schools and statuses, and itself, in order."""
    return assemble().needed_for([PAIR], given=["core.school", STATUS])


class Product(Contestant):
    """H3 cells of all schools in need or high-performing (the index), then the models of the match in DuckDB; all cores."""

    name = "schoolmatch"
    packages = ("duckdb", "h3", "convertbng")

    def __init__(self, world: World) -> None:
        self.world = world
        self.spilled = tempfile.TemporaryDirectory()
        self.connection = duckdb.connect(config=SETTINGS | {"temp_directory": self.spilled.name})
        run(self.connection, "set enable_progress_bar = false")  # it would stand among the results
        # Compressed, as on disk: else the schools of 227 tiles alone would fill the memory that the product allows itself.
        run(self.connection, "attach ':memory:' as world (compress)")
        run(self.connection, "use world")
        load_macros(self.connection)
        load_reference(self.connection)
        self._lay_tables()
        run(self.connection, "checkpoint")

    def _lay_tables(self) -> None:
        """``core.school`` and ``match.school_status`` with all tiles; whose places the index is made of, in tables of their own."""
        self.connection.register("one_tile", self.world.schools)
        self.connection.register("status_of_one_tile", self.world.statuses)
        for statement in (
            "create schema core",
            "create schema match",
            f"""
            create table core.everyone as
            select school.* replace (cast(school.urn + tile.number * {URNS_APART} as integer) as urn)
            from range({self.world.tiles}) as tile (number)
            cross join one_tile as school
            """,
            f"""
            create table {STATUS} as
            select
                status.definition || ' ' || tile.number as definition,
                status.phase,
                cast(status.urn + tile.number * {URNS_APART} as integer) as urn,
                status.status
            from range({self.world.tiles}) as tile (number)
            cross join status_of_one_tile as status
            where status.status <> 'neither'
            """,
            f"create table core.school as from core.everyone where urn in (select status.urn from {STATUS} as status)",
        ):
            run(self.connection, statement)
        self.connection.unregister("one_tile")
        self.connection.unregister("status_of_one_tile")

    def _index(self, table: str) -> None:
        """Make the cells of the schools in a table. What the models read are the same cells, in ``core.school``."""
        run(self.connection, f"create or replace view core.school_location as select urn, easting, northing from {table}")
        INDEX.build(self.connection)

    def steps(self) -> Steps:
        models = {model.name: partial(model.build, self.connection) for model in models_of_the_match()}
        return {"build": partial(self._index, "core.school"), **models}

    def asides(self) -> Steps:
        return {"index of all schools": partial(self._index, "core.everyone")}

    def pairs(self) -> Pairs:
        """By number: a URN and a definition tell their tile, and a school's number in its tile is its row in the world's keys."""
        for name, keys in (("need_key", self.world.need_keys), ("partner_key", self.world.partner_keys)):
            columns = {each: keys[each].to_numpy() for each in ("definition", "phase", "urn")}
            self.connection.register(name, pa.table(columns | {"number": np.arange(len(keys))}))
        return Pairs.of_table(
            self.connection.sql(f"""
                with pair as (
                    select
                        phase,
                        need_urn // {URNS_APART} as tile,
                        left(definition, length(definition) - length(' ' || tile)) as definition,
                        need_urn - tile * {URNS_APART} as need_urn,
                        partner_urn - tile * {URNS_APART} as partner_urn,
                        distance_m
                    from {PAIR}
                )

                select
                    pair.tile * {len(self.world.need_keys)} + need.number as need,
                    pair.tile * {len(self.world.partner_keys)} + partner.number as partner,
                    pair.distance_m
                from pair
                left join need_key as need
                    on need.definition = pair.definition and need.phase = pair.phase and need.urn = pair.need_urn
                left join partner_key as partner
                    on partner.definition = pair.definition and partner.phase = pair.phase and partner.urn = pair.partner_urn
            """).to_arrow_table()
        )

    def close(self) -> None:
        self.connection.close()
        self.spilled.cleanup()
