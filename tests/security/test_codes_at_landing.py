"""What a publisher's file may not bring in: codes that are paths, names that are formulas, characters that nobody sees."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping

import pytest

from transforms.errors import InputError
from transforms.layouts import Layout, Parsed, gias, lists, ofsted, ons, results
from transforms.layouts.ons import BOUNDARY

NAMES = {
    gias.ESTABLISHMENT.kind: "edubasealldata20250930.csv",
    gias.LINK.kind: "links_edubasealldata20250930.csv",
    gias.GROUP.kind: "allgroupsdata20250930.csv",
    gias.MEMBERSHIP.kind: "academiesmatmembership20250930.csv",
    ofsted.INSPECTION.kind: "Management_information_-_state-funded_schools_-_as_at_31_August_2025.csv",
    ons.LOCAL_AUTHORITY.kind: "la_gias_to_ons_region_153.csv",
    ons.RURAL_URBAN.kind: "lsoa21_to_ruc11.csv",
    lists.TRUST_NOT_READY.kind: "trusts_not_ready.csv",
    results.KS4.kind: "202324_performance_tables_schools_final.csv",
}
RIGHT = {
    "urn": "100001", "link_urn": "100002", "la_code": "855", "la_ons_code": "E10000018", "region_code": "E12000004",
    "lsoa_code": "E01000001", "constituency_code": "E14001000", "group_id": "5000", "link_type": "Predecessor", "year": "202324",
    "level": "School",
    **dict.fromkeys(
        ("breakdown", "breakdown_topic", "sex", "disadvantage_status", "first_language", "prior_attainment", "mobility"), "Total"
    ),
}  # fmt: skip


def read(layout: Layout, vintage: str | None = None, **values: str) -> Parsed:
    """One row in a layout, ``NULL`` in every column (by our name) that is neither given nor needed; read."""
    used = vintage or layout.vintages[0]
    headings = {column.name: found[0] for column in layout.columns if (found := column.heading(used))}
    row = {name: values.get(name, RIGHT.get(name, "NULL")) for name in headings}
    text = io.StringIO()
    csv.writer(text).writerows([headings.values(), row.values()])
    return layout.read(text.getvalue().encode(), NAMES[layout.kind])


def refused(layout: Layout, column: str, value: str) -> InputError:
    with pytest.raises(InputError) as caught:
        read(layout, **{column: value})
    error = caught.value
    heading = next(found[0] for each in layout.columns if each.name == column and (found := each.heading(layout.vintages[0])))
    assert (error.file, error.row, error.column) == (NAMES[layout.kind], 2, heading)
    assert error.do
    assert str(error).isprintable()
    return error


CODES = [
    (gias.ESTABLISHMENT, "la_ons_code"),
    (gias.ESTABLISHMENT, "constituency_code"),
    (gias.ESTABLISHMENT, "la_code"),
    (gias.ESTABLISHMENT, "trust_id"),
    (gias.ESTABLISHMENT, "type_code"),
    (gias.GROUP, "group_id"),
    (gias.MEMBERSHIP, "group_id"),
    (lists.TRUST_NOT_READY, "group_id"),
    (ons.LOCAL_AUTHORITY, "la_code"),
    (ons.LOCAL_AUTHORITY, "la_ons_code"),
    (ons.LOCAL_AUTHORITY, "region_code"),
    (ons.RURAL_URBAN, "lsoa_code"),
]


@pytest.mark.parametrize(("layout", "column"), CODES, ids=[f"{layout.kind}-{column}" for layout, column in CODES])
def test_a_code_that_is_a_path_or_markup_stops_the_file_and_is_named(layout: Layout, column: str) -> None:
    """Guards names of files, addresses and keys: such a code once wrote a workbook and a script outside the home."""
    for value in ("../../evil", "..\\evil", "/etc/passwd", "E10000018/../x", "E10\x0100018", "<b>", "1 or 1", "E1000001٨"):
        refused(layout, column, value)
    if "ons" in column or "region" in column or "constituency" in column:
        for value in ("con", "e10000018", "E1000001", "E100000188"):
            refused(layout, column, value)


@pytest.mark.parametrize("value", ["1e5", "-5", "0", "1000001", "１００００１", "100001.5", "inf", "100001\u200b", "../1"])
@pytest.mark.parametrize(
    ("layout", "column"),
    [(gias.ESTABLISHMENT, "urn"), (gias.LINK, "link_urn"), (ofsted.INSPECTION, "latest_urn"), (results.KS4, "urn")],
    ids=lambda each: each if isinstance(each, str) else each.kind,
)
def test_a_urn_is_up_to_six_digits_and_nothing_that_only_counts_as_a_number(layout: Layout, column: str, value: str) -> None:
    refused(layout, column, value)


def test_what_genuine_files_write_for_a_code_is_read() -> None:
    """Zeros that a spreadsheet took, a number with .0, and GIAS's codes for "does not apply" (September 2025: 5 and 6 rows)."""
    row = read(gias.ESTABLISHMENT, la_code="5", constituency_code="999", lsoa_code="999999999", trust_id="15784").frame.iloc[0]
    assert (row["la_code"], row["trust_id"]) == ("005", "15784")
    assert row[["constituency_code", "lsoa_code"]].isna().all()
    assert read(results.KS4, urn="100049.0").frame["urn"].tolist() == [100_049]


def test_a_code_by_which_something_is_only_looked_up_is_left_out_and_told() -> None:
    """A slip in the small area of one school must not stop a country; and must not get further either."""
    parsed = read(gias.ESTABLISHMENT, lsoa_code="../../x", gor_code="<b>", urban_rural_code="=1+1")
    assert parsed.frame[["lsoa_code", "gor_code", "urban_rural_code"]].isna().all(axis=None)
    assert sum("1 value that is not" in notice and "was left out" in notice for notice in parsed.notices) == 3


def test_an_error_shows_the_start_of_a_value_and_nothing_that_drives_a_terminal() -> None:
    error = refused(gias.ESTABLISHMENT, "la_ons_code", "\x1b]0;title\x07\x1b[2J" + "x" * 10_000)
    assert len(str(error)) < 600
    assert "\\x1b" in str(error)
    assert "(10,014 characters)" in str(error)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝"])
@pytest.mark.parametrize(
    ("layout", "column"),
    [(gias.ESTABLISHMENT, "la_name"), (gias.ESTABLISHMENT, "constituency_name"), (ons.LOCAL_AUTHORITY, "la_name")],
    ids=lambda each: each if isinstance(each, str) else each.kind,
)
def test_a_name_of_an_area_that_begins_like_a_formula_is_refused(layout: Layout, column: str, start: str) -> None:
    for hidden in ("", "\u200b", " \t"):  # what is taken out must not uncover one
        refused(layout, column, f"{hidden}{start}HYPERLINK(A1)")


def test_a_name_of_a_school_that_begins_like_a_formula_is_its_name() -> None:
    """Quoting is the business of each output: a school is called what GIAS calls it."""
    assert read(gias.ESTABLISHMENT, name="@Work Academy").frame["name"].tolist() == ["@Work Academy"]


def test_characters_that_nobody_sees_are_taken_out_of_text_with_a_count() -> None:
    parsed = read(gias.ESTABLISHMENT, name="Saint\x1b[31m \u202eegdirB\u2066\ufeff\u200b\x85Scho\xadol\r\nTwo", town="\x7f")
    assert parsed.frame["name"].tolist() == ["Saint[31m egdirB School Two"]
    assert parsed.frame["town"].isna().all()
    said = "characters that nobody sees (control characters) were taken out in 1 row"
    assert [notice for notice in parsed.notices if said in notice] == [f"EstablishmentName: {said}", f"Town: {said}"]


@pytest.mark.parametrize("value", ["inf", "-inf", "Infinity", "1e999", "nan"])
def test_a_number_that_is_none_is_refused(value: str) -> None:
    """It would end a refresh hours later, where the map's data are written: JSON has no infinity."""
    refused(gias.ESTABLISHMENT, "fsm_percent", value)


@pytest.mark.parametrize("value", ["1e300", "9999999999", "-99999999999999999999", "inf"])
def test_a_whole_number_that_no_column_holds_is_refused_in_words(value: str) -> None:
    refused(gias.ESTABLISHMENT, "pupils", value)


@pytest.mark.parametrize("folder", ["\x1b[2J", "a\u202eb", "a\tb", "line\nbreak", "\udcff"])
def test_a_path_with_characters_that_nobody_sees_is_none_of_ours(folder: str) -> None:
    """It would be published as the file's name, and a half of a character would end the refresh with a traceback."""
    assert gias.ESTABLISHMENT.matches("gias/edubasealldata20250930.csv")
    assert not gias.ESTABLISHMENT.matches(f"{folder}/edubasealldata20250930.csv")


SQUARE = {"type": "Polygon", "coordinates": [[[0, 51], [0, 52], [1, 52], [0, 51]]]}


def boundary(**changes: object) -> bytes:
    properties: Mapping[str, object] = {"CTYUA23CD": "E10000018", "CTYUA23NM": "Leicestershire"} | changes
    return json.dumps({"type": "FeatureCollection", "features": [{"properties": properties, "geometry": SQUARE}]}).encode()


@pytest.mark.parametrize(
    "content",
    [
        *(boundary(CTYUA23CD=code) for code in ("../../evil", "E10000018/x", 5, None, ["E10000018"], "\ud800")),
        *(boundary(CTYUA23NM=name) for name in ("=1+1", "@x", 5, None, {"a": 1})),
        b"[" * 200_000,
        b'{"type": "FeatureCollection", "features": [1]}',
        b'{"type": "FeatureCollection", "features": 1}',
    ],
    ids=lambda content: content[:40].decode(),
)
def test_a_boundary_of_no_area_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(InputError) as caught:
        BOUNDARY.read(content, "areas.geojson")
    assert caught.value.do
    assert str(caught.value).isprintable()


def test_a_boundary_whose_name_holds_half_a_character_is_read_without_it() -> None:
    frame = BOUNDARY.read(boundary(CTYUA23NM="Leicester\ud800shire"), "areas.geojson").frame
    assert frame["area_name"].tolist() == ["Leicestershire"]
