"""The graph of the warehouse: every model there is, by layer, each after those it reads, and the checks that guard them.

It is assembled from ``sql/`` and the definitions when it is asked for, so that nothing is read, and no setting looked
at, by an import. Dagster's assets are made from it; tests and the command line build the same tables without Dagster.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from transforms.layouts import LAYOUTS
from warehouse.checks import Check, read_checks
from warehouse.contract import refuse_unknown_headings
from warehouse.contract_checks import contract_checks
from warehouse.definitions import Definition, outcome_model, parameter_tables, read_definitions
from warehouse.filled import filled_model
from warehouse.model import AnyModel, in_order, read_models
from warehouse.python_models import PYTHON_MODELS
from warehouse.study.sensitivity import sensitivity_model
from warehouse.time.difference import change_models
from warehouse.time.history import history_models

LAYERS = CORE, DEFINITION, MATCH, FOLLOW, MART = ("core", "definition", "match", "follow", "mart")
"""In the order in which they are built."""


@dataclass(frozen=True)
class Graph:
    """All that a refresh builds after landing. ``models``: of each layer, each after those it reads."""

    definitions: Sequence[Definition]
    models: Mapping[str, Sequence[AnyModel]]
    checks: Sequence[Check]

    @property
    def parameter_tables(self) -> list[str]:
        """The tables that ``load_parameters`` makes from the definitions' files."""
        return parameter_tables(self.definitions)

    @property
    def in_order(self) -> list[AnyModel]:
        """Every model, each after those it reads."""
        return [model for layer in LAYERS for model in self.models[layer]]

    def needed_for(self, tables: Iterable[str], *, given: Collection[str] = ()) -> list[AnyModel]:
        """The models of these tables and of all that they are made of, each after those it reads; not those that are given."""
        wanted = set(tables)
        for model in reversed(self.in_order):
            if model.name in wanted:
                wanted.update(read for read in model.reads if read not in given)
        return [model for model in self.in_order if model.name in wanted]

    def checks_of(self, layer: str) -> list[Check]:
        """The checks that guard a table of the layer."""
        names = {model.name for model in self.models[layer]}
        return [check for check in self.checks if check.on in names]


def assemble() -> Graph:
    """Read ``sql/`` and the definitions. Raises InputError, with file and line, for a mistake in one of them."""
    refuse_unknown_headings({layout.kind: layout.headings for layout in LAYOUTS})
    definitions = read_definitions()
    found: dict[str, list[AnyModel]] = {layer: [model for model in PYTHON_MODELS if model.schema == layer] for layer in LAYERS}
    for layer in (CORE, MATCH, FOLLOW, MART):
        found[layer] += read_models(layer)
    found[DEFINITION] += [*(model for definition in definitions for model in definition.models), outcome_model(definitions)]
    # what differs from the refresh before is made from published tables, for a published one
    found[MART] += [sensitivity_model(definitions), *history_models(), *change_models(), filled_model()]
    return Graph(definitions, {layer: in_order(models) for layer, models in found.items()}, [*read_checks(), *contract_checks()])
