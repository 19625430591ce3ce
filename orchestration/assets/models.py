"""The models of ``sql/``: one step per layer, one asset per table, lineage from the SQL, checks beside the tables they guard.

A layer is one step because a step costs Dagster half a second and most tables a hundredth of it. In the UI every table
stands for itself,
and can be built alone.
"""

import logging
import time
from collections.abc import Iterator
from typing import Any

import dagster as dg

from orchestration.assets.landing import key
from orchestration.hold import hold
from orchestration.resources import Warehouse
from warehouse.checks import Check, CheckResult, record_result, run_check
from warehouse.definitions import load_parameters
from warehouse.graph import DEFINITION, LAYERS, Graph
from warehouse.model import AnyModel, Model
from warehouse.reference import load_reference, reference_tables

log = logging.getLogger("schoolmatch")


def model_assets(graph: Graph) -> list[dg.AssetsDefinition]:
    """The small facts, then a step for each layer of the graph."""
    return [_reference(), *(_layer(graph, layer) for layer in LAYERS)]


def _reference() -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="load_reference",
        specs=[
            dg.AssetSpec(
                key(table),
                group_name="reference",
                kinds={"duckdb"},
                description="Small facts, with their source in the file.",
            )
            for table in reference_tables()
        ],
    )
    def load(warehouse: dg.ResourceParam[Warehouse]) -> Iterator[dg.MaterializeResult[Any]]:
        """Load ``sql/reference/``."""
        for table, count in load_reference(warehouse.connection).items():
            yield dg.MaterializeResult(key(table), metadata={"dagster/row_count": count})

    return load


def _spec(model: AnyModel) -> dg.AssetSpec:
    return dg.AssetSpec(
        key(model.name),
        deps=[key(table) for table in model.reads],
        group_name=model.schema,
        kinds={"duckdb", "sql" if isinstance(model, Model) else "python"},
        description=model.description,
    )


def _layer(graph: Graph, layer: str) -> dg.AssetsDefinition:
    models, checks = graph.models[layer], graph.checks_of(layer)
    parameters = graph.parameter_tables if layer == DEFINITION else []
    specs = [_spec(model) for model in models] + [
        dg.AssetSpec(key(table), group_name=layer, kinds={"duckdb"}, description="Thresholds, from the parameter files.")
        for table in parameters
    ]

    @dg.multi_asset(
        name=f"build_{layer}",
        specs=specs,
        check_specs=[dg.AssetCheckSpec(check.name, asset=key(check.on), blocking=True, description=check.what) for check in checks],
        can_subset=True,
    )
    def build_layer(
        context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        selected = context.selected_asset_keys
        started, built = time.perf_counter(), 0
        if any(key(table) in selected for table in parameters):
            for table, count in load_parameters(warehouse.connection, graph.definitions).items():
                if key(table) in selected:
                    yield dg.MaterializeResult(key(table), metadata={"dagster/row_count": count})
        for model in models:
            if key(model.name) in selected:
                began = time.perf_counter()
                count = model.build(warehouse.connection)
                log.debug("%s: %s rows in %.2f s", model.name, f"{count:,}", time.perf_counter() - began)
                built += 1
                yield dg.MaterializeResult(key(model.name), metadata={"dagster/row_count": count})
        wanted = {check_key.name for check_key in context.selected_asset_check_keys}
        results = [_run(warehouse, check) for check in checks if check.name in wanted]
        passed = sum(result.passed for result in results)
        seconds = time.perf_counter() - started
        log.info("built %s: %s tables in %.1f s; %s of %s checks passed", layer, built, seconds, passed, len(results))
        for result in results:
            yield dg.AssetCheckResult(
                passed=result.passed,
                check_name=result.check.name,
                asset_key=key(result.check.on),
                metadata={
                    "violations": result.violations,
                    "first": result.examples,
                    "why": result.check.why,
                    "what to do": result.check.do,
                },
            )
        if held := hold(warehouse, results):
            raise held

    return build_layer


def _run(warehouse: Warehouse, check: Check) -> CheckResult:
    """Run a check and keep its result; all of a layer run, so that a person sees every problem at once, then Dagster stops."""
    result = run_check(warehouse.connection, check)
    record_result(warehouse.connection, result)
    log.log(logging.DEBUG if result.passed else logging.ERROR, "check %s", result)
    return result
