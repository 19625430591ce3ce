"""A command that is told to end says a sentence, from its first moment on, and no library says more."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import threading

import pytest

from orchestration import instance
from transforms.errors import InputError


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


LISTENING = """
import logging, os, signal, time
from orchestration import stopping
signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever the suite was told to ignore
stopping.listen()
"""


def test_nothing_that_takes_time_is_loaded_before_signals_are_listened_for() -> None:
    """Ctrl+C in the first tenth of a second ended in a traceback of an import."""
    done = python("import sys; had = set(sys.modules); import orchestration.cli.start; print(*sys.modules.keys() - had)")
    assert done.stdout
    ours = {name for name in done.stdout.split() if name.startswith(("orchestration", "transforms", "warehouse", "exports"))}
    assert ours == {"orchestration", "orchestration.cli", "orchestration.cli.start", "orchestration.stopping"}
    assert not {"sqlite3", "duckdb", "typer", "dagster"} & set(done.stdout.split())


def test_what_a_library_was_doing_at_the_moment_of_a_signal_is_not_told() -> None:
    """SQLAlchemy logged the traceback of a connection that it was just closing."""
    done = python(
        LISTENING
        + """
class Closing:
    def __del__(self):
        raise KeyboardInterrupt
logging.getLogger("sqlalchemy.pool").error("told before")
try:
    os.kill(os.getpid(), signal.SIGINT)
except KeyboardInterrupt:
    logging.getLogger("sqlalchemy.pool").error("Exception closing connection", exc_info=True)
    Closing()
"""
    )
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "told before\n")


@pytest.mark.parametrize(
    ("soft", "hard", "becomes"),
    [(20, 4096, 64), (1024, 1024, None), (resource.RLIM_INFINITY, resource.RLIM_INFINITY, None), (20, resource.RLIM_INFINITY, 64)],
)
def test_a_process_lets_itself_open_the_files_it_needs(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, becomes: int | None
) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: asked.append(limits))
    instance.see_to_limits()
    assert asked == ([(becomes, hard)] if becomes else [])


def test_one_that_may_not_says_so_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """With 28 a refresh wrote 260 lines of "Exception ignored" while it wrote workbooks; with 20 it left .building- behind."""
    monkeypatch.setattr(resource, "getrlimit", lambda _: (28, 28))
    with pytest.raises(InputError, match=r"may open no more files than 28\. Expected: 64 or more\. What to do: raise the limit"):
        instance.see_to_limits()


def test_one_that_may_start_too_few_threads_says_so_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """With six (ulimit -u) a refresh hung in DuckDB for ever; with two a library ended it as if by Ctrl+C."""
    start, started = threading.Thread.start, list[threading.Thread]()

    def limited(thread: threading.Thread) -> None:
        if len(started) == 5:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    with pytest.raises(InputError, match=r"could start no more than 5 threads\. Expected: 16 or more\. What to do: end others"):
        instance.see_to_limits()
    assert not any(thread.is_alive() for thread in started)


def test_a_signal_that_comes_where_nothing_can_be_stopped_is_not_lost() -> None:
    """In a finalizer: a backfill went on to its end, and died without a word."""
    done = python(
        LISTENING
        + """
class Closing:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(1000):
            pass
try:
    Closing()
    time.sleep(60)
    print("went on")
except KeyboardInterrupt:
    print("stopped")
"""
    )
    assert (done.stdout, done.stderr, done.returncode) == ("stopped\n", "", -signal.SIGINT)
