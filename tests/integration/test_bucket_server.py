"""Whoever reads in a bucket never meets a half of a release: a real S3 server is killed, full, and given wrong keys."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from typer.testing import CliRunner

from exports.bucket import address, publish_to
from exports.bucket.shelf import shelf
from orchestration.cli.main import app
from tests.support.release import few, stamped
from tests.support.swift import BIN, Swift
from tests.support.web_reader import SCRIPT, Reader
from tests.unit.test_places import around_borders, lay
from transforms.errors import InputError
from warehouse import publish
from warehouse.home import Home
from warehouse.places.engine import Here
from warehouse.places.matching import match_places
from warehouse.places.shelf import Folder, put_table, read_table

KILLS = int(os.environ.get("SCHOOLMATCH_KILLS", "6"))
"""How often the publisher is killed here; 200 takes a quarter of an hour."""
COMMAND = [sys.executable, "-c", "from orchestration.cli.start import main; main()"]


@pytest.fixture
def small(folder: Path) -> Path:
    """A published folder of few files, to be changed."""
    return few(folder)


@pytest.fixture(scope="module")
def swift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swift]:
    """The server, for the tests below."""
    with Swift(tmp_path_factory.mktemp("swift") / "home") as server:
        yield server


@pytest.fixture
def settings(swift: Swift, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What speaks to it finds its settings in the environment."""
    for name, value in swift.settings.items():
        monkeypatch.setenv(name, value)
    return swift.settings


def named(swift: Swift, prefix: str) -> dict[str, Any]:
    """The release that ``latest.json`` names, read without a key; every file of it must be as its manifest says."""
    with httpx.Client(base_url=f"{swift.public}/{prefix}/") as http:
        said = http.get("latest.json").raise_for_status().json()
        content = http.get(said["manifest"]["path"]).raise_for_status().content
        assert sha256(content).hexdigest() == said["manifest"]["sha256"]
        for name, about in json.loads(content)["files"].items():
            found = http.get(f"{said['release']}{name}").raise_for_status().content
            assert sha256(found).hexdigest() == about["sha256"], name
    return dict(said)


def test_a_bucket_holds_the_release_with_the_kinds_that_browsers_need(swift: Swift, settings: dict[str, str], folder: Path) -> None:
    there = address("s3://schools/kinds")
    assert there
    assert publish_to(there, folder).sent
    assert named(swift, "kinds")["stamp"] == folder.name
    with httpx.Client(base_url=f"{swift.public}/kinds/") as http:
        kinds = {
            name: http.head(name).headers["Content-Type"].partition(";")[0]
            for name in ("index.html", "latest.json", f"v/{folder.name}/site/index.html", f"v/{folder.name}/excel/england.xlsx")
        }
        kept = [http.head(name).headers["Cache-Control"] for name in ("latest.json", f"v/{folder.name}/schoolmatch.duckdb")]
    assert list(kinds.values())[:3] == ["text/html", "application/json", "text/html"]
    assert "spreadsheetml" in list(kinds.values())[3]
    assert kept[0] == "no-cache"
    assert "immutable" in kept[1]


@pytest.mark.parametrize(
    ("setting", "url", "said"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "a-wrong-key-of-somebody"}, "s3://schools/wrong", "look whether the credentials are right"),
        ({"AWS_ACCESS_KEY_ID": "test:nobody"}, "s3://schools/wrong", "look whether the credentials are right"),
        ({}, "s3://nowhere/wrong", "look whether the bucket is there"),
    ],
)
def test_a_store_that_refuses_is_told_in_a_sentence_without_the_key(
    setting: dict[str, str],
    url: str,
    said: str,
    settings: dict[str, str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    publish.point_latest(Home(folder.parents[1]), folder.name)
    done = CliRunner().invoke(app, ["publish", "--home", str(folder.parents[1]), "--to", url])
    assert done.exit_code == 1
    assert said in " ".join(done.output.split())
    for secret in (os.environ["AWS_SECRET_ACCESS_KEY"], settings["AWS_SECRET_ACCESS_KEY"], "Signature"):
        assert secret not in done.output + caplog.text


def test_a_refresh_that_a_bucket_refuses_is_published_at_home_and_says_so(
    settings: dict[str, str], small_sample: Path, tmp_path: Path
) -> None:
    asked = ["refresh", "--source", str(small_sample), "--home", str(tmp_path / "home"), "--quiet"]
    done = CliRunner().invoke(app, asked, env={"SCHOOLMATCH_PUBLISH_TO": "s3://nowhere/here"})
    assert done.exit_code == 1
    told = " ".join(done.output.split())
    assert "look whether the bucket is there" in told
    assert "In this home it was published" in told
    publish.verify(Home(tmp_path / "home").latest)


def _publishing(settings: dict[str, str], home: Home, url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*COMMAND, "publish", "--home", str(home.root), "--to", url],
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _ends(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    _, told = process.communicate(timeout=300)
    return process.returncode, told.decode()


def test_whenever_the_publisher_is_killed_latest_names_a_whole_release(swift: Swift, settings: dict[str, str], small: Path) -> None:
    home, url = Home(small.parents[1]), "s3://schools/kills"
    publish.point_latest(home, small.name)
    assert _ends(_publishing(settings, home, url))[0] == 0
    rng = random.Random(19)
    stamps = [small.name]
    killed = number = 0
    with Reader(f"{swift.public}/kills") as reader:
        while killed < KILLS:
            stamps.append(f"{datetime(2099, 1, 1, tzinfo=UTC) + timedelta(hours=number):%Y%m%dT%H%M%SZ}")
            made = stamped(small, stamps[-1])
            publish.point_latest(home, made.name)
            process = _publishing(settings, home, url)
            try:
                process.wait(timeout=rng.uniform(0.3, 3))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                killed += 1
            process.communicate()
            assert named(swift, "kills")["stamp"] in stamps[-3:], "of this release, or of one before that was not killed"
            number += 1
            if number % 2 == 0:
                assert _ends(_publishing(settings, home, url))[0] == 0, "the next goes on by itself"
                assert named(swift, "kills")["stamp"] == made.name
    assert reader.faults == []
    assert len(reader.stamps) > 1, "it read through the change of releases"
    assert reader.stamps == sorted(reader.stamps), "the latest is never an earlier one"


def test_a_server_that_is_killed_and_comes_back_is_waited_for(swift: Swift, settings: dict[str, str], small: Path) -> None:
    home, url = Home(small.parents[1]), "s3://schools/back"
    publish.point_latest(home, small.name)
    process = _publishing(settings, home, url)
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=1.2)
    swift.kill()
    swift.start()
    code, told = _ends(process)
    if code:  # it may say that it could not: then the next one goes on
        assert "could not be" in told
        assert _ends(_publishing(settings, home, url))[0] == 0
    assert named(swift, "back")["stamp"] == small.name


def test_a_store_without_room_is_told_and_what_was_there_stays(
    swift: Swift, settings: dict[str, str], small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = address("s3://schools/full")
    assert there
    publish_to(there, small)
    swift.kill()
    swift.start(reserve="100%")
    try:
        with pytest.raises(InputError, match=r"make room there|can be reached"):
            publish_to(there, stamped(small, "20990101T000000Z"))
    finally:
        swift.kill()
        swift.start()
    assert named(swift, "full")["stamp"] == small.name
    assert publish_to(there, small.with_name("20990101T000000Z")).is_latest


def test_the_lines_of_attach_are_pasted_into_a_duckdb_and_answer(swift: Swift, settings: dict[str, str], folder: Path) -> None:
    there = address("s3://schools/attach")
    assert there
    publish_to(there, folder)
    done = CliRunner().invoke(app, ["attach", f"{swift.public}/attach"])
    install, *lines = done.stdout.splitlines()
    assert install == "install httpfs; load httpfs;"  # which is installed already, and not from where DuckDB would fetch it
    script = f"import sys; sys.path.insert(0, {str(SCRIPT.parent)!r}); from reader import connect; c = connect()"
    script += "".join(f"\nanswer = c.execute({line!r})" for line in lines) + "\nprint(len(answer.fetchall()))"
    asked = subprocess.run([BIN / "python", "-c", script], capture_output=True, text=True, check=True, timeout=120)
    with duckdb.connect(folder / publish.DUCKDB_FILE, read_only=True) as connection:
        rows = connection.sql("select count(*) from mart.area_summary where area_type = 'country'").fetchall()
    # on a busy machine DuckDB shows before it how far it is
    assert int(asked.stdout.splitlines()[-1]) == rows[0][0] > 0


def test_places_are_matched_from_a_bucket_to_a_bucket_as_from_a_folder_to_a_folder(
    settings: dict[str, str], tmp_path: Path
) -> None:
    here = lay(tmp_path, around_borders(1_000, seed=22))
    given, to = shelf("s3://schools/places"), shelf("s3://schools/matched")
    put_table(given, "0.parquet", read_table(here, "0.parquet"))
    there = match_places(given, to, Here(), 2)
    local = match_places(here, Folder(tmp_path / "to"), Here(), 2)
    assert there.manifest["files"] == local.manifest["files"]
    stamp, name = there.url.rpartition("/")[2], next(iter(local.manifest["files"]))
    assert sorted(to.names()) == sorted(
        ["latest.json", *(f"v/{stamp}/{each}" for each in ("claim.json", "manifest.json", *local.manifest["files"]))]
    )
    assert read_table(to, f"v/{stamp}/{name}").equals(read_table(Folder(Path(local.url)), name))
    with to.open("latest.json") as file:
        assert json.loads(file.read())["stamp"] == stamp


def test_a_bucket_that_is_not_there_is_told_before_anything_is_matched(settings: dict[str, str], tmp_path: Path) -> None:
    here = lay(tmp_path, around_borders(50, seed=23))
    with pytest.raises(InputError, match="look whether the bucket is there"):
        match_places(here, shelf("s3://nowhere/matched"), Here())


def test_no_key_is_in_what_is_published(swift: Swift, settings: dict[str, str], small: Path) -> None:
    there = address("s3://schools/keys")
    assert there
    publish_to(there, small)
    for name in ("index.html", "latest.json"):
        text = httpx.get(f"{swift.public}/keys/{name}").raise_for_status().text
        assert not re.search(re.escape(settings["AWS_SECRET_ACCESS_KEY"]), text)
        assert settings["AWS_ACCESS_KEY_ID"] not in text
