"""A column of the publisher's, and a measure of areas, are two files each: the SQL and the contract beside it.

In a copy of the project nothing but these is changed, and what it publishes has both, wherever people look: the database, Parquet,
the dictionary, the data package, workbooks, the map, tidy CSV, history and sensitivity.
"""

from __future__ import annotations

import csv
import filecmp
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from tests.support.workbook_reader import Read

PROJECT = Path(__file__).resolve().parents[2]
ROOMS = ("exports", "orchestration", "sql", "tests", "transforms", "warehouse")

CAPACITY = """
[column.school_capacity]
type = "integer"
unit = "pupils"
description = "How many pupils the school has room for."
null = "GIAS does not say"
label = "Capacity"
format = "whole"
published_as = ["gias_establishment: SchoolCapacity"]
sheets = ["schools_in_need"]
on_map = true
"""

FARTHEST = """
[column.nearest_miles_max]
type = "double"
unit = "miles"
description = "The longest way from a school in need to its nearest partner."
null = "no school in need has a partner"
label = "Miles to the nearest partner, longest"
short = "Miles, longest"
format = "one_decimal"
between = [0, 10]
marks = ["history", "sensitivity"]
on_map = { place = 10, step = 0.1, empty = "nobody near" }
ees = { name = "nearest_miles_longest", group = "Help near schools in need", decimals = 1, is_of_those_in_need = true }
"""

CHANGED = {
    "sql/mart/school.sql": [
        ("    school.pupils,\n", "    school.pupils,\n    nullif(register.school_capacity, 0) as school_capacity,\n"),
        (
            "\norder by school.urn",
            "\nleft join raw.gias_establishment as register on register.urn = school.urn\norder by school.urn",
        ),
    ],
    "sql/mart/school.toml": [("[column.fsm_percent]", f"{CAPACITY.strip()}\n\n[column.fsm_percent]")],
    "sql/mart/area_summary.sql": [
        (
            "        avg(need.partners) as",
            "        max(need.nearest_m) / metres(1) as nearest_miles_max,\n        avg(need.partners) as",
        ),
        (
            "    case when is_answered then without_partner end",
            "    nearest_miles_max,\n    case when is_answered then without_partner end",
        ),
    ],
    "sql/mart/area_summary.toml": [
        ("[column.in_need_without_partner]", f"{FARTHEST.strip()}\n\n[column.in_need_without_partner]"),
    ],
}
"""By file: what stands there, and what stands there then."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with a column and a measure more."""
    copy = tmp_path_factory.mktemp("project")
    for room in ROOMS:
        shutil.copytree(PROJECT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name, changes in CHANGED.items():
        text = (copy / name).read_text(encoding="utf-8")
        for old, new in changes:
            assert text.count(old) == 1, (name, old)
            text = text.replace(old, new)
        (copy / name).write_text(text, encoding="utf-8")
    return copy


@pytest.fixture(scope="module")
def published(copy: Path) -> Path:
    folder = copy / "published"
    folder.mkdir()
    command = [sys.executable, "-m", "tests.support.everything", str(folder)]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


def test_each_is_two_files(copy: Path) -> None:
    assert set(_differing(filecmp.dircmp(PROJECT, copy, ignore=["__pycache__"]), "")) == set(CHANGED)
    assert len(CHANGED) == 2 * 2


def _differing(compared: filecmp.dircmp[str], at: str) -> Iterator[str]:
    for name in (*compared.diff_files, *compared.right_only):
        if name != "published":
            yield f"{at}{name}"
    for name, below in compared.subdirs.items():
        yield from _differing(below, f"{at}{name}/")


def test_the_database_holds_both_with_what_they_mean(published: Path) -> None:
    with duckdb.connect(published / "schoolmatch.duckdb", read_only=True) as connection:
        comments = dict(
            connection.execute(
                "select column_name, comment from duckdb_columns() where column_name in ('school_capacity', 'nearest_miles_max')"
            ).fetchall()
        )
        assert connection.execute("select distinct school_capacity from mart.school").fetchall() == [(210,)]
        of_england = "definition = 'rise' and phase = 'primary' and area_type = 'country'"
        farthest = _value(connection, "area_summary", of_england)
        assert _value(connection, "area_history", of_england) == round(farthest, 2)
        as_defined = "definition = 'rise' and phase = 'primary' and is_as_defined and parameter = 'search_radius'"
        assert _value(connection, "sensitivity", as_defined) == pytest.approx(farthest)
    assert farthest == pytest.approx(900 / 1609.344)
    assert comments["school_capacity"] == (
        "How many pupils the school has room for. Empty: GIAS does not say. Unit: pupils. "
        "Published as: gias_establishment: SchoolCapacity."
    )


def _value(connection: duckdb.DuckDBPyConnection, table: str, condition: str) -> float:
    ((value,),) = connection.execute(f"select nearest_miles_max from mart.{table} where {condition}").fetchall()
    return float(value)


def test_parquet_dictionary_and_data_package_describe_both(published: Path) -> None:
    field = pq.read_schema(published / "parquet" / "school.parquet").field("school_capacity")
    assert field.metadata[b"unit"] == b"pupils"
    assert "| `school_capacity` | integer | pupils | How many pupils" in (published / "dictionary.md").read_text(encoding="utf-8")
    resources = {each["name"]: each for each in json.loads((published / "datapackage.json").read_text("utf-8"))["resources"]}
    for name in ("area_summary", "area_history", "sensitivity"):
        fields = {each["name"]: each for each in resources[name]["schema"]["fields"]}
        assert fields["nearest_miles_max"]["title"] == "Miles to the nearest partner, longest"


def test_workbooks_show_both(published: Path) -> None:
    book = Read(published / "excel" / "england.xlsx")
    headings, rows = book.table("Schools in need")
    assert {row[headings.index("Capacity")] for row in rows} == {210}
    for sheet in ("Summary", "Local authorities", "Constituencies", "Sensitivity"):
        headings, rows = book.table(sheet)
        assert any(row[headings.index("Miles to the nearest partner, longest")] for row in rows), sheet


def test_the_map_shows_both(published: Path) -> None:
    facts = _received(published / "site" / "data" / "areas.js")
    measure = next(each for each in facts["measures"] if each["name"] == "nearest_miles_max")
    assert (measure["title"], measure["heading"]) == ("Miles to the nearest partner, longest", "Miles, longest")
    schools = _received(published / "site" / "data" / "schools" / "E10000018.js")
    assert "Capacity" in json.dumps(facts)
    assert "210" in json.dumps(schools)


def test_tidy_csv_has_the_measure(published: Path) -> None:
    with (published / "ees" / "area_summary.csv").open(encoding="utf-8", newline="") as file:
        england = next(row for row in csv.DictReader(file) if row["definition"] == "RISE" and row["education_phase"] == "Primary")
    assert float(england["nearest_miles_longest"]) == pytest.approx(900 / 1609.344)


def _received(path: Path) -> dict[str, Any]:
    """What a file of data hands to the page."""
    text = path.read_text(encoding="ascii")
    received: dict[str, Any] = json.loads(text[text.index(",") + 1 : text.rindex(")")])
    return received
