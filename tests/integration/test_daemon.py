"""The main way of use: a daemon runs from the first day on; what publishers put out or mend is published by itself."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from orchestration.instance import end_lost_runs, prepare_dagster_home
from tests.support.publisher import GIAS, Fault, Publisher, in_place, live_environment
from tests.support.waiting import until
from warehouse.home import Home

SENSOR_SECONDS = 3
NOBODY = "http://127.0.0.1:9"
"""An address at which no server listens."""
TODAY = f"{datetime.now(UTC):%Y%m%d}"
YESTERDAY = f"{datetime.now(UTC) - timedelta(days=1):%Y%m%d}"


@pytest.fixture
def instance(tmp_path: Path, home: Home, publisher: Publisher, small_sample: Path) -> Iterator[dg.DagsterInstance]:
    """A real daemon on that home, with the publisher's addresses; ended when the test ends.

    It is night: of today's GIAS files two are there, the others, that of schools too, are of yesterday. What is not needed cannot
    be reached.
    """
    publisher.gias(YESTERDAY, small_sample)
    publisher.gias(TODAY, small_sample)
    for name in ("edubasealldata", "academiesmatmembership"):
        del publisher.files[f"{GIAS}{name}{TODAY}.csv"]
    environment = os.environ | live_environment(publisher, home, tmp_path / "cards")
    environment |= {f"SCHOOLMATCH_{name}_URL": NOBODY for name in ("EES", "ONS", "ARCGIS")}
    environment |= {"DAGSTER_HOME": str(prepare_dagster_home(home)), "SCHOOLMATCH_SENSOR_SECONDS": str(SENSOR_SECONDS)}
    environment |= {"SCHOOLMATCH_WEBHOOK_URL": f"{publisher.url}/webhook"}
    publisher.faults[f"{GIAS}edubasealldata{YESTERDAY}.csv"] = Fault(status=500)  # until a test takes it away
    end_lost_runs(home)  # as make dev does: else daemon and test both make Dagster's databases, and break them
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


def ofsted_as_at(home: Home) -> str | None:
    """The date of the newest Ofsted release in what is published; None where nothing is."""
    if not home.latest.exists():
        return None
    with duckdb.connect(home.latest / "schoolmatch.duckdb", read_only=True) as connection:
        return str(connection.execute("select ofsted_as_at::varchar from mart.refresh").fetchall()[0][0])


def test_a_failed_first_refresh_is_told_and_tried_until_it_is_published_and_a_new_ofsted_release_is_published_by_itself(
    tmp_path: Path, home: Home, publisher: Publisher, instance: dg.DagsterInstance
) -> None:
    def runs() -> list[dg.DagsterRun]:
        # those of sensors: the daily schedule may strike while the test runs
        return [run for run in instance.get_runs() if "dagster/sensor_name" in run.tags]

    def ticks() -> int:
        sensor = next(state for state in instance.all_instigator_state() if state.name == "new_ofsted_release")
        return len(instance.get_ticks(sensor.instigator_origin_id, sensor.selector_id))

    # The list of schools cannot be had, and there is none from before: the refresh fails, and so does its one retry.
    until("the failure is told", lambda: bool(publisher.posted))
    text = publisher.posted[0]["text"]
    assert "failed; nothing is published yet. Files that are needed could not be fetched" in text
    assert "It is tried again by " in text
    retried = {run.root_run_id for run in runs()} - {None}
    assert runs()[-1].run_id in retried  # the oldest
    assert not home.latest.exists()

    # The publisher mends it: what it has is published without a hand, and what is missing is said, and until when.
    publisher.faults.clear()
    until("the first refresh is published", lambda: ofsted_as_at(home) is not None)
    until("its run has ended", lambda: all(run.is_finished for run in runs()))
    assert in_place(home) == [
        f"academiesmatmembership{YESTERDAY}.csv",
        f"allgroupsdata{TODAY}.csv",
        f"edubasealldata{YESTERDAY}.csv",
        f"links_edubasealldata{TODAY}.csv",
    ]
    said = (tmp_path / "daemon.log").read_text(encoding="utf-8", errors="replace")
    without = set(re.findall(r"without (.+?), not landed; at the last look: .+ It is tried again by ", said))
    assert len(without) == 6
    assert "Key stage 2 results by school" in without

    # What is published is no news, though the sensors look at it for the first time.
    failed = len([run for run in runs() if run.status is not dg.DagsterRunStatus.SUCCESS])
    count, before = len(runs()), ticks()
    until("the sensor has looked twice", lambda: ticks() >= before + 2)
    assert len(runs()) == count
    told = len(publisher.posted)

    # A new release starts the next refresh.
    release = next(path for path in (home.root / "live" / "ofsted").iterdir() if path.suffix == ".csv").read_bytes()
    changed = re.sub(rb"Not judged", b"2", release, count=1)  # one school's grade
    assert changed != release
    publisher.attach("30 September 2025", "68f000", changed)
    until("the new release is published", lambda: ofsted_as_at(home) == "2025-09-30")
    until("its run has ended", lambda: all(run.is_finished for run in runs()))

    # The same bytes under another address start nothing.
    count, asked = len(runs()), len(publisher.requests)
    publisher.attach("30 September 2025", "68ffff", changed, first=True)
    before = ticks()
    until("the sensor has looked three times more", lambda: ticks() >= before + 3)
    assert len(publisher.requests) > asked
    assert len(runs()) == count
    assert all(run.status is dg.DagsterRunStatus.SUCCESS for run in runs()[: count - failed])  # newest first
    assert len(publisher.posted) == told
