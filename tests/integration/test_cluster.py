"""The match in shards on a Dask cluster of processes: the same files as in one process, byte for byte, whoever dies meanwhile."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import psutil
import pytest
from typer.testing import CliRunner

import orchestration.cluster
from orchestration.assets import places as assets
from orchestration.cli.main import app
from orchestration.cluster import engine_of
from orchestration.definitions import defs
from tests.support.dask_cluster import DaskCluster, dask_cluster
from tests.unit.test_places import around_borders, lay
from transforms.errors import InputError
from warehouse.places.engine import Here
from warehouse.places.matching import Release, match_places
from warehouse.places.shelf import Folder

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Places around the corners of shards, in two files; not to be changed."""
    rows = around_borders(4_000, seed=20)
    return lay(tmp_path_factory.mktemp("given"), rows[:2_500], rows[2_500:])


@pytest.fixture(scope="module")
def here(given: Folder, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """What this process makes of them."""
    return match_places(given, Folder(tmp_path_factory.mktemp("here")), Here(), 4)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[DaskCluster]:
    """A scheduler and two workers."""
    with dask_cluster(tmp_path / "dask", workers=2) as running:
        yield running


def test_a_cluster_finds_what_one_process_finds_and_both_workers_work(
    cluster: DaskCluster, given: Folder, here: Release, tmp_path: Path
) -> None:
    with engine_of(cluster.address) as engine:
        there = match_places(given, Folder(tmp_path / "to"), engine, 4)
    assert there.manifest["files"] == here.manifest["files"]
    assert there.manifest["rows"] == here.manifest["rows"]
    assert there.manifest["engine"] == f"Dask at {cluster.address}, 2 workers"
    pids = {int(process.rpartition("/")[2]) for process in there.manifest["processes"]}
    assert pids == {worker.pid for worker in cluster.workers}


def _when_shards_are_written(to: Path, number: int, then: Any) -> threading.Thread:
    """Do something once so many shards of a match have been written."""

    def watch() -> None:
        while len(list(to.glob("v/*/pair/*.parquet"))) < number and not over.wait(0.01):
            pass
        then()

    over = threading.Event()
    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    return thread


def test_a_worker_that_is_killed_in_the_middle_is_made_good(
    cluster: DaskCluster, given: Folder, here: Release, tmp_path: Path
) -> None:
    to = tmp_path / "to"
    killed = _when_shards_are_written(to, 2, lambda: cluster.kill(0))
    with engine_of(cluster.address) as engine:
        there = match_places(given, Folder(to), engine, 4)
    killed.join()
    assert cluster.workers[0].poll() == -9
    assert there.manifest["files"] == here.manifest["files"]


def test_one_that_comes_when_all_are_gone_goes_on(cluster: DaskCluster, given: Folder, here: Release, tmp_path: Path) -> None:
    to = tmp_path / "to"

    def change() -> None:
        cluster.kill(0)
        cluster.kill(1)
        cluster.add_workers(1)

    changed = _when_shards_are_written(to, 2, change)
    with engine_of(cluster.address) as engine:
        there = match_places(given, Folder(to), engine, 4)
    changed.join()
    assert there.manifest["files"] == here.manifest["files"]


def test_where_no_worker_comes_it_says_so_and_nothing_stays(
    cluster: DaskCluster, given: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orchestration.cluster, "_PATIENCE_SECONDS", 1)
    monkeypatch.setattr(orchestration.cluster, "_LOOK_SECONDS", 0.2)
    to = tmp_path / "to"

    def kill() -> None:
        cluster.kill(0)
        cluster.kill(1)

    killed = _when_shards_are_written(to, 2, kill)
    with engine_of(cluster.address) as engine, pytest.raises(InputError, match="No worker has come"):
        match_places(given, Folder(to), engine, 4)
    killed.join()
    assert Folder(to).names() == []


def _ends_its_process(number: int) -> None:
    os._exit(number)


def test_a_shard_that_ends_every_worker_ends_the_match(tmp_path: Path) -> None:
    with engine_of("local:1") as engine, pytest.raises(InputError, match="A shard has ended the workers that took it"):
        list(engine.each(_ends_its_process, [1]))


def test_what_is_wrong_with_a_place_comes_back_in_its_own_words_and_nothing_stays_that_others_still_wrote(
    cluster: DaskCluster, tmp_path: Path
) -> None:
    rows = around_borders(100_000, seed=21)
    wrong = lay(tmp_path, rows[:100].assign(status="good"), rows[100:])
    with engine_of(cluster.address) as engine, pytest.raises(InputError, match="a status is none of") as told:
        match_places(wrong, Folder(tmp_path / "to"), engine)
    assert told.value.file == "0.parquet"
    assert Folder(tmp_path / "to").names() == []


def test_workers_of_this_machine_listen_on_loopback_alone() -> None:
    with engine_of("local:2") as engine:
        assert engine.about == "Dask at local:2, 2 workers"
        me = psutil.Process()
        listening = [each for process in (me, *me.children(recursive=True)) for each in process.net_connections("inet")]
        addresses = {each.laddr.ip for each in listening if each.status == psutil.CONN_LISTEN}
    assert addresses == {"127.0.0.1"}


@pytest.mark.parametrize("address", ["here", "local:0", "http://127.0.0.1:8786", "tcp://127.0.0.1", "tcp://us:hush@127.0.0.1:1"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="is no address of a cluster"), engine_of(address):
        pass


def test_where_nobody_answers_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orchestration.cluster, "_ANSWER_SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
    with pytest.raises(InputError, match=f"Nobody answers at tcp://127.0.0.1:{port}"), engine_of(f"tcp://127.0.0.1:{port}"):
        pass


def test_where_dask_is_not_installed_it_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match="make setup-cluster"), engine_of("local"):
        pass


def test_the_command_matches_through_dagster_and_says_what_it_found(
    cluster: DaskCluster, given: Folder, here: Release, tmp_path: Path
) -> None:
    asked = ["match-places", given.url, "--to", str(tmp_path / "to"), "--home", str(tmp_path / "home"), "--resolution", "4"]
    done = CliRunner().invoke(app, asked, env={"SCHOOLMATCH_CLUSTER": cluster.address})
    assert done.exit_code == 0, done.output
    assert f"{here.manifest['rows']['pairs']:,} pairs in {here.manifest['shards']} shards" in " ".join(done.output.split())
    release = Path(done.output.split()[-1])
    assert json.loads((release / "manifest.json").read_bytes())["files"] == here.manifest["files"]
    with dg.DagsterInstance.from_config(str(tmp_path / "home" / "dagster")) as instance:
        (run,) = instance.get_runs()
        assert (run.job_name, run.status) == ("match_places", dg.DagsterRunStatus.SUCCESS)
        event = instance.get_latest_materialization_event(dg.AssetKey(["places", "matched"]))
    assert event
    assert event.asset_materialization
    assert event.asset_materialization.metadata["pairs"].value == here.manifest["rows"]["pairs"]


def test_a_command_that_is_interrupted_leaves_nothing_of_it(given: Folder, tmp_path: Path) -> None:
    to = tmp_path / "to"
    command = "from orchestration.cli.start import main\nif __name__ == '__main__':\n    main()"
    asked = ["match-places", given.url, "--to", str(to), "--home", str(tmp_path / "home"), "--resolution", "4"]
    process = subprocess.Popen([sys.executable, "-c", command, *asked], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    _when_shards_are_written(to, 2, process.terminate).join()
    told = process.communicate(timeout=120)[0].decode()
    assert process.returncode == -signal.SIGTERM
    assert "Traceback" not in told
    assert Folder(to).names() == []


def test_a_second_match_of_a_home_is_refused_while_the_first_is_at_work(given: Folder, tmp_path: Path) -> None:
    from warehouse.home import Home

    home = Home(tmp_path / "home")
    with assets.alone(home), pytest.raises(InputError, match="Another match of places is at work"), assets.alone(home):
        pass


def test_the_service_has_the_job_where_it_is_asked_for_and_a_refresh_is_no_part_of_it(
    given: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHOOLMATCH_HOME", str(tmp_path))
    jobs = {job.name for job in defs().resolve_all_job_defs()}
    assert "match_places" not in jobs
    monkeypatch.setenv("SCHOOLMATCH_PLACES", given.url)
    with pytest.raises(InputError, match="SCHOOLMATCH_PLACES_TO one is set"):
        defs()
    monkeypatch.setenv("SCHOOLMATCH_PLACES_TO", str(tmp_path / "to"))
    both = defs()
    matched = dg.AssetKey(["places", "matched"])
    assert both.resolve_job_def("match_places").asset_layer.executable_asset_keys == {matched}
    assert matched not in both.resolve_job_def("refresh").asset_layer.executable_asset_keys
