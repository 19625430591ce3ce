"""The checks that follow from a contract: what it promises of its table is asked of the table before anything is published.

A check per table: the key identifies a row, what is never null is not null, values are within their range or closed list, what is
worked out of other columns equals them, every member of the grain has its row and no other is there, and what adds up adds up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from warehouse.checks import Check
from warehouse.contract import SCHEMA, Column, Contract, read_contracts
from warehouse.model import SQL
from warehouse.store import literal

PREFIX = "contract_"
_MADE_LATER = {"check_result", "data_dictionary"}
"""Made of the checks themselves, when these have run."""

_TOLERANCE = 1e-6
"""For the division: of a share in percent, a likeness or a distance in miles."""


def contract_checks(root: Path = SQL) -> list[Check]:
    """A check for each published table that promises something beyond its columns."""
    contracts = read_contracts(root)
    return [_check(contract, contracts) for name, contract in contracts.items() if name not in _MADE_LATER]


def _check(contract: Contract, contracts: Mapping[str, Contract]) -> Check:
    counts = dict(_broken(contract, contracts))
    selects = ",\n    ".join(f"({count}) as {_quoted(rule)}" for rule, count in counts.items())
    return Check(
        name=f"{PREFIX}{contract.name}",
        on=contract.table,
        what=f"{contract.name} does not keep its contract (sql/{SCHEMA}/{contract.name}.toml): a rule is broken in so many rows.",
        why="Who reads the table relies on its contract: the key, what is never empty, ranges, sums, and that nobody is missing.",
        do=f"Mend the SQL that makes {contract.table}; or, if the promise is wrong, change the contract, with the reason.",
        sql=f"unpivot (\n    select\n    {selects}\n) on columns(*) into name rule value rows\n",
        path=SQL / SCHEMA / f"{contract.name}.toml",
    )


def _broken(contract: Contract, contracts: Mapping[str, Contract]) -> Iterator[tuple[str, str]]:
    """Rules in words, each with a query that counts the rows that break it; null where none does, so that it is no row of the
    check."""
    table = contract.table
    for name, column in contract.columns.items():
        for rule, condition in _conditions(name, column):
            yield f"{name} {rule}", f"select nullif(count(*), 0) from {table} where {condition}"
    if contract.key:
        key = ", ".join(contract.key)
        twice = f"select {key} from {table} group by {key} having count(*) > 1"
        yield f"{key} there twice", f"select nullif(count(*), 0) from ({twice})"
    for members in contract.members:
        columns = ", ".join(members.columns)
        wanted, there = f"select distinct {columns} from {members.of}", f"select {columns} from {table}"
        yield f"{columns} without its row", f"select nullif(count(*), 0) from ({wanted} except {there})"
        if set(members.columns) == set(contract.key):
            yield f"{columns} that is none", f"select nullif(count(*), 0) from ({there} except {wanted})"
    if summed := [name for name, column in contract.columns.items() if column.adds_up]:
        yield from ((f"{name} does not add up", _not_adding_up(table, name)) for name in summed)
    if contract.agrees and contract.inherits:
        other = contracts[contract.inherits.table]
        on = " and ".join(f"own.{name} = other.{name}" for name in contract.agrees.on)
        for name, column in other.marked(contract.inherits.mark).items():
            if name not in contract.agrees.on:
                differs = _differs(f"own.{name}", f"other.{name}", column)
                pairs = (
                    f"(from {table} where {contract.agrees.own}) as own "
                    f"left join (from {other.table} where {contract.agrees.other}) as other on {on}"
                )
                yield f"{name} other than in {other.name}", f"select nullif(count(*), 0) from {pairs} where {differs}"


def _conditions(name: str, column: Column) -> Iterator[tuple[str, str]]:
    """Rules of one column, each with the condition that breaks it."""
    if column.is_required:
        yield "is null", f"{name} is null"
    if column.between is not None:
        low, high = column.between
        yield f"outside {low:g} to {high:g}", f"{name} < {low!r} or {name} > {high + _TOLERANCE!r}"
    if column.one_of:
        yield "not in its list", f"{name} not in ({', '.join(map(literal, column.one_of))})"
    if column.equals is not None:
        yield f"other than {column.equals}", _differs(name, f"({column.equals})", column)


def _differs(one: str, other: str, column: Column) -> str:
    if not column.is_number:
        return f"{one} is distinct from {other}"
    return f"({one} is null) <> ({other} is null) or abs({one} - {other}) > {_TOLERANCE!r}"


def _not_adding_up(table: str, name: str) -> str:
    """Definitions and phases whose regions, or whose local authorities, do not sum to the country, or are not there at all."""
    return (
        f"select nullif(count(*), 0) from (from {table} where area_type = 'country') as country "
        "cross join (values ('region'), ('local_authority')) as part (area_type) "
        f"left join (select definition, phase, area_type, sum({name}) as total from {table} group by all) as summed "
        "on summed.definition = country.definition and summed.phase = country.phase and summed.area_type = part.area_type "
        f"where coalesce(summed.total, 0) <> coalesce(country.{name}, 0)"
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
