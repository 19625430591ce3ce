"""The headers of the genuine files: the copies that the unit tests go by are true, and each file is read as its vintage."""

from __future__ import annotations

import pytest

from tests.conftest import real_folder
from tests.support.headers import Header, read_headers
from transforms.layouts import LAYOUTS

pytestmark = pytest.mark.real_data

HELD = {header.name: header for header in read_headers() if header.file}


@pytest.mark.parametrize("header", HELD.values(), ids=HELD)
def test_a_real_file_has_the_header_that_was_copied_and_is_read_as_that_vintage(header: Header) -> None:
    year, _, path = header.file.partition("/")
    layout = next(layout for layout in LAYOUTS if layout.kind == header.kind)
    parsed = layout.read((real_folder(year) / path).read_bytes(), header.file)
    assert parsed.vintage == header.vintage
    # The extract of 2025 has a 136th column, GSSLACode, which is none of GIAS's: the copy is of the genuine 135.
    assert set(header.headings) == set(parsed.headings) - {"GSSLACode"}


def test_safeguarding_is_known_for_every_school_of_the_real_file_that_ofsted_judged() -> None:
    header = HELD["ofsted_inspection/2025-08"]
    year, _, path = header.file.partition("/")
    layout = next(layout for layout in LAYOUTS if layout.kind == header.kind)
    frame = layout.read((real_folder(year) / path).read_bytes(), header.file).frame
    # Counted in the file of 31 August 2025 itself: 5,161 say 9 (not judged), 103 NULL.
    assert frame["latest_safeguarding"].value_counts().to_dict() == {"Yes": 16_627, "No": 99}
