"""What a killed process has left is done by the next refresh: nothing that was published is lost, and latest leads somewhere."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.test_power_cut import TABLES, build, publish_into
from warehouse import publish
from warehouse.home import Home
from warehouse.time import history
from warehouse.time.settle import settle

FIRST, SECOND, THIRD = (f"2026010{day}T000000Z" for day in (1, 2, 3))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with two published folders."""
    home = Home(tmp_path)
    for stamp in (FIRST, SECOND):
        publish_into(home, stamp)
    return home


def kept(home: Home) -> list[str]:
    return [folder.name for folder in history.snapshots(home, "live", is_synthetic=False)]


def latest(home: Home) -> str:
    publish.verify(home.latest)
    return home.latest.resolve().name


def test_what_was_published_and_not_kept_is_kept_marked_and_its_report_removed(home: Home) -> None:
    """The process was killed right after the switch: of 348 moments in publishing, 200 lost the refresh from history for good."""
    archived = home.landing / "abc"
    archived.mkdir(parents=True)
    home.held.mkdir()
    for stamp in (FIRST, "20260109T000000Z"):
        (home.held / f"{stamp}-live.md").write_text("held")
    with publish.building(home, THIRD) as folder:
        build(folder, THIRD, sources=["abc"])
        publish.publish(home, folder, THIRD)
    settle(home)
    assert kept(home) == [SECOND, THIRD]
    publish.verify_files(history.snapshots(home, "live", is_synthetic=False)[-1])
    assert (archived / "published").exists()
    assert [path.name for path in home.held.iterdir()] == ["20260109T000000Z-live.md"]  # of a refresh that was held since


def test_each_source_is_looked_after_whatever_was_published_since(home: Home) -> None:
    with publish.building(home, THIRD) as folder:
        build(folder, THIRD)
        publish.publish(home, folder, THIRD)
    publish_into(home, "20260104T000000Z", source="sample")
    settle(home)
    assert kept(home) == [SECOND, THIRD]
    assert latest(home) == "20260104T000000Z"


def test_a_folder_that_had_its_name_and_was_not_yet_latest_becomes_it(home: Home) -> None:
    """It is whole, and had passed every check; else it would stand there as published, and be latest never."""
    unfinished(home)
    settle(home)
    assert latest(home) == THIRD
    assert kept(home) == [SECOND, THIRD]


def test_one_that_is_not_whole_is_moved_aside(home: Home) -> None:
    unfinished(home)
    (home.published / THIRD / "parquet" / f"{TABLES[0]}.parquet").write_bytes(b"")
    settle(home)
    assert latest(home) == SECOND
    assert not (home.published / THIRD).exists()
    assert (home.damaged / THIRD).exists()


def unfinished(home: Home) -> None:
    """A process that was killed between giving the folder its name and switching."""
    folder = home.published / THIRD
    folder.mkdir()
    build(folder, THIRD)


def test_latest_stays_where_somebody_has_gone_back(home: Home) -> None:
    publish.point_latest(home, FIRST)
    settle(home)
    assert latest(home) == FIRST


def test_who_goes_back_as_the_page_of_operations_says_stays_there(home: Home) -> None:
    """No page said how; who let latest lead back and took the history away had both undone by the next refresh."""
    publish_into(home, THIRD)
    page = Path("docs/operations.md").read_text(encoding="utf-8")
    commands = page.partition("**Going back.**")[2].partition("```sh\n")[2].partition("```")[0]
    _, _, rest = commands.partition("\n")  # the first line is an example of what is put in
    subprocess.run(["sh", "-eu"], input=f"bad={THIRD} good={SECOND} source=live\n{rest}", text=True, cwd=home.root, check=True)
    assert latest(home) == SECOND  # also before anything else is done
    settle(home)
    assert latest(home) == SECOND
    assert kept(home) == [SECOND]
    fourth = "20260104T000000Z"
    publish_into(home, fourth)
    assert (latest(home), kept(home)) == (fourth, [SECOND, fourth])


def _a_folder(path: Path) -> None:
    path.unlink()
    shutil.copytree(path.with_name(FIRST), path)


def _a_file(path: Path) -> None:
    path.unlink()
    path.write_text("x")


def _leads_nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to("20250101T000000Z")


@pytest.mark.parametrize(
    ("plant", "is_put_aside"), [(_a_folder, True), (_a_file, True), (_leads_nowhere, False), (Path.unlink, False)]
)
def test_latest_that_is_no_link_to_a_folder_leads_to_the_newest_that_is_whole(
    home: Home, plant: Callable[[Path], None], *, is_put_aside: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """A copy of a home by a tool that follows links has a folder there; switching would fail at the end of every refresh."""
    plant(home.latest)
    settle(home)
    assert latest(home) == SECOND
    assert (home.damaged / "latest").exists() == is_put_aside
    assert f"leads to {SECOND} now" in caplog.text
    publish_into(home, THIRD)
    assert latest(home) == THIRD


def damage(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 255]))


def test_latest_whose_tables_are_damaged_gives_way_to_the_one_before(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    """A flipped byte in it stopped every refresh after, or was compared with."""
    damage(home.latest / publish.DUCKDB_FILE)
    settle(home)
    assert latest(home) == FIRST
    assert [path.name for path in home.damaged.iterdir()] == [SECOND]
    assert "does not have the hash" in caplog.text


def test_the_only_folder_stays_also_where_it_is_damaged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    home = Home(tmp_path)
    publish_into(home, FIRST)
    damage(home.latest / publish.DUCKDB_FILE)
    settle(home)
    assert home.latest.resolve().name == FIRST
    assert "no other folder is whole" in caplog.text


def test_latest_stays_where_another_file_of_it_was_saved_by_somebody(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    with publish.building(home, THIRD) as folder:
        (folder / "changes.md").write_text("changes")
        build(folder, THIRD)
        publish.publish(home, folder, THIRD)
    (home.latest / "changes.md").write_text("mine")
    settle(home)
    assert home.latest.resolve().name == THIRD
    assert "changes.md does not have the hash" in caplog.text


def test_of_folders_that_are_damaged_the_newest_that_is_whole_is_taken(home: Home) -> None:
    (home.published / SECOND / publish.MANIFEST).write_text("{")
    home.latest.unlink()
    settle(home)
    assert latest(home) == FIRST


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_disk_that_is_full_or_fails_at_any_moment_leaves_what_was_published_and_the_next_refresh_goes_well(
    tmp_path: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every sync that publishing asks for, which is where a disk tells at the latest that it has no room."""
    home, trials, sync = Home(tmp_path / "home"), 0, os.fsync
    publish_into(home, FIRST)
    before = names(home)
    while True:
        trials += 1
        left = iter(range(trials, -1, -1))

        def full(descriptor: int, left: Iterator[int] = left) -> None:
            if next(left, None) == 1:
                raise OSError(number, os.strerror(number))
            sync(descriptor)

        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full)
            try:
                publish_into(home, SECOND)
                break
            except OSError:
                pass
        assert latest(home) in (FIRST, SECOND)
        settle(home)
        assert kept(home)[-1] == latest(home)
        if latest(home) == FIRST:
            assert names(home) == before
        else:
            shutil.rmtree(home.root)
            publish_into(home, FIRST)
    assert trials > 12
    assert latest(home) == SECOND


def names(home: Home) -> list[str]:
    """Everything below the home."""
    return sorted(path.relative_to(home.root).as_posix() for path in home.root.rglob("*"))


def test_nothing_published_and_nothing_there_is_no_fault(tmp_path: Path) -> None:
    settle(Home(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_history_that_was_lost_is_what_the_newest_folder_has(home: Home) -> None:
    shutil.rmtree(home.history)
    settle(home)
    assert kept(home) == [SECOND]


def test_what_is_not_as_its_manifest_says_is_not_kept_as_history(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    home = Home(tmp_path)
    publish_into(home, FIRST)
    shutil.rmtree(home.history)
    (home.latest / "parquet" / f"{TABLES[0]}.parquet").write_bytes(b"damaged")
    settle(home)
    assert kept(home) == []
    assert "cannot be kept" in caplog.text
