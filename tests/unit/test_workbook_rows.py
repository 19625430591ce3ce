"""What stands in the workbooks of a handful of schools: changes since before, hostile names, the order, the setting."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from exports.edition import is_anonymous_edition
from exports.excel import write_workbooks
from exports.words import order_of
from tests.support.published import HOSTILE_NAMES, published_tables_of_a_few_schools, tables_of_a_few_schools, with_hostile_names
from tests.support.workbook_reader import NAMES, Parts, Read
from tests.support.workbooks import assert_workbooks_hold
from tests.support.world import World
from warehouse.store import run
from warehouse.time import previous
from warehouse.time.change import build_changes


def sheet(path: Path, name: str) -> list[list[Any]]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_name(name).to_python()[4:]


def written(world: World, folder: Path) -> Path:
    world.connection.execute("update landing.run set started_at = timestamp '2026-01-05 06:30', code_version = 'test'")
    world.build(with_sensitivity=True)
    write_workbooks(world.connection, folder / "excel", status=[])
    return folder / "excel"


@pytest.mark.parametrize("first", range(0, len(HOSTILE_NAMES), 4))  # seven schools, four constituencies: each name comes up in both
def test_hostile_names_of_schools_trusts_and_areas_come_out_as_text_in_every_sheet(tmp_path: Path, first: int) -> None:
    connection = tables_of_a_few_schools()
    with_hostile_names(connection, first)
    changed_since(connection, before={100001: "neither", 100002: "in_need"})
    paths = write_workbooks(connection, tmp_path / "excel")
    assert assert_workbooks_hold(tmp_path / "excel", connection, None) > 1_000
    for path in paths:
        parts = Parts(path)
        assert not [title for title in parts.sheets if parts.sheet(title).findall(".//m:f", NAMES)], path


def changed_since(connection: duckdb.DuckDBPyConnection, before: dict[int, str]) -> None:
    """A refresh before, in which these schools had another status, by URN, and one had another definition as well."""
    previous.copy_tables(connection, "memory", "20250901T063000Z", is_same_source=True)
    for urn, status in before.items():
        run(connection, "update previous.school_status set status = $1 where urn = $2 and definition = 'rise'", [status, urn])
    add = "insert into previous.school_status by name select $1 as definition, $2 as urn, 'primary' as phase, 'in_need' as status"
    run(connection, add, ["gone-definition", 100001])
    run(connection, add, ["rise", 100099])
    run(connection, "insert into previous.school select * replace (100099 as urn) from previous.school where urn = 100004")
    for table in ("school", "school_status"):
        run(connection, f"delete from previous.{table} where urn = 100003")
    run(connection, "update mart.refresh set compared_with = '20250901T063000Z'")
    build_changes(connection)


def test_likeness_capacity_and_changes_are_shown_column_by_column(tmp_path: Path) -> None:
    connection = tables_of_a_few_schools()
    changed_since(connection, before={100001: "high_performing", 100004: "in_need", 100006: "neither"})
    codes = "select array_agg(code order by code desc) from mart.reason where definition = 'rise'"  # of both kinds
    run(connection, f"update mart.school_status set reasons = ({codes}) where status = 'in_need' and definition = 'rise'")
    run(connection, "update mart.match set similarity = 1 / distance_rank")
    for number in (1, 2, 3):
        run(connection, f"update mart.area_summary set partnered_exclusively_{number} = in_need * {number}")
    write_workbooks(connection, tmp_path / "excel")
    assert assert_workbooks_hold(tmp_path / "excel", connection, None) > 1_000
    england = Read(tmp_path / "excel" / "england.xlsx")
    assert "Likeness" in england.table("Partners")[0]
    assert "Schools in need with a partner, three to a partner" in england.table("Summary")[0]
    # 100001 twice (no longer high-performing, newly in need), 100003 newly there, the closed one gone
    changes = [(row[0], row[4]) for row in england.table("Changes", "Change")[1] if row[1] == "rise"]
    assert {("newly in need", 100001), ("no longer high-performing", 100001), ("newly high-performing", 100003)} <= set(changes)
    assert {("no longer in need", 100004), ("no longer in need", 100099), ("newly in need", 100006)} <= set(changes)


def test_how_old_a_judgement_is_and_what_was_found_since_can_be_filtered_by(world: World, tmp_path: Path) -> None:
    """A status is a screen: whoever uses it can leave out those that rest on weakened evidence."""
    world.graded(world.school(100001, name="In need"), 4, latest_inspection_date=date(2014, 5, 1))
    since = {"ungraded_inspection_date": date(2024, 9, 26), "ungraded_outcome": "School remains Outstanding (Concerns) - S5 Next"}
    world.graded(world.school(100002, name="Old", east=900), 1, latest_inspection_date=date(2013, 8, 31), **since)
    world.graded(world.school(100003, name="New", east=-900), 1)
    folder = written(world, tmp_path)

    england = Read(folder / "england.xlsx")
    shown = {}
    for title, name, columns in (
        ("Schools in need", "School in need", ("Age of the judgement, years",)),
        (
            "High-performing schools",
            "High-performing school",
            (
                "Age of the judgement, years",
                "Ungraded inspection found concerns",
                "Ungraded inspection found",
                "Ungraded inspection since, on",
            ),
        ),
    ):
        headings, rows = england.table(title)
        first = headings.index(columns[0])
        assert headings[first - 1 : first + len(columns)] == ("Judged on", *columns)  # beside the day
        shown[title] = {row[headings.index(name)]: row[first : first + len(columns)] for row in rows}
        (table,) = Parts(folder / "england.xlsx").related(title, "table")
        filtered = table.find("m:autoFilter", NAMES)
        assert filtered is not None
        assert filtered.get("ref") == table.get("ref")  # over every column
    assert shown == {
        "Schools in need": {"In need": (11,)},
        "High-performing schools": {
            "Old": (12, "yes", "School remains Outstanding (Concerns) - S5 Next", date(2024, 9, 26)),
            "New": (2, None, None, None),
        },
    }


def test_links_lead_to_the_pages_of_the_schools_they_name(tmp_path: Path) -> None:
    for path in write_workbooks(published_tables_of_a_few_schools(), tmp_path / "excel"):
        for title, (at_gias, at_ofsted) in {"Schools in need": (("O", "V"), "W"), "High-performing schools": (("N",), "")}.items():
            rows = Read(path).cells(title)
            targets = Parts(path).targets(title)
            shown = {
                f"{letter}{number}": str(row[ord(letter) - ord("A")]).split()[0]
                for letter in (*at_gias, *at_ofsted)
                for number, row in enumerate(rows[4:], start=5)
                if len(row) > 1 and row[1] and row[ord(letter) - ord("A")]
            }
            assert targets.keys() == shown.keys(), (path, title)
            for cell, target in targets.items():
                gias = "https://get-information-schools.service.gov.uk/Establishments/Establishment/Details/"
                ofsted = "http://www.ofsted.gov.uk/inspection-reports/find-inspection-report/provider/ELS/"
                assert target == f"{ofsted if cell[0] == at_ofsted else gias}{shown[cell]}", (path, cell)


def test_changes_are_held_against_the_folder_published_before(world: World, tmp_path: Path) -> None:
    for urn, grades in {100001: (3, 3), 100002: (1, 1), 100003: (2, 2)}.items():
        world.school(urn, name=f"School {urn}", east=urn - 100000)
        world.graded(urn, *grades)
    world.build().remember()
    before = {100001: "neither", 100002: "high_performing", 100003: "in_need", 100009: "high_performing"}
    in_london = "* replace (100009 as urn, 'E12000007' as region_code, 'E09000001' as la_ons_code)"  # and closed since
    run(world.connection, f"insert into previous.school select {in_london} from previous.school where urn = 100002")
    run(world.connection, "delete from previous.school_status")
    for urn, status in before.items():
        world.row("previous.school_status", definition="rise", urn=urn, phase="primary", status=status)
    folder = written(world, tmp_path)
    own = [(row[0], int(row[4]), row[6], row[7]) for row in sheet(folder / "regions" / "east-midlands.xlsx", "Changes")]
    assert own == [
        ("newly in need", 100001, "neither", "in need"),
        ("no longer in need", 100003, "in need", "neither"),
    ]
    country = [(row[0], int(row[4])) for row in sheet(folder / "england.xlsx", "Changes")]
    assert ("no longer high-performing", 100009) in country


def test_no_change_is_told_apart_from_no_refresh_before(world: World, tmp_path: Path) -> None:
    world.school(100001)
    world.graded(100001, 3, 3)
    world.build().remember()
    folder = written(world, tmp_path)
    assert sheet(folder / "england.xlsx", "Changes")[0][0].startswith("Nothing has changed")


@pytest.mark.parametrize(("value", "expected"), [("", False), ("0", False), ("1", True), ("yes", True)])
def test_schools_are_named_unless_the_setting_says_otherwise(monkeypatch: pytest.MonkeyPatch, value: str, expected: bool) -> None:
    monkeypatch.setenv("SCHOOLMATCH_ANONYMOUS", value)
    assert is_anonymous_edition() is expected


def test_todays_policy_comes_first_and_primary_before_secondary() -> None:
    rows = [("nfer-2017", "primary"), ("rise", "secondary"), ("rise", "primary"), ("own", "primary")]
    assert sorted(rows, key=lambda row: order_of(*row)) == [rows[2], rows[1], rows[0], rows[3]]


def test_an_authority_whose_only_school_in_need_cannot_be_placed_has_a_workbook_without_that_number(
    tmp_path: Path,
) -> None:
    paths = write_workbooks(published_tables_of_a_few_schools(), tmp_path / "excel")
    headings, rows = Read(next(path for path in paths if path.name == "leicester.xlsx")).table("Summary")
    own = [dict(zip(headings, row, strict=True)) for row in rows if row[2] == "Leicester" and row[0] == "rise"]
    assert [(row["Schools in need"], row["Schools in need without a partner"]) for row in own] == [(1, None)]


def test_of_a_high_performing_school_without_a_place_it_is_not_said_that_it_could_serve_none(world: World, tmp_path: Path) -> None:
    """It once stood there with 0 schools in need: who is near was never asked."""
    world.graded(world.school(100001), 3, previous=3)
    world.graded(world.school(100002, east=900), 1)
    world.graded(world.school(100003, easting=None, northing=None, postcode=None), 1)
    headings, rows = Read(written(world, tmp_path) / "england.xlsx").table("High-performing schools")
    at = headings.index("Schools in need it could serve")
    assert {row[3]: row[at] for row in rows if row[0] == "rise"} == {100002: 1, 100003: None}
