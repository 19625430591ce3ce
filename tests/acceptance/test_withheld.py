"""A home that has only ever seen the report cards of May 2026: what cannot be told is withheld, until August 2025 is landed too.

A quarter of the need was once published as all of it. (That a release of May 2026 after one of August 2025 loses nobody is held by
``test_live_national.py``.) These tests run where the real files are, and are skipped, and say so, elsewhere.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from orchestration.cli.main import app
from tests.acceptance.conftest import Published
from tests.conftest import real_folder
from tests.support.lighter import without_workbooks
from warehouse.home import Home

pytestmark = pytest.mark.real_data

MAY_TELLS = 100_025
"""The school of which the file of May tells a genuine report card, after August."""


class Step:
    """What a refresh said, and the folder it published."""

    def __init__(self, home: Home, drop: Path, *options: str) -> None:
        done = CliRunner().invoke(
            app, ["refresh", "--quiet", "--source", str(drop), "--home", str(home.root), *options], env={"COLUMNS": "500"}
        )
        assert done.exit_code == 0, done.output[-3000:]
        self.output, self.published = done.output, Published(home)


@pytest.fixture(scope="module")
def drop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("may") / "drop"
    shutil.copytree(real_folder("2025"), folder, ignore=shutil.ignore_patterns("Management_information*"))
    shutil.copytree(real_folder("2026") / "ofsted", folder / "ofsted", dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def may_alone(drop: Path) -> Step:
    return Step(Home(drop.parent / "home"), drop)


def test_what_cannot_be_told_is_withheld_with_the_reason_in_every_output(may_alone: Step) -> None:
    published, folder = may_alone.published, may_alone.published.folder
    for row in published.query("from mart.area_summary where definition = 'rise'"):
        told = (
            row["in_need"],
            row["in_need_percent"],
            row["high_performing"],
            row["partners_median"],
            row["in_need_without_partner"],
        )
        assert told == (None,) * 5, row["area_name"]
        assert "could not be decided" in row["in_need_withheld_because"]
    primary = published.country("rise", "primary")
    assert primary["in_need_undecided"] > 7_000
    assert primary["in_need_percent_lower"] < 1 < 40 < primary["in_need_percent_upper"]
    said = (
        "how many primary schools are in need (rise). 130 of 16,743 schools are found, and of 7,941 more it could not be decided."
    )
    assert f"Cannot be told: {said}" in may_alone.output
    cover = [
        cell for row in load_workbook(folder / "excel" / "england.xlsx")["Cover"].values for cell in row if isinstance(cell, str)
    ]
    assert any(said in cell for cell in cover)
    assert not [cell for cell in cover if "130 of 16,743 schools are in need" in cell or "None of" in cell]
    page = (folder / "site" / "data" / "areas.js").read_text(encoding="ascii")
    assert said in page
    with (folder / "ees" / "area_summary.csv").open(encoding="utf-8", newline="") as file:
        england = next(row for row in csv.DictReader(file) if row["definition"] == "RISE" and row["education_phase"] == "Primary")
    assert {england[name] for name in ("in_need_count", "in_need_percent", "partners_median", "high_performing_count")} == {"x"}


def test_with_the_release_of_august_landed_too_the_figures_are_those_of_before(
    may_alone: Step, drop: Path, y2025: Published
) -> None:
    for file in (real_folder("2025") / "ofsted").iterdir():
        shutil.copy(file, drop / "ofsted" / file.name)
    with without_workbooks():
        both = Step(Home(drop.parent / "home"), drop, "--accept-changes").published
    asked = f"select definition, urn, status, reasons from mart.school_status where urn <> {MAY_TELLS} order by all"
    assert both.query(asked) == y2025.query(asked)
    pairs = "select definition, need_urn, partner_urn from mart.match where partner_urn <> {0} and need_urn <> {0} order by all"
    assert both.query(pairs.format(MAY_TELLS)) == y2025.query(pairs.format(MAY_TELLS))
    for phase in ("primary", "secondary", "special", "alternative_provision"):
        then, now = y2025.country("rise", phase), both.country("rise", phase)
        assert abs(then["high_performing"] - now["high_performing"]) <= 1
        assert (now["in_need"], now["partners_median"]) == (then["in_need"], then["partners_median"])
