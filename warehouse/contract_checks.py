"""The checks that follow from a contract: what it promises of its table is asked of the table before anything is published.

A check per table: the key identifies a row, what is never null is not null, values are within their range or closed list, what is
worked out of other columns equals them, every member of the grain has its row and no other is there, and what adds up adds up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from warehouse.checks import Check
from warehouse.contract import SCHEMA, Agreement, Column, Contract, read_contracts
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
    selects = ",\n    ".join(f"({rule.count}) as {_quoted(rule.words)}" for rule in rules_of(contract, contracts))
    return Check(
        name=f"{PREFIX}{contract.name}",
        on=contract.table,
        what=f"{contract.name} does not keep its contract (sql/{SCHEMA}/{contract.name}.toml): a rule is broken in so many rows.",
        why="Who reads the table relies on its contract: the key, what is never empty, ranges, sums, and that nobody is missing.",
        do=f"Mend the SQL that makes {contract.table}; or, if the promise is wrong, change the contract, with the reason.",
        sql=f"unpivot (\n    select\n    {selects}\n) on columns(*) into name rule value rows\n",
        path=SQL / SCHEMA / f"{contract.name}.toml",
    )


@dataclass(frozen=True)
class Rule:
    """A promise: its kind, the columns it is about, what is wrong where it is broken, and the query that counts the rows that break
    it.

    The count is null where none does, so that an unpivot of all rules leaves those that are broken.
    """

    kind: Literal["filled", "range", "list", "equal", "key", "member", "stranger", "sum", "agreement"]
    columns: tuple[str, ...]
    words: str
    count: str


def rules_of(contract: Contract, contracts: Mapping[str, Contract]) -> Iterator[Rule]:
    """Every promise of a contract beyond the names and types of its columns."""
    table = contract.table
    for name, column in contract.columns.items():
        yield from _rules_of_column(table, name, column)
    if contract.key:
        key = ", ".join(contract.key)
        twice = f"select {key} from {table} group by {key} having count(*) > 1"
        yield Rule("key", contract.key, f"{key} there twice", _count(f"({twice})"))
    for members in contract.members:
        columns = ", ".join(members.columns)
        wanted, there = f"select distinct {columns} from {members.of}", f"select {columns} from {table}"
        yield Rule("member", members.columns, f"{columns} without its row", _count(f"({wanted} except {there})"))
        if set(members.columns) == set(contract.key):
            yield Rule("stranger", members.columns, f"{columns} that is none", _count(f"({there} except {wanted})"))
    for name, column in contract.columns.items():
        if column.adds_up:
            yield Rule("sum", (name,), f"{name} does not add up", _not_adding_up(table, name))
    if contract.inherits and contract.agrees:
        yield from _agreement(contract, contracts[contract.inherits.table], contract.agrees)


def _rules_of_column(table: str, name: str, column: Column) -> Iterator[Rule]:
    if column.is_required:
        yield Rule("filled", (name,), f"{name} is null", _count(table, f"{name} is null"))
    if column.between is not None:
        low, high = column.between
        outside = f"{name} < {low!r} or {name} > {high + _TOLERANCE!r}"
        yield Rule("range", (name,), f"{name} outside {low:g} to {high:g}", _count(table, outside))
    if column.one_of:
        listed = ", ".join(map(literal, column.one_of))
        yield Rule("list", (name,), f"{name} not in its list", _count(table, f"{name} not in ({listed})"))
    if column.equals is not None:
        other = _differs(name, f"({column.equals})", column)
        yield Rule("equal", (name,), f"{name} other than {column.equals}", _count(table, other))


def _agreement(contract: Contract, other: Contract, agrees: Agreement) -> Iterator[Rule]:
    """The inherited columns of both tables, row by row; a row on one side alone breaks the first of them."""
    on = " and ".join(f"own.{name} = other.{name}" for name in agrees.on)
    pairs = (
        f"(from {contract.table} where {agrees.own}) as own full join (from {other.table} where {agrees.other}) as other on {on}"
    )
    for name, column in other.marked(contract.inherits.mark if contract.inherits else "").items():
        if name not in agrees.on:
            differs = _differs(f"own.{name}", f"other.{name}", column)
            yield Rule("agreement", (name,), f"{name} other than in {other.name}", _count(pairs, differs))


def _count(rows: str, condition: str | None = None) -> str:
    return f"select nullif(count(*), 0) from {rows}" + (f" where {condition}" if condition else "")


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
