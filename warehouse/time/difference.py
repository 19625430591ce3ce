"""What of the published tables differs from the folder before, value by value: ``change.value``, in which ``sql/change/`` looks
causes up.

Which columns are compared, by which key a row is found again and what a column is about stands in the contracts; the SQL that
unpivots both snapshots is made from them. Nothing here knows a table or a column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from warehouse.model import Model, read_models
from warehouse.store import literal
from warehouse.time.previous import COLUMN, compared, previous_of


@dataclass(frozen=True)
class Column:
    """A column that is compared, what it is about, and the list whose codes it holds, where it holds any."""

    name: str
    about: str
    code_list: str | None = None


@dataclass(frozen=True)
class Compared:
    """A published table that is compared: its name in ``mart``, its key, and its columns; one of the key may be among them."""

    table: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]


def compared_tables() -> list[Compared]:
    """The tables that are compared with the folder before, value by value, as their contracts say."""
    found = []
    for contract in compared():
        told = ((name, column) for name, column in contract.columns.items() if column.about)
        columns = tuple(Column(name, str(column.about), column.code_list) for name, column in told)
        if columns:
            found.append(Compared(contract.name, contract.compared_by, columns))
    return found


def change_models(tables: Sequence[Compared] | None = None) -> list[Model]:
    """Every model of the schema ``change``: the two that are made from the contract, and those of ``sql/change/``."""
    tables = compared_tables() if tables is None else tables
    return [value_model(tables), code_model(tables), *read_models("change")]


def value_model(tables: Sequence[Compared]) -> Model:
    """``change.value``: both snapshots, unpivoted as far as they differ.

    Values are text; null is a value like any other. Of a row that is there at one time only, every value that it has is told. A
    column that the folder before does not have is not.
    """
    snapshots = ",\n".join(_both_times(table) for table in tables)
    differing = "\nunion all by name\n".join(_differing(table, column) for table in tables for column in table.columns)
    sql = f"""\
-- One row per table, key and column whose value differs between this refresh (mart.*) and the one compared with (previous.*),
-- and what the column is about. Of the columns for keys a table has its own. was_there, is_there: whether the row was, and is.
with
{snapshots}
{differing}"""
    return Model("change.value", sql, Path(__file__))


def code_model(tables: Sequence[Compared]) -> Model:
    """``change.listed_code``: every code of the lists, counted at both times."""
    code = "\nunion all\n".join(
        _codes(table, column, is_now=is_now)
        for table in tables
        for column in table.columns
        if column.code_list
        for is_now in (True, False)
    )
    sql = f"""\
-- One row per code of a list that rows have at either time: how many had it in the refresh compared with, and have it now.
with code as (
{code}
)
select code_list, about, code, count(*) filter (not is_now) as rows_before, count(*) filter (is_now) as rows_now
from code
group by all"""
    return Model("change.listed_code", sql, Path(__file__))


def _both_times(table: Compared) -> str:
    """A common table expression: each row beside itself as it was. A key may have nulls: the hash of a file that is not known."""
    key = ", ".join(f"coalesce(now.{name}, before.{name}) as {name}" for name in table.key)
    same_row = " and ".join(f"now.{name} is not distinct from before.{name}" for name in table.key)
    values = ", ".join(
        f"before.{name} as before_{name}, now.{name} as now_{name}" for name in (each.name for each in table.columns)
    )
    return f"""\
{table.table} as materialized (
select {key}, before.{table.key[0]} is not null as was_there, now.{table.key[0]} is not null as is_there, {values}
from mart.{table.table} as now
full join {previous_of(table.table)} as before on {same_row}
)"""


def _differing(table: Compared, column: Column) -> str:
    """The rows of which one column differs. Only what differs is made text: to compare everything as text takes twice as long."""
    code_list = literal(column.code_list) if column.code_list else "null"
    return f"""\
select {literal(table.table)} as table_name, {", ".join(table.key)}, was_there, is_there, {literal(column.name)} as column_name,
{literal(column.about)} as about, {code_list} as code_list,
cast(before_{column.name} as varchar) as before, cast(now_{column.name} as varchar) as now
from {table.table} where now_{column.name} is distinct from before_{column.name} and {_was_told(table, column)}"""


def _codes(table: Compared, column: Column, *, is_now: bool) -> str:
    """The codes that one column holds at one of the two times, a row each time that a row has it."""
    return f"""\
select {literal(column.code_list or "")} as code_list, {literal(column.about)} as about, cast({column.name} as varchar) as code,
{str(is_now).lower()} as is_now
from {f"mart.{table.table}" if is_now else previous_of(table.table)}
where {column.name} is not null and {_was_told(table, column)}"""


def _was_told(table: Compared, column: Column) -> str:
    """A condition: the folder compared with has the column."""
    return f"exists(from {COLUMN} where table_name = {literal(table.table)} and column_name = {literal(column.name)})"
