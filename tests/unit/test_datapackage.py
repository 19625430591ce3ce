"""``datapackage.json``: valid by another's check, every column in words, and true of the files it names."""

import json
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import pyarrow.parquet as pq
import pytest

from exports.datapackage import write_datapackage
from exports.ees import write_ees
from exports.geoparquet import write_geoparquet
from exports.parquet import write_parquet
from tests.support.published import published_tables_of_a_few_schools
from warehouse.contract import read_contracts

CONTRACTS = read_contracts()
NAMES = list(CONTRACTS)


def write_all(folder: Path, *, is_synthetic: bool = False) -> dict[str, Any]:
    connection = published_tables_of_a_few_schools()
    write_parquet(connection, folder / "parquet", is_synthetic=is_synthetic)
    write_geoparquet(connection, folder / "geoparquet", is_synthetic=is_synthetic)
    write_ees(connection, folder / "ees", is_synthetic=is_synthetic)
    return dict(json.loads(write_datapackage(connection, folder, is_synthetic=is_synthetic).read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    write_all(folder)
    return folder


@pytest.fixture(scope="module")
def package(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "datapackage.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def resources(package: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {resource["name"]: resource for resource in package["resources"]}


def fields(resource: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {field["name"]: field for field in resource["schema"]["fields"]}


def test_another_programs_check_finds_the_descriptor_valid(folder: Path, package: dict[str, Any]) -> None:
    report = frictionless.Package.validate_descriptor(str(folder / "datapackage.json"))
    assert report.flatten(["note"]) == []
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert {resource["$schema"].rpartition("/")[2] for resource in package["resources"]} == {"dataresource.json"}


def test_that_check_can_fail(package: dict[str, Any]) -> None:
    broken = package | {"resources": [package["resources"][0] | {"path": None}]}
    assert frictionless.Package.validate_descriptor(broken).valid is False


def test_every_table_of_the_folder_is_named_and_nothing_else(folder: Path, package: dict[str, Any]) -> None:
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in (".parquet", ".csv")}
    assert {resource["path"] for resource in package["resources"]} == there
    assert len(package["resources"]) == len(there)
    assert not (folder / "geoparquet" / "boundary.parquet").exists()  # none has landed


@pytest.mark.parametrize("name", NAMES)
def test_every_column_is_described_as_in_its_contract(folder: Path, resources: dict[str, dict[str, Any]], name: str) -> None:
    columns = CONTRACTS[name].columns
    described = fields(resources[name])
    assert list(described) == pq.read_schema(folder / resources[name]["path"]).names
    assert {column: field["description"] for column, field in described.items()} == {
        column: about.meaning for column, about in columns.items()
    }
    assert {column: field.get("unit") for column, field in described.items()} == {
        column: about.unit for column, about in columns.items()
    }
    assert all(field["title"] for field in described.values())
    assert resources[name]["schema"].get("primaryKey", []) == list(CONTRACTS[name].key)


def test_schools_with_a_place_are_described_alike(folder: Path, resources: dict[str, dict[str, Any]]) -> None:
    described = fields(resources["school_place"])
    assert list(described) == pq.read_schema(folder / resources["school_place"]["path"]).names
    assert fields(resources["school"]).items() <= described.items()
    assert described["geometry"]["description"]


def test_another_programs_check_finds_rows_types_and_keys_as_described(folder: Path, package: dict[str, Any]) -> None:
    """The rows are handed over as Arrow reads them: frictionless' own way, through pandas, makes 1.0 of 1 and null of lists."""
    rows = {name: pq.read_table(folder / "parquet" / f"{name}.parquet").to_pylist() for name in NAMES}
    inline = [
        {name: resource[name] for name in ("name", "type", "schema")} | {"data": rows[resource["name"]]}
        for resource in package["resources"]
        if rows.get(resource["name"])
    ]
    report = frictionless.Package.from_descriptor(package | {"resources": inline}).validate()
    assert report.flatten(["title", "message"]) == []
    assert {task.name: task.stats["rows"] for task in report.tasks} == {name: len(each) for name, each in rows.items() if each}

    match = next(resource for resource in inline if resource["name"] == "match")
    match["data"] = [row | {"partner_urn": 999999} for row in match["data"]]
    report = frictionless.Package.from_descriptor(package | {"resources": inline}).validate()
    assert "foreign-key" in {kind for (kind,) in report.flatten(["type"])}


@pytest.mark.parametrize("name", ["area_summary", "area_summary_meta", "status_counts", "status_counts_meta"])
def test_another_programs_check_finds_the_csv_files_as_described(
    folder: Path, resources: dict[str, dict[str, Any]], name: str
) -> None:
    resource = frictionless.Resource.from_descriptor(resources[f"ees_{name}"], basepath=str(folder))
    report = resource.validate()
    assert report.flatten(["rowNumber", "fieldName", "message"]) == []
    assert report.tasks[0].stats["rows"] > 0
    assert all(field["description"] for field in fields(resources[f"ees_{name}"]).values())


def test_it_says_whose_data_it_is_of_when_and_under_which_licence(package: dict[str, Any]) -> None:
    assert package["created"] == "2025-10-01T06:30:00Z"
    assert package["version"] == "0.1.0+20251001T063000Z"
    assert package["licenses"][0]["name"] == "OGL-UK-3.0"
    assert {"title": "DfE: GIAS", "version": "2025-09-30"} in package["sources"]
    ofsted = {"title": "Ofsted: Inspections", "path": "https://www.gov.uk/ofsted", "version": "2025-08-31"}
    assert ofsted in package["sources"]
    assert package["description"].startswith("Schools as at 2025-09-30, inspections as at 2025-08-31. ")
    assert "High-performing does not mean eligible to support" in package["description"]
    assert "SYNTHETIC" not in json.dumps(package)


def test_boundaries_are_named_where_they_are(tmp_path: Path) -> None:
    connection = published_tables_of_a_few_schools()
    square = {"type": "Polygon", "coordinates": [[[-2.0, 52.0], [-1.0, 52.0], [-1.0, 53.0], [-2.0, 53.0], [-2.0, 52.0]]]}
    insert = "insert into raw.ons_boundary (area_type, area_code, area_name, geometry) values ('region', 'E12000004', 'A', ?)"
    connection.execute(insert, [json.dumps(square)])
    try:
        package = write_all(tmp_path)
    finally:
        connection.execute("delete from raw.ons_boundary")
    boundary = next(resource for resource in package["resources"] if resource["name"] == "boundary")
    assert list(fields(boundary)) == pq.read_schema(tmp_path / boundary["path"]).names
    assert all(field["description"] for field in boundary["schema"]["fields"])


def test_a_synthetic_sample_says_so_for_the_whole_and_for_every_table(tmp_path: Path) -> None:
    package = write_all(tmp_path, is_synthetic=True)
    assert package["title"].endswith("(synthetic sample)")
    assert "synthetic sample" in package["keywords"]
    for part in (package, *package["resources"]):
        assert part["description"].startswith("SYNTHETIC SAMPLE")
    report = frictionless.Package.validate_descriptor(str(tmp_path / "datapackage.json"))
    assert report.valid
    resource = next(resource for resource in package["resources"] if resource["name"] == "ees_area_summary")
    assert frictionless.Resource.from_descriptor(resource, basepath=str(tmp_path)).validate().valid


def test_types_are_those_that_duckdb_reads_from_the_files(folder: Path, resources: dict[str, dict[str, Any]]) -> None:
    types = {"INTEGER": "integer", "BIGINT": "integer", "TINYINT": "integer", "DOUBLE": "number", "VARCHAR": "string"}
    types |= {"BOOLEAN": "boolean", "DATE": "date", "TIMESTAMP": "datetime", "VARCHAR[]": "array", "INTEGER[]": "array"}
    for name in NAMES:
        read = duckdb.sql(f"select column_name, column_type from (describe from '{folder / resources[name]['path']}')").fetchall()
        assert {column: types[kind] for column, kind in read} == {
            column: field["type"] for column, field in fields(resources[name]).items()
        }, name
