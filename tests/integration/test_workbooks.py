"""Workbooks of the small sample: every figure is the mart's, read back with another library; a spreadsheet program opens them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from exports.excel import write_workbooks
from exports.excel.scope import Scope, slug

HEADER = 3
"""Rows above the headings, where no chart stands between."""
ORDER = ["Cover", "Contents", "Summary", "Local authorities", "Constituencies", "Schools in need", "Partners",
         "High-performing schools", "Changes", "Data status", "Thresholds", "Data dictionary", "Notes"]  # fmt: skip
MEASURES = {
    "Schools": "schools",
    "High-performing": "high_performing",
    "In need": "in_need",
    "High-performing, % of schools": "high_performing_percent",
    "In need, % of schools": "in_need_percent",
    "Median number of high-performing schools near a school in need": "partners_median",
    "Mean number of them": "partners_mean",
    "Schools in need with nobody near": "in_need_without_partner",
    "Neither, but not assessed by every rule": "not_assessed",
}


@pytest.fixture(scope="module")
def mart(published_sample: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(published_sample / "schoolmatch.duckdb", read_only=True) as connection:
        yield connection


def table(path: Path, sheet: str) -> list[dict[str, Any]]:
    """The rows of a sheet's table, by heading."""
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python()
    start = next(number for number, row in enumerate(rows) if row[0] in {"Definition", "Sheet", "Change", "Source", "Note"})
    return [dict(zip(rows[start], row, strict=True)) for row in rows[start + 1 :]]


def books(folder: Path, mart: duckdb.DuckDBPyConnection) -> Iterator[tuple[Path, str, str]]:
    """Every workbook, the condition that a school (alias need) is in its area, and its ONS code."""
    yield folder / "excel" / "england.xlsx", "true", "E92000001"
    for kind, column in (("regions", "region"), ("local-authorities", "la")):
        code = "region_code" if column == "region" else "la_ons_code"
        for name, value in mart.execute(f"select distinct {column}_name, {code} from mart.school order by 1").fetchall():
            yield folder / "excel" / kind / f"{slug(name)}.xlsx", f"need.{code} = '{value}'", value


def same(found: Any, expected: Any) -> bool:
    return found == "" if expected is None else found == pytest.approx(expected)


def test_every_figure_of_every_workbook_is_the_marts(published_sample: Path, mart: duckdb.DuckDBPyConnection) -> None:
    figures = {
        (definition, phase.replace("_", " "), area_type.replace("_", " "), code): values
        for definition, phase, area_type, code, *values in mart.execute(
            f"select definition, phase, area_type, area_code, {', '.join(MEASURES.values())} from mart.area_summary"
        ).fetchall()
    }
    by_name = {
        (kind.replace("_", " "), name): code
        for kind, name, code in mart.execute("select distinct area_type, area_name, area_code from mart.area_summary").fetchall()
    }
    seen = 0
    for path, _, own in books(published_sample, mart):
        for sheet, kind in (("Summary", None), ("Local authorities", "local authority"), ("Constituencies", "constituency")):
            rows = table(path, sheet)
            for row in rows:
                area = row.get("ONS code") or by_name[row["Kind of area"], row["Area"]]
                expected = figures[row["Definition"], row["Phase"], kind or row["Kind of area"], area]
                assert all(same(row[heading], value) for heading, value in zip(MEASURES, expected, strict=True)), (path, row)
                seen += 1
        shown = {by_name[row["Kind of area"], row["Area"]] for row in table(path, "Summary")}
        assert {"E92000001", own} & {key[3] for key in figures} <= shown
    assert seen > 10_000


def test_every_school_in_need_and_every_partner_is_in_the_workbooks_of_its_areas(
    published_sample: Path, mart: duckdb.DuckDBPyConnection
) -> None:
    for path, where, _ in books(published_sample, mart):
        need = mart.execute(
            f"""select s.definition, need.name, need.urn, need.search_radius_miles,
                if(any_value(need.h3_r7) is null or any_value(need.search_radius_miles) is null, null, count(pair.partner_urn)),
                min(pair.distance_miles), need.ofsted_date
            from mart.school_status as s join mart.school as need using (urn)
            left join mart.match as pair on pair.definition = s.definition and pair.need_urn = s.urn
            where s.status = 'in_need' and {where} group by all order by 1, 3"""
        ).fetchall()
        rows = sorted(table(path, "Schools in need"), key=lambda row: (row["Definition"], row["URN"])) if need else []
        headings = ("Definition", "School in need", "URN", "Radius, miles", "High-performing schools within it", "Miles to it")
        assert len(rows) == len(need), path
        for row, expected in zip(rows, need, strict=True):
            assert all(same(row[heading], value) for heading, value in zip(headings, expected, strict=False)), (path, row)
            assert row["Judged on"] == (expected[-1] or "")
            assert row["Why it is in need"].endswith(".")
        pairs = mart.execute(
            f"""select pair.definition, pair.need_urn, pair.distance_rank, pair.partner_urn, pair.distance_miles
            from mart.match as pair join mart.school as need on need.urn = pair.need_urn where {where} order by all"""
        ).fetchall()
        headings = ("Definition", "URN", "Rank", "URN of high-performing school", "Miles")
        found = sorted(tuple(row[heading] for heading in headings) for row in table(path, "Partners")) if pairs else []
        assert found == [(*pair[:4], pytest.approx(pair[4])) for pair in pairs], path
        served = mart.execute(
            f"""select s.definition, need.urn, count(pair.need_urn)
            from mart.school_status as s join mart.school as need using (urn)
            left join mart.match as pair on pair.definition = s.definition and pair.partner_urn = s.urn
            where s.status = 'high_performing' and {where} group by all order by all"""
        ).fetchall()
        headings = ("Definition", "URN", "Schools in need it could serve")
        rows = table(path, "High-performing schools") if served else []
        assert sorted(tuple(row[heading] for heading in headings) for row in rows) == served, path


def test_a_workbook_has_its_sheets_links_that_lead_to_them_and_properties(published_sample: Path) -> None:
    workbook = load_workbook(published_sample / "excel" / "regions" / "london.xlsx")
    assert workbook.sheetnames == ORDER
    links = [cell.hyperlink.location for (cell,) in workbook["Contents"].iter_rows(min_row=5, max_col=1)]
    assert links == [f"'{name}'!A1" for name in ORDER if name != "Contents"]
    assert workbook.properties.title.endswith("London")
    assert "SYNTHETIC SAMPLE" in workbook.properties.description
    cover = {row[0].value: row[1].value for row in workbook["Cover"].iter_rows(min_row=2)}
    assert cover["Schools as at"].date() == date(2025, 9, 30)
    assert "Open Government Licence" in cover["Licence"]
    assert workbook["Schools in need"].freeze_panes == "D5"
    assert len(table(published_sample / "excel" / "regions" / "london.xlsx", "Data status")) > 5


def test_without_a_refresh_before_the_sheet_of_changes_says_so(published_sample: Path) -> None:
    rows = CalamineWorkbook.from_path(str(published_sample / "excel" / "england.xlsx")).get_sheet_by_name("Changes").to_python()
    assert rows[HEADER + 1][0].startswith("Nothing was published from this source before")


def test_the_anonymous_edition_names_no_school_in_need(
    mart: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHOOLMATCH_ANONYMOUS", "1")
    paths = write_workbooks(mart, tmp_path / "excel")
    # a school that is high-performing by another definition stands there as such
    hidden = mart.execute(
        """select name, urn from mart.school where urn in (select urn from mart.school_status where status = 'in_need')
        and urn not in (select urn from mart.school_status where status = 'high_performing')"""
    ).fetchall()
    unique = {name for (name,) in mart.execute("select name from mart.school group by 1 having count(*) = 1").fetchall()}
    assert len(hidden) > 10
    for path in paths:
        workbook = CalamineWorkbook.from_path(str(path))
        cells = {
            cell for sheet in workbook.sheet_names for row in workbook.get_sheet_by_name(sheet).to_python() for cell in row if cell
        }
        assert not cells & {urn for _, urn in hidden}, path
        assert not cells & {name for name, _ in hidden} & unique, path
        assert "Partners" not in workbook.sheet_names
    assert len(table(tmp_path / "excel" / Scope("country", "", "England").path, "Schools in need")) > 10


def test_a_spreadsheet_program_opens_a_workbook_and_prints_it(published_sample: Path, tmp_path: Path) -> None:
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not here: soffice (package libreoffice-calc) opens a workbook in this test")
    source = published_sample / "excel" / "regions" / "london.xlsx"
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    for kind in ("pdf", "xlsx"):
        command = [program, profile, "--headless", "--convert-to", kind, "--outdir", str(tmp_path / "out"), str(source)]
        subprocess.run(command, check=True, timeout=180, capture_output=True)
    assert (tmp_path / "out" / "london.pdf").read_bytes()[:5] == b"%PDF-"
    again = load_workbook(tmp_path / "out" / "london.xlsx")
    assert again.sheetnames == ORDER
    assert len(again["Summary"]._charts) == 2
    first, second = (table(path, "Summary") for path in (source, tmp_path / "out" / "london.xlsx"))
    assert [row["Schools"] for row in first] == [row["Schools"] for row in second]
