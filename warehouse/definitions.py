"""Definitions of "in need" and "high-performing": a SQL file and a parameter file each, and steps on the way there.

They stand in ``sql/definition/``; ``SCHOOLMATCH_DEFINITIONS`` names a folder with more of one's own. ``<name>.sql`` gives one row
per school of its universe (``OUTCOME_COLUMNS``); ``<name>.toml`` says in words what it holds (``warehouse/description.py``).
Steps may stand in a folder ``<name>/`` beside them: ``<name>/<step>.sql`` makes ``definition.<name>_<step>``, for the definition,
other steps and whoever asks the same question to read. The thresholds become the one row of ``definition.<name>_parameter``, the
reasons ``definition.reason``, the schools of all definitions ``definition.outcome``.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa
import sqlglot
from sqlglot import exp

from transforms.described import read_text
from transforms.errors import InputError
from transforms.text import shown
from warehouse.contract import SCHEMA, read_contracts
from warehouse.description import Description, read_description
from warehouse.model import SQL, Model, load_macros, parsed
from warehouse.sealed import build_apart
from warehouse.store import replace_table, run

OUTCOME = "definition.outcome"
OUTCOME_COLUMNS = (
    "urn",
    "phase",
    "in_need_reasons",
    "high_performing_reasons",
    "excluded_from_need",
    "excluded_from_high_performing",
    "not_assessed",
    "facts",
)
"""What a definition's SELECT gives: lists of codes, one code or null, a list of codes, and a struct of what its rules read."""

OPTIONAL_COLUMNS = {"not_met": "cast([] as varchar[])", "not_asked_because": "cast(null as varchar)"}
"""Columns that a definition may give, and what stands for one that it does not.

``not_met``: the rules that a known fact settles, as they do not hold whatever else is not known. A code of ``not_assessed`` leaves
the rules that it names open, for every school that has the code, but for these. ``not_asked_because``: a code, where the school is
outside the definition's base: neither question is asked of it, and it is in no percentage.
"""


@dataclass(frozen=True)
class Definition:
    """A definition: its name (``nfer-2017``), its description, the model of its outcome and those of its steps.

    ``gives``: which of ``OPTIONAL_COLUMNS`` it has.
    """

    name: str
    description: Description
    model: Model
    steps: tuple[Model, ...] = ()
    gives: frozenset[str] = frozenset()

    @property
    def parameter_table(self) -> str:
        """The table with its thresholds as columns, in one row."""
        return f"{self.model.name}_parameter"

    @property
    def models(self) -> tuple[Model, ...]:
        """All that its SQL makes: the steps, then the outcome."""
        return (*self.steps, self.model)


def read_definitions(root: Path = SQL) -> list[Definition]:
    """All definitions, by name. Raises InputError, with file and line, for one that lacks a file or has a mistake in it."""
    folders = [root / "definition"]
    if own := os.environ.get("SCHOOLMATCH_DEFINITIONS"):
        folders.append(Path(own).expanduser())
        if not folders[1].is_dir():
            raise InputError(f"There is no folder {own}", do="check SCHOOLMATCH_DEFINITIONS")
    found: dict[str, Path] = {}
    for folder in folders:
        for name in {path.stem for path in folder.glob("*.sql")} | {path.stem for path in folder.glob("*.toml")}:
            if name in found:
                raise InputError(f"The definition {name} is there twice", file=str(folder), do="give your own another name")
            if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
                do = "use small letters, digits and hyphens, such as my-definition"
                raise InputError(f"{name} cannot be a definition's name", file=str(folder), do=do)
            _refuse_name_in_use(name, folder)
            found[name] = folder
    definitions = [_read(folder, name) for name, folder in sorted(found.items())]
    _refuse_one_table_of_two(definitions)
    return definitions


def _refuse_name_in_use(name: str, folder: Path) -> None:
    """Raise InputError where a definition is called as something else is: its name stands in SQL, and in every table."""
    if folder == SQL / "definition" or not (already := _names_in_use().get(name.replace("-", "_"))):
        return
    raise InputError(
        f"{name} cannot be a definition's name: it is {already} already",
        file=str(folder / f"{name}.sql"),
        expected="a name that nothing else in the published file has, and no word of SQL",
        do="give the definition another name, such as my-definition",
    )


@cache
def _names_in_use() -> dict[str, str]:
    """What names stand for already, in words: SQL's own, and the published file's columns, tables and macros."""
    contracts = read_contracts().values()
    with duckdb.connect() as connection:
        names = {word: "a word of SQL" for (word,) in run(connection, "select keyword_name from duckdb_keywords()")}
    names |= {column: f"a column of mart.{contract.name}" for contract in contracts for column in contract.columns}
    macros = "\n".join(path.read_text(encoding="utf-8") for path in (SQL / "macros.sql", SQL / "published_macros.sql"))
    names |= dict.fromkeys(re.findall(r"^create (?:or replace )?macro (\w+)", macros, re.MULTILINE), "a macro")
    names |= {table.partition(".")[2]: f"the table {table}" for table in (*parameter_tables(()), OUTCOME)}
    names |= {contract.name: f"the table mart.{contract.name}" for contract in contracts}
    return names | {schema: f"the schema {schema}" for schema in (*_READABLE, *_BUILT_LATER)}


def _read(folder: Path, name: str) -> Definition:
    for path in (folder / f"{name}.sql", folder / f"{name}.toml"):
        if not path.exists():
            raise InputError(f"The definition {name} lacks {path.name}", file=str(path), do="add the file, or remove the other")
    description = read_description(folder / f"{name}.toml")
    table = f"definition.{name.replace('-', '_')}"
    model = _read_model(table, folder / f"{name}.sql")
    given = _columns_given(model)
    steps = tuple(_read_step(table, path) for path in sorted((folder / name).glob("*.sql")))
    return Definition(name, description, model, steps, gives=frozenset(OPTIONAL_COLUMNS) & set(given))


@dataclass(frozen=True)
class OwnModel(Model):
    """A table of a definition that somebody has written: built where the tables that it reads are all that it can see."""

    def build(self, connection: duckdb.DuckDBPyConnection) -> int:
        """Create the table anew; returns its number of rows."""

        def build(inside: duckdb.DuckDBPyConnection) -> int:
            load_macros(inside)
            return super(OwnModel, self).build(inside)

        return build_apart(connection, self.name, self.reads, build)


def _read_model(table: str, path: Path) -> Model:
    kind = Model if path.resolve().is_relative_to(SQL) else OwnModel
    model = kind(table, read_text(path), path)
    _refuse_what_is_no_table(model)
    return model


_READABLE = ("raw", "reference", "core", "definition")
"""The schemas that are there before a definition is built: of a later one it would see what the refresh before has left."""

_BUILT_LATER = ("match", "earlier", "follow", SCHEMA, "landing", "previous", "change", "history", "record")


@cache
def _gives_tables() -> frozenset[str]:
    """DuckDB's functions that give a table, such as of a file, and are nothing else."""
    with duckdb.connect() as connection:
        found = run(
            connection,
            """select function_name from duckdb_functions() where function_type in ('table', 'table_macro', 'pragma')
            except select function_name from duckdb_functions() where function_type in ('scalar', 'aggregate', 'macro')""",
        )
    return frozenset(name for (name,) in found) - {"unnest"}


def _refuse_what_is_no_table(model: Model) -> None:
    """Raise InputError where a definition is no SELECT from the warehouse's tables alone: such as files, or settings.

    Functions are looked for by their names wherever they stand: in FROM, LATERAL, or where SQL does not allow them today.
    """
    _ = model.reads  # SQL that cannot be parsed, or names a table without its schema, is said first, with its line
    tree = parsed(model.sql, model.path)
    tokens = [token.text.lower() for token in sqlglot.tokenize(model.sql, dialect="duckdb")]
    functions = [name for name, following in itertools.pairwise(tokens) if following == "(" and name in _gives_tables()]
    kinds = [each.sql("duckdb") for kind in (exp.Summarize, exp.Describe, exp.Show, exp.Command) for each in tree.find_all(kind)]
    tables = list(tree.find_all(exp.Table))
    functions += [table.sql("duckdb") for table in tables if not isinstance(table.this, exp.Identifier | exp.GenerateSeries)]
    elsewhere = [table.sql("duckdb") for table in tables if table.catalog or (table.db and table.db not in _READABLE)]
    if not isinstance(tree, exp.Query):
        raise InputError("A definition is one SELECT, and this is none", file=str(model.path), do="write what it does as a SELECT")
    if found := list(dict.fromkeys(functions + kinds + elsewhere)):
        raise InputError(
            f"A definition cannot read {', '.join(map(shown, found))}",
            file=str(model.path),
            expected=f"tables of the schemas {', '.join(_READABLE)}: no file, no function that gives a table, no other database",
            do="bring what it needs in as a column of sql/core/, a file of sql/reference/, or a parameter",
        )


def _read_step(table: str, path: Path) -> Model:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", path.stem):
        do = "use small letters, digits and underscores, such as results_judged"
        raise InputError(f"{path.stem} cannot be a step's name", file=str(path), do=do)
    return _read_model(f"{table}_{path.stem}", path)


def _refuse_one_table_of_two(definitions: list[Definition]) -> None:
    """Raise InputError where two files make one table, such as a step called ``parameter``."""
    makers = dict.fromkeys((*parameter_tables(definitions), OUTCOME), "the parameter files")
    for model in (model for definition in definitions for model in definition.models):
        if model.name in makers:
            raise InputError(
                f"The table {model.name} is made by {makers[model.name]} already",
                file=str(model.path),
                do="give the file another name",
            )
        makers[model.name] = str(model.path)


def _columns_given(model: Model) -> list[str]:
    """The columns of a definition's SELECT. Raises InputError where it lacks one that every definition gives."""
    tree = parsed(model.sql, model.path)
    given = tree.named_selects if isinstance(tree, exp.Query) else []
    if missing := [column for column in OUTCOME_COLUMNS if column not in given]:
        raise InputError(
            f"The definition does not give {', '.join(missing)}",
            file=str(model.path),
            expected=f"one row per school with {', '.join(OUTCOME_COLUMNS)}",
            do="add the column to its last SELECT",
        )
    return given


def parameter_tables(definitions: Sequence[Definition]) -> list[str]:
    """The tables that ``load_parameters`` makes."""
    own = [definition.parameter_table for definition in definitions]
    return [*own, "definition.parameter", "definition.fact", "definition.reason"]


_PARAMETER_COLUMNS = dict.fromkeys(("definition", "title", "sentence", "source", "parameter"), "varchar") | {
    "value": "double",
    "unit": "varchar",
    "parameter_sentence": "varchar",
    "parameter_source": "varchar",
}
_REASON_COLUMNS = (
    {"definition": "varchar", "place": "integer"}
    | dict.fromkeys(("code", "kind", "evidence", "sentence"), "varchar")
    | dict.fromkeys(("phases", "rules", "facts", "parameters"), "varchar[]")
    | {"leaves_open": "boolean", "bounded_by": "varchar", "in_force_by": "varchar"}
)


_FACT_COLUMNS = {"definition": "varchar", "place": "integer", "fact": "varchar", "label": "varchar"}


def _arrow_schema(columns: dict[str, str]) -> pa.Schema:
    """Arrow's types of columns, so that an empty list of rows has them too."""
    kinds = {"integer": pa.int32(), "boolean": pa.bool_(), "varchar": pa.string(), "varchar[]": pa.list_(pa.string())}
    return pa.schema([pa.field(name, kinds[kind]) for name, kind in columns.items()])


def load_parameters(connection: duckdb.DuckDBPyConnection, definitions: Sequence[Definition]) -> dict[str, int]:
    """Make the tables of what the parameter files say.

    One per definition with a column per threshold; ``definition.parameter`` with all thresholds in words; ``definition.reason``.
    """
    run(connection, "create schema if not exists definition")
    counts = {}
    for definition in definitions:
        # A definition without thresholds has a table too, so that its SQL may read one.
        parameters = definition.description.parameter
        values: dict[str, float | str] = {name: parameter.value for name, parameter in parameters.items()}
        values = values or {"definition": definition.name}
        types = {name: "double" if isinstance(value, int | float) else "varchar" for name, value in values.items()}
        row = pa.Table.from_pylist([values])
        counts[definition.parameter_table] = replace_table(connection, definition.parameter_table, types, row)
    words = pa.Table.from_pylist([dict.fromkeys(_PARAMETER_COLUMNS) | row for each in definitions for row in _in_words(each)])
    counts["definition.parameter"] = replace_table(connection, "definition.parameter", _PARAMETER_COLUMNS, words)
    facts = [
        {"definition": each.name, "place": place, "fact": name, "label": label}
        for each in definitions
        for place, (name, label) in enumerate(each.description.fact.items(), start=1)
    ]
    counts["definition.fact"] = replace_table(
        connection, "definition.fact", _FACT_COLUMNS, pa.Table.from_pylist(facts, schema=_arrow_schema(_FACT_COLUMNS))
    )
    reasons = [
        {"definition": each.name, "place": place, "code": code} | reason.model_dump() | {"leaves_open": reason.is_open}
        for each in definitions
        for place, (code, reason) in enumerate(each.description.reason.items(), start=1)
    ]
    counts["definition.reason"] = replace_table(
        connection, "definition.reason", _REASON_COLUMNS, pa.Table.from_pylist(reasons, schema=_arrow_schema(_REASON_COLUMNS))
    )
    return counts


def _in_words(definition: Definition) -> list[dict[str, object]]:
    """A row per threshold; a definition without one has a row with its title and sentence all the same."""
    about = definition.description
    heading: dict[str, object] = {
        "definition": definition.name,
        "title": about.title,
        "sentence": about.sentence,
        "source": about.source,
    }
    return [
        heading
        | {
            "parameter": name,
            "value": float(parameter.value),
            "unit": parameter.unit,
            "parameter_sentence": parameter.sentence,
            "parameter_source": parameter.source,
        }
        for name, parameter in about.parameter.items()
    ] or [heading]


def outcome_model(definitions: Sequence[Definition], *, with_facts: bool = True) -> Model:
    """``definition.outcome``: the rows of all definitions in one table; what their rules read as JSON, or null."""
    columns = ", ".join(column for column in OUTCOME_COLUMNS if column != "facts")
    facts = f"cast({'to_json(facts)' if with_facts else 'null'} as varchar) as facts"
    selects = []
    for each in definitions:
        optional = ", ".join(name if name in each.gives else f"{none} as {name}" for name, none in OPTIONAL_COLUMNS.items())
        selects.append(f"select '{each.name}' as definition, {columns}, {optional}, {facts} from {each.model.name}")
    head = "-- One row per definition and school in its universe: the reasons found. The union of all definitions.\n"
    return Model(OUTCOME, head + "\nunion all\n".join(selects), Path(__file__))
