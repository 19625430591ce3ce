"""The workbooks of the national files: every cell is the mart's."""

import json
from pathlib import Path

import duckdb
import pytest

from exports.excel import write_workbooks
from tests.acceptance.conftest import Published
from tests.support.workbooks import Read, assert_workbooks_hold
from warehouse.store import literal, run

pytestmark = pytest.mark.real_data


@pytest.mark.parametrize(("year", "cells"), [("2017", 500_000), ("2025", 1_000_000)])
def test_every_column_of_every_sheet_of_every_workbook_is_the_marts(year: str, cells: int, request: pytest.FixtureRequest) -> None:
    published: Published = request.getfixturevalue(f"y{year}")
    status = json.loads((published.folder / "status.json").read_text(encoding="utf-8"))["sources"]
    assert assert_workbooks_hold(published.folder / "excel", published.connection, status) > cells


def test_the_changes_of_eight_years_are_those_of_the_two_marts(y2017: Published, y2025: Published, tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        for published, name in ((y2025, "now"), (y2017, "before")):
            run(connection, f"attach {literal(published.folder / 'schoolmatch.duckdb')} as {name} (read_only)")
        run(connection, "create schema mart")
        for (table,) in run(connection, "select table_name from duckdb_tables() where database_name = 'now'"):
            run(connection, f"create table mart.{table} as from now.mart.{table}")
        run(connection, "create schema previous")
        query = "select definition, urn, phase, status from before.mart.school_status"
        run(connection, f"create table previous.school_status as {query}")
        run(connection, "detach now")
        run(connection, "detach before")
        write_workbooks(connection, tmp_path / "excel")
        assert_workbooks_hold(tmp_path / "excel", connection, None)
    assert len(Read(tmp_path / "excel" / "england.xlsx").table("Changes", "Change")[1]) > 5_000
