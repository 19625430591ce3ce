"""What stands in the workbooks of a handful of schools: changes since before, hostile names, the order, the setting."""

from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from exports.excel import write_workbooks
from exports.excel.scope import is_anonymous_edition, order_of
from tests.support.world import World

HOSTILE = {100001: '=HYPERLINK("http://example.org","x")', 100002: "+44 20 7946 0000", 100003: "@SUM(A1)", 100004: "n" * 300,
           100005: "Bell\x07 \N{SCHOOL} NULL", 100006: "-1"}  # fmt: skip


def sheet(path: Path, name: str) -> list[list[Any]]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_name(name).to_python()[4:]


def written(world: World, folder: Path) -> Path:
    world.connection.execute("update landing.run set started_at = timestamp '2026-01-05 06:30', code_version = 'test'")
    world.build()
    columns = "table_name text, column_name text, unit text, description text, published_as text"
    world.connection.execute(f"create or replace table mart.data_dictionary ({columns})")
    write_workbooks(world.connection, folder / "excel", status=[])
    return folder / "excel"


def test_hostile_names_of_schools_come_out_as_text_in_every_sheet(world: World, tmp_path: Path) -> None:
    for number, (urn, name) in enumerate(HOSTILE.items()):
        world.school(urn, name=name, east=10 * number)
        world.graded(urn, *((3, 3) if number % 2 else (1, 1)))
    folder = written(world, tmp_path)
    for path in folder.rglob("*.xlsx"):
        need = {row[2] for row in sheet(path, "Schools in need") if row[0] == "rise"}
        high = {row[2] for row in sheet(path, "High-performing schools") if row[0] == "rise"}
        assert need == {HOSTILE[100002], HOSTILE[100004], HOSTILE[100006]}
        assert high == {HOSTILE[100001], HOSTILE[100003], "Bell \N{SCHOOL} NULL"}
        assert {row[6] for row in sheet(path, "Partners")} == high


def test_changes_are_held_against_the_folder_published_before(world: World, tmp_path: Path) -> None:
    for urn, grades in {100001: (3, 3), 100002: (1, 1), 100003: (2, 2)}.items():
        world.school(urn, name=f"School {urn}", east=urn - 100000)
        world.graded(urn, *grades)
    before = {100001: "neither", 100002: "high_performing", 100003: "in_need", 100009: "high_performing"}
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
    world.row("previous.school_status", definition="rise", urn=100001, phase="primary", status="in_need")
    folder = written(world, tmp_path)
    assert sheet(folder / "england.xlsx", "Changes")[0][0].startswith("Nothing has changed")


@pytest.mark.parametrize(("value", "expected"), [("", False), ("0", False), ("1", True), ("yes", True)])
def test_schools_are_named_unless_the_setting_says_otherwise(monkeypatch: pytest.MonkeyPatch, value: str, expected: bool) -> None:
    monkeypatch.setenv("SCHOOLMATCH_ANONYMOUS", value)
    assert is_anonymous_edition() is expected


def test_todays_policy_comes_first_and_primary_before_secondary() -> None:
    rows = [("nfer-2017", "primary"), ("rise", "secondary"), ("rise", "primary"), ("own", "primary")]
    assert sorted(rows, key=lambda row: order_of(*row)) == [rows[2], rows[1], rows[0], rows[3]]
