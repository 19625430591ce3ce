"""Which mutants a test can notice: those whose query gives other rows than the original on the same tables, or whose line is run.

A mutant that changes no row in any test cannot fail one; asking DuckDB costs milliseconds where a test costs a second. So each
mutant of a file of ``sql/`` is run beside every query that is made of the file, and the test is run against those that differ.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Timer
from types import FrameType
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from tests.mutants import sql_operators
from tests.mutants.mutant import Mutant

SECONDS = 5.0
"""How long a mutant's query may take, before it counts as one that differs."""

NOT_SQL = (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException)
"""A mutant that DuckDB cannot even plan is none: no test is needed to notice it."""

_execute = duckdb.DuckDBPyConnection.execute


@dataclass
class Watched:
    """A file of ``sql/``: its text, as it is and as it is written back, those of mutants alive, and which differ on what tables."""

    text: str
    tables: tuple[str, ...]
    unchanged: str
    texts: dict[str, str] = field(default_factory=dict)
    seen: dict[str, frozenset[str]] = field(default_factory=dict)


class Reach:
    """Collects, while a test runs, the mutants that it can notice."""

    def __init__(self, mutants: Iterable[Mutant]) -> None:
        self.sql: dict[str, Watched] = {}
        self.lines: dict[tuple[str, int], set[str]] = defaultdict(set)
        self.found: set[str] = set()
        self.files: set[str] = set()
        self.unplanned: set[str] = set()
        self._new: dict[str, dict[str, frozenset[str]]] = defaultdict(dict)
        self._busy = False
        for mutant in mutants:
            if mutant.file.endswith(".sql"):
                watched = self.sql.get(mutant.file) or self._watch(mutant)
                watched.texts[mutant.id] = str(mutant.make())
            else:
                self.lines[str(mutant.path), mutant.line].add(mutant.id)
        self._python = {file for file, _ in self.lines}

    def _watch(self, mutant: Mutant) -> Watched:
        text = mutant.path.read_text(encoding="utf-8")
        tree = sqlglot.parse_one(text, dialect=sql_operators.DIALECT)
        tables = sorted({f"{table.db}.{table.name}" for table in tree.find_all(exp.Table) if table.db})
        self.sql[mutant.file] = Watched(text, tuple(tables), sql_operators.unchanged(text))
        return self.sql[mutant.file]

    def new_rows(self) -> dict[str, dict[str, frozenset[str]]]:
        """What was found since the start: by file and tables, the mutants that differ."""
        return dict(self._new)

    def remember(self, rows: dict[str, dict[str, frozenset[str]]]) -> None:
        """Take over what another process has found."""
        for file, seen in rows.items():
            self.sql[file].seen |= seen

    def forget(self, name: str) -> None:
        """A mutant that is dead is not looked at again."""
        for watched in self.sql.values():
            watched.texts.pop(name, None)
        for ids in self.lines.values():
            ids.discard(name)

    def start(self) -> None:
        """Watch from here on."""
        reach = self

        def execute(self: duckdb.DuckDBPyConnection, query: Any, *arguments: Any, **settings: Any) -> Any:
            if isinstance(query, str) and not reach._busy:
                reach._busy = True
                try:
                    reach._compare(self, query)
                finally:
                    reach._busy = False
            return _execute(self, query, *arguments, **settings)

        duckdb.DuckDBPyConnection.execute = execute
        if self._python:
            sys.settrace(self._trace)

    def stop(self) -> None:
        """Watch no longer."""
        duckdb.DuckDBPyConnection.execute = _execute
        sys.settrace(None)

    def _trace(self, frame: FrameType, event: str, argument: object) -> Any:
        file = frame.f_code.co_filename
        if file not in self._python:
            return None

        def line(frame: FrameType, event: str, argument: object) -> Any:
            if event == "line" and (ids := self.lines.get((file, frame.f_lineno))):
                self.found |= ids
                self.files |= {name.partition(":")[0] for name in ids}
            return line

        return line

    def _compare(self, connection: duckdb.DuckDBPyConnection, query: str) -> None:
        for file, watched in self.sql.items():
            if query.endswith(watched.text):
                self.files.add(file)
                if watched.texts:
                    with suppress(duckdb.Error):  # of the query as it is: the test is about to meet it, too
                        self.found |= self._differing(connection, file, watched)

    def _differing(self, connection: duckdb.DuckDBPyConnection, file: str, watched: Watched) -> frozenset[str]:
        tables = [f"(select (count(*), sum(cast(hash({t.replace('.', '_')}_) as hugeint))) from {t} as {t.replace('.', '_')}_)"
                  for t in watched.tables]  # fmt: skip
        rows = str(_execute(connection, f"select {', '.join(tables) or 'null'}").fetchall())
        if rows not in watched.seen:
            expected = fingerprint(connection, watched.text)
            if fingerprint(connection, watched.unchanged) != expected:
                raise AssertionError(f"{file}, as sqlglot writes it, gives other rows: its mutants would be of another query")
            given = {name: self._of_mutant(connection, text) for name, text in watched.texts.items()}
            self.unplanned |= {name for name, found in given.items() if found is None}
            watched.seen[rows] = frozenset(name for name, found in given.items() if found not in (expected, None))
            self._new[file][rows] = watched.seen[rows]
        return watched.seen[rows] & watched.texts.keys()

    def _of_mutant(self, connection: duckdb.DuckDBPyConnection, text: str) -> object:
        """The mutant's rows; None where it cannot be planned."""
        timer = Timer(SECONDS, connection.interrupt)
        timer.start()
        try:
            return fingerprint(connection, text)
        except NOT_SQL:
            return None
        except duckdb.Error as error:
            return type(error)
        finally:
            timer.cancel()
            timer.join()


def fingerprint(connection: duckdb.DuckDBPyConnection, sql: str) -> object:
    """The rows of a query in any order, and its columns."""
    cursor = _execute(connection, sql)
    columns = str(cursor.description)
    return columns, sorted(map(repr, cursor.fetchall()))
