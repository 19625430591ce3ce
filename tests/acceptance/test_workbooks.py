"""The workbooks of the national files: every cell is the mart's."""

import json
from pathlib import Path

import pytest

from exports.excel import write_workbooks
from tests.acceptance.conftest import Published
from tests.support.workbook_reader import Read
from tests.support.workbooks import assert_workbooks_hold
from warehouse.store import run
from warehouse.time.change import compared
from warehouse.time.previous import Folder

pytestmark = pytest.mark.real_data


@pytest.mark.parametrize(("year", "cells"), [("2017", 500_000), ("2025", 1_000_000)])
def test_every_column_of_every_sheet_of_every_workbook_is_the_marts(year: str, cells: int, request: pytest.FixtureRequest) -> None:
    published: Published = request.getfixturevalue(f"y{year}")
    status = json.loads((published.folder / "status.json").read_text(encoding="utf-8"))["sources"]
    assert assert_workbooks_hold(published.folder / "excel", published.connection, status) > cells


def test_the_changes_of_eight_years_are_those_of_the_two_marts(y2017: Published, y2025: Published, tmp_path: Path) -> None:
    now, before = (Folder(each.folder, year, is_synthetic=False) for each, year in ((y2025, "2025"), (y2017, "2017")))
    with compared(now, before) as connection:
        run(connection, "create table refresh as select * replace ('2017' as compared_with) from mart.refresh")
        run(connection, "drop view mart.refresh")
        run(connection, "create table mart.refresh as from refresh")
        write_workbooks(connection, tmp_path / "excel")
        assert_workbooks_hold(tmp_path / "excel", connection, None)
    assert len(Read(tmp_path / "excel" / "england.xlsx").table("Changes", "Change")[1]) > 5_000


def test_of_eight_years_hardly_a_change_is_not_explained(y2017: Published, y2025: Published) -> None:
    """Every publisher's layout, every area's code and half the inspections changed: as hard as a comparison can be."""
    now, before = (Folder(each.folder, year, is_synthetic=False) for each, year in ((y2025, "2025"), (y2017, "2017")))
    with compared(now, before) as connection:
        found = dict(run(connection, "select cause, count(*) from mart.change where heading = 'figures' group by cause"))
    assert sum(found.values()) > 10_000
    assert found.get("not_explained", 0) < 0.001 * sum(found.values())
    assert len(found) > 10
