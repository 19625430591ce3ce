"""``python -m orchestration.ui``: Dagster's UI behind the guard, on this machine alone; ``--read-only`` for production.

It is what ``dagster-webserver`` starts, with the guard around it. The guard is put around the finished application, so that nothing
of Dagster's own can come before it; where Dagster has moved what is imported here, the UI does not start.
"""

from __future__ import annotations

import argparse
import logging
import socket
from pathlib import Path

import dagster as dg
import uvicorn
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget, WorkspaceFileTarget, WorkspaceLoadTarget
from dagster_webserver.app import create_app_from_workspace_process_context

from orchestration import logs
from orchestration.guard import LOCALHOST, bound, guarded
from orchestration.instance import MODULE, PORT, prepare_dagster_home
from transforms.errors import InputError
from warehouse.home import Home

log = logging.getLogger("schoolmatch")

POLL_MS = 2000
"""How often the page asks for what is new, as ``dagster-webserver`` has it."""


def main() -> None:
    """Serve until Ctrl+C or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.ui", description="Dagster's UI, for this machine alone.")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--read-only", action="store_true", help="nothing can be started, stopped or changed")
    parser.add_argument("--name", action="append", default=[], help="a host name by which a log-in in front passes requests on")
    parser.add_argument(
        "--workspace", type=Path, help="a workspace file (default: the definitions, loaded by this process's child)"
    )
    parser.add_argument("--listener", type=int, help=argparse.SUPPRESS)  # the descriptor of a port that make dev has bound
    given = parser.parse_args()
    target = WorkspaceFileTarget(paths=[str(given.workspace)]) if given.workspace else ModuleTarget(MODULE, None, None, None)
    if logs.is_json():
        logs.install()
    try:
        prepare_dagster_home(Home.find())
        with bound(given.port) if given.listener is None else socket.socket(fileno=given.listener) as listener:
            serve(listener, target, names=given.name, read_only=given.read_only)
    except InputError as error:
        raise SystemExit(str(error)) from error
    except KeyboardInterrupt:
        pass


def serve(listener: socket.socket, target: WorkspaceLoadTarget, *, names: list[str], read_only: bool) -> None:
    """Serve the UI of the definitions that ``target`` leads to, until interrupted."""
    with (
        dg.DagsterInstance.get() as instance,
        WorkspaceProcessContext(instance, target, version=dg.__version__, read_only=read_only) as context,
    ):
        app = guarded(create_app_from_workspace_process_context(context, live_data_poll_rate=POLL_MS), names)
        port = listener.getsockname()[1]
        ready = f"Dagster's UI: http://{LOCALHOST}:{port}{' (read-only)' if read_only else ''}"
        if logs.is_json():
            log.info(ready)
        else:
            print(f"{ready}  (Ctrl+C stops)", flush=True)
        # What a request says of itself in X-Forwarded-… is nobody's business here.
        config = uvicorn.Config(app, log_level="warning", proxy_headers=False, server_header=False)
        if logs.is_json():  # uvicorn has just given its own loggers lines of their own
            logging.getLogger("uvicorn").handlers = []
            logging.getLogger("uvicorn").propagate = True
        uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    main()
