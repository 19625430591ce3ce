"""A measure of areas and a column of schools that SQL and contract alone were given:

the page shows them wherever it shows others.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import expect

from exports.map import write_site
from tests.browser.conftest import Visitor
from tests.support.added import MEASURE, add_measure, copy_of_the_contracts, show_columns
from tests.support.world import World
from warehouse.store import run

LEICESTERSHIRE = "E10000018"


@pytest.fixture
def site(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A school in need in Leicestershire, its partner 500 m away, and two contracts that say more than ours."""
    world.graded(world.school(100001, pupils=1234), 4, previous=3)
    world.graded(world.school(100002, east=500), 1, previous=1)
    world.build(with_sensitivity=True)
    run(world.connection, "update mart.refresh set gias_as_at = date '2025-09-30', started_at = timestamp '2025-10-01 06:30:00'")
    folder = copy_of_the_contracts(tmp_path / "sql", monkeypatch)
    add_measure(folder, world.connection)
    show_columns(folder, "pupils", "open_date")
    write_site(world.connection, tmp_path / "site", status=[], stamp="20251001T063000Z", is_named=True)
    return tmp_path / "site"


def test_they_stand_in_choices_legend_table_panel_and_download(site: Path, visit: Visitor, tmp_path: Path) -> None:
    opened = visit((site / "index.html").as_uri()).show(f"measure={MEASURE}&area={LEICESTERSHIRE}&school=100001")
    page = opened.page
    expect(page.locator("#measure option:checked")).to_have_text("Miles to the nearest partner, median")
    expect(page.locator("#legend h3")).to_have_text("Miles to the nearest partner, median")
    expect(page.locator("#legend .classes li span:nth-child(2)")).to_have_text(["0.3"])
    assert opened.rows()[LEICESTERSHIRE][-1] == "0.3"
    expect(page.locator("#table thead th.number").last).to_contain_text("Miles, median")
    expect(page.locator("#panel .figures tr.here")).to_have_text("Miles, median0.31 of 10.3")
    expect(page.locator("#school .facts li")).to_have_text(["Open date: GIAS does not know", "Pupils: 1,234"])
    with page.expect_download() as waiting:
        page.locator("#csv").click()
    waiting.value.save_as(tmp_path / "view.csv")
    with (tmp_path / "view.csv").open(newline="", encoding="utf-8") as file:
        assert next(csv.DictReader(file))[MEASURE] == "0.3"
