"""docs/method.md and docs/method/: their rules, thresholds and figures are what the definitions and the national files give."""

from __future__ import annotations

import duckdb
import pytest

from exports.pages.method import DOCS, page, pages, parts_of
from tests.acceptance.conftest import Published

pytestmark = pytest.mark.real_data


def test_the_generated_parts_of_the_method_are_up_to_date(figures_2025: Published, figures_2017: Published) -> None:
    parts = parts_of(figures_2025.connection, figures_2017.connection)
    for path in pages():
        text = path.read_text(encoding="utf-8")
        assert page(text, parts) == text, f"{path.name}: run python -m exports.pages.method HOME_OF_2025 HOME_OF_2017"


def test_every_part_stands_on_a_page(y2025: Published, y2017: Published) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in pages())
    for name in parts_of(y2025.connection, y2017.connection):
        assert f"<!-- begin {name} -->" in text


def test_what_the_page_says_of_coverage_is_counted_another_way(figures_2025: Published) -> None:
    """One figure of the pages by hand: schools without a headline grade, from core's own columns."""
    connection: duckdb.DuckDBPyConnection = figures_2025.connection
    (counted,) = connection.execute(
        "select count(*) from mart.school where phase = 'primary' and ofsted_framework = 'four_judgements'"
    ).fetchall()[0]
    assert f"which this definition needs. | {counted:,} |" in (DOCS / "method" / "unknown.md").read_text(encoding="utf-8")
