"""What became of the schools of 2017 in 2025, counted a second time in pandas from what both published."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from tests.acceptance.conftest import Published
from warehouse.store import run
from warehouse.time.follow import Followed, follow

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def found(y2017: Published, y2025: Published) -> Iterator[Followed]:
    with follow(y2017.folder, y2025.folder) as followed:
        yield followed


@pytest.fixture(scope="module")
def schools(found: Followed) -> pd.DataFrame:
    return found.connection.sql("from follow.school").df()


def group(found: Followed, phase: str, grouping: str, name: str) -> dict:
    return next(
        row
        for row in found.outcomes
        if (row["definition"], row["phase"], row["grouping"], row["help_group"]) == ("nfer-2017", phase, grouping, name)
    )


def test_how_many_stood_near_is_the_number_of_partners_that_was_published(found: Followed) -> None:
    ((schools, differ),) = run(
        found.connection,
        "select count(*), count(*) filter (near is distinct from partners) from follow.school where was_in_need",
    )
    assert schools == 1950
    assert differ == 0


def test_nearly_every_school_in_need_is_found_again(found: Followed) -> None:
    """A first look at the same files found about 96 in 100."""
    primary, secondary = (group(found, phase, "status", "in_need") for phase in ("primary", "secondary"))
    assert (primary["schools"], secondary["schools"]) == (1508, 442)
    assert primary["followed_percent"] == pytest.approx(96.4, abs=0.1)
    assert secondary["followed_percent"] == pytest.approx(94.8, abs=0.1)
    for row in found.outcomes:
        links = ("same", "successor", "merged", "split", "closed", "left_out", "not_listed")
        assert sum(row[link] for link in links) == row["schools"]


def test_places_are_percentile_ranks_of_the_published_results(found: Followed, y2017: Published, y2025: Published) -> None:
    told = found.connection.sql("from follow.place").df()
    for vintage, published in (("earlier", y2017), ("later", y2025)):
        schools = pd.DataFrame(published.query("select urn, phase, ks2_rwm_expected_percent, ks4_attainment8 from mart.school"))
        for phase, column in (("primary", "ks2_rwm_expected_percent"), ("secondary", "ks4_attainment8")):
            results = schools[schools["phase"] == phase].set_index("urn")[column].astype(float).dropna()
            expected = 100 * (results.rank(method="average") - 1) / (len(results) - 1)
            own = told[(told["vintage"] == vintage) & (told["phase"] == phase)].set_index("urn")["place"]
            assert len(own) == len(expected) > 2000
            assert np.abs(own.sort_index() - expected.sort_index()).max() < 1e-9


@pytest.mark.parametrize("phase", ["primary", "secondary"])
def test_what_is_less_that_of_schools_that_began_alike_is_a_plain_count(found: Followed, schools: pd.DataFrame, phase: str) -> None:
    own = schools[(schools["phase"] == phase) & schools["was_in_need"].notna()].dropna(subset=["gain"]).copy()
    own["tenth"] = np.minimum(own["from_place"] // 10, 9)
    band = ["region_code", "setting", "tenth"]
    for measure, cell in (("less_band", band), ("less_near_band", [*band, "near_group"])):
        others = own[~own["was_in_need"].astype(bool)].groupby(cell)["gain"].mean().rename("others")
        need = own[own["was_in_need"].astype(bool)].join(others, on=cell).dropna(subset=["others"])
        row = group(found, phase, "status", "in_need")
        assert row[f"{measure}_schools"] == len(need)
        assert row[f"{measure}_places"] == pytest.approx((need["gain"] - need["others"]).mean(), abs=1e-9)
        many = need[need["partners"].between(4, 9)]
        assert group(found, phase, "partners", "some")[f"{measure}_places"] == pytest.approx(
            (many["gain"] - many["others"]).mean(), abs=1e-9
        )


def test_what_the_front_page_of_the_method_says_of_primaries_and_of_secondaries_holds(found: Followed) -> None:
    """Primaries with ten partners or more rose more than the others, as schools not in need of such places did."""
    many = group(found, "primary", "partners", "many")
    assert many["less_band_from_others_lower"] > 0
    for name in ("none", "few", "some", "many"):
        row = group(found, "primary", "partners", name)
        assert row["less_near_band_from_others_lower"] < 0 < row["less_near_band_from_others_upper"]
    some = group(found, "secondary", "partners", "some")
    assert some["less_band_from_others_lower"] > 0
    assert some["less_near_band_from_others_lower"] > 0
    assert group(found, "secondary", "partners", "many")["less_band_places"] is None
