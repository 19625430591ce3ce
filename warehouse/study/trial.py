"""A trial: a definition decided anew in a catalog in memory, while the warehouse stays as it is.

The catalog sees the tables of the warehouse as views, and the definition's own SQL runs in it, so that no rule stands anywhere a
second time. What does not belong here: which questions are asked of a trial (``sensitivity.py``, ``gaps.py``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import duckdb

from warehouse.definitions import Definition, load_parameters, outcome_model, parameter_tables
from warehouse.model import AnyModel, Model, in_order, load_macros, read_models
from warehouse.python_models import PYTHON_MODELS
from warehouse.store import run

STATUS, PAIR, ALLOCATION, SUMMARY = "match.school_status", "match.pair", "match.allocation", "mart.area_summary"
QUESTION, UNDECIDED, NOT_ASKED = "match.question", "match.undecided_rule", "match.not_asked"
_DECIDES = (UNDECIDED, STATUS)
CATALOG = "trial"


@contextmanager
def trial(
    connection: duckdb.DuckDBPyConnection,
    definition: Definition,
    selects: Mapping[str, str] | None = None,
    catalog: str = CATALOG,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a catalog in which ``definition.outcome`` and ``match.school_status`` are views, for this definition alone.

    ``selects``: what is read of a table of the warehouse in place of all of it (``select ... from {table}``), to ask what would be
    if it read otherwise. ``catalog``: its name; trials that are open at once need one each. The connection must be able to attach
    a catalog in memory (``sealed.beside``: one that was opened read-only cannot).
    """
    read, built = tables_read(definition), _tables_built(definition)
    source = f'"{run(connection, "select current_database()")[0][0]}"'
    with connection.cursor() as inside:
        run(inside, f"attach ':memory:' as {catalog}")
        try:
            run(inside, f"use {catalog}")
            load_macros(inside)
            load_parameters(inside, [definition])
            for schema in sorted({name.partition(".")[0] for name in read | built}):
                run(inside, f"create schema if not exists {schema}")
            for table in sorted(read):
                select = (selects or {}).get(table, "select * from {table}")
                run(inside, f"create view {table} as {select.format(table=f'{source}.{table}')}")
            for model in _deciding(definition):
                run(inside, f"create view {model.name} as {model.sql}")
            yield inside
        finally:
            run(inside, f"use {source}")
            run(inside, f"detach {catalog}")


def tables_read(definition: Definition) -> set[str]:
    """The tables of the warehouse that a trial reads."""
    models = [*_deciding(definition), *matching(), summary_model()]
    return {table for model in models for table in model.reads} - _tables_built(definition)


def _tables_built(definition: Definition) -> set[str]:
    models = [*_deciding(definition), *matching(), summary_model()]
    return {model.name for model in models} | {*parameter_tables([definition]), ALLOCATION, NOT_ASKED}


def trial_outcome(definition: Definition) -> Model:
    """``definition.outcome`` of one definition, without what its rules read: no trial tells it, and to write it takes long."""
    return outcome_model([definition], with_facts=False)


def _deciding(definition: Definition) -> list[Model]:
    """What decides the status of each school, in order: the definition's steps and outcome, and what follows from it."""
    return in_order(
        [*definition.models, trial_outcome(definition), *(each for each in read_models("match") if each.name in _DECIDES)]
    )


def matching() -> list[AnyModel]:
    """What ``mart.area_summary`` reads of the match for the schools in ``match.school_status``, in order.

    Not the assignments, nor what is withheld and of whom is not asked, which hangs on the definition as it is.
    """
    models: list[AnyModel] = [*PYTHON_MODELS, *read_models("match")]
    given = (*_DECIDES, QUESTION, ALLOCATION, NOT_ASKED)
    by_name = {model.name: model for model in models if model.schema == "match" and model.name not in given}
    needed, more = set[str](), {name for name in summary_model().reads if name in by_name}
    while more:
        needed |= more
        more = {read for name in more for read in by_name[name].reads if read in by_name} - needed
    return in_order(by_name[name] for name in needed)


def summary_model() -> Model:
    """``mart.area_summary``, by its own SQL."""
    return next(model for model in read_models("mart") if model.name == SUMMARY)
