"""A job run in this process: as Dagster's daemon would run it, and kept where its UI shows it."""

from __future__ import annotations

import uuid

import dagster as dg

from orchestration.at_work import holding
from orchestration.databases import kept_open
from orchestration.instance import GRACE_SECONDS, end_lost_runs, prepare_dagster_home
from warehouse.home import Home

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Dagster's own log goes to its instance; the console is ours."""


def execute(home: Home, definitions: dg.Definitions, job: str) -> dg.ExecuteInProcessResult:
    """Run a job to its end. Raises what its code raises, as it is, and dagster.DagsterError where a check has failed."""
    prepare_dagster_home(home)
    run_id = str(uuid.uuid4())  # as Dagster makes them
    with kept_open(home), dg.DagsterInstance.get() as instance, holding(home, run_id):
        end_lost_runs(home, grace_seconds=GRACE_SECONDS)
        try:
            return definitions.resolve_job_def(job).execute_in_process(
                run_id=run_id, instance=instance, run_config=_QUIET, raise_on_error=True
            )
        finally:  # told to stop at a moment at which Dagster has not noted it
            if (run := instance.get_run_by_id(run_id)) and not run.is_finished:
                instance.report_run_canceled(run, "it was told to stop")
