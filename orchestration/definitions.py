"""The whole of it as Dagster definitions: a factory, so that the command line, the daemon and each test build their own."""

import os

import dagster as dg

from exports.bucket import address
from orchestration import REFRESH, logs
from orchestration.assets.bucket import bucket_asset
from orchestration.assets.landing import landing_assets
from orchestration.assets.models import model_assets
from orchestration.assets.places import GROUP_NAME, asked_in_environment, build_places
from orchestration.assets.publishing import publishing_asset
from orchestration.origin import LIVE
from orchestration.resources import ONE_PROCESS, resources
from orchestration.schedules import every_morning
from orchestration.sensors import WATCHED, failure_sensor, first_sensor, release_sensor
from warehouse.graph import assemble
from warehouse.home import Home


def build_defs(home: Home | None = None, source: str | None = None) -> dg.Definitions:
    """Assets, checks, the job and its resources.

    Home and source are settled here, for every run alike: they are no configuration of a run.

    ``home``: where everything is kept (default: ``SCHOOLMATCH_HOME``, else ``./data``). ``source``: ``live``, ``sample`` or a
    drop folder (default: ``SCHOOLMATCH_SOURCE``, else live).
    """
    place = home or Home.find()
    origin = source or os.environ.get("SCHOOLMATCH_SOURCE") or LIVE
    job = dg.define_asset_job(
        REFRESH,
        selection=dg.AssetSelection.all() - dg.AssetSelection.groups(GROUP_NAME),
        description="From the files to a published folder.",
        # A retry begins anew: what had been built by the run that failed is no part of it, and would not be published.
        tags={"dagster/retry_strategy": "ALL_STEPS"},
        # Two thousand lines about assets would hide the few that tell a person at the terminal how far it is.
        config={"loggers": {"console": {"config": {"log_level": "INFO"}}}},
    )
    # A drop folder and the sample do not change by themselves: only live sources are watched.
    is_live = origin == LIVE
    graph = assemble()
    elsewhere = address()
    return dg.Definitions(
        assets=[
            *landing_assets(),
            *model_assets(graph),
            publishing_asset(graph),
            *([bucket_asset(place, elsewhere)] if elsewhere else []),
        ],
        jobs=[job],
        schedules=[every_morning] if is_live else [],
        sensors=[*(_watching(place) if is_live else ()), failure_sensor(place, origin)],
        resources=resources(place, origin),
        executor=ONE_PROCESS,
        loggers={"console": logs.console()} if logs.is_json() else None,
    )


def _watching(home: Home) -> list[dg.SensorDefinition]:
    return [first_sensor(home), *(release_sensor(name, cards, home) for name, cards in WATCHED.items())]


@dg.definitions
def defs() -> dg.Definitions:
    """What the UI, the daemon and the process of a run load."""
    if logs.is_json():
        logs.install()
    home = Home.find()
    asked = asked_in_environment()
    return dg.Definitions.merge(build_defs(home), build_places(home, asked)) if asked else build_defs(home)
