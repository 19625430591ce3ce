"""A command that is told to end leaves nothing half-done, says so in a sentence, and ends as a shell expects it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from warehouse.home import Home
from warehouse.store import is_at_work

COMMAND = [sys.executable, "-m", "orchestration.cli.start"]


@pytest.mark.parametrize(
    ("number", "after", "said"),
    [
        (signal.SIGTERM, "read gias", "Stopped as it was told to end."),
        (signal.SIGINT, "built core", "Stopped by Ctrl+C."),
        (signal.SIGHUP, "landed", "Stopped as its terminal has ended."),
    ],
    ids=lambda value: value.name if isinstance(value, signal.Signals) else "",
)
def test_a_refresh_that_is_told_to_end_dies_by_the_signal_and_leaves_nothing_at_work(
    tmp_path: Path, small_sample: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, after: str, said: str
) -> None:
    """On the code of before: 1 with 90 lines of traceback; at SIGHUP the run stayed STARTED, and four processes stayed behind."""
    home = Home(tmp_path / "home")
    command = [*COMMAND, "refresh", "--source", str(small_sample), "--home", str(home.root)]
    as_at_a_terminal = {"preexec_fn": lambda: signal.signal(number, signal.SIG_DFL)}  # whatever the suite was told to ignore
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True, **as_at_a_terminal) as running:
        assert running.stderr
        for line in running.stderr:
            if after in line:
                break
        os.killpg(running.pid, number)  # as a terminal and systemd do: to all of them
        rest = running.stderr.read()
    assert running.returncode == -number
    assert rest.splitlines()[-1] == said
    assert "Traceback" not in rest
    assert not is_at_work(home)
    assert not list(home.published.glob(".building-*"))
    with pytest.raises(ProcessLookupError):  # of the whole session
        os.killpg(running.pid, 0)
    monkeypatch.setenv("DAGSTER_HOME", str(home.dagster))
    with dg.DagsterInstance.get() as instance:
        assert all(run.is_finished for run in instance.get_runs())


@pytest.mark.parametrize(
    ("number", "said"),
    [(signal.SIGTERM, "Stopped as it was told to end."), (signal.SIGINT, "Stopped by Ctrl+C.")],
    ids=lambda value: value.name if isinstance(value, signal.Signals) else "",
)
def test_a_backfill_and_a_doctor_that_are_told_to_end_die_by_the_signal_and_leave_nothing(
    tmp_path: Path, small_sample: Path, number: signal.Signals, said: str
) -> None:
    """The doctor while a publisher is silent, the backfill once it has landed something."""
    home = Home(tmp_path / "home")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    options: dict[str, Any] = {
        "stderr": subprocess.PIPE,
        "stdout": subprocess.DEVNULL,
        "text": True,
        "preexec_fn": lambda: signal.signal(number, signal.SIG_DFL),
    }
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        environment = os.environ | {f"SCHOOLMATCH_{name}_URL": address for name in ("GIAS", "GOVUK", "EES", "ONS")}
        with subprocess.Popen([*COMMAND, "doctor", "--home", str(home.root)], env=environment, **options) as doctor:
            silent.accept()[0].close()
            doctor.send_signal(number)
            assert doctor.communicate()[1].splitlines() == [said]
    command = [*COMMAND, "backfill", str(small_sample), "--source", str(small_sample), "--home", str(home.root)]
    with subprocess.Popen(command, env=os.environ | {"TMPDIR": str(temporary)}, **options) as backfill:
        assert backfill.stderr
        while "landed" not in backfill.stderr.readline():
            assert backfill.poll() is None
        backfill.send_signal(number)
        rest = backfill.stderr.read()
    assert (doctor.returncode, backfill.returncode) == (-number, -number)
    assert rest.splitlines()[-1] == said
    assert "Traceback" not in rest
    assert list(temporary.iterdir()) == []
    assert not is_at_work(home)
    assert not list(home.root.rglob(".building-*"))


@pytest.mark.parametrize("form", ["--csv", "--json", None])
def test_who_writes_to_a_pipe_that_nobody_reads_ends_as_others_do(published_home: Home, form: str | None) -> None:
    """On the code of before the table ended with 1, CSV and JSON with 120 and "Exception ignored"."""
    command = [*COMMAND, "sql", "select * from school", "--home", str(published_home.root), *([form] if form else [])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout
        assert running.stderr
        running.stdout.close()
        said = running.stderr.read()
    assert (running.returncode, said) == (-signal.SIGPIPE, b"")


def test_a_disk_that_is_full_is_said(published_home: Home) -> None:
    """What is printed is flushed at the end alone, when nobody hears of it."""
    command = [*COMMAND, "sql", "select 1", "--csv", "--home", str(published_home.root)]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Stopped. There is no space left on the disk")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("most", [5, 12, 20])
def test_without_descriptors_a_command_says_so_or_answers(published_home: Home, most: int) -> None:
    command = [*COMMAND, "sql", "select 1 as one", "--csv", "--home", str(published_home.root)]
    limited = ["bash", "-c", f'ulimit -n {most}; exec "$@"', "bash", *command]
    done = subprocess.run(limited, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    if done.returncode:
        assert done.stderr.startswith("Stopped. This process may open no more files")
    else:
        assert done.stdout == "one\n1\n"


def test_a_question_that_takes_more_memory_than_there_is_is_told_so(published_home: Home) -> None:
    command = [*COMMAND, "sql", "select list(x) from range(2000000000) t(x)", "--home", str(published_home.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "The query cannot be answered: Out of Memory Error" in " ".join(done.stderr.split())
    with duckdb.connect(published_home.latest / "schoolmatch.duckdb", read_only=True) as connection:
        assert connection.execute("select count(*) > 0 from mart.school").fetchall() == [(True,)]
