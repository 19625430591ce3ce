"""The table of a layout: our columns and every vintage's headings, in one TOML file beside these modules.

``<kind>.toml`` says what the file is (``group``, ``publisher``, ``name_pattern`` ...), names our columns once (``[column]``: kind,
and whether the reason of a missing value is kept), and has a block per vintage: the heading of each of our columns that it has. A
vintage says which other it is ``like`` and lists only what differs, so that a new vintage is one short block, and a new column is
its line under ``[column]`` and its heading in the oldest vintage that has it. PUDL keeps one row a vintage and one column of ours a
column; with 45 columns such a row is 1,500 characters long, and a heading that changes is a difference nobody can read. A block is
that row, turned on its side, without what repeats.

The order of the vintages is the order in which they are tried: newest first, as each is known by headings that the one before
lacks. Whether a heading may be absent stands in a list of its own (``optional``), never as a mark inside the heading: Ofsted's
headings end in question marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, PositiveInt, model_validator

from transforms.described import Strict, read_described
from transforms.errors import InputError
from transforms.layouts import fields
from transforms.layouts.fields import Kind, label_key
from transforms.layouts.layout import Column, Layout, Reshape
from transforms.layouts.rows import Ending, Wanted
from transforms.layouts.suspect import ENOUGH
from transforms.layouts.text_table import heading_key

FOLDER = Path(__file__).parent
SHARED_LABELS = FOLDER / "_labels.toml"


class ColumnRow(Strict):
    """One of our columns: see ``Column`` and ``Field``. ``labels`` names a list of the table, or of ``_labels.toml``."""

    kind: Kind
    with_reason: bool = False
    kept: bool = True
    width: PositiveInt | None = None
    is_blank_if_wrong: bool = False
    labels: str | None = None
    set_aside_blank: bool = False
    told_of: PositiveInt = ENOUGH
    least: float = 0
    most: float | None = None
    most_of_country: float | None = None


class LabelList(Strict):
    """A closed list of the publisher's: each of our words, and the other wordings that were met for it ("" for a blank).

    ``is_open``: a wording that is not in it is told, and kept as it stands.
    """

    is_open: bool = False
    word: dict[str, tuple[str, ...]] = Field(min_length=1)

    @property
    def keys(self) -> dict[str, str]:
        """Our word by the key of each wording."""
        return {label_key(wording): ours for ours, wordings in self.word.items() for wording in (ours, *wordings)}


class WantedRows(Strict):
    """See ``Wanted``."""

    labels: tuple[str, ...] = Field(min_length=1)
    each: bool = False
    beside: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


class Vintage(Strict):
    """A vintage's headings, by our column; with ``like``, those that differ from that vintage's.

    Where its header is known from: ``seen`` (a file, or a list of its columns; a copy stands in ``tests/fixtures/headers``),
    ``believed`` (what others say of it) or ``ours``; one of the three. ``without``: columns of the vintage it is like that it has
    not. ``optional``: columns without which the file is read all the same (those of the vintage it is like, where it does not say).
    ``may_be_empty``: columns under whose heading a whole file may have nothing; not taken from the vintage it is like.
    ``shape``: the function of the layout's module that makes of its rows one per key. ``wanted``: by our column, the labels of the
    rows that are read. ``national``: our column among these, and the label that the row of the country has in it (it is kept
    apart from the others, in a table of its own). ``may_end_after``: headings after which the publisher ends a row that has
    nothing more; ``rows_alike``: either every row ends there, or none. ``ends_with``: how a whole file ends (``Ending``).
    """

    seen: str | None = None
    believed: str | None = None
    ours: str | None = None
    like: str | None = None
    without: tuple[str, ...] = ()
    optional: tuple[str, ...] | None = None
    may_be_empty: tuple[str, ...] = ()
    shape: str | None = None
    may_end_after: tuple[str, ...] = ()
    rows_alike: bool = False
    ends_with: Ending | None = None
    wanted: dict[str, WantedRows] = Field(default_factory=dict)
    national: dict[str, str] = Field(default_factory=dict, max_length=1)
    headings: dict[str, str] = Field(default_factory=dict)

    @property
    def origin(self) -> tuple[str, str]:
        """How its header is known, and the words about it."""
        told = {how: words for how in ("seen", "believed", "ours") if (words := getattr(self, how))}
        return next(iter(told.items()), ("", ""))

    @model_validator(mode="after")
    def _has_one_origin(self) -> Self:
        if sum(map(bool, (self.seen, self.believed, self.ours))) != 1:
            raise ValueError("where its header is known from: expected one of seen, believed and ours")
        return self


class LayoutTable(Strict):
    """A whole table file; the fields above ``column`` are those of ``Layout``."""

    group: str = Field(pattern=r"^[a-z0-9_]+$")
    publisher: str = Field(min_length=1)
    title: str = Field(min_length=1)
    name_pattern: str = Field(min_length=1)
    header_has: tuple[str, ...] = Field(min_length=1)
    key: tuple[str, ...] = Field(min_length=1)
    required: bool = False
    dated: bool = False
    files: Literal["newest", "parts", "releases"] = "newest"
    preference: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    largest_rows: PositiveInt = 200_000
    column: dict[str, ColumnRow] = Field(min_length=1)
    labels: dict[str, LabelList] = Field(default_factory=dict)
    vintage: dict[str, Vintage] = Field(min_length=1)


def read_layout(kind: str, shapes: Mapping[str, Reshape] | None = None, *, folder: Path = FOLDER) -> Layout:
    """The layout of that kind from its table; ``shapes`` are the functions that its vintages name.

    Raises InputError with file, and vintage and column, for a table that is not right.
    """
    path = folder / f"{kind}.toml"
    table = read_described(LayoutTable, path, what="The table", shown=path.name, do=_MEND)
    shared = read_described(Labels, SHARED_LABELS, what="The file of labels", shown=SHARED_LABELS.name, do=_MEND)
    table = table.model_copy(update={"labels": shared.labels | table.labels})
    known = shapes or {}
    vintages = {name: _like(table, name, path.name) for name in table.vintage}
    for name, column, problem in _faults(table, vintages, known):
        raise InputError(problem, file=path.name, column=f"vintage {name}, {column}" if name else column, do=_MEND)
    return Layout(
        kind=kind,
        vintages=tuple(vintages),
        columns=tuple(
            Column(
                name,
                _field(row, table),
                {each: vintage.headings[name] for each, vintage in vintages.items() if name in vintage.headings},
                frozenset(each for each, vintage in vintages.items() if name in (vintage.optional or ())),
                row.kept,
                row.set_aside_blank,
                frozenset(each for each, vintage in vintages.items() if name in vintage.may_be_empty),
                row.told_of,
                row.most_of_country,
            )
            for name, row in table.column.items()
        ),
        reshape={name: known[vintage.shape] for name, vintage in vintages.items() if vintage.shape},
        wanted={
            name: tuple(
                Wanted(column, frozenset(rows.labels), rows.each, frozenset(rows.beside), frozenset(rows.others))
                for column, rows in vintage.wanted.items()
            )
            for name, vintage in vintages.items()
        },
        national={name: each for name, vintage in vintages.items() for each in vintage.national.items()},
        origin={name: vintage.origin for name, vintage in table.vintage.items()},
        may_end_after={name: vintage.may_end_after for name, vintage in vintages.items()},
        rows_alike=frozenset(name for name, vintage in vintages.items() if vintage.rows_alike),
        ends_with={name: vintage.ends_with for name, vintage in vintages.items() if vintage.ends_with},
        **table.model_dump(exclude={"column", "vintage", "labels"}),
    )


def _field(row: ColumnRow, table: LayoutTable) -> fields.Field:
    labels = table.labels.get(row.labels or "")
    return fields.Field(
        row.kind,
        row.with_reason,
        labels.keys if labels else {},
        labels.is_open if labels else False,
        row.width,
        row.is_blank_if_wrong,
        row.least,
        100 if row.kind == "percent" else row.most,
    )


class Labels(Strict):
    """The lists that several tables use (``_labels.toml``)."""

    labels: dict[str, LabelList]


_MEND = "mend the table; transforms/layouts/table.py says how"


def _like(table: LayoutTable, name: str, file: str, within: tuple[str, ...] = ()) -> Vintage:
    """The vintage with what it takes from the one it is like."""
    vintage = table.vintage[name]
    if vintage.like is None:
        return vintage
    if vintage.like not in table.vintage or vintage.like in (name, *within):
        raise InputError(
            f"The vintage is like {vintage.like}, which is none of this file's or is like this one in turn",
            file=file,
            column=f"vintage {name}, like",
            expected="one of " + ", ".join(table.vintage),
            do=_MEND,
        )
    base = _like(table, vintage.like, file, (name, *within))
    headings = {column: heading for column, heading in base.headings.items() if column not in vintage.without} | vintage.headings
    optional = vintage.optional
    if optional is None:
        optional = tuple(column for column in base.optional or () if column in headings)
    return vintage.model_copy(
        update={
            "headings": headings,
            "optional": optional,
            "shape": vintage.shape or base.shape,
            "wanted": base.wanted | vintage.wanted,
            "national": vintage.national or base.national,
            "may_end_after": vintage.may_end_after or base.may_end_after,
            "rows_alike": vintage.rows_alike or base.rows_alike,
            "ends_with": vintage.ends_with or base.ends_with,
        }
    )


def _faults(table: LayoutTable, vintages: Mapping[str, Vintage], shapes: Mapping[str, Reshape]) -> Iterator[tuple[str, str, str]]:
    """What is wrong in a table whose form is right: vintage ("" for none), column or field, and a sentence."""
    try:
        re.compile(table.name_pattern)
    except re.error as error:
        yield "", "name_pattern", f"The pattern of the file's name cannot be read: {error}"
    for column in table.key:
        if column not in table.column:
            yield "", column, "The key names a column that is not under [column]"
    for column, row in table.column.items():
        if (row.kind == "label") != (row.labels in table.labels):
            yield "", column, f"A label needs a list under [labels], and only a label has one: {row.labels or 'none'} is named"
        if (row.width or row.is_blank_if_wrong) and row.kind not in fields.CODES:
            yield "", column, f"Only a code has a width, or is left out where it is wrong: the kind is {row.kind}"
        if (row.least or row.most is not None) and row.kind not in ("integer", "number"):
            yield "", column, f"Only a number has a range: the kind is {row.kind}"
        if row.most_of_country is not None and (row.most is None or row.most_of_country <= row.most):
            yield "", column, "The row of the country has a bound of its own, which is not above that of a school"
        if not any(column in vintage.headings for vintage in vintages.values()):
            yield "", column, "No vintage has a heading for this column"
    tried: list[str] = []
    for name, vintage in vintages.items():
        for column, heading in vintage.headings.items():
            if heading_key(heading).startswith(tuple(map(heading_key, table.persons))):
                yield name, column, f"Under the heading {heading!r} the publisher names people: it is not read"
            if column not in table.column:
                yield name, column, "A heading is given for a column that is not under [column]"
            elif problem := _heading_fault(heading, column, vintage):
                yield name, column, problem
        for column in vintage.optional or ():
            if column not in vintage.headings:
                yield name, column, "A column that the vintage has not is said to be optional"
        for column in vintage.may_be_empty:
            if column not in vintage.headings:
                yield name, column, "A column that the vintage has not is said to be empty at times"
        for column in vintage.wanted:
            if column not in vintage.headings:
                yield name, column, "Rows are wanted by a column that the vintage has not"
        for column, label in vintage.national.items():
            if column not in vintage.wanted or label in vintage.wanted[column].labels:
                yield name, column, "The row of the country is told by a column that tells no rows apart, or by a label of others"
        if vintage.rows_alike and not vintage.may_end_after:
            yield name, "rows_alike", "Rows are said to end alike, and nowhere early"
        if lacking := [each for each in vintage.may_end_after if " ".join(each.split()) != each or not each]:
            yield name, "may_end_after", f"A heading has spaces that headers are compared without: {', '.join(lacking)}"
        for column in vintage.without:
            if not vintage.like or column not in vintages[vintage.like].headings:
                yield name, column, "The vintage is said to lack a column that it would not have"
        if not set(table.header_has) & set(vintage.headings.values()):
            yield name, "header_has", "None of the headings that the header row is found by is read in this vintage"
        if vintage.shape and vintage.shape not in shapes:
            yield name, "shape", f"There is no function for the shape {vintage.shape}: there are {', '.join(shapes) or 'none'}"
        if hides := next((each for each in tried if _needed(vintages[each]) <= _needed(vintage)), None):
            yield name, "headings", f"Every file of this vintage would be taken for one of {hides}, which is tried before it"
        tried.append(name)


def _heading_fault(heading: str, column: str, vintage: Vintage) -> str | None:
    if not heading or heading != " ".join(heading.split()):
        return f"The heading {heading!r} is empty, or has spaces that headers are compared without"
    other = next(each for each, given in vintage.headings.items() if given == heading)
    return None if other == column else f"The heading {heading!r} is given to {other} too"


def _needed(vintage: Vintage) -> set[str]:
    return {heading for column, heading in vintage.headings.items() if column not in (vintage.optional or ())}
