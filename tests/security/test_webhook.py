"""The webhook's address is a secret (its path is the token of Slack, Teams ...): what fails names the server, and no more of it."""

import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from dagster._utils.error import serializable_error_info_from_exc_info

from tests.unit.test_sensors import fail
from transforms.errors import InputError
from warehouse.home import Home

TOKEN = "T0KEN5ECRET"
NOBODY = 9
"""A port at which no server listens."""


class Webhook(BaseHTTPRequestHandler):
    """Answers with the status that the path begins with, or hangs up where that is 0; a redirect leads to a path that would do."""

    asked: list[str]

    def do_POST(self) -> None:
        self.asked.append(self.path)
        status = int(self.path.split("/")[1])
        self.rfile.read(int(self.headers["Content-Length"]))
        if not status:
            return  # and nothing is answered
        self.send_response(status)
        if status in (302, 307):
            self.send_header("Location", f"/204/{TOKEN}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def port() -> Iterator[int]:
    Webhook.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Webhook) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server.server_port
        server.shutdown()


def what_is_said(address: str, home: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """The error's own words, and all that the log and Dagster's record of the failed look keep of it."""
    monkeypatch.setenv("SCHOOLMATCH_WEBHOOK_URL", address)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with caplog.at_level(logging.DEBUG), pytest.raises(Exception) as raised:  # noqa: PT011  # of whichever kind
        fail(Home(home))
    kept = serializable_error_info_from_exc_info((raised.type, raised.value, raised.tb))
    error = raised.value
    while not isinstance(error, InputError) and error.__cause__:
        error = error.__cause__
    return str(error), caplog.text + kept.to_string()


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (404, "It answered 404"),
        (500, "It answered 500"),
        (302, "It answered 302"),
        (307, "It answered 307"),
        (0, "RemoteProtocolError"),
    ],
)
def test_a_webhook_that_fails_is_named_by_its_server_alone(
    port: int, status: int, says: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"http://user:{TOKEN}@127.0.0.1:{port}/{status}/{TOKEN}?token={TOKEN}"
    error, kept = what_is_said(address, tmp_path, caplog, monkeypatch)
    assert says in error
    assert f"http://127.0.0.1:{port}" in error
    assert "What to do" in error
    assert TOKEN not in kept
    assert len(Webhook.asked) == 1  # a redirect is not followed


@pytest.mark.parametrize(
    ("address", "named"),
    [
        (f"http://127.0.0.1:{NOBODY}/{TOKEN}", f"http://127.0.0.1:{NOBODY}"),
        (f"https://hooks.invalid/services/{TOKEN}", "https://hooks.invalid"),
        (f"hooks.invalid/services/{TOKEN}", "SCHOOLMATCH_WEBHOOK_URL"),
        (f"http://[{TOKEN}/", "SCHOOLMATCH_WEBHOOK_URL"),
        (f"http://127.0.0.1:{TOKEN}/", "SCHOOLMATCH_WEBHOOK_URL"),
        (f"ftp://127.0.0.1/{TOKEN}", "ftp://127.0.0.1"),
        (f"http://127.0.0.1/\x7f{TOKEN}", "http://127.0.0.1"),
    ],
)
def test_an_address_that_leads_nowhere_is_not_spelled_out(
    address: str, named: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    error, kept = what_is_said(address, tmp_path, caplog, monkeypatch)
    assert named in error
    assert TOKEN not in kept


def test_a_webhook_that_is_told_is_not_logged(
    port: int, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHOOLMATCH_WEBHOOK_URL", f"http://127.0.0.1:{port}/204/{TOKEN}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with caplog.at_level(logging.DEBUG):
        fail(Home(tmp_path))
    assert Webhook.asked == [f"/204/{TOKEN}"]
    assert TOKEN not in caplog.text
