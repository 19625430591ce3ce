"""Which rows of a file are read, how wide they have to be, and of what none that is read tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from transforms.errors import InputError
from transforms.layouts.encoding import FETCH_AGAIN
from transforms.text import shown

Ending = Literal["line end", "quotation mark", "anything"]
"""How a whole file ends. ``quotation mark``: its last field may stand in quotation marks and have no line end after it, as GIAS
writes its links. ``anything``: it is written by hand, and where it ends says nothing."""


@dataclass(frozen=True)
class Wanted:
    """Which rows are read: those that have one of these labels under the heading.

    ``each``: every one of the labels must occur in the file, else at least one of them. ``beside``: labels of rows that are read
    too, where there are any, and never tell of a school alone. ``others``: labels of rows that nobody misses.
    """

    heading: str
    labels: frozenset[str]
    each: bool = False
    beside: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Choice:
    """What is read of a file with a certain header: which headings, of which rows.

    Every row is as wide as the header, ``wanted`` or not: a row that has moved by a field may have lost its label by that.
    ``named_by``: headings that together name what a wanted row tells of; the first is blank in rows of another sort.
    ``may_end_after``: headings after which a row may end, by the publisher's rule. ``rows_alike``: either every row does, or none.
    ``ends_with``: how the file ends. ``most_rows``: more are not read. ``do``: what to do where no row is as wanted.
    """

    headings: tuple[str, ...]
    wanted: tuple[Wanted, ...] = ()
    named_by: tuple[str, ...] = ()
    may_end_after: tuple[str, ...] = ()
    rows_alike: bool = False
    ends_with: Ending = "line end"
    most_rows: int | None = None
    do: str | None = None


class Widths:
    """How wide rows are: as wide as the header, or as the publisher's rule says."""

    def __init__(self, header: tuple[str, ...], choice: Choice, file: str, *, ends_in_a_line: bool) -> None:
        self.width, self.file, self.ends_in_a_line = len(header), file, ends_in_a_line
        self.ends = {header.index(heading) + 1 for heading in choice.may_end_after if heading in header}
        self.rows_alike = choice.rows_alike
        self.ended_early = self.whole = 0

    def fit(self, record: list[str], row: int, rest: Iterator[list[str]]) -> None:
        """Blanks where a row ends early. Raises InputError where it may not, or is too wide; ``rest``: the rows below."""
        found = len(record)
        if found > self.width:
            raise self._unlike(row, found, self.width)
        if found == self.width:
            self.whole += 1
        elif found in self.ends:
            record += [""] * (self.width - found)
            self.ended_early += 1
        else:
            is_last = next(rest, None) is None
            raise InputError(
                "The file is cut off in the middle of its last row"
                if is_last and not self.ends_in_a_line
                else "A row is too short",
                file=self.file,
                row=row,
                expected=f"{self.width} fields, found {found}",
                do=FETCH_AGAIN,
            )
        if self.rows_alike and self.whole and self.ended_early:
            raise self._unlike(row, found, min(self.ends) if found == self.width else self.width)

    def _unlike(self, row: int, found: int, expected: int) -> InputError:
        told = "the header has" if expected == self.width else "the rows above it have"
        return InputError(
            f"A row has {found} fields, {told} {expected}",
            file=self.file,
            row=row,
            expected="one field for each heading",
            do="look at the row for a stray comma or quotation mark; " + FETCH_AGAIN,
        )


LABELS_COUNTED = 1_000
"""Labels of rows that are not wanted are counted to be told; of more than these nobody reads, and each takes memory."""


class Rows:
    """Which rows are read, the labels that were found, and what is told of by rows alone that are not read."""

    def __init__(self, header: tuple[str, ...], choice: Choice) -> None:
        self.wanted, self.do, self.most_rows = choice.wanted, choice.do, choice.most_rows
        self.places = [header.index(each.heading) for each in choice.wanted]
        self.labels = [Counter[str]() for _ in choice.wanted]
        self.named_by = [header.index(heading) for heading in choice.named_by] if choice.wanted else []
        # by the hash of what names a row: of a large file the names themselves are a fifth of the memory
        self.read, self.not_read = set[int](), dict[int, tuple[str, str, int]]()

    def has(self, record: list[str], row: int) -> bool:
        """Whether the row has a label that is wanted in every one of the columns."""
        name = tuple(record[place].strip() for place in self.named_by)
        is_beside = False
        for each, place, labels in zip(self.wanted, self.places, self.labels, strict=True):
            label = record[place].strip()
            is_wanted = label in each.labels or label in each.beside
            if is_wanted or label in labels or len(labels) < LABELS_COUNTED:
                labels[label] += 1
            if not is_wanted:
                if label not in each.others and any(name[:1]):
                    self.not_read.setdefault(hash(name), (each.heading, label, row))
                return False
            if label not in each.labels:
                is_beside = True
                if any(name[:1]):
                    self.not_read.setdefault(hash(name), (each.heading, label, row))
        if name and not is_beside:
            self.read.add(hash(name))
        return True

    def are_too_many(self) -> bool:
        """Whether more rows of schools are remembered for a label that is not known than may be read."""
        return self.most_rows is not None and len(self.not_read) > self.most_rows

    def refuse_lost(self, file: str) -> None:
        """Raise InputError where a school's row is not read, for a label that is not known, and no other tells the same of it."""
        lost = [found for name, found in self.not_read.items() if name not in self.read]
        if not lost:
            return
        heading, label, row = min(lost, key=lambda found: found[2])
        wanted = next(each for each in self.wanted if each.heading == heading)
        count = sum(found[:2] == (heading, label) for found in lost)
        raise InputError(
            f"The row says {shown(label)}, and no row that is read tells the same of its school ({count:,} such rows)",
            file=file,
            row=row,
            column=heading,
            expected=", ".join(sorted(wanted.labels)),
            do=self.do,
        )
