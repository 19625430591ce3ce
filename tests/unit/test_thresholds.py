"""Moving one threshold changes the one school for which it decides, and nothing else: docs/method/beyond.md#sensitivity.

A small world in which, for every threshold, one school stands just on its other side. All others keep status, reasons and what
could not be assessed, in all definitions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.world import World
from warehouse.definitions import read_definitions

Found = dict[tuple[str, int], tuple[str, list[str], list[str]]]
"""By definition and URN: status, reasons, what could not be assessed."""

NEITHER: tuple[str, list[str]] = ("neither", [])


@dataclass(frozen=True)
class Move:
    """A threshold's other value, and status and reasons of the schools that it changes.

    ``everyone``: what can then not be assessed of any school of the definition.
    """

    to: float
    changes: dict[int, tuple[str, list[str]]]
    everyone: tuple[str, ...] = ()


BELOW_FLOOR_KS2 = ("in_need", ["below_floor_ks2"])
COASTING_KS2 = ("in_need", ["coasting_ks2"])
REQUIRES_IMPROVEMENT = ("in_need", ["ofsted_requires_improvement"])

MOVES = {
    ("nfer-2017", "floor_first_year"): Move(2015, {101: COASTING_KS2}),
    ("nfer-2017", "floor_last_year"): Move(2015, {102: NEITHER}, everyone=("floor_not_in_force",)),
    ("nfer-2017", "floor_ks2_rwm_expected_percent"): Move(66, {103: BELOW_FLOOR_KS2}),
    ("nfer-2017", "floor_ks2_reading_progress"): Move(-4.9, {104: BELOW_FLOOR_KS2}),
    ("nfer-2017", "floor_ks2_writing_progress"): Move(-6.9, {105: BELOW_FLOOR_KS2}),
    ("nfer-2017", "floor_ks2_maths_progress"): Move(-4.9, {106: BELOW_FLOOR_KS2}),
    ("nfer-2017", "floor_ks4_progress8"): Move(-0.4, {201: ("in_need", ["below_floor_ks4"])}),
    ("nfer-2017", "smallest_cohort"): Move(10, {107: BELOW_FLOOR_KS2}),
    ("nfer-2017", "coasting_years"): Move(2, {108: COASTING_KS2}),
    ("nfer-2017", "coasting_ks2_level4_percent"): Move(86, {109: COASTING_KS2}),
    ("nfer-2017", "coasting_ks2_rwm_expected_percent"): Move(86, {110: COASTING_KS2}),
    ("nfer-2017", "coasting_ks2_reading_progress"): Move(-2.4, {111: COASTING_KS2}),
    ("nfer-2017", "coasting_ks2_writing_progress"): Move(-3.4, {112: COASTING_KS2}),
    ("nfer-2017", "coasting_ks2_maths_progress"): Move(-2.4, {113: COASTING_KS2}),
    ("nfer-2017", "coasting_ks4_five_gcses_percent"): Move(61, {202: ("in_need", ["coasting_ks4"])}),
    ("nfer-2017", "coasting_ks4_progress8"): Move(-0.2, {203: ("in_need", ["coasting_ks4"])}),
    ("nfer-2017", "high_attainment_above_national"): Move(
        -2, {114: ("high_performing", ["good_with_outstanding_leadership_and_high_results"])}
    ),
    ("nfer-2017", "high_progress_score"): Move(
        -1, {115: ("high_performing", ["good_with_outstanding_leadership_and_high_results"])}
    ),
    ("nfer-2017", "leadership_not_known_counts"): Move(
        1, {116: ("high_performing", ["good_with_high_results_leadership_not_known"])}
    ),
    ("nfer-2017", "high_progress_in_each_subject"): Move(1, {119: NEITHER}),
    ("nfer-2017", "trust_excludes_from_need"): Move(0, {120: REQUIRES_IMPROVEMENT}),
    ("nfer-2017", "trust_excludes_from_schools"): Move(2, {120: REQUIRES_IMPROVEMENT}),
    ("rise", "stuck_grade"): Move(4, {117: NEITHER}),
    ("rise", "high_results_share_percent"): Move(20, {119: NEITHER}),
    # 95 percent the year before, of three times the pupils, brings one in, and takes the place of another
    ("rise", "high_results_years"): Move(3, {107: ("high_performing", ["good_with_high_results"]), 119: NEITHER}),
    # of 30 pupils 90 percent may be 74, above the cut of 71, and 85 percent may be 68
    ("rise", "high_results_interval_counts"): Move(0, dict.fromkeys((110, 116, 118, 119, 205), NEITHER)),
    # the second of four schools with a figure of the disadvantaged; all pupils of the third do too well for it to be in need
    ("universal-rise", "quarter_percent"): Move(50, {118: ("high_performing", ["high_for_disadvantaged"])}),
}
"""Every threshold of all definitions. A new one needs a school here."""


def good(world: World, urn: int, *, kind: str = "primary", leadership: int | None = 2, grade: int = 2, previous: int = 2) -> None:
    world.school(urn, kind=kind)
    world.graded(urn, grade, previous=previous, leadership=leadership)


def low_before(world: World, urn: int, *, year: int, **changes: Any) -> None:
    """Low by the measures of 2014 and 2015, unless changed."""
    world.ks2(urn, year, **{"level4_rwm_percent": 70, "expected_progress": 70, **changes})


def fine_before(world: World, urn: int) -> None:
    """Fine in 2015, by whichever measures it is read, so that the school is not coasting."""
    world.ks2(urn, 2015, percent=95, level4_rwm_percent=95, expected_progress=95)


def elsewhere(world: World) -> None:
    """Schools in the results that are not in the register: they make the national figures, 70 percent and medians of 90."""
    world.ks2(999_000, 2016, percent=70, progress=0, pupils=10_000_000)
    for urn in range(999_001, 999_011):
        for year in (2014, 2015):
            world.ks2(urn, year, expected_progress=90)
            world.ks4(urn, year, expected_progress=90)


def primaries(world: World) -> None:
    for urn in (101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 117, 118):
        good(world, urn, **({"grade": 3, "previous": 3} if urn == 117 else {}))
    for urn in (114, 115):
        good(world, urn, leadership=1)
    good(world, 116, leadership=None)
    good(world, 119, leadership=1)
    good(world, 120, kind="academy", grade=3, previous=2)

    # below or on the floor in 2016, and not coasting
    for urn in (102, 103, 104, 105, 106, 107):
        fine_before(world, urn)
    world.ks2(102, 2016, percent=50, progress=-8)
    world.ks2(103, 2016, percent=65, progress=-8)
    world.ks2(104, 2016, percent=50, progress=0, reading_progress=-5)
    world.ks2(105, 2016, percent=50, progress=0, writing_progress=-7)
    world.ks2(106, 2016, percent=50, progress=0, maths_progress=-5)
    world.ks2(107, 2016, percent=50, progress=-8, pupils=10)

    # low in two of the three years, and on a threshold in the third
    for urn in (101, 109, 110, 111, 112, 113):
        low_before(world, urn, year=2014)
    for urn in (108, 110, 111, 112, 113):
        low_before(world, urn, year=2015)
    low_before(world, 101, year=2015, level4_rwm_percent=95, percent=50, progress=-8)  # fine, but not by the measures of 2016
    low_before(world, 108, year=2014, level4_rwm_percent=95)
    low_before(world, 109, year=2015, level4_rwm_percent=85, percent=95)
    for urn in (101, 108, 109):
        world.ks2(urn, 2016, percent=66, progress=-4)
    world.ks2(110, 2016, percent=85, progress=-4, disadvantaged_rwm_expected_percent=70)
    world.ks2(111, 2016, percent=66, progress=0, reading_progress=-2.5)
    world.ks2(112, 2016, percent=66, progress=0, writing_progress=-3.5)
    world.ks2(113, 2016, percent=66, progress=0, maths_progress=-2.5)

    # on a threshold of high results, in a year that is fine
    for urn in (114, 115, 116, 117, 118, 119, 120):
        fine_before(world, urn)
    world.ks2(114, 2016, percent=69, progress=2)
    world.ks2(115, 2016, percent=90, progress=-0.5, disadvantaged_rwm_expected_percent=50)
    world.ks2(116, 2016, percent=80, progress=2)
    world.ks2(119, 2016, percent=71, progress=3, maths_progress=-1)  # fifth of 20 in 2016: in the top 25 percent, not in the top 20
    world.ks2(120, 2016, percent=40, progress=0)
    world.ks2(117, 2016, percent=40, progress=0, disadvantaged_rwm_expected_percent=40)
    world.ks2(118, 2016, percent=75, progress=0, disadvantaged_rwm_expected_percent=60)


def secondaries(world: World) -> None:
    for urn in (201, 202, 203, 204, 205):
        good(world, urn, kind="secondary")
    low = {"five_gcses_percent": 50, "expected_progress": 70}
    fine = {"five_gcses_percent": 90, "expected_progress": 95, "progress8": 1}
    for urn, in_2014, in_2015, progress8 in (
        (201, fine, fine, -0.5),
        (202, low, low | {"five_gcses_percent": 60, "progress8": 1}, -0.3),
        (203, low, low, -0.25),
        (204, fine, fine, 0.1),
        (205, fine, fine, 0.2),
    ):
        world.ks4(urn, 2014, **in_2014)
        world.ks4(urn, 2015, **in_2015)
        world.ks4(urn, 2016, attainment8=50, progress8=progress8, progress8_lower=progress8 - 0.1, progress8_upper=progress8 + 0.1)


@pytest.fixture(scope="module")
def thresholds_world() -> World:
    world = World()
    elsewhere(world)
    primaries(world)
    secondaries(world)
    return world


def found(world: World, parameters: dict[str, dict[str, float]] | None = None) -> Found:
    rows = world.build(parameters, tables=["mart.school_status"]).query("from mart.school_status")
    return {(row["definition"], row["urn"]): (row["status"], row["reasons"], row["not_assessed"]) for row in rows}


@pytest.fixture(scope="module")
def before(thresholds_world: World) -> Found:
    return found(thresholds_world)


def numbers() -> list[tuple[str, str]]:
    return [(definition.name, name) for definition in read_definitions() for name in definition.description.parameter]


@pytest.mark.parametrize(("definition", "parameter"), numbers())
def test_a_threshold_changes_what_it_should_and_nothing_else(
    thresholds_world: World, before: Found, definition: str, parameter: str
) -> None:
    assert (definition, parameter) in MOVES, "this threshold has no school for which it decides: add one, and what changes"
    move = MOVES[definition, parameter]
    expected = dict(before)
    for name, urn in before:
        if name == definition:
            status, reasons, unknown = before[name, urn]
            expected[name, urn] = (*move.changes.get(urn, (status, reasons)), unknown + list(move.everyone))
    after = found(thresholds_world, {definition: {parameter: move.to}})
    changed = {key: after[key] for key in after if after[key] != before[key]}
    assert changed == {key: expected[key] for key in expected if expected[key] != before[key]}
    assert {urn for _, urn in changed} >= set(move.changes)


def test_no_move_is_of_a_threshold_that_is_gone() -> None:
    assert set(MOVES) <= set(numbers())


def test_before_a_threshold_is_moved_every_rule_can_be_applied(before: Found) -> None:
    """Else a threshold could change what cannot be assessed, unseen."""
    unknown = {urn: codes for (_, urn), (_, _, codes) in before.items() if codes}
    assert unknown == {116: ["leadership_not_known"]}
