"""``python -m orchestration.dev`` (``make dev``): the daemon, and Dagster's UI behind its guard, until Ctrl+C.

Both ask one code server, so that definitions which are reloaded in the UI are the daemon's, too. These are the parts of ``dg dev``,
which itself starts a web server that no guard can be put before.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from orchestration import stopping
from orchestration.cli.failing import sentence_of
from orchestration.ending import PATIENCE_SECONDS, signal_group
from orchestration.guard import bound
from orchestration.instance import MODULE, PORT, end_lost_runs, prepare_dagster_home
from transforms.errors import InputError
from warehouse.home import Home

_LOOK_SECONDS = 0.5
_LOOKS_TO_ASK, _MOST_MISSED = 10, 3
"""After how many looks the definitions are asked for, and how often without an answer: there is none while they are reloaded."""
_CODE_SOCKET = "code.socket"

Process = subprocess.Popen[bytes]


def main() -> None:
    """Run until Ctrl+C or SIGTERM, or until one of the processes has ended by itself; none is left behind."""
    parser = argparse.ArgumentParser(
        prog="python -m orchestration.dev", description="Dagster's UI and daemon, for this machine alone."
    )
    parser.add_argument("--port", type=int, default=PORT)
    port = parser.parse_args().port
    stopping.listen(also_ignored=True)  # Ctrl+C, also where a shell has started this in the background
    home = Home.find()
    try:
        home.make()
        # Both before anything starts: two daemons on one home would start every run twice.
        with _alone(home) as lock, bound(port) as listener:
            _serve(home, listener, lock)
    except KeyboardInterrupt:
        pass  # the process dies by the signal, now that all is put away
    except (InputError, OSError) as error:
        raise SystemExit(sentence_of(error)) from None


@contextmanager
def _alone(home: Home) -> Iterator[int]:
    """No other ``make dev`` of this home meanwhile; gives the lock's descriptor: as long as a process has it, it holds the lock."""
    with home.at_work.open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(
                f"Another make dev is at work in {home.root}, or is still ending",
                do="use that one, or end it with Ctrl+C; or give this one a home of its own: SCHOOLMATCH_HOME",
            ) from error
        yield file.fileno()


def _serve(home: Home, listener: socket.socket, lock: int) -> None:
    prepare_dagster_home(home)
    end_lost_runs(home)
    os.environ["DAGSTER_IS_DEV_CLI"] = "1"  # errors of definitions are told at the terminal, as by dg dev
    started: list[Process] = []
    with tempfile.TemporaryDirectory(prefix="schoolmatch-dev-") as folder, _ended_with_us(lock) as tell:
        try:
            for process in _starting(Path(folder), started, listener):
                started.append(process)
                tell(process)
            _until_one_ends(started, Path(folder))
            raise SystemExit(
                "One of the processes of make dev, or that which has loaded the definitions, has ended by itself: the lines above "
                "say why, unless it was killed. What to do: start make dev again."
            )
        finally:
            _end(started)


@contextmanager
def _ended_with_us(lock: int) -> Iterator[Callable[[Process], None]]:
    """A process that ends those it is told of, should this one be killed; until they have ended, it keeps the lock."""
    command = [sys.executable, "-m", "orchestration.ending"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, process_group=0, pass_fds=[lock]) as ending:
        assert ending.stdin
        told = ending.stdin

        def tell(process: Process) -> None:
            told.write(f"{process.pid}\n".encode())
            told.flush()

        try:
            yield tell
        finally:
            ending.kill()


def _starting(folder: Path, started: Sequence[Process], listener: socket.socket) -> Iterator[Process]:
    """Start the three, one after the other; no more of them once one has ended."""
    asked_at, workspace = folder / _CODE_SOCKET, folder / "workspace.yaml"
    location = {"grpc_server": {"socket": str(asked_at), "location_name": MODULE}}
    workspace.write_text(json.dumps({"load_from": [location]}), encoding="utf-8")  # JSON is YAML
    code = ("code-server", "start", "--socket", str(asked_at), "--module-name", MODULE, "--log-level", "warning")
    yield _start(_script("dagster"), *code)
    while _all_run(started) and not _answers(asked_at):
        time.sleep(_LOOK_SECONDS)
    if _all_run(started):
        yield _start(_script("dagster-daemon"), "run", "--workspace", str(workspace))
        ui = (sys.executable, "-m", "orchestration.ui", "--workspace", str(workspace), "--listener", str(listener.fileno()))
        yield _start(*ui, keep=[listener.fileno()])


def _until_one_ends(started: Sequence[Process], folder: Path) -> None:
    """Wait, also for the end of the process in which the code server has loaded the definitions: without it Dagster looks alive,
    and no sensor and no schedule runs any more.
    """
    missed, looks = 0, 0
    while _all_run(started) and missed < _MOST_MISSED:
        time.sleep(_LOOK_SECONDS)
        looks += 1
        if looks % _LOOKS_TO_ASK == 0:
            missed = 0 if _has_definitions(folder / _CODE_SOCKET) else missed + 1


def _has_definitions(asked_at: Path) -> bool:
    from dagster._core.errors import DagsterUserCodeUnreachableError
    from dagster._grpc.client import DagsterGrpcClient

    try:
        DagsterGrpcClient(socket=str(asked_at)).ping("")
    except DagsterUserCodeUnreachableError:
        return False
    return True


def _script(name: str) -> str:
    """A command of the Python that runs this."""
    return str(Path(sys.executable).with_name(name))


def _start(*command: str, keep: Sequence[int] = ()) -> Process:
    # in a group of its own: Ctrl+C reaches this process alone, which then ends the others and whatever they have started
    return subprocess.Popen(command, process_group=0, pass_fds=keep)


def _all_run(started: Sequence[Process]) -> bool:
    return all(process.poll() is None for process in started)


def _answers(asked_at: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as caller:
        return caller.connect_ex(str(asked_at)) == 0


def _end(started: Sequence[Process]) -> None:
    """Interrupt all of them, as Ctrl+C at a terminal would, and kill what has not ended after a while, or at a second Ctrl+C."""
    for process in started:
        signal_group(process.pid, signal.SIGINT)
    for process in started:
        with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            process.wait(PATIENCE_SECONDS)
        signal_group(process.pid, signal.SIGKILL)  # what it has started, too
        process.wait()


if __name__ == "__main__":
    main()
