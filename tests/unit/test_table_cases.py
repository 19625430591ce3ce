"""What each table of ``core``, ``definition``, ``match`` and ``mart`` says of hard cases: ``tests/unit/cases/<layer>/*.yaml``.

The cases of a file stand in one world that is built once: the README there says how one is written. This file only reads it, fills
the raw tables and compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.cases import Case, add_schools, as_list, in_any_order
from tests.support.world import World
from warehouse.store import run

FOLDER = Path(__file__).parent / "cases"
LAYERS = ("core", "definition", "match", "follow", "mart")

SCHOOL, LEFT_OUT = "mart.school", "mart.school_left_out"


def read_files() -> dict[str, Case]:
    """The files by name, such as ``core/trusts``."""
    paths = [path for layer in LAYERS for path in sorted((FOLDER / layer).glob("*.yaml"))]
    return {f"{path.parent.name}/{path.stem}": yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths}


FILES = read_files()
CASES = [pytest.param(name, place, id=case["case"]) for name, file in FILES.items() for place, case in enumerate(file["cases"])]


class BuiltFile:
    """The world of a file, built, with the URNs of its schools by name: those of all its cases, and those of each."""

    def __init__(self, file: Case) -> None:
        self.world = World()
        self.urns: list[dict[str, int]] = []
        shared = add_schools(self.world, file.get("schools", {}))
        for place, case in enumerate(file["cases"], start=1):
            # room for a hundred schools a case, so that a URN says which one it is of
            self.urns.append(shared | add_schools(self.world, case.get("schools", {}), first=100 * place))
        for each, urns in zip([file, *file["cases"]], [shared, *self.urns], strict=True):
            for table, rows in each.get("rows", {}).items():
                for row in rows:
                    self.world.row(table, **with_urns(row, urns))
        for statement in file.get("sql", []):
            run(self.world.connection, statement)
        looked_at = {table for case in file["cases"] for table in case.get("finds", {})}
        self.world.build(file.get("parameters"), tables={SCHOOL, LEFT_OUT} | looked_at)


def with_urns(row: Case, urns: dict[str, int]) -> Case:
    """A row in which schools are named by their URNs; a list of names becomes a list of URNs."""

    def urn_of(value: Any) -> Any:
        if isinstance(value, list):
            return [urn_of(each) for each in value]
        return urns[value] if isinstance(value, str) else value

    return {key: urn_of(value) if key.endswith("urn") else value for key, value in row.items()}


@pytest.fixture(scope="module")
def built() -> Iterator[dict[str, BuiltFile]]:
    """The files that were built so far: a case builds its file where it is the first."""
    files: dict[str, BuiltFile] = {}
    yield files
    for each in files.values():
        each.world.connection.close()


def found_of_school(world: World, urn: int, expected: Case) -> Case:
    """What is said of a school, in the columns of mart.school that are expected; of one that is left out, why."""
    if left_out := world.query(f"select left_out_because from {LEFT_OUT} where urn = {urn}"):
        return left_out[0]
    school = world.of_school(urn)
    return {key: school[key] for key in expected}


def found_in_table(world: World, table: str, of: Case, columns: list[str]) -> list[Case]:
    """The rows of a table that have the values of ``of`` (or one of a list of values), in the columns that are asked for."""
    wanted = {key: as_list(value) for key, value in of.items()}
    rows = [row for row in world.query(f"from {table}") if all(row[key] in values for key, values in wanted.items())]
    return [{column: row[column] for column in columns} for row in rows]


def approximately(value: Any) -> Any:
    """Numbers with a fraction are compared to a millionth; all else exactly."""
    return pytest.approx(value, rel=1e-6) if isinstance(value, float) else value


@pytest.mark.parametrize(("name", "place"), CASES)
def test_case(built: dict[str, BuiltFile], name: str, place: int) -> None:
    case = FILES[name]["cases"][place]
    assert set(case) <= {"case", "why", "schools", "rows", "expect", "finds"}
    assert case.get("expect") or case.get("finds")
    if name not in built:
        built[name] = BuiltFile(FILES[name])
    world, urns = built[name].world, built[name].urns[place]
    for school, expected in case.get("expect", {}).items():
        wanted = {key: approximately(value) for key, value in with_urns(expected, urns).items()}
        assert found_of_school(world, urns[school], expected) == wanted, school
    for table, look in case.get("finds", {}).items():
        rows = [with_urns(row, urns) for row in look["rows"]]
        columns = list(rows[0]) if rows else []
        found = found_in_table(world, table, with_urns(look.get("of", {}), urns), columns)
        wanted_rows = [{key: approximately(value) for key, value in row.items()} for row in in_any_order(rows)]
        assert in_any_order(found) == wanted_rows, table


def test_no_two_cases_have_the_same_label() -> None:
    labels = [case["case"] for file in FILES.values() for case in file["cases"]]
    assert sorted(set(labels)) == sorted(labels)
