"""The archive is believed by its hashes alone: what is damaged is taken anew where it is there, else never left out in silence."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from tests.unit.test_raw import AUGUST, MAY, RELEASES, files_read, folder_with, judged
from transforms.errors import InputError
from transforms.layouts.gias import GROUP, LINK
from transforms.layouts.ofsted import INSPECTION
from transforms.layouts.results import KS4
from warehouse import clock, durable
from warehouse.landing.archive import DropFolder, Landed, land
from warehouse.landing.kept import PROVENANCE, SUMS, Kept, landing_time, mark_published

LINKS = b"URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\r\n1,2,Old,Predecessor,01-09-2020\r\n"
GROUPS = (
    b"Group UID,Group Name,Group Type (code),Group Type,Group Status,Open date,Closed Date,Head of Group Title\r\n"
    b"1,A trust,6,Multi-academy trust,Open,01-09-2020,,Dr\r\n"
)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "landing"


def release(archive: Path, name: str) -> Path:
    """The archived file of that name."""
    (path,) = archive.glob(f"[!.]*/{name}")
    return path


def flip(path: Path) -> None:
    """One byte of a file is another."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def instead(path: Path) -> None:
    """A folder stands where a file was."""
    path.unlink()
    path.mkdir()


def another_date(path: Path) -> None:
    about = json.loads(path.read_text())
    path.write_text(json.dumps(about | {"published": "2020-08-31"}))


def invented(path: Path) -> None:
    about = json.loads(path.read_text())
    path.write_text(json.dumps(about | {"is_synthetic": True}))


DAMAGES: dict[str, Callable[[Path], None]] = {
    "a byte of the file": lambda folder: flip(folder / AUGUST),
    "no file": lambda folder: (folder / AUGUST).unlink(),
    "provenance that is cut": lambda folder: cut(folder / PROVENANCE),
    "no provenance": lambda folder: (folder / PROVENANCE).unlink(),
    "provenance of another date": lambda folder: another_date(folder / PROVENANCE),
    "provenance that makes it invented": lambda folder: invented(folder / PROVENANCE),
    "a folder for its hashes": lambda folder: instead(folder / SUMS),
    "a folder for its provenance": lambda folder: instead(folder / PROVENANCE),
    "everything empty": lambda folder: [path.chmod(0o644) or path.write_bytes(b"") for path in folder.iterdir()] and None,
}


@pytest.fixture
def two_published(archive: Path, tmp_path: Path) -> list[tuple]:
    """What is known where the folder has the newer release, and the archive the older: the judgements of both."""
    judged(folder_with(tmp_path / "older", AUGUST), archive)
    found = judged(folder_with(tmp_path / "newer", MAY), archive)
    for rows in archive.glob("*/rows-*"):
        rows.unlink()
    return found


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_release_that_is_in_the_folder_is_taken_anew_and_stays_published(
    damage: Callable[[Path], None], archive: Path, tmp_path: Path, two_published: list[tuple], caplog: pytest.LogCaptureFixture
) -> None:
    """It stays marked, so that it tells as history also where this refresh is not published."""
    folder = release(archive, AUGUST).parent
    damage(folder)
    assert judged(folder_with(tmp_path / "both", AUGUST, MAY), archive, published=False) == two_published
    assert (folder / AUGUST).read_bytes() == RELEASES[AUGUST]
    assert Kept(folder).is_published
    assert "taken anew" in caplog.text
    assert [path.name for path in (tmp_path / "damaged").iterdir()] == [folder.name]
    assert judged(DropFolder(tmp_path / "newer"), archive) == two_published


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_release_that_is_nowhere_else_stops_the_refresh_with_what_to_do(
    damage: Callable[[Path], None], archive: Path, tmp_path: Path, two_published: list[tuple]
) -> None:
    """Its judgements decide statuses: without it the schools would be undecided, and nobody would know why."""
    damage(release(archive, AUGUST).parent)
    with pytest.raises(InputError, match="It was published, and decides statuses") as stopped:
        judged(DropFolder(tmp_path / "newer"), archive)
    assert "drop folder" in str(stopped.value.do)
    judged(folder_with(tmp_path / "both", AUGUST, MAY), archive)  # what it says to do helps
    assert judged(DropFolder(tmp_path / "newer"), archive) == two_published


def test_rows_read_before_are_used_where_the_release_is_damaged_and_it_is_told(
    archive: Path, tmp_path: Path, two_published: list[tuple], caplog: pytest.LogCaptureFixture
) -> None:
    """They have a hash of their own, so they are right; the file itself is needed once the code that reads it changes."""
    judged(DropFolder(tmp_path / "newer"), archive)
    flip(release(archive, AUGUST))
    assert judged(DropFolder(tmp_path / "newer"), archive) == two_published
    assert f"put {AUGUST} into the drop folder" in caplog.text


def test_rows_that_are_not_those_that_were_read_are_read_anew(
    archive: Path, tmp_path: Path, two_published: list[tuple], caplog: pytest.LogCaptureFixture
) -> None:
    """Another judgement in a good Parquet file, under the name of the rows that were read."""
    judged(DropFolder(tmp_path / "newer"), archive)
    (rows,) = release(archive, AUGUST).parent.glob("rows-*")
    frame = pd.read_parquet(rows)
    frame["latest_overall_effectiveness"] = 4
    frame.to_parquet(rows, index=False)
    assert judged(DropFolder(tmp_path / "newer"), archive) == two_published
    assert "another hash" in caplog.text
    assert (tmp_path / "damaged" / "rows.parquet").exists()


def test_a_folder_among_the_rows_that_were_read_is_moved_aside(archive: Path, tmp_path: Path, two_published: list[tuple]) -> None:
    judged(DropFolder(tmp_path / "newer"), archive)
    (rows,) = release(archive, AUGUST).parent.glob("rows-*")
    instead(rows)
    assert judged(DropFolder(tmp_path / "newer"), archive) == two_published
    assert (tmp_path / "damaged" / "rows.parquet").is_dir()


def test_the_archive_of_an_earlier_version_is_believed_by_the_hash_in_its_name_and_gets_its_sums(
    archive: Path, tmp_path: Path, two_published: list[tuple]
) -> None:
    folder = release(archive, AUGUST).parent
    (folder / SUMS).unlink()
    assert judged(DropFolder(tmp_path / "newer"), archive) == two_published
    assert {line.split("  ")[1] for line in (folder / SUMS).read_text().splitlines()} == {AUGUST, PROVENANCE}
    for damage in (DAMAGES["a byte of the file"], DAMAGES["provenance of another date"]):
        copy = tmp_path / "copy"
        shutil.copytree(archive, copy)
        older = release(copy, AUGUST).parent
        (older / SUMS).unlink()
        for rows in older.glob("rows-*"):
            rows.unlink()
        damage(older)
        with pytest.raises(InputError, match="decides statuses"):
            judged(DropFolder(tmp_path / "newer"), copy)
        shutil.rmtree(copy)


def test_a_damaged_file_of_another_kind_stops_no_history(archive: Path, tmp_path: Path, two_published: list[tuple]) -> None:
    folder = drop(tmp_path, "links_edubasealldata20250930.csv", LINKS)
    links = next(land(folder, LINK, archive)).file
    mark_published(archive, [links.sha256])
    cut(archive / links.sha256 / PROVENANCE)
    assert judged(DropFolder(tmp_path / "newer"), archive) == two_published


def drop(tmp_path: Path, name: str, content: bytes) -> DropFolder:
    """A drop folder with a file beside those that must be there, of which only the names matter here."""
    root = tmp_path / "drop"
    root.mkdir()
    (root / "edubasealldata20250930.csv").write_bytes(b"x")
    (root / AUGUST).write_bytes(b"x")
    (root / name).write_bytes(content)
    return DropFolder(root, today=date(2025, 10, 1))


def test_a_damaged_copy_of_a_file_that_named_people_is_taken_away_not_put_aside(archive: Path, tmp_path: Path) -> None:
    """Nobody looks after what lies aside, and it may name them."""
    folder = drop(tmp_path, "allgroupsdata20250930.csv", GROUPS)
    file = next(land(folder, GROUP, archive)).file
    kept = archive / file.sha256 / file.name
    whole = kept.read_bytes()
    assert whole != GROUPS  # it is kept without them, and its own hash is kept
    assert durable.sha256_of(kept) in (archive / file.sha256 / SUMS).read_text()
    flip(kept)
    list(land(folder, GROUP, archive))
    assert kept.read_bytes() == whole
    assert not (tmp_path / "damaged").exists()


def test_in_a_new_home_nothing_is_taken_out_of_files_that_never_named_anybody(
    archive: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The second refresh of a home said that names were taken out, of a file that had been kept without them."""
    caplog.set_level("INFO", "schoolmatch")
    folder = drop(tmp_path, "allgroupsdata20250930.csv", GROUPS)
    for _ in range(2):
        list(land(folder, GROUP, archive))
    assert "took the names of people out" not in caplog.text


def test_of_two_issues_of_a_release_the_one_landed_last_is_told_also_where_the_clock_went_back(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 1, tzinfo=UTC))
    judged(folder_with(tmp_path / "first", AUGUST), archive)
    monkeypatch.setattr(clock, "now", lambda: datetime(2025, 12, 1, tzinfo=UTC))
    told = date(2025, 8, 31)
    assert landing_time(archive, INSPECTION, told) == datetime(2026, 3, 1, 0, 0, 1, tzinfo=UTC)
    assert landing_time(archive, INSPECTION, date(2025, 9, 30)) == datetime(2025, 12, 1, tzinfo=UTC)


KS4_TEXT = (
    "RECTYPE,LEA,ESTAB,URN,SCHNAME,TPUP,ATT8SCR,P8MEA,P8CILOW,P8CIUPP,PTL2BASICS_95\r\n"
    "1,201,4614,100001,A,180,47.1,0.1,-0.2,0.4,55%\r\n1,201,4615,100002,B\x7f,SUPP,SUPP,SUPP,SUPP,SUPP,SUPP\r\n"
    "7,,,,,540000,50.1,-0.03,NA,NA,43%\r\n"
)
KS4_FILES = ("2022-2023/england_ks4final.csv", "2023-2024/england_ks4final.csv")


def landed(root: Path, archive: Path, name: str) -> Landed:
    for other in KS4_FILES:
        (root / other).unlink(missing_ok=True)
    (root / name).parent.mkdir(exist_ok=True, parents=True)
    (root / name).write_text(KS4_TEXT, encoding="utf-8", newline="")
    (found,) = land(DropFolder(root), KS4, archive)
    return found


@pytest.fixture
def ks4(tmp_path: Path, archive: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, list[str]]:
    """A folder with what every folder needs, and which files were read."""
    return folder_with(tmp_path / "drop", AUGUST).root, files_read(monkeypatch)


def test_a_file_that_has_not_changed_is_not_read_again_and_tells_the_same(
    ks4: tuple[Path, list[str]], archive: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Rows, the row of the country, provenance and what was met in it; the words are said at every refresh."""
    (root, reads), name = ks4, KS4_FILES[0]
    first = landed(root, archive, name)
    genuine = KS4.read(KS4_TEXT.encode(), name)
    caplog.clear()
    again = landed(root, archive, name)
    assert reads == [name, name]  # by the test, and once when it landed
    pd.testing.assert_frame_equal(again.rows, genuine.frame.reset_index(drop=True), check_dtype=False)
    pd.testing.assert_frame_equal(again.rows, first.rows)
    pd.testing.assert_frame_equal(again.national, first.national)
    assert again.national["attainment8"].tolist() == [50.1]
    assert again.file == first.file


def test_a_file_under_the_name_of_another_year_is_read_anew(ks4: tuple[Path, list[str]], archive: Path) -> None:
    """Its year stands in the path alone: the same bytes are other rows there."""
    root, reads = ks4
    years = [landed(root, archive, name).rows["year"].unique().tolist() for name in (*KS4_FILES, KS4_FILES[0])]
    assert years == [[2023], [2024], [2023]]
    assert reads == [*KS4_FILES, KS4_FILES[0]]


def test_rows_of_a_file_that_were_tampered_with_are_moved_aside_and_read_anew(ks4: tuple[Path, list[str]], archive: Path) -> None:
    (root, reads), name = ks4, KS4_FILES[0]
    first = landed(root, archive, name)
    (rows,) = (archive / first.file.sha256).glob("rows-*")
    frame = pd.read_parquet(rows)
    frame["progress8"] = 9.0
    frame.to_parquet(rows, index=False)
    again = landed(root, archive, name)
    pd.testing.assert_frame_equal(again.rows, first.rows)
    assert len(reads) == 2
    assert (archive.parent / "damaged" / "rows.parquet").exists()
