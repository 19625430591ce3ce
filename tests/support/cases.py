"""Schools as the hard cases in YAML tell of them (``tests/unit/cases/README.md``), put into a world."""

from __future__ import annotations

from typing import Any

from tests.support.world import World

FIRST_URN, FIRST_EARLIER_URN = 100_001, 90_001

Case = dict[str, Any]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def in_any_order(rows: list[Case]) -> list[Case]:
    """Rows in an order of their own, to be compared with others of which the order does not matter."""
    return sorted(rows, key=lambda row: repr(sorted(row.items())))


def add_evidence(world: World, urn: int, school: Case) -> None:
    """Add what is told of a URN, open or gone, and take it out of the mapping: inspections, results, lists."""
    for row in as_list(school.pop("ofsted", [])):
        world.ofsted(urn, **row)
    for grade in as_list(school.pop("graded", [])):
        world.graded(urn, **(grade if isinstance(grade, dict) else {"grade": grade}))
    for judgements in as_list(school.pop("not_judged", [])):
        world.not_judged(urn, **judgements)
    for areas in as_list(school.pop("report_card", [])):
        world.report_card(urn, **areas)
    for stage, add in (("ks2", world.ks2), ("ks4", world.ks4)):
        for result in as_list(school.pop(stage, [])):
            add(urn, **result)
    for name in as_list(school.pop("on_list", [])):
        world.row(f"raw.list_{name}", urn=urn)


def add_schools(world: World, schools: Case, first: int = 0) -> dict[str, int]:
    """Add schools, numbered from the given one on; returns their URNs by name, of several of a kind that of the last."""
    urns: dict[str, int] = {}
    number = first
    for name, given in schools.items():
        for _ in range(given.get("times", 1)):
            school = {key: value for key, value in given.items() if key != "times"}
            urn = urns[name] = school.pop("urn", FIRST_URN + number)
            earlier = school.pop("predecessor", None)
            if earlier is not None:
                world.link(urn, FIRST_EARLIER_URN + number)
                add_evidence(world, FIRST_EARLIER_URN + number, dict(earlier))
            for membership in as_list(school.pop("joined_trust", [])):
                world.joined(urn, **(membership if isinstance(membership, dict) else {"joined_date": membership}))
            add_evidence(world, urn, school)
            world.school(urn, **school)
            number += 1
    return urns
