"""What stands in a file is read as it stands there, or refused with file, row and column: never shifted, cut or made a number."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.errors import InputError
from transforms.layouts import Parsed, layout_for
from transforms.layouts.gias import ESTABLISHMENT, MEMBERSHIP
from transforms.layouts.lists import TEACHING_SCHOOL
from transforms.layouts.results import KS2, KS4

LINKS = "links_edubasealldata20250930.csv"
HEADER = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\r\n"
ROWS = "100001,100002,Old,Predecessor,01-09-2020\r\n100003,100004,Other,Successor,\r\n"
KS4_FILE = "2015-2016/england_ks4final.csv"
KS4_HEADER = "RECTYPE,LEA,ESTAB,URN,TPUP,ATT8SCR,P8MEA,PTL2BASICS_95\r\n"
KS4_ROW = "1,202,4104,100049,156,44.2,-0.2,47%\r\n"


def read(text: str | bytes, name: str = LINKS) -> Parsed:
    layout = layout_for(name)
    assert layout is not None
    return layout.read(text if isinstance(text, bytes) else text.encode("cp1252"), name)


def refused(text: str | bytes, name: str = LINKS) -> InputError:
    with pytest.raises(InputError) as caught:
        read(text, name)
    error = caught.value
    assert error.file == name
    assert error.do
    assert error.expected
    assert str(error).isprintable()
    return error


# --- the file as a whole -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ((HEADER + ROWS).encode("utf-16"), "in UTF-16"),
        ((HEADER + ROWS).encode("utf-16-be"), "byte 1 is zero"),
        ((HEADER + ROWS * 100).encode() + b"1,2,A\0B,Predecessor,\r\n", "is zero"),
        (b"PK\x03\x04" + b"x" * 100, "a workbook (.xlsx) or another archive (zip)"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 100, "an old Excel"),
        (b"\x1f\x8b" + b"x" * 100, "packed (gzip)"),
        (b"%PDF-1.7", "a PDF"),
        ((HEADER + ROWS).replace(",", ";").encode(), "parted by semicolons"),
        ((HEADER + ROWS).replace(",", "\t").encode(), "parted by tabs"),
    ],
    ids=["utf-16", "utf-16 unmarked", "a NUL far in", "xlsx", "xls", "gzip", "pdf", "semicolons", "tabs"],
)
def test_what_is_no_table_in_commas_is_told_by_what_it_is(content: bytes, says: str) -> None:
    """NULs were looked for in the first two kilobytes, and what comes after them was lost to whoever reads it next."""
    assert says in refused(content).problem


def test_a_nul_is_told_with_its_row() -> None:
    assert refused((HEADER + ROWS).encode().replace(b"Other", b"Ot\0er")).row == 3


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_every_line_end_and_encoding_gives_the_same_rows(line_end: str, encoding: str) -> None:
    text = (HEADER + ROWS.replace("Old", '"Old\r\nand Café"')).replace("\r\n", line_end)
    assert read(text.encode(encoding)).frame["urn"].tolist() == [100001, 100003]


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_file_that_is_cut_in_its_last_field_is_refused(cut: int) -> None:
    """A last row cut inside its last field has all its fields: 47% became 4, and the school was in need by it."""
    text = KS4_HEADER + KS4_ROW + KS4_ROW.replace("100049", "100050").replace("47%", "47.25000%")
    error = refused(text[: -1 - cut], KS4_FILE)
    assert "cut off in the" in error.problem
    assert error.row == 3


def test_a_file_of_gias_may_end_with_a_quotation_mark_and_is_cut_off_in_words_where_it_does_not() -> None:
    """The genuine links of August 2026 have no line end after their last row, whose last field is quoted."""
    text = HEADER + ROWS + '100005,100006,"B","Successor","01-09-2021"'
    assert len(read(text).frame) == 3
    for cut in range(1, len('"01-09-2021"')):
        assert refused(text[:-cut]).do
    assert "cut off in the last field" in refused(text.replace('"01-09-2021"', "01-09-2021")).problem


def test_a_list_that_a_person_wrote_may_lack_its_last_line_end() -> None:
    assert TEACHING_SCHOOL.read(b"URN\r\n100001\r\n100002", "teaching_schools.csv").frame["urn"].tolist() == [100001, 100002]


def test_a_file_with_more_rows_than_any_is_refused_before_it_fills_the_memory() -> None:
    """In a process of its own, so that the memory is that of reading: 500,000 rows once took 994 MB."""
    code = """
import re
from pathlib import Path
from transforms.errors import InputError
from transforms.layouts.results import KS2
from tests.unit.test_reading import KS2_LONG
content = (KS2_LONG + "202425,School,100001,2011001,Total,Reading,30,77,10,z\\r\\n" * 1_000_000).encode()
try:
    KS2.read(content, "2024-2025/ks2_school_attainment_data.csv")
except InputError as error:
    print(int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) - 2 * len(content) // 1000)
    print(error)
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2], check=True)
    above_the_file, _, problem = told.stdout.partition("\n")
    assert "more than 850,000 rows" in problem
    assert int(above_the_file) < 600_000


def test_of_a_file_in_two_encodings_each_character_is_read_in_its_own() -> None:
    """Two files that were put together: the names of one half were garbled, in silence."""
    text = (HEADER + ROWS).replace("Predecessor", "Prédécesseur’").encode()
    for content in (text + text.split(b"\n", 1)[1].decode().replace("0000", "0001").encode("cp1252"), b"\xef\xbb\xbf" + text):
        types = read(content).frame["link_type"]
        assert set(types) == {"Prédécesseur’", "Successor"}


# --- headers -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("other", ["LinkURN", "linkurn", "Link URN", "LINKURN "])
def test_a_heading_that_stands_twice_is_refused_in_whatever_capitals(other: str) -> None:
    """Of two the first was taken: which of them the publisher means, nobody can tell."""
    text = (HEADER + ROWS).replace("LinkName", other)
    assert refused(text).problem == "A heading stands twice"


def test_a_heading_that_is_not_read_may_stand_twice() -> None:
    assert len(read((HEADER + ROWS).replace("LinkName", "Note").replace("Date\r\n", "Date,Note\r\n").replace("20\r\n", "20,\r\n")
                    .replace("Successor,\r\n", "Successor,,\r\n")).frame) == 2  # fmt: skip


@pytest.mark.parametrize("again", [HEADER, "LinkEstablishedDate,LinkType,LinkName,LinkURN,URN\r\n"])
def test_a_second_header_is_told_with_its_row(again: str) -> None:
    """Two files that were put together: the columns of the second may stand in another order."""
    error = refused(HEADER + ROWS + again + ROWS)
    assert (error.problem, error.row) == ("The header stands there a second time", 4)


# --- how wide rows are ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("100005,100006,Old,Predecessor\r\n", "too short"),
        ("100005,100006,Old\r\n", "too short"),
        ("100005,100006,Old,Predecessor,01-09-2020,\r\n", "has 6 fields, the header has 5"),
        ("100005,100006,Old,Predecessor,01-09-2020,,,\r\n", "has 8 fields, the header has 5"),
    ],
    ids=["one fewer", "two fewer", "one blank more", "three blanks more"],
)
def test_a_row_is_as_wide_as_the_header(row: str, says: str) -> None:
    """A row with blanks too many was taken, and so was every short row of a kind of which one may be short."""
    error = refused(HEADER + row + ROWS)
    assert says in error.problem
    assert error.row == 2


def test_a_row_that_is_not_wanted_is_as_wide_as_the_header_too() -> None:
    """A school whose row has moved by a field loses the label by which its row is read, and was left out in silence."""
    error = refused(KS4_HEADER + KS4_ROW + KS4_ROW.removeprefix("1,").replace("100049", "100050"), KS4_FILE)
    assert (error.problem, error.row) == ("A row is too short", 3)


def test_in_a_file_whose_rows_end_early_every_row_does() -> None:
    """A stray comma in a row that ends one field early makes it as wide as the header, and everything behind it moves."""
    name = "grouplinks_edubaseallacademiesandfree20170119.csv"
    header = "URN,Linked UID,Group Name,Group Type,Group Status,Joined date,LA (name),HasSharedHT\r\n"
    short = "101,15,A trust,Multi-academy trust,Open,01-03-2016,Kent\r\n"
    moved = "102,15,A trust,of Kent,Multi-academy trust,Open,01-03-2016,Kent\r\n"
    for rows in (short + moved, moved + short, short * 2 + moved):
        error = refused(header + rows, name)
        assert "fields, the" in error.problem
        assert error.row == (4 if rows.startswith(short * 2) else 3)
    assert len(read(header + short, name).frame) == len(read(header + short.replace("\r\n", ",\r\n"), name).frame) == 1


MAY_END = {
    (layout.kind, vintage): ends for layout in (KS2, KS4, MEMBERSHIP) for vintage, ends in layout.may_end_after.items() if ends
}


def test_the_kinds_whose_rows_may_end_early_are_these_and_no_others() -> None:
    """Each was seen in a genuine file; the origin stands in its table."""
    assert MAY_END == {
        ("ks2_result", "wide"): ("TPUPYEAR",),
        ("ks4_result", "wide"): ("NFTYPE",),
        ("gias_group_membership", "members"): ("LA (name)",),
        ("gias_group_membership", "history"): ("LA (name)",),
    }


# --- numbers and dates ---------------------------------------------------------------------------------------------------------

NO_NUMBERS = (
    "inf", "-inf", "Infinity", "nan", "NaN", "1e30", "1e5", "1E5", "1,23", "1,234", "1_000", "+5",
    "5-", "--5", "0x1F", "5 6", "٤٥", "４５",
    "1.2.3",
    ".5", "5.", "1.234,5", "£5", "5%%", "%", "½", "5²", "5L", "1/2", "#N/A", "#DIV/0!", "-", "True", "99999999999", "'5",
)  # fmt: skip


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_publishers_do_not_write_as_a_number_is_none(text: str) -> None:
    """``inf`` and 1e30 were numbers, and 1,23 was 123."""
    place = 4 + NO_NUMBERS.index(text) % 4
    fields = KS4_ROW.rstrip().split(",")
    fields[place] = f'"{text}"'
    error = refused((KS4_HEADER + KS4_ROW.replace("100049", "100050") + ",".join(fields) + "\r\n").encode(), KS4_FILE)
    assert (error.row, error.column) == (3, KS4_HEADER.rstrip().split(",")[place])
    assert "is not a number" in error.problem


WHOLE = ("StatutoryLowAge", "NumberOfPupils", "Easting", "SchoolCapacity")
IN_RANGE = {"StatutoryLowAge": "120", "NumberOfPupils": "100000", "Easting": "700000", "SchoolCapacity": "100000"}


def gias(**values: str) -> pd.Series:
    """One establishment of GIAS with those values by heading (underscores for spaces)."""
    headings = [found[0] for column in ESTABLISHMENT.columns if (found := column.heading("gias"))]
    row = {"URN": "100001", "LA (code)": "855", "EstablishmentName": "A"} | {
        heading: values[heading.replace(" ", "_")] for heading in headings if heading.replace(" ", "_") in values
    }
    text = io.StringIO(newline="")
    csv.writer(text).writerows([headings, [row.get(heading, "") for heading in headings]])
    return ESTABLISHMENT.read(text.getvalue().encode(), "edubasealldata20250930.csv").frame.iloc[0]


@pytest.mark.parametrize(
    "text", [each for each in NO_NUMBERS if each != "1,234"] + ["-5", "5.5", "12,34", "1,2345", "5%", "700001.0"]
)
def test_what_publishers_do_not_write_as_a_whole_number_is_none(text: str) -> None:
    heading = WHOLE[len(text) % len(WHOLE)]
    with pytest.raises(InputError, match="is not a whole number") as caught:
        gias(**{heading: text})
    assert (caught.value.row, caught.value.column) == (2, heading)


def test_a_whole_number_may_have_thousands_and_a_nought_behind_a_point() -> None:
    """As a spreadsheet program and the Explore service write them; there is one way to read them."""
    assert [gias(NumberOfPupils=text)["pupils"] for text in ("1,234", "1234.0", "1234", " 1234 ")] == [1234] * 4


@pytest.mark.parametrize(("heading", "most"), IN_RANGE.items())
def test_a_whole_number_has_a_range(heading: str, most: str) -> None:
    gias(**{heading: most})
    with pytest.raises(InputError, match="from 0 to"):
        gias(**{heading: str(int(most) + 1)})


@pytest.mark.parametrize("text", ["100.1", "-0.1", "101%"])
def test_a_percentage_is_from_0_to_100(text: str) -> None:
    """101 % of the pupils at the standard is a column that has moved, or another measure."""
    assert refused(KS4_HEADER + KS4_ROW.replace("47%", text), KS4_FILE).column == "PTL2BASICS_95"
    with pytest.raises(InputError) as caught:
        gias(PercentageFSM=text.rstrip("%"))
    assert caught.value.column == "PercentageFSM"


def test_every_number_of_results_and_of_gias_has_a_range_or_is_a_code() -> None:
    """A new number gets a range, too."""
    codes = {"year", "laestab", "la_code", "establishment_number", "record_type"}
    without = {
        (layout.kind, column.name)
        for layout in (ESTABLISHMENT, KS2, KS4)
        for column in layout.columns
        if column.content.kind in ("integer", "number") and column.content.most is None
    }
    assert {name for _, name in without} <= codes


@pytest.mark.parametrize(
    "text",
    [
        "9/1/2025", "1-Sep-25", "01-Sep-2025", "01.09.2025", "20250901", "45901", "01-09-25", "31-02-2020", "13/25/2025",
        "2025-13-01",
        "01-09/2020", "01-09-2020 12:30", "2025-09-01T10:00:00", "٠١-٠٩-٢٠٢٠", "0001-01-01",
    ],
)  # fmt: skip
def test_what_is_no_date_of_the_publishers_is_refused(text: str) -> None:
    """9/1/2025 is the first of September to a program set to American dates, and was the ninth of January to us."""
    with pytest.raises(InputError, match="is not a date") as caught:
        gias(OpenDate=text)
    assert (caught.value.row, caught.value.column) == (2, "OpenDate")


@pytest.mark.parametrize(
    "text", ["01-09-2020", "01/09/2020", "2020-09-01", "2020-09-01 00:00:00", "01/09/2020 00:00", "2020-09-01T00:00:00"]
)
def test_a_date_that_a_program_has_turned_is_read_where_there_is_one_way_to(text: str) -> None:
    assert gias(OpenDate=text)["open_date"] == pd.Timestamp(2020, 9, 1)


# --- rows twice ----------------------------------------------------------------------------------------------------------------

KS2_LONG = (
    "time_period,geographic_level,school_urn,school_laestab,breakdown,subject,pupil_count,expected_standard_pupil_percent,"
    "higher_standard_pupil_percent,progress_measure_score\r\n"
)
KS2_FILE = "2024-2025/ks2_school_attainment_data.csv"
SUBJECTS = "".join(
    f'202425,School,100001,2011001,Total,"{subject}",30,77,10,1.5\r\n'
    for subject in ("Reading, writing and maths", "Reading", "Writing", "Maths")
)


def test_a_row_of_results_that_stands_there_again_counts_once_and_is_told() -> None:
    """It ended the refresh with a traceback of pandas at key stage 2."""
    for text, name, row in ((KS2_LONG + SUBJECTS * 2, KS2_FILE, 6), (KS4_HEADER + KS4_ROW * 2, KS4_FILE, 3)):
        parsed = read(text, name)
        assert len(parsed.frame) == 1
        assert any(
            re.fullmatch(rf"\d rows? stands? there twice, and counts? once \(row {row} is the first\)", each)
            for each in parsed.notices
        )


@pytest.mark.parametrize(("was", "is_now"), [("30,77", "30,78"), ("30,77", "c,77"), ("10,1.5", "10,z")])
@pytest.mark.parametrize("subject", ["Reading, writing and maths", "Reading"])
def test_a_row_of_results_that_stands_there_twice_and_differs_is_refused_with_its_row(subject: str, was: str, is_now: str) -> None:
    other = f'202425,School,100001,2011001,Total,"{subject}",30,77,10,1.5\r\n'.replace(was, is_now)
    error = refused(KS2_LONG + SUBJECTS + other, KS2_FILE)
    assert "is there twice" in error.problem
    assert error.row == 6


# --- whatever the texts are ----------------------------------------------------------------------------------------------------

FIELDS = ("RECTYPE", "URN", "TPUP", "ATT8SCR", "P8MEA", "LEA", "ESTAB", "NOTE")
right = {
    "RECTYPE": st.sampled_from(["1", "2", "5", "7", "x"]),
    "URN": st.integers(100000, 100020).map(str),
    "TPUP": st.integers(0, 500).map(str),
    "ATT8SCR": st.decimals(0, 100, places=1).map(str),
    "P8MEA": st.decimals(-5, 5, places=2).map(str),
    "LEA": st.just("201"),
    "ESTAB": st.just("4104"),
    "NOTE": st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
}
odd = st.one_of(
    st.sampled_from([*NO_NUMBERS, "SUPP", "NE", "", " ", "100049.0", "0", "100", "1\n2", '"', "URN", ","]),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6),
)
row_of_texts = st.fixed_dictionaries(right).flatmap(
    lambda row: st.tuples(st.just(row), st.dictionaries(st.sampled_from(FIELDS), odd, max_size=1))
    .map(lambda both: [(both[0] | both[1])[name] for name in FIELDS])
)  # fmt: skip


@settings(max_examples=100, derandomize=True, deadline=None, database=None)
@given(st.lists(row_of_texts, min_size=1, max_size=6), st.integers(0, 5), st.sampled_from([-1, 0, 0, 0, 1]))
def test_a_file_is_refused_in_words_or_read_as_a_plain_reading_reads_it(rows: list[list[str]], place: int, wider: int) -> None:
    """The plain reading: Python's csv module and float, row by row; no other exception gets out."""
    rows = [row[: len(row) + wider] + [""] * wider if number == place else row for number, row in enumerate(rows)]
    text = io.StringIO(newline="")
    csv.writer(text).writerows([FIELDS, *rows])
    content = text.getvalue().encode()
    try:
        parsed = read(content, KS4_FILE)
    except InputError:
        return
    assert _as_plain(parsed.frame) == _plainly(content)


def _as_plain(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    names = ("row_number", "urn", "pupils", "attainment8", "progress8")
    return [tuple(None if pd.isna(value) else float(value) for value in row) for row in frame[list(names)].to_numpy().tolist()]


def _plainly(content: bytes) -> list[tuple[object, ...]]:
    """Rows of schools, each once, by Python alone."""
    header, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
    seen: set[Sequence[object]] = set()
    found = []
    for number, row in enumerate(rows, start=2):
        if not any(each.strip() for each in row):
            continue
        assert len(row) == len(header)
        told = dict(zip(header, (each.strip() for each in row), strict=True))
        if told["RECTYPE"] not in ("1", "2"):
            continue
        values = tuple(_value(told[name]) for name in ("URN", "TPUP", "ATT8SCR", "P8MEA"))
        if (values[0],) not in seen:
            found.append((float(number), *values))
        seen.add((values[0],))
    return found


def _value(text: str) -> float | None:
    return None if text in ("SUPP", "NE", "", "z", "c") else float(text.removesuffix("%"))
