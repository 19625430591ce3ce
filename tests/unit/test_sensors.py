"""What a failed refresh tells, and to whom."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import dagster as dg
import pytest

from orchestration.sensors import refresh_failed
from transforms.errors import InputError


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


def fail(**tags: str) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        result = refresh_that_fails.execute_in_process(instance=instance, raise_on_error=False, tags=tags)
        event = next(event for event in result.all_events if event.is_failure and event.step_key is None)
        context = dg.build_run_status_sensor_context(
            "refresh_failed", dagster_instance=instance, dagster_run=result.dagster_run, dagster_event=event
        )
        refresh_failed(context.for_run_failure())


def test_a_failed_refresh_is_told_to_the_webhook(posts: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    url, told = posts
    monkeypatch.setenv("SCHOOLMATCH_WEBHOOK_URL", url)
    fail()
    assert len(told) == 1
    assert "failed" in told[0]
    assert told[0].endswith("as it was. The file is cut off. Where: file schools.csv. What to do: fetch it again.")


def test_nothing_is_told_while_it_will_be_tried_again(posts: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    url, told = posts
    monkeypatch.setenv("SCHOOLMATCH_WEBHOOK_URL", url)
    fail(**{"dagster/will_retry": "true"})
    assert told == []


def test_the_webhook_is_off_unless_it_is_set(posts: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCHOOLMATCH_WEBHOOK_URL", raising=False)
    fail()
    assert posts[1] == []
