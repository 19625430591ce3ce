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
from warehouse.checks import Check, CheckResult, read_checks, record_result, run_check
from warehouse.definitions import load_parameters, outcome_model, parameter_tables, read_definitions
from warehouse.difference import change_models
from warehouse.models import PYTHON_MODELS, AnyModel, Model, in_order, load_reference, read_models, reference_tables
from warehouse.sensitivity import sensitivity_model

log = logging.getLogger("schoolmatch")

REFERENCE = "reference"
LAYERS = ("core", "definition", "match", "mart")


@dg.multi_asset(
    name="load_reference",
    specs=[
        dg.AssetSpec(
            key(table),
            group_name=REFERENCE,
            kinds={"duckdb"},
            description="Small facts, with their source in the file.",
        )
        for table in reference_tables()
    ],
)
def reference(warehouse: Warehouse) -> Iterator[dg.MaterializeResult[Any]]:
    """Load ``sql/reference/``."""
    for table, count in load_reference(warehouse.connection).items():
        yield dg.MaterializeResult(key(table), metadata={"dagster/row_count": count})


def models_of(layer: str) -> list[AnyModel]:
    """The models of a layer, each after those it reads."""
    models: list[AnyModel] = [model for model in PYTHON_MODELS if model.schema == layer]
    if layer == "definition":
        definitions = read_definitions()
        models += [definition.model for definition in definitions]
        models.append(outcome_model(definitions))
    else:
        models += read_models(layer)
    if layer == LAYERS[-1]:
        # what differs from the refresh before is made from published tables, for a published one
        models += [sensitivity_model(read_definitions()), *change_models()]
    return in_order(models)


def _spec(model: AnyModel) -> dg.AssetSpec:
    return dg.AssetSpec(
        key(model.name),
        deps=[key(table) for table in model.reads],
        group_name=model.schema,
        kinds={"duckdb", "sql" if isinstance(model, Model) else "python"},
        description=model.description,
    )


def _layer(layer: str) -> dg.AssetsDefinition:
    models = models_of(layer)
    names = {model.name for model in models}
    checks = [check for check in read_checks() if check.on in names]
    parameters = parameter_tables(read_definitions()) if layer == "definition" else []
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
        context: dg.AssetExecutionContext, warehouse: Warehouse
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        selected = context.selected_asset_keys
        started, built = time.perf_counter(), 0
        if any(key(table) in selected for table in parameters):
            for table, count in load_parameters(warehouse.connection, read_definitions()).items():
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


MODEL_ASSETS: list[dg.AssetsDefinition] = [reference, *(_layer(layer) for layer in LAYERS)]
