"""Reads and runs ``sql/check/``: a check is a query whose rows are the violations.

Its head says ``on:`` (the table it guards: it runs as soon as that one is built), ``what:`` is wrong, ``why:`` it matters
and what to ``do:``.
All of them block publishing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb

from transforms.errors import InputError
from transforms.text import counted
from warehouse.model import SQL, tables_read
from warehouse.store import run

RESULTS = "mart.check_result"
SHOWN = 5
"""How many violations are kept in words; all of them are counted."""


@dataclass(frozen=True)
class Check:
    """A check and the sentences at its head."""

    name: str
    on: str
    what: str
    why: str
    do: str
    sql: str
    path: Path

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The tables it reads, sorted."""
        return tables_read(self.sql, self.path)


@dataclass(frozen=True)
class CheckResult:
    """How a check went: the number of violations and the first of them in words."""

    check: Check
    violations: int
    examples: str

    @property
    def passed(self) -> bool:
        """Whether there was no violation."""
        return self.violations == 0

    def __str__(self) -> str:
        if self.passed:
            return f"{self.check.name}: passed"
        return (
            f"{self.check.name}: {self.check.what} ({counted(self.violations, 'row')}; first: {self.examples}) "
            f"Why it matters: {self.check.why} What to do: {self.check.do}"
        )


def read_checks(root: Path = SQL) -> list[Check]:
    """All checks, by name. Raises InputError for one whose head lacks a sentence."""
    return [_read(path) for path in sorted((root / "check").glob("*.sql"))]


def _read(path: Path) -> Check:
    sql = path.read_text(encoding="utf-8")
    head = re.match(r"(?:--[^\n]*\n)*", sql)
    said: dict[str, str] = {}
    key = ""
    for line in (head[0] if head else "").splitlines():
        text = line.removeprefix("--").strip()
        if found := re.match(r"(on|what|why|do): (.*)", text):
            key = found[1]
            said[key] = found[2]
        elif key:
            said[key] += " " + text
    missing = [key for key in ("on", "what", "why", "do") if not said.get(key)]
    if missing:
        raise InputError(
            f"The check lacks {', '.join(missing)} at its head",
            file=str(path),
            expected="lines -- on:, -- what:, -- why:, -- do:",
        )
    return Check(name=path.stem, sql=sql, path=path, **said)


_RECORD = {
    "check_name": "varchar",
    "table_name": "varchar",
    "passed": "boolean",
    "violations": "bigint",
    "examples": "varchar",
    "what": "varchar",
    "why": "varchar",
    "what_to_do": "varchar",
}


def record_result(connection: duckdb.DuckDBPyConnection, result: CheckResult) -> None:
    """Keep a result in the warehouse until ``build_results`` makes the published table."""
    check = result.check
    fields = ", ".join(f"{name} {kind}" for name, kind in _RECORD.items())
    run(connection, "create schema if not exists record")
    run(connection, f"create table if not exists record.check_result ({fields}, primary key (check_name))")
    values = [
        check.name,
        check.on,
        result.passed,
        result.violations,
        result.examples or None,
        check.what,
        check.why,
        check.do,
    ]
    run(connection, "insert or replace into record.check_result values (?, ?, ?, ?, ?, ?, ?, ?)", values)


def forget_results(connection: duckdb.DuckDBPyConnection) -> None:
    """Start anew: no result of an earlier run may speak for this one."""
    run(connection, "drop table if exists record.check_result")


def failed(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The names of the kept results that are failures."""
    if not run(connection, "from duckdb_tables() where schema_name = 'record' and table_name = 'check_result'"):
        return []
    return [name for (name,) in run(connection, "select check_name from record.check_result where not passed order by 1")]


def build_results(connection: duckdb.DuckDBPyConnection, checks: Sequence[Check]) -> int:
    """Make ``mart.check_result`` from the kept results of the checks that had to run; returns the number of rows.

    Raises InputError when a check has not been run, or has failed: nothing is published then.
    """
    names = [check.name for check in checks]
    run(
        connection,
        f"create or replace table {RESULTS} as select * from record.check_result where check_name in (select unnest($names)) "
        "order by check_name",
        {"names": names},
    )
    passed = {name for (name,) in run(connection, f"select check_name from {RESULTS} where passed")}
    if missing := sorted(set(names) - passed):
        raise InputError(
            f"Nothing is published: these checks have failed or have not run: {', '.join(missing)}",
            do="run the whole refresh; what a failed check found stands in the run's log",
        )
    return len(names)


def run_check(connection: duckdb.DuckDBPyConnection, check: Check) -> CheckResult:
    """Run a check; every row it returns is a violation."""
    cursor = connection.execute(check.sql)
    names = [column[0] for column in cursor.description or []]
    rows = cursor.fetchall()
    examples = "; ".join(", ".join(f"{name} {value}" for name, value in zip(names, row, strict=True)) for row in rows[:SHOWN])
    return CheckResult(check, len(rows), examples)
