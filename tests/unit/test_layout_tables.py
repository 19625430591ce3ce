"""The tables of the layouts: every heading stands in the publisher's header, and a table that is not right is refused in words."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from tests.support.headers import FOLDER as HEADERS
from tests.support.headers import Header, read_headers
from transforms.errors import InputError
from transforms.layouts import LAYOUTS
from transforms.layouts.gias import ESTABLISHMENT
from transforms.layouts.layout import Layout, Reshape
from transforms.layouts.ofsted import INSPECTION
from transforms.layouts.table import FOLDER, read_layout
from warehouse.model import SQL

BY_KIND = {layout.kind: layout for layout in LAYOUTS}
COPIES = {header.name: header for header in read_headers()}


def file_with(headings: tuple[str, ...], **values: str) -> bytes:
    """A file with that header and one row; ``values`` by heading, blanks as underscores."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([headings, [values.get(heading.replace(" ", "_"), "") for heading in headings]])
    return text.getvalue().encode()


def mapped(layout: Layout, vintage: str) -> set[str]:
    return {found[0] for column in layout.columns if (found := column.heading(vintage))}


@pytest.mark.parametrize("header", COPIES.values(), ids=COPIES)
def test_every_heading_that_a_layout_maps_stands_in_the_publishers_header(header: Header) -> None:
    """A heading that is misread is a column that is empty for every school, and nobody is told."""
    assert mapped(BY_KIND[header.kind], header.vintage) - set(header.headings) == header.lacks


@pytest.mark.parametrize("header", COPIES.values(), ids=COPIES)
def test_a_header_is_taken_for_its_own_vintage(header: Header) -> None:
    layout = BY_KIND[header.kind]
    assert layout._vintage_of(header.headings, header.copy) == header.vintage


def test_a_vintage_says_seen_of_its_header_where_a_copy_of_it_is_kept_and_nowhere_else() -> None:
    copies = {(header.kind, header.vintage) for header in COPIES.values()}
    assert {(layout.kind, vintage) for layout in LAYOUTS for vintage, (how, _) in layout.origin.items() if how == "seen"} == copies
    assert all(set(layout.origin) == set(layout.vintages) and all(map(all, layout.origin.values())) for layout in LAYOUTS)


def test_every_copy_of_a_header_says_where_it_was_seen() -> None:
    assert {f"{path.parent.name}/{path.stem}" for path in HEADERS.glob("*/*.csv")} == set(COPIES)
    assert all(header.seen for header in COPIES.values())


def test_every_table_is_a_layout() -> None:
    """A table that no module reads is a kind of file that would be passed over in silence."""
    assert {path.stem for path in FOLDER.glob("[!_]*.toml")} == {layout.kind for layout in LAYOUTS if layout.header_has}


@pytest.mark.parametrize(
    ("copy", "heading", "column"),
    [
        ("2019-09", "Safeguarding is effective?", "latest_safeguarding"),
        ("2018-09", "Is safeguarding effective?", "latest_safeguarding"),
        ("2022-09", "Safeguarding is effective?", "latest_safeguarding"),
        ("2025-08", "Safeguarding is effective?", "latest_safeguarding"),
        ("2025-08", "Previous safeguarding is effective?", "previous_safeguarding"),
        ("2025-11", "Latest OEIF safeguarding is effective?", "latest_safeguarding"),
    ],
)
def test_safeguarding_is_read_from_headings_that_end_in_a_question_mark(copy: str, heading: str, column: str) -> None:
    """A trailing "?" once meant "may be absent": the judgement was lost for all 21,887 schools of August 2025, in silence."""
    headings = COPIES[f"ofsted_inspection/{copy}"].headings

    def told(text: str) -> str | None:
        values = {heading.replace(" ", "_"): text, "URN": "100000"}
        value = INSPECTION.read(file_with(headings, **values), "x.csv").frame[column].iloc[0]
        return None if pd.isna(value) else value

    assert (told("Yes"), told("No")) == ("Yes", "No")
    # Ofsted's code for a judgement that was not made (inspections before September 2019), and no inspection at all.
    assert (told("9"), told("NULL")) == (None, None)
    with pytest.raises(InputError, match="'Perhaps' is not Yes, No"):
        told("Perhaps")


@pytest.mark.parametrize(
    ("copy", "day", "outcome"),
    [
        ("2016-2017", "Date of latest short inspection", None),
        ("2018-09", "Date of latest short inspection", "Short inspection overall outcome"),
        ("2019-09", "Date of latest section 8 inspection", "Section 8 inspection overall outcome"),
        ("2022-09", "Date of latest ungraded inspection", "Ungraded inspection overall outcome"),
        ("2025-08", "Date of latest ungraded inspection", "Ungraded inspection overall outcome"),
        ("2025-11", "Date of latest ungraded inspection", "Ungraded inspection overall outcome"),
    ],
)
def test_an_ungraded_inspection_is_read_under_each_name_it_has_had(copy: str, day: str, outcome: str | None) -> None:
    """Short inspections to August 2019, section 8 ones to mid-2022; what a short one found stands nowhere before September 2018."""
    values = {"URN": "100000", day.replace(" ", "_"): "05/03/2019"}
    if outcome:
        values[outcome.replace(" ", "_")] = "School remains good (concerns) -  S5 Next"
    row = INSPECTION.read(file_with(COPIES[f"ofsted_inspection/{copy}"].headings, **values), "x.csv").frame.iloc[0]
    assert row.ungraded_inspection_date == pd.Timestamp(2019, 3, 5)
    if outcome:
        assert (
            row.ungraded_outcome == "School remains Good (Concerns) - S5 Next"
        )  # in the words of the list, whatever its capitals and spaces
    else:
        assert pd.isna(row.ungraded_outcome)


def test_an_outcome_in_words_that_are_not_known_is_kept_and_told() -> None:
    """It decides no status: a new word must not stop a refresh, nor be taken for one that is known."""
    headings = COPIES["ofsted_inspection/2025-11"].headings
    parsed = INSPECTION.read(file_with(headings, URN="100000", Ungraded_inspection_overall_outcome="School may be Good"), "x.csv")
    assert parsed.frame.iloc[0].ungraded_outcome == "School may be Good"
    assert parsed.notices == (
        "Ungraded inspection overall outcome has wordings that are not known, and decide nothing: 'School may be Good' in 1 row",
    )


def test_the_outcomes_that_are_read_are_those_of_which_the_small_facts_say_whether_there_were_concerns() -> None:
    outcomes = next(column.content.labels for column in INSPECTION.columns if column.name == "ungraded_outcome")
    with (SQL / "reference" / "ungraded_outcome.csv").open(encoding="utf-8", newline="") as file:
        known = {row["ungraded_outcome"] for row in csv.DictReader(line for line in file if not line.startswith("#"))}
    assert set(outcomes.values()) == known


@pytest.mark.parametrize(("kind", "heading"), [("ons_rural_urban", "LSOA21CD"), ("ons_rural_urban_2011", "LSOA11CD")])
def test_a_rural_urban_class_that_is_none_of_2011_stops_the_lookup(kind: str, heading: str) -> None:
    """A class that nobody knows was no class: 754 of 796 schools of three counties searched within another radius."""
    with (SQL / "reference" / "rural_urban_class.csv").open(encoding="utf-8", newline="") as file:
        known = list(csv.DictReader(line for line in file if not line.startswith("#")))
    of_2011 = [row["rural_urban_code"] for row in known if row["edition"] == "2011"]
    for wrong in ["Z1", *(row["rural_urban_code"] for row in known if row["edition"] == "2021")]:
        rows = [f"E01{place:06},{code}" for place, code in enumerate([*of_2011, wrong])]
        with pytest.raises(InputError, match=f"'{wrong}' is not in the list") as caught:
            BY_KIND[kind].read(f"{heading},RUC11CD\n{chr(10).join(rows)}\n".encode(), "x.csv")
        assert (caught.value.row, caught.value.column) == (len(of_2011) + 2, "RUC11CD")
    read = BY_KIND[kind].read(f"{heading},RUC11CD\n{chr(10).join(rows[:-1])}\n".encode(), "x.csv").frame
    assert read["rural_urban_code"].tolist() == of_2011


def test_a_file_without_a_heading_that_ends_in_a_question_mark_lacks_it() -> None:
    headings = tuple(h for h in COPIES["ofsted_inspection/2025-08"].headings if h != "Safeguarding is effective?")
    with pytest.raises(InputError, match="lacks 1 column") as caught:
        INSPECTION.read(file_with(headings, URN="1"), "x.csv")
    assert caught.value.column == "Safeguarding is effective?"


def test_the_authoritys_ons_code_and_the_schools_particulars_are_read_from_gias() -> None:
    values = {"GSSLACode_(name)": "E09000001", "SchoolCapacity": "0", "FSM": "12", "Diocese_(name)": "Ely", "Town": "March"}
    frame = ESTABLISHMENT.read(file_with(COPIES["gias_establishment/gias"].headings, URN="1", **values), "x.csv").frame
    row = frame.iloc[0]
    assert (row.la_ons_code, row.school_capacity, row.fsm_pupils, row.diocese, row.town) == ("E09000001", 0, 12, "Ely", "March")
    assert pd.isna(row.boys)


def test_an_extract_of_2017_is_read_without_the_columns_it_lacks() -> None:
    frame = ESTABLISHMENT.read(file_with(COPIES["gias_establishment/gias-2017"].headings, URN="1"), "x.csv").frame
    assert frame["fsm_pupils"].isna().all()
    assert list(frame) == [*ESTABLISHMENT.schema, "row_number"]


@pytest.mark.parametrize("layout", LAYOUTS, ids=BY_KIND)
def test_nothing_personal_is_read(layout: Layout) -> None:
    """Heads of schools and of groups, and telephone numbers, stand in GIAS's files."""
    headings = {heading for vintage in layout.vintages for heading in mapped(layout, vintage)}
    assert not {heading for heading in headings if "head" in heading.lower() or "telephone" in heading.lower()}


TABLE = """
group = "gias"
publisher = "A publisher"
title = "A file"
name_pattern = 'x\\.csv'
header_has = ["URN"]
key = ["urn"]

[column]
urn = { kind = "urn" }
is_safe = { kind = "yes_no" }

[vintage.new]
ours = "a test"
like = "old"
optional = []

[vintage.new.headings]
is_safe = "Safe since?"

[vintage.old]
ours = "a test"
optional = ["is_safe"]

[vintage.old.headings]
urn = "URN"
is_safe = "Safe?"
"""


def layout_of(folder: Path, text: str, shapes: Mapping[str, Reshape] | None = None) -> Layout:
    (folder / "kind.toml").write_text(text, encoding="utf-8")
    return read_layout("kind", shapes, folder=folder)


def test_a_vintage_takes_what_it_does_not_say_from_the_one_it_is_like(tmp_path: Path) -> None:
    layout = layout_of(tmp_path, TABLE)
    urn, is_safe = layout.columns
    assert layout.vintages == ("new", "old")
    assert (urn.heading("new"), urn.heading("old")) == (("URN", True), ("URN", True))
    assert (is_safe.heading("new"), is_safe.heading("old")) == (("Safe since?", True), ("Safe?", False))


def test_a_new_vintage_is_one_block_of_what_differs(tmp_path: Path) -> None:
    table = (FOLDER / "ofsted_inspection.toml").read_text(encoding="utf-8")
    block = (
        '[vintage."2027-01"]\nbelieved = "rumour"\nlike = "2025-11"\n'
        '[vintage."2027-01".headings]\nreport_card_inclusion = "Belonging"\n\n'
    )
    layout = layout_of(
        tmp_path,
        table.replace('[vintage."2025-11"]', block + '[vintage."2025-11"]', 1),
        {"with_report_cards": INSPECTION.reshape["2025-11"]},
    )
    headings = tuple(h.replace("Inclusion", "Belonging") for h in COPIES["ofsted_inspection/2025-11"].headings)
    parsed = layout.read(file_with(headings, URN="1", Belonging="Strong standard"), "x.csv")
    assert (parsed.vintage, parsed.frame["report_card_inclusion"].tolist()) == ("2027-01", ["Strong standard"])
    assert layout.schema == INSPECTION.schema


def test_a_vintage_that_is_like_another_may_have_nothing_optional_as_that_one_has(tmp_path: Path) -> None:
    text = TABLE.replace('optional = ["is_safe"]\n', "").replace("optional = []\n", "")
    assert [column.optional for column in layout_of(tmp_path, text).columns] == [frozenset(), frozenset()]


@pytest.mark.parametrize(
    ("before", "after", "column", "says"),
    [
        ('like = "old"', 'like = "older"', "vintage new, like", "none of this file's"),
        ("[vintage.old]", '[vintage.old]\nlike = "new"', "vintage old, like", "in turn"),
        ("optional = []", 'optional = ["is_sound"]', "vintage new, is_sound", "said to be optional"),
        ("optional = []", 'may_be_empty = ["is_sound"]', "vintage new, is_sound", "said to be empty"),
        ("optional = []", 'without = ["is_sound"]', "vintage new, is_sound", "would not have"),
        ("optional = []", 'optional = []\nnational.is_safe = "Yes"', "vintage new, is_safe", "tells no rows apart"),
        (
            "optional = []",
            'optional = []\nwanted.is_safe.labels = ["Yes"]\nnational.is_safe = "Yes"',
            "vintage new, is_safe",
            "a label of others",
        ),
        ("[vintage.old]\n", '[vintage.old]\nwithout = ["is_safe"]\n', "vintage old, is_safe", "would not have"),
        ("optional = []", 'shape = "long"', "vintage new, shape", "no function for the shape long"),
        ("optional = []", "", "vintage old, headings", "taken for one of new"),
        ('is_safe = "Safe since?"', 'is_sound = "Sound?"', "vintage new, is_sound", "not under [column]"),
        ('is_safe = "Safe since?"', 'is_safe = "Safe  since?"', "vintage new, is_safe", "spaces that headers are compared"),
        ('is_safe = "Safe since?"', 'is_safe = "URN"', "vintage new, is_safe", "given to urn too"),
        ('urn = "URN"', 'urn = "Urn"', "vintage new, header_has", "None of the headings"),
        ('key = ["urn"]', 'key = ["urn", "year"]', "year", "key names a column"),
        ('kind = "yes_no" }', 'kind = "yes_no" }\nis_new = { kind = "text" }', "is_new", "No vintage has a heading"),
        ("'x\\.csv'", "'x(\\.csv'", "name_pattern", "cannot be read"),
        ('kind = "yes_no"', 'kind = "boolean"', "column.is_safe.kind", "has a mistake"),
        ('kind = "yes_no"', 'kind = "yes_no", optional = true', "column.is_safe.optional", "has a mistake"),
        ('kind = "yes_no" }', 'kind = "yes_no", most = 9 }', "is_safe", "Only a number has a range"),
        ('kind = "yes_no" }', 'kind = "number", most = 9, most_of_country = 9 }', "is_safe", "not above that of a school"),
        ('kind = "yes_no" }', 'kind = "number", most_of_country = 9 }', "is_safe", "not above that of a school"),
        ("optional = []", "optional = []\nrows_alike = true", "vintage new, rows_alike", "nowhere early"),
        ("optional = []", 'optional = []\nmay_end_after = ["A  B"]', "vintage new, may_end_after", "spaces that headers"),
        ("optional = []", 'optional = []\nends_with = "a full stop"', "vintage.new.ends_with", "has a mistake"),
        ('title = "A file"', "", "title", "has a mistake"),
        ("[column]", "[column", None, "cannot be read"),
    ],
)
def test_a_mistake_in_a_table_is_said_with_file_vintage_and_column(
    before: str, after: str, column: str | None, says: str, tmp_path: Path
) -> None:
    assert before in TABLE
    with pytest.raises(InputError) as caught:
        layout_of(tmp_path, TABLE.replace(before, after))
    assert (caught.value.file, caught.value.column) == ("kind.toml", column)
    assert says in str(caught.value)
