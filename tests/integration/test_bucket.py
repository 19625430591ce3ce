"""What is published goes to a bucket whole or not at all. Here to a folder; to a real server in ``test_bucket_server.py``."""

from __future__ import annotations

import json
import shutil
import sys
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from exports.bucket import Address, address, publish_to, release
from orchestration.cli.main import app
from tests.support.release import stamped
from transforms.errors import InputError
from warehouse import publish
from warehouse.home import Home


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


def test_feeds_stand_at_the_root_too_where_the_next_release_writes_them_anew(folder: Path, bucket: Path, place: Address) -> None:
    publish_to(place, folder)
    of_release = {path.relative_to(folder).as_posix() for path in folder.rglob("*.atom")}
    assert "changes.atom" in of_release
    assert {path.relative_to(bucket).as_posix() for path in bucket.rglob("*.atom") if "v" not in path.parts} == of_release
    assert f'href="v/{folder.name}/changes.html"' in (bucket / "changes.atom").read_text(encoding="utf-8")


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
    assert "make setup-bucket" in " ".join(done.output.split())
    assert not Home(tmp_path / "home").latest.exists()


def test_without_an_address_publish_says_how_to_give_one(published_home: Home) -> None:
    done = CliRunner().invoke(app, ["publish", "--home", str(published_home.root)], env={"SCHOOLMATCH_PUBLISH_TO": ""})
    assert done.exit_code == 1
    assert "SCHOOLMATCH_PUBLISH_TO" in " ".join(done.output.split())


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
