"""What starts a refresh when a publisher has something new, and what tells people when one has failed.

A sensor looks, and fetches what is new into the live folder; it acts on a release once. What it acts on is the content, not the
release's number: a publisher that issues the same bytes again starts nothing. Several sources that move together start one refresh:
while one waits to start, nothing else is asked for, since it will read whatever has been fetched by then.
"""

import logging
import os
from collections.abc import Iterable

import dagster as dg
import httpx

from orchestration import REFRESH
from transforms.errors import InputError
from warehouse.home import Home
from warehouse.sources.live import fetch_all
from warehouse.sources.settings import Addresses

log = logging.getLogger("schoolmatch")

NOT_STARTED = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING]
WATCHED = {
    "new_ofsted_release": ("ofsted_inspections",),
    "new_results": ("ks2_results", "ks4_results"),
}
"""Sensors, and the source cards each looks after. GIAS is daily: a schedule serves it better."""


def waiting_already(instance: dg.DagsterInstance) -> bool:
    """Whether a refresh is asked for and has not begun to read yet."""
    return bool(instance.get_run_records(dg.RunsFilter(statuses=NOT_STARTED), limit=1))


def seconds_between_looks() -> int:
    """How often sensors look: ``SCHOOLMATCH_SENSOR_SECONDS``, else an hour (Ofsted publishes monthly)."""
    return int(os.environ.get("SCHOOLMATCH_SENSOR_SECONDS") or 3600)


def release_sensor(name: str, cards: Iterable[str], home: Home) -> dg.SensorDefinition:
    """A sensor on the newest releases of some sources. Its cursor names the content it has acted on last."""
    watched = set(cards)

    @dg.sensor(
        name=name,
        job_name=REFRESH,
        minimum_interval_seconds=seconds_between_looks(),
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Starts a refresh when the content of {', '.join(sorted(watched))} has changed.",
    )
    def look(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        try:
            states = fetch_all(home, Addresses.from_environment(), only=watched)
        except InputError as error:
            return dg.SkipReason(str(error))
        content = " ".join(f"{state.card}={state.sha256}" for state in sorted(states, key=lambda state: state.card) if state.sha256)
        if not content or content == context.cursor:
            problems = "; ".join(state.problem for state in states if state.problem)
            return dg.SkipReason(problems or "nothing new")
        context.update_cursor(content)
        if waiting_already(context.instance):
            return dg.SkipReason("a refresh is waiting to start already, and will read it")
        return dg.RunRequest(run_key=content)

    return look


@dg.run_failure_sensor(default_status=dg.DefaultSensorStatus.RUNNING)
def refresh_failed(context: dg.RunFailureSensorContext) -> None:
    """Tell, once a failed refresh is not tried again: the log, and SCHOOLMATCH_WEBHOOK_URL where it is set (off by default)."""
    if context.dagster_run.tags.get("dagster/will_retry") == "true":
        return
    why = _reasons(context) or context.failure_event.message
    message = f"schoolmatch: the refresh {context.dagster_run.run_id} failed; what was published before is as it was. {why}"
    log.error("%s", message)
    if webhook := os.environ.get("SCHOOLMATCH_WEBHOOK_URL"):
        httpx.post(webhook, json={"text": message}, timeout=20).raise_for_status()


def _reasons(context: dg.RunFailureSensorContext) -> str:
    """What the steps that failed say, which is our own errors' sentences: Dagster's own message only names the steps."""
    found = []
    for event in context.get_step_failure_events():
        error = event.step_failure_data.error
        while error and error.cause:
            error = error.cause
        if error:
            found.append(error.message.strip().removeprefix(f"{InputError.__module__}.{InputError.__name__}: "))
    return " ".join(found)
