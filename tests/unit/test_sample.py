"""The bundled sample: deterministic, in the publishers' layouts, and never to be taken for real."""

from __future__ import annotations

import csv
import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from transforms.layouts import LAYOUTS
from warehouse.landing.archive import SYNTHETIC_MARKER
from warehouse.sample import write_sample
from warehouse.sample.authorities import county_districts, read_areas
from warehouse.sample.folder import keep_sample
from warehouse.sample.postcodes import Postcodes, read_postcodes

SCHOOLS = 600
AS_AT = date(2025, 8, 31)
REGISTER = "gias/edubasealldata20250930.csv"
LINKS = "gias/links_edubasealldata20250930.csv"
GROUPS = "gias/allgroupsdata20250930.csv"
MEMBERSHIPS = "gias/academiesmatmembership20250930.csv"
OFSTED = "ofsted/Management_information_-_state-funded_schools_-_latest_inspections_as_at_31_August_2025.csv"
KS2 = "ks2/2024-2025/ks2_school_attainment_data.csv"
KS4 = "ks4/2023-2024/202324_performance_tables_schools_final.csv"
OPEN = {"1", "3"}
NOT_STATE = {"10", "11", "30"}


@pytest.fixture(scope="module")
def postcodes() -> Postcodes:
    return read_postcodes(read_areas())


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, postcodes: Postcodes) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_with(postcodes, folder)
    return folder


def write_with(postcodes: Postcodes, folder: Path, seed: int = 2017) -> None:
    """Write a sample without reading the 2.7 million postcodes once more, which is most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warehouse.sample.read_postcodes", lambda areas: postcodes)
        write_sample(folder, seed=seed, schools=SCHOOLS)


def read(path: Path, encoding: str = "cp1252", titles: int = 0) -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        for _ in range(titles):
            next(file)
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def register(sample: Path) -> list[dict[str, str]]:
    return read(sample / REGISTER)


@pytest.fixture(scope="module")
def inspections(sample: Path) -> list[dict[str, str]]:
    return read(sample / OFSTED, titles=1)[:-1]


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def state_schools(register: list[dict[str, str]]) -> list[dict[str, str]]:
    return [
        row for row in register if row["EstablishmentStatus (code)"] in OPEN and row["TypeOfEstablishment (code)"] not in NOT_STATE
    ]


def test_the_same_seed_gives_the_same_bytes_in_another_process(sample: Path, tmp_path: Path) -> None:
    program = f"import sys, pathlib, warehouse.sample as made;made.write_sample(pathlib.Path(sys.argv[1]), schools={SCHOOLS})"
    environment = {**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, env=environment)
    assert digests(tmp_path) == digests(sample)


def test_another_seed_gives_other_data(sample: Path, tmp_path: Path, postcodes: Postcodes) -> None:
    write_with(postcodes, tmp_path, seed=1)
    other, same = digests(tmp_path), digests(sample)
    assert other.keys() == same.keys()
    assert [name for name in same if other[name] == same[name]] == []


def test_the_folder_holds_the_marker_and_nothing_unexpected(sample: Path) -> None:
    assert set(digests(sample)) == {SYNTHETIC_MARKER, REGISTER, LINKS, GROUPS, MEMBERSHIPS, OFSTED, KS2, KS4}
    text = (sample / SYNTHETIC_MARKER).read_text(encoding="utf-8")
    assert "synthetic sample" in text
    assert "seed 2017" in text
    assert "Open Government Licence v3.0" in text


@pytest.mark.parametrize("name", [REGISTER, LINKS, OFSTED])
def test_files_need_windows_1252(sample: Path, name: str) -> None:
    content = (sample / name).read_bytes()
    assert max(content) >= 0x80
    assert b"\r\n" in content
    content.decode("cp1252")
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")


def test_headers_have_as_many_columns_as_the_publishers(sample: Path) -> None:
    # docs/sources.md: GIAS 135 columns since March 2025, Ofsted 76 until October 2025
    assert len((sample / REGISTER).read_text(encoding="cp1252").splitlines()[0].split(",")) == 135
    with (sample / OFSTED).open(encoding="cp1252", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["State-funded schools - latest inspections as at 31 August 2025"]
    assert (len(rows[1]), rows[1][1]) == (76, "URN")
    assert set(rows[-1]) == {""}


def test_the_projects_parsers_read_every_file(sample: Path) -> None:
    kinds = set()
    for name in digests(sample):
        for layout in LAYOUTS:
            if layout.matches(name):
                kinds.add(layout.kind)
                assert layout.read((sample / name).read_bytes(), name).rows > 0
    assert kinds >= {"gias_establishment", "gias_link", "gias_group", "ofsted_inspection", "ks2_result", "ks4_result"}


def test_urns_are_unique_and_out_of_the_range_of_real_ones(
    sample: Path, register: list[dict[str, str]], inspections: list[dict[str, str]]
) -> None:
    for rows in (register, inspections):
        urns = [int(row["URN"]) for row in rows]
        assert len(set(urns)) == len(urns)
        assert min(urns) >= 900_000
    for row in read(sample / LINKS):
        assert int(row["URN"]) >= 900_000
        assert int(row["LinkURN"]) >= 900_000
    for name, column in ((KS2, "school_urn"), (KS4, "school_urn")):
        assert min(int(row[column]) for row in read(sample / name, "utf-8-sig")) >= 900_000
    assert min(int(row["Group UID"]) for row in read(sample / GROUPS)) >= 90_000


def test_a_laestab_belongs_to_one_open_school(register: list[dict[str, str]]) -> None:
    laestabs = [row["LA (code)"] + row["EstablishmentNumber"] for row in register if row["EstablishmentStatus (code)"] != "2"]
    assert len(set(laestabs)) == len(laestabs)


def test_trusts_and_constituencies_say_that_they_are_synthetic(sample: Path, register: list[dict[str, str]]) -> None:
    names = {row["Trusts (name)"] for row in register} | {row["ParliamentaryConstituency (name)"] for row in register}
    names |= {row["Group Name"] for row in read(sample / GROUPS)}
    assert [name for name in names - {""} if not name.endswith("(synthetic)")] == []


def test_every_district_of_a_county_has_its_authority() -> None:
    # ONS: 164 non-metropolitan districts in 21 counties since April 2023
    counties = {la_code for la_code, _ in county_districts().values()}
    assert (len(county_districts()), len(counties)) == (164, 21)
    areas = read_areas()
    ons_codes = {authority.la_code: authority.ons_code for authority in areas.authorities}
    assert {ons_codes[la_code][:3] for la_code in counties} == {"E10"}


def test_every_district_of_the_postcode_directory_is_known_and_has_postcodes(postcodes: Postcodes) -> None:
    areas = read_areas()
    found = {areas.districts[row].code for row in set(postcodes.district.tolist())}
    assert found == {district.code for district in areas.districts}


def test_there_are_as_many_state_schools_as_asked_for(register: list[dict[str, str]]) -> None:
    state = state_schools(register)
    assert len(state) == SCHOOLS
    phases = Counter(row["PhaseOfEducation (name)"] for row in state)
    assert phases["Primary"] > phases["Secondary"] > phases["Nursery"] > 0


def test_the_register_has_the_rows_a_loader_must_treat_with_care(register: list[dict[str, str]]) -> None:
    assert {row["EstablishmentStatus (code)"] for row in register} == {"1", "2", "3", "4"}
    assert {row["LA (code)"] for row in register if not row["GOR (code)"]} == {"673"}
    assert {"11", "10"} & {row["TypeOfEstablishment (code)"] for row in register}
    unplaced = [row for row in state_schools(register) if not row["Easting"]]
    assert unplaced
    assert all(row["Postcode"] for row in unplaced)
    editions = {row["UrbanRural (code)"] for row in register}
    assert editions & {"A1", "C1", "E1"}
    assert editions & {"UN1", "RSN1"}
    sites = Counter((row["Easting"], row["Northing"]) for row in state_schools(register) if row["Easting"])
    assert max(sites.values()) == 2


def test_no_inspection_is_later_than_the_file_and_previous_comes_first(inspections: list[dict[str, str]]) -> None:
    def day(text: str) -> date | None:
        return None if text == "NULL" else date(*map(int, reversed(text.split("/"))))

    for row in inspections:
        latest, previous = day(row["Inspection start date"]), day(row["Previous inspection start date"])
        ungraded = day(row["Date of latest ungraded inspection"])
        assert latest is None or latest <= date(2025, 7, 31) < AS_AT
        assert ungraded is None or (latest is not None and latest < ungraded <= date(2025, 7, 31))
        assert previous is None or (latest is not None and previous < latest)


def test_headline_grades_end_in_september_2024(inspections: list[dict[str, str]]) -> None:
    eras = Counter()
    for row in inspections:
        if row["Inspection start date"] == "NULL":
            assert row["Overall effectiveness"] == "NULL"
            continue
        day, month, year = (int(part) for part in row["Inspection start date"].split("/"))
        is_after = date(year, month, day) >= date(2024, 9, 1)
        assert (row["Overall effectiveness"] == "Not judged") == is_after
        assert (row["Quality of education"] == "9") == (date(year, month, day) < date(2019, 9, 1))
        eras[is_after] += 1
    assert min(eras[True], eras[False]) > SCHOOLS // 20


def test_ofsteds_file_holds_each_inspected_school_under_its_own_or_its_former_urn(
    sample: Path, register: list[dict[str, str]], inspections: list[dict[str, str]]
) -> None:
    expected = {row["URN"] for row in state_schools(register) if row["PhaseOfEducation (name)"] != "16 plus"}
    listed = {row["URN"] for row in inspections}
    successors = {row["URN"]: row["LinkURN"] for row in read(sample / LINKS) if row["LinkType"].startswith("Succ")}
    assert {successors.get(urn, urn) for urn in listed} <= expected
    assert len(listed) >= 0.99 * len(expected)


def test_a_judgement_of_another_urn_is_that_of_a_linked_predecessor(sample: Path, inspections: list[dict[str, str]]) -> None:
    links = {(row["URN"], row["LinkURN"]) for row in read(sample / LINKS)}
    inherited = [
        (row["URN"], row["URN at time of latest graded inspection"])
        for row in inspections
        if row["Does the latest graded inspection relate to the URN of the current school?"] == "No"
    ]
    assert len(inherited) > SCHOOLS // 20
    assert set(inherited) <= links


def test_results_are_suppressed_for_small_cohorts_and_agree_with_each_other(sample: Path) -> None:
    rows = [row for row in read(sample / KS2, "utf-8-sig") if row["breakdown"] == "Total"]
    percents = {(row["school_urn"], row["subject"]): row["expected_standard_pupil_percent"] for row in rows}
    assert "c" in percents.values()
    for row in rows:
        assert row["progress_measure_score"] == "z"
        if int(row["pupil_count"]) < 6:
            assert row["expected_standard_pupil_percent"] == "c"
        joint = percents[row["school_urn"], "Reading, writing and maths"]
        if row["subject"] in ("Reading", "Writing", "Maths") and joint != "c":
            assert int(row["expected_standard_pupil_percent"]) >= int(joint)


def test_progress_8_lies_in_its_interval_or_is_not_applicable(sample: Path) -> None:
    rows = read(sample / KS4, "utf-8-sig")
    published = [row for row in rows if row["avg_p8score"] != "z"]
    assert 0 < len(published) < len(rows)
    for row in published:
        assert float(row["p8score_ci_low"]) < float(row["avg_p8score"]) < float(row["p8score_ci_upp"])
    assert any(row["school_laestab"].endswith(".0") for row in rows)


@pytest.mark.parametrize("schools", [0, 99, 40_001])
def test_a_size_that_cannot_be_made_is_refused_before_anything_is_written(tmp_path: Path, schools: int) -> None:
    with pytest.raises(ValueError, match=f"schools is {schools}"):
        write_sample(tmp_path / "sample", schools=schools)
    assert not (tmp_path / "sample").exists()


@pytest.mark.parametrize(
    "damage", [lambda path: path.write_bytes(b"URN"), Path.unlink, lambda path: (path.parent / "more.csv").touch()]
)
def test_a_sample_that_is_damaged_is_made_anew(
    tmp_path: Path, damage: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It was believed by its version alone: each refresh stopped, and told to ask the publisher for an invented file."""
    made = iter(range(9))

    def write(folder: Path) -> None:
        (folder / "gias.csv").write_text(f"URN\n{next(made)}\n")

    monkeypatch.setattr("warehouse.sample.folder.write_sample", write)
    sample = tmp_path / "sample"
    keep_sample(sample)
    keep_sample(sample)
    assert (sample / "gias.csv").read_text() == "URN\n0\n"
    damage(sample / "gias.csv")
    keep_sample(sample)
    assert (sample / "gias.csv").read_text() == "URN\n1\n"
    assert not (sample / "more.csv").exists()
    assert "is not as it was made" in caplog.text
