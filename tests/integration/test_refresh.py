"""The whole job on a small synthetic drop folder: what is published, how it is labelled, and what bad input does."""

import csv
import io
import json
import logging
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

import exports.map
from exports.excel.scope import slug
from orchestration.cli.main import app
from orchestration.refresh import refresh
from tests.conftest import copy_of
from tests.support.lighter import without_workbooks
from transforms.errors import InputError
from warehouse import publish
from warehouse.contract import read_contracts
from warehouse.home import Home

GIAS = "gias/edubasealldata20250930.csv"
OFSTED = "ofsted/Management_information_-_state-funded_schools_-_latest_inspections_as_at_31_August_2025.csv"
KS4 = "ks4/2023-2024/202324_performance_tables_schools_final.csv"


@pytest.fixture(scope="module")
def home(published_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home after its first refresh, to be refreshed again."""
    return copy_of(published_home, tmp_path_factory.mktemp("refreshed") / "home")


@pytest.fixture(scope="module")
def published(home: Home) -> Path:
    """The folder of the first refresh."""
    return home.latest.resolve()


@pytest.fixture
def drop(small_sample: Path, tmp_path: Path) -> Path:
    """A copy of the drop folder, to be spoilt."""
    return Path(shutil.copytree(small_sample, tmp_path / "drop"))


def test_the_published_folder_holds_what_the_contract_says(published: Path) -> None:
    there = {path.relative_to(published).as_posix() for path in published.rglob("*") if path.is_file()}
    tables = {f"parquet/{name}.parquet" for name in read_contracts()}
    regions = {path for path in there if path.startswith("excel/regions/")}
    tidy = {f"ees/{name}{ending}.csv" for name in ("area_summary", "status_counts") for ending in ("", ".meta")}
    with duckdb.connect(published / "schoolmatch.duckdb", read_only=True) as connection:
        found = connection.execute("select distinct la_name, la_ons_code from mart.school").fetchall()
    authorities = {f"excel/local-authorities/{slug(name)}.xlsx" for name, _ in found}
    site = {f"site/data/schools/{code}.js" for _, code in found}
    site |= {f"site/data/{name}.js" for name in ("areas", "region", "local_authority", "constituency")}
    site |= {f"site/vendor/maplibre-gl.{kind}" for kind in ("js", "css", "LICENSE.txt", "THIRD-PARTY.txt")}
    site |= {"site/about.html", "site/about.css"}
    site |= {f"site/{path.name}" for path in (Path(exports.map.__file__).parent / "page").iterdir()}
    fixed = {"schoolmatch.duckdb", "manifest.json", "status.json", "datapackage.json", "geoparquet/school.parquet"}
    fixed |= {"changes.md", "changes.html", "changes.css", "changes.atom"}
    feeds = {name.replace("excel/", "feeds/").replace(".xlsx", ".atom") for name in regions | authorities}
    assert there == {*fixed, "excel/england.xlsx", *tidy, *tables, *regions, *authorities, *feeds, *site}
    assert {"excel/regions/london.xlsx", "excel/regions/yorkshire-and-the-humber.xlsx"} <= regions
    assert len(regions) == 9


def test_every_hash_size_and_row_count_of_the_manifest_holds(published: Path, home: Home) -> None:
    manifest = publish.verify(home.latest)
    for name, file in manifest["files"].items():
        assert (published / name).stat().st_size == file["bytes"]
        if name.startswith("parquet/"):
            assert pq.read_metadata(published / name).num_rows == file["rows"] == manifest["tables"][f"mart.{Path(name).stem}"]
    assert {source["kind"] for source in manifest["sources"]} >= {"gias_establishment", "ofsted_inspection", "ons_postcode"}
    assert all(check["passed"] for check in manifest["checks"])
    assert set(manifest["definitions"]) == {"nfer-2017", "rise", "universal-rise"}


def test_the_sample_is_labelled_in_every_output(published: Path) -> None:
    assert json.loads((published / "manifest.json").read_text())["label"] == "synthetic sample"
    with duckdb.connect(published / "schoolmatch.duckdb", read_only=True) as connection:
        assert connection.execute("select label, is_synthetic from mart.refresh").fetchall() == [("synthetic sample", True)]
        comments = connection.execute("select comment from duckdb_tables() where schema_name = 'mart'").fetchall()
        assert all(comment.startswith("SYNTHETIC SAMPLE") for (comment,) in comments)
    for path in (published / "parquet").iterdir():
        assert pq.read_metadata(path).metadata[b"label"] == b"synthetic sample", path.name
    for name in ("about.html", "data/areas.js"):
        assert "SYNTHETIC SAMPLE" in (published / "site" / name).read_text(), name
    for path in (published / "excel").rglob("*.xlsx"):
        workbook = CalamineWorkbook.from_path(str(path))
        for sheet in workbook.sheet_names:
            first_rows = str(workbook.get_sheet_by_name(sheet).to_python()[:3])
            assert "SYNTHETIC SAMPLE" in first_rows, (path.name, sheet)


def test_every_table_and_column_of_the_file_has_a_comment(published: Path) -> None:
    with duckdb.connect(published / "schoolmatch.duckdb", read_only=True) as connection:
        bare = connection.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'mart' and coalesce(comment, '') = ''"
        ).fetchall()
    assert bare == []


def test_every_column_is_described_alike_in_the_file_in_parquet_in_the_data_package_and_in_the_docs(published: Path) -> None:
    package = json.loads((published / "datapackage.json").read_text(encoding="utf-8"))
    fields = {
        (Path(resource["path"]).stem, field["name"]): field["description"]
        for resource in package["resources"]
        if resource["path"].startswith("parquet/")
        for field in resource["schema"]["fields"]
    }
    docs = (Path(__file__).resolve().parents[2] / "docs" / "dictionary.md").read_text(encoding="utf-8")
    sections = {part.split("\n", 1)[0]: part for part in docs.split("\n## ")[1:]}
    with duckdb.connect(published / "schoolmatch.duckdb", read_only=True) as connection:
        dictionary = connection.execute(
            "select table_name, column_name, unit, description, null_means, published_as from mart.data_dictionary"
        ).fetchall()
        comments = {
            (table, column): comment
            for table, column, comment in connection.execute(
                "select table_name, column_name, comment from duckdb_columns() where schema_name = 'mart'"
            ).fetchall()
        }
    assert {(table, column) for table, column, *_ in dictionary} == set(fields) == set(comments)
    for table, column, unit, description, null_means, published_as in dictionary:
        meaning = description + (f" Empty: {null_means}." if null_means else "")
        said = meaning + (f" Unit: {unit}." if unit else "") + (f" Published as: {published_as}." if published_as else "")
        assert comments[table, column] == said
        parquet = pq.read_schema(published / "parquet" / f"{table}.parquet").field(column).metadata
        assert parquet[b"description"].decode() == meaning
        assert meaning in fields[table, column]
        assert f"`{column}`" in sections[table]
        assert f"| {description} | {null_means or ''} |" in sections[table]


def test_macros_answer_in_the_published_file(published: Path) -> None:
    with duckdb.connect(published / "schoolmatch.duckdb", read_only=True) as connection:
        urn, count = connection.execute(
            "select need_urn, count(*) from mart.match where definition = 'rise' group by 1 order by 2 desc, 1 limit 1"
        ).fetchall()[0]
        ranks = connection.execute(f"select distance_rank from partners_of({urn}, 'rise')").fetchall()
        assert [rank for (rank,) in ranks] == list(range(1, count + 1))
        phases = connection.execute("select phase, schools from area_report('E92000001', 'rise')").fetchall()
        assert {phase for phase, _ in phases} == {"primary", "secondary", "special", "alternative_provision"}


def test_a_second_refresh_lands_nothing_again_and_publishes_a_folder_of_its_own(
    published: Path, home: Home, small_sample: Path
) -> None:
    """Also where the first was killed right after it was published, and before its history was kept: nothing of it is lost."""
    landed = sorted(path.name for path in home.landing.iterdir())
    shutil.rmtree(home.history)
    for marker in home.landing.glob("*/published"):
        marker.unlink()
    left = home.published / ".building-20200101T000000Z"
    left.mkdir()
    (left / "manifest.json").write_text("left by it")
    with without_workbooks():
        again = refresh(home, str(small_sample))
    with duckdb.connect(again.folder / "schoolmatch.duckdb", read_only=True) as connection:
        assert connection.execute("select count(*) from mart.refresh_history").fetchall() == [(2,)]
    assert len(list(home.landing.glob("*/published"))) == len(landed) - 1  # all but the note that none names people
    assert not list(home.published.glob(".building-*"))
    assert sorted(path.name for path in home.landing.iterdir()) == landed
    assert again.folder != published
    assert home.latest.resolve() == again.folder.resolve()
    with duckdb.connect(again.folder / "schoolmatch.duckdb", read_only=True) as connection:
        assert connection.execute("select compared_with from mart.refresh").fetchall() == [(published.name,)]
    other = {
        path.stem
        for path in (again.folder / "parquet").iterdir()
        if path.read_bytes() != (published / "parquet" / path.name).read_bytes()
    }
    assert other == RUNS_APART


RUNS_APART = {"refresh", "refresh_history", "column_filled"}
"""Tables that tell of the run itself: its number and time, that it ran, and what it was compared with (column_filled: in how many
rows a column was filled there; the first refresh had nothing before it). All others hold the same bytes twice, those of the history
among them: nothing changed."""


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut_off(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def cut_off_between_rows(path: Path) -> None:
    lines = path.read_bytes().split(b"\r\n")
    path.write_bytes(b"\r\n".join(lines[: len(lines) // 2]) + b"\r\n")


def web_page(path: Path) -> None:
    path.write_bytes(b"<!DOCTYPE html>\n<html><title>Service unavailable</title></html>")


def without_column(heading: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        path.write_bytes(path.read_bytes().replace(heading.encode(), b"Renamed", 1))

    return change


def urn_twice(path: Path) -> None:
    """The first school once more, under another name: the same row twice would only be told."""
    content = path.read_bytes()
    header, first = (next(csv.reader([line.decode("cp1252")])) for line in content.split(b"\r\n")[:2])
    first[header.index("EstablishmentName")] += " again"
    text = io.StringIO(newline="")
    csv.writer(text).writerow(first)
    path.write_bytes(content + text.getvalue().encode("cp1252"))


def replaced(pattern: str, value: str) -> Callable[[Path], None]:
    """The first text that matches the pattern, after the header, becomes the value."""

    def change(path: Path) -> None:
        text = path.read_bytes().decode("cp1252")
        start = text.index("\n", text.index("URN")) + 1
        changed, count = re.subn(pattern, value, text[start:], count=1)
        assert count == 1
        path.write_bytes((text[:start] + changed).encode("cp1252"))

    return change


def in_the_sea(path: Path) -> None:
    """The grid reference of the first open community school is moved into the North Sea."""
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("cp1252"), newline="")))
    header = rows[0]
    row = next(row for row in rows[1:] if row[header.index("TypeOfEstablishment (code)")] == "01")
    row[header.index("Easting")], row[header.index("Northing")] = "690000", "420000"
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    path.write_bytes(out.getvalue().encode("cp1252"))


# what is spoilt, how, and what the error or the log must say
BAD_INPUT: dict[str, tuple[str, Callable[[Path], None], list[str]]] = {
    "an empty file": (GIAS, empty, ["The file is empty", GIAS]),
    "a file cut off in a row": (OFSTED, cut_off, ["cut", OFSTED, "row "]),
    "a file cut off between two rows": (OFSTED, cut_off_between_rows, ["core_gias_missing_from_ofsted", "not_in_ofsted"]),
    "a web page under the name of a file": (KS4, web_page, ["web page", KS4]),
    "a missing column": (GIAS, without_column("Easting"), ["column Easting", GIAS]),
    "a URN twice": (GIAS, urn_twice, ["is there twice (rows 2 and", GIAS]),
    "a grid reference in the sea": (GIAS, in_the_sea, ["core_in_the_sea", "easting 690000", GIAS]),
    "an inspection in the future": (
        OFSTED,
        replaced(r"\b\d\d/\d\d/202[45]\b", "01/07/2031"),
        ["core_date_in_the_future", "2031-07-01"],
    ),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_stops_with_a_clear_error_and_leaves_what_was_published(
    published: Path, home: Home, drop: Path, caplog: pytest.LogCaptureFixture, case: str
) -> None:
    file, spoil, says = BAD_INPUT[case]
    before = sorted(path.name for path in home.published.iterdir())
    latest = home.latest.resolve()
    spoil(drop / file)
    with caplog.at_level(logging.ERROR, logger="schoolmatch"), pytest.raises(InputError) as caught:
        refresh(home, str(drop))
    logged = " ".join(record.getMessage() for record in caplog.records if record.levelno == logging.ERROR)
    said = f"{caught.value} {logged}"
    assert "What to do" in said
    for words in says:
        assert words in said, said
    assert sorted(path.name for path in home.published.iterdir()) == before
    assert home.latest.resolve() == latest
    publish.verify(home.latest)


def test_a_first_refresh_that_fails_publishes_nothing(tmp_path: Path, drop: Path) -> None:
    in_the_sea(drop / GIAS)
    home = Home(tmp_path / "home")
    with pytest.raises(InputError, match="Nothing was published"):
        refresh(home, str(drop))
    assert not home.published.exists()


def test_the_command_line_ends_with_1_and_a_sentence_not_a_traceback(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["refresh", "--source", str(tmp_path / "nowhere"), "--home", str(tmp_path / "home")])
    assert result.exit_code == 1
    said = " ".join(result.output.split())
    assert "There is no folder" in said
    assert "check the path after --source" in said
    assert "Traceback" not in said


def test_the_queries_of_getting_started_run(published: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "getting-started.md").read_text(encoding="utf-8")
    block = page.split("```sql")[1].split("```")[0]
    with duckdb.connect(published / "schoolmatch.duckdb", read_only=True) as connection:
        statements = duckdb.extract_statements(block)
        answers = [connection.execute(statement).fetchall() for statement in statements]
    assert len(answers) == 3
    assert all(answers[:2])


def test_status_tells_each_source_in_words_and_for_programs(published: Path, home: Home) -> None:
    shown = CliRunner().invoke(app, ["status", "--home", str(home.root)], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    assert "SYNTHETIC SAMPLE" in shown.output
    assert "ofsted inspection" in shown.output
    told = json.loads(CliRunner().invoke(app, ["status", "--json", "--home", str(home.root)]).output)
    states = {source["source"]: source for source in told["sources"]}
    assert states["ofsted_inspection"]["as_at"] == "2025-08-31"
    assert states["ofsted_inspection"]["state"] == "synthetic sample"
    assert states["ons_boundary"]["state"] == "not landed"
    written = json.loads((home.latest / "status.json").read_text())
    assert {source["source"] for source in written["sources"]} == set(states)


def test_status_says_when_the_schedule_itself_has_stopped(published: Path, tmp_path: Path) -> None:
    old = Home(tmp_path)
    shutil.copytree(published, old.published / "20250101T063000Z")
    old.latest.symlink_to("20250101T063000Z")
    result = CliRunner().invoke(app, ["status", "--home", str(tmp_path)])
    assert result.exit_code == 3
    assert "the schedule has stopped" in " ".join(result.output.split())


def test_status_does_not_call_fresh_what_is_of_a_time_yet_to_come(
    published: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This machine's clock went back by years: by it, everything is new."""
    monkeypatch.setattr("warehouse.clock.now", lambda: datetime(2020, 1, 1, tzinfo=UTC))
    result = CliRunner().invoke(app, ["status", "--home", str(home.root)])
    assert result.exit_code == 3
    assert "The clock of this machine is wrong" in " ".join(result.output.split())


def test_status_of_a_home_without_anything_published_says_what_to_do(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["status", "--home", str(tmp_path)])
    assert result.exit_code == 1
    assert "schoolmatch refresh" in " ".join(result.output.split())
