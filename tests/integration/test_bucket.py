"""What is published goes to a bucket whole or not at all, and whoever reads there never meets a half of it.

Against a folder, and against a real S3 server on loopback that is killed, full, and given wrong keys.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from fsspec.spec import AbstractBufferedFile, AbstractFileSystem
from typer.testing import CliRunner

from exports.bucket import Address, address, publish_to, release
from orchestration.cli.main import app
from tests.support.swift import Swift
from transforms.errors import InputError
from warehouse import publish
from warehouse.home import Home

KILLS = int(os.environ.get("SCHOOLMATCH_KILLS", "6"))
"""How often the publisher is killed here; 200 takes a quarter of an hour."""
COMMAND = [sys.executable, "-c", "from orchestration.cli.start import main; main()"]


@pytest.fixture
def folder(published_sample: Path, tmp_path: Path) -> Path:
    """A published folder, to be changed."""
    return Path(shutil.copytree(published_sample, tmp_path / "home" / "published" / published_sample.name))


@pytest.fixture
def bucket(tmp_path: Path) -> Path:
    """A folder that is published to."""
    return tmp_path / "bucket"


@pytest.fixture
def place(bucket: Path) -> Address:
    """Its address."""
    found = address(bucket.as_uri())
    assert found
    return found


def stamped(folder: Path, stamp: str, source: str | None = None) -> Path:
    """The same folder as if it had been published at another time."""
    other = Path(shutil.copytree(folder, folder.with_name(stamp)))
    manifest = json.loads((other / "manifest.json").read_text())
    manifest["published"] = stamp
    manifest["refresh"]["source"] = source or manifest["refresh"]["source"]
    (other / "manifest.json").write_text(json.dumps(manifest))
    return other


@pytest.fixture
def small(folder: Path) -> Path:
    """A published folder without what there are hundreds of: a kill of its publisher says as much, and is over sooner."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for name in [
        name
        for name in manifest["files"]
        if name.startswith(("excel/regions", "excel/local", "site/")) and name != "site/index.html"
    ]:
        (folder / name).unlink()
        del manifest["files"][name]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def latest(bucket: Path) -> str:
    return str(json.loads((bucket / "latest.json").read_text())["stamp"])


def test_a_release_is_the_folder_and_latest_leads_to_it(folder: Path, bucket: Path, place: Address) -> None:
    done = publish_to(place, folder)
    said = json.loads((bucket / "latest.json").read_text())
    assert said["stamp"] == folder.name
    assert said["synthetic"] is True
    assert said["label"]
    there = bucket / said["release"]
    assert {path.relative_to(there).as_posix(): path.read_bytes() for path in there.rglob("*") if path.is_file()} == {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    assert sha256((bucket / said["manifest"]["path"]).read_bytes()).hexdigest() == said["manifest"]["sha256"]
    assert done.sent == sum(path.is_file() for path in folder.rglob("*"))


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [str(value) for name, value in attrs if tag == "a" and name == "href"]


def test_the_page_says_that_the_schools_are_invented_and_leads_to_what_is_there(
    folder: Path, bucket: Path, place: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHOOLMATCH_PUBLIC_URL", "https://schools.example/here/")
    told = address(place.url)
    assert told
    publish_to(told, folder)
    text = (bucket / "index.html").read_text()
    assert json.loads((folder / "manifest.json").read_text())["label"] in text
    links = _Links()
    links.feed(text)
    files = [link for link in links.found if not link.startswith("#")]
    assert f"v/{folder.name}/site/index.html" in files
    assert len([link for link in files if link.endswith(".xlsx")]) == len(list(folder.rglob("*.xlsx")))
    assert [link for link in files if not (bucket / link).is_file()] == []
    assert f"attach 'https://schools.example/here/v/{folder.name}/schoolmatch.duckdb' as schoolmatch (read_only);" in text.replace(
        "&#x27;", "'"
    )


def test_what_is_there_is_not_sent_again(folder: Path, bucket: Path, place: Address) -> None:
    first = publish_to(place, folder)
    again = publish_to(place, folder)
    assert (again.sent, again.already) == (0, first.sent)


def test_an_upload_that_broke_off_is_taken_up_and_named_only_once_it_is_whole(
    folder: Path, bucket: Path, place: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_to(place, stamped(folder, "20200101T000000Z"))
    put, left = release._put, iter(range(7))

    def breaks_off(*asked: Any) -> None:
        next(left)
        put(*asked)

    with monkeypatch.context() as patch:
        patch.setattr(release, "_put", breaks_off)
        with pytest.raises((StopIteration, RuntimeError)):
            publish_to(place, folder)
    assert latest(bucket) == "20200101T000000Z"
    assert not (bucket / "v" / folder.name / "manifest.json").exists()
    done = publish_to(place, folder)
    assert done.already == 7
    assert latest(bucket) == folder.name
    publish.verify_files(bucket / "v" / folder.name)


def test_another_release_under_the_same_key_is_never_written_over(folder: Path, bucket: Path, place: Address) -> None:
    publish_to(place, folder)
    page = bucket / "v" / folder.name / "changes.html"
    page.write_text("of another home")
    with pytest.raises(InputError, match=r"changes\.html is there, and is not of this release"):
        publish_to(place, folder)
    assert page.read_text() == "of another home"
    (bucket / "v" / folder.name / "ours.txt").write_text("somebody's")
    with pytest.raises(InputError, match=r"ours\.txt is there"):
        publish_to(place, folder)


def test_what_arrives_otherwise_than_it_was_sent_is_not_named(
    folder: Path, bucket: Path, place: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = release._put

    def damages(store: Any, place: Address, key: str, content: Any, caching: str) -> None:
        put(store, place, key, b"half of it" if key.endswith("england.xlsx") else content, caching)

    monkeypatch.setattr(release, "_put", damages)
    with pytest.raises(InputError, match=r"read back from .*england\.xlsx is not what was written"):
        publish_to(place, folder)
    assert not (bucket / "latest.json").exists()


def test_a_damaged_folder_is_not_sent(folder: Path, bucket: Path, place: Address) -> None:
    (folder / "status.json").write_text("{}")
    with pytest.raises(InputError, match=r"status\.json does not have the hash"):
        publish_to(place, folder)
    assert not bucket.exists() or not any(bucket.iterdir())


def test_names_that_the_edition_leaves_out_are_not_sent_with_the_tables(
    folder: Path, bucket: Path, place: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHOOLMATCH_ANONYMOUS", "1")
    with pytest.raises(InputError, match="nothing was sent"):
        publish_to(place, folder)
    assert not bucket.exists() or not any(bucket.iterdir())


def test_an_earlier_release_never_takes_the_place_of_a_later_one(folder: Path, bucket: Path, place: Address) -> None:
    publish_to(place, folder)
    assert not publish_to(place, stamped(folder, "20200101T000000Z")).is_latest
    assert latest(bucket) == folder.name
    assert folder.name in (bucket / "index.html").read_text()


def test_old_releases_go_as_at_home_and_so_does_what_an_early_end_has_left(folder: Path, bucket: Path, place: Address) -> None:
    home = Home(folder.parents[1])
    publish_to(place, stamped(folder, "20190101T000000Z", source="another"))
    torn = bucket / "v" / "20191231T000000Z" / "excel" / "england.xlsx"
    torn.parent.mkdir(parents=True)
    torn.write_bytes(b"sent, and nothing after it")
    for month in range(1, 13):
        publish_to(place, stamped(folder, f"2020{month:02d}01T000000Z"))
    publish_to(place, stamped(folder, "20210101T000000Z"))
    publish.point_latest(home, "20210101T000000Z")
    shutil.rmtree(folder)
    publish.prune(home)
    assert [path.name for path in publish.stamped(bucket / "v")] == [path.name for path in publish.folders(home)]
    assert "20190101T000000Z" in [path.name for path in publish.folders(home)]
    assert not torn.exists()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("s3://key:secret@bucket/here", "credentials"),
        ("az://account/container?sig=secret", "credentials"),
        ("ftp://bucket", "file:///folder, s3://"),
        ("/a/folder", "file:///folder, s3://"),
        ("s3:///here", "file:///folder, s3://"),
        ("az://account", "file:///folder, s3://"),
        ("file://host/folder", "file:///folder, s3://"),
    ],
)
def test_what_is_no_address_or_holds_a_secret_is_refused(given: str, expected: str) -> None:
    with pytest.raises(InputError) as refused:
        address(given)
    assert expected in str(refused.value)
    if "secret" in given:
        assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "setting", "public"),
    [
        ("s3://bucket/here/", {"AWS_REGION": "eu-west-2"}, "https://bucket.s3.eu-west-2.amazonaws.com/here"),
        ("s3://bucket", {"AWS_ENDPOINT_URL": "https://store.example/"}, "https://store.example/bucket"),
        ("gs://bucket/here", {}, "https://storage.googleapis.com/bucket/here"),
        ("az://account/container/here", {}, "https://account.blob.core.windows.net/container/here"),
        ("file:///folder", {}, None),
        ("file:///folder", {"SCHOOLMATCH_PUBLIC_URL": "https://own.example"}, "https://own.example"),
    ],
)
def test_readers_are_told_the_address_by_the_conventions_of_the_cloud(
    given: str, setting: dict[str, str], public: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    found = address(given)
    assert found
    assert found.public == public


def test_a_refresh_publishes_there_as_well(small_sample: Path, bucket: Path, tmp_path: Path) -> None:
    asked = ["refresh", "--source", str(small_sample), "--home", str(tmp_path / "home"), "--quiet"]
    done = CliRunner().invoke(app, asked, env={"SCHOOLMATCH_PUBLISH_TO": bucket.as_uri()})
    assert done.exit_code == 0, done.output
    assert latest(bucket) == Home(tmp_path / "home").latest.resolve().name
    publish.verify(bucket / "v" / latest(bucket))


def test_where_nothing_is_installed_for_it_a_refresh_says_so_before_it_begins(
    small_sample: Path, bucket: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    asked = ["refresh", "--source", str(small_sample), "--home", str(tmp_path / "home"), "--quiet"]
    done = CliRunner().invoke(app, asked, env={"SCHOOLMATCH_PUBLISH_TO": bucket.as_uri()})
    assert done.exit_code == 1
    assert "make setup-bucket" in done.output
    assert not Home(tmp_path / "home").latest.exists()


def test_without_an_address_publish_says_how_to_give_one(published_home: Home) -> None:
    done = CliRunner().invoke(app, ["publish", "--home", str(published_home.root)], env={"SCHOOLMATCH_PUBLISH_TO": ""})
    assert done.exit_code == 1
    assert "SCHOOLMATCH_PUBLISH_TO" in done.output


def test_attach_prints_what_duckdb_reads_and_fetches_what_was_published(
    folder: Path, bucket: Path, place: Address, tmp_path: Path
) -> None:
    publish_to(place, folder)
    printed = CliRunner().invoke(app, ["attach", place.url])
    lines = [line for line in printed.stdout.splitlines() if line.endswith(";")]
    assert [line.split()[0] for line in lines] == ["install", "attach", "select"]
    fetched = tmp_path / "mine.duckdb"
    assert CliRunner().invoke(app, ["attach", place.url, "--to", str(fetched)]).exit_code == 0
    # the lines do what they say, where the file is on this machine
    with duckdb.connect() as connection:
        connection.execute(lines[1].replace(f"{place.url}/v/{folder.name}/schoolmatch.duckdb", str(fetched)))
        assert connection.execute(lines[2]).fetchall()


def test_attach_takes_nothing_that_is_not_what_was_published(folder: Path, bucket: Path, place: Address, tmp_path: Path) -> None:
    publish_to(place, folder)
    (bucket / "v" / folder.name / "schoolmatch.duckdb").write_bytes(b"another file")
    done = CliRunner().invoke(app, ["attach", place.url, "--to", str(tmp_path / "mine.duckdb")])
    assert done.exit_code == 1
    assert "is not what was published there" in " ".join(done.output.split())
    assert not list(tmp_path.glob("*mine.duckdb*"))


@pytest.mark.parametrize(
    "said",
    [
        {"stamp": "20260101T000000Z", "duckdb": "x';\n.shell rm -r ~\n", "manifest": {"path": "m", "sha256": ""}},
        {"stamp": "../..", "duckdb": "v/../../schoolmatch.duckdb", "manifest": {"path": "v/../../manifest.json", "sha256": ""}},
        {"stamp": 3},
        [],
    ],
)
def test_attach_prints_nothing_that_another_has_written_into_latest(said: Any, bucket: Path, place: Address) -> None:
    bucket.mkdir()
    (bucket / "latest.json").write_text(json.dumps(said))
    done = CliRunner().invoke(app, ["attach", place.url])
    assert done.exit_code == 1
    assert "does not say what is published" in " ".join(done.output.split())
    assert "attach '" not in done.output
    assert "rm -r" not in done.output


# ---------------------------------------------------------------------------------------------------------- a real S3 server


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


class _Web(AbstractFileSystem):  # type: ignore[misc]
    """What DuckDB reads a file by, in the parts that it asks for, where its own way to the web is not installed."""

    protocol = "web"

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        answer = httpx.head(_url(path), headers={"Accept-Encoding": "identity"}).raise_for_status()
        return {"name": path, "size": int(answer.headers["Content-Length"]), "type": "file"}

    def modified(self, path: str) -> datetime:
        return parsedate_to_datetime(httpx.head(_url(path)).raise_for_status().headers["Last-Modified"])

    def _open(self, path: str, mode: str = "rb", **_: Any) -> AbstractBufferedFile:
        return _Part(self, path, mode, size=self.info(path)["size"])


def _url(path: str) -> str:
    return "http://" + path.removeprefix("web://")


class _Part(AbstractBufferedFile):  # type: ignore[misc]
    def _fetch_range(self, start: int, end: int) -> bytes:
        return httpx.get(_url(self.path), headers={"Range": f"bytes={start}-{end - 1}"}).raise_for_status().content


@dataclass
class _Reader:
    """Somebody who reads all the time: what latest names, and on in the file of the release before, part by part.

    DuckDB asks for the parts of a Parquet file. Of its own file it is held that the parts stay what they were, since what attaches
    one over HTTP (httpfs) is a download.
    """

    root: str
    stamps: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> _Reader:
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._thread.join()

    def _read(self) -> None:
        open_ones: list[tuple[AbstractBufferedFile, str]] = []
        try:
            with duckdb.connect() as connection:
                web = _Web()
                connection.register_filesystem(web)
                while not self.over.is_set():
                    said = httpx.get(f"{self.root}/latest.json").raise_for_status().json()
                    manifest = httpx.get(f"{self.root}/{said['manifest']['path']}").raise_for_status().json()
                    where = f"web://{self.root.removeprefix('http://')}"
                    schools = connection.execute(f"from '{where}/{said['release']}parquet/school.parquet'").fetchall()
                    if len(schools) != manifest["tables"]["mart.school"]:
                        self.faults.append(f"{len(schools)} schools in {said['stamp']}")
                    if not self.stamps or self.stamps[-1] != said["stamp"]:
                        self.stamps.append(said["stamp"])
                        opened = web.open(f"{where}/{said['duckdb']}", block_size=2**18)
                        open_ones.append((opened, manifest["files"][publish.DUCKDB_FILE]["sha256"]))
                    for opened, expected in open_ones[-2:]:  # the one before too: it must stay as it was
                        opened.seek(0)
                        if sha256(opened.read()).hexdigest() != expected:
                            self.faults.append(f"other bytes of DuckDB's file under a reader, at {said['stamp']}")
        except Exception as error:  # noqa: BLE001 - whatever a reader meets is the fault that is looked for
            self.faults.append(repr(error))


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
    killed = 0
    with _Reader(f"{swift.public}/kills") as reader:
        for number in range(KILLS):
            stamps.append(f"2099{1 + number // 28 % 12:02d}{1 + number % 28:02d}T{number // 336:02d}0000Z")
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
            if number % 2:
                assert _ends(_publishing(settings, home, url))[0] == 0, "the next goes on by itself"
                assert named(swift, "kills")["stamp"] == made.name
    assert reader.faults == []
    assert len(reader.stamps) > 1, "it read through the change of releases"
    assert killed


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


def test_no_key_is_in_what_is_published(swift: Swift, settings: dict[str, str], small: Path) -> None:
    there = address("s3://schools/keys")
    assert there
    publish_to(there, small)
    for name in ("index.html", "latest.json"):
        text = httpx.get(f"{swift.public}/keys/{name}").raise_for_status().text
        assert not re.search(re.escape(settings["AWS_SECRET_ACCESS_KEY"]), text)
        assert settings["AWS_ACCESS_KEY_ID"] not in text
