"""What a model is: a table of the warehouse, what it reads, and how it is built.

A model is a file ``sql/<schema>/<table>.sql`` with one SELECT; what it reads is taken from the SQL itself (sqlglot), so that order
and lineage cannot differ from the code. A table that SQL cannot make is a pure function of a frame (``PythonModel``) or takes many
questions of the warehouse (``ConnectionModel``). Which models there are: ``warehouse/graph.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb

from transforms.errors import InputError
from transforms.text import shown
from warehouse.store import replace_table, run

if TYPE_CHECKING:  # each takes long to import, and who only reads a published file does without
    import pandas as pd
    from sqlglot import exp

SQL = Path(__file__).resolve().parent.parent / "sql"


@dataclass(frozen=True)
class Model:
    """One table: ``name`` (schema.table), the SQL that makes it, and the header comment that says what a row is."""

    name: str
    sql: str
    path: Path
    row: str | None = None

    @property
    def schema(self) -> str:
        """The schema the table belongs to; also the layer of the warehouse."""
        return self.name.partition(".")[0]

    @cached_property
    def description(self) -> str:
        """What a row is: ``row``, else the comment at the head of the file, as one paragraph."""
        if self.row is not None:
            return self.row
        lines = [line.removeprefix("--").strip() for line in self.sql.splitlines()]
        head = re.match(r"(?:--[^\n]*\n)*", self.sql)
        return " ".join(lines[: head[0].count("\n")]) if head else ""

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The tables it selects from, sorted. Raises InputError for SQL that cannot be parsed or names a table without its
        schema."""
        return tables_read(self.sql, self.path)

    def build(self, connection: duckdb.DuckDBPyConnection) -> int:
        """Create the table anew; returns its number of rows."""
        schema, _, _ = self.name.partition(".")
        run(connection, f"create schema if not exists {schema}")
        try:
            run(connection, f"create or replace table {self.name} as {self.sql}")
        except duckdb.Error as error:
            line = re.search(r"^LINE (\d+):", str(error), re.MULTILINE)
            raise InputError(
                f"The model {self.name} cannot be built: {error}",
                file=_path_in_project(self.path),
                row=int(line[1]) if line else None,
                do="mend the SQL",
            ) from error
        return int(run(connection, f"select count(*) from {self.name}")[0][0])


@dataclass(frozen=True)
class PythonModel:
    """A table made by a pure function from the rows of a query."""

    name: str
    description: str
    query: str
    columns: Mapping[str, str]
    function: Callable[[pd.DataFrame], pd.DataFrame]
    path: Path = Path(__file__)

    @property
    def schema(self) -> str:
        """The schema the table belongs to; also the layer of the warehouse."""
        return self.name.partition(".")[0]

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The tables its query selects from, sorted."""
        return tables_read(self.query, self.path)

    def build(self, connection: duckdb.DuckDBPyConnection) -> int:
        """Create the table anew; returns its number of rows."""
        import pyarrow as pa

        frame = self.function(connection.execute(self.query).df())
        return replace_table(connection, self.name, self.columns, pa.Table.from_pandas(frame, preserve_index=False))


@dataclass(frozen=True)
class ConnectionModel:
    """A table for which the warehouse is asked many questions: neither one SELECT nor a function of one query's rows makes it.

    ``function`` gives its rows, and changes nothing in the warehouse; ``reads`` names the tables that it asks.
    """

    name: str
    description: str
    reads: tuple[str, ...]
    columns: Mapping[str, str]
    function: Callable[[duckdb.DuckDBPyConnection], Sequence[Mapping[str, Any]]]

    @property
    def schema(self) -> str:
        """The schema the table belongs to; also the layer of the warehouse."""
        return self.name.partition(".")[0]

    def build(self, connection: duckdb.DuckDBPyConnection) -> int:
        """Create the table anew; returns its number of rows."""
        import pyarrow as pa

        rows = self.function(connection)
        table = pa.table({name: [row[name] for row in rows] for name in self.columns})
        return replace_table(connection, self.name, self.columns, table)


AnyModel = Model | PythonModel | ConnectionModel
AnyModelT = TypeVar("AnyModelT", bound=AnyModel)


def parsed(sql: str, path: Path) -> exp.Expr:
    """A query as a tree. Raises InputError for SQL that cannot be parsed, and for more than one statement."""
    import sqlglot

    try:
        statements = [each for each in sqlglot.parse(sql, dialect="duckdb") if each is not None]
    except RecursionError as error:
        do = "take it apart into steps or common table expressions"
        raise InputError("The SQL is nested too deeply to be read", file=_path_in_project(path), do=do) from error
    except sqlglot.errors.ParseError as error:
        first = error.errors[0] if error.errors else {}
        raise InputError(
            f"The SQL cannot be read: {first.get('description', error)}",
            file=_path_in_project(path),
            row=first.get("line"),
            do="mend it",
        ) from error
    if len(statements) != 1:
        raise InputError(
            f"The file holds {len(statements)} statements",
            file=_path_in_project(path),
            expected="one SELECT, which makes one table",
            do="leave the SELECT alone in it; what it needs before goes into a step or a common table expression",
        )
    return statements[0]


def tables_read(sql: str, path: Path) -> tuple[str, ...]:
    """The tables a query selects from, as schema.table, sorted; its own common table expressions are not among them."""
    from sqlglot import exp

    tree = parsed(sql, path)
    own = {cte.alias_or_name for cte in tree.find_all(exp.CTE)}
    found = set()
    for name in (
        *own,
        *(part.name for table in tree.find_all(exp.Table) for part in table.parts if isinstance(part, exp.Identifier)),
    ):
        if not re.fullmatch(r"\w+", name):
            raise InputError(
                f"{shown(name)} cannot be the name of a table",
                file=_path_in_project(path),
                expected="letters, digits and underscores",
                do="give it another name; a file is brought in as a table (docs/operations.md)",
            )
    for table in tree.find_all(exp.Table):
        if table.db:
            found.add(f"{table.db}.{table.name}")
        elif table.name and table.name not in own:
            raise InputError(
                f"The table {table.name} is named without its schema",
                file=_path_in_project(path),
                expected="a name such as core.school, or the name of a common table expression",
                do="write the schema in front of the table",
            )
    return tuple(sorted(found))


def read_models(schema: str, root: Path = SQL) -> list[Model]:
    """The models of a folder of ``sql/``, by name."""
    return [
        Model(f"{schema}.{path.stem}", path.read_text(encoding="utf-8"), path) for path in sorted((root / schema).glob("*.sql"))
    ]


def in_order(models: Iterable[AnyModelT]) -> list[AnyModelT]:
    """Models so that each comes after those it reads; ties by name. Raises InputError where they read each other in a circle."""
    by_name = {model.name: model for model in sorted(models, key=lambda model: model.name)}
    graph = {name: [read for read in model.reads if read in by_name] for name, model in by_name.items()}
    try:
        return [by_name[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise InputError(f"Models read each other in a circle: {' -> '.join(error.args[1])}", do="break the circle") from error


def load_macros(connection: duckdb.DuckDBPyConnection, root: Path = SQL) -> None:
    """Create what the models share: the macros, and ``h3_grid_disk(cell, rings)``, as DuckDB's H3 extension (a download) has it."""
    from duckdb.func import ARROW

    from transforms.geography import grid_disks

    run(connection, (root / "macros.sql").read_text(encoding="utf-8"))
    with suppress(duckdb.CatalogException, duckdb.NotImplementedException):  # it is there already
        connection.create_function("h3_grid_disk", grid_disks, ["UBIGINT", "TINYINT"], "UBIGINT[]", type=ARROW)


def _path_in_project(path: Path) -> str:
    return path.relative_to(SQL.parent).as_posix() if path.is_relative_to(SQL.parent) else str(path)
