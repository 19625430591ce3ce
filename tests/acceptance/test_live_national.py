"""The national files of 2025 from the publishers, over HTTP: a new home, a newer release of Ofsted, an authority made anew.

Everything is served under the publishers' genuine headers, and judged by the cards as they ship. What is held of GIAS has no closed
establishments, and of ONS's classes there are a hundred areas too few: of these two alone fewer rows will do.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli.main import app
from tests.acceptance.conftest import Published
from tests.conftest import real_folder
from tests.support.found import differences
from tests.support.lighter import without_workbooks
from tests.support.publisher import GIAS, Publisher, live_environment
from tests.support.relaid import write_relaid
from warehouse.home import Home
from warehouse.publish import DUCKDB_FILE
from warehouse.store import rows_as_dicts

pytestmark = pytest.mark.real_data

HELD_OF_IT = {"gias_establishments": 25_000, "ons_rural_urban_2011": 32_700}
SURREY, WEST, EAST = "936", "950", "951"
EASTERN = {"Elmbridge", "Epsom and Ewell", "Mole Valley", "Reigate and Banstead", "Tandridge"}
OLD_ONS_CODE = "E10000030"


@dataclass(frozen=True)
class Step:
    """A refresh: the folder that it published, and what it said."""

    folder: Path
    output: str

    def query(self, sql: str) -> list[dict[str, Any]]:
        with duckdb.connect(self.folder / DUCKDB_FILE, read_only=True) as connection:
            return rows_as_dicts(connection, sql)

    def by_urn(self, columns: str) -> dict[int, dict[str, Any]]:
        """Of each school what these columns say."""
        return {row.pop("urn"): row for row in self.query(f"select urn, {columns} from mart.school")}


@dataclass(frozen=True)
class Live:
    """The refreshes of one home, in their order: it is new, the release of May 2026 is there, Surrey has become two."""

    new: Step
    of_may: Step
    of_two: Step


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Live:
    """One publisher, one home and three refreshes, as a person gives the command; nothing is done by hand between them."""
    base = tmp_path_factory.mktemp("national")
    may = next((real_folder("2026") / "ofsted").glob("*.csv")).read_bytes()
    relaid = write_relaid(real_folder("2025"), base / "2025-relaid")
    home = Home(base / "home")
    today = datetime.now(UTC).date()

    def refresh() -> Step:
        done = CliRunner().invoke(app, ["refresh"], env={"COLUMNS": "500"})
        assert done.exit_code == 0, done.output[-3000:]
        return Step(home.latest.resolve(), done.output)

    with Publisher(relaid) as publisher, pytest.MonkeyPatch.context() as patch:
        for name, value in live_environment(publisher, home, base / "cards", smallest_rows=HELD_OF_IT).items():
            patch.setenv(name, value)
        publisher.gias(f"{today - timedelta(days=2):%Y%m%d}", relaid)
        with without_workbooks():  # those of the third have all that these would have
            new = refresh()
            publisher.attach("31 May 2026", "may", may, first=True)
            of_may = refresh()
        daily = f"{GIAS}edubasealldata{today - timedelta(days=1):%Y%m%d}.csv"
        register = next((relaid / "gias").glob("edubasealldata*.csv")).read_bytes()
        publisher.files[daily] = with_surrey_as_two(register), "application/octet-stream"
        of_two = refresh()
    return Live(new, of_may, of_two)


def with_surrey_as_two(register: bytes) -> bytes:
    """GIAS with two authorities in place of Surrey, by district; one has no ONS code, the other still that of Surrey."""
    text = io.StringIO(newline="")
    rows = list(csv.DictReader(io.StringIO(register.decode("cp1252"), newline="")))
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        if row["LA (code)"] == SURREY:
            is_east = row["DistrictAdministrative (name)"] in EASTERN
            row["LA (code)"], row["LA (name)"] = (EAST, "East Surrey") if is_east else (WEST, "West Surrey")
            row["GSSLACode (name)"] = OLD_ONS_CODE if is_east else ""
        writer.writerow(row)
    return text.getvalue().encode("cp1252")


def test_a_new_home_gets_the_figures_of_the_drop_folder_in_one_run(live: Live, y2025: Published) -> None:
    assert live.new.query("select source, is_synthetic, compared_with from mart.refresh") == [
        {"source": "live", "is_synthetic": False, "compared_with": None}
    ]
    assert differences(live.new.folder, y2025.folder) == []
    rows = {table: live.new.query(f"select count(*) as n from mart.{table}")[0]["n"] for table in ("school", "match")}
    assert rows["school"] > 20_000  # two empty tables would be the same
    assert rows["match"] > 5_000


def test_the_next_release_of_ofsted_is_taken_and_the_one_before_stays(live: Live) -> None:
    assert "Ofsted as at 31 May 2026" in live.of_may.output
    released = live.of_may.query("select published, layout from mart.source_file where kind = 'ofsted_inspection' order by 1")
    assert [(f"{row['published']}", row["layout"]) for row in released] == [("2025-08-31", "2022-07"), ("2026-05-31", "2025-11")]


def test_no_school_and_no_judgement_is_lost_to_the_next_release(live: Live) -> None:
    """The newer layout drops every judgement before September 2019 and all previous ones; GIAS is as it was."""
    before, after = (step.by_urn("ofsted_date, ofsted_previous_date") for step in (live.new, live.of_may))
    assert set(after) == set(before)
    for column in ("ofsted_date", "ofsted_previous_date"):
        assert sum(row[column] is not None for row in before.values()) > 15_000
        assert [urn for urn, row in before.items() if row[column] and not after[urn][column]] == []


def test_only_a_newer_inspection_changes_a_judgement_and_the_one_before_it_becomes_the_previous(live: Live) -> None:
    columns = "columns(name -> name ^@ 'ofsted_' and name <> 'ofsted_age_years' or name ^@ 'is_ofsted_of')"  # all grow older
    before, after = live.new.by_urn(columns), live.of_may.by_urn(columns)
    changed = {urn for urn in before if before[urn] != after[urn]}
    assert changed == inspected_after(real_folder("2026"), "2025-08-31")
    for urn in changed:
        assert after[urn]["ofsted_date"] > before[urn]["ofsted_date"]
        for column in ("date", "framework", "grade", "quality_of_education", "leadership_and_management"):
            assert after[urn][f"ofsted_previous_{column}"] == before[urn][f"ofsted_{column}"], (urn, column)


def inspected_after(folder: Path, day: str) -> set[int]:
    """URNs of the rows of Ofsted's report-card release in that folder whose full inspection began after a day."""
    (path,) = (folder / "ofsted").glob("*.csv")
    with path.open(encoding="cp1252", newline="") as file:
        next(file), next(file)  # the title rows
        return {
            int(row["URN"])
            for row in csv.DictReader(file)
            if "-".join(reversed(row["Inspection start date"].split("/"))) > day and row["Inspection start date"] != "NULL"
        }


def test_what_the_release_of_may_2026_changes_is_one_school(figures_2025: Published, live: Live) -> None:
    """Read by hand in both files: three schools have a report card. Gospel Oak (100025) was outstanding."""
    before, after = (
        {
            (row["urn"], row["definition"]): row["status"]
            for row in step.query("select urn, definition, status from mart.school_status")
        }
        for step in (live.new, live.of_may)
    )
    assert set(before) == set(after)
    assert {key: (before[key], after[key]) for key in before if before[key] != after[key]} == {
        (100025, "nfer-2017"): ("high_performing", "neither"),
        (100025, "rise"): ("high_performing", "neither"),
    }
    cards = live.of_may.query("select urn from mart.school where ofsted_framework = 'report_card' order by 1")
    assert [row["urn"] for row in cards] == [100025, 105354, 105413]


def test_the_schools_of_an_authority_made_anew_are_all_there_under_the_new_ones(live: Live) -> None:
    of_surrey = live.of_may.query(f"select count(*) as n from mart.school where la_code = '{SURREY}'")[0]["n"]
    before, after = (step.by_urn("la_code") for step in (live.of_may, live.of_two))
    assert set(after) == set(before)
    moved = {urn for urn in before if before[urn] != after[urn]}
    assert len(moved) == of_surrey > 0
    assert {(before[urn]["la_code"], after[urn]["la_code"]) for urn in moved} == {(SURREY, WEST), (SURREY, EAST)}
    # the code of Surrey is not East Surrey's: on the map it would be the whole county, under the name of a half
    areas = live.of_two.query(
        "select distinct la_code, la_name, la_ons_code, region_name from mart.school "
        f"where la_code in ('{WEST}', '{EAST}') order by 1"
    )
    assert [tuple(area.values()) for area in areas] == [
        (WEST, "West Surrey", f"DFE-{WEST}", "South East"),
        (EAST, "East Surrey", f"DFE-{EAST}", "South East"),
    ]


def test_a_new_authority_is_named_to_whoever_refreshes_and_is_held_by_no_check(live: Live) -> None:
    counts = {row["la_code"]: row["n"] for row in live.of_two.query("select la_code, count(*) as n from mart.school group by 1")}
    told = f"{WEST} West Surrey ({counts[WEST]} schools), {EAST} East Surrey ({counts[EAST]} schools)"
    assert live.of_two.query("select new_authorities from mart.refresh") == [{"new_authorities": told}]
    assert f"New local authorities, known from GIAS alone: {told}" in live.of_two.output
    for step in (live.new, live.of_may):
        assert step.query("select new_authorities from mart.refresh") == [{"new_authorities": None}]
    for name in ("west-surrey", "east-surrey"):
        assert (live.of_two.folder / "excel" / "local-authorities" / f"{name}.xlsx").is_file()
    # each step was compared with the one before, from the same source, and published without --accept-changes
    assert live.of_two.query("select compared_with from mart.refresh") == [{"compared_with": live.of_may.folder.name}]
    areas = live.of_two.query("select change, before, now from mart.change where change in ('area_new', 'area_gone')")
    assert {(row["change"], row["before"], row["now"]) for row in areas} == {
        ("area_gone", OLD_ONS_CODE, None),
        ("area_new", None, f"DFE-{WEST}"),
        ("area_new", None, f"DFE-{EAST}"),
    }


def test_an_authority_made_anew_changes_no_judgement_no_result_no_status_and_no_pair(live: Live) -> None:
    """The number within the authority (LAESTAB) is another one; of what was found under it alone the predecessor tells."""
    own = "la_code, la_name, la_ons_code, laestab, organisation_id, ks2_source"
    before, after = (step.by_urn(f"* exclude (urn, {own})") for step in (live.of_may, live.of_two))
    assert [urn for urn in before if before[urn] != after[urn]] == []
    status, pairs = "definition, urn, status, reasons, not_assessed", "definition, need_urn, partner_urn, distance_rank"
    for table, columns in (("school_status", status), ("match", pairs)):
        found = [step.query(f"select {columns} from mart.{table} order by all") for step in (live.of_may, live.of_two)]
        assert found[0] == found[1]
