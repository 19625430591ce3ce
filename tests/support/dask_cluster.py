"""A scheduler of Dask's and its workers, as processes on loopback, started as a person starts them on several machines."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from distributed import Client

PATIENCE_SECONDS = 120
_LOOPBACK = ("--dashboard-address", "127.0.0.1:0")
"""Without a dashboard too they answer over HTTP, to everybody."""


@dataclass
class DaskCluster:
    """``address``: of the scheduler. ``workers``: their processes, by number, none of which is started again by itself."""

    folder: Path
    address: str
    running: ExitStack
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add_workers(self, number: int) -> None:
        """Start so many more, and wait for them."""
        for _ in range(number):
            command = ["worker", self.address, "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", *_LOOPBACK]
            self.workers.append(
                self.running.enter_context(_process(self.folder, [*command, "--local-directory", str(self.folder)]))
            )
        with Client(self.address, timeout=PATIENCE_SECONDS) as client:
            client.wait_for_workers(sum(worker.poll() is None for worker in self.workers), timeout=PATIENCE_SECONDS)

    def kill(self, number: int) -> None:
        """End a worker as the system does that has no memory left."""
        self.workers[number].kill()
        self.workers[number].wait()


@contextmanager
def dask_cluster(folder: Path, workers: int) -> Iterator[DaskCluster]:
    """A running scheduler with so many workers; all have ended afterwards."""
    folder.mkdir()
    where = folder / "scheduler.json"
    with ExitStack() as running:
        command = ["scheduler", "--host", "127.0.0.1", "--port", "0", *_LOOPBACK, "--scheduler-file", str(where)]
        running.enter_context(_process(folder, command))
        with Client(scheduler_file=str(where), timeout=PATIENCE_SECONDS):  # which waits for the file
            cluster = DaskCluster(folder, json.loads(where.read_bytes())["address"], running)
        cluster.add_workers(workers)
        yield cluster


@contextmanager
def _process(folder: Path, command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / f"{command[0]}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + command[0], *command[1:]], stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
