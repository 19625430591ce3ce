"""Contracts: what each published table promises, beside the SQL that makes it.

``sql/mart/<table>.sql`` is the rule, ``sql/mart/<table>.toml`` its contract: the key, and of every column type, unit, meaning, what
null means, how it is named where people read it, and where it is shown. Keys, comments, types, the dictionary, the data package,
fields of workbooks, the map's measures, columns for Explore Education Statistics, history, and the checks that follow from a
contract are made from it: a column is described once. ``sql/sheet/`` and ``sql/map/`` hold queries of outputs, and need no
contract: their columns have one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, PositiveInt, model_validator

from transforms.described import Strict, read_described
from transforms.errors import InputError
from warehouse.model import SQL, Model, read_models

SCHEMA = "mart"
Group = Literal["Schools", "Matches", "Areas", "Definitions", "Changes", "Then and now", "The refresh"]
GROUPS = get_args(Group)
"""Under which the tables are described, in this order."""

Words = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Format = Literal["whole", "one_decimal", "two_decimals", "plain", "as_it_is"]
"""How a number is shown: 1,234 · 12.3 · 0.12 · 1234 (a number that is a name) · with the decimals it has."""


class OnMap(Strict):
    """A measure on the map.

    ``place``: in which order measures are offered. ``step``: what it is told in (1, 0.5, 0.1). ``is_mapped``: it can be chosen for
    the map, else it stands in the table alone. ``empty``: what an area without a value is. ``is_of_those_in_need``: it counts some
    of the schools in need; where nobody is in need, the page says so in place of 0.
    """

    place: PositiveInt
    step: float = 1
    is_mapped: bool = True
    empty: Words = "no schools in need"
    is_of_those_in_need: bool = False


class InEes(Strict):
    """An indicator of the tidy CSV for Explore Education Statistics:

    its name there, the heading it is listed under, its decimals.
    """

    name: Name
    group: Words
    decimals: Annotated[int, Field(ge=0)] = 0
    is_of_those_in_need: bool = False


class EmptyEverywhere(Strict):
    """Why it can be right that a column is null in every row: ``because``, in a sentence, wherever ``holds``, an SQL condition."""

    because: Words
    holds: Words = "true"


class Column(Strict):
    """A column of a published table.

    ``type``: DuckDB's. ``null``: what null means; a column without it is never null. ``empty_everywhere``: why it
    may be so in every row; where it is, and this does not hold, the refresh says so. ``filled_of``: an SQL condition, the rows that
    can have it, where others always say something. ``label``: its heading where people read it,
    with ``short`` where there is little room. ``published_as``: layout and heading of the publisher's file it is taken from, as
    ``gias_establishment: URN``. ``equals``: an expression over the row that gives the same. ``between``: the lowest and the highest
    it can be. ``one_of``: the closed list of its values. ``adds_up``: over regions and over local authorities to the country's.
    ``not_shown_where``: a column of the table that is true where outputs for people leave the cell empty, as it rests on too few
    schools. ``about``: what of a school it tells, for the causes of changes. ``marks``: sets of columns that another contract takes
    over.
    ``sheets``: sheets of the workbooks that show it beside their own columns. ``on_map``: of an area, a measure of the map; of a
    school, shown in its panel.
    """

    type: Words
    description: Words
    null: Words | None = None
    empty_everywhere: EmptyEverywhere | None = None
    filled_of: Words | None = None
    unit: Words | None = None
    label: Words | None = None
    short: Words | None = None
    format: Format | None = None
    published_as: tuple[Words, ...] = ()
    equals: Words | None = None
    between: tuple[float, float] | None = None
    one_of: tuple[Words, ...] = ()
    adds_up: bool = False
    not_shown_where: Name | None = None
    about: Name | None = None
    code_list: Name | None = None
    marks: tuple[Name, ...] = ()
    sheets: tuple[Name, ...] = ()
    on_map: OnMap | bool = False
    ees: InEes | None = None

    @property
    def is_required(self) -> bool:
        """Whether it is never null."""
        return self.null is None

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers that are shown as such."""
        return self.type.lower() in _NUMBERS

    @property
    def meaning(self) -> str:
        """What it is, and what an empty cell says."""
        return self.description if self.null is None else f"{self.description} Empty: {self.null}."

    @model_validator(mode="after")
    def _says_what_it_must(self) -> Self:
        if self.null is not None and self.null.endswith("."):
            raise ValueError("null is said in a phrase, without a full stop")
        if self.empty_everywhere is not None and self.null is None:
            raise ValueError("null is missing: the column is said to be empty everywhere, and never to be null")
        if self.short is not None and self.label is None:
            raise ValueError("label is missing: short stands for it")
        return self


class Reference(Strict):
    """Columns that name a row of another published table by its key."""

    columns: tuple[Name, ...]
    to: Name


class Members(Strict):
    """Rows that must be there: one for each of the values that ``columns`` have in ``of`` (what stands after FROM).

    Where the columns are the whole key, no other row may be there.
    """

    columns: tuple[Name, ...]
    of: Words


class Inherited(Strict):
    """Columns that are those of another published table that bear a mark, as they are there; before or after the table's own."""

    table: Name
    mark: Name
    place: Literal["before", "after"]


class Agreement(Strict):
    """The inherited columns are those of the table they are taken from:

    for rows of this one (``own``) that meet one there (``other``).
    """

    on: tuple[Name, ...]
    own: Words
    other: Words


class Contract(Strict):
    """What a published table promises.

    ``row``: what a row is, where no SQL file's head says it. ``key``: columns that identify a row; empty where nothing does.
    ``kept_as``: the table under which its rows are kept in the home from refresh to refresh. ``file_order``: columns by which its
    rows stand in the DuckDB file, where that is not the order of the table.
    """

    name: Name
    group: Group
    row: Words
    key: tuple[Name, ...] = ()
    columns: Mapping[str, Column]
    references: tuple[Reference, ...] = ()
    members: tuple[Members, ...] = ()
    inherits: Inherited | None = None
    agrees: Agreement | None = None
    compared_by: tuple[Name, ...] = ()
    kept_as: Words | None = None
    file_order: tuple[Name, ...] = ()

    @property
    def table(self) -> str:
        """Its name in the warehouse: ``mart.school``."""
        return f"{SCHEMA}.{self.name}"

    @property
    def types(self) -> dict[str, str]:
        """Columns and their types, in order."""
        return {name: column.type for name, column in self.columns.items()}

    @property
    def required(self) -> list[str]:
        """The columns that are never null."""
        return [name for name, column in self.columns.items() if column.is_required]

    def marked(self, mark: str) -> dict[str, Column]:
        """The columns that bear a mark, in order."""
        return {name: column for name, column in self.columns.items() if mark in column.marks}


class _File(Strict):
    """A contract as it stands in its file."""

    group: Group
    row: Words | None = None
    key: tuple[Name, ...] = ()
    inherits: Inherited | None = None
    agrees: Agreement | None = None
    compared_by: tuple[Name, ...] = ()
    reference: tuple[Reference, ...] = ()
    members: tuple[Members, ...] = ()
    kept_as: Words | None = None
    file_order: tuple[Name, ...] = ()
    column: Mapping[Name, Column] = {}


_STAYS_BEHIND = {
    "adds_up": False,
    "marks": (),
    "sheets": (),
    "on_map": False,
    "ees": None,
    "about": None,
    "code_list": None,
    "empty_everywhere": None,
    "filled_of": None,
}
"""What is said of a column for its own table, and does not hold where another takes it over."""

_NUMBERS = {"tinyint", "smallint", "integer", "bigint", "double"}


@cache
def read_contracts(root: Path = SQL) -> Mapping[str, Contract]:
    """The contracts of all published tables by name, in the order of ``GROUPS`` and then of their names.

    Raises InputError, with file and column, for a contract that is not right, and for a table without one.
    """
    folder = root / SCHEMA
    files = {
        path.stem: read_described(
            _File, path, what="The contract", shown=f"sql/{SCHEMA}/{path.name}", do="mend it; warehouse/contract.py says how"
        )
        for path in sorted(folder.glob("*.toml"))
    }
    models = {model.name.partition(".")[2]: model for model in read_models(SCHEMA, root)}
    if without := sorted(set(models) - set(files)):
        raise InputError(
            f"There is no contract for {', '.join(without)}",
            file=f"sql/{SCHEMA}/{without[0]}.toml",
            expected="a contract beside each SQL file",
            do="describe the table and its columns there",
        )
    read = [_contract(name, file, files, models.get(name)) for name, file in files.items()]
    contracts = {each.name: each for each in sorted(read, key=lambda each: (GROUPS.index(each.group), each.name))}
    _refuse_unknown(contracts)
    return contracts


def contract_of(table: str, root: Path = SQL) -> Contract:
    """The contract of a published table, by its name with or without its schema."""
    return read_contracts(root)[table.removeprefix(f"{SCHEMA}.")]


def _contract(name: str, file: _File, files: Mapping[str, _File], model: Model | None) -> Contract:
    shown = f"sql/{SCHEMA}/{name}.toml"
    if (model is None) == (file.row is None):
        problem = (
            "says nowhere what a row is" if model is None else "says what a row is, which stands at the head of its SQL already"
        )
        raise InputError(f"The contract {problem}", file=shown, column="row", do="say it once")
    columns = dict(file.column)
    if file.inherits:
        other = files.get(file.inherits.table)
        taken = {
            each: column.model_copy(update=_STAYS_BEHIND)
            for each, column in (other.column if other else {}).items()
            if file.inherits.mark in column.marks
        }
        if not taken:
            problem = f"No column of {file.inherits.table} bears the mark {file.inherits.mark}"
            raise InputError(problem, file=shown, column="inherits", do="mark the columns that are taken over, or mend the name")
        columns = taken | columns if file.inherits.place == "before" else columns | taken
    for what, named in (("key", file.key), ("file_order", file.file_order)):
        if absent := [each for each in named if each not in columns]:
            raise InputError(
                f"The {what} names {', '.join(absent)}, which is no column", file=shown, column=what, do="mend the name"
            )
    return Contract(
        name=name,
        group=file.group,
        row=file.row or (model.description if model else ""),
        key=file.key,
        columns=columns,
        references=file.reference,
        members=file.members,
        inherits=file.inherits,
        agrees=file.agrees,
        compared_by=file.compared_by,
        kept_as=file.kept_as,
        file_order=file.file_order,
    )


def _refuse_unknown(contracts: Mapping[str, Contract]) -> None:
    """Raise InputError where a contract names a table or a column that there is not."""
    for contract in contracts.values():
        shown = f"sql/{SCHEMA}/{contract.name}.toml"
        for reference in contract.references:
            to = contracts.get(reference.to)
            if to is None or len(to.key) != len(reference.columns) or not set(reference.columns) <= set(contract.columns):
                problem = f"{', '.join(reference.columns)} cannot be the key of {reference.to}"
                raise InputError(problem, file=shown, column="reference", do="name columns of this table, as many as that key has")
        for members in contract.members:
            if absent := sorted(set(members.columns) - set(contract.columns)):
                raise InputError(f"Members name {', '.join(absent)}, which is no column", file=shown, do="mend the name")


def refuse_unknown_headings(headings: Mapping[str, Collection[str]], root: Path = SQL) -> None:
    """Raise InputError where a column is said to be published under a heading that is not read. ``headings``: by kind of file."""
    for contract in read_contracts(root).values():
        for name, column in contract.columns.items():
            for published_as in column.published_as:
                kind, _, heading = published_as.partition(": ")
                if heading not in headings.get(kind, ()):
                    raise InputError(
                        f"No layout reads {published_as}",
                        file=f"sql/{SCHEMA}/{contract.name}.toml",
                        column=name,
                        expected="a kind of file of transforms/layouts/ and one of its headings, as gias_establishment: URN",
                        do="mend the heading, or add it to the layout",
                    )


def titled(name: str) -> str:
    """A column's name as a title where it has no label: ``la_ons_code`` becomes ``LA ONS code``."""
    first, *others = name.split("_")
    return " ".join([_SPELT.get(first, first.capitalize()), *(_SPELT.get(word, word) for word in others)])


_SPELT = {word: word.upper() for word in ("fsm", "h3", "id", "ks2", "ks4", "la", "laestab", "ons", "sha256", "url", "urn")} | {
    "duckdb": "DuckDB",
    "gias": "GIAS",
    "ofsted": "Ofsted",
}
"""Words of column names that are not spelt as they stand."""
