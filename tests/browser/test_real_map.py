"""The map of the national files: every area, phase and measure has the published figure."""

from __future__ import annotations

import duckdb
import pytest

from tests.browser.conftest import Visitor, served
from tests.browser.test_map import TYPES, check_view
from tests.conftest import published_once, real_folder
from tests.support.figures import MEASURES, area_figures, choices
from warehouse.home import Home
from warehouse.publish import DUCKDB_FILE

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Home:
    return published_once("2025", real_folder("2025"), tmp_path_factory, worker_id)


@pytest.mark.parametrize("area_type", TYPES)
def test_every_area_phase_and_measure_has_the_published_figure(home: Home, visit: Visitor, area_type: str) -> None:
    with served(home) as address, duckdb.connect(home.latest / DUCKDB_FILE, read_only=True) as tables:
        small = {"width": 500, "height": 500}  # less to paint by software, each of a hundred times
        opened = visit(f"{address}site/", viewport=small).show(f"areas={area_type}")
        for definition, phase in choices(tables):
            opened.choose("definition", definition).choose("phase", phase)
            figures = area_figures(tables, definition, phase, area_type)
            for measure in (name for name, about in MEASURES.items() if about.is_mapped):
                opened.choose("measure", measure)
                check_view(opened, figures, measure)


def test_every_area_has_a_landed_boundary(home: Home, visit: Visitor) -> None:
    with served(home) as address:
        page = visit(f"{address}site/").show().page
        assert page.evaluate("schoolmatch.facts.fromCells") == {area_type: [] for area_type in TYPES}
        assert (
            page.evaluate(
                "schoolmatch.AREA_TYPES.flatMap(schoolmatch.areasOf).filter(({ code }) => !schoolmatch.facts.boxes[code])"
            )
            == []
        )
