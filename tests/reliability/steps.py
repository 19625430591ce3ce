"""The steps of a refresh without Dagster: the functions of its assets, one after the other, in the order in which it calls them.

Dagster's book-keeping is half of the time of a small refresh, and none of the files that count. So most trials leave it out; some
have it (``small_home.refreshed``), and what a hard stop leaves of it is tried in tests/integration.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg

from orchestration import definitions
from orchestration.assets.landing import landing_assets
from orchestration.assets.models import model_assets
from orchestration.assets.publishing import publishing_asset
from orchestration.resources import Source, Warehouse
from transforms.errors import InputError
from warehouse.home import Home
from warehouse.model import load_macros
from warehouse.store import open_warehouse, run

RUN_ID = "soak"
CHECKS = "These checks have failed: "


def run_steps(home: Home, drop: Path) -> str:
    """A refresh from files to a published folder; returns its name. Raises InputError as the refresh does."""
    graph = definitions.assemble()
    with open_warehouse(home) as connection:
        home.make()
        load_macros(connection)
        for assets in (*landing_assets(), *model_assets(graph), publishing_asset(graph)):
            call(assets, Warehouse(home, connection), Source(str(drop)))
    return home.latest.resolve().name


def run_starting(home: Home, drop: Path) -> None:
    """The first step alone, which does what a process that was killed had still to do."""
    with open_warehouse(home) as connection:
        load_macros(connection)
        call(landing_assets()[0], Warehouse(home, connection), Source(str(drop)))


def run_publishing(home: Home, drop: Path) -> str:
    """The last step alone, on a warehouse for which all others were run."""
    with open_warehouse(home) as connection:
        load_macros(connection)
        ((run_id,),) = run(connection, "select run_id from landing.run")
        call(publishing_asset(definitions.assemble()), Warehouse(home, connection), Source(str(drop)), run_id)
    return home.latest.resolve().name


def call(
    assets: dg.AssetsDefinition,
    warehouse: Warehouse,
    source: Source,
    run_id: str = RUN_ID,
    tables: Collection[str] | None = None,
    check_names: Collection[str] | None = None,
) -> None:
    """One step, or a part of it: these tables and checks. A check that blocks and has failed ends the refresh, as InputError."""
    function = assets.op.compute_fn.decorated_fn
    keys = {key for key in assets.keys if tables is None or ".".join(key.path) in tables}
    checks = {key for key in assets.check_keys if check_names is None or key.name in check_names}
    context = SimpleNamespace(run=SimpleNamespace(run_id=run_id), selected_asset_keys=keys, selected_asset_check_keys=checks)
    offered: dict[str, Any] = {"context": context, "warehouse": warehouse, "source": source}
    asked = function.__code__.co_varnames[: function.__code__.co_argcount]
    blocking = {spec.name for spec in assets.check_specs if spec.blocking}
    failed: dict[str, Any] = {}
    try:
        for result in function(**{name: offered[name] for name in asked}):
            if isinstance(result, dg.AssetCheckResult) and not result.passed and result.check_name in blocking:
                failed[str(result.check_name)] = result.metadata["first"].value
    except InputError:
        if not failed:
            raise
    if failed:
        raise InputError(f"{CHECKS}{', '.join(failed)}", expected=str(failed))
