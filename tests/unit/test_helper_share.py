"""Helper share: a partner's help is shared out, none made and none lost, as another's program of floating catchments does it."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import pytest
from sdc_catchment import catchment_ratio

from tests.support.world import World
from warehouse.model import load_macros, read_models
from warehouse.reference import load_reference
from warehouse.store import run

DECAYS = {"gaussian": "gaussian", "stepped": [(0.3333333333, 1.0), (0.6666666667, 0.68), (1.0, 0.22)], "equal": [(1.0, 1.0)]}
"""As the other program has them, of distances in search radii."""
SHARE = next(model for model in read_models("match") if model.name == "match.share")


def shares(pairs: pd.DataFrame, decay: str = "gaussian") -> pd.DataFrame:
    """The shares of pairs (``need_urn, partner_urn, distance_m, radius_m``) by one of the decays that are offered."""
    with duckdb.connect() as connection:
        load_macros(connection)
        load_reference(connection, only=["reference.help_decay"])
        run(connection, f"update reference.help_decay set is_used = decay = '{decay}'")
        connection.register("pairs", pairs)
        run(connection, "create schema match")
        run(connection, "create table match.pair as select 'rise' as definition, 'primary' as phase, * from pairs")
        SHARE.build(connection)
        return connection.execute("from match.share order by need_urn, partner_urn").df()


def by_another(pairs: pd.DataFrame, decay: str) -> pd.Series:
    """What falls to each school in need by the two-step floating catchment of sdc-catchment, of pairs within the radius."""
    far = pairs.assign(cost=pairs["distance_m"] / pairs["radius_m"]).pivot_table(
        index="need_urn", columns="partner_urn", values="cost", fill_value=2.0
    )
    needs = pd.DataFrame({"geoid": far.index, "value": 1.0})
    partners = pd.DataFrame({"geoid": far.columns, "value": 1.0})
    return catchment_ratio(needs, partners, far.to_numpy(), weight=DECAYS[decay], scale=0.5, max_cost=1.0, adjust_zeros=1e-9)


def around_a_town(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    needs, partners = rng.uniform(0, 20_000, (60, 2)), rng.uniform(0, 20_000, (40, 2))
    radius = rng.choice([2, 5, 10], 60) * 1609.344
    far = np.hypot(*(needs[:, np.newaxis] - partners).transpose(2, 0, 1))
    at = np.nonzero(far <= radius[:, np.newaxis])
    return pd.DataFrame({"need_urn": at[0], "partner_urn": at[1], "distance_m": far[at], "radius_m": radius[at[0]]})


@pytest.mark.parametrize("decay", DECAYS)
def test_the_shares_are_those_of_another_program_and_each_partner_s_add_up_to_one(decay: str) -> None:
    pairs = around_a_town(seed=20)
    found = shares(pairs, decay)
    assert len(found) == len(pairs) > 400
    assert found.groupby("partner_urn")["helper_share"].sum().to_numpy() == pytest.approx(1, abs=1e-9)
    ours = found.groupby("need_urn")["helper_share"].sum()
    assert ours.to_numpy() == pytest.approx(by_another(pairs, decay).loc[ours.index].to_numpy(), abs=1e-9)
    assert ours.sum() == pytest.approx(pairs["partner_urn"].nunique())


def test_the_nearer_of_two_gets_the_more_and_each_is_judged_by_its_own_radius() -> None:
    one, other = 1609.344, 3218.688
    pairs = pd.DataFrame(
        {"need_urn": [1, 2, 3], "partner_urn": 9, "distance_m": [0, one, other], "radius_m": [other, other, 2 * other]}
    )
    found = shares(pairs).set_index("need_urn")["helper_share"]
    assert found[1] > found[2]
    assert found[2] == pytest.approx(found[3]), "each halfway to its own edge"
    assert shares(pairs, "equal")["helper_share"].tolist() == pytest.approx([1 / 3] * 3)


def test_on_the_edge_of_the_radius_a_pair_has_its_share() -> None:
    for decay in DECAYS:
        edge = pd.DataFrame({"need_urn": [1], "partner_urn": [9], "distance_m": [16093.44], "radius_m": [16093.44]})
        assert shares(edge, decay)["helper_share"].tolist() == [1.0]


def test_one_decay_is_in_use() -> None:
    with duckdb.connect() as connection:
        load_reference(connection, only=["reference.help_decay"])
        used = run(connection, "select distinct decay from reference.help_decay where is_used")
        offered = {decay for (decay,) in run(connection, "select distinct decay from reference.help_decay")}
    assert used == [("gaussian",)]
    assert offered == set(DECAYS)


def in_need(world: World, urn: int, **changes: object) -> None:
    world.school(urn, **changes)
    world.graded(urn, 3, previous=3)


def test_a_school_in_need_without_a_partner_has_no_share_and_one_without_a_place_none_that_is_known(world: World) -> None:
    in_need(world, 100001)
    in_need(world, 100002, east=100)
    in_need(world, 100003, east=50_000)
    in_need(world, 100004, easting=None, northing=None)
    world.school(100010, east=50)
    world.graded(100010, 1)
    world.build(tables={"mart.need", "mart.match", "mart.area_summary"})
    rows = world.query("select need_urn, helper_share from mart.need where definition = 'rise' order by need_urn")
    assert [row["helper_share"] for row in rows] == [pytest.approx(0.5), pytest.approx(0.5), 0, None]
    (country,) = world.query("from mart.area_summary where definition = 'rise' and area_type = 'country'")
    assert country["helper_share_median"] == pytest.approx(0.5)
    pairs = world.query("select helper_share from mart.match where definition = 'rise'")
    assert [row["helper_share"] for row in pairs] == [pytest.approx(0.5)] * 2
