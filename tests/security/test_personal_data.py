"""The register names heads of schools, heads of groups and proprietors: none of them is read, published, or kept in the archive."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.support.headers import FOLDER as HEADERS
from transforms.layouts import LAYOUTS
from transforms.layouts.gias import ESTABLISHMENT, GROUP
from transforms.layouts.layout import Layout
from transforms.layouts.text_table import heading_key
from warehouse.landing.archive import DropFolder, land

NAMES_A_PERSON = re.compile(r"^Head(Title|First|Last|Preferred)|^Head of Group|^PropsName|^Chair|(Fore|Sur|First|Last) ?name", re.I)
"""Headings of the genuine files under which people are named."""

WHO = "Quux, Zebedee"
"""Nobody."""


def headings_of(layout: Layout) -> set[str]:
    """The headings of every genuine header of a kind."""
    folder = HEADERS / layout.kind
    copies = sorted(folder.iterdir()) if folder.is_dir() else []
    return {heading for copy in copies for heading in next(csv.reader([copy.read_text(encoding="utf-8-sig").splitlines()[0]]))}


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.kind)
def test_no_heading_that_names_a_person_is_read_and_all_of_them_are_known(layout: Layout) -> None:
    people = {heading for heading in headings_of(layout) if NAMES_A_PERSON.search(heading)}
    assert people == {heading for heading in headings_of(layout) if names_people(heading, layout)}
    assert not any(names_people(heading, layout) for heading in layout.headings)


def names_people(heading: str, layout: Layout) -> bool:
    return any(heading_key(heading).startswith(heading_key(start)) for start in layout.persons)


def with_people(path: Path, layout: Layout) -> None:
    """Write somebody under every heading that names people, in every row."""
    header, *rows = list(csv.reader(io.StringIO(path.read_text(encoding="cp1252"), newline="")))
    out = io.StringIO(newline="")
    places = [place for place, heading in enumerate(header) if names_people(heading, layout)]
    assert len(places) >= 3
    for row in rows:
        for place in places:
            row[place] = WHO
    csv.writer(out).writerows([header, *rows])
    path.write_text(out.getvalue(), encoding="cp1252", newline="")


@pytest.fixture
def drop(tmp_path: Path, small_sample: Path) -> Path:
    """A drop folder in which somebody is named wherever the register names people."""
    folder = tmp_path / "drop"
    shutil.copytree(small_sample, folder)
    for layout in (ESTABLISHMENT, GROUP):
        for path in folder.rglob("*.csv"):
            if layout.matches(path.name):
                with_people(path, layout)
    return folder


def landed(drop: Path, archive: Path, layout: Layout = ESTABLISHMENT) -> pd.DataFrame:
    (file,) = land(DropFolder(drop), layout, archive)
    return file.rows


def files_that_name(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and b"Zebedee" in path.read_bytes())


@pytest.mark.parametrize("layout", [ESTABLISHMENT, GROUP], ids=lambda layout: layout.kind)
def test_the_archive_names_nobody_and_reads_as_the_file_does(drop: Path, tmp_path: Path, layout: Layout) -> None:
    archive = tmp_path / "landing"
    rows = landed(drop, archive, layout)
    assert not files_that_name(archive)
    assert not rows.isin([WHO]).any(axis=None)
    (kept,) = [path for path in archive.rglob("*.csv") if layout.matches(path.name)]
    pd.testing.assert_frame_equal(layout.read(kept.read_bytes(), kept.name).frame, rows)


@pytest.mark.parametrize(
    "heading", ["Headlastname", "HeadLastName (name)", "Head Last Name", "Head\u200bLastName", "HEAD_LAST_NAME", "HeadLastName"]
)
def test_a_heading_is_known_however_it_is_written(heading: str) -> None:
    """A publisher changes capitals and brackets; whoever saves the file, too."""
    file = f"URN,{heading},EstablishmentName\r\n100001,Quux,A school\r\n".encode()
    assert b"Quux" not in ESTABLISHMENT.without_persons(file, "edubasealldata20250930.csv")


def test_what_stands_above_the_header_is_not_kept_and_rows_have_their_numbers() -> None:
    file = b"Extract made for Zebedee Quux\r\n\r\nGroup UID,Group Name\r\n1,A trust\r\n"
    kept = GROUP.without_persons(file, "allgroupsdata20250930.csv")
    assert b"Quux" not in kept
    assert kept.decode("utf-8-sig").splitlines()[2:] == ["Group UID,Group Name", "1,A trust"]


def test_an_archived_file_that_cannot_be_read_stops_no_refresh_and_is_named(
    drop: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    archive = tmp_path / "landing"
    landed(drop, archive)
    (kept,) = archive.rglob("edubasealldata*.csv")
    kept.chmod(0o644)
    kept.write_bytes(b"\0")
    (archive / ".without-persons").unlink(missing_ok=True)
    landed(drop, archive)
    assert "may name people, and cannot be read" in caplog.text
    assert not (archive / ".without-persons").exists()


def test_the_hash_of_what_is_kept_is_that_of_the_publishers_file(drop: Path, tmp_path: Path) -> None:
    """So that who has the file can say which it was, and the same file does not land twice."""
    archive = tmp_path / "landing"
    landed(drop, archive)
    landed(drop, archive)
    (kept,) = archive.glob("[!.]*")
    hashes = {hashlib.sha256(path.read_bytes()).hexdigest() for path in drop.rglob("*.csv")}
    assert kept.name in hashes


def test_whoever_sets_it_keeps_the_file_whole_until_it_is_no_more_set(
    drop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was archived whole, by the setting or by an older version, names nobody after the next landing."""
    archive = tmp_path / "landing"
    monkeypatch.setenv("SCHOOLMATCH_KEEP_PERSONS", "1")
    landed(drop, archive)
    assert len(files_that_name(archive)) == 1
    monkeypatch.delenv("SCHOOLMATCH_KEEP_PERSONS")
    landed(drop, archive)
    assert not files_that_name(archive)
    monkeypatch.setenv("SCHOOLMATCH_KEEP_PERSONS", "1")
    landed(drop, archive)
    monkeypatch.delenv("SCHOOLMATCH_KEEP_PERSONS")
    landed(drop, archive, GROUP)
    assert not files_that_name(archive)
