"""Sheets as they are shown: a description (``sql/sheet/``) together with the query and the contracts of the columns it shows.

Columns whose contract names a sheet (``sheets = ["schools_in_need"]``) stand in it after its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from math import ceil
from pathlib import Path
from typing import Literal

import sqlglot
from sqlglot import exp

from exports.excel.description import FOLDER, NOT_NAMED, Description, FieldDescription, query_name, read_descriptions, refusal
from exports.workbook.table import DATE, FORMATS, Field
from transforms.errors import InputError
from warehouse.contract import SCHEMA, Column, Contract, read_contracts, titled
from warehouse.model import SQL
from warehouse.query import sql_of

Manner = Literal["as_it_is", "code", "yes_or_no", "list", "gias", "ofsted"]
"""How a value is shown: as it is, a code in words, a list with commas, a URN as a link to the school's page."""

_NARROWEST, _WIDEST_TEXT = 10.0, 30.0
_LINES = 4
"""Lines that a heading should not exceed where its column says no width."""


@dataclass(frozen=True)
class Sheet:
    """A sheet of an edition.

    ``name``: of its description, without what an edition adds. ``query``: the SQL of its rows; None where the code fills it.
    ``manners``: how the values of each column are shown.
    """

    name: str
    about: Description
    query: str | None
    fields: tuple[Field, ...]
    manners: Mapping[str, Manner]

    @property
    def printed_columns(self) -> int | None:
        """How many columns go into print; None: all."""
        columns = [field.column for field in self.fields]
        return None if self.about.printed_to is None else columns.index(self.about.printed_to) + 1


@cache
def read_sheets(*, is_anonymous: bool, root: Path = SQL) -> Mapping[str, Sheet]:
    """The sheets of an edition by name, in order.

    In the edition that does not name schools in need a sheet is described under its name with ``_not_named`` where it must differ,
    and a contract's columns stand in it only where the contract says that name. Raises InputError for a sheet or a contract that
    names a column, a table or a sheet that there is not.
    """
    descriptions = read_descriptions(root)
    _refuse_unknown_sheets(descriptions, root)
    found = {}
    for name, description in descriptions.items():
        if name.endswith(NOT_NAMED):
            continue
        if not is_anonymous:
            found[name] = _sheet(name, name, description, root)
        elif not description.is_left_out_when_not_named:
            other = f"{name}{NOT_NAMED}"
            found[name] = _sheet(name, other, descriptions.get(other, description), root)
    return found


def _sheet(name: str, shown_as: str, about: Description, root: Path) -> Sheet:
    """The sheet from its description. ``shown_as``: the name by which contracts say that a column stands in it."""
    described_as = shown_as if shown_as in read_descriptions(root) else name
    fields, manners = [], dict[str, Manner]()
    for each in about.field:
        column = _published(described_as, each.of, root) if each.of else None
        fields.append(_field(each, column))
        manners[each.column] = _manner(each, column)
    joined = [*_measures(about, root), *_named_by_contracts(shown_as, described_as, about, root)]
    for source, column in joined:
        each = FieldDescription(column=source.partition(".")[2], of=source)
        fields.append(_field(each, column, source))
        manners[source] = _manner(each, column)
    headings = [field.heading for field in fields]
    if twice := sorted({heading for heading in headings if headings.count(heading) > 1}):
        raise refusal(
            described_as,
            "field",
            f"Two columns are called {twice[0]}",
            "give one another heading, or another label in its contract",
        )
    query = _query(described_as, about, {source: _as_shown(source, column) for source, column in joined}, root)
    return Sheet(name, about, query, tuple(fields), manners)


def _published(name: str, of: str, root: Path) -> Column:
    table, _, column = of.partition(".")
    contract = read_contracts(root).get(table)
    if contract is None or column not in contract.columns:
        raise refusal(name, "of", f"There is no published column {of}", "mend the name")
    return contract.columns[column]


def _measures(about: Description, root: Path) -> Iterator[tuple[str, Column]]:
    """The columns with a format, of the table of measures, that no field of the sheet shows."""
    if about.measures_of is None:
        return
    shown = {field.of for field in about.field}
    for name, column in read_contracts(root)[about.measures_of].columns.items():
        if column.format is not None and f"{about.measures_of}.{name}" not in shown:
            yield f"{about.measures_of}.{name}", column


def _named_by_contracts(shown_as: str, described_as: str, about: Description, root: Path) -> Iterator[tuple[str, Column]]:
    for contract in read_contracts(root).values():
        for name, column in contract.columns.items():
            if shown_as in column.sheets:
                if contract.name not in about.joins:
                    problem = f"{contract.name}.{name} is to be shown, and no join says how its row is found"
                    raise refusal(
                        described_as, "joins", problem, f"add {contract.name} to the joins, or take the sheet out of its contract"
                    )
                yield f"{contract.name}.{name}", column


def _refuse_unknown_sheets(descriptions: Mapping[str, Description], root: Path) -> None:
    known = set(descriptions) | {f"{name}{NOT_NAMED}" for name in descriptions}
    for contract in read_contracts(root).values():
        for name, column in contract.columns.items():
            if unknown := sorted(set(column.sheets) - known):
                raise InputError(
                    f"There is no sheet {unknown[0]}",
                    file=f"sql/{SCHEMA}/{contract.name}.toml",
                    column=name,
                    expected=f"one of {', '.join(descriptions)}",
                    do="mend the name",
                )


def _as_shown(source: str, column: Column) -> str:
    """What is selected for a joined column: nothing where its contract says that it is not shown."""
    if column.not_shown_where is None:
        return source
    return f"case when not {source.partition('.')[0]}.{column.not_shown_where} then {source} end"


def _query(name: str, about: Description, joined: Mapping[str, str], root: Path) -> str | None:
    """The sheet's query with the joined columns beside its own, in its order; each joined column is called ``table.column``.

    ``joined``: by that name, what is selected for it.
    """
    path = f"{FOLDER}/{query_name(name, about)}"
    if not (root / f"{path}.sql").is_file():
        return None
    sql = sql_of(path, root)
    own = sqlglot.parse_one(sql, dialect="duckdb").find(exp.Query)
    given = set(own.named_selects) if own else set()
    needed = {field.column: "field" for field in about.field} | dict.fromkeys(about.sort, "sort")
    needed |= dict.fromkeys({ours for join in about.joins.values() for ours in join.values()}, "joins")
    if missing := [column for column in needed if column not in given]:
        problem = f"The query sql/{path}.sql gives no column {missing[0]}"
        raise refusal(name, needed[missing[0]], problem, "add it to the query, or mend the name")
    for table, join in about.joins.items():
        _refuse_unknown_join(name, table, join, read_contracts(root).get(table))
    columns = ["shown.*", *(f'{selected} as "{source}"' for source, selected in joined.items())]
    tables = dict.fromkeys(source.partition(".")[0] for source in joined)
    joins = "".join(
        f"left join {SCHEMA}.{table} as {table} on "
        + " and ".join(f"{table}.{theirs} = shown.{ours}" for theirs, ours in about.joins[table].items())
        + "\n"
        for table in tables
    )
    order = f"order by {', '.join(f'shown.{column}' for column in about.sort)}" if about.sort else ""
    return f"select {', '.join(columns)}\nfrom (\n{sql}\n) as shown\n{joins}{order}"


def _refuse_unknown_join(name: str, table: str, join: Mapping[str, str], contract: Contract | None) -> None:
    """Raise InputError for a join that could find more than one row: it must name the whole key, or all that identifies a row."""
    if contract is None or set(join) != set(contract.key):
        keys = ", ".join(contract.key) if contract else "no published table"
        raise refusal(
            name, f"joins.{table}", f"The join must name the key of {table}: {keys}", "name each of these columns, and no other"
        )


def _field(each: FieldDescription, column: Column | None, source: str | None = None) -> Field:
    """``source``: as which the query gives it, where it is joined to it."""
    kind = "date" if column is not None and column.type.lower() == "date" else None
    shown_as = each.format or (column.format if column else None) or kind
    heading = each.heading or (column.label if column else None) or titled(each.column)
    is_text = column is not None and column.type.lower().startswith("varchar")
    words = [each.meaning, column.meaning if column else None]
    return Field(
        column=source or each.column,
        heading=heading,
        width=each.width or _width(heading, is_text=is_text),
        number_format=None if shown_as is None or each.page else DATE if shown_as == "date" else FORMATS[shown_as],
        unit=each.unit or (column.unit if column and not each.page else None),
        meaning=" ".join(word for word in words if word) or None,
        source=each.of and f"{SCHEMA}.{each.of}",
        published_as="; ".join(column.published_as) or None if column else None,
        is_wrapped=each.is_wrapped or (is_text and each.width is None),
    )


def _width(heading: str, *, is_text: bool) -> float:
    """Characters for a column that says none: its heading takes a few lines beside the button of a filter, and no word is cut."""
    longest = max(len(word) for word in heading.split())
    return max(_WIDEST_TEXT if is_text else _NARROWEST, longest + 3.0, ceil(len(heading) / _LINES) + 4.0)


def _manner(each: FieldDescription, column: Column | None) -> Manner:
    if each.page:
        return each.page
    if each.is_code:
        return "code"
    if column is None or (each.meaning is not None and column.type.lower().endswith("[]")):
        return "as_it_is"  # the query makes words of it
    if column.type.lower() == "boolean":
        return "yes_or_no"
    if column.type.lower().endswith("[]"):
        return "list"
    return "code" if column.one_of else "as_it_is"
