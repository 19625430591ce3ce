"""Helper shares of the real pairs: nothing made, nothing lost, and as another's program of floating catchments has them."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Published
from tests.unit.test_helper_share import by_another
from transforms.geography import METRES_PER_MILE


@pytest.mark.real_data
@pytest.mark.parametrize("year", ["y2017", "y2025"])
def test_the_shares_of_every_definition_and_phase_are_those_of_another_program(year: str, request: pytest.FixtureRequest) -> None:
    published: Published = request.getfixturevalue(year)
    pairs = published.connection.execute(
        f"""
        select pair.definition, pair.phase, need_urn, partner_urn, distance_m, helper_share,
            search_radius_miles * {METRES_PER_MILE} as radius_m
        from mart.match as pair inner join mart.school as school on school.urn = pair.need_urn
        order by all
        """
    ).df()
    assert len(pairs) > 7_000
    assert pairs.groupby(["definition", "partner_urn"])["helper_share"].sum().to_numpy() == pytest.approx(1, abs=1e-9)
    for _, each in pairs.groupby(["definition", "phase"]):
        ours = each.groupby("need_urn")["helper_share"].sum()
        assert ours.to_numpy() == pytest.approx(by_another(each, "gaussian").loc[ours.index].to_numpy(), abs=1e-9)
    told = published.query("select definition, need_urn, partners, helper_share from mart.need where helper_share is not null")
    sums = pairs.groupby(["definition", "need_urn"])["helper_share"].sum()
    assert len(told) > 800
    for row in told:
        expected = sums.get((row["definition"], row["need_urn"]), 0)
        assert row["helper_share"] == pytest.approx(expected, abs=1e-9)
        assert (row["helper_share"] > 0) == (row["partners"] > 0)
