"""docs/method.md: what it says of rules, thresholds and figures is what the definitions and the national files give today."""

from __future__ import annotations

import re

import duckdb
import pytest

from exports.pages.method import PAGE, page
from tests.acceptance.conftest import Published
from transforms.errors import InputError

pytestmark = pytest.mark.real_data


def test_the_generated_parts_of_the_method_are_up_to_date(y2025: Published, y2017: Published) -> None:
    text = PAGE.read_text(encoding="utf-8")
    made = page(text, y2025.connection, y2017.connection)
    assert len(re.findall("<!-- begin ", text)) == 12
    assert made == text, "run: python -m exports.pages.method HOME_OF_2025 HOME_OF_2017"


def test_a_part_that_nothing_makes_is_refused(y2025: Published, y2017: Published) -> None:
    with pytest.raises(InputError, match="Nothing makes the part shoes"):
        page("<!-- begin shoes -->\n<!-- end shoes -->", y2025.connection, y2017.connection)


def test_what_the_page_says_of_coverage_is_counted_another_way(y2025: Published) -> None:
    """One figure of the page by hand: schools without a headline grade, from core's own columns."""
    connection: duckdb.DuckDBPyConnection = y2025.connection
    (counted,) = connection.execute(
        "select count(*) from mart.school where phase = 'primary' and ofsted_framework = 'four_judgements'"
    ).fetchall()[0]
    assert f"which this definition needs. | {counted:,} |" in PAGE.read_text(encoding="utf-8")
