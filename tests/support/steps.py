"""A job that does nothing, in ten steps, with resources, settings and names of the real one; to be killed in any of them.

It costs milliseconds where a refresh takes a minute. ``HOME/steps/reached`` says the run and the step it is at; where there is a
file ``HOME/steps/stop-N``, the step N waits in it for its end. ``HOME/steps/asked`` is what the sensor asks a run for, once a
content.
"""

import time
from pathlib import Path

import dagster as dg

from orchestration import REFRESH
from orchestration.resources import ONE_PROCESS, Warehouse, resources
from orchestration.sensors import waiting_already
from warehouse.home import Home

STEPS = 10


def folder_of(home: Home) -> Path:
    """Where a test and the job speak to one another."""
    return home.root / "steps"


def _step(number: int) -> dg.AssetsDefinition:
    @dg.asset(name=f"step_{number}", deps=[f"step_{number - 1}"] if number > 1 else [])
    def step(context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]) -> None:
        folder = folder_of(warehouse.place)
        reached = folder / f"{context.run.run_id}.partial"
        reached.write_text(f"{context.run.run_id} {number}", encoding="utf-8")
        reached.replace(folder / "reached")
        while (folder / f"stop-{number}").exists():
            time.sleep(0.05)

    return step


def build(home: Home) -> dg.Definitions:
    """The definitions of a home."""

    @dg.sensor(job_name=REFRESH, minimum_interval_seconds=1, default_status=dg.DefaultSensorStatus.RUNNING)
    def asks(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        if waiting_already(context.instance):
            return dg.SkipReason("a refresh is waiting to start already")
        asked = folder_of(home) / "asked"
        return dg.RunRequest(run_key=asked.read_text(encoding="utf-8")) if asked.exists() else dg.SkipReason("not asked")

    job = dg.define_asset_job(REFRESH, tags={"dagster/retry_strategy": "ALL_STEPS"})
    return dg.Definitions(
        assets=[_step(number + 1) for number in range(STEPS)],
        jobs=[job],
        sensors=[asks],
        resources=resources(home, "sample"),
        executor=ONE_PROCESS,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What the daemon loads."""
    return build(Home.find())
