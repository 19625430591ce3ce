"""What starts the first refresh, and one when a publisher has something new; what tells people when one has failed.

While nothing is published one sensor asks for a refresh at every look, once what is needed can be had, and else says why not and
when it is tried again. It downloads nothing: that is the refresh's, which Dagster does not cut off. The others begin after it.

A sensor looks, and fetches what is new into the live folder; it acts on a release once. What it acts on is the content, not the
release's number: a publisher that issues the same bytes again starts nothing. Several sources that move together start one refresh:
while one waits to start, nothing else is asked for, since it will read whatever has been fetched by then.
"""

import logging
import os
from collections.abc import Iterable
from urllib.parse import urlsplit

import dagster as dg
import httpx

from orchestration import REFRESH
from orchestration.origin import LIVE
from transforms.errors import InputError
from warehouse import clock
from warehouse.home import Home
from warehouse.publish import newest_from
from warehouse.sources.again import next_hourly_look, next_morning, seconds_between_looks, tried_again
from warehouse.sources.live import fetch_all, find_required
from warehouse.sources.settings import Addresses
from warehouse.store import is_at_work

log = logging.getLogger("schoolmatch")
for library in ("httpx", "httpcore"):  # they log every address that is asked, and what is answered: the webhook's is a secret
    logging.getLogger(library).setLevel(logging.WARNING)

NOT_STARTED = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING]
WATCHED = {
    "new_ofsted_release": ("ofsted_inspections",),
    "new_results": ("ks2_results", "ks2_cohorts", "ks4_results"),
}
"""Sensors, and the source cards each looks after. GIAS is daily: a schedule serves it better."""
FIRST = "first_refresh"


def waiting_already(instance: dg.DagsterInstance) -> bool:
    """Whether a refresh is asked for and has not begun to read yet."""
    return bool(instance.get_run_records(dg.RunsFilter(statuses=NOT_STARTED), limit=1))


def first_sensor(home: Home) -> dg.SensorDefinition:
    """The sensor that sees to it that something is published at all: on the first day, not on the next morning."""

    @dg.sensor(
        name=FIRST,
        job_name=REFRESH,
        minimum_interval_seconds=seconds_between_looks(),
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="While nothing is published: starts a refresh once what is needed can be had, and says why not.",
    )
    def look(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        if newest_from(home, LIVE):
            return dg.SkipReason(f"published: {home.latest}")
        if waiting_already(context.instance) or is_at_work(home):
            return dg.SkipReason("nothing is published yet: a refresh is at work, and its log says how far it is")
        now = clock.now()
        try:
            find_required(home, Addresses.from_environment())
        except InputError as error:
            return dg.SkipReason(f"nothing is published yet. {error} {tried_again(next_hourly_look(now), now)}")
        return dg.RunRequest()  # without a key: one that fails is asked for again

    return look


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
        published = newest_from(home, LIVE)
        if not published:
            return dg.SkipReason(f"nothing is published yet: {FIRST} sees to it")
        now = clock.now()
        try:
            states = fetch_all(home, Addresses.from_environment(), only=watched, waits=False)
        except InputError as error:
            return dg.SkipReason(f"{error} {tried_again(next_hourly_look(now), now)}")
        content = " ".join(f"{state.card}={state.sha256}" for state in sorted(states, key=lambda state: state.card) if state.sha256)
        is_published = {state.sha256 for state in states if state.sha256} <= {file["sha256"] for file in published["sources"]}
        if is_published or content == context.cursor:
            problems = " ".join(state.problem for state in states if state.problem)
            return dg.SkipReason(f"{problems} {tried_again(next_hourly_look(now), now)}" if problems else "nothing new")
        context.update_cursor(content)
        if waiting_already(context.instance):
            return dg.SkipReason("a refresh is waiting to start already, and will read it")
        return dg.RunRequest(run_key=content)

    return look


def failure_sensor(home: Home, source: str) -> dg.SensorDefinition:
    """What tells, once a failed refresh has failed again: the log, and SCHOOLMATCH_WEBHOOK_URL where it is set (off by default)."""

    @dg.run_failure_sensor(name="refresh_failed", default_status=dg.DefaultSensorStatus.RUNNING)
    def tell(context: dg.RunFailureSensorContext) -> None:
        if context.dagster_run.tags.get("dagster/will_retry") == "true":
            return
        what = "what was published before is as it was" if newest_from(home, source) else "nothing is published yet"
        why = _reasons(context) or context.failure_event.message
        message = f"schoolmatch: the refresh {context.dagster_run.run_id} failed; {what}. {why}"
        if source == LIVE:  # nothing starts a refresh of a drop folder or of the sample by itself
            now = clock.now()
            message += f" {tried_again(next_morning(now) if newest_from(home, LIVE) else next_hourly_look(now), now)}"
        log.error("%s", message)
        if webhook := os.environ.get("SCHOOLMATCH_WEBHOOK_URL"):
            _post(webhook, message)

    return tell


def _post(webhook: str, message: str) -> None:
    """Tell the webhook. Raises InputError where it has not taken it, which names the server alone: the rest is often a token."""
    try:
        answer = httpx.post(webhook, json={"text": message}, timeout=20, follow_redirects=False)
        problem = "" if answer.is_success else f"It answered {answer.status_code}"
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
        problem = f"It cannot be asked ({type(error).__name__})"
    if problem:  # raised out here, since Dagster keeps the words of an exception's cause and context, too
        raise InputError(
            f"The webhook at {_server_of(webhook)} was not told of a failed refresh. {problem}",
            do="check SCHOOLMATCH_WEBHOOK_URL, and that its server can be reached; the log has what it was to be told",
        )


def _server_of(address: str) -> str:
    """Scheme and host of an address, with the port where there is one; in words where it has none that can be read."""
    try:
        parts = urlsplit(address)
        if parts.scheme and parts.hostname:
            return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
    except ValueError:
        pass
    return "the address in SCHOOLMATCH_WEBHOOK_URL"


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
