"""A refresh in one process: the same assets as in Dagster's UI, with progress that a person can follow and a summary at the end."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from exports.exclusive import Exclusive, exclusive
from orchestration import REFRESH
from orchestration.definitions import build_defs
from orchestration.executing import execute
from transforms.errors import InputError
from warehouse import checks
from warehouse.home import Home
from warehouse.publish import DUCKDB_FILE
from warehouse.sealed import read_only
from warehouse.store import rows_as_dicts


@dataclass(frozen=True)
class Refreshed:
    """How a refresh ended: the folder it published, seconds it took, and what the summary says."""

    folder: Path
    seconds: float
    refresh: dict[str, Any]
    country: list[dict[str, Any]]
    exclusive: list[Exclusive]
    status: list[dict[str, Any]]


def refresh(home: Home, source: str) -> Refreshed:
    """From the source's files to a published folder.

    Raises InputError where a file cannot be used or a check fails; what was published before stays as it was.
    """
    started = time.perf_counter()
    try:
        execute(home, build_defs(home, source), REFRESH)
    except dg.DagsterError as error:  # what our own code raises comes through as it is
        if not (failed := _failed_checks(home)):
            raise
        raise InputError(
            f"Nothing was published, because of {', '.join(failed)}; what was published before is as it was",
            do="read the lines 'check ...' above: each says what is wrong, why it matters and what to do",
        ) from error
    folder = home.latest.resolve()
    with read_only(folder / DUCKDB_FILE) as connection:
        about = rows_as_dicts(connection, "from mart.refresh")[0]
        country = rows_as_dicts(
            connection,
            "select * from mart.area_summary where area_type = 'country' order by definition, schools desc",
        )
        at_once = exclusive(connection)
    status = json.loads((folder / "status.json").read_text(encoding="utf-8"))["sources"]
    return Refreshed(folder, time.perf_counter() - started, about, country, at_once, status)


def _failed_checks(home: Home) -> list[str]:
    with read_only(home.warehouse) as connection:
        return checks.failed(connection)
