"""Spark as it stands on several machines, on this one: a master and two workers, each a process, on loopback, for one run."""

from __future__ import annotations

import os
import re
import secrets
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Thread, Timer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
WORKERS = 2
SECONDS_TO_START = 120


class NotStartedError(Exception):
    """A process of the cluster has ended, or said nothing in time; with its last words."""


@contextmanager
def session(folder: Path) -> Iterator[SparkSession]:
    """A session on a cluster of its own, whose files are in ``folder``. All is ended afterwards, whatever happens."""
    from pyspark.sql import SparkSession

    (folder / "spark").mkdir()
    # Whoever may speak to a master may have it run what they like, and a command line is for all to read: so a secret, in files.
    secret = {"spark.authenticate": "true", "spark.authenticate.secret": secrets.token_hex(32)}
    daemon = {**secret, "spark.master.rest.enabled": "false"}  # which asks for no secret
    start = ["--host", HOST, "--port", "0", "--webui-port", "0", "--properties-file", _file(folder / "spark" / "daemon", daemon)]
    os.environ.update(
        SPARK_LOCAL_IP=HOST,
        SPARK_LOCAL_DIRS=str(folder / "spark"),
        PYSPARK_PYTHON=sys.executable,
        PYSPARK_DRIVER_PYTHON=sys.executable,
    )
    with ExitStack() as open_until_the_end:
        master = open_until_the_end.enter_context(_process("master.Master", start, r"Starting Spark master at (\S+)"))
        for number in range(WORKERS):
            rooms = ["--cores", "1", "--memory", "1g", "--work-dir", str(folder / "spark" / f"worker {number}")]
            worker = _process("worker.Worker", [*start, *rooms, master], r"Successfully registered with master (\S+)")
            open_until_the_end.enter_context(worker)
        settings = {
            **secret,
            "spark.master": master,
            "spark.driver.host": HOST,
            "spark.driver.bindAddress": HOST,
            "spark.executor.memory": "768m",
            "spark.executorEnv.PYTHONPATH": str(ROOT),  # their Python runs functions of the project
            "spark.sql.shuffle.partitions": "4",
            "spark.sql.warehouse.dir": str(folder / "spark" / "tables"),
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.log.level": "ERROR",
        }
        os.environ["PYSPARK_SUBMIT_ARGS"] = (
            f"--properties-file {shlex.quote(_file(folder / 'spark' / 'driver', settings))} pyspark-shell"
        )
        spark = SparkSession.builder.getOrCreate()
        open_until_the_end.callback(spark.stop)
        yield spark


def _file(path: Path, settings: Mapping[str, str]) -> str:
    """A file of settings that nobody else may read; returns its path."""
    path.touch(mode=0o600)
    path.write_text("".join(f"{name} {value}\n" for name, value in settings.items()), encoding="utf-8")
    return str(path)


@contextmanager
def _process(name: str, arguments: list[str], said: str) -> Iterator[str]:
    """A process of the cluster, once it has said that it is up: what the group in ``said`` matched."""
    import pyspark

    command = [str(Path(pyspark.__path__[0]) / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", *arguments]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield _once_said(process, said)
        finally:
            # its group: of a worker also the executors that it started
            with suppress(ProcessLookupError):  # it has ended by itself
                os.killpg(process.pid, signal.SIGTERM)
            ended = Timer(30, os.killpg, (process.pid, signal.SIGKILL))
            ended.start()
            process.wait()
            ended.cancel()


def _once_said(process: subprocess.Popen[str], said: str) -> str:
    assert process.stderr
    late = Timer(SECONDS_TO_START, process.kill)
    late.start()
    lines = []
    for line in process.stderr:
        lines.append(line)
        if found := re.search(said, line):
            late.cancel()
            # or it would stop when the pipe is full
            Thread(target=lambda stream=process.stderr: [None for _ in stream], daemon=True).start()
            return found[1]
    late.cancel()
    raise NotStartedError(f"Spark has not started (it needs Java 17, as java on the PATH or by JAVA_HOME): {''.join(lines[-5:])}")
