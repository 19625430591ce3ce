"""The figures of the 2017 study, from the files of 2017: near the published ones, and how near is said with what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pytest
from lxml import html
from scipy.spatial import cKDTree

from exports.pages.reproduction import write_reproduction
from tests.acceptance.conftest import Published
from transforms.geography import METRES_PER_MILE
from warehouse.sealed import beside
from warehouse.study.reproduction import Reproduction, definition_to_reproduce, reproduce
from warehouse.study.sensitivity import SEARCH_RADIUS

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def warehouse(y2017: Published) -> Iterator[duckdb.DuckDBPyConnection]:
    with beside(warehouse=y2017.home.warehouse) as connection:
        yield connection


@pytest.fixture(scope="module")
def found(warehouse: duckdb.DuckDBPyConnection) -> Reproduction:
    return reproduce(warehouse, definition_to_reproduce("nfer-2017"))


@pytest.mark.usefixtures("figures_2017")
def test_each_published_count_and_share_lies_between_the_bounds_of_ours(found: Reproduction) -> None:
    """NFER 2017: 5,677 and 2,511 schools; 27 % and 33 % high-performing, 12 % and 17 % in need."""
    bounded = {(each.measure, each.phase): each for each in found.comparisons if each.lower is not None}
    assert len(bounded) == 6
    for each in bounded.values():
        assert each.lower <= each.published <= each.upper, each
        assert each.is_within


def test_the_steps_of_2017_add_up_to_the_bounds_of_the_published_tables(found: Reproduction) -> None:
    country = {row["phase"]: row for row in found.country}
    for each in found.ranges:
        for phase, schools in each.schools.items():
            percent = country[phase]
            assert 100 * each.lower(phase) / schools == pytest.approx(percent[f"{each.question}_percent_lower"])
            assert 100 * each.upper(phase) / schools == pytest.approx(percent[f"{each.question}_percent_upper"])
    need = next(each for each in found.ranges if each.question == "in_need")
    # DfE: 477 primaries coasting and 109 of them below the floor
    assert [step.of("primary") for step in need.steps if step.name == "coasting"] == [477 - 109]
    assert (need.lower(), need.upper(official=True), need.upper()) == (1950, 3045, 4555)
    assert need.lower() <= 2511 <= need.upper(official=True)


def test_the_definition_as_it_stands_gives_the_published_tables_at_every_point_of_the_grid(found: Reproduction) -> None:
    country = {row["phase"]: row for row in found.country}
    as_defined = [row for row in found.headlines if row["is_as_defined"]]
    assert len(as_defined) == 2 * len({(row["parameter"], row["question"]) for row in found.headlines})
    for row in as_defined:
        for name in ("schools", "high_performing", "in_need", "partners_median", "in_need_without_partner"):
            assert row[name] == country[row["phase"]][name]


@pytest.mark.parametrize("factor", [0.5, 2])
def test_the_median_at_another_radius_is_that_of_a_search_tree(y2017: Published, found: Reproduction, factor: float) -> None:
    schools = y2017.query(
        "select phase, status, easting, northing, search_radius_miles as miles "
        "from mart.school_status join mart.school using (urn, phase) "
        "where definition = 'nfer-2017' and easting is not null and search_radius_miles is not null"
    )
    moved = [row for row in found.headlines if (row["parameter"], row["value"]) == (SEARCH_RADIUS, factor)]
    assert len(moved) == 2
    for row in moved:
        of_phase = [school for school in schools if school["phase"] == row["phase"]]
        tree = cKDTree(np.array([(s["easting"], s["northing"]) for s in of_phase if s["status"] == "high_performing"], dtype=float))
        counts = [
            len(tree.query_ball_point((s["easting"], s["northing"]), s["miles"] * factor * METRES_PER_MILE))
            for s in of_phase
            if s["status"] == "in_need"
        ]
        assert row["partners_median"] == np.median(counts)
        assert row["in_need_without_partner"] == counts.count(0)


def test_results_of_open_schools_give_the_same_floor_as_the_definition_finds(found: Reproduction) -> None:
    closed = next(gap for gap in found.gaps if "closed" in gap.title)
    below = next(figure for figure in closed.figures if figure.label.startswith("Below the floor: schools of this phase"))
    ours = {each.phase: each.ours for each in found.comparisons if each.measure in ("below_floor_ks2", "below_floor_ks4")}
    assert dict(below.values) == ours


def test_the_page_says_that_the_figure_is_the_least_of_leadership_and_gives_the_most(found: Reproduction, tmp_path: Path) -> None:
    page, _ = write_reproduction(found, tmp_path)
    words = html.fromstring(page.read_text(encoding="utf-8")).text_content()
    assert "That totals agree is no proof that the same schools are counted" in words
    assert "Our figure is the least that leadership allows" in words
    assert "from 3,220 (19.2%) to 4,329 (25.8%) schools are high-performing" in words
    assert "No list of Teaching Schools or National Support Schools has been landed." in words
