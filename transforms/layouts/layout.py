"""What a layout is: a publisher's kind of file, every vintage's headings, and how one becomes a typed frame."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import PurePosixPath
from typing import Literal

import pandas as pd

from transforms.errors import InputError
from transforms.layouts.encoding import FETCH_AGAIN
from transforms.layouts.fields import NOT_IN_LAYOUT, SQL_TYPE, Field, parse
from transforms.layouts.reading import Reading, once
from transforms.layouts.rows import Choice, Ending, Wanted
from transforms.layouts.suspect import ENOUGH, refuse_empty, refuse_fractions, refuse_other_letters
from transforms.layouts.text_table import blanked, read_text_table
from transforms.text import counted, has_unseen

Reshape = Callable[[pd.DataFrame, Reading], pd.DataFrame]
"""From the rows as published to one row per key."""


@dataclass(frozen=True)
class Column:
    """One of our columns and where each vintage keeps it.

    ``headings``: vintage to the publisher's heading; a vintage that is not named has no such column. ``optional``: vintages whose
    file is read without it, too. ``content``: what its texts become; where it is ``with_reason`` a second column ``<name>_missing``
    says why a value is null. ``kept``: False for what is read only to reshape the rows, and is no column of the raw table.
    ``set_aside_blank``: whether a row that has nothing here is set aside, and told. ``may_be_empty``: vintages of which a whole
    file may have nothing here; in the others that stops a file of as many rows as ``told_of``, or more. ``most_of_country``: what
    the row of the country may have, where that is more than a school may.
    """

    name: str
    content: Field
    headings: Mapping[str, str] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    kept: bool = True
    set_aside_blank: bool = False
    may_be_empty: frozenset[str] = frozenset()
    told_of: int = ENOUGH
    most_of_country: float | None = None

    def heading(self, vintage: str) -> tuple[str, bool] | None:
        """The publisher's heading in that vintage and whether the file is useless without it; None where it has none."""
        heading = self.headings.get(vintage)
        return None if heading is None else (heading, vintage not in self.optional)


@dataclass(frozen=True)
class Parsed:
    """A file read: the typed frame, its vintage, the headings that were not used, and what has to be told of it, in sentences.

    ``national``: the rows of the country, in the columns of ``national_schema``; empty where the file has none.
    """

    frame: pd.DataFrame
    vintage: str
    rows: int
    headings: tuple[str, ...]
    ignored: tuple[str, ...]
    notices: tuple[str, ...] = ()
    national: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True)
class Layout:
    """A publisher's kind of file.

    ``kind``: the raw table it becomes. ``group``: the landing asset it belongs to. ``header_has``: headings by one of which the
    header row is found. ``key``: columns that identify a row. ``dated``: whether the name must tell the date it speaks of.
    ``files``: what several files of the kind are: the ``newest`` counts alone, ``parts`` of one table (a row stands in one of
    them), or ``releases`` that tell a history. ``preference``: patterns of the names of parts; of two that tell of one year the one
    that comes first is believed. ``persons``: how headings begin under which the publisher names people; none of them is read, or
    archived. By vintage: ``reshape`` turns the rows as published into one row per key, ``wanted`` says which
    rows are read (by our column), ``national`` which of our columns tells the row of the country, and by which label,
    ``may_end_after`` after which headings the publisher ends a row that has nothing more, ``rows_alike`` the vintages in which
    either every row ends there or none, ``ends_with`` how a whole file ends (a line end, where it is not said), ``origin`` how its
    header is known (``seen``, ``believed`` or ``ours``), and words about that. ``largest_rows``: of more rows than these a file is
    not read, whichever way it comes: they are held in memory.
    """

    kind: str
    group: str
    publisher: str
    title: str
    name_pattern: str
    header_has: tuple[str, ...]
    vintages: tuple[str, ...]
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    required: bool = False
    dated: bool = False
    files: Literal["newest", "parts", "releases"] = "newest"
    preference: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    reshape: Mapping[str, Reshape] = field(default_factory=dict)
    wanted: Mapping[str, tuple[Wanted, ...]] = field(default_factory=dict)
    national: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    may_end_after: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rows_alike: frozenset[str] = frozenset()
    ends_with: Mapping[str, Ending] = field(default_factory=dict)
    largest_rows: int | None = None
    origin: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def matches(self, path: str) -> bool:
        """Whether a file of that name is of this kind (its header is looked at when it is read).

        A path with characters that nobody sees is of none: it would be published as the file's name.
        """
        if has_unseen(path):
            return False
        return re.fullmatch(self.name_pattern, PurePosixPath(path).name, re.IGNORECASE) is not None

    def without_persons(self, content: bytes, path: str) -> bytes:
        """The file with nothing under the headings that name people; as it is where there are none."""
        return blanked(content, path, self.header_has, self.persons) if self.persons else content

    def needed(self, vintage: str) -> list[str]:
        """The headings without which a file of that vintage is not read."""
        return [heading[0] for column in self.columns if (heading := column.heading(vintage)) and heading[1]]

    def rank(self, path: str) -> int:
        """The place of a file's name in ``preference``: of two that tell of one year the lower counts."""
        name = PurePosixPath(path).name
        found = (place for place, pattern in enumerate(self.preference) if re.search(pattern, name, re.IGNORECASE))
        return next(found, len(self.preference))

    @property
    def schema(self) -> dict[str, str]:
        """Columns of the raw table and their SQL types, in order, reasons beside their values."""
        schema: dict[str, str] = {}
        for column in self.columns:
            if column.kept:
                schema[column.name] = SQL_TYPE[column.content.kind]
                if column.content.with_reason:
                    schema[f"{column.name}_missing"] = "varchar"
        return schema

    @property
    def national_schema(self) -> dict[str, str]:
        """Columns of the raw table of the country's rows: the year, and every number with its reason; empty for a kind without."""
        numbers = {column.name for column in self.columns if column.content.with_reason}
        names = {"year", *numbers, *(f"{name}_missing" for name in numbers)}
        return {name: kind for name, kind in self.schema.items() if name in names} if self.national else {}

    @property
    def headings(self) -> set[str]:
        """The publishers' headings that are read, of every vintage."""
        return {heading[0] for column in self.columns for vintage in self.vintages if (heading := column.heading(vintage))}

    def read(self, content: bytes, path: str) -> Parsed:
        """Read one file of this kind.

        Returns one row per ``key`` with the columns of ``schema`` and ``row_number`` (the row in the file), and apart from them the
        rows of the country: their URN, authority and number are blank, and none of them is a school.
        Raises InputError with file, row and column: unreadable, a needed column missing, a heading in other letters, a column with
        nothing in it, a value of the wrong kind, a key twice.
        """
        chosen: dict[str, str] = {}
        vintage = ""

        def choose(header: tuple[str, ...]) -> Choice:
            nonlocal vintage
            refuse_other_letters(header, self.headings, path, known=self.headings)
            vintage = self._vintage_of(header, path)
            refuse_other_letters(header, [each[0] for column in self.columns if (each := column.heading(vintage))], path)
            for column in self.columns:
                heading = column.heading(vintage)
                if heading and heading[0] in header:
                    chosen[column.name] = heading[0]
            told_by, label = self.national.get(vintage, ("", ""))
            wanted = tuple(
                replace(each, heading=chosen[each.heading], beside=each.beside | ({label} if each.heading == told_by else set()))
                for each in self.wanted.get(vintage, ())
                if each.heading in chosen
            )
            return Choice(
                tuple(chosen.values()),
                wanted,
                self._named_by(vintage, chosen),
                self.may_end_after.get(vintage, ()),
                vintage in self.rows_alike,
                self.ends_with.get(vintage, "line end"),
                self.largest_rows,
                do="if this is another file than its name says, take it out; if the publisher has a new word for it, add it to "
                f"transforms/layouts/{self.kind}.toml",
            )

        table = read_text_table(content, path, self.header_has, choose)
        texts = table.columns
        texts.columns = pd.Index(list(chosen))
        rows = len(texts)
        reading = Reading(path, table.header)
        if table.ended_early:
            reading.notices.append(
                f"{counted(table.ended_early, 'row ends', 'rows end')} early, as the publisher writes a row that has nothing more"
            )
        del table  # of a large file every copy counts
        told_by, label = self.national.get(vintage, ("", ""))
        of_the_country = pd.DataFrame()
        if told_by in texts and (is_national := texts[told_by].str.strip() == label).any():
            of_the_country = texts.loc[is_national, [name for name in texts if name in self.national_schema]]
            texts = texts[~is_national]
        frame = self._shaped(texts, vintage, chosen, reading)
        frame = once(frame, self.key, reading).reindex(columns=[*self.schema, "row_number"])
        if frame.empty:
            raise InputError(
                f"None of the file's rows ({rows:,}) can be used",
                file=path,
                expected="data; " + ". ".join(reading.notices),
                do=FETCH_AGAIN,
            )
        national = of_the_country
        if len(of_the_country):
            national = self._shaped(of_the_country, vintage, chosen, reading, of_country=True)
        national = national.reindex(columns=[*self.national_schema, "row_number"])
        ignored = tuple(heading for heading in reading.header if heading and heading not in chosen.values())
        return Parsed(frame, vintage, rows, reading.header, ignored, tuple(reading.notices), national)

    def _named_by(self, vintage: str, chosen: Mapping[str, str]) -> tuple[str, ...]:
        """What names a row that is wanted: school, year, and of what sort it is where each sort is wanted."""
        sorts = [each.heading for each in self.wanted.get(vintage, ()) if each.each]
        return tuple(chosen[name] for name in ("urn", "year", *sorts) if name in chosen)

    def _shaped(
        self, texts: pd.DataFrame, vintage: str, chosen: Mapping[str, str], reading: Reading, *, of_country: bool = False
    ) -> pd.DataFrame:
        """The rows typed, and in the shape of the vintage."""
        frame = self._typed(texts, vintage, chosen, reading, of_country=of_country)
        return self.reshape[vintage](frame, reading) if vintage in self.reshape else frame

    def _vintage_of(self, header: tuple[str, ...], path: str) -> str:
        """The first vintage whose needed headings are all there; else the error names what the nearest one lacks."""
        missing: dict[str, list[str]] = {}
        for vintage in self.vintages:
            missing[vintage] = [heading for heading in self.needed(vintage) if heading not in header]
            if not missing[vintage]:
                return vintage
        nearest = min(self.vintages, key=lambda vintage: len(missing[vintage]))
        raise InputError(
            f"The file lacks {len(missing[nearest])} column(s) it is needed for",
            file=path,
            column=", ".join(missing[nearest]),
            expected=f"the layout {self.title} ({nearest})",
            do="if this is another file than its name says, take it out; if the publisher has renamed the column, add a vintage "
            f"with the new name to transforms/layouts/{self.kind}.toml",
        )

    def _typed(
        self, texts: pd.DataFrame, vintage: str, chosen: Mapping[str, str], reading: Reading, *, of_country: bool
    ) -> pd.DataFrame:
        """The columns typed, with their reasons and the row in the file; rows without what they need are set aside, and told."""
        for column in self.columns:
            if column.name in texts and vintage not in column.may_be_empty:
                refuse_empty(texts[column.name], reading.path, chosen[column.name], column.told_of)
        for column in self.columns:
            if column.set_aside_blank and column.name in texts:
                blank = texts[column.name].str.strip().isin(["", "NULL"])
                if blank.any():
                    without = f"without {chosen[column.name]}"
                    reading.notices.append(counted(int(blank.sum()), f"row {without} was", f"rows {without} were") + " set aside")
                    texts = texts[~blank]
        rows = texts.index.to_numpy()
        texts = texts.reset_index(drop=True)
        series: dict[str, pd.Series] = {}
        for column in self.columns:
            if column.name in texts:
                content = column.content
                if of_country and column.most_of_country is not None:
                    content = replace(content, most=column.most_of_country)
                typed = parse(texts.pop(column.name), content, file=reading.path, column=chosen[column.name], rows=rows)
                reading.notices.extend(typed.notices)
                series[column.name] = typed.values
                if typed.reasons is not None:
                    series[f"{column.name}_missing"] = typed.reasons
        frame = pd.DataFrame(series, copy=False)
        frame["row_number"] = rows
        self._refuse_fractions(frame, chosen, reading)
        for column in self.columns:
            if column.content.with_reason and column.name not in frame:
                frame[f"{column.name}_missing"] = pd.Series(NOT_IN_LAYOUT, index=frame.index, dtype="object")
        return frame

    def _refuse_fractions(self, frame: pd.DataFrame, chosen: Mapping[str, str], reading: Reading) -> None:
        """Raise InputError for percentages that are fractions; of years, subjects and groups apart: a file may be put together."""
        apart = [frame[name] for name in ("year", "subject", "breakdown") if name in frame] or (lambda row: 0)
        for column in self.columns:
            if column.content.kind == "percent" and column.name in frame:
                for _, values in frame[column.name].groupby(apart):
                    refuse_fractions(values, reading.path, chosen[column.name], frame["row_number"])


_MONTHS = {
    month: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"),
        start=1,
    )
    for month in names.split()
}  # fmt: skip


def date_in_name(path: str) -> date | None:
    """The date a publisher puts into a file's name: ``20250930`` or ``31_August_2025`` (month full or short); a period's end."""
    name = PurePosixPath(path).name
    if found := re.search(r"(?<!\d)(20\d\d)(\d\d)(\d\d)(?!\d)", name):
        year, month, day = map(int, found.groups())
    elif told := [
        each for each in re.findall(r"(?<!\d)(\d{1,2})[ _-]+([A-Za-z]+)[ _-]+(20\d\d)", name) if each[1].lower() in _MONTHS
    ]:
        year, month, day = int(told[-1][2]), _MONTHS[told[-1][1].lower()], int(told[-1][0])
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def academic_year(year: int) -> str:
    """2025 is written 2024/25."""
    return f"{year - 1}/{year % 100:02d}"


def academic_year_in_path(path: str) -> int:
    """The year in which the academic year ended (2024 for ``2023-2024/…``), from the file's folder or name.

    Raises InputError where the path does not say: the wide performance tables carry no year themselves.
    """
    if found := re.search(r"(?<!\d)20(\d\d)-?_?(?:20)?(\d\d)(?!\d)", path):
        start, end = int(found[1]), int(found[2])
        if end == start + 1:
            return 2000 + end
    raise InputError(
        "Which academic year the results are of cannot be told",
        file=path,
        expected="a folder or name with the year, such as 2023-2024/england_ks4final.csv",
        do="put the file into a folder named after its academic year",
    )
