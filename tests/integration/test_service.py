"""The service as it is run on a server: the units of deploy/systemd, on Postgres, started by the commands that stand in them."""

from __future__ import annotations

import itertools
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import httpx
import pytest
import yaml
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from orchestration.at_work import is_held
from orchestration.instance import POSTGRES_URL
from tests.support import postgres
from tests.support.publisher import Publisher, live_environment
from tests.support.waiting import until
from warehouse.home import Home

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = {path.stem.removeprefix("schoolmatch-"): path for path in sorted((DEPLOY / "systemd").glob("*.service"))}
PASSWORD = "not-to-be-told"
STATUS = dg.DagsterRunStatus


def said(unit: str, option: str) -> str:
    """What a unit says of an option that it has once."""
    found = re.findall(rf"(?m)^{option}=(.*)$", UNITS[unit].read_text(encoding="utf-8"))
    assert len(found) == 1, (unit, option, found)
    return str(found[0])


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed (Debian: systemd)")
def test_systemd_finds_no_fault_with_the_units(tmp_path: Path) -> None:
    """It looks for the commands, too: they are put where they are here."""
    for path in UNITS.values():
        text = path.read_text(encoding="utf-8").replace("/opt/schoolmatch/.venv/bin", str(Path(sys.executable).parent))
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *sorted(tmp_path.iterdir())], capture_output=True, text=True, check=False
    )
    assert [line for line in done.stderr.splitlines() if "schoolmatch" in line] == []
    assert done.returncode == 0, done.stderr


def test_containers_run_the_commands_of_the_units() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert {name: service["command"] for name, service in services.items() if name != "postgres"} == {
        unit: said(unit, "ExecStart") for unit in UNITS
    }
    assert {service["working_dir"] for name, service in services.items() if name != "postgres"} == {
        said(unit, "WorkingDirectory") for unit in UNITS
    }
    folders = {volume.partition(":")[2] for volume in services["code"]["volumes"]}
    assert folders == {"/var/lib/schoolmatch", "/var/run/postgresql"}  # as in the example of the environment


class Service:
    """The units, started by hand as systemd does: each in a group of its own, with the environment of the example."""

    def __init__(self, folder: Path, home: Home, socket_folder: str, more: dict[str, str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.folder, self.home = folder, home
        self.paths = {
            "/opt/schoolmatch/.venv/bin": str(Path(sys.executable).parent),
            "/opt/schoolmatch": str(ROOT),
            "/var/lib/schoolmatch": str(home.root),
            "/var/run/postgresql": socket_folder,
            "schoolmatch@/": f"schoolmatch:{PASSWORD}@/",
            "--port 3000": f"--port {self.port}",
        }
        lines = (DEPLOY / "schoolmatch.env.example").read_text(encoding="utf-8").splitlines()
        settings = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
        self.environment = {name: self.here(value) for name, value in settings.items()} | more
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def here(self, text: str) -> str:
        """With the paths that there are here in place of those of a server."""
        for there, here in self.paths.items():
            text = text.replace(there, here)
        return text

    def log(self, unit: str) -> Path:
        return self.folder / f"{unit}.log"

    def start(self, unit: str) -> None:
        surroundings = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "NO_PROXY") if name in os.environ}
        about: dict[str, Any] = {"cwd": self.here(said(unit, "WorkingDirectory")), "env": surroundings | self.environment}
        with self.log(unit).open("ab") as log:
            self.running[unit] = subprocess.Popen(
                shlex.split(self.here(said(unit, "ExecStart"))), stdout=log, stderr=log, start_new_session=True, **about
            )
        if "ExecStartPost=" in UNITS[unit].read_text(encoding="utf-8"):
            after = shlex.split(self.here(said(unit, "ExecStartPost")))
            with subprocess.Popen(after, stdout=subprocess.DEVNULL, start_new_session=True, **about) as waiting:
                until(
                    f"{unit} is ready",
                    lambda: waiting.poll() is not None or self.running[unit].poll() is not None,
                    self.tell,
                )
                if waiting.poll() is None:  # systemd ends it, too
                    os.killpg(waiting.pid, signal.SIGKILL)
            assert waiting.returncode == 0, self.tell()

    def kill(self, unit: str) -> None:
        """All that the unit has started, at once, as systemd does once the first of it is killed."""
        process = self.running.pop(unit)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of a person on that server."""
        environment = {**os.environ, **self.environment, "DAGSTER_HOME": str(self.home.dagster)}
        program = Path(sys.executable).parent / words[0]
        return subprocess.run([program, *words[1:]], env=environment, cwd=ROOT, capture_output=True, text=True, check=False)

    def tell(self) -> str:
        return "\n".join(f"{unit}: {self.log(unit).read_text(encoding='utf-8')[-1500:]}" for unit in self.running)


@pytest.fixture
def service(
    tmp_path: Path, publisher: Publisher, small_sample: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Service, dg.DagsterInstance]]:
    """The code server, the daemon and the UI; and the instance they share."""
    found = postgres.programs()
    if not found:
        pytest.skip("Postgres is not installed (Debian: postgresql)")
    publisher.gias(f"{datetime.now(UTC):%Y%m%d}", small_sample)
    # the path of a socket has at most 107 letters, and pytest's folders have long names
    with postgres.cluster(found[-1], {"listen_addresses": "''"}) as at, tempfile.TemporaryDirectory(prefix="home-") as root:
        for words in (("createuser", "schoolmatch"), ("createdb", "--owner=schoolmatch", "schoolmatch")):
            subprocess.run([found[-1] / words[0], f"--host={at}", "--username=postgres", *words[1:]], check=True)
        home = Home(Path(root))
        more = live_environment(publisher, home, tmp_path / "cards") | {"SCHOOLMATCH_SENSOR_SECONDS": "3"}
        service = Service(tmp_path, home, at, more)
        monkeypatch.setenv(POSTGRES_URL, service.environment[POSTGRES_URL])
        try:
            for unit in ("code", "daemon", "ui"):
                service.start(unit)
            with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
                yield service, instance
        finally:
            for unit in list(service.running):
                service.kill(unit)


def as_at(home: Home) -> str | None:
    """The date of the newest Ofsted release in what is published; None where nothing is."""
    if not home.latest.exists():
        return None
    with duckdb.connect(home.latest / "schoolmatch.duckdb", read_only=True) as connection:
        return str(connection.execute("select ofsted_as_at::varchar from mart.refresh").fetchall()[0][0])


def test_a_new_release_is_published_though_the_service_is_killed_in_the_middle_and_monitors_are_told(
    service: tuple[Service, dg.DagsterInstance], publisher: Publisher
) -> None:
    running, instance = service
    home = running.home

    def runs() -> list[dg.DagsterRun]:
        return [run for run in instance.get_runs() if "dagster/sensor_name" in run.tags or run.parent_run_id]

    until("the first refresh is published", lambda: as_at(home) == "2025-08-31", running.tell)
    until("its run has ended", lambda: all(run.is_finished for run in runs()), running.tell)
    before = {run.run_id for run in runs()}

    # A release arrives, and all that is at work on it is killed.
    release = next(path for path in (home.root / "live" / "ofsted").iterdir() if path.suffix == ".csv").read_bytes()
    publisher.attach("30 September 2025", "68f000", re.sub(rb"Not judged", b"2", release, count=1))
    until("a run is at work on it", lambda: any(is_held(home, run.run_id) for run in runs()), running.tell)
    (lost,) = {run.run_id for run in runs() if not run.is_finished} - before
    for unit in ("daemon", "code"):
        running.kill(unit)
    assert as_at(home) == "2025-08-31"
    for unit in ("code", "daemon"):
        running.start(unit)
    until("the new release is published", lambda: as_at(home) == "2025-09-30", running.tell)
    until("its run has ended", lambda: all(run.is_finished for run in runs()), running.tell)
    last, *others = [run for run in runs() if run.run_id not in before]  # the newest first
    assert [(run.run_id, run.status) for run in others] == [(lost, STATUS.FAILURE)]
    assert (last.parent_run_id, last.status) == (lost, STATUS.SUCCESS)
    assert not instance.event_log_storage.get_concurrency_run_ids()

    # Where it is kept, and what is told of it nowhere.
    assert not list(home.dagster.rglob("*.db"))
    kept = [*home.dagster.rglob("*"), home.metrics, *map(running.log, UNITS)]
    assert [path for path in kept if path.is_file() and PASSWORD.encode() in path.read_bytes()] == []

    # Every line of the log is an object, and those of the run say which.
    lines = {unit: [json.loads(line) for line in running.log(unit).read_text(encoding="utf-8").splitlines()] for unit in UNITS}
    for line in itertools.chain.from_iterable(lines.values()):
        assert {"time", "level", "logger", "message", "run_id"} <= set(line)
    assert all(lines.values())
    of_run = {line["message"] for line in lines["code"] if line["run_id"] == last.run_id and line["logger"] == "schoolmatch"}
    assert f"published {home.latest.resolve()}, and read it back" in of_run

    # Figures of the run, in the file and beside the asset.
    told = {
        (sample.name.removeprefix("schoolmatch_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(home.metrics.read_text(encoding="utf-8"))
        for sample in family.samples
    }
    stamp = home.latest.resolve().name
    manifest = json.loads((home.latest / "manifest.json").read_text(encoding="utf-8"))
    assert told["run", last.run_id, "live", stamp] == 1
    assert {name[1]: value for name, value in told.items() if name[0] == "published_rows"} == manifest["tables"]
    size = sum(path.stat().st_size for path in home.latest.resolve().rglob("*") if path.is_file())
    assert told["published_size_bytes",] == size
    ages = {state["source"]: state["age_days"] for state in manifest["status"] if state["age_days"] is not None}
    assert {name[1]: value / 86_400 for name, value in told.items() if name[0] == "source_age_seconds"} == ages
    assert ages
    event = instance.get_latest_materialization_event(dg.AssetKey(["published", "latest"]))
    assert event
    assert event.asset_materialization
    beside = {name: value.value for name, value in event.asset_materialization.metadata.items()}
    assert beside["bytes"] == size
    assert beside["rows"] == sum(manifest["tables"].values())
    assert beside["seconds"] == told["run_duration_seconds",] > 0
    assert beside["peak_memory_bytes"] == told["run_peak_memory_bytes",] > 50_000_000  # DuckDB and pandas alone take more
    assert beside["age_days"] == ages

    # Health: of the data, the daemon, the code server and the UI.
    for words in (
        ("schoolmatch", "status"),
        ("dagster-daemon", "liveness-check"),
        ("dagster", "api", "grpc-health-check", "--socket", running.environment["DAGSTER_GRPC_SOCKET"]),
    ):
        done = running.command(*words)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
    assert httpx.get(f"http://127.0.0.1:{running.port}/server_info", trust_env=False).json()["dagster_version"] == dg.__version__
    again = {"query": "mutation { reloadWorkspace { __typename } }"}
    answer = httpx.post(f"http://127.0.0.1:{running.port}/graphql", json=again, trust_env=False)
    assert answer.json()["data"]["reloadWorkspace"]["__typename"] == "UnauthorizedError"  # read-only
