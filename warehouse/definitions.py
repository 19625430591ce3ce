"""Definitions of "in need" and "high-performing": a SQL file and a parameter file each (``sql/definition/``).

``<name>.sql`` gives one row per school of its universe; ``<name>.toml`` gives title, sentence and every threshold with
unit, source and a
sentence. The thresholds become the one row of ``definition.<name>_parameter``, the schools of all definitions
``definition.outcome``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import duckdb
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from transforms.errors import InputError
from warehouse.models import SQL, Model
from warehouse.store import replace_table, run

OUTCOME = "definition.outcome"
OUTCOME_COLUMNS = ("urn", "phase", "in_need_reasons", "high_performing_reasons", "excluded_because", "not_assessed")

Words = Annotated[str, Field(min_length=1)]


class Parameter(BaseModel):
    """A threshold of a definition."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: int | float
    unit: Words
    source: Words
    sentence: Words


class Description(BaseModel):
    """What a definition's parameter file holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Words
    sentence: Words
    source: Words
    parameter: dict[str, Parameter] = {}


@dataclass(frozen=True)
class Definition:
    """A definition: its name (``nfer-2017``), its description and its model."""

    name: str
    description: Description
    model: Model

    @property
    def parameter_table(self) -> str:
        """The table with its thresholds as columns, in one row."""
        return f"{self.model.name}_parameter"


def read_definitions(root: Path = SQL) -> list[Definition]:
    """All definitions in ``sql/definition/``, by name. Raises InputError for one that lacks a file or has a mistake in it."""
    folder = root / "definition"
    names = sorted({path.stem for path in folder.glob("*.sql")} | {path.stem for path in folder.glob("*.toml")})
    return [_read(folder, name) for name in names]


def _read(folder: Path, name: str) -> Definition:
    for path in (folder / f"{name}.sql", folder / f"{name}.toml"):
        if not path.exists():
            raise InputError(f"The definition {name} lacks {path.name}", file=str(path), do="add the file, or remove the other")
    toml = folder / f"{name}.toml"
    try:
        description = Description.model_validate(tomllib.loads(toml.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"The parameter file cannot be read: {error}", file=str(toml), do="mend it") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            f"The parameter file has a mistake: {first['msg']}",
            file=str(toml),
            column=".".join(map(str, first["loc"])),
            do="mend it",
        ) from error
    sql = folder / f"{name}.sql"
    table = name.replace("-", "_")
    return Definition(name, description, Model(f"definition.{table}", sql.read_text(encoding="utf-8"), sql))


def parameter_tables(definitions: list[Definition]) -> list[str]:
    """The tables that ``load_parameters`` makes."""
    return [*(definition.parameter_table for definition in definitions), "definition.parameter"]


def load_parameters(connection: duckdb.DuckDBPyConnection, definitions: list[Definition]) -> dict[str, int]:
    """Make the parameter tables: one per definition with a column per threshold, and ``definition.parameter`` with all in words."""
    run(connection, "create schema if not exists definition")
    counts = {}
    words: list[dict[str, object]] = []
    for definition in definitions:
        parameters = definition.description.parameter
        # A definition without thresholds has a table too, so that its SQL may read one.
        values: dict[str, float | str] = {name: parameter.value for name, parameter in parameters.items()}
        values = values or {"definition": definition.name}
        types = {name: "double" if isinstance(value, int | float) else "varchar" for name, value in values.items()}
        row = pa.Table.from_pylist([values])
        counts[definition.parameter_table] = replace_table(connection, definition.parameter_table, types, row)
        heading: dict[str, object] = {
            "definition": definition.name,
            "title": definition.description.title,
            "sentence": definition.description.sentence,
            "source": definition.description.source,
        }
        for name, parameter in parameters.items():
            words.append(
                heading
                | {
                    "parameter": name,
                    "value": float(parameter.value),
                    "unit": parameter.unit,
                    "parameter_sentence": parameter.sentence,
                    "parameter_source": parameter.source,
                }
            )
        if not parameters:
            words.append(heading)
    columns = dict.fromkeys(("definition", "title", "sentence", "source", "parameter"), "varchar")
    columns |= {"value": "double", "unit": "varchar", "parameter_sentence": "varchar", "parameter_source": "varchar"}
    rows = pa.Table.from_pylist([dict.fromkeys(columns) | row for row in words])
    counts["definition.parameter"] = replace_table(connection, "definition.parameter", columns, rows)
    return counts


def outcome_model(definitions: list[Definition]) -> Model:
    """``definition.outcome``: the rows of all definitions in one table."""
    columns = ", ".join(OUTCOME_COLUMNS)
    selects = [f"select '{definition.name}' as definition, {columns} from {definition.model.name}" for definition in definitions]
    head = "-- One row per definition and school in its universe: the reasons found. The union of all definitions.\n"
    return Model(OUTCOME, head + "\nunion all\n".join(selects), Path(__file__))
