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


def folders(home: Home) -> list[str]:
    return sorted(path.name for path in home.published.glob("2*")) if home.published.exists() else []


def test_a_new_ofsted_release_is_published_by_itself_and_the_same_bytes_again_start_nothing(
    home: Home, publisher: Publisher, instance: dg.DagsterInstance
) -> None:
    until("a first folder is published", lambda: len(folders(home)) == 1 and home.latest.exists())
    until("all runs have ended", lambda: not instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])))
    before = len(folders(home))

    release = next(path for path in (home.root / "live" / "ofsted").iterdir() if path.suffix == ".csv").read_bytes()
    # one school's grade has changed
    changed = re.sub(rb"Not judged", b"2", release, count=1)
    assert changed != release
    publisher.attach("30 September 2025", "68f000", changed)
    until("the new release is published", lambda: len(folders(home)) > before)
    with duckdb.connect(home.latest / "schoolmatch.duckdb", read_only=True) as connection:
        as_at = connection.execute("select ofsted_as_at::varchar, source from mart.refresh").fetchall()
    assert as_at == [("2025-09-30", "live")]

    until("all runs have ended", lambda: all(run.is_finished for run in instance.get_runs()))
    runs, asked = len(instance.get_runs()), len(publisher.requests)
    publisher.attach("30 September 2025", "68ffff", changed, first=True)
    sensors = [s for s in instance.all_instigator_state() if s.name == "new_ofsted_release"]
    ticks = len(instance.get_ticks(sensors[0].instigator_origin_id, sensors[0].selector_id))
    until(
        "the sensor has looked three times more",
        lambda: len(instance.get_ticks(sensors[0].instigator_origin_id, sensors[0].selector_id)) >= ticks + 3,
    )
    assert len(publisher.requests) > asked
    assert len(instance.get_runs()) == runs
    assert all(run.status is dg.DagsterRunStatus.SUCCESS for run in instance.get_runs())
