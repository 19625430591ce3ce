"""Landing: what is archived, once and whole, and what is said about it."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from transforms.errors import InputError
from transforms.layouts.gias import GROUP, LINK
from transforms.layouts.results import KS4
from warehouse import clock
from warehouse.landing.archive import SYNTHETIC_MARKER, DropFolder, land
from warehouse.landing.kept import SourceFile, layouts_hash

LINKS = b"URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\r\n1,2,Old,Predecessor,01-09-2020\r\n"
TODAY = date(2025, 10, 1)


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    """A drop folder with one file of each kind that must be there (only the names matter here) and one file of links."""
    folder = tmp_path / "drop"
    (folder / "deep" / "down").mkdir(parents=True)
    (folder / "edubasealldata20250930.csv").write_bytes(b"x")
    (folder / "Management_information_-_schools_-_30_June_2025.csv").write_bytes(b"x")
    (folder / "deep" / "down" / "links_edubasealldata20250930.csv").write_bytes(LINKS)
    return folder


def landed(drop: Path, archive: Path) -> list[SourceFile]:
    return [landed.file for landed in land(DropFolder(drop, today=TODAY), LINK, archive)]


def test_bytes_are_archived_unchanged_under_their_hash_with_their_provenance(drop: Path, tmp_path: Path) -> None:
    archive = tmp_path / "landing"
    file = landed(drop, archive)[0]
    kept = archive / file.sha256
    assert (kept / "links_edubasealldata20250930.csv").read_bytes() == LINKS
    assert not (kept / "links_edubasealldata20250930.csv").stat().st_mode & 0o222
    provenance = json.loads((kept / "provenance.json").read_text())
    assert provenance["name"] == "deep/down/links_edubasealldata20250930.csv"
    assert (provenance["rows"], provenance["bytes"], provenance["published"]) == (1, len(LINKS), "2025-09-30")
    assert provenance["publisher"] == "Department for Education"


def test_a_file_seen_before_is_not_landed_twice_and_keeps_the_time_it_first_came(
    drop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "landing"
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 1, 5, 6, 30, tzinfo=UTC))
    first = landed(drop, archive)[0]
    provenance = archive / first.sha256 / "provenance.json"
    text = provenance.read_text()
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 1, 12, 6, 30, tzinfo=UTC))
    again = landed(drop, archive)[0]
    assert again.landed == datetime(2026, 1, 5, 6, 30, tzinfo=UTC)
    assert provenance.read_text() == text
    assert len(list(archive.iterdir())) == 1


def test_a_file_that_cannot_be_read_is_not_archived(drop: Path, tmp_path: Path) -> None:
    (drop / "deep" / "down" / "links_edubasealldata20250930.csv").write_bytes(b"<html></html>")
    with pytest.raises(InputError, match="web page"):
        landed(drop, tmp_path / "landing")
    assert not (tmp_path / "landing").exists()


def test_a_file_dated_in_the_future_is_refused(drop: Path, tmp_path: Path) -> None:
    (drop / "links_edubasealldata20251002.csv").write_bytes(LINKS)
    with pytest.raises(InputError, match="in the future"):
        landed(drop, tmp_path / "landing")


def test_results_of_a_year_to_come_are_refused(drop: Path, tmp_path: Path) -> None:
    """One school's row of 2026/27 made that the newest year, of which alone results count."""
    text = "RECTYPE,URN,TPUP,ATT8SCR,P8MEA\n1,100001,30,45,0.1\n"
    (drop / "2025-2026").mkdir()
    (drop / "2025-2026" / "england_ks4final.csv").write_text(text)
    with pytest.raises(InputError, match="2025/26 are told, which is yet to come"):
        list(land(DropFolder(drop, today=TODAY), KS4, tmp_path / "landing"))
    assert list(land(DropFolder(drop, today=TODAY.replace(year=2026)), KS4, tmp_path / "landing"))


def test_a_file_whose_name_tells_no_date_that_there_is_is_refused(drop: Path, tmp_path: Path) -> None:
    (drop / "deep" / "down" / "links_edubasealldata20250930.csv").rename(drop / "links_edubasealldata20251345.csv")
    with pytest.raises(InputError, match="does not tell a date"):
        landed(drop, tmp_path / "landing")


def test_of_two_extracts_the_newest_is_used(drop: Path, tmp_path: Path) -> None:
    (drop / "links_edubasealldata20250101.csv").write_bytes(LINKS.replace(b"1,2", b"3,4"))
    assert [file.published for file in landed(drop, tmp_path / "landing")] == [date(2025, 9, 30)]


def test_a_kind_of_which_there_is_no_file_lands_nothing(drop: Path, tmp_path: Path) -> None:
    assert list(land(DropFolder(drop, today=TODAY), GROUP, tmp_path / "landing")) == []


@pytest.mark.parametrize("missing", ["edubasealldata20250930.csv", "Management_information_-_schools_-_30_June_2025.csv"])
def test_a_folder_without_a_file_that_must_be_there_is_refused(drop: Path, missing: str) -> None:
    (drop / missing).unlink()
    with pytest.raises(InputError, match="No file of the kind"):
        DropFolder(drop)


def test_a_file_that_was_downloaded_twice_is_named_where_none_of_its_kind_is_found(drop: Path) -> None:
    """A browser saves it as "… (1).csv", and nothing said that this was there and not taken."""
    (register,) = drop.rglob("edubasealldata*.csv")
    register.rename(register.with_stem(f"{register.stem} (1)"))
    with pytest.raises(InputError, match=r"No file of the kind.*not known are '.*edubasealldata[0-9]+ \(1\)\.csv'"):
        DropFolder(drop)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no folder"):
        DropFolder(tmp_path / "nowhere")


def test_what_comes_from_a_folder_with_the_marker_is_synthetic(drop: Path, tmp_path: Path) -> None:
    (drop / SYNTHETIC_MARKER).write_text("invented")
    file = landed(drop, tmp_path / "landing")[0]
    assert file.is_synthetic
    assert "synthetic sample" in file.publisher
    assert "synthetic sample" in file.licence


def test_files_of_unknown_name_are_listed_and_hidden_ones_are_not_looked_at(drop: Path) -> None:
    (drop / "notes.csv").write_text("x")
    (drop / ".DS_Store").write_text("x")
    assert DropFolder(drop).unknown == ["notes.csv"]


@pytest.mark.parametrize("ending", ["py", "toml"])
def test_rows_are_read_anew_when_the_code_or_a_table_of_the_layouts_has_changed(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A heading that is put right in a table must reach the releases that were landed with the wrong one."""
    (tmp_path / "__init__.py").write_text("")
    changing = tmp_path / f"ofsted.{ending}"
    changing.write_text("before")
    monkeypatch.setattr("warehouse.landing.kept.layouts.__file__", str(tmp_path / "__init__.py"))
    before = layouts_hash.__wrapped__()
    assert layouts_hash.__wrapped__() == before
    changing.write_text("after")
    assert layouts_hash.__wrapped__() != before
