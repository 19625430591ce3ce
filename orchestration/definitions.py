"""The whole of it as Dagster definitions: a factory, so that the command line, the daemon and each test build their own."""

import os

import dagster as dg

from orchestration.assets.landing import LANDING_ASSETS
from orchestration.assets.models import MODEL_ASSETS
from orchestration.assets.publishing import PUBLISHING_ASSETS
from orchestration.resources import Source, Warehouse
from warehouse.home import Home
from warehouse.sources import SAMPLE

REFRESH = "refresh"
"""The job that does everything: from the publishers' files to the published folder."""


def build_defs(home: Home | None = None, source: str | None = None) -> dg.Definitions:
    """Assets, checks, the job and its resources.

    ``home``: where everything is kept (default: ``SCHOOLMATCH_HOME``, else ``./data``). ``source``: ``sample`` or a drop
    folder (default:
    ``SCHOOLMATCH_SOURCE``, else the sample).
    """
    place = home or Home.find()
    return dg.Definitions(
        assets=[*LANDING_ASSETS, *MODEL_ASSETS, *PUBLISHING_ASSETS],
        jobs=[dg.define_asset_job(REFRESH, selection=dg.AssetSelection.all(), description="From the files to a published folder.")],
        resources={
            "warehouse": Warehouse(home=str(place.root)),
            "source": Source(source=source or os.environ.get("SCHOOLMATCH_SOURCE") or SAMPLE),
        },
        # One process: several that open one DuckDB file are killed with "Could not set lock".
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What ``dg dev`` and the daemon load."""
    return build_defs()
