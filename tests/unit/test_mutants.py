"""The mutation run itself: which faults it makes, that they are the same each time, and that a score says what it must."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.mutants import python_operators, report, sql_operators
from tests.mutants.mutant import ROOT, Mutant, mutants_of, numbered
from tests.mutants.plugin import TASK
from tests.mutants.reach import fingerprint

QUERY = """-- One row per school.
select
    urn,
    case when pupils > 100 then 'large' else 'small' end as size
from core.school
where phase = 'primary' and is_open
order by urn
"""
FUNCTION = '''
LIMIT = 3


def is_near(distance: float, radius: float) -> bool:
    """Whether it is within reach, 0 or more."""
    if distance < 0:
        raise ValueError(f"{distance + 1} is not a distance")
    return distance <= radius
'''


TESTS = """
from pathlib import Path

import duckdb
import near

SQL = Path(__file__).parents[2] / "sql" / "core" / "school.sql"


def test_schools() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table school as " + SQL.read_text())
        assert connection.execute("select urn from school").fetchall() == [(1,)]


def test_near() -> None:
    assert near.is_near(0.5, 2)
"""


def of(file: str, text: str) -> list[Mutant]:
    operators = sql_operators if file.endswith(".sql") else python_operators
    return list(numbered(file, operators.faults(text)))


def test_sql_has_the_faults_expected_of_it_and_the_order_of_rows_is_none() -> None:
    assert [(each.operator, each.before, each.after) for each in of("sql/core/a.sql", QUERY)] == [
        ("when dropped", "when pupils > 100 then 'large'", ""),
        ("then null", "when pupils > 100 then 'large'", "null"),
        ("else null", "else 'small'", "null"),
        ("and to or", "phase = 'primary' AND is_open", "phase = 'primary' OR is_open"),
        ("and without a part", "phase = 'primary'", ""),
        ("and without a part", "is_open", ""),
        ("eq to neq", "phase = 'primary'", "phase <> 'primary'"),
        ("gt to gte", "pupils > 100", "pupils >= 100"),
        ("number plus one", "100 in pupils > 100", "101"),
    ]


def test_a_function_has_the_faults_expected_of_it_and_words_and_constants_outside_have_none() -> None:
    found = of("transforms/a.py", FUNCTION)
    assert [(each.operator, each.line) for each in found] == [
        ("if not taken", 7),
        ("Lt to LtE", 7),
        ("number plus one", 7),
        ("return nothing", 9),
        ("LtE to Lt", 9),
    ]
    assert {each.function for each in found} == {"is_near"}


def test_the_same_text_has_the_same_mutants_and_each_has_a_name_of_its_own() -> None:
    for file, text in (("sql/core/a.sql", QUERY), ("transforms/a.py", FUNCTION)):
        ids = [each.id for each in of(file, text)]
        assert ids == [each.id for each in of(file, text)]
        assert len(set(ids)) == len(ids)
    repeated = of("sql/core/a.sql", "select 1 = 1 or 1 = 1 as always")
    assert [each.id.rpartition(" ")[2] for each in repeated if each.operator == "eq to neq"] == ["1", "#2"]


def test_a_mutant_is_the_text_with_that_one_fault_and_keeps_the_head_of_the_file() -> None:
    dropped = next(each for each in of("sql/core/a.sql", QUERY) if each.before == "is_open")
    assert dropped.make() == (
        "-- One row per school.\nSELECT urn, CASE WHEN pupils > 100 THEN 'large' ELSE 'small' END AS size "
        "FROM core.school WHERE phase = 'primary' ORDER BY urn"
    )
    nearer = next(each for each in of("transforms/a.py", FUNCTION) if each.operator == "LtE to Lt")
    made = nearer.make()
    assert isinstance(made, ast.Module)
    assert ast.unparse(made).endswith("return distance < radius")


def test_a_fault_that_matters_gives_other_rows_and_the_text_as_it_is_written_back_does_not() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "create schema core; create table core.school (urn integer, pupils integer, phase text, is_open boolean)"
        )
        connection.execute("insert into core.school values (1, 100, 'primary', true), (2, 200, 'secondary', true)")
        expected = fingerprint(connection, QUERY)
        assert fingerprint(connection, sql_operators.unchanged(QUERY)) == expected
        same = [each.before for each in of("sql/core/a.sql", QUERY) if fingerprint(connection, str(each.make())) == expected]
    # of what is primary and open nothing has more than 100 pupils, and all that is primary is open
    assert same == ["when pupils > 100 then 'large'", "when pupils > 100 then 'large'", "is_open", "100 in pupils > 100"]


@pytest.fixture
def states() -> dict[str, str]:
    ids = [f"sql/core/a.sql: eq to neq: {n} = {n} -> {n} <> {n}" for n in range(10)]
    return dict.fromkeys(ids[:8], "killed") | {ids[8]: "timed out", ids[9]: "survived", "sql/core/a.sql: other": "invalid"}


def test_a_score_counts_what_can_be_planned_and_a_loop_without_end_as_killed(states: dict[str, str]) -> None:
    (score,) = report.scores(states)
    assert (score.mutants, score.killed, score.percent) == (10, 9, 90.0)


def test_a_low_score_a_survivor_not_listed_and_one_listed_that_is_killed_are_told(
    states: dict[str, str],
) -> None:
    (survivor,) = report.survivors(states)
    assert report.shortfalls(states, {}) == [f"survived, and is not listed: {survivor}"]
    assert report.shortfalls(states, {survivor: "the same"}) == []
    killed = min(states)
    assert report.shortfalls(states, {survivor: "the same", killed: "the same"}) == [
        f"listed as a survivor, and is killed: {killed}"
    ]
    states[killed] = "never run"
    low, *others = report.shortfalls(states, {survivor: "the same"})
    assert low.startswith("sql/core: ")
    assert low.endswith(" % killed, at least 90 % is wanted")
    assert others == [f"survived, and is not listed: {killed}"]
    assert report.shortfalls(states, {survivor: "the same", killed: "the same"}) == []


def test_the_page_has_scores_of_now_and_before_and_each_survivor_with_its_reason(states: dict[str, str], tmp_path: Path) -> None:
    (survivor,) = report.survivors(states)
    before = tmp_path / "before.toml"
    report.write_before(states | {min(states): "survived"}, "make mutants", "2025-11-01", before)
    text = report.page(
        states, {survivor: "it is the same"}, "make mutants", "2025-11-28", {"tests": 60, "tests_of_a_module": 12}, before
    )
    assert "`make mutants`, 2025-11-28.\n\n| room" in text
    assert "| `sql/core` | 10 | 9 | 1 | 90.0 % |" in text
    assert "`make mutants`, 2025-11-01.\n\n| room" in text
    assert "| `sql/core` | 10 | 8 | 2 | 80.0 % |" in text
    assert f"* `{survivor}`: it is the same" in text


def test_every_survivor_that_is_listed_is_a_mutant_that_there_is_and_has_its_reason() -> None:
    reasons = report.read_reasons()
    files = {name.partition(":")[0] for name in reasons}
    assert set(reasons) <= {mutant.id for file in files for mutant in mutants_of(file)}


def test_reasons_that_are_missing_or_given_twice_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "survivors.toml"
    path.write_text('[[survivor]]\nid = "a"\nreason = ""\n')
    with pytest.raises(ValueError, match="without its reason"):
        report.read_reasons(path)


def test_in_a_run_a_test_kills_what_it_notices_and_what_it_does_not_survives(tmp_path: Path) -> None:
    files = {
        "sql/core/school.sql": "select * from (values (1, 300), (2, 50)) as s (urn, pupils) where pupils > 100",
        "transforms/near.py": FUNCTION,
        "tests/unit/test_it.py": TESTS,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    mutated = [name for name in files if not name.startswith("tests")]
    ids = [each.id for file in mutated for each in mutants_of(file, tmp_path)]
    limits = {"tests": 60, "tests_of_a_module": 12}
    task = {
        "root": str(tmp_path),
        "files": mutated,
        "ids": ids,
        "tests": None,
        "limits": limits,
        "results": str(tmp_path / "results"),
    }
    (tmp_path / "task").write_text(json.dumps(task))
    path = os.pathsep.join((str(ROOT), str(tmp_path / "transforms")))
    environment = os.environ | {TASK: str(tmp_path / "task"), "PYTHONPATH": path}
    options = ("-q", "-p", "tests.mutants.plugin", "-p", "no:cacheprovider", "--rootdir", ".")
    subprocess.run([sys.executable, "-m", "pytest", *options, "tests/unit"], cwd=tmp_path, env=environment, check=True)
    results = map(json.loads, (tmp_path / "results").read_text().splitlines())
    assert {tuple(each["id"].split(": ")[:2]): each["state"] for each in results} == {
        ("sql/core/school.sql", "where dropped"): "killed",
        ("sql/core/school.sql", "gt to gte"): "never differed",  # no school has just 100 pupils, or 101
        ("sql/core/school.sql", "number plus one"): "never differed",
        ("transforms/near.py", "if not taken"): "survived",  # the test asks for no distance below 0, or of 0
        ("transforms/near.py", "Lt to LtE"): "survived",
        ("transforms/near.py", "number plus one"): "killed",
        ("transforms/near.py", "return nothing"): "killed",
        ("transforms/near.py", "LtE to Lt"): "survived",
    }
