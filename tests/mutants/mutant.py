"""What a mutant is, and the rooms that have them."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

ROOMS = ("sql/core", "sql/definition", "sql/match", "sql/mart", "sql/check", "transforms")


@dataclass(frozen=True)
class Mutant:
    """One fault in one file. ``nth`` tells it from others that read the same in that file, counted from the top.

    ``make`` gives the whole faulty text, or syntax tree; ``line`` is that of a Python mutant, and ``function`` its outermost one.
    """

    file: str
    operator: str
    before: str
    after: str
    nth: int
    make: Callable[[], str | ast.Module]
    line: int = 0
    function: str = ""
    root: Path = ROOT

    @property
    def path(self) -> Path:
        """Where its file is."""
        return self.root / self.file

    @property
    def id(self) -> str:
        """Its name: that stays the same when lines move, and changes with the code that it is about."""
        repeated = f" #{self.nth}" if self.nth > 1 else ""
        return f"{self.file}: {self.operator}: {self.before} -> {self.after}{repeated}"

    @property
    def room(self) -> str:
        """The room that its file stands in."""
        return next(room for room in ROOMS if self.file.startswith(f"{room}/"))


Fault = tuple[str, str, str, Callable[[], str | ast.Module], int, str]
"""Operator, before, after, how it is made, line, function."""


def numbered(file: str, faults: Iterable[Fault], root: Path = ROOT) -> Iterator[Mutant]:
    """Mutants of a file's faults; those that read the same are counted."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for operator, before, after, make, line, function in faults:
        seen[operator, before, after] += 1
        yield Mutant(file, operator, before, after, seen[operator, before, after], make, line, function, root)


def files_of(rooms: Iterable[str], root: Path = ROOT) -> list[str]:
    """The files of rooms (or files named themselves) that have mutants, sorted."""
    found: set[str] = set()
    for room in rooms:
        path = root / room
        kind = "*.py" if room.startswith("transforms") else "*.sql"
        paths = [path] if path.is_file() else path.rglob(kind)
        found.update(each.relative_to(root).as_posix() for each in paths)
    return sorted(found)


def mutants_of(file: str, root: Path = ROOT) -> list[Mutant]:
    """All mutants of a file, in the order of its syntax tree."""
    from tests.mutants import python_operators, sql_operators

    text = (root / file).read_text(encoding="utf-8")
    faults = sql_operators.faults(text) if file.endswith(".sql") else python_operators.faults(text)
    return list(numbered(file, faults, root))
