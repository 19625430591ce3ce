"""Reading publishers' files: what is recognised, what stops a refresh, and what a missing value becomes."""

from datetime import date

import pandas as pd
import pytest

from transforms.errors import InputError
from transforms.layouts import layout_for
from transforms.layouts.layout import academic_year_in_path, date_in_name
from transforms.layouts.ofsted import INSPECTION
from transforms.layouts.results import KS2, KS4

LINKS = "links_edubasealldata20250930.csv"
OFSTED_2017 = "Management_information_-_schools_-_30_June_2017.csv"
OFSTED_2017_HEADER = (
    "URN,LAESTAB,School name,Ofsted phase,Type of education,Postcode,Inspection date,Overall effectiveness,"
    "Category of concern,Effectiveness of leadership and management"
)


def read(path: str, text: str, encoding: str = "cp1252") -> pd.DataFrame:
    layout = layout_for(path)
    assert layout is not None
    return layout.read(text.encode(encoding), path).frame


def refused(path: str, content: bytes) -> InputError:
    layout = layout_for(path)
    assert layout is not None
    with pytest.raises(InputError) as caught:
        layout.read(content, path)
    return caught.value


LINKS_TEXT = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\r\n1,2,Old,Predecessor,01-09-2020\r\n3,4,Other,Successor,\r\n"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("gias/edubasealldata20250930.csv", "gias_establishment"),
        ("anywhere/links_edubasealldata20260821.csv", "gias_link"),
        ("Management_information_-_state-funded_schools_-_latest_inspections_as_at_31_May_2026.csv", "ofsted_inspection"),
        (OFSTED_2017, "ofsted_inspection"),
        ("2015-2016/england_ks2final.csv", "ks2_result"),
        ("2024-2025/ks2_school_attainment_data.csv", "ks2_result"),
        ("202324_performance_tables_schools_final.csv", "ks4_result"),
        ("england_regions_9.geojson", "ons_boundary"),
    ],
)
def test_files_are_recognised_by_name_wherever_they_lie(name: str, kind: str) -> None:
    layout = layout_for(name)
    assert layout is not None
    assert layout.kind == kind


def test_a_file_of_another_name_is_nobodys() -> None:
    assert layout_for("notes.csv") is None


def test_text_is_windows_1252_unless_it_is_valid_utf_8() -> None:
    text = LINKS_TEXT.replace("Predecessor", "Prédécesseur’")
    assert read(LINKS, text)["link_type"][0] == "Prédécesseur’"
    assert read(LINKS, "\ufeff" + text, "utf-8")["link_type"][0] == "Prédécesseur’"


def test_rows_keep_the_number_a_spreadsheet_shows() -> None:
    titled = "Most recent inspections\r\n\r\n" + OFSTED_2017_HEADER + "\r\n100001,2011001,A,Primary,X,N1,05/06/2014,2,NULL,2\r\n"
    assert read(OFSTED_2017, titled)["row_number"].tolist() == [4]


def test_blank_rows_at_the_foot_are_no_data() -> None:
    assert len(read(LINKS, LINKS_TEXT + ",,,,\r\n\r\n")) == 2


def test_columns_that_are_not_needed_are_reported_and_ignored() -> None:
    layout = layout_for(LINKS)
    assert layout is not None
    assert layout.read(LINKS_TEXT.encode(), LINKS).ignored == ("LinkName",)


@pytest.mark.parametrize(
    ("case", "content", "says"),
    [
        ("empty", b"", "empty"),
        ("only white space", b"\r\n \r\n", "empty"),
        ("a web page", b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
        ("a spreadsheet", b"PK\x03\x04\x00\x00", "not text"),
        ("no header", b"a,b\r\n1,2\r\n", "No header"),
        ("no rows", b"URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\r\n", "no rows"),
        ("cut off in a row", LINKS_TEXT.encode()[:-15], "cut off"),
        ("cut off in a quoted field", LINKS_TEXT.encode() + b'5,6,"Half a na', "cannot be read as CSV"),
        ("a stray comma", LINKS_TEXT.replace("Old", "O,ld").encode(), "has 6 fields"),
        ("no number", LINKS_TEXT.replace("3,4", "3,four").encode(), "'four' is not a whole number"),
        ("no date", LINKS_TEXT.replace("01-09-2020", "31-02-2020").encode(), "'31-02-2020' is not a date"),
        ("a row twice", (LINKS_TEXT + "1,2,Old,Predecessor,\r\n").encode(), "is there twice (rows 2 and 4)"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words_with_the_files_name(case: str, content: bytes, says: str) -> None:
    error = refused(LINKS, content)
    assert says in str(error), case
    assert LINKS in str(error)
    assert error.do


def test_a_wrong_value_is_named_with_row_and_column() -> None:
    error = refused(LINKS, LINKS_TEXT.replace("3,4", "3,four").encode())
    assert (error.row, error.column) == (3, "LinkURN")


def test_a_needed_column_that_is_missing_is_named() -> None:
    error = refused(LINKS, LINKS_TEXT.replace("LinkType", "Kind").encode())
    assert error.column == "LinkType"
    assert "layouts" in str(error)


def test_every_row_one_field_short_is_how_the_publisher_wrote_it_in_2017() -> None:
    path = "grouplinks_edubaseallacademiesandfree20170119.csv"
    text = (
        "URN,Linked UID,Group Name,Group Type,Group Status,Joined date,LA (name),HasSharedHT\r\n"
        '101,15,A trust,Multi-academy trust,Open,01-03-2016,Kent\r\n102,16,B trust,Multi-academy trust,Open,01-03-2016,"Kent"'
    )
    assert read(path, text)["group_id"].tolist() == ["15", "16"]


def test_grades_that_were_not_made_are_null_with_the_reason() -> None:
    rows = "\r\n".join(
        f"{urn},1,A,Primary,X,N1,{day},{overall},NULL,{leadership}"
        for urn, day, overall, leadership in (
            (1, "05/06/2014", "Not judged", "2"),
            (2, "05/06/2014", "9", "NULL"),
            (3, "NULL", "NULL", ""),
            (4, "05/06/2014", "1", "0"),
        )
    )
    frame = read(OFSTED_2017, f"{OFSTED_2017_HEADER}\r\n{rows}\r\n")
    overall = frame["latest_overall_effectiveness"]
    assert [None if pd.isna(v) else int(v) for v in overall] == [None, None, None, 1]
    assert frame["latest_overall_effectiveness_missing"].tolist()[:3] == ["no_headline_grade", "not_judged", "not_recorded"]
    assert frame["latest_leadership_and_management_missing"].tolist()[1:] == ["not_recorded", "not_recorded", "not_judged"]
    assert set(frame["previous_overall_effectiveness_missing"]) == {"not_in_this_file"}


def test_a_heading_with_two_spaces_is_the_heading_with_one() -> None:
    names = {column.heading("2025-11") for column in INSPECTION.columns}
    header = ",".join(f'"{found[0].replace("OEIF ", "OEIF  ")}"' for found in sorted(filter(None, names)))
    values = ",".join("1" if found[0] == "URN" else "" for found in sorted(filter(None, names)))
    assert INSPECTION.read(f"{header}\r\n{values}\r\n".encode(), "x").vintage == "2025-11"


WIDE = "RECTYPE,LEA,ESTAB,URN,SCHNAME,TELIG,PTRWM_EXP,PTRWM_HIGH,READPROG,WRITPROG,MATPROG\r\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [("SUPP", "suppressed"), ("LOWCOV", "low_coverage"), ("NE", "no_entries"), ("NP", "not_published"), ("", "not_recorded")],
)
def test_codes_for_a_missing_result_are_null_with_the_reason_never_zero(text: str, reason: str) -> None:
    frame = read("2015-2016/england_ks2final.csv", WIDE + f"1,201,3614,100000,A,28,{text},7%,2.7,{text},-3\r\n", "utf-8-sig")
    assert frame["rwm_expected_percent"].isna().all()
    assert frame["rwm_expected_percent_missing"].tolist() == [reason]
    assert frame["writing_progress_missing"].tolist() == [reason]
    assert (frame["maths_progress"][0], frame["rwm_higher_percent"][0]) == (-3, 7)


def test_wide_results_have_the_year_of_their_folder_and_leave_out_totals() -> None:
    text = WIDE + "1,201,3614,100000,A,28,89%,7%,2.7,2.2,3\r\n4,201,,,Total,1,1%,1%,1,1,1\r\n"
    frame = read("2015-2016/england_ks2final.csv", text)
    assert frame[["urn", "year", "laestab"]].to_numpy().tolist() == [[100000, 2016, 2013614]]


def test_the_row_of_england_is_kept_apart_from_the_schools() -> None:
    """RECTYPE as in england_ks2final.csv of 2018/19: 4 is England (649,249 pupils), 5 its state-funded schools (644,967)."""
    text = WIDE + "1,201,3614,100000,A,28,89%,7%,2.7,2.2,3\r\n3,201, , ,London, 99,70%,9%,1,1,1\r\n"
    text += "4, , , , ,649249,65%,11%, , , \r\n5, , , , ,644967,65%,11%, , , \r\n"
    parsed = KS2.read(text.encode(), "2015-2016/england_ks2final.csv")
    assert parsed.frame["urn"].tolist() == [100000]
    row = parsed.national.iloc[0]
    assert len(parsed.national) == 1
    assert (row.year, row.pupils, row.rwm_expected_percent, row.row_number) == (2016, 644967, 65, 5)
    assert (row.reading_progress_missing, row.level4_rwm_percent_missing) == ("not_recorded", "not_in_this_file")
    assert set(parsed.national) == {*KS2.national_schema, "row_number"}
    assert "urn" not in KS2.national_schema


def test_at_key_stage_4_another_number_tells_the_row_of_englands_state_funded_schools() -> None:
    text = "RECTYPE,LEA,ESTAB,URN,SCHNAME,TPUP,ATT8SCR,P8MEA\r\n1,201,4614,100001,A,180,47.1,0.1\r\n4,201,,,London,9,1,0\r\n"
    text += "5,,,,,600000,48.5,NA\r\n7,,,,,540000,50.1,-0.03\r\n"
    parsed = KS4.read(text.encode(), "2015-2016/england_ks4final.csv")
    assert parsed.frame["urn"].tolist() == [100001]
    assert parsed.national[["year", "attainment8"]].to_numpy().tolist() == [[2016, 50.1]]


def test_a_school_with_as_many_pupils_as_a_country_is_refused_and_the_country_is_not() -> None:
    """The school's own number stood in the column: the bound was that of England's row."""
    text = "RECTYPE,LEA,ESTAB,URN,SCHNAME,TPUP,ATT8SCR,P8MEA\r\n1,201,4614,100001,A,{},47.1,0.1\r\n7,,,,,540000,50.1,-0.03\r\n"
    assert KS4.read(text.format(180).encode(), "2015-2016/england_ks4final.csv").national["pupils"].tolist() == [540_000]
    with pytest.raises(InputError, match=r"'136208' is not a number from 0 to 100,000") as caught:
        KS4.read(text.format(136_208).encode(), "2015-2016/england_ks4final.csv")
    assert (caught.value.row, caught.value.column) == (2, "TPUP")


def test_every_vintage_of_the_wide_tables_says_which_row_is_englands() -> None:
    """RECTYPE 5 and 7 by users of the files, too: at key stage 2 the numbers of the totals are one less than at key stage 4."""
    assert KS2.national == dict.fromkeys(("wide", "wide-2015"), ("record_type", "5"))
    assert KS4.national == dict.fromkeys(("wide", "wide-2015", "wide-2014"), ("record_type", "7"))


def test_a_file_without_a_row_of_england_has_none_and_one_without_schools_is_refused() -> None:
    schools = WIDE + "1,201,3614,100000,A,28,89%,7%,2.7,2.2,3\r\n"
    assert KS2.read(schools.encode(), "2015-2016/england_ks2final.csv").national.empty
    error = refused("2015-2016/england_ks2final.csv", (WIDE + "5,,,,,644967,65%,11%,,,\r\n").encode())
    assert error.column == "RECTYPE"


def test_wide_results_without_a_year_in_their_path_are_refused() -> None:
    error = refused("england_ks2final.csv", (WIDE + "1,201,3614,100000,A,28,89%,7%,2.7,2.2,3\r\n").encode())
    assert "academic year" in str(error)


def test_the_measures_of_2014_and_2015_are_read_from_their_own_headings() -> None:
    ks2 = "RECTYPE,LEA,ESTAB,URN,TELIG,PTREADWRITTAMATX,PT2READ,PT2WRITTA,PT2MATH\r\n1,201,3614,100000,28,79%,91%,SUPP,88%\r\n"
    primary = read("2014-2015/england_ks2.csv", ks2).iloc[0]
    assert (primary.year, primary.level4_rwm_percent, primary.reading_expected_progress_percent) == (2015, 79, 91)
    assert primary.writing_expected_progress_percent_missing == "suppressed"
    assert primary.rwm_expected_percent_missing == "not_in_this_file"
    ks4 = "RECTYPE,LEA,ESTAB,URN,TPUP,PTAC5EM_PTQ{0},PT24ENGPRG_PTQ{0},PT24MATHPRG_PTQ{0}\r\n1,201,4614,100001,180,55%,70%,66%\r\n"
    for folder, ending in (("2013-2014", ""), ("2014-2015", "_EE")):
        secondary = read(f"{folder}/england_ks4.csv", ks4.format(ending)).iloc[0]
        assert (secondary.five_gcses_percent, secondary.english_expected_progress_percent) == (55, 70)
        assert secondary.progress8_missing == "not_in_this_file"


def test_since_when_an_academy_is_in_its_trust_is_read_from_the_list_of_2017_and_from_the_history() -> None:
    now = "URN,Linked UID,Group Name,Group Type,Group Status,Joined date,LA (name),HasSharedHT\r\n"
    now += "1,15885,A trust,Multi-academy trust,Open,01-03-2016,Kent\r\n"
    frame = read("grouplinks_edubaseallacademiesandfree20170119.csv", now)
    assert frame[["urn", "group_id"]].to_numpy().tolist() == [[1, "15885"]]
    history = (
        "URN,EstablishmentName,Group ID,Group Name,Date Joined Group,Date Left Group\r\n1,A,TR1,A trust,01-03-2016,31-08-2020\r\n"
    )
    frame = read("academiesmatmembership20260418.csv", history)
    assert frame[["joined_date", "left_date"]].astype(str).to_numpy().tolist() == [["2016-03-01", "2020-08-31"]]


@pytest.mark.parametrize(
    ("name", "header", "column"),
    [
        ("teaching_schools_2017.csv", "URN,School", "urn"),
        ("national_support_schools.csv", "School,URN", "urn"),
        ("trusts_not_ready.csv", "Group UID,Trust", "group_id"),
    ],
)
def test_a_list_landed_by_hand_needs_one_column_and_may_have_others(name: str, header: str, column: str) -> None:
    frame = read(name, f"{header}\r\n{','.join('101' if part in ('URN', 'Group UID') else 'x' for part in header.split(','))}\r\n")
    assert frame[column].astype(str).tolist() == ["101"]


def test_attainment_may_be_absent_only_in_the_year_of_which_progress_alone_is_used() -> None:
    text = "RECTYPE,URN,READPROG,WRITPROG,MATPROG\r\n1,100000,1,1,1\r\n"
    assert read("2018-2019/england_ks2final.csv", text)["rwm_expected_percent_missing"].tolist() == ["not_in_this_file"]
    assert refused("2015-2016/england_ks2final.csv", text.encode()).column == "TELIG, PTRWM_EXP"


LONG = (
    "time_period,geographic_level,school_urn,school_laestab,breakdown,subject,pupil_count,expected_standard_pupil_percent,"
    "higher_standard_pupil_percent,progress_measure_score\r\n"
)


def test_long_results_become_one_row_per_school_and_year() -> None:
    rows = [
        "202223,School,100000,2013614.0,Total,Reading,30,90,z,1.5",
        '202223,School,100000,2013614.0,Total,"Reading, writing and maths",30,77,10,z',
        "202223,School,100000,2013614.0,Total,Writing,30,80,z,u",
        '202223,School,100000,2013614.0,Disadvantaged,"Reading, writing and maths",x,50,x,z',
        "202223,School,100001,2013615,Total,Maths,30,80,z,1",
        # a row of the country has no URN, and a number that no school has: only rows of schools are read
        '202223,National,,z,Total,"Reading, writing and maths",600000,60,8,?',
    ]
    frame = read("2022-2023/ks2_school_attainment_data.csv", LONG + "\r\n".join(rows) + "\r\n", "utf-8")
    assert len(frame) == 1
    row = frame.iloc[0]
    assert (row.urn, row.year, row.laestab, row.rwm_expected_percent, row.reading_progress) == (100000, 2023, 2013614, 77, 1.5)
    assert (row.writing_progress_missing, row.maths_progress_missing) == ("low_reliability", "no_row")
    assert row.disadvantaged_rwm_expected_percent == 50


def test_a_school_without_a_row_of_its_disadvantaged_pupils_has_no_figure_of_them_and_says_why() -> None:
    combined = '"Reading, writing and maths",x'
    rows = [f"202425,School,10000{number},2013614,Total,{combined},77,10,z" for number in (0, 1, 2)]
    rows += [f"202425,School,10000{number},2013614,Disadvantaged,{combined},{told},x,z" for number, told in ((0, "0"), (1, "c"))]
    rows += [f"202425,School,100000,2013614,Total,{subject},30,80,z,z" for subject in ("Reading", "Writing", "Maths")]
    frame = read("2024-2025/ks2_school_attainment_data.csv", LONG + "\r\n".join(rows) + "\r\n", "utf-8")
    assert frame["disadvantaged_rwm_expected_percent"].fillna(-1).tolist() == [0, -1, -1]
    assert frame["disadvantaged_rwm_expected_percent_missing"].fillna("").tolist() == ["", "suppressed", "no_row"]
    assert frame["rwm_expected_percent"].tolist() == [77, 77, 77]


def test_the_disadvantaged_are_a_column_of_the_whole_performance_tables_and_in_none_of_a_part_of_their_columns() -> None:
    """Their genuine header of 2018/19 has it; the files that are held have a part of the columns."""
    row = "1,201,3614,100000,A,28,89%,7%,2.7,2.2,3"
    whole = WIDE.replace("PTRWM_HIGH", "PTRWM_EXP_FSM6CLA1A")
    assert read("2015-2016/england_ks2final.csv", f"{whole}{row}\r\n")["disadvantaged_rwm_expected_percent"].tolist() == [7]
    part = read("2015-2016/england_ks2final.csv", f"{WIDE}{row}\r\n")
    assert part["disadvantaged_rwm_expected_percent_missing"].tolist() == ["not_in_this_file"]


def test_progress_and_its_interval_are_read_from_long_key_stage_4_files() -> None:
    header = (
        "time_period,geographic_level,school_laestab,school_urn,breakdown,t_pupils,avg_att8,avg_p8score,p8score_ci_low,p8score_ci_upp,"
        "pt_l2basics_95\r\n"
    )
    frame = KS4.read((header + "202324,School,2024104.0,100049,Total,156,44.2,-0.2,-0.44,z,47.4\r\n").encode(), "x").frame
    row = frame.iloc[0]
    assert (row.year, row.progress8, row.progress8_lower, row.progress8_upper_missing) == (2024, -0.2, -0.44, "not_applicable")


def test_key_stage_4_files_since_2024_25_have_other_names_and_rows_of_groups_of_pupils_that_are_left_out() -> None:
    header = (
        "time_period,geographic_level,school_laestab,school_urn,sex,first_language,pupil_count,attainment8_average,"
        "progress8_average,progress8_lower_95_ci,progress8_upper_95_ci,engmath_95_percent\r\n"
    )
    rows = (
        "202425,School,2024104,100049,Total,Total,156,44.2,z,z,z,47.4\r\n"
        "202425,School,2024104,100049,Girls,Total,80,50,z,z,z,50\r\n"
    )
    frame = KS4.read((header + rows).encode(), "x").frame
    assert frame[["urn", "year", "attainment8"]].to_numpy().tolist() == [[100049, 2025, 44.2]]
    assert frame["progress8_missing"].tolist() == ["not_applicable"]


def test_the_raw_table_has_the_same_columns_whatever_the_vintage() -> None:
    wide = read("2015-2016/england_ks2final.csv", WIDE + "1,201,3614,100000,A,28,89%,7%,2.7,2.2,3\r\n")
    subjects = ('"Reading, writing and maths"', "Reading", "Writing", "Maths")
    rows = [f"202425,School,1,1,Total,{subject},30,77,10,z\r\n" for subject in subjects]
    long = read("2024-2025/ks2_school_attainment_data.csv", LONG + "".join(rows))
    assert list(wide.columns) == list(long.columns) == [*KS2.schema, "row_number"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("edubasealldata20250930.csv", date(2025, 9, 30)),
        ("latest_inspections_as_at_31_August_2025.csv", date(2025, 8, 31)),
        ("schools - latest inspections as at 30 Nov 2025.csv", date(2025, 11, 30)),
        ("Management_information_-_schools_-_30_June_2017.csv", date(2017, 6, 30)),
        ("edubasealldata20251345.csv", None),
        ("england_ks2final.csv", None),
    ],
)
def test_the_date_in_a_name(name: str, expected: date | None) -> None:
    assert date_in_name(name) == expected


@pytest.mark.parametrize(("path", "year"), [("2015-2016/x.csv", 2016), ("ks2/2018-2019/x.csv", 2019), ("202324_x.csv", 2024)])
def test_the_academic_year_in_a_path(path: str, year: int) -> None:
    assert academic_year_in_path(path) == year


def test_boundaries_are_told_apart_by_the_name_of_their_code() -> None:
    path = "anything.geojson"
    properties = '{"CTYUA23CD":"E06000001","CTYUA23NM":"Hartlepool"}'
    geometry = '{"type":"Polygon","coordinates":[[[-1,54],[-1,55],[0,55],[-1,54]]]}'
    feature = f'{{"type":"Feature","properties":{properties},"geometry":{geometry}}}'
    frame = read(path, f'{{"type":"FeatureCollection","features":[{feature}]}}', "utf-8")
    assert frame[["area_type", "area_code", "area_name"]].to_numpy().tolist() == [["local_authority", "E06000001", "Hartlepool"]]
    assert "no GeoJSON" in str(refused(path, b'{"type": "Topology"}'))
    assert "no boundary in it" in str(refused(path, b'{"type":"FeatureCollection","features":[]}'))
    assert "which area" in str(
        refused(path, b'{"type":"FeatureCollection","features":[{"properties":{"name":"x"},"geometry":null}]}')
    )


def test_the_year_of_a_wide_file_is_told_by_its_header_where_its_path_says_none() -> None:
    """The publisher's name, england_ks2final.csv, is the same every year; its header names the year before."""
    text = WIDE.rstrip("\r\n") + ",TELIG_18,TELIG_17\r\n1,201,3614,100000,A,28,89%,7%,2.7,2.2,3,27,26\r\n"
    assert read("england_ks2final.csv", text)["year"].tolist() == [2019]
    assert read("2018-2019/england_ks2final.csv", text)["year"].tolist() == [2019]
    with pytest.raises(InputError, match="of 2022/23, the header that they are of 2018/19"):
        read("2022-2023/england_ks2final.csv", text)


@pytest.mark.parametrize("urn", ["", "0", "-1", "1.5"])
def test_a_row_without_a_urn_that_a_school_can_have_is_refused(urn: str) -> None:
    error = refused("teaching_schools_2017.csv", f"URN,School\r\n101,A\r\n{urn},B\r\n".encode())
    assert (error.row, error.column) == (3, "URN")
