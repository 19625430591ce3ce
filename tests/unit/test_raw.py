"""Raw tables: several files of a kind, of different vintages, in one table."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from transforms.errors import InputError
from transforms.layouts import Layout, Parsed
from transforms.layouts.layout import date_in_name
from transforms.layouts.ofsted import EVENT, INSPECTION
from warehouse.landing.archive import SYNTHETIC_MARKER, DropFolder
from warehouse.landing.kept import mark_published
from warehouse.landing.raw import load_group
from warehouse.model import read_models
from warehouse.reference import load_reference

OVERALL, FULL, GRADED, REPORT_CARD = "2017", "2019-09", "2022-07", "2025-11"


def ofsted_file(vintage: str, urn: int, title_rows: int, *, layout: Layout = INSPECTION, **values: str) -> bytes:
    """A file of that vintage with one school, ``NULL`` in every column that is not given (by our name)."""
    headings = {column.name: found[0] for column in layout.columns if (found := column.heading(vintage))}
    row = {name: values.get(name, "NULL") for name in headings} | {"urn": str(urn)}
    lines = ["A title"] * title_rows + [",".join(f'"{text}"' for text in headings.values()), ",".join(row.values())]
    return ("\r\n".join(lines) + "\r\n").encode("cp1252")


def test_releases_of_all_vintages_stand_in_one_table_each_row_with_its_release(tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "edubasealldata20250930.csv").write_bytes(b"not looked at here")
    for name, content in {
        "Management_information_-_schools_-_30_June_2017.csv": ofsted_file(
            OVERALL, 1, 1, latest_overall_effectiveness="2", latest_inspection_date="05/06/2014"
        ),
        "Management information - state-funded schools - as at 30 June 2023.csv": ofsted_file(
            FULL, 4, 1, latest_overall_effectiveness="3", previous_overall_effectiveness="4", ungraded_outcome="School remains Good"
        ),
        "Management_information_-_state-funded_schools_-_as_at_31_August_2025.csv": ofsted_file(
            GRADED, 2, 0, latest_overall_effectiveness="Not judged", previous_urn="99"
        ),
        "Management_information_-_state-funded_schools_-_as_at_31_May_2026.csv": ofsted_file(
            REPORT_CARD, 3, 2, report_card_inclusion="Strong standard", report_card_inspection_date="13/01/2026"
        ),
    }.items():
        (drop / name).write_bytes(content)
    with duckdb.connect() as connection:
        counts = load_group(connection, DropFolder(drop), "ofsted", tmp_path / "landing")
        rows = connection.execute(
            """select urn, as_at::varchar, latest_overall_effectiveness, latest_overall_effectiveness_missing,
                previous_urn, report_card_inclusion, latest_inspection_date::varchar
            from raw.ofsted_inspection order by urn"""
        ).fetchall()
        files = connection.execute("select layout, rows from landing.ofsted_file order by published").fetchall()
    assert counts == {"raw.ofsted_inspection": 4, "raw.ofsted_event": 0}
    assert rows == [
        (1, "2017-06-30", 2, None, None, None, "2014-06-05"),
        (2, "2025-08-31", None, "no_headline_grade", 99, None, None),
        (3, "2026-05-31", None, "not_recorded", None, "Strong standard", None),
        (4, "2023-06-30", 3, None, None, None, None),
    ]
    assert files == [(OVERALL, 1), (FULL, 1), (GRADED, 1), (REPORT_CARD, 1)]


def test_a_group_without_files_has_empty_tables_of_the_same_columns(tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    for name in ("edubasealldata20250930.csv", "Management_information_-_schools_-_30_June_2017.csv"):
        (drop / name).write_bytes(b"not looked at here")
    with duckdb.connect() as connection:
        assert load_group(connection, DropFolder(drop), "ks4", tmp_path / "landing") == {"raw.ks4_result": 0, "raw.ks4_national": 0}
        kinds = dict(connection.execute("select column_name, column_type from (describe raw.ks4_result)").fetchall())
    assert (kinds["urn"], kinds["progress8"], kinds["progress8_missing"]) == ("INTEGER", "DOUBLE", "VARCHAR")


KS4 = (
    "time_period,geographic_level,school_laestab,school_urn,breakdown,t_pupils,avg_att8,avg_p8score,p8score_ci_low,p8score_ci_upp,"
    "pt_l2basics_95\r\n202324,School,2024104,100049,Total,156,{score},-0.2,-0.44,0.1,47.4\r\n"
)


def results_read(tmp_path: Path, files: dict[str, str]) -> tuple[list[tuple[object, ...]], dict[str, str | None]]:
    """Key stage 4 as it is read from a folder with these files (name to text): rows, and the notices by file."""
    drop = tmp_path / "drop"
    drop.mkdir()
    for name in ("edubasealldata20250930.csv", "Management_information_-_schools_-_30_June_2017.csv"):
        (drop / name).write_bytes(b"not looked at here")
    for name, text in files.items():
        (drop / name).parent.mkdir(exist_ok=True)
        (drop / name).write_text(text)
    with duckdb.connect() as connection:
        load_group(connection, DropFolder(drop), "ks4", tmp_path / "landing")
        rows = connection.execute("select urn, year, attainment8 from raw.ks4_result order by all").fetchall()
        return rows, dict(connection.execute("select name, notices from landing.ks4_file").fetchall())


def test_of_a_year_that_is_told_twice_the_final_results_count(tmp_path: Path) -> None:
    """Both together would count each school twice; and a provisional file that lies there must not stop anything."""
    final, provisional = "202324_performance_tables_schools_final.csv", "202324_performance_tables_schools_provisional.csv"
    rows, notices = results_read(tmp_path, {final: KS4.format(score=44.2), provisional: KS4.format(score=44.1)})
    assert [row[2] for row in rows] == [44.2]
    assert notices == {final: None, provisional: f"2023/24 is not read from it: {final} tells of that year"}


def test_of_a_year_that_a_later_file_tells_again_the_later_counts(tmp_path: Path) -> None:
    """The file of 2024/25 holds three years: what it says of the one before is the newer word."""
    earlier, later = "202324_performance_tables_schools_final.csv", "202425_performance_tables_schools_final.csv"
    both = KS4.format(score=44.5) + KS4.format(score=43.0).splitlines()[1].replace("202324", "202425") + "\r\n"
    rows, notices = results_read(tmp_path, {earlier: KS4.format(score=44.2), later: both})
    assert [row[1:] for row in rows] == [(2024, 44.5), (2025, 43.0)]
    assert notices[earlier] == f"2023/24 is not read from it: {later} tells of that year"


def test_the_same_file_in_two_places_is_read_once(tmp_path: Path) -> None:
    names = ["a/202324_performance_tables_schools_final.csv", "b/202324_performance_tables_schools_final.csv"]
    rows, notices = results_read(tmp_path, dict.fromkeys(names, KS4.format(score=44.2)))
    assert len(rows) == 1
    assert sorted(notice or "" for notice in notices.values()) == [
        "",
        f"2023/24 is not read from it: {names[1]} tells of that year",
    ]


def test_the_row_of_england_stands_in_a_table_of_its_own_once_a_year_is_told(tmp_path: Path) -> None:
    """Of the provisional and the final file one is believed, for its schools and for England alike."""
    wide = "RECTYPE,URN,TPUP,ATT8SCR,P8MEA\r\n1,100049,156,{0},0\r\n5,,600000,48.4,0\r\n7,,540000,{1},0\r\n"
    drop = tmp_path / "drop"
    (drop / "2015-2016").mkdir(parents=True)
    for name in ("edubasealldata20250930.csv", "Management_information_-_schools_-_30_June_2017.csv"):
        (drop / name).write_bytes(b"not looked at here")
    (drop / "2015-2016" / "england_ks4final.csv").write_text(wide.format(44.2, 50.1))
    (drop / "2015-2016" / "england_ks4provisional.csv").write_text(wide.format(44.1, 49.9))
    with duckdb.connect() as connection:
        counts = load_group(connection, DropFolder(drop), "ks4", tmp_path / "landing")
        national = connection.execute("select year, pupils, attainment8, row_number from raw.ks4_national").fetchall()
    assert counts == {"raw.ks4_result": 1, "raw.ks4_national": 1}
    assert national == [(2016, 540_000, 50.1, 4)]


def test_two_files_that_tell_of_a_year_alike_and_differ_are_refused_by_name(tmp_path: Path) -> None:
    names = ["a/202324_performance_tables_schools_final.csv", "b/202324_performance_tables_schools_final.csv"]
    with pytest.raises(InputError, match="Two files hold the same rows") as caught:
        results_read(tmp_path, dict(zip(names, (KS4.format(score=44.2), KS4.format(score=44.1)), strict=True)))
    assert all(name in str(caught.value) for name in names)


AUGUST = "Management_information_-_state-funded_schools_-_as_at_31_August_2025.csv"
MAY = "Management_information_-_state-funded_schools_-_as_at_31_May_2026.csv"
RELEASES = {
    AUGUST: ofsted_file(
        GRADED, 100001, 0, latest_overall_effectiveness="2", latest_inspection_date="05/06/2024",
        previous_overall_effectiveness="3", previous_inspection_date="01/02/2018",
    ),
    MAY: ofsted_file(
        REPORT_CARD, 100001, 2, report_card_inclusion="Strong standard", report_card_inspection_date="13/01/2026",
        latest_overall_effectiveness="2", latest_inspection_date="05/06/2024",
    ),
}  # fmt: skip


def folder_with(root: Path, *releases: str, gias: str = "20250930", synthetic: bool = False) -> DropFolder:
    root.mkdir(parents=True)
    (root / f"edubasealldata{gias}.csv").write_bytes(b"not looked at here")
    for name in releases:
        (root / name).write_bytes(RELEASES[name])
    if synthetic:
        (root / SYNTHETIC_MARKER).write_text("invented")
    return DropFolder(root)


def judged(folder: DropFolder, archive: Path, *, published: bool = True) -> list[tuple]:
    """core.inspection after landing the folder's releases (which are then published)."""
    with duckdb.connect() as connection:
        load_group(connection, folder, "ofsted", archive)
        if published:
            mark_published(archive, [path.name for path in archive.iterdir()])
        load_reference(connection)
        model = next(model for model in read_models("core") if model.name == "core.inspection")
        model.build(connection)
        return connection.execute(
            "select urn, inspection_date::varchar, framework, overall_effectiveness from core.inspection order by inspection_date"
        ).fetchall()


def test_landing_a_newer_release_loses_no_judgement_and_the_order_of_landing_does_not_matter(tmp_path: Path) -> None:
    """The report-card layout drops the previous judgement of every school: it must stay from the release before."""
    expected = [
        (100001, "2018-02-01", "headline_grade", 3),
        (100001, "2024-06-05", "headline_grade", 2),
        (100001, "2026-01-13", "report_card", None),
    ]
    for number, order in enumerate(([AUGUST, MAY], [MAY, AUGUST])):
        archive = tmp_path / f"archive{number}"
        judged(folder_with(tmp_path / f"{number}first", order[0]), archive)
        assert judged(folder_with(tmp_path / f"{number}second", order[1]), archive) == expected
    together = judged(folder_with(tmp_path / "both", AUGUST, MAY), tmp_path / "archive of both")
    assert together == expected


def test_invented_releases_are_never_history_of_real_ones_nor_the_other_way_round(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    judged(folder_with(tmp_path / "sample", AUGUST, synthetic=True), archive)
    assert [row[2] for row in judged(folder_with(tmp_path / "real", MAY), archive)] == ["headline_grade", "report_card"]
    assert [row[1] for row in judged(folder_with(tmp_path / "sample2", AUGUST, synthetic=True), archive)][-1] == "2024-06-05"


def test_schools_of_an_old_extract_are_not_judged_by_releases_of_years_later(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    judged(folder_with(tmp_path / "new", MAY), archive)
    rows = judged(folder_with(tmp_path / "old", AUGUST, gias="20240930"), archive)
    assert "report_card" not in {row[2] for row in rows}


def test_a_release_that_never_got_past_the_checks_is_no_history(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    judged(folder_with(tmp_path / "bad", MAY), archive, published=False)
    rows = judged(folder_with(tmp_path / "good", AUGUST), archive)
    assert "report_card" not in {row[2] for row in rows}


def test_of_a_release_that_is_issued_again_the_folders_issue_counts(tmp_path: Path) -> None:
    """Ofsted corrects a release under the same date: both issues are in the archive, each school is told once."""
    archive = tmp_path / "archive"
    judged(folder_with(tmp_path / "first", AUGUST), archive)
    corrected = folder_with(tmp_path / "corrected", AUGUST)
    path = corrected.root / AUGUST
    path.write_bytes(path.read_bytes().replace(b"05/06/2024", b"06/06/2024"))
    assert [row[1] for row in judged(corrected, archive)] == ["2018-02-01", "2024-06-06"]


def files_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are read from now on, one after another."""
    reads: list[str] = []
    read = Layout.read

    def noted(self: Layout, content: bytes, path: str) -> Parsed:
        reads.append(path)
        return read(self, content, path)

    monkeypatch.setattr(Layout, "read", noted)
    return reads


def test_archived_releases_are_read_once_and_again_when_the_code_that_reads_them_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, reads = tmp_path / "archive", files_read(monkeypatch)
    judged(folder_with(tmp_path / "first", AUGUST), archive)
    expected = judged(folder_with(tmp_path / "both", AUGUST, MAY), archive)
    reads.clear()
    assert judged(folder_with(tmp_path / "newest", MAY), archive) == expected
    assert judged(DropFolder(tmp_path / "newest"), archive) == expected
    assert judged(DropFolder(tmp_path / "both"), archive) == expected
    assert reads == []  # they were kept when the files landed

    monkeypatch.setattr("warehouse.landing.kept.layouts_hash", lambda: "changed")
    assert judged(DropFolder(tmp_path / "both"), archive) == expected
    assert sorted(reads) == sorted([MAY, AUGUST])
    assert [path.name.rpartition("-")[0] for path in archive.glob("*/rows-*")] == ["rows-changed"] * 2


LISTS = {
    "Management_information_-_state-funded_schools_1_September_2015_to_31_August_2019.csv": ofsted_file(
        "2015-09", 100001, 1, layout=EVENT, inspection_number="1", inspection_date="01/02/2018", overall_effectiveness="3"
    ),
    "Management_information_-_state-funded_schools_-_all_inspections_-_year_to_date_published_by_31_Aug_2025.csv": ofsted_file(
        "2019-09", 100001, 0, layout=EVENT, inspection_number="2", inspection_date="05/03/2025", overall_effectiveness="Not judged",
        quality_of_education="3", leadership_and_management="2",
    ),
    "Management_information_-_state-funded_schools_-_all_inspections_-_year_to_date_published_by_31_Jan_2026.csv": ofsted_file(
        "2025-11", 100001, 0, layout=EVENT, inspection_number="3", inspection_date="13/01/2026", report_card_safeguarding="Met",
        report_card_leadership_and_governance="Needs attention",
    ),
}  # fmt: skip


def test_lists_of_all_inspections_tell_the_history_that_the_newest_release_drops(tmp_path: Path) -> None:
    """With the release of May 2026 alone nobody was judged before, and nobody could be stuck."""
    folder = folder_with(tmp_path / "drop", MAY)
    for name, content in LISTS.items():
        (folder.root / name).write_bytes(content)
    assert judged(DropFolder(folder.root, today=date(2026, 6, 30)), tmp_path / "archive") == [
        (100001, "2018-02-01", "headline_grade", 3),
        (100001, "2024-06-05", "headline_grade", 2),
        (100001, "2025-03-05", "four_judgements", None),
        (100001, "2026-01-13", "report_card", None),
    ]


def test_of_a_list_and_a_release_of_one_day_the_release_is_believed(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "drop", AUGUST)
    name = "Management_information_-_state-funded_schools_-_all_inspections_-_year_to_date_published_by_31_Aug_2025.csv"
    (folder.root / name).write_bytes(
        ofsted_file(
            "2019-09", 100001, 0, layout=EVENT, inspection_number="2", inspection_date="05/06/2024", overall_effectiveness="4"
        )
    )
    assert judged(DropFolder(folder.root, today=date(2026, 6, 30)), tmp_path / "archive")[-1][2:] == ("headline_grade", 2)


def test_a_list_of_all_inspections_is_dated_by_the_end_of_its_period() -> None:
    assert [str(date_in_name(name)) for name in LISTS] == ["2019-08-31", "2025-08-31", "2026-01-31"]
