"""A kill of the daemon, the code server or the process of a run blocks nothing: the next run goes through by itself.

By the step that the run has reached (``tests/support/steps.py``): all ten moments of each kill where ``SCHOOLMATCH_SOAK`` is set,
which takes three quarters of an hour; else one moment of two kills. The one takes all that a daemon has started while the daemon
itself goes on, which nobody tells it: on the code of before the run stayed STARTED, and no other was launched, ever. The other
takes everything. A run that is killed alone is told of by the code server, and the last test kills that.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import dagster as dg
import pytest

from orchestration.instance import prepare_dagster_home
from tests.support import steps
from tests.support.waiting import until
from warehouse.home import Home

IS_SOAK = bool(os.environ.get("SCHOOLMATCH_SOAK"))
MOMENTS = range(1, steps.STEPS + 1) if IS_SOAK else (4,)
KILLED = ["run", "code server", "run and code server", "daemon", "all"] if IS_SOAK else ["run and code server", "all"]
STATUS = dg.DagsterRunStatus


def children(of: int) -> set[int]:
    """The processes that a process has started, and theirs."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has just ended
            continue
    found: set[int] = set()
    while more := {process for process, parent in parents.items() if parent in found | {of}} - found:
        found |= more
    return found


def named(processes: set[int], part: str) -> list[int]:
    """Those of the processes whose command has the part in it."""
    found = []
    for process in processes:
        try:
            command = Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if part in command:
            found.append(process)
    return found


class Daemon:
    """A daemon of the job that does nothing, as it is started in production."""

    def __init__(self, home: Home, log: Path) -> None:
        self.home, self.log = home, log
        self.environment = os.environ | {"SCHOOLMATCH_HOME": str(home.root)}
        steps.folder_of(home).mkdir(parents=True)
        prepare_dagster_home(home)
        self.stack = ExitStack()
        self.instance = self.stack.enter_context(dg.DagsterInstance.from_config(str(home.dagster)))
        self.start()

    def start(self) -> None:
        """Start it; what an earlier one has left is its to settle."""
        daemon = str(Path(sys.executable).with_name("dagster-daemon"))
        command = [sys.executable, "-m", "orchestration.instance", daemon, "run", "-m", "tests.support.steps"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self.environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )

    def ask(self, what: str) -> None:
        (steps.folder_of(self.home) / "asked").write_text(what, encoding="utf-8")

    def stop_at(self, step: int) -> Path:
        """Let runs wait in a step; give the file to take away."""
        stop = steps.folder_of(self.home) / f"stop-{step}"
        stop.touch()
        return stop

    def reached(self, step: int) -> str | None:
        """The run that has reached a step."""
        file = steps.folder_of(self.home) / "reached"
        run, _, at = file.read_text(encoding="utf-8").partition(" ") if file.exists() else ("", "", "")
        return run if at == str(step) else None

    def runs(self) -> dict[str, dg.DagsterRun]:
        """All runs, the oldest first."""
        return {run.run_id: run for run in reversed(self.instance.get_runs())}

    def new(self, before: set[str]) -> list[dg.DagsterRun]:
        """The runs that were not there before, the oldest first."""
        return [run for run_id, run in self.runs().items() if run_id not in before]

    def tell(self) -> str:
        said = self.log.read_text(encoding="utf-8", errors="replace")[-3000:]
        return f"runs: {[(run.run_id[:8], run.status.value) for run in self.runs().values()]}\n{said}"

    def processes(self, kind: str) -> list[int]:
        """The code servers, or the processes of runs (which multiprocessing has spawned)."""
        part = {"code server": "dagster api grpc", "run": "spawn_main"}[kind]
        return named(self.session(), part)

    def session(self) -> set[int]:
        """Every process that this daemon and the earlier ones have started, whoever is their parent now."""
        return {int(path.parent.name) for path in Path("/proc").glob("[0-9]*/environ") if self._is_ours(path)}

    def _is_ours(self, path: Path) -> bool:
        try:
            return f"SCHOOLMATCH_HOME={self.home.root}".encode() in path.read_bytes().split(b"\0")
        except OSError:
            return False

    def end(self) -> None:
        for process in self.session() - {os.getpid()}:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()
        self.stack.close()


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_HOME", "")  # set by what follows, and given back
        folder = tmp_path_factory.mktemp("killed")
        running = Daemon(Home(folder / "home"), folder / "daemon.log")
        try:
            yield running
        finally:
            running.end()


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("killed", KILLED)
def test_after_a_kill_the_run_has_failed_and_one_that_is_tried_again_goes_through(daemon: Daemon, killed: str, moment: int) -> None:
    """At most one run is at work, so that one whose process is gone would be waited for without end."""
    before = set(daemon.runs())
    stop = daemon.stop_at(moment)
    daemon.ask(f"{killed} at {moment}")
    until("the run has reached the step", lambda: daemon.reached(moment) not in {None, *before}, daemon.tell)
    lost = daemon.reached(moment)
    victims = {
        "run": daemon.processes("run"),
        "code server": daemon.processes("code server"),
        "run and code server": [*daemon.processes("code server"), *daemon.processes("run")],
        "daemon": [daemon.process.pid],
        "all": [daemon.process.pid, *daemon.processes("code server"), *daemon.processes("run")],
    }[killed]
    assert victims
    for process in victims:
        os.kill(process, signal.SIGKILL)
    stop.unlink()
    if killed in ("daemon", "all"):
        daemon.process.wait()
        daemon.start()
    until("the runs have ended, the last one well", lambda: daemon.new(before)[-1].status is STATUS.SUCCESS, daemon.tell)
    assert lost
    first, *others = daemon.new(before)
    assert first.run_id == lost
    if killed in ("code server", "daemon"):  # the process of the run lives, and ends it
        assert (first.status, others) == (STATUS.SUCCESS, [])
    else:
        assert first.status is STATUS.FAILURE
        assert [run.parent_run_id for run in others] == [lost]
    assert not daemon.instance.event_log_storage.get_concurrency_run_ids()


def test_a_run_that_is_killed_again_when_it_is_tried_again_is_not_tried_for_ever(daemon: Daemon) -> None:
    """And the next that is asked for goes through."""
    before = set(daemon.runs())
    stop = daemon.stop_at(2)
    daemon.ask("killed twice")
    seen: set[str | None] = {None, *before}
    for _ in range(2):
        until("the run has reached the step", lambda: daemon.reached(2) not in seen, daemon.tell)
        seen.add(daemon.reached(2))
        for process in daemon.processes("run"):
            os.kill(process, signal.SIGKILL)
    until("both have failed", lambda: [run.status for run in daemon.new(before)] == [STATUS.FAILURE] * 2, daemon.tell)
    stop.unlink()
    daemon.ask("once more")
    until("the next has ended", lambda: len(daemon.new(before)) > 2 and daemon.new(before)[-1].is_finished, daemon.tell)
    assert [run.status for run in daemon.new(before)] == [STATUS.FAILURE, STATUS.FAILURE, STATUS.SUCCESS]
    assert daemon.new(before)[-1].parent_run_id is None
