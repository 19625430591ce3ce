"""``python -m orchestration.dev`` (``make dev``): the daemon, and Dagster's UI behind its guard, until Ctrl+C.

Both ask one code server, so that definitions which are reloaded in the UI are the daemon's, too. These are the parts of ``dg dev``,
which itself starts a web server that no guard can be put before.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from orchestration.instance import MODULE, PORT, end_lost_runs, prepare_dagster_home
from warehouse.home import Home

PATIENCE_SECONDS = 60
"""For what was told to stop to have stopped: then it is killed."""
_LOOK_SECONDS = 0.5

Process = subprocess.Popen[bytes]


def main() -> None:
    """Run until Ctrl+C or SIGTERM, or until one of the processes has ended by itself; none is left behind."""
    parser = argparse.ArgumentParser(
        prog="python -m orchestration.dev", description="Dagster's UI and daemon, for this machine alone."
    )
    parser.add_argument("--port", type=int, default=PORT)
    port = parser.parse_args().port
    _stop_on_signals()
    home = Home.find()
    prepare_dagster_home(home)
    end_lost_runs(home)
    os.environ["DAGSTER_IS_DEV_CLI"] = "1"  # errors of definitions are told at the terminal, as by dg dev
    started: list[Process] = []
    with tempfile.TemporaryDirectory(prefix="schoolmatch-dev-") as folder, suppress(KeyboardInterrupt):
        try:
            _run(started, Path(folder), port)
            raise SystemExit("One of the processes of make dev has ended by itself: the lines above say why.")
        finally:
            _end(started)


def _stop_on_signals() -> None:
    """Ctrl+C, also where a shell has started this in the background; an end by others; the terminal's end, unless under nohup."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:
        signal.signal(signal.SIGHUP, signal.default_int_handler)


def _run(started: list[Process], folder: Path, port: int) -> None:
    """Start the three, and return once one has ended."""
    asked_at, workspace = folder / "code.socket", folder / "workspace.yaml"
    location = {"grpc_server": {"socket": str(asked_at), "location_name": MODULE}}
    workspace.write_text(json.dumps({"load_from": [location]}), encoding="utf-8")  # JSON is YAML
    code = ("code-server", "start", "--socket", str(asked_at), "--module-name", MODULE, "--log-level", "warning")
    started.append(_start(_script("dagster"), *code))
    while _all_run(started) and not _answers(asked_at):
        time.sleep(_LOOK_SECONDS)
    if _all_run(started):
        started.append(_start(_script("dagster-daemon"), "run", "--workspace", str(workspace)))
        started.append(_start(sys.executable, "-m", "orchestration.ui", "--port", str(port), "--workspace", str(workspace)))
    while _all_run(started):
        time.sleep(_LOOK_SECONDS)


def _script(name: str) -> str:
    """A command of the Python that runs this."""
    return str(Path(sys.executable).with_name(name))


def _start(*command: str) -> Process:
    # in a group of its own: Ctrl+C reaches this process alone, which then ends the others and whatever they have started
    return subprocess.Popen(command, process_group=0)


def _all_run(started: Sequence[Process]) -> bool:
    return all(process.poll() is None for process in started)


def _answers(asked_at: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as caller:
        return caller.connect_ex(str(asked_at)) == 0


def _end(started: Sequence[Process]) -> None:
    """Interrupt all of them, as Ctrl+C at a terminal would, and kill what has not ended after a while, or at a second Ctrl+C."""
    for process in started:
        _signal(process, signal.SIGINT)
    for process in started:
        with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            process.wait(PATIENCE_SECONDS)
        _signal(process, signal.SIGKILL)  # what it has started, too
        process.wait()


def _signal(process: Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


if __name__ == "__main__":
    main()
