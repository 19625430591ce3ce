"""What stands in a workbook is described once: the query and the description of a sheet, and the contracts of what it shows."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from exports.excel import write_workbooks
from exports.excel.description import FOLDER, NOT_NAMED, read_descriptions
from exports.excel.sheet import Sheet, read_sheets
from tests.support.published import published_tables_of_a_few_schools, tables_of_a_few_schools
from tests.support.workbook_reader import Read
from transforms.errors import InputError
from warehouse.contract import contract_of
from warehouse.model import SQL, load_macros, read_models, tables_read
from warehouse.query import sql_of
from warehouse.store import rows_as_dicts, run

EDITIONS = pytest.mark.parametrize("is_anonymous", [False, True])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of ``sql/``, to be changed."""
    return Path(shutil.copytree(SQL, tmp_path / "sql"))


def change(path: Path, edit: Callable[[str], str]) -> None:
    before = path.read_text(encoding="utf-8")
    after = edit(before)
    assert after != before
    path.write_text(after, encoding="utf-8")


def sheets(root: Path, *, is_anonymous: bool = False) -> dict[str, Sheet]:
    return dict(read_sheets(is_anonymous=is_anonymous, root=root))


@EDITIONS
def test_every_column_of_every_sheet_is_given_by_its_query(is_anonymous: bool) -> None:
    connection = published_tables_of_a_few_schools()
    for sheet in read_sheets(is_anonymous=is_anonymous).values():
        if sheet.query is not None:
            given = {column for row in rows_as_dicts(connection, f"from ({sheet.query}) limit 1") for column in row}
            assert {field.column for field in sheet.fields} <= given or not given, sheet.name


@EDITIONS
def test_every_column_says_what_it_means_and_names_a_column_of_the_database_that_there_is(is_anonymous: bool) -> None:
    for sheet in read_sheets(is_anonymous=is_anonymous).values():
        for field in sheet.fields:
            assert field.meaning or sheet.about.explains_itself, (sheet.name, field.column)
            if field.source:
                schema, table, column = field.source.split(".")
                assert schema == "mart"
                assert column in contract_of(table).columns, (sheet.name, field.source)


@pytest.mark.parametrize("path", sorted((SQL / FOLDER).glob("*.sql")), ids=lambda path: path.stem)
def test_every_query_says_what_a_row_is_and_reads_published_tables_alone(path: Path) -> None:
    """Workbooks can be made of a published file."""
    assert path.read_text(encoding="utf-8").startswith("-- One row")
    assert all(table.startswith("mart.") for table in tables_read(path.read_text(encoding="utf-8"), path))


def test_every_column_of_a_query_is_shown_or_decides_of_a_row() -> None:
    """Nothing is asked for that nobody sees: definition, phase and places deal the rows, sort and joins name the rest."""
    used: dict[str, set[str]] = {}
    given: dict[str, set[str]] = {}
    connection = published_tables_of_a_few_schools()
    for name, about in read_descriptions().items():
        query = about.query or name
        if not (SQL / FOLDER / f"{query}.sql").is_file():
            continue
        described = run(connection, f"describe {sql_of(f'{FOLDER}/{query}')}")
        given[query] = {column for column, *_ in described}
        columns = {field.column for field in about.field} | set(about.sort) | {"definition", "phase"}
        columns |= {ours for join in about.joins.values() for ours in join.values()}
        columns |= {"region_code", "la_ons_code"} if about.dealt == "by_place" else set()
        used.setdefault(query, set()).update(columns)
    assert {query: columns - used[query] for query, columns in given.items() if columns - used[query]} == {}


TWICE_THE_PUPILS = """
[column.twice_the_pupils]
type = "integer"
description = "Pupils, twice."
null = "not known"
label = "Twice the pupils"
format = "whole"
sheets = ["schools_in_need"]
"""
HALF_THE_SCHOOLS = """
[column.half_the_schools]
type = "double"
description = "Schools, halved."
label = "Half the schools"
format = "one_decimal"
marks = ["sensitivity"]
"""


def test_a_column_of_a_school_and_a_measure_of_areas_are_two_files_each_and_stand_in_the_workbooks(
    root: Path, tmp_path: Path
) -> None:
    """SQL and contract, and nothing else: the sheets show both, with the right values, under their labels."""
    change(
        root / "mart" / "school.sql",
        lambda sql: sql.replace("    school.pupils,\n", "    school.pupils,\n    2 * school.pupils as twice_the_pupils,\n"),
    )
    change(root / "mart" / "school.toml", lambda text: text + TWICE_THE_PUPILS)
    change(
        root / "mart" / "area_summary.sql",
        lambda sql: sql.replace(
            "    not_assessed,\n    in_need_because", "    not_assessed,\n    schools / 2 as half_the_schools,\n    in_need_because"
        ),
    )
    change(root / "mart" / "area_summary.toml", lambda text: text + HALF_THE_SCHOOLS)

    connection = tables_of_a_few_schools()
    load_macros(connection, root)
    for model in read_models("mart", root):
        if model.name in ("mart.school", "mart.area_summary"):
            model.build(connection)
    run(connection, "alter table mart.sensitivity add column half_the_schools double")
    run(connection, "update mart.sensitivity set half_the_schools = schools / 2")
    write_workbooks(connection, tmp_path / "excel", root=root)

    england = Read(tmp_path / "excel" / "england.xlsx")
    headings, rows = england.table("Schools in need")
    shown = {row[headings.index("URN")]: row[headings.index("Twice the pupils")] for row in rows}
    pupils = dict(run(connection, "select urn, 2 * pupils from mart.school"))
    assert shown
    assert shown == {urn: pupils[urn] for urn in shown}
    for sheet in ("Summary", "Local authorities", "Constituencies", "Sensitivity"):
        headings, rows = england.table(sheet)
        halved = [(row[headings.index("Schools")] / 2, row[headings.index("Half the schools")]) for row in rows]
        assert halved, sheet
        assert all(one == other for one, other in halved), sheet
    explained = {(row[0], row[1]): row[3] for row in england.table("Data dictionary", "Sheet")[1]}
    assert explained["Schools in need", "Twice the pupils"] == "Pupils, twice. Empty: not known."
    assert explained["Summary", "Half the schools"] == "Schools, halved."


SHOWN = 'label = "Pupils"\nsheets = ["{}"]\n'


def with_pupils_in(root: Path, sheet: str) -> None:
    change(root / "mart" / "school.toml", lambda text: text.replace('label = "Pupils"\n', SHOWN.format(sheet)))


def test_a_column_that_a_contract_puts_into_a_sheet_is_not_in_the_edition_that_names_no_school(root: Path) -> None:
    with_pupils_in(root, "schools_in_need")
    assert "school.pupils" in {field.column for field in sheets(root)["schools_in_need"].fields}
    assert "school.pupils" not in {field.column for field in sheets(root, is_anonymous=True)["schools_in_need"].fields}


def test_a_column_is_in_the_edition_that_names_no_school_where_its_contract_says_so(root: Path) -> None:
    with_pupils_in(root, f"schools_in_need{NOT_NAMED}")
    assert "school.pupils" not in {field.column for field in sheets(root)["schools_in_need"].fields}
    assert "school.pupils" in {field.column for field in sheets(root, is_anonymous=True)["schools_in_need"].fields}


def test_the_edition_that_names_no_school_asks_for_no_more_than_it_shows() -> None:
    """Names, URNs and what would tell a school do not even reach the writer."""
    anonymous = read_sheets(is_anonymous=True)
    assert {"partners", "organisations"}.isdisjoint(anonymous)
    assert [field.column for field in anonymous["schools_in_need"].fields] == [
        *("definition", "phase", "number", "la_name", "setting", "search_radius_miles", "reasons", "partners"),
    ]
    assert {"name", "urn"}.isdisjoint(field.column for field in anonymous["changes"].fields)


MISTAKES = {
    "a sheet that there is not": ("mart/school.toml", 'label = "Pupils"\n', SHOWN.format("nowhere"), "There is no sheet nowhere"),
    "a sheet without a join": (
        "mart/school.toml",
        'label = "Pupils"\n',
        SHOWN.format("thresholds"),
        "school.pupils is to be shown, and no join",
    ),
    "a published column that there is not": (
        "sheet/partners.toml",
        "match.similarity",
        "match.likeness",
        "no published column match.likeness",
    ),
    "a column that the query does not give": (
        "sheet/partners.toml",
        '"distance_miles"',
        '"distance_km"',
        "gives no column distance_km",
    ),
    "a sort that the query does not give": ("sheet/partners.toml", '"distance_rank"]', '"rank"]', "gives no column rank"),
    "a join that does not name the key": (
        "sheet/partners.toml",
        'school = { urn = "partner_urn" }',
        'school = { laestab = "partner_urn" }',
        "must name the key of school",
    ),
    "a column that is shown twice": ("sheet/partners.toml", '"partner_name"', '"need_name"', "need_name is shown twice"),
    "two columns of one heading": ("sheet/partners.toml", '"Partner\'s trust"', '"Partner"', "Two columns are called Partner"),
    "a column that says nothing": (
        "sheet/data_status.toml",
        'meaning = "Who publishes it."\n',
        "",
        "publisher shows no published column",
    ),
    "a column without a heading": ("sheet/data_status.toml", 'heading = "Publisher"\n', "", "heading is missing"),
    "a key that there is not": ("sheet/partners.toml", "is_long", "is_big", "Extra inputs are not permitted"),
    "a query that there is not": ("sheet/summary.toml", 'query = "area"', 'query = "region"', "no query sql/sheet/region.sql"),
    "no TOML": ("sheet/summary.toml", "[joins]", "[joins", "cannot be read"),
    "a print that ends nowhere": (
        "sheet/partners.toml",
        'printed_to = "partner_trust_name"',
        'printed_to = "trust"',
        "printed_to names trust",
    ),
    "measures that are not joined": (
        "sheet/summary.toml",
        'measures_of = "area_summary"',
        'measures_of = "sensitivity"',
        "joins say nothing of sensitivity",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_what_describes_a_sheet_is_refused_with_its_file(root: Path, mistake: str) -> None:
    file, right, wrong, says = MISTAKES[mistake]
    change(root / file, lambda text: text.replace(right, wrong, 1))
    with pytest.raises(InputError, match=re.escape(says)) as caught:
        sheets(root)
    assert str(caught.value.file).startswith("sql/")
