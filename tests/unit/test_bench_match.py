"""The benchmark of the match: its contestants find the same pairs, in each tile for itself, and wrong pairs are not let through."""

from __future__ import annotations

import time
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.bench.contestant import Contestant
from tests.bench.match import at_size
from tests.bench.ours import Product, models_of_the_match
from tests.bench.pairs import Pairs, difference
from tests.bench.peers import DuckDBBins, DuckDBRange, Shapely, Tree
from tests.bench.report import exponent, ratio
from tests.bench.rounds import run
from tests.bench.world import APART_M, World, tiles_for
from transforms.geography import places

SCHOOLS = 600


@pytest.fixture(scope="module")
def one_tile() -> World:
    """Schools over a county, in all three settings, each with a status by two definitions; a few have no place, or no setting."""
    random = np.random.default_rng(18)
    urns = np.arange(100_000, 100_000 + SCHOOLS)
    easting, northing = random.integers(420_000, 480_000, SCHOOLS), random.integers(270_000, 330_000, SCHOOLS)
    schools = places(pd.DataFrame({"urn": urns, "easting": easting, "northing": northing}))
    schools["easting"], schools["northing"] = pd.array(easting, dtype="Int32"), pd.array(northing, dtype="Int32")
    schools["phase"] = random.choice(["primary", "secondary"], SCHOOLS)
    schools["search_radius_miles"] = random.choice([2.0, 5.0, 10.0], SCHOOLS)
    schools.loc[::50, "search_radius_miles"] = None
    schools.loc[::40, ["easting", "northing", "longitude", "latitude", "h3_r5", "h3_r6", "h3_r7"]] = None
    schools["setting"] = schools["search_radius_miles"].map({2.0: "urban", 5.0: "semi_rural", 10.0: "rural"})
    schools["can_be_placed"] = schools["easting"].notna() & schools["search_radius_miles"].notna()
    statuses = pd.concat(
        schools[["phase", "urn"]].assign(
            definition=definition, status=random.choice(["in_need", "high_performing", "neither"], SCHOOLS)
        )
        for definition in ("rise", "nfer-2017")
    )
    return World(*(pa.Table.from_pandas(frame, preserve_index=False) for frame in (schools, statuses)))


def found_by(contestant: type[Contestant], world: World) -> Pairs:
    made = contestant(world)
    for step in made.steps().values():
        step()
    found = made.pairs()
    made.close()
    return found


@pytest.fixture(scope="module")
def expected(one_tile: World) -> Pairs:
    """The pairs of two tiles by comparing each school in need with each high-performing school, without an index."""
    world = one_tile.tiled(2)
    needs, partners = world.needs.to_pandas(), world.partners.to_pandas()
    distance = np.hypot(*(needs[axis].to_numpy()[:, np.newaxis] - partners[axis].to_numpy() for axis in ("x", "y")))
    need, partner = np.nonzero(distance <= needs["radius_m"].to_numpy()[:, np.newaxis])
    return Pairs.of(need, partner, distance[need, partner])


@pytest.mark.parametrize("contestant", [Tree, Shapely, DuckDBBins, DuckDBRange, Product])
def test_a_contestant_finds_the_pairs_of_two_tiles(contestant: type[Contestant], one_tile: World, expected: Pairs) -> None:
    assert len(expected.need) > 1000
    assert difference(expected, found_by(contestant, one_tile.tiled(2))) is None


def test_a_tile_has_the_pairs_of_the_schools_alone_and_none_with_another_tile(one_tile: World, expected: Pairs) -> None:
    alone, two = found_by(Tree, one_tile), one_tile.tiled(2)
    needs, partners = len(one_tile.need_keys), len(one_tile.partner_keys)
    assert (two.places, two.needs.num_rows, two.partners.num_rows) == (2 * SCHOOLS, 2 * needs, 2 * partners)
    for tile in (0, 1):
        of_tile = expected.need // needs == tile
        shifted = Pairs(expected.need - tile * needs, expected.partner - tile * partners, expected.distance_m)
        assert difference(alone, Pairs(*(each[of_tile] for each in (shifted.need, shifted.partner, shifted.distance_m)))) is None


def test_only_schools_of_the_same_definition_and_phase_are_within_a_group(one_tile: World) -> None:
    for keys, table in ((one_tile.need_keys, one_tile.needs), (one_tile.partner_keys, one_tile.partners)):
        corner = zip(table["x"].to_numpy() // APART_M, table["y"].to_numpy() // APART_M, strict=True)
        group_of = {}
        for place, key in zip(corner, zip(keys["definition"], keys["phase"], strict=True), strict=True):
            assert group_of.setdefault(place, key) == key
        assert len(group_of) == len(set(group_of.values())) == 4


class OneTooMany(Tree):
    name = "one pair too many"

    def pairs(self) -> Pairs:
        found = super().pairs()
        far = int(np.argmax(self.needs[:, 0])), int(np.argmin(self.partners[:, 0]))
        return Pairs.of(
            *(np.append(*both) for both in zip((found.need, found.partner, found.distance_m), (*far, 1.0), strict=True))
        )


class OneTooFew(Tree):
    name = "one pair too few"

    def pairs(self) -> Pairs:
        found = super().pairs()
        return Pairs(found.need[1:], found.partner[1:], found.distance_m[1:])


class OneTwice(Tree):
    name = "one pair twice"

    def pairs(self) -> Pairs:
        found = super().pairs()
        return Pairs.of(*(np.append(each, each[0]) for each in (found.need, found.partner, found.distance_m)))


class NotQuite(Tree):
    name = "distances a little off"

    def pairs(self) -> Pairs:
        found = super().pairs()
        return Pairs(found.need, found.partner, found.distance_m + 2e-6)


class NoNumber(Tree):
    name = "a distance that is no number"

    def pairs(self) -> Pairs:
        found = super().pairs()
        return Pairs(found.need, found.partner, np.append(found.distance_m[:-1], np.nan))


@pytest.mark.parametrize(
    ("contestant", "said"),
    [
        (OneTooMany, "0 of {pairs:,} pairs are missing, 1 are none, 0 are there twice"),
        (OneTooFew, "1 of {pairs:,} pairs are missing, 0 are none, 0 are there twice"),
        (OneTwice, "0 of {pairs:,} pairs are missing, 0 are none, 1 are there twice"),
        (NotQuite, "a distance is 2e-06 m off"),
        (NoNumber, "a distance is nan m off"),
    ],
)
def test_a_contestant_with_wrong_pairs_is_told_apart(
    contestant: type[Contestant], said: str, one_tile: World, expected: Pairs
) -> None:
    assert difference(expected, found_by(contestant, one_tile.tiled(2))) == said.format(pairs=len(expected.need))


class Endless(Tree):
    name = "one that does not end"

    def query(self) -> None:
        time.sleep(3600)


class Broken(Tree):
    name = "one that fails"

    def query(self) -> None:
        raise ValueError("no such index")


def test_who_finds_other_pairs_fails_or_does_not_end_is_left_out_and_said_to_be(one_tile: World, tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "warehouse.duckdb") as connection:
        for table, rows in (("core.school", one_tile.schools), ("match.school_status", one_tile.statuses)):
            connection.register("given", rows)
            connection.execute(f"create schema {table.partition('.')[0]}")
            connection.execute(f"create table {table} as from given")
    told = at_size([Tree, OneTooFew, Broken, Endless], one_tile, tmp_path / "warehouse.duckdb", runs=2, bound=4, smaller=[])
    assert list(told["contestants"]) == [Tree.name]
    assert [list(each) for each in told["contestants"][Tree.name]["runs"]] == [["steps", "asides"]] * 2
    assert told["left_out"] == {
        OneTooFew.name: f"at 600 schools: refused, 1 of {told['pairs']:,} pairs are missing, 0 are none, 0 are there twice",
        Broken.name: "at 600 schools: failed: no such index",
        Endless.name: "at 600 schools: given up after 4 seconds",
    }


def test_the_parts_of_the_product_are_its_index_and_all_models_that_pairs_need(one_tile: World) -> None:
    spent = run(Product, one_tile)
    models = [model.name for model in models_of_the_match()]
    assert list(spent.steps) == ["build", *models]
    assert models[-1] == "match.pair"
    assert "match.school_status" not in models
    assert list(spent.asides) == ["index of all schools"]


def test_a_size_is_the_nearest_number_of_tiles() -> None:
    asked = {"22k": 1, "883k": 40, "5m": 227, "3000": 1, "44134": 2}
    assert {size: tiles_for(size, 22_067) for size in asked} == asked


def test_the_exponent_of_growth_is_that_of_the_law_that_the_times_follow() -> None:
    assert exponent([(places, 3e-7 * places**1.5) for places in (22_067, 882_680, 5_009_209)]) == pytest.approx(1.5)


def test_the_ratio_is_the_median_of_the_ratios_within_rounds_so_that_a_slow_round_does_not_count() -> None:
    peer, measure = ({"runs": [{"steps": {"build": 1.0, "query": each}} for each in query]} for query in ((3, 5, 39), (1, 1, 9)))
    assert ratio(peer, measure) == 3.0
