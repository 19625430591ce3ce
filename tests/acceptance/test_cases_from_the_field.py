"""Small files of kinds that people met: each is read as what it is, and what is odd in it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import REAL_DATA
from transforms.layouts import Parsed, layout_for

pytestmark = pytest.mark.real_data

CASES = REAL_DATA.parent / "cases"


def file_of(case: str) -> Path:
    """The one file of a case; skips the test, and says so, where the cases are not there."""
    if not CASES.is_dir():
        pytest.skip("the cases are not here: they are looked for beside ../shared/data")
    (path,) = (path for path in (CASES / case).rglob("*") if path.is_file())
    return path


def parsed(case: str) -> Parsed:
    """That file, read by its layout."""
    path = file_of(case)
    layout = layout_for(path.name)
    assert layout is not None
    return layout.read(path.read_bytes(), path.relative_to(CASES / case).as_posix())


def test_key_stage_2_is_read_in_the_layout_of_the_api_and_has_no_cohort() -> None:
    frame = parsed("ks2_genuine_layout").frame
    assert len(frame) == 363
    assert frame["rwm_expected_percent"].notna().any()
    assert frame["pupils"].isna().all()
    assert set(frame["pupils_missing"]) == {"not_in_this_file"}


def test_rows_of_a_wide_file_that_end_early_are_schools_without_results() -> None:
    result = parsed("ks2_wide_genuine")
    assert result.frame["year"].tolist() == [2019] * 3  # the header names the year before; totals without a URN are not read
    assert result.frame["rwm_expected_percent"].notna().tolist() == [True, False, False]
    assert result.notices == ("2 rows end early, as the publisher writes a row that has nothing more",)
    assert result.national[["year", "pupils", "rwm_expected_percent"]].to_numpy().tolist() == [[2019, 644_967, 65]]


def test_of_two_versions_in_one_file_the_later_counts_and_is_named() -> None:
    result = parsed("ks2_two_versions")
    assert len(result.frame) == 3
    assert result.notices == ("Of 2024/25 15 rows are not read, of version Provisional: Revised counts",)


def test_codes_that_a_spreadsheet_program_cut_are_put_right_and_counted() -> None:
    result = parsed("gias_saved_in_excel")
    assert result.frame["type_code"].str.len().eq(2).all()
    assert result.notices[0].startswith("TypeOfEstablishment (code): zeros in front were put right in 17 rows")


def test_links_in_another_years_words_are_plain_links() -> None:
    result = parsed("links_vocab")
    assert set(result.frame["link_type"]) <= {"Predecessor", "Successor"}
    assert not any("not known" in notice for notice in result.notices)


def test_a_link_without_a_urn_is_set_aside_and_counted() -> None:
    result = parsed("links_blank")
    assert result.frame["link_urn"].notna().all()
    assert result.notices == ("1 row without LinkURN was set aside",)


def test_report_cards_in_other_words_are_those_of_the_list() -> None:
    frame = parsed("ofsted_vocabulary").frame.set_index("urn")
    areas = [column for column in frame if column.startswith("report_card_") and frame[column].dtype != "datetime64[us]"]
    words = {word for column in areas for word in frame[column].dropna() if isinstance(word, str)}
    grades = {"Exceptional", "Strong standard", "Expected standard", "Needs attention", "Urgent improvement", "Not applicable"}
    assert words <= grades | {"Met", "Not met", "SM"}
    assert frame.loc[106962, "report_card_leadership_and_governance"] == "Needs attention"
    assert frame.loc[112159, ["latest_category_of_concern", "current_category_of_concern"]].tolist() == ["SM", "none"]
    assert frame.loc[112272, ["latest_category_of_concern", "current_category_of_concern"]].tolist() == ["SM", "SM"]


def test_the_year_to_date_is_read_as_a_list_of_inspections() -> None:
    path = file_of("ofsted_year_to_date")
    layout = layout_for(path.name)
    assert layout is not None
    assert layout.kind == "ofsted_event"
    assert layout.read(path.read_bytes(), path.name).vintage == "2025-11"
