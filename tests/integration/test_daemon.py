"""The main way of use: a daemon runs, a publisher puts out a new Ofsted release, and it is published by itself."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from orchestration.instance import prepare_dagster_home
from tests.support.publisher import Publisher, live_environment
from warehouse.home import Home

SENSOR_SECONDS = 3
PATIENCE = 150
"""Seconds until something that should have happened has not: a loaded machine needs a minute for a refresh."""


@pytest.fixture
def instance(tmp_path: Path, home: Home, publisher: Publisher, small_sample: Path) -> Iterator[dg.DagsterInstance]:
    """A real daemon on that home, with the publisher's addresses; ended when the test ends."""
    publisher.gias(f"{datetime.now(UTC):%Y%m%d}", small_sample)
    environment = os.environ | live_environment(publisher, home, tmp_path / "cards")
    environment |= {"DAGSTER_HOME": str(prepare_dagster_home(home)), "SCHOOLMATCH_SENSOR_SECONDS": str(SENSOR_SECONDS)}
    log = (tmp_path / "daemon.log").open("wb")
    daemon = subprocess.Popen(
        [str(Path(sys.executable).parent / "dagster-daemon"), "run", "-m", "orchestration.definitions"],
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
            yield instance
    finally:
        os.killpg(daemon.pid, signal.SIGTERM)
        daemon.wait(30)
        log.close()


def until(what: str, happened: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Look again and again until it has happened; fail with what did not."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.5)):
        if happened():
            return
        pause.wait(0.5)
    pytest.fail(f"this has not happened in {seconds:.0f} s: {what}")


def ofsted_as_at(home: Home) -> str | None:
    """The date of the newest Ofsted release in what is published; None where nothing is."""
    if not home.latest.exists():
        return None
    with duckdb.connect(home.latest / "schoolmatch.duckdb", read_only=True) as connection:
        return str(connection.execute("select ofsted_as_at::varchar from mart.refresh").fetchall()[0][0])


def test_a_new_ofsted_release_is_published_by_itself_and_the_same_bytes_again_start_nothing(
    home: Home, publisher: Publisher, instance: dg.DagsterInstance
) -> None:
    def runs() -> list[dg.DagsterRun]:
        # those of sensors: the daily schedule may strike while the test runs
        return [run for run in instance.get_runs() if "dagster/sensor_name" in run.tags]

    until("a first folder is published", lambda: ofsted_as_at(home) == "2025-08-31")
    until("its run has ended", lambda: all(run.is_finished for run in runs()))

    release = next(path for path in (home.root / "live" / "ofsted").iterdir() if path.suffix == ".csv").read_bytes()
    changed = re.sub(rb"Not judged", b"2", release, count=1)  # one school's grade
    assert changed != release
    publisher.attach("30 September 2025", "68f000", changed)
    until("the new release is published", lambda: ofsted_as_at(home) == "2025-09-30")
    until("its run has ended", lambda: all(run.is_finished for run in runs()))

    count, asked = len(runs()), len(publisher.requests)
    publisher.attach("30 September 2025", "68ffff", changed, first=True)
    sensor = next(state for state in instance.all_instigator_state() if state.name == "new_ofsted_release")

    def ticks() -> int:
        return len(instance.get_ticks(sensor.instigator_origin_id, sensor.selector_id))

    before = ticks()
    until("the sensor has looked three times more", lambda: ticks() >= before + 3)
    assert len(publisher.requests) > asked
    assert len(runs()) == count
    assert all(run.status is dg.DagsterRunStatus.SUCCESS for run in runs())
