"""What a failed refresh tells, and to whom."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import dagster as dg
import pytest

from orchestration.sensors import WATCHED, failure_sensor
from transforms.errors import InputError
from warehouse.home import Home
from warehouse.sources.cards import read_cards


@dg.op
def break_down() -> None:
    raise InputError("The file is cut off", file="schools.csv", do="fetch it again")


@dg.job
def refresh_that_fails() -> None:
    break_down()


@pytest.fixture
def posts() -> Iterator[tuple[str, list[str]]]:
    """A webhook on loopback, and what it was told."""
    told: list[str] = []

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Webhook)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", told
    server.shutdown()
    server.server_close()


def fail(home: Home, source: str = "sample", **tags: str) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        result = refresh_that_fails.execute_in_process(instance=instance, raise_on_error=False, tags=tags)
        event = next(event for event in result.all_events if event.is_failure and event.step_key is None)
        context = dg.build_run_status_sensor_context(
            "refresh_failed", dagster_instance=instance, dagster_run=result.dagster_run, dagster_event=event
        )
        failure_sensor(home, source)(context.for_run_failure())


def test_a_failed_refresh_is_told_to_the_webhook(
    tmp_path: Path, posts: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, told = posts
    monkeypatch.setenv("SCHOOLMATCH_WEBHOOK_URL", url)
    fail(Home(tmp_path))
    assert len(told) == 1
    assert "failed" in told[0]
    assert told[0].endswith("nothing is published yet. The file is cut off. Where: file schools.csv. What to do: fetch it again.")


def test_of_live_sources_it_is_told_when_the_refresh_is_tried_again(
    tmp_path: Path, posts: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, told = posts
    monkeypatch.setenv("SCHOOLMATCH_WEBHOOK_URL", url)
    home = Home(tmp_path)
    fail(home, "live")
    folder = home.published / "20251128T063000Z"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text('{"refresh": {"source": "sample"}}', encoding="utf-8")
    fail(home, "live")  # the sample is published, which is not what failed
    (folder / "manifest.json").write_text('{"refresh": {"source": "live"}}', encoding="utf-8")
    fail(home, "live")
    states = ["nothing is published yet", "nothing is published yet", "what was published before is as it was"]
    for text, state in zip(told, states, strict=True):
        assert f"failed; {state}. The file is cut off." in text
        assert "It is tried again by " in text


def test_nothing_is_told_while_it_will_be_tried_again(
    tmp_path: Path, posts: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, told = posts
    monkeypatch.setenv("SCHOOLMATCH_WEBHOOK_URL", url)
    fail(Home(tmp_path), **{"dagster/will_retry": "true"})
    assert told == []


def test_the_webhook_is_off_unless_it_is_set(tmp_path: Path, posts: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCHOOLMATCH_WEBHOOK_URL", raising=False)
    fail(Home(tmp_path))
    assert posts[1] == []


def test_every_source_that_is_looked_at_more_often_than_daily_has_its_sensor() -> None:
    watched = [card for cards in WATCHED.values() for card in cards]
    assert sorted(watched) == sorted(card.id for card in read_cards().values() if card.look_hours < 24)
