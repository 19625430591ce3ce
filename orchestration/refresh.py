"""A refresh in one process: the same assets as in Dagster's UI, with progress that a person can follow and a summary at the end."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration.definitions import REFRESH, build_defs
from orchestration.instance import prepare_dagster_home
from transforms.errors import InputError
from warehouse.home import Home
from warehouse.publish import DUCKDB_FILE
from warehouse.store import read_only, rows_as_dicts

log = logging.getLogger("schoolmatch")

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Dagster's own log goes to its instance; the console is ours."""


@dataclass(frozen=True)
class Refreshed:
    """How a refresh ended: the folder it published, seconds it took, and what the summary says."""

    folder: Path
    seconds: float
    refresh: dict[str, Any]
    country: list[dict[str, Any]]


def refresh(home: Home, source: str) -> Refreshed:
    """From the source's files to a published folder.

    Raises InputError where a file cannot be used or a check fails; what was published before stays as it was.
    """
    started = time.perf_counter()
    prepare_dagster_home(home)
    job = build_defs(home, source).resolve_job_def(REFRESH)
    with dg.DagsterInstance.get() as instance:
        try:
            result = job.execute_in_process(instance=instance, run_config=_QUIET, raise_on_error=True)
        except dg.DagsterError as error:
            raise _as_input_error(error) from error
    failed = [check for check in result.get_asset_check_evaluations() if not check.passed]
    if failed or not result.success:
        raise _check_error(failed)
    folder = home.latest.resolve()
    with read_only(folder / DUCKDB_FILE) as connection:
        about = rows_as_dicts(connection, "from mart.refresh")[0]
        country = rows_as_dicts(
            connection,
            "select * from mart.area_summary where area_type = 'country' order by definition, schools desc",
        )
    return Refreshed(folder, time.perf_counter() - started, about, country)


def _as_input_error(error: dg.DagsterError) -> Exception:
    """The reason beneath Dagster's wrapping: ours where it is one, else the error itself."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, InputError):
            return cause
        if type(cause).__name__ == "DagsterAssetCheckFailedError":
            return InputError(
                "Nothing was published, because a check failed; what was published before is as it was",
                do="read the lines 'check ...' above: each says what is wrong, why it matters and what to do",
            )
        cause = cause.__cause__
    return error


def _check_error(failed: list[dg.AssetCheckEvaluation]) -> InputError:
    names = ", ".join(check.check_name for check in failed) or "a step of the run"
    return InputError(f"Nothing was published, because of: {names}", do="read the lines above")
