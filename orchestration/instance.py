"""Dagster's own home below ours: runs, events and cursors are kept there, and forgotten without it."""

from __future__ import annotations

import os
from pathlib import Path

from orchestration.databases import set_damaged_aside
from transforms.errors import InputError
from warehouse import durable
from warehouse.home import Home
from warehouse.store import is_at_work

SETTINGS = Path(__file__).with_name("dagster.yaml")
MODULE = "orchestration.definitions"
"""What daemon and UI load, and by which name they keep what they know of its sensors."""
PORT = 3000
"""Of the UI, where no other is given."""


def prepare_dagster_home(home: Home) -> Path:
    """Create HOME/dagster with our settings, and point Dagster of this process and its children at it; no telemetry."""
    home.make()
    home.dagster.mkdir(exist_ok=True)
    set_damaged_aside(home)
    durable.write(home.dagster / SETTINGS.name, SETTINGS.read_bytes())
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "yes"
    # A sensor that fetches a large file must not be cut off after Dagster's minute.
    os.environ.setdefault("DAGSTER_SENSOR_GRPC_TIMEOUT_SECONDS", "1800")
    return home.dagster


def end_lost_runs(home: Home) -> None:
    """Let runs fail that a power cut or a kill has ended: Dagster takes them for running, and would start no other, ever.

    It also makes Dagster's databases, where there are none, before several processes that ``make dev`` starts at once try to.
    """
    import dagster as dg  # takes seconds to import

    lost = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED])
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        for run in [] if is_at_work(home) else instance.get_runs(lost):
            instance.report_run_failed(run, "its process is gone")


if __name__ == "__main__":  # python -m orchestration.instance COMMAND: run it in the prepared home (a daemon)
    import sys

    place = Home.find()
    try:
        prepare_dagster_home(place)
    except InputError as error:
        raise SystemExit(str(error)) from error
    end_lost_runs(place)
    os.execv(sys.argv[1], sys.argv[1:])
