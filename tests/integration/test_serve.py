"""``schoolmatch serve``: the newest published folder, for this machine alone, and nothing besides."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.cli.main import app
from orchestration.cli.serve import serve
from transforms.errors import InputError
from warehouse.home import Home

FILES = {
    "site/index.html": "text/html; charset=utf-8",
    "site/map.js": "text/javascript; charset=utf-8",
    "site/style.css": "text/css; charset=utf-8",
    "site/icon.svg": "image/svg+xml",
    "excel/england.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet/school.parquet": "application/vnd.apache.parquet",
    "ees/data.csv": "text/csv; charset=utf-8",
    "manifest.json": "application/json",
    "changes.atom": "application/atom+xml",
    "strange": "application/octet-stream",
}


def folder(home: Home, stamp: str) -> Path:
    made = home.published / stamp
    for name in FILES:
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(f"{name} of {stamp}")
    return made


def point(home: Home, stamp: str) -> None:
    (home.published / "next").symlink_to(stamp)
    (home.published / "next").replace(home.latest)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    folder(made, "20251001T063000Z")
    point(made, "20251001T063000Z")
    (made.root / "warehouse.duckdb").write_text("not published")
    return made


@pytest.fixture
def server(home: Home) -> Iterator[ThreadingHTTPServer]:
    with serve(home, 0) as running:
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield running
        running.shutdown()


def ask(server: ThreadingHTTPServer, path: str, method: str = "GET", host: str | None = None) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=30)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", host or f"localhost:{server.server_port}")
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    connection.close()
    return found


@pytest.mark.parametrize("name", FILES)
def test_a_file_comes_with_its_type_and_the_headers_that_protect_it(server: ThreadingHTTPServer, name: str) -> None:
    status, headers, body = ask(server, f"/{name}")
    assert (status, headers["content-type"], body.decode()) == (200, FILES[name], f"{name} of 20251001T063000Z")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-cache"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]


def test_the_policy_of_the_server_is_that_of_the_page_and_more(server: ThreadingHTTPServer) -> None:
    page = (Path(__file__).parents[2] / "exports" / "map" / "page" / "index.html").read_text()
    own = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert own is not None
    assert ask(server, "/site/")[1]["content-security-policy"] == f"{own[1]}; frame-ancestors 'none'"


def test_the_address_alone_leads_to_the_map(server: ThreadingHTTPServer) -> None:
    status, headers, _ = ask(server, "/")
    assert (status, headers["location"]) == (302, "/site/")
    assert ask(server, "/site/")[2].decode().startswith("site/index.html")
    assert ask(server, "/site/", "HEAD")[2] == b""


@pytest.mark.parametrize(
    "path",
    [
        "/excel/", "/excel", "/parquet/", "/nothing", "/site/nothing.js", "/../../warehouse.duckdb", "/..%2f..%2fwarehouse.duckdb",
        "/site/../../../warehouse.duckdb", "/%2e%2e/%2e%2e/warehouse.duckdb", "//etc/passwd", "/site/%00",
        "/..\\..\\warehouse.duckdb",
    ],
)  # fmt: skip
def test_no_folder_is_listed_and_nothing_outside_is_given(server: ThreadingHTTPServer, path: str) -> None:
    status, headers, body = ask(server, path)
    if status == 301:  # a folder's name without its slash
        status, headers, body = ask(server, headers["location"])
    assert status in (400, 404)
    assert b"not published" not in body
    assert b"england.xlsx" not in body


def test_a_link_that_leads_out_of_the_folder_is_not_followed(server: ThreadingHTTPServer, home: Home) -> None:
    (home.latest / "out").symlink_to(home.root / "warehouse.duckdb")
    assert ask(server, "/out")[0] == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example"])
def test_a_page_elsewhere_whose_name_leads_here_gets_nothing(server: ThreadingHTTPServer, host: str) -> None:
    status, _, body = ask(server, "/manifest.json", host=host)
    assert status == 421
    assert b"manifest.json of" not in body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_can_be_done_but_read(server: ThreadingHTTPServer, method: str) -> None:
    assert ask(server, "/manifest.json", method)[0] == 501


def test_it_listens_on_this_machine_alone(server: ThreadingHTTPServer) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_what_is_published_later_shows_without_a_restart(server: ThreadingHTTPServer, home: Home) -> None:
    folder(home, "20251101T063000Z")
    point(home, "20251101T063000Z")
    assert ask(server, "/manifest.json")[2].decode() == "manifest.json of 20251101T063000Z"


def test_where_nothing_is_published_the_command_says_what_to_do(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["serve", "--home", str(tmp_path)])
    assert done.exit_code == 1
    assert "schoolmatch refresh, or make demo" in " ".join(done.output.split())


def test_a_port_that_is_taken_is_named(home: Home) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InputError, match=rf"Port {taken.getsockname()[1]} cannot be used.*schoolmatch serve --port"):
            serve(home, taken.getsockname()[1])
    with pytest.raises(InputError, match="Port 99999 cannot be used"):
        serve(home, 99999)


def test_the_command_says_its_address_and_ends_quietly_when_it_is_stopped(home: Home) -> None:
    # As at a terminal: a suite that is started in the background may have been told to ignore the signal, and hands that on.
    as_at_a_terminal = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = [
        sys.executable,
        "-c",
        f"{as_at_a_terminal}; from orchestration.cli.start import main; main()",
        "serve",
        "--port",
        "0",
        "--home",
        str(home.root),
    ]
    with (
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}
        ) as running,
        contextlib.ExitStack() as ended,
    ):
        ended.callback(running.kill)  # so that a test that fails does not wait for ever
        assert running.stdout is not None
        line = running.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/site/", line)
        assert found, line
        connection = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=30)
        connection.request("GET", "/site/")
        assert connection.getresponse().status == 200
        connection.close()
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert (running.returncode, said) == (-signal.SIGINT, "")  # 130 to a shell, which ends a loop by it
