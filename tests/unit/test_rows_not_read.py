"""No row of a file is lost in silence: one that is not read, though no other tells of its school, is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from transforms.errors import InputError
from transforms.layouts import Parsed
from transforms.layouts.gias import ESTABLISHMENT, LINK
from transforms.layouts.results import COHORT, KS2, KS4
from transforms.layouts.rows import LABELS_COUNTED, Choice, Rows, Wanted

KS2_FILE = "2024-2025/ks2_school_attainment_data.csv"
KS2_HEADER = (
    "time_period,geographic_level,school_urn,school_laestab,breakdown,subject,expected_standard_pupil_percent,"
    "higher_standard_pupil_percent,progress_measure_score\n"
)
SUBJECTS = ("Reading, writing and maths", "Reading", "Writing", "Maths", "Grammar, punctuation and spelling")


def ks2(*changes: tuple[str, str]) -> Parsed:
    """Two schools, the first with a group of pupils beside all of them; ``changes``: texts for others, each once."""
    rows = "".join(f'202425,School,{urn},2011001,Total,"{subject}",77,10,z\n' for urn in (100001, 100002) for subject in SUBJECTS)
    text = KS2_HEADER + rows + '202425,School,100001,2011001,Disadvantaged,"Reading, writing and maths",50,5,z\n'
    text += '202425,National,,,Total,"Reading, writing and maths",60,8,z\n'
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return KS2.read(text.encode(), KS2_FILE)


def test_rows_of_groups_other_subjects_and_areas_are_no_schools_and_nothing_is_said() -> None:
    """Protects from notices that nobody needs: the genuine files of 2022/23 to 2024/25 have such rows for every school."""
    assert (len(ks2().frame), ks2().notices) == (2, ())


@pytest.mark.parametrize(
    ("old", "new", "column", "label"),
    [
        ("School,100002", "Schol,100002", "geographic_level", "Schol"),
        ("School,100002", "school,100002", "geographic_level", "school"),
        ("2011001,Total", "2011001,Totals", "breakdown", "Totals"),
        ('"Maths"', '"Mathematics"', "subject", "Mathematics"),
    ],
)
def test_a_school_that_is_lost_by_a_new_word_in_one_row_is_told_with_the_row_and_the_word(
    old: str, new: str, column: str, label: str
) -> None:
    """A word that is not known was a row of another sort: the school's result was gone, without a word."""
    with pytest.raises(InputError, match=f"says {label!r}") as caught:
        ks2((old, new))
    assert (caught.value.column, caught.value.row is not None) == (column, True)


def test_a_row_of_the_disadvantaged_tells_of_no_school_by_itself() -> None:
    """Else a school whose own row has a new word would be lost beside the row of a group of its pupils."""
    own = '2011001,Total,"Reading, writing and maths"'
    for new in (own.replace("Total", "Totals"), own.replace("Reading, writing and maths", "Science")):
        with pytest.raises(InputError, match="no row that is read tells the same of its school") as caught:
            ks2((own, new))
        assert caught.value.column == "breakdown"


def test_a_year_that_is_called_otherwise_is_not_lost_beside_one_that_is_not() -> None:
    """Of a file with two years, each label was looked for in the whole of it: the newest year could vanish."""
    later = "".join(
        f'202526,School,100001,2011001,Total,"{name}",77,10,z\n' for name in ("Reading, writing and mathematics", *SUBJECTS[1:])
    )
    text = KS2_HEADER + "".join(f'202425,School,100001,2011001,Total,"{name}",77,10,z\n' for name in SUBJECTS) + later
    with pytest.raises(InputError, match="says 'Reading, writing and mathematics'"):
        KS2.read(text.encode(), KS2_FILE)


def test_a_wide_row_with_a_urn_and_a_type_that_is_not_known_is_refused() -> None:
    text = "RECTYPE,URN,TPUP,ATT8SCR,P8MEA\n1,100001,30,45,0.1\n3,100002,30,45,0.1\n4,,30,45,0.1\n"
    with pytest.raises(InputError, match="says '3'") as caught:
        KS4.read(text.encode(), "2015-2016/england_ks4final.csv")
    assert (caught.value.column, caught.value.row) == ("RECTYPE", 3)


def test_a_row_of_data_above_the_header_is_refused() -> None:
    """It was taken for a title, and lost."""
    rows = "100001,100002,Old,Predecessor,01-09-2020\n", "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n"
    more = "100003,100004,Other,Successor,\n"
    with pytest.raises(InputError, match="A row with 5 fields that are filled stands above the header") as caught:
        LINK.read("".join((*rows, more)).encode(), "links_edubasealldata20250930.csv")
    assert caught.value.row == 1
    header = ["URN", *(f"heading {number}" for number in range(60))]
    row = ["100001", *(["x"] * 10), *([""] * 50)]  # GIAS has many columns, most of which an independent school leaves blank
    with pytest.raises(InputError, match="A row with 11 fields"):
        ESTABLISHMENT.read(f"{','.join(row)}\n{','.join(header)}\n".encode(), "edubasealldata20250930.csv")
    titled = f"Links of establishments,as at 30 September 2025\n\n{rows[1]}{more}"
    assert len(LINK.read(titled.replace(",as at", " as at").encode(), "links_edubasealldata20250930.csv").frame) == 1


def test_a_file_of_which_every_row_is_set_aside_is_refused() -> None:
    """An emptied column of URNs left a file without a link, which was read: no school had a predecessor any more."""
    text = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n100001,,Old,Predecessor,01-09-2020\n"
    with pytest.raises(InputError, match=r"None of the file's rows \(1\) can be used.*1 row without LinkURN was set aside"):
        LINK.read(text.encode(), "links_edubasealldata20250930.csv")


@pytest.mark.parametrize("period", ["", "NULL", "2025", "2024-25", "2024/25", "102425", "202426"])
def test_a_period_that_is_no_academic_year_is_refused_wherever_it_stands(period: str) -> None:
    """A blank one was a year that is not known: its rows were read, and of no year."""
    text = f"school_urn,time_period,geographic_level,telig\n100001,202425,School,30\n100002,{period},School,30\n"
    with pytest.raises(InputError, match="academic year") as caught:
        COHORT.read(text.encode(), "2024-2025/ks2_school_information_data.csv")
    assert caught.value.row == 3
    assert "202425" in str(caught.value)  # "2024-25" was told to be a code for a missing value


def test_a_file_in_which_two_subjects_have_each_others_name_is_refused() -> None:
    """Reading's share stood for that of all three subjects: 1,890 statuses changed, and every check passed."""
    shares = {"Reading, writing and maths": 90, "Reading": 60, "Writing": 95, "Maths": 95}
    rows = "".join(
        f'202425,School,{urn},2011001,Total,"{subject}",{share},10,z\n'
        for urn in range(100001, 100031)
        for subject, share in shares.items()
    )
    with pytest.raises(
        InputError, match="In 30 schools more pupils reach the standard in all three subjects than in reading alone"
    ):
        KS2.read((KS2_HEADER + rows).encode(), KS2_FILE)
    of_one = KS2_HEADER + rows.replace(",90,", ",50,") + '202425,School,100050,2011001,Total,"Reading, writing and maths",61,10,z\n'
    assert len(KS2.read(of_one.encode(), KS2_FILE).frame) == 31


@pytest.mark.parametrize("label", ["another", "{urn}"])
def test_more_rows_of_schools_under_labels_that_are_not_known_than_may_be_read_stop_the_file_at_once(label: str) -> None:
    """They are remembered until the end: of a file of 300 MB, 1.9 GB of memory were."""
    small = replace(KS2, largest_rows=50)
    own = "".join(f'202425,School,100001,2011001,Total,"{subject}",77,10,z\n' for subject in SUBJECTS[:4])
    others = "".join(f"202425,School,{urn},2011001,{label.format(urn=urn)},Maths,77,10,z\n" for urn in range(100_002, 100_100))
    with pytest.raises(InputError, match="more than 50 rows") as caught:
        small.read((KS2_HEADER + own + others).encode(), KS2_FILE)
    assert caught.value.row == 1 + 4 + 51


def test_labels_that_are_not_known_are_counted_up_to_a_number_and_wanted_ones_always() -> None:
    """Each that is counted takes memory, and an error lists a dozen; a wanted one that comes late is still there."""
    wanted = Wanted("breakdown", frozenset({"Total"}))
    rows = Rows(("urn", "breakdown"), Choice(("urn",), (wanted,), ("urn",)))
    for number in range(LABELS_COUNTED + 10):
        assert not rows.has(["", str(number)], number)
    assert rows.has(["1", "Total"], 1)
    assert (len(rows.labels[0]), rows.labels[0]["Total"]) == (LABELS_COUNTED + 1, 1)
