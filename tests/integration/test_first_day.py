"""The first day of a home: each look ends with a refresh asked for, or with a sentence that says what is wrong and until when.

What the first refresh then publishes, and by itself: ``test_daemon.py``.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.sensor_definition import SensorExecutionData
from filelock import FileLock
from typer.testing import CliRunner

from orchestration.cli.main import app
from orchestration.sensors import WATCHED, first_sensor, release_sensor
from tests.support.publisher import GIAS, Publisher, live_environment
from warehouse.home import Home
from warehouse.sources.http import Client
from warehouse.sources.settings import Manners

NOBODY = "http://127.0.0.1:9"
"""An address at which no server listens."""
TODAY = f"{datetime.now(UTC):%Y%m%d}"


@pytest.fixture
def live(tmp_path: Path, publisher: Publisher, small_sample: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """An empty home in an environment in which the pretend publisher is all the real ones, with today's files."""
    home = Home(tmp_path / "home")
    publisher.gias(TODAY, small_sample)
    for name, value in live_environment(publisher, home, tmp_path / "cards").items():
        monkeypatch.setenv(name, value)
    return home


def look(sensor: dg.SensorDefinition) -> SensorExecutionData:
    with dg.DagsterInstance.ephemeral() as instance:
        return sensor.evaluate_tick(dg.build_sensor_context(instance=instance))


def asks(sensor: dg.SensorDefinition) -> bool:
    return bool(look(sensor).run_requests)


def why_not(sensor: dg.SensorDefinition) -> str:
    found = look(sensor)
    assert not found.run_requests
    return str(found.skip_message)


def status() -> str:
    return " ".join(CliRunner().invoke(app, ["status"], env={"COLUMNS": "200"}).output.split())


def test_behind_a_firewall_the_sentence_says_what_to_do_and_when_it_is_tried_again(
    live: Home, publisher: Publisher, small_sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Nothing is published" in status()
    for name in ("GIAS", "GOVUK", "EES", "ONS", "ARCGIS"):
        monkeypatch.setenv(f"SCHOOLMATCH_{name}_URL", NOBODY)
    for said in (why_not(first_sensor(live)), status()):
        assert "othing is published yet" in said
        assert "gias_establishments: there is no file. The server cannot be reached" in said
        assert "ofsted_inspections: there is no file. The server cannot be reached" in said
        assert said.count("What to do: check the network or the proxy (HTTPS_PROXY)") == 1
        assert f"into {live.root / 'live'} " in said
        assert "It is tried again by " in said
    # the two files, brought by hand to where the sentence says, will do
    for group in ("gias", "ofsted"):
        for path in (small_sample / group).iterdir():
            (live.root / "live" / path.name).write_bytes(path.read_bytes())
    assert asks(first_sensor(live))


def test_a_proxy_that_refuses_is_named(live: Home, publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", publisher.url)  # which is no proxy, and says so
    monkeypatch.setenv("SCHOOLMATCH_GIAS_URL", "https://gias.invalid")
    said = why_not(first_sensor(live))
    assert "gias_establishments: there is no file. The proxy does not let it through (501" in said
    assert "ofsted_inspections" not in said


@pytest.mark.parametrize(("down", "lacking"), [("GIAS", "gias_establishments"), ("GOVUK", "ofsted_inspections")])
def test_while_what_is_needed_is_down_no_refresh_is_started_and_once_it_is_back_one_is(
    live: Home, publisher: Publisher, monkeypatch: pytest.MonkeyPatch, down: str, lacking: str
) -> None:
    monkeypatch.setenv(f"SCHOOLMATCH_{down}_URL", NOBODY)
    said = why_not(first_sensor(live))
    assert f"there are none from before: {lacking}: there is no file" in said
    assert "It is tried again by " in said
    assert "first_refresh sees to it" in why_not(release_sensor("new_results", WATCHED["new_results"], live))
    monkeypatch.setenv(f"SCHOOLMATCH_{down}_URL", publisher.url)
    assert asks(first_sensor(live))
    assert asks(first_sensor(live))  # as often as nothing has come of it
    assert publisher.downloads() == []  # which would take too long for a sensor on a slow line
    assert "What is needed can be had" in status()


def test_while_another_process_fetches_or_refreshes_nothing_is_asked_for(live: Home) -> None:
    with FileLock(live.root / "live/.lock"):
        assert "Another process fetches into this home" in why_not(first_sensor(live))
    with FileLock(live.lock):
        assert "a refresh is at work" in why_not(first_sensor(live))
    assert asks(first_sensor(live))


def test_a_long_download_says_how_far_it_is(publisher: Publisher, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = f"{GIAS}edubasealldata20250930.csv"
    with caplog.at_level("INFO", "schoolmatch"), Client(Manners(progress_every=0)) as client:
        client.download(publisher.url + path, tmp_path / "file", largest_bytes=10_000_000)
    whole = len(publisher.files[path][0]) / 1e6
    assert f"{path}: {whole:.1f} of {whole:.1f} MB so far" in caplog.messages
