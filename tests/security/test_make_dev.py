"""``make dev`` leaves no process behind, however it ends, and there are never two daemons on one home."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from orchestration import dev as of_dev
from tests.security.test_dagster_guard import NOBODY, free_ports, processes, running
from tests.support.waiting import PATIENCE_SECONDS, until
from warehouse.home import Home


def environment(home: Home) -> dict[str, str]:
    """For sources that cannot be reached."""
    addresses = {f"SCHOOLMATCH_{name}_URL": NOBODY for name in ("GIAS", "GOVUK", "EES", "ONS", "ARCGIS")}
    return os.environ | addresses | {"SCHOOLMATCH_HOME": str(home.root), "NO_PROXY": "127.0.0.1"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("dev") / "home")


@pytest.fixture(scope="module")
def port() -> int:
    return free_ports()[0]


@pytest.fixture(scope="module")
def dev(home: Home, port: int) -> Iterator[subprocess.Popen[bytes]]:
    log = home.root.parent / "dev.log"
    with running("orchestration.dev", "--port", str(port), environment=environment(home), log=log) as process:

        def is_there() -> bool:
            assert process.poll() is None, log.read_text(encoding="utf-8", errors="replace")
            try:
                return httpx.get(f"http://127.0.0.1:{port}/server_info", timeout=PATIENCE_SECONDS).is_success
            except httpx.TransportError:
                return False

        until("the UI answers", is_there)
        yield process


@pytest.fixture(scope="module")
def started(dev: subprocess.Popen[bytes]) -> set[int]:
    """All processes of a ``make dev``, whatever becomes of them."""
    parents, started = processes(), {dev.pid}
    while more := {process for process, parent in parents.items() if parent in started} - started:
        started |= more
    return started


def refused(home: Home, port: int) -> str:
    """What a ``make dev`` says that does not start."""
    command = [sys.executable, "-m", "orchestration.dev", "--port", str(port)]
    done = subprocess.run(command, env=environment(home), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    return done.stderr


def test_a_second_one_of_the_same_home_starts_nothing(dev: subprocess.Popen[bytes], home: Home) -> None:
    said = refused(home, free_ports()[0])
    assert said.startswith(f"Another make dev is at work in {home.root}")
    assert "What to do: use that one, or end it with Ctrl+C" in said


def test_one_whose_port_is_taken_starts_nothing(dev: subprocess.Popen[bytes], port: int, tmp_path: Path) -> None:
    assert refused(Home(tmp_path / "home"), port).startswith(f"Port {port} cannot be used")
    assert not (tmp_path / "home" / "dagster").exists()


def test_what_has_loaded_the_definitions_is_asked_whether_it_lives_and_its_end_ends_make_dev(
    dev: subprocess.Popen[bytes], started: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code server answers for its child after that was killed: make dev went on, and no sensor or schedule ran any more."""
    parents = processes()
    (server,) = (process for process, parent in parents.items() if parent == dev.pid and "code-server" in command_of(process))
    (child,) = (process for process, parent in parents.items() if parent == server)
    arguments = command_of(server).split()
    asked_at = Path(arguments[arguments.index("--socket") + 1])
    assert of_dev._has_definitions(asked_at)
    os.kill(child, signal.SIGKILL)
    until("nobody answers for the definitions", lambda: not of_dev._has_definitions(asked_at))
    monkeypatch.setattr(of_dev, "_LOOK_SECONDS", 0)
    of_dev._until_one_ends([], asked_at.parent)  # none of the processes has ended


def command_of(process: int) -> str:
    return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def test_killed_it_leaves_no_process_behind(dev: subprocess.Popen[bytes], started: set[int]) -> None:
    assert len(started) >= 5  # itself, code server and its child, daemon, UI
    try:
        dev.send_signal(signal.SIGKILL)
        dev.wait()
        until("every process has ended", lambda: not started & processes().keys())
    finally:
        for left in started & processes().keys():
            os.kill(left, signal.SIGKILL)
