"""An attempt that takes too long is ended from beside it, and by TLS too nothing gets into the file but what the server sent."""

from __future__ import annotations

import logging
import re
import select
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from warehouse.sources.fault import FetchError
from warehouse.sources.http import Client
from warehouse.sources.settings import Manners

DATA = b"URN,LinkURN\r\n" * 8_000
"""Several records of TLS, and little enough to wait whole in the buffers of a machine."""

ENDS_WITHIN = 20
"""Seconds after which a test gives up; it takes a second."""


class _ByTls:
    """A server on loopback that sends ``DATA``, or the rest of it, by TLS; of one that its client has left it says so."""

    def __init__(self, folder: Path) -> None:
        self.certificate, key = folder / "certificate.pem", folder / "key.pem"
        how = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
        to = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(self.certificate)]
        subprocess.run(["openssl", *how.split(), *to], check=True, capture_output=True)
        self.was_left = threading.Event()
        self.asked: list[str | None] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(self.headers["Range"])
                start = int(re.sub(r"\D", "", self.headers["Range"] or "0"))
                self.send_response(206 if start else 200)
                self.send_header("ETag", '"1"')
                self.send_header("Content-Length", str(len(DATA) - start))
                if start:
                    self.send_header("Content-Range", f"bytes {start}-{len(DATA) - 1}/{len(DATA)}")
                self.end_headers()
                self.wfile.write(DATA[start:])
                try:
                    self.rfile.read(1)
                finally:
                    server.was_left.set()

            def log_message(self, *_: object) -> None:
                """Nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """Nothing: that a client goes is what is looked for."""

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://localhost:{self._server.server_port}/file.csv"

    def __enter__(self) -> _ByTls:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[_ByTls]:
    with _ByTls(tmp_path) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.certificate))
        monkeypatch.setenv("NO_PROXY", "localhost")
        yield running


class _Waiting(logging.Handler):
    """Holds a download up at its first line of progress until the server has seen that its client went."""

    def __init__(self, until: threading.Event) -> None:
        super().__init__()
        self._until = until

    def emit(self, record: logging.LogRecord) -> None:
        if "MB so far" in record.getMessage():
            assert self._until.wait(ENDS_WITHIN)


def test_what_has_come_by_tls_and_was_not_read_when_the_time_was_up_gets_into_no_file(server: _ByTls, tmp_path: Path) -> None:
    """The rest of the file waits at the client, still encrypted: it is asked for again, and never taken as it lies there."""
    log, waiting = logging.getLogger("schoolmatch"), _Waiting(server.was_left)
    manners = Manners(longest_transfer=0.5, attempts=4, first_wait=0, progress_every=0)
    before = log.level
    log.addHandler(waiting)
    log.setLevel(logging.INFO)
    try:
        with Client(manners) as client:
            client.download(server.url, tmp_path / "file.csv", largest_bytes=1_000_000)
    finally:
        log.removeHandler(waiting)
        log.setLevel(before)

    first, second, *_ = server.asked
    assert first is None
    assert second is not None  # what had been read by then was good
    assert (tmp_path / "file.csv").read_bytes() == DATA


class _Dripping:
    """A server on loopback that begins an answer and never ends its headers: one more whenever nobody has hung up for a moment."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}/file.csv"
        self.headers, self.was_left = 0, threading.Event()

    def __enter__(self) -> _Dripping:
        threading.Thread(target=self._answer, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    def _answer(self) -> None:
        caller, _ = self._server.accept()
        with caller, suppress(OSError):
            caller.recv(65_536)
            caller.sendall(b"HTTP/1.1 200 OK\r\n")
            while not select.select([caller], [], [], 0.02)[0]:
                caller.sendall(b"X-More: yes\r\n")
                self.headers += 1
        self.was_left.set()


def test_headers_that_come_drop_by_drop_end_within_the_time_of_an_attempt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each drop comes in time, so that no wait for the next is ever too long: the attempt as a whole is what ends."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with _Dripping() as server, Client(Manners(longest_transfer=0.3, attempts=1, first_wait=0)) as client:
        with pytest.raises(FetchError, match="What to do: "):
            client.download(server.url, tmp_path / "file.csv", largest_bytes=1_000_000)
        assert server.was_left.wait(ENDS_WITHIN)
    assert server.headers > 1
    assert not (tmp_path / "file.csv").exists()
