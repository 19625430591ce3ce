"""Publishing: switched in one step, read back, and nothing half-done left behind."""

from pathlib import Path

import duckdb
import pytest

from transforms.errors import InputError
from warehouse import publish
from warehouse.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def build(folder: Path, rows: int = 3) -> None:
    with duckdb.connect(folder / publish.DUCKDB_FILE) as connection:
        connection.execute("create schema mart")
        connection.execute(f"create table mart.school as select * from range({rows})")
    (folder / "excel").mkdir()
    (folder / "excel" / "england.xlsx").write_bytes(b"a workbook")
    publish.write_manifest(folder, {"tables": {"mart.school": rows}}, {})


def published(home: Home, stamp: str, rows: int = 3) -> Path:
    with publish.building(home, stamp) as folder:
        build(folder, rows)
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


def test_two_stamps_within_a_second_differ(home: Home) -> None:
    first = publish.new_stamp(home)
    (home.published / first).mkdir(parents=True)
    assert publish.new_stamp(home) > first
