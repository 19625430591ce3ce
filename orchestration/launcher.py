"""How Dagster starts a run and asks whether its process still lives: its own launcher, which cannot tell, and what can.

Named in ``dagster.yaml``. Dagster's run monitoring then lets runs fail whose process is gone, while the daemon lives
(``instance.end_lost_runs``: those of an earlier one).
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.launcher import CheckRunHealthResult, DefaultRunLauncher, WorkerStatus

from orchestration.at_work import is_held
from warehouse.home import Home

PATIENCE_SECONDS = 90
"""For how long nobody must have been at work on a run. It may have just begun, and its process loads the definitions; or the code
server was killed with it: Dagster, which starts another within a minute, would try the run again before that, once and in vain."""


class Launcher(DefaultRunLauncher):
    """Runs are processes of the code server, which cannot tell of them once it is killed itself: their locks can."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._missed: dict[str, float] = {}

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Yes, which Dagster's own does not."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Whether a process is at work on a run that has begun."""
        if is_held(Home(Path(self._instance.root_directory).parent), run.run_id):
            self._missed.pop(run.run_id, None)
        elif time.monotonic() - self._missed.setdefault(run.run_id, time.monotonic()) > PATIENCE_SECONDS:
            return CheckRunHealthResult(WorkerStatus.NOT_FOUND, "its process is gone")
        return CheckRunHealthResult(WorkerStatus.RUNNING)
