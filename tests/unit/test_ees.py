"""CSV for Explore Education Statistics: by the open data standard, with the figures of ``mart.area_summary``."""

import csv
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from exports.ees import write_ees
from tests.support.published import published_tables_of_a_few_schools
from warehouse.store import rows_as_dicts

# From the standard's page on time and geography ("Open Data Standards", the Department's Analysts' Guide).
LEVELS = {
    "National": {"country_code", "country_name"},
    "Regional": {"country_code", "country_name", "region_code", "region_name"},
    "Local authority": {
        "country_code", "country_name", "region_code", "region_name", "old_la_code", "new_la_code", "la_name",
    },
    "Parliamentary constituency": {"country_code", "country_name", "pcon_code", "pcon_name"},
}  # fmt: skip
GEOGRAPHY = set().union(*LEVELS.values())
OBSERVED = {"time_period", "time_identifier", "geographic_level", *GEOGRAPHY}
META = [
    "col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp", "filter_hint",
    "filter_grouping_column", "filter_default",
]  # fmt: skip
FILES = ("area_summary", "status_counts")


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return published_tables_of_a_few_schools()


@pytest.fixture(scope="module")
def folder(connection: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ees") / "ees"
    write_ees(connection, folder, is_synthetic=False)
    return folder


def test_every_data_file_has_its_metadata_file_and_there_is_no_other(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        f"{name}.{kind}" for name in FILES for kind in ("csv", "meta.csv")
    )


@pytest.mark.parametrize("name", FILES)
def test_files_are_utf_8_without_a_mark_and_names_are_snake_case(folder: Path, name: str) -> None:
    for path in (folder / f"{name}.csv", folder / f"{name}.meta.csv"):
        header = path.read_bytes().decode("utf-8").splitlines()[0]
        assert all(re.fullmatch(r"[a-z][a-z0-9_]{1,34}", column) for column in header.split(",")), header


@pytest.mark.parametrize("name", FILES)
def test_metadata_and_columns_name_each_other(folder: Path, name: str) -> None:
    rows, meta = read(folder / f"{name}.csv"), read(folder / f"{name}.meta.csv")
    assert list(meta[0]) == META
    described = [row["col_name"] for row in meta]
    single = {column for column in rows[0] if len({row[column] for row in rows}) == 1}
    assert len(described) == len(set(described))
    assert set(described) <= set(rows[0]) - OBSERVED
    assert set(rows[0]) - OBSERVED - single <= set(described)
    assert single & {row["col_name"] for row in meta if row["col_type"] == "Filter"} == set()


@pytest.mark.parametrize("name", FILES)
def test_metadata_is_complete(folder: Path, name: str) -> None:
    rows, meta = read(folder / f"{name}.csv"), read(folder / f"{name}.meta.csv")
    labels = [row["label"] for row in meta]
    assert all(labels)
    assert len(labels) == len(set(labels))
    for row in meta:
        if row["col_type"] == "Filter":
            assert (row["indicator_grouping"], row["indicator_unit"], row["indicator_dp"]) == ("", "", "")
            assert row["filter_hint"]
            assert row["filter_default"] in {each[row["col_name"]] for each in rows}
        else:
            assert row["col_type"] == "Indicator"
            assert (row["filter_hint"], row["filter_grouping_column"], row["filter_default"]) == ("", "", "")
            assert row["indicator_unit"] in ("", "%")
            assert row["indicator_dp"].isdigit()


@pytest.mark.parametrize("name", FILES)
def test_no_filter_and_no_figure_is_blank_and_every_row_is_one_of_its_kind(folder: Path, name: str) -> None:
    rows, meta = read(folder / f"{name}.csv"), read(folder / f"{name}.meta.csv")
    filters = [row["col_name"] for row in meta if row["col_type"] == "Filter"]
    indicators = [row["col_name"] for row in meta if row["col_type"] == "Indicator"]
    assert filters
    assert indicators
    for row in rows:
        assert all(row[column] == row[column].strip() != "" for column in filters)
        assert all(re.fullmatch(r"-?\d+(\.\d+)?|z|x", row[column]) for column in indicators), row
    keys = {tuple(row[column] for column in (*sorted(OBSERVED), *filters)) for row in rows}
    assert len(keys) == len(rows)


@pytest.mark.parametrize("name", FILES)
def test_time_is_the_reporting_year_of_the_day_of_the_schools(folder: Path, name: str) -> None:
    time = {
        (row["time_period"], row["time_identifier"], row["schools_date"], row["inspections_date"])
        for row in read(folder / f"{name}.csv")
    }
    assert time == {("2025", "Reporting year", "2025-09-30", "2025-08-31")}


@pytest.mark.parametrize("name", FILES)
def test_exactly_the_columns_of_a_level_are_filled(folder: Path, name: str) -> None:
    rows = read(folder / f"{name}.csv")
    assert {row["geographic_level"] for row in rows} == set(LEVELS)
    for row in rows:
        assert {column for column in GEOGRAPHY if row[column]} == LEVELS[row["geographic_level"]]
    leicester = next(row for row in rows if row["la_name"] == "Leicester")
    assert (leicester["old_la_code"], leicester["new_la_code"], leicester["region_name"]) == ("856", "E06000016", "East Midlands")


def test_the_figures_are_those_of_the_table(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    columns = {
        "establishment_count": "schools",
        "high_performing_count": "high_performing",
        "in_need_count": "in_need",
        "high_performing_percent": "high_performing_percent",
        "in_need_percent": "in_need_percent",
        "not_assessed_count": "not_assessed",
        "partners_median": "partners_median",
        "partners_average": "partners_mean",
        "in_need_without_partner_count": "in_need_without_partner",
        **{f"partnered_exclusively_{capacity}_count": f"partnered_exclusively_{capacity}" for capacity in (1, 2, 3)},
    }
    titles = dict(connection.execute("select distinct title, definition from mart.definition").fetchall())
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in read(folder / "area_summary.csv"):
        code = row["pcon_code"] or row["new_la_code"] or row["region_code"] or row["country_code"]
        figures = {ours: None if row[column] in ("z", "x") else float(row[column]) for column, ours in columns.items()}
        found[titles[row["definition"]], row["education_phase"].lower().replace(" ", "_"), code] = figures
    table = {
        (area["definition"], area["phase"], area["area_code"]): {ours: area[ours] for ours in columns.values()}
        for area in rows_as_dicts(connection, "from mart.area_summary")
    }
    assert found == table


def test_no_median_is_z_where_nobody_is_in_need_and_x_where_no_place_is_known(folder: Path) -> None:
    rows = {
        (row["pcon_name"], row["definition"]): (row["in_need_count"], row["partners_median"], row["partners_average"])
        for row in read(folder / "area_summary.csv")
    }
    assert rows["Coventry South", "RISE"] == ("0", "z", "z")
    assert rows["Leicester East", "RISE"] == ("1", "x", "x")
    assert rows["Coventry East", "RISE"] == ("1", "0.0", "0.0")
    assert rows["Somewhere", "RISE"] == ("1", "2.0", "2.0")


def test_counts_by_status_are_those_of_the_table_and_add_up(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    england = {
        (row["definition"], row["education_phase"], row["status"]): (int(row["establishment_count"]), row["establishment_percent"])
        for row in read(folder / "status_counts.csv")
        if row["geographic_level"] == "National" and row["establishment_count"] != "x"
    }
    counts = connection.execute(
        """select title, upper(phase[1]) || phase[2:], status, count(*) from mart.school_status
        join (select distinct definition, title from mart.definition) using (definition) group by all"""
    ).fetchall()
    words = {"high_performing": "High-performing", "in_need": "In need", "neither": "Neither"}
    for title, phase, status, count in counts:
        if status == "not_asked":
            continue  # of these a column of the other file tells
        assert england[title, phase, words[status]][0] == count
    assert england["RISE", "Primary", "Total"] == (5, "100.0")
    assert england["RISE", "Primary", "Neither"] == (1, "20.0")
    areas = read(folder / "status_counts.csv")
    assert {row["establishment_percent"] for row in areas if row["establishment_count"] == "0" and row["status"] == "Total"} == {
        "x"
    }
    for total in (row for row in areas if row["status"] == "Total" and row["establishment_count"] != "0"):
        own = {name: value for name, value in total.items() if not name.startswith(("status", "establishment"))}
        parts = [row for row in areas if row["status"] != "Total" and own.items() <= row.items()]
        assert sum(int(row["establishment_count"]) for row in parts) == int(total["establishment_count"])
        assert sum(float(row["establishment_percent"]) for row in parts) == pytest.approx(100)


def test_a_constituency_has_the_name_of_its_boundary(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    connection.execute(
        "insert into raw.ons_boundary (area_type, area_code, area_name) values ('constituency', 'E14001000', 'Over The Wolds')"
    )
    try:
        write_ees(connection, tmp_path / "ees", is_synthetic=False)
    finally:
        connection.execute("delete from raw.ons_boundary")
    names = {row["pcon_code"]: row["pcon_name"] for row in read(tmp_path / "ees" / "area_summary.csv")}
    assert (names["E14001000"], names["E14001326"]) == ("Over The Wolds", "Leicester East")


def test_a_filter_with_one_item_is_left_out_of_the_metadata(tmp_path: Path) -> None:
    with duckdb.connect() as copy:
        published_tables_of_a_few_schools().execute(f"export database '{tmp_path / 'all'}'")
        copy.execute(f"import database '{tmp_path / 'all'}'")
        copy.execute("delete from mart.area_summary where definition <> 'nfer-2017'")
        write_ees(copy, tmp_path / "ees", is_synthetic=False)
    meta = {row["col_name"]: row for row in read(tmp_path / "ees" / "area_summary.meta.csv")}
    assert "definition" not in meta
    assert meta["education_phase"]["filter_default"] == "Primary"
    assert {row["definition"] for row in read(tmp_path / "ees" / "area_summary.csv")} == {"NFER 2017"}


def test_a_synthetic_sample_says_so_in_every_row_and_every_label(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write_ees(connection, tmp_path / "ees", is_synthetic=True)
    for name in FILES:
        rows = read(tmp_path / "ees" / f"{name}.csv")
        assert next(iter(rows[0])) == "notice"
        assert all(row["notice"].startswith("SYNTHETIC SAMPLE") for row in rows)
        meta = read(tmp_path / "ees" / f"{name}.meta.csv")
        assert "notice" not in {row["col_name"] for row in meta}
        # 80 characters: the longest label that the Department's API takes.
        assert all(row["label"].endswith(" (synthetic sample)") and len(row["label"]) <= 80 for row in meta)
