"""The rules of the method on hard cases, each written down in ``tests/unit/cases/*.yaml``: the README there says how.

A case is a handful of schools, built through the SQL, and what must be found of them. This file only reads it, fills the raw tables
and compares.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.cases import Case, add_schools, as_list
from tests.support.world import World
from warehouse.definitions import read_definitions

FOLDER = Path(__file__).parent / "cases"

STATUS_TABLES = ("mart.school", "mart.school_status")
MATCH_TABLES = ("mart.match", "mart.area_summary")
"""What a case may look at. Only a case that speaks of partners has the match made."""


@pytest.fixture(scope="module")
def world() -> World:
    """One world for all cases, since to make one takes as long as to build a case; each clears it."""
    return World()


def read_cases() -> list[Case]:
    """The cases of all files. One school alone is written ``school:``, with ``expect:`` straight below the case."""
    cases = [case for path in sorted(FOLDER.glob("*.yaml")) for case in yaml.safe_load(path.read_text(encoding="utf-8"))]
    for case in cases:
        if "school" in case:
            case["schools"] = {"the school": case.pop("school")} | case.get("schools", {})
            case["expect"] = {"the school": case["expect"]}
    return cases


CASES = read_cases()


def build(world: World, case: Case) -> dict[str, int]:
    """Fill the world with a case's schools alone and build it; returns their URNs by name."""
    world.clear(with_lists=case.get("lists_landed", True))
    urns = add_schools(world, case["schools"])
    for trust in case.get("trusts_not_ready", []):
        world.row("raw.list_trust_not_ready", group_id=trust)
    for lsoa, rural_urban in case.get("class_of_lsoa", {}).items():
        world.row("raw.ons_rural_urban", lsoa_code=lsoa, rural_urban_code=rural_urban)
    world.build(case.get("parameters"), tables=STATUS_TABLES + (MATCH_TABLES if "partners" in str(case) else ()))
    return urns


_AS_TOLD = ("status", "reasons", "excluded_because", "not_asked_because", "in_need_undecided")


def found(world: World, urns: dict[str, int], name: str, definition: str, expected: Case) -> Case:
    """What a definition finds of a school, in the shape of what is expected of it."""
    row = world.status(urns[name], definition)
    unknown = set(row["not_assessed"])
    actual = {key: row[key] for key in _AS_TOLD} | {
        "not_assessed": unknown,
        "not_assessed_has": unknown & set(expected.get("not_assessed_has", [])),
        "not_assessed_lacks": set(expected.get("not_assessed_lacks", [])) - unknown,
    }
    if "partners" in expected:
        of_it = f"definition = '{definition}' and need_urn = {urns[name]}"
        matches = world.query(f"from mart.match where {of_it} order by distance_rank")
        names = {urn: each for each, urn in urns.items()}
        actual["partners"] = [names[match["partner_urn"]] for match in matches]
        actual["distances_m"] = [match["distance_m"] for match in matches]
    return {key: actual[key] for key in expected}


@pytest.mark.parametrize("case", [pytest.param(case, id=case["case"]) for case in CASES])
def test_case(world: World, case: Case) -> None:
    assert set(case) <= {
        "case",
        "why",
        "schools",
        "expect",
        "regions",
        "trusts_not_ready",
        "lists_landed",
        "class_of_lsoa",
        "parameters",
    }
    assert case["expect"]
    urns = build(world, case)
    for name, expectations in case["expect"].items():
        for subject, expected in expectations.items():
            if subject == "about":
                school = world.of_school(urns[name])
                assert {key: school[key] for key in expected} == expected, name
            elif expected == "outside":
                of_it = f"urn = {urns[name]} and definition = '{subject}'"
                assert world.query(f"from mart.school_status where {of_it}") == [], (name, subject)
            else:
                wanted = {key: set(value) if key.startswith("not_assessed") else value for key, value in expected.items()}
                assert found(world, urns, name, subject, expected) == wanted, (name, subject)
    for definition, regions in case.get("regions", {}).items():
        rows = world.query(f"from mart.area_summary where area_type = 'region' and definition = '{definition}'")
        by_name = {row["area_name"]: row for row in rows}
        assert {name: {key: by_name[name][key] for key in figures} for name, figures in regions.items()} == regions


def test_no_two_cases_have_the_same_label() -> None:
    labels = [case["case"] for case in CASES]
    assert sorted(set(labels)) == sorted(labels)


@pytest.mark.parametrize("definition", read_definitions(), ids=lambda definition: definition.name)
def test_every_reason_code_is_found_by_a_case(definition: Any) -> None:
    expected = [each.get(definition.name, {}) for case in CASES for each in case["expect"].values()]
    keys = ("reasons", "excluded_because", "not_asked_because", "not_assessed", "not_assessed_has")
    codes = {code for each in expected if each != "outside" for key in keys for code in as_list(each.get(key))}
    assert set(definition.description.reason) <= codes
