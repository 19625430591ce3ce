"""A file that is not used is told as what it is: by its header, where its name is none that is read."""

from __future__ import annotations

import pytest

from tests.support.headers import Header, read_headers
from transforms.layouts import LAYOUTS
from transforms.layouts.recognise import what_it_is

TITLES = {layout.kind: layout.title for layout in LAYOUTS}
COPIES = [header for header in read_headers() if not header.lacks]


@pytest.mark.parametrize("header", COPIES, ids=[header.name for header in COPIES])
def test_a_publishers_file_under_another_name_is_recognised_by_its_header(header: Header) -> None:
    start = ",".join(f'"{heading}"' for heading in header.headings).encode()
    told = what_it_is(start, "download (3).csv")
    assert f"its header is that of '{TITLES[header.kind]}'" in told
    assert "give it the name that the publisher gave it" in told


def test_a_file_that_lacks_columns_is_told_as_another_download() -> None:
    header = (
        "URN,LA (code),LA (name),EstablishmentNumber,EstablishmentName,TypeOfEstablishment (code),TypeOfEstablishment (name),"
        "EstablishmentStatus (code),EstablishmentStatus (name),OpenDate,CloseDate,PhaseOfEducation (code),PhaseOfEducation (name),"
        "StatutoryLowAge,StatutoryHighAge,Gender (name),Postcode,Easting,Northing"
    )
    told = what_it_is(header.encode(), "results.csv")
    assert told.startswith("it is like 'GIAS, all establishments' and lacks ReligiousCharacter (name)")
    assert told.endswith("...: another download")


@pytest.mark.parametrize(
    ("start", "name", "says"),
    [
        (b"a,b,c\r\n1,2,3\r\n", "notes.csv", "neither its name nor its header"),
        (b"URN,Remark\r\n1,x\r\n", "visits.csv", "neither its name nor its header"),
        (b"PK\x03\x04", "Management_information.xlsx", "a spreadsheet, and only CSV is read"),
        (b"<html>", "edubase.csv", "the file is a web page"),
        (b"", "empty.csv", "the file is empty"),
    ],
)
def test_any_other_file_is_told_in_a_sentence_that_is_true(start: bytes, name: str, says: str) -> None:
    assert says in what_it_is(start, name)
