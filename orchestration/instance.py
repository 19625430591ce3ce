"""Dagster's own home below ours: runs, events and cursors are kept there, and forgotten without it."""

from __future__ import annotations

import importlib.util
import logging
import os
import re
import threading
from pathlib import Path

from orchestration.at_work import forget, is_held
from orchestration.databases import set_damaged_aside
from transforms.errors import InputError
from warehouse import clock, durable
from warehouse.home import Home

log = logging.getLogger("schoolmatch")

SETTINGS = Path(__file__).with_name("dagster.yaml")
MODULE = "orchestration.definitions"
"""What daemon and UI load, and by which name they keep what they know of its sensors."""
GRACE_SECONDS = 60
"""For a run that a daemon is starting, or has just started, to have a process that is at work on it."""
LOST = "its process is gone"
PORT = 3000
"""Of the UI, where no other is given."""


_OF_ADDRESSES = re.compile(r"\?|%[0-9A-Fa-f]{2}")
"""What addresses of SQLAlchemy's have a meaning for; # and a % by itself do no harm."""

FILES = 64
"""That a refresh may have open at once: of the national files 25; a sheet of a workbook is a file while it is written."""


def see_to_limits() -> None:
    """Let this process open as many files as a refresh needs, and see that it can start the threads.

    Raises InputError where it may not: libraries would notice in the middle of what they write, page after page, and what is
    half-done could not even be taken away; DuckDB would wait for ever for a thread that never came.
    """
    _see_to_threads()
    if os.name == "nt":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < FILES:
        if hard != resource.RLIM_INFINITY and hard < FILES:
            raise InputError(
                f"This process may open no more files than {hard}",
                expected=f"{FILES} or more",
                do="raise the limit (ulimit -n 1024, or LimitNOFILE in systemd), and run it again",
            )
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, hard))


POSTGRES_URL = "SCHOOLMATCH_POSTGRES_URL"
"""Where Dagster keeps runs, events and schedules, in place of SQLite in the home: an address of SQLAlchemy's."""
_DRIVER = "postgresql+psycopg2://"
"""How it begins: without the driver, SQLAlchemy takes one that dagster-postgres does not bring."""
_POSTGRES = f"""\
# Only the name of the variable stands here: the address may hold a password.
storage:
  postgres:
    postgres_url:
      env: {POSTGRES_URL}
"""


def _settings() -> bytes:
    """What dagster.yaml of a home is to say. Raises InputError where Postgres is asked for and cannot be."""
    settings = SETTINGS.read_bytes()
    if not (url := os.environ.get(POSTGRES_URL)):
        return settings
    if not url.startswith(_DRIVER):
        raise InputError(  # without what it is: what stands there may be a secret
            f"{POSTGRES_URL} is no address of a Postgres database",
            expected=f"{_DRIVER}user:password@server/database, or {_DRIVER}user@/database?host=/var/run/postgresql",
            do="mend it, or leave it out: Dagster then keeps its databases in the home",
        )
    if importlib.util.find_spec("dagster_postgres") is None:
        raise InputError(
            f"{POSTGRES_URL} is set, and what Dagster speaks to Postgres with is not installed",
            do="make setup-service, or pip install 'schoolmatch[service]'",
        )
    return settings + _POSTGRES.encode()


THREADS = 16
"""That a refresh may have at once; of the national files 13."""


def _see_to_threads() -> None:
    release, threads = threading.Event(), list[threading.Thread]()
    try:
        for _ in range(THREADS):
            threads.append(threading.Thread(target=release.wait, daemon=True))
            threads[-1].start()
    except RuntimeError as error:
        raise InputError(
            f"This process could start no more than {len(threads) - 1} threads",
            expected=f"{THREADS} or more",
            do="end others, or raise the limit (ulimit -u, or TasksMax in systemd), and run it again",
        ) from error
    finally:
        release.set()
        for thread in threads:
            if thread.ident:
                thread.join()


def prepare_dagster_home(home: Home) -> Path:
    """Create HOME/dagster with our settings, and point Dagster of this process and its children at it; no telemetry.

    Raises InputError where this process may open too few files, or start too few threads, for what follows, and where the home has
    a path under which Dagster's databases cannot be, or Postgres is asked for that cannot be spoken to.
    """
    see_to_limits()
    settings = _settings()
    if found := _OF_ADDRESSES.search(str(home.root)):
        raise InputError(
            f"The path of the home has {found[0]} in it, which Dagster takes for a part of an address: it would keep its databases "
            "elsewhere, or nowhere",
            file=str(home.root),
            do="give the home another path, by --home or SCHOOLMATCH_HOME; one that is there can be moved",
        )
    home.make()
    home.dagster.mkdir(exist_ok=True)
    set_damaged_aside(home)
    own = home.dagster / SETTINGS.name
    if not own.is_file() or own.read_bytes() != settings:
        durable.write(own, settings)
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "yes"
    # A sensor that fetches a large file must not be cut off after Dagster's minute.
    os.environ.setdefault("DAGSTER_SENSOR_GRPC_TIMEOUT_SECONDS", "1800")
    return home.dagster


def end_lost_runs(home: Home, *, grace_seconds: float = 0) -> None:
    """Let runs end that a power cut or a kill has ended: Dagster takes them for running, and would start no other, ever.

    ``grace_seconds``: for how long nothing has become of one; ``GRACE_SECONDS`` where a daemon may be starting runs. It also makes
    Dagster's databases, where there are none, before several processes that ``make dev`` starts at once try to.
    """
    import dagster as dg  # takes seconds to import

    status = dg.DagsterRunStatus
    unfinished = dg.RunsFilter(statuses=[status.NOT_STARTED, status.STARTING, status.STARTED, status.CANCELING])
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        for record in instance.get_run_records(unfinished):
            run = record.dagster_run
            age = abs(clock.now().timestamp() - record.update_timestamp.timestamp())  # abs: the clock may have been set back
            if age < grace_seconds or is_held(home, run.run_id):
                continue
            log.warning("the run %s (%s) had not ended, and its process is gone: it has failed", run.run_id, run.status.value)
            if run.status is status.CANCELING:
                instance.report_run_canceled(run, LOST)
            else:
                instance.report_run_failed(run, LOST)
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    forget(home)


if __name__ == "__main__":  # python -m orchestration.instance COMMAND: run it in the prepared home (a daemon, a code server)
    import sys

    from orchestration import logs
    from orchestration.cli.failing import sentence_of

    if logs.is_json():
        logs.install()
    place = Home.find()
    try:
        prepare_dagster_home(place)
        end_lost_runs(place)
    except Exception as error:
        if (words := sentence_of(error)) is None:
            raise
        log.critical("%s", words)
        raise SystemExit(1) from None
    if logs.is_json():
        logs.run_script(sys.argv[1:])
    else:
        os.execv(sys.argv[1], sys.argv[1:])
