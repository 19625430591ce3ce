"""Every promise of every contract can be broken, and is then told: a fault is planted for each, in tables that are sound."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.world import World
from tests.unit.test_check_faults import build_town
from warehouse.checks import run_check
from warehouse.contract import Column, Contract, read_contracts
from warehouse.contract_checks import Rule, contract_checks, rules_of
from warehouse.store import run

CONTRACTS = read_contracts()
CHECKS = {check.name.removeprefix("contract_"): check for check in contract_checks()}
RULES = [(CONTRACTS[name], rule) for name in CHECKS for rule in rules_of(CONTRACTS[name], CONTRACTS)]

EMPTY = {"change", "establishment_link", "outcome", "outcome_gain", "outcome_group", "school_left_out", "unknown_code"}
"""Tables without a row in the town: of these a fault needs a row first."""


@pytest.fixture(scope="module")
def town() -> World:
    return build_town()


@pytest.fixture
def harmed(town: World) -> Iterator[World]:
    """The town, as it was again afterwards."""
    run(town.connection, "begin")
    yield town
    run(town.connection, "rollback")


@pytest.mark.parametrize("name", list(CHECKS))
def test_a_contract_is_kept_where_all_is_well(town: World, name: str) -> None:
    assert str(run_check(town.connection, CHECKS[name])) == f"contract_{name}: passed"


@pytest.mark.parametrize(("contract", "rule"), [pytest.param(*each, id=f"{each[0].name}: {each[1].words}") for each in RULES])
def test_a_promise_that_is_broken_is_told(harmed: World, contract: Contract, rule: Rule) -> None:
    for statement in _plant(harmed, contract, rule):
        run(harmed.connection, statement)
    found = run_check(harmed.connection, CHECKS[contract.name])
    broken = {words for words, _ in run(harmed.connection, CHECKS[contract.name].sql)}
    assert not found.passed
    assert rule.words in broken


def test_a_table_that_promises_nothing_of_its_rows_is_none() -> None:
    assert {contract.name for contract, _ in RULES} == set(CONTRACTS) - {"check_result", "data_dictionary"}


def _plant(world: World, contract: Contract, rule: Rule) -> Iterator[str]:
    """SQL that breaks the promise, and as little else as may be."""
    table = contract.table
    if not run(world.connection, f"from {table}"):
        assert contract.name in EMPTY
        yield f"insert into {table} ({rule.columns[0]}) values (null)"
    one = f"rowid = (select min(rowid) from {table})"
    (first, *_) = rule.columns
    match rule.kind:
        case "filled":
            yield f"update {table} set {first} = null where {one}"
        case "key":
            yield f"insert into {table} from {table} where {one}"
        case "member":
            names = ", ".join(rule.columns)
            yield f"delete from {table} where ({names}) = (select ({names}) from {table} where {one})"
        case "stranger":
            yield f"update {table} set {first} = {_other(contract.columns[first])} where {one}"
        case "sum":
            yield f"update {table} set {first} = {first} + 1 where area_type = 'region' and {first} is not null"
        case "agreement":
            assert contract.agrees
            yield f"update {table} set {first} = coalesce({first}, 0) + 1 where {contract.agrees.own}"
        case "equal":
            yield f"update {table} set {first} = coalesce({first}, 0) + 1"
        case "range":
            between = contract.columns[first].between
            assert between
            yield f"update {table} set {first} = {between[1] + 1} where {one}"
        case "list":
            yield f"update {table} set {first} = 'cheese' where {one}"


def _other(column: Column) -> str:
    return {"varchar": "'cheese'", "timestamp": "timestamp '1999-01-01'"}.get(column.type, "123456")


def test_a_whole_kind_of_area_that_is_missing_is_told(harmed: World) -> None:
    run(harmed.connection, "delete from mart.area_summary where area_type = 'local_authority'")
    broken = {words for words, _ in run(harmed.connection, CHECKS["area_summary"].sql)}
    assert {"schools does not add up", "definition, phase, area_type, area_code without its row"} <= broken


def test_figures_of_sensitivity_that_are_not_there_are_told(harmed: World) -> None:
    run(harmed.connection, "delete from mart.sensitivity where is_as_defined")
    broken = {words for words, _ in run(harmed.connection, CHECKS["sensitivity"].sql)}
    assert "schools other than in area_summary" in broken


def test_a_percentage_that_its_parts_do_not_give_is_told(harmed: World) -> None:
    run(harmed.connection, "update mart.area_summary set high_performing_percent = 99")
    broken = {words for words, _ in run(harmed.connection, CHECKS["area_summary"].sql)}
    assert broken == {"high_performing_percent other than percent_of(high_performing, schools)"}
