"""What a sheet is, as ``sql/sheet/<sheet>.toml`` says it: title, sentences, and its columns in order.

A column shows a published one (``of``), whose contract gives heading, format, unit and meaning; the file overrides what it must.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from transforms.described import Strict, read_described
from transforms.errors import InputError
from warehouse.contract import Format, Name, Words
from warehouse.model import SQL

FOLDER = "sheet"
NOT_NAMED = "_not_named"
"""How the name of a sheet ends in the edition that does not name schools in need."""


class FieldDescription(Strict):
    """A column of a sheet.

    ``column``: of the sheet's query. ``of``: the published column it shows, as ``school.name``. ``heading``, ``format``, ``unit``:
    where they are not those of the published column. ``meaning``: in words, before those of the published column if it shows one.
    ``is_code``: a code, shown in words; the contract says so of a column with a closed list. ``page``: it is shown as a link to the
    school's page there.
    """

    column: Name
    of: Annotated[str, Field(pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$")] | None = None
    heading: Words | None = None
    width: PositiveFloat | None = None
    format: Format | Literal["date"] | None = None
    unit: Words | None = None
    meaning: Words | None = None
    is_wrapped: bool = False
    is_code: bool = False
    page: Literal["gias", "ofsted"] | None = None

    @model_validator(mode="after")
    def _has_a_heading(self) -> Self:
        if self.of is None and self.heading is None:
            raise ValueError("heading is missing: it shows no published column that could give one")
        return self


class Description(Strict):
    """A sheet. ``{area}`` in ``heading`` stands for the name of the workbook's area.

    ``about``: what it shows, for the table of contents. ``when_not_compared``: what it says where nothing was published before.
    ``place``: in which order sheets stand. ``query``: the query it shows, by default the one of its own name; a sheet without one
    is filled by the code. ``dealt``: which rows a workbook has: all; those whose school stands in its area (``region_code``,
    ``la_ons_code``); those of the areas that ``area_shown.sql`` names. ``sort``: columns of the query; definition and phase come
    first. ``joins``: how a row of a published table is found for a row of the query, its columns to those of the query: so that
    columns whose contract names the sheet stand there too. ``measures_of``: such a table of which every column with a format is
    shown. ``printed_to``: the last column that goes into print. ``explains_itself``: its columns are not in the data dictionary.
    ``only_in``: a kind of area; workbooks of others do without it.
    """

    title: Annotated[str, Field(min_length=1, max_length=31)]  # what Excel takes
    heading: Words
    about: Words
    note: Words
    when_empty: Words = "There is none."
    when_not_compared: Words | None = None
    place: PositiveInt
    query: Name | None = None
    dealt: Literal["to_all", "by_place", "by_area_shown"] = "to_all"
    sort: tuple[Name, ...] = ()
    joins: Mapping[Name, Mapping[Name, Name]] = {}
    measures_of: Name | None = None
    is_long: bool = False
    frozen: NonNegativeInt = 0
    printed_to: Name | None = None
    only_in: Literal["country", "region", "local_authority"] | None = None
    is_left_out_when_not_named: bool = False
    explains_itself: bool = False
    field: tuple[FieldDescription, ...]

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        columns = [each.column for each in self.field]
        if twice := sorted({column for column in columns if columns.count(column) > 1}):
            raise ValueError(f"{twice[0]} is shown twice; let the query give it under two names")
        if self.printed_to is not None and self.printed_to not in columns:
            raise ValueError(f"printed_to names {self.printed_to}, which is no column of the sheet")
        if self.measures_of is not None and self.measures_of not in self.joins:
            raise ValueError(f"joins say nothing of {self.measures_of}, whose measures are to be shown")
        for each in self.field:
            if each.of is None and each.meaning is None and not self.explains_itself:
                raise ValueError(f"{each.column} shows no published column, and does not say what it means")
        return self


@cache
def read_descriptions(root: Path = SQL) -> Mapping[str, Description]:
    """All sheets by name, in order. Raises InputError, with file and column, for one that is not described as it must be."""
    found = {path.stem: _read(path) for path in sorted((root / FOLDER).glob("*.toml"))}
    for name, description in found.items():
        query = query_name(name, description)
        has_query = (root / FOLDER / f"{query}.sql").is_file()
        if not has_query and (description.query or description.sort or description.joins or description.dealt != "to_all"):
            raise refusal(name, "query", f"There is no query sql/{FOLDER}/{query}.sql", "write it, or mend the name")
    return dict(sorted(found.items(), key=lambda each: (each[1].place, each[0])))


def query_name(name: str, description: Description) -> str:
    """The query that a sheet shows, by its name in ``sql/sheet/``."""
    return description.query or name


def refusal(name: str, column: str, problem: str, do: str) -> InputError:
    """What is wrong with the description of a sheet."""
    return InputError(problem, file=f"sql/{FOLDER}/{name}.toml", column=column, do=do)


def _read(path: Path) -> Description:
    return read_described(
        Description,
        path,
        what="The description of the sheet",
        shown=f"sql/{FOLDER}/{path.name}",
        do="mend it; exports/excel/description.py says how",
    )
