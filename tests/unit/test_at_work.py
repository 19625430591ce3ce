"""A run whose process is gone is known for one, by a daemon that lives as well as by the next that starts."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.launcher import WorkerStatus
from filelock import FileLock

from orchestration import at_work, launcher
from orchestration.instance import GRACE_SECONDS, end_lost_runs, prepare_dagster_home
from orchestration.launcher import Launcher
from warehouse.home import Home

STATUS = dg.DagsterRunStatus


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def instance(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("DAGSTER_HOME", "")  # set by what follows, and given back
    with dg.DagsterInstance.from_config(str(prepare_dagster_home(home))) as instance:
        yield instance


def add(instance: dg.DagsterInstance, status: dg.DagsterRunStatus) -> str:
    return instance.add_run(dg.DagsterRun("refresh", status=status)).run_id


def status_of(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run
    return run.status


def lock_of(home: Home, run_id: str) -> FileLock:
    """Held as by another process."""
    path = home.dagster / "at_work" / f"{run_id}.lock"
    path.parent.mkdir(exist_ok=True)
    return FileLock(path)


def test_a_run_whose_process_is_gone_blocks_no_other_whatever_else_is_at_work(home: Home, instance: dg.DagsterInstance) -> None:
    """On the code of before it did while any refresh was at work; one that was being stopped, or had not begun, did for ever."""
    lost = {status: add(instance, status) for status in (STATUS.NOT_STARTED, STATUS.STARTING, STATUS.STARTED, STATUS.CANCELING)}
    at_work_on = add(instance, STATUS.STARTED)
    with FileLock(home.lock), lock_of(home, at_work_on):  # a refresh is at work: another one
        end_lost_runs(home)
        assert status_of(instance, at_work_on) is STATUS.STARTED
    found = {before: status_of(instance, run_id) for before, run_id in lost.items()}
    assert found == dict.fromkeys(lost, STATUS.FAILURE) | {STATUS.CANCELING: STATUS.CANCELED}
    end_lost_runs(home)
    assert status_of(instance, at_work_on) is STATUS.FAILURE
    assert list((home.dagster / "at_work").iterdir()) == []
    said = [event.dagster_event.message for event in instance.all_logs(at_work_on) if event.dagster_event]
    assert said == ["its process is gone"]


def test_a_run_that_a_daemon_is_just_starting_is_left_to_it(home: Home, instance: dg.DagsterInstance) -> None:
    young = add(instance, STATUS.STARTING)
    end_lost_runs(home, grace_seconds=GRACE_SECONDS)
    assert status_of(instance, young) is STATUS.STARTING


def test_a_daemon_that_lives_finds_out_that_nobody_is_at_work_on_a_run(
    home: Home, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dagster's own launcher cannot tell, and is not asked."""
    of_instance = instance.run_launcher
    assert isinstance(of_instance, Launcher)
    assert instance.run_monitoring_enabled
    run = instance.get_run_by_id(add(instance, STATUS.STARTED))
    assert run
    seconds = 0.0
    monkeypatch.setattr(launcher.time, "monotonic", lambda: seconds)

    def looked_at() -> WorkerStatus:
        return of_instance.check_run_worker_health(run).status

    with lock_of(home, run.run_id):
        assert looked_at() is WorkerStatus.RUNNING
        seconds = 10_000.0
        assert looked_at() is WorkerStatus.RUNNING
    assert looked_at() is WorkerStatus.RUNNING  # it may be just beginning
    seconds += launcher.PATIENCE_SECONDS + 1
    assert looked_at() is WorkerStatus.NOT_FOUND


def test_a_process_says_that_it_is_at_work_until_it_ends_however_it_ends(home: Home) -> None:
    script = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom orchestration.at_work import hold, is_held\n"
        "from warehouse.home import Home\nhome = Home(Path(sys.argv[1]))\nhold(home, 'run')\n"
        "print(is_held(home, 'run'), flush=True)\nsys.stdin.readline()\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(home.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == b"True\n"
        assert at_work.is_held(home, "run")
        process.communicate(b"\n")
    assert not at_work.is_held(home, "run")


def test_no_run_takes_longer_than_any_that_is_at_work_still(instance: dg.DagsterInstance) -> None:
    """Dagster stops it after six hours; on the code of before a run that hung had all others wait without end."""
    assert instance.run_monitoring_max_runtime_seconds == 6 * 3600


def test_a_run_that_hangs_in_a_library_ends_its_own_process_and_the_next_goes_on(home: Home, instance: dg.DagsterInstance) -> None:
    """With a limit of a moment in place of six hours: nothing of Python runs in it any more, and it ends and says where it was."""
    run_id = add(instance, STATUS.STARTED)
    script = (
        "import sys\nfrom pathlib import Path\nfrom threading import Lock\nfrom orchestration import at_work\n"
        "from warehouse.home import Home\nat_work.PATIENCE_SECONDS = 0\n"
        "at_work.hold(Home(Path(sys.argv[1])), sys.argv[2], longest_seconds=0.05)\n"
        "lock = Lock()\nlock.acquire()\nlock.acquire()\n"  # for ever
    )
    done = subprocess.run([sys.executable, "-c", script, str(home.root), run_id], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Timeout")
    assert "most recent call first" in done.stderr
    assert not at_work.is_held(home, run_id)
    end_lost_runs(home)
    assert instance.get_run_by_id(run_id).status is STATUS.FAILURE


def test_a_process_that_writes_workbooks_ends_with_the_one_it_works_for() -> None:
    """On the code of before it waited for work for ever, once that was killed."""
    script = (
        "import os, signal\nfrom concurrent.futures import ProcessPoolExecutor\nfrom multiprocessing import get_context\n"
        "from exports.excel import _end_with_parent\n"
        "if __name__ == '__main__':\n"
        "    pool = ProcessPoolExecutor(1, get_context('spawn'), _end_with_parent)\n"
        "    print(pool.submit(os.getpid).result(), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    worker = int(done.stdout)
    pause = threading.Event()
    for _ in range(300):
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return
        pause.wait(0.1)
    os.kill(worker, 9)
    pytest.fail("it is still there")
