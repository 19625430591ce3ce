"""Every check of ``sql/check/`` finds what it is there to find: a fault per branch of it, in ``tests/unit/cases/check/*.yaml``.

A fault is SQL that harms a small town with which all is well (``town.yaml``), and the rows that the check must then return. The
town is built once; each fault is planted in a transaction that is rolled back. The README of the cases says how one is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.support.cases import Case, add_schools, as_list, in_any_order
from tests.support.world import World
from warehouse.checks import read_checks, run_check
from warehouse.store import rows_as_dicts, run

FOLDER = Path(__file__).parent / "cases" / "check"
TOWN = yaml.safe_load((FOLDER / "town.yaml").read_text(encoding="utf-8"))
FAULTS: list[Case] = [
    fault
    for path in sorted(FOLDER.glob("*.yaml"))
    if path.name != "town.yaml"
    for fault in yaml.safe_load(path.read_text(encoding="utf-8"))
]
CHECKS = {check.name: check for check in read_checks()}


@pytest.fixture(scope="module")
def town() -> World:
    return build_town()


def build_town() -> World:
    """The town, built as it was in the refresh before, so that what is held against that one is there too."""
    world = World()
    add_schools(world, TOWN["schools"])
    for table, rows in TOWN["rows"].items():
        for row in rows:
            world.row(table, **row)
    world.build()
    # of the points of the grid those as defined are enough: each takes as long as all the other tables
    run(world.connection, "delete from reference.sensitivity_grid where definition is not null")
    run(world.connection, "update reference.sensitivity_grid set points = '1'")
    return world.build(tables=["mart.area_summary"], with_sensitivity=True).remember().build(tables=["mart.change"])


@pytest.fixture
def planted(town: World, request: pytest.FixtureRequest) -> Iterator[World]:
    """The town with a fault, which is taken out again."""
    run(town.connection, "begin")
    try:
        for statement in as_list(request.param):
            run(town.connection, statement)
        yield town
    finally:
        run(town.connection, "rollback")


def violations(world: World, check: str) -> list[Case]:
    return rows_as_dicts(world.connection, CHECKS[check].sql)


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_passes_where_all_is_well(town: World, check: str) -> None:
    assert violations(town, check) == []


@pytest.mark.parametrize(
    ("planted", "fault"),
    [pytest.param(fault["plant"], fault, id=f"{fault['check']}: {fault['fault']}") for fault in FAULTS],
    indirect=["planted"],
)
def test_a_check_finds_the_fault(planted: World, fault: Case) -> None:
    assert set(fault) == {"check", "fault", "plant", "finds"}
    found = violations(planted, fault["check"])
    columns = list(fault["finds"][0]) if fault["finds"] else []
    assert in_any_order([{column: row[column] for column in columns} for row in found]) == in_any_order(fault["finds"])


@pytest.mark.parametrize("planted", ["insert into core.school from core.school where urn = 100001"], indirect=True)
def test_a_check_that_finds_a_fault_fails_and_says_what_to_do(planted: World) -> None:
    check = CHECKS["core_duplicated_urn"]
    result = run_check(planted.connection, check)
    assert (result.passed, result.violations, result.examples) == (False, 1, "urn 100001, rows 2")
    assert check.do in str(result)


def test_every_check_has_a_fault_that_it_finds() -> None:
    assert {fault["check"] for fault in FAULTS if fault["finds"]} == set(CHECKS)


def test_no_two_faults_of_a_check_have_the_same_label() -> None:
    labels = [(fault["check"], fault["fault"]) for fault in FAULTS]
    assert sorted(set(labels)) == sorted(labels)
