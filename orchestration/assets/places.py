"""A match of millions of places in shards, as one asset: home, files and cluster are settled where the definitions are built."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import dagster as dg
from filelock import FileLock, Timeout

from exports.bucket.shelf import shelf
from orchestration.assets.landing import key
from orchestration.at_work import hold
from orchestration.cluster import engine_of
from orchestration.resources import NOTHING, ONE_PROCESS
from transforms.errors import InputError
from warehouse.home import Home
from warehouse.places.engine import Engine
from warehouse.places.matching import RESOLUTION, match_places
from warehouse.places.shelf import Shelf

JOB, GROUP_NAME = "match_places", "places"
SETTING, TO_SETTING = "SCHOOLMATCH_PLACES", "SCHOOLMATCH_PLACES_TO"


@dataclass(frozen=True)
class Asked:
    """What is to be matched: the places, where to, on which cluster (None: that of the environment), and how large shards are."""

    places: Shelf
    to: Shelf
    cluster: str | None = None
    resolution: int = RESOLUTION


def asked_in_environment() -> Asked | None:
    """What a service is to match where somebody starts the job in Dagster's UI; None where nothing is."""
    places, to = os.environ.get(SETTING), os.environ.get(TO_SETTING)
    if not places and not to:
        return None
    if not places or not to:
        raise InputError(f"Of {SETTING} and {TO_SETTING} one is set, and the other is not", do="set both, or neither")
    return Asked(shelf(places), shelf(to))


def build_places(home: Home, asked: Asked) -> dg.Definitions:
    """The asset, its job and its resource; a run can set nothing of them."""

    @dg.asset(
        key=key("places.matched"),
        group_name=GROUP_NAME,
        kinds={"duckdb", "parquet", "dask"},
        description="pair/ and need/ under v/<stamp>/, by the models of sql/match, one shard after the other; and latest.json.",
    )
    def matched(cluster: dg.ResourceParam[Engine]) -> dg.MaterializeResult[Any]:
        """Match all places."""
        with alone(home):
            release = match_places(asked.places, asked.to, cluster, asked.resolution, _owner(home))
        about = {name: release.manifest[name] for name in ("engine", "shards", "resolution", "made_at")}
        return dg.MaterializeResult(
            metadata={
                "url": release.url,
                "dagster/row_count": release.manifest["rows"]["pairs"],
                **about,
                **release.manifest["rows"],
                "processes": len(release.manifest["processes"]),
            }
        )

    def opened(context: dg.InitResourceContext) -> Iterator[Engine]:
        if context.run and context.instance:
            hold(home, context.run.run_id, longest_seconds=context.instance.run_monitoring_max_runtime_seconds)
        with engine_of(asked.cluster) as engine:
            yield engine

    return dg.Definitions(
        assets=[matched],
        jobs=[dg.define_asset_job(JOB, selection=[matched], description="From files of places to their pairs.")],
        resources={"cluster": dg.ResourceDefinition(opened, config_schema=NOTHING)},
        executor=ONE_PROCESS,
    )


def _owner(home: Home) -> str:
    """Who matches, as others see it where the claim stands: which machine and folder that is is nobody's business."""
    return hashlib.sha256(f"{platform.node()}:{home.root}".encode()).hexdigest()[:16]


def alone(home: Home) -> FileLock:
    """One match of a home at a time: what another has not finished would be taken for what was left."""
    home.make()
    lock = FileLock(home.places_lock)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise InputError("Another match of places is at work in this home", do="wait for it, or give another --home") from error
    return lock
