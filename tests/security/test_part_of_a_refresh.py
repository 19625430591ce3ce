"""Whoever may launch a run may choose its tables and checks: what was not checked in this very run is not published."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import duckdb
import pytest
from dagster._core.execution.plan.resume_retry import ReexecutionStrategy
from dagster._daemon.auto_run_reexecution.auto_run_reexecution import get_reexecution_strategy

from orchestration import REFRESH
from orchestration.assets.landing import key, landing_assets
from orchestration.assets.models import model_assets
from orchestration.assets.publishing import publishing_asset
from orchestration.definitions import build_defs
from orchestration.instance import prepare_dagster_home
from tests.conftest import copy_of
from transforms.errors import InputError
from warehouse.graph import assemble
from warehouse.home import Home

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
FAULT = "update core.school set easting = 10, northing = 10 where urn = (select min(urn) from core.school)"
"""A school in the sea, which a check of the core finds and none of what is built from it."""


@pytest.fixture
def home(published_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home after a good refresh, whose changes were accepted, and with a fault in a table that was built since."""
    monkeypatch.setenv("DAGSTER_HOME", "")  # set by what follows, and given back
    home = copy_of(published_home, tmp_path / "home")
    prepare_dagster_home(home)
    with duckdb.connect(home.warehouse) as warehouse:
        warehouse.execute(FAULT)
    return home


def steps_of_the_refresh() -> list[dg.AssetsDefinition]:
    graph = assemble()
    return [*landing_assets(), *model_assets(graph), publishing_asset(graph)]


def launch(home: Home, source: Path, assets: set[dg.AssetKey], checks: set[dg.AssetCheckKey] | None) -> None:
    """Run a part of the refresh: these assets; with these checks, or all that guard them."""
    job = build_defs(home, str(source)).resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance:
        part = job.get_subset(asset_selection=assets, asset_check_selection=checks)
        part.execute_in_process(run_config=QUIET, instance=instance)


def folders(home: Home) -> list[str]:
    return sorted(path.name for path in home.published.iterdir())


@pytest.mark.parametrize(
    ("steps", "checks"),
    [({"publish"}, set()), ({"build_match", "build_mart", "publish"}, set()), ({"build_mart", "publish"}, None)],
    ids=["nothing but publishing", "what is built from the fault, without checks", "the checks of the last layer alone"],
)
def test_results_of_an_earlier_run_do_not_publish_what_was_not_checked_since(
    home: Home, small_sample: Path, steps: set[str], checks: set[dg.AssetCheckKey] | None
) -> None:
    before = folders(home), home.latest.resolve()
    chosen = {asset for step in steps_of_the_refresh() if step.node_def.name in steps for asset in step.keys}
    with pytest.raises(InputError, match=r"Nothing is published: checks were not run: .* What to do: run the whole job refresh"):
        launch(home, small_sample, chosen, checks)
    assert (folders(home), home.latest.resolve()) == before


def test_a_single_table_is_still_built_alone(home: Home, small_sample: Path) -> None:
    launch(home, small_sample, {key("core.school")}, set())
    with duckdb.connect(home.warehouse, read_only=True) as warehouse:
        assert warehouse.execute("select count(*) - count(distinct urn) from core.school").fetchall() == [(0,)]


def test_a_check_runs_after_all_that_it_reads() -> None:
    """Else a table could be built anew, in the same run, after the check of it."""
    made_by = {asset: step.node_def.name for step in steps_of_the_refresh() for asset in step.keys}
    after = {
        step.node_def.name: {step.node_def.name, *(made_by[asset] for asset in step.dependency_keys)}
        for step in steps_of_the_refresh()
    }
    for _ in after:  # as often as a chain can be long
        after = {name: before.union(*(after[each] for each in before)) for name, before in after.items()}
    for check in assemble().checks:
        for table in check.reads:
            assert made_by[key(table)] in after[made_by[key(check.on)]], (check.name, table)


def test_a_retry_is_a_whole_refresh(home: Home, small_sample: Path) -> None:
    """Dagster's own way is to go on from the step that failed, in a run of another name: it could not publish."""
    job = build_defs(home, str(small_sample)).resolve_job_def(REFRESH)
    with dg.DagsterInstance.ephemeral() as instance:
        failed = instance.create_run_for_job(job, tags=job.tags)
        assert get_reexecution_strategy(failed, instance) is ReexecutionStrategy.ALL_STEPS
