"""Publishing: switched in one step, read back, and nothing half-done left behind."""

import errno
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from tests.support.power_cut import TORN, states_after_power_cut
from transforms.errors import InputError
from warehouse import publish
from warehouse.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def build(folder: Path, rows: int = 3, source: str = "drop") -> None:
    with duckdb.connect(folder / publish.DUCKDB_FILE) as connection:
        connection.execute("create schema mart")
        connection.execute(f"create table mart.school as select * from range({rows})")
    (folder / "excel").mkdir()
    (folder / "excel" / "england.xlsx").write_bytes(b"a workbook")
    publish.write_manifest(folder, {"stamp": folder.name[-16:], "refresh": {"source": source}, "tables": {"mart.school": rows}}, {})


def published(home: Home, stamp: str, rows: int = 3, source: str = "drop") -> Path:
    with publish.building(home, stamp) as folder:
        build(folder, rows, source)
        return publish.publish(home, folder, stamp)


def names(home: Home) -> list[str]:
    return sorted(path.name for path in home.published.iterdir())


def test_latest_points_at_what_was_published_and_nothing_else_is_left(home: Home) -> None:
    published(home, "20260101T000000Z")
    published(home, "20260102T000000Z")
    assert names(home) == ["20260101T000000Z", "20260102T000000Z", "latest"]
    assert home.latest.resolve().name == "20260102T000000Z"
    assert home.latest.readlink() == Path("20260102T000000Z")  # relative: the home can be moved
    assert publish.verify(home.latest)["files"]["excel/england.xlsx"]["bytes"] == 10


def test_whenever_the_power_is_cut_latest_leads_to_files_that_are_on_the_disk(home: Home) -> None:
    """On the code of before nothing was synced: latest could lead to a folder whose files were of nobody knows what."""
    published(home, "20260101T000000Z")
    states, _ = states_after_power_cut(home.root, lambda: published(home, "20260102T000000Z"))
    files = {path.relative_to(home.root).as_posix() for path in home.latest.resolve().rglob("*") if path.is_file()}
    switched = [state for state in states if state["published/latest"] == "20260102T000000Z"]
    assert switched
    assert [sorted(name for name in files if state.get(name, TORN) == TORN) for state in switched] == [[]] * len(switched)


def test_a_failure_while_building_leaves_the_last_published_as_it_was(home: Home) -> None:
    published(home, "20260101T000000Z")

    def fail_while_building() -> None:
        with publish.building(home, "20260102T000000Z") as folder:
            build(folder)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_while_building()
    assert names(home) == ["20260101T000000Z", "latest"]
    publish.verify(home.latest)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda folder: (folder / "excel" / "england.xlsx").write_bytes(b"another"), "does not have the hash"),
        (lambda folder: (folder / "excel" / "england.xlsx").unlink(), "missing or too many"),
        (lambda folder: (folder / "stray.txt").write_text("x"), "missing or too many"),
    ],
)
def test_what_does_not_read_back_is_taken_back_and_latest_is_as_before(home: Home, damage, says: str) -> None:
    published(home, "20260101T000000Z")
    with publish.building(home, "20260102T000000Z") as folder:
        build(folder)
        damage(folder)
        with pytest.raises(InputError, match=says):
            publish.publish(home, folder, "20260102T000000Z")
    assert names(home) == ["20260101T000000Z", "latest"]
    assert home.latest.resolve().name == "20260101T000000Z"


def test_a_table_with_other_rows_than_the_manifest_says_is_taken_back(home: Home) -> None:
    with publish.building(home, "20260101T000000Z") as folder:
        build(folder)
        publish.write_manifest(folder, {"tables": {"mart.school": 4}}, {})
        with pytest.raises(InputError, match=r"mart\.school has 3 rows, the manifest says 4"):
            publish.publish(home, folder, "20260101T000000Z")
    assert names(home) == []


def test_what_a_killed_run_left_is_cleared_away(home: Home) -> None:
    (home.published / ".building-20260101T000000Z").mkdir(parents=True)
    published(home, "20260102T000000Z")
    assert names(home) == ["20260102T000000Z", "latest"]


def test_the_newest_folders_are_kept_and_the_oldest_removed(home: Home) -> None:
    for day in range(1, publish.KEPT + 3):
        published(home, f"202601{day:02d}T000000Z")
    publish.prune(home)
    kept = [name for name in names(home) if name != "latest"]
    assert len(kept) == publish.KEPT
    assert kept[0] == "20260103T000000Z"


def test_a_reader_keeps_the_file_it_has_open_while_a_new_one_is_published(home: Home) -> None:
    published(home, "20260101T000000Z", rows=3)
    with duckdb.connect(home.latest / publish.DUCKDB_FILE, read_only=True) as reader:
        published(home, "20260102T000000Z", rows=5)
        assert reader.execute("select count(*) from mart.school").fetchall() == [(3,)]
    with duckdb.connect(home.latest / publish.DUCKDB_FILE, read_only=True) as reader:
        assert reader.execute("select count(*) from mart.school").fetchall() == [(5,)]


def test_a_folder_that_cannot_be_removed_whole_stands_under_no_date(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half-deleted under its stamp it would be taken for a published folder, and compared with."""
    for day in range(1, publish.KEPT + 2):
        published(home, f"202601{day:02d}T000000Z")

    def dies(path: Path, **_: object) -> None:
        (path / publish.MANIFEST).unlink(missing_ok=True)
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", dies)
        publish.prune(home)
    assert ".deleting-20260101T000000Z" in names(home)
    assert publish.folders(home)[0].name == "20260102T000000Z"
    published(home, "20260201T000000Z")
    assert ".deleting-20260101T000000Z" not in names(home)


def test_latest_is_never_pruned_nor_the_folder_it_is_compared_with(home: Home) -> None:
    """Whatever the names say: the clock had gone back, and twelve folders of another source came since."""
    for number in range(publish.KEPT):
        published(home, f"203001{number + 1:02d}T000000Z", source="sample")
    for day in (1, 2, 3):
        published(home, f"2026010{day}T000000Z")
    publish.prune(home)
    assert home.latest.resolve().name == "20260103T000000Z"
    publish.verify(home.latest)
    assert [name for name in names(home) if name.startswith("2026")] == ["20260102T000000Z", "20260103T000000Z"]


@pytest.mark.parametrize(
    "plant", [lambda path: path.write_text("x"), lambda path: path.symlink_to("nowhere"), lambda path: path.mkdir()]
)
def test_what_lies_where_folders_are_built_stops_nothing(home: Home, plant: Callable[[Path], object]) -> None:
    home.published.mkdir()
    plant(home.published / ".building-20260101T000000Z")
    published(home, "20260101T000000Z")
    assert names(home) == ["20260101T000000Z", "latest"]


def test_a_link_in_the_place_of_a_folder_that_is_built_leads_nobody_to_delete_elsewhere(home: Home, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "precious").write_text("x")
    home.published.mkdir()
    (home.published / ".building-x").symlink_to(other)
    published(home, "20260101T000000Z")
    assert (other / "precious").exists()


def test_a_manifest_that_cannot_be_read_is_passed_over_and_told(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    """Sensors and the pages ask for the newest folder of a source: one that is damaged must not stop them."""
    published(home, "20260101T000000Z", source="live")
    published(home, "20260102T000000Z", source="live")
    (home.latest / publish.MANIFEST).write_text("{")
    found = publish.newest_from(home, "live")
    assert found is not None
    assert found["stamp"] == "20260101T000000Z"
    assert "cannot be read" in caplog.text
    with pytest.raises(InputError, match="does not read back"):
        publish.verify(home.latest)


NOW = datetime(2026, 11, 22, 3, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    "there", ["published/20300101T000000Z", "published/.building-20300101T000000Z", "history/live/20300101T000000Z"]
)
def test_a_stamp_is_later_than_all_that_is_there_whatever_the_clock_says(
    home: Home, there: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With a clock that has gone back the newest folder had the oldest name, and was the first to be removed."""
    monkeypatch.setattr("warehouse.clock.now", lambda: NOW)
    assert publish.new_stamp(home) == "20261122T034500Z"
    (home.root / there).mkdir(parents=True)
    assert publish.new_stamp(home) == "20300101T000001Z"
    assert "set it" in caplog.text


def test_stamps_that_earlier_versions_numbered_are_in_the_order_of_their_numbers(home: Home) -> None:
    """As text, -10 comes before -2: the newest of eleven folders of a second would be taken for the third."""
    for name in ("", "-2", "-9", "-10"):
        (home.published / f"20261122T034500Z{name}").mkdir(parents=True)
    assert [folder.name[16:] for folder in publish.folders(home)] == ["", "-2", "-9", "-10"]
    assert publish.new_stamp(home) > "20261122T034500Z-9"


def test_two_stamps_within_a_second_differ(home: Home) -> None:
    first = publish.new_stamp(home)
    (home.published / first).mkdir(parents=True)
    assert publish.new_stamp(home) > first


def test_the_newest_of_each_source_is_kept_however_much_is_published_of_others(home: Home) -> None:
    """A real folder went after twelve refreshes of the sample, and the next real refresh was compared with nothing."""
    published(home, "20260101T000000Z", source="live")
    for day in range(2, 2 + publish.KEPT + 1):
        published(home, f"202601{day:02}T000000Z", source="sample")
        publish.prune(home)
    assert "20260101T000000Z" in names(home)
    found = publish.newest_from(home, "live")
    assert found is not None
    assert len(names(home)) == publish.KEPT + 2  # and latest


def test_a_name_that_is_no_time_stops_no_stamp(home: Home) -> None:
    home.published.mkdir(parents=True)
    for name in ("20261399T000000Z", "20260230T000000Z", "99991231T235959Z"):
        (home.published / name).mkdir()
    assert publish.new_stamp(home)


def test_a_manifest_that_the_machine_will_not_read_is_no_damage(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """With too few descriptors a folder that was whole was moved out of the way, as if it were damaged."""
    folder = published(home, "20260101T000000Z")

    def refused(path: Path, *args: object, **options: object) -> str:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE), str(path))

    monkeypatch.setattr(Path, "read_text", refused)
    with pytest.raises(OSError, match="Too many open files"):
        publish.about(folder)
    with pytest.raises(OSError, match="Too many open files"):
        publish.verify_files(folder)
