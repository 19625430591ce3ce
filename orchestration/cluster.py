"""The cluster that a match in shards runs on: Dask's scheduler and workers, somebody's own or started here.

A resource of our own: dagster-dask would have Dagster's steps run on the cluster, one each, and pins the version of Dagster to the
patch. Here Dagster knows one step, and Dask the shards of it: it does those again whose worker has died.
"""

from __future__ import annotations

import logging
import os
import re
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transforms.errors import InputError
from transforms.text import counted
from warehouse.places.engine import Engine, Here, Result, Task

if TYPE_CHECKING:
    from distributed import Client, Worker

log = logging.getLogger("schoolmatch")

SETTING = "SCHOOLMATCH_CLUSTER"
_FORMS = "tcp://scheduler:8786 or tls://scheduler:8786; local, or local:4, for so many processes of this machine"
_PATIENCE_SECONDS = 120
"""For a worker to come, at the beginning and after the last one has gone."""
_LOOK_SECONDS, _ANSWER_SECONDS = 5, 30


@contextmanager
def engine_of(given: str | None = None) -> Iterator[Engine]:
    """Who does the work: the cluster at an address, else at that of the environment, else this process.

    Raises InputError where the address is none, Dask is not installed, or nobody answers.
    """
    address = (given or os.environ.get(SETTING) or "").strip()
    if not address:
        yield Here()
        return
    local = re.fullmatch(r"local(?::([1-9]\d{0,2}))?", address)
    if not local and not re.fullmatch(r"(tcp|tls)://[^\s/@?#]+:\d+", address):
        raise InputError(f"{'It' if given else SETTING} is no address of a cluster: {address}", expected=_FORMS)
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise InputError(
            "A cluster is asked for, and Dask is not installed", do="make setup-cluster, or pip install 'schoolmatch[cluster]'"
        ) from error
    if not local:
        try:
            client = Client(address, timeout=_ANSWER_SECONDS)
        except (OSError, TimeoutError, ValueError, RuntimeError) as error:
            raise InputError(
                f"Nobody answers at {address}: {error}", do="start the scheduler (docs/scale.md), or mend it"
            ) from error
        with client:
            yield Cluster(client, address)
        return
    with (
        tempfile.TemporaryDirectory(prefix="schoolmatch-") as folder,
        LocalCluster(
            n_workers=int(local[1] or os.cpu_count() or 1),
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",  # whoever reaches a scheduler can run what he likes
            dashboard_address=None,
            worker_dashboard_address=None,
            memory_limit=0,  # DuckDB has its own
            local_directory=folder,
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield Cluster(client, address)


def _still_done(tasks: Collection[object], dask_worker: Worker) -> bool:
    """Whether a worker is doing one of the tasks."""
    return any(each.key in tasks for each in dask_worker.state.executing)


@dataclass(frozen=True)
class Cluster:
    """Workers of a Dask scheduler."""

    client: Client
    address: str
    threads: int = 1

    @property
    def about(self) -> str:
        """Where, and how many."""
        return f"Dask at {self.address}, {counted(len(self._workers()), 'worker')}"

    def each(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Result]:
        """The results as they come. A task whose worker dies is done again, by another, three times at most.

        Raises what the function raises, and InputError where a task ends its workers, or no worker is left.
        """
        from distributed import KilledWorker, wait
        from distributed.client import FutureCancelledError

        self._wait_for_workers()
        waiting = self.client.map(function, tasks, pure=False)
        try:
            while waiting:
                try:
                    done, _ = wait(waiting, timeout=_LOOK_SECONDS, return_when="FIRST_COMPLETED")
                except TimeoutError:
                    self._wait_for_workers()
                    continue
                waiting = [future for future in waiting if future not in done]
                for future in done:
                    yield future.result()
                    future.release()
        except KilledWorker as error:
            raise InputError(
                "A shard has ended the workers that took it, one after the other: they may have had too little memory",
                do="give each more, or smaller shards (--resolution 4), and look at what the workers have logged",
            ) from error
        except (FutureCancelledError, OSError) as error:
            raise InputError(f"The scheduler at {self.address} has gone: {error}", do="start it, and match anew") from error
        finally:
            if waiting:
                self.client.cancel(waiting)
                self._wait_for_the_end_of({future.key for future in waiting})

    def _wait_for_the_end_of(self, tasks: Collection[object]) -> None:
        """What is cancelled while it is done goes on to its end, and would write where all has been cleared."""
        ends = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < ends:
            try:
                if not any(self.client.run(_still_done, tasks, on_error="ignore").values()):
                    return
            except (OSError, TimeoutError):  # the scheduler has gone, and its workers go
                return
            time.sleep(_LOOK_SECONDS / 10)

    def _workers(self) -> Sequence[str]:
        return list(self.client.scheduler_info(n_workers=-1)["workers"])

    def _wait_for_workers(self) -> None:
        if self._workers():
            return
        log.warning("no worker is at %s: waiting for one", self.address)
        try:
            self.client.wait_for_workers(1, timeout=_PATIENCE_SECONDS)
        except TimeoutError as error:
            raise InputError(
                f"No worker has come to {self.address} in {_PATIENCE_SECONDS} seconds", do="start workers (docs/scale.md)"
            ) from error
