"""docs/analysts.md: every query runs as it stands, and its answer has the columns and rows that the page says."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "analysts.md"
QUESTION = re.compile(r"### (\d+)\. (.+?)\n\n```sql\n(.+?)\n-- gives: (.+?); at least (\d+) rows?\n```", re.DOTALL)
QUESTIONS = {
    f"{found[1]}. {found[2]}": (found[3], found[4].split(", "), int(found[5])) for found in QUESTION.finditer(PAGE.read_text())
}


def test_there_are_fourteen_questions() -> None:
    assert [int(name.split(".")[0]) for name in QUESTIONS] == list(range(1, 15))
    assert PAGE.read_text().count("```sql") == 14


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_query_runs_and_its_answer_has_the_shape_the_page_says(question: str, published_sample: Path) -> None:
    query, columns, least = QUESTIONS[question]
    with duckdb.connect(published_sample / "schoolmatch.duckdb", read_only=True) as connection:
        answer = connection.execute(query)
        assert [column[0] for column in answer.description or []] == columns
        assert len(answer.fetchall()) >= least
