"""The published file in other people's DuckDB: versions before and after ours, and the command line, each in its own place.

The thirteen questions of docs/analysts.md must have the same answers there as here.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.integration.test_analysts_page import QUESTIONS

LOCKS = Path(__file__).resolve().parents[1] / "support" / "duckdb"
VERSIONS = sorted(path.stem.removeprefix("duckdb-") for path in LOCKS.glob("duckdb-*.txt"))
BIN = Path(sys.executable).parent

ASK = """
import duckdb, json, sys
questions = json.load(sys.stdin)
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    answers = {name: connection.execute(query).fetchall() for name, query in questions.items()}
print(json.dumps({"version": duckdb.__version__, "answers": answers}, default=str))
"""


@pytest.fixture(scope="module")
def expected(published_sample: Path) -> dict[str, Any]:
    """The answers here, as JSON has them."""
    with duckdb.connect(published_sample / "schoolmatch.duckdb", read_only=True) as connection:
        answers = {name: connection.execute(query).fetchall() for name, (query, _, _) in QUESTIONS.items()}
    return dict(json.loads(json.dumps(answers, default=str)))


def test_the_versions_before_and_after_ours_are_tried_from_the_oldest_that_the_page_names_on() -> None:
    assert [version.rpartition(".")[0] for version in VERSIONS] == ["1.1", "1.4", "2.0"]
    page = (Path(__file__).parents[2] / "docs" / "analysts.md").read_text(encoding="utf-8")
    assert "DuckDB 1.1 and later" in page  # 1.0.0 ends with a serialization error at the primary keys


@pytest.mark.parametrize("version", VERSIONS)
def test_the_questions_have_the_same_answers_in_another_version(
    version: str, published_sample: Path, expected: dict[str, Any], tmp_path: Path
) -> None:
    place = tmp_path / "environment"
    subprocess.run([BIN / "uv", "venv", "--quiet", "--python", sys.executable, place], check=True)
    lock = LOCKS / f"duckdb-{version}.txt"
    install = [BIN / "uv", "pip", "install", "--quiet", "--python", place / "bin" / "python", "--require-hashes", "-r", lock]
    installed = subprocess.run(install, capture_output=True, text=True, check=False)
    if installed.returncode != 0:
        pytest.skip(f"DuckDB {version} cannot be installed here (no network?): {installed.stderr.strip()[-200:]}")

    asked = json.dumps({name: query for name, (query, _, _) in QUESTIONS.items()})
    command = [place / "bin" / "python", "-c", ASK, published_sample / "schoolmatch.duckdb"]
    answered = subprocess.run(command, input=asked, capture_output=True, text=True, check=False)

    assert answered.returncode == 0, answered.stderr
    found = json.loads(answered.stdout)
    assert found["version"] == version
    # rows that are alike in what they are ordered by may stand either way
    assert {name: sorted(rows, key=repr) for name, rows in found["answers"].items()} == {
        name: sorted(rows, key=repr) for name, rows in expected.items()
    }


def test_the_command_line_of_duckdb_answers(published_sample: Path, expected: dict[str, Any]) -> None:
    for name, (query, columns, _) in QUESTIONS.items():
        command = [BIN / "duckdb", "-readonly", "-json", published_sample / "schoolmatch.duckdb", query]
        answered = subprocess.run(command, capture_output=True, text=True, check=False)
        assert answered.returncode == 0, answered.stderr
        rows = json.loads(answered.stdout)
        assert len(rows) == len(expected[name])
        assert not rows or list(rows[0]) == columns  # of one of an earlier time the sample has none
