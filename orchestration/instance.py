"""Dagster's own home below ours: runs, events and cursors are kept there, and forgotten without it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from warehouse.home import Home

SETTINGS = Path(__file__).with_name("dagster.yaml")


def prepare_dagster_home(home: Home) -> Path:
    """Create HOME/dagster with our settings, and point Dagster of this process and its children at it; no telemetry."""
    home.dagster.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(SETTINGS, home.dagster / SETTINGS.name)
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "yes"
    # A sensor that fetches a large file must not be cut off after Dagster's minute.
    os.environ.setdefault("DAGSTER_SENSOR_GRPC_TIMEOUT_SECONDS", "1800")
    return home.dagster


if __name__ == "__main__":  # python -m orchestration.instance COMMAND: run it in the prepared home (make dev)
    import sys

    prepare_dagster_home(Home.find())
    os.execv(sys.argv[1], sys.argv[1:])
