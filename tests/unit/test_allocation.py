"""Who gets a partner when each is shared by few: held against every assignment there is, and against another solver."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linear_sum_assignment, linprog
from scipy.sparse import coo_array

from tests.support.world import World
from transforms.allocation import NOBODY, _first_by_urn, _least_cost, _Network, allocate, assign, prices

COLUMNS = ["definition", "phase", "capacity", "need_urn", "partner_urn", "distance_m"]


def pairs_of(distances: dict[tuple[int, int], float], capacity: int = 1, **group: str) -> pd.DataFrame:
    """A frame of pairs: (school in need, partner) and their distance in metres."""
    about = {"definition": "rise", "phase": "primary"} | group
    rows = [(about["definition"], about["phase"], capacity, *pair, distance) for pair, distance in distances.items()]
    return pd.DataFrame(rows, columns=COLUMNS)


def partners(allocated: pd.DataFrame) -> dict[int, int]:
    return dict(zip(allocated["need_urn"].tolist(), allocated["partner_urn"].tolist(), strict=True))


def thrown(seed: int, needs: int, high: int, *, square_m: int, reach_m: float, step_m: int = 1) -> dict[tuple[int, int], float]:
    """Schools thrown over a square, and the pairs in reach; a wide step makes many distances equal."""
    random = np.random.default_rng(seed)
    points = random.integers(0, square_m // step_m, (needs + high, 2)) * step_m
    between = np.hypot(*(points[:needs, None] - points[None, needs:]).transpose(2, 0, 1))
    return {
        (100_000 + need, 200_000 + partner): float(between[need, partner])
        for need, partner in np.argwhere(between <= reach_m).tolist()
    }


def every_assignment(distances: dict[tuple[int, int], float], capacity: int) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """One after the other: how many it leaves alone, its total distance in millimetres, and who has whom, in order of URN."""
    needs = sorted({need for need, _ in distances})
    options = [[*sorted(partner for need, partner in distances if need == own), NOBODY] for own in needs]
    for chosen in product(*options):
        taken = [partner for partner in chosen if partner != NOBODY]
        if all(taken.count(partner) <= capacity for partner in set(taken)):
            pairs = [pair for pair in zip(needs, chosen, strict=True) if pair[1] != NOBODY]
            yield len(needs) - len(pairs), sum(round(distances[pair] * 1000) for pair in pairs), chosen


def first_of_the_best(distances: dict[tuple[int, int], float], capacity: int) -> dict[int, int]:
    """Of all assignments: the most partners, the least distance, the lowest URNs (nobody after all of them)."""
    _, _, chosen = min(
        every_assignment(distances, capacity),
        key=lambda each: (each[0], each[1], [10**9 if partner == NOBODY else partner for partner in each[2]]),
    )
    needs = sorted({need for need, _ in distances})
    return {need: partner for need, partner in zip(needs, chosen, strict=True) if partner != NOBODY}


def level_with(distances: dict[tuple[int, int], float], capacity: int, best: dict[int, int]) -> list[tuple[int, ...]]:
    """All assignments that partner as many, at the same total distance."""
    alone = len({need for need, _ in distances}) - len(best)
    total = sum(round(distances[pair] * 1000) for pair in best.items())
    return [chosen for left, sum_of, chosen in every_assignment(distances, capacity) if (left, sum_of) == (alone, total)]


def first_by_trial(distances: dict[tuple[int, int], float], capacity: int) -> dict[int, int]:
    """School by school in order of URN: the lowest partner with which the whole costs no more, by SciPy's dense solver."""
    needs, high = sorted({need for need, _ in distances}), sorted({partner for _, partner in distances})
    alone = 10_000_000 * len(needs)
    costs = np.full((len(needs), len(high) * capacity + len(needs)), alone * 1000, dtype="float64")
    for (need, partner), metres in distances.items():
        seat = high.index(partner) * capacity
        costs[needs.index(need), seat : seat + capacity] = round(metres * 1000)
    costs[:, len(high) * capacity :] = alone

    def total() -> float:
        return float(costs[linear_sum_assignment(costs)].sum())

    least, found = total(), {}
    for row, need in enumerate(needs):
        own = costs[row].copy()
        for partner in [partner for partner in high if (need, partner) in distances] + [NOBODY]:
            seat = high.index(partner) * capacity if partner != NOBODY else len(high) * capacity
            end = seat + capacity if partner != NOBODY else costs.shape[1]
            costs[row] = alone * 1000
            costs[row, seat:end] = own[seat:end]
            if total() == least:
                found[need] = partner
                break
    return {need: partner for need, partner in found.items() if partner != NOBODY}


def by_linear_programme(distances: dict[tuple[int, int], float], capacity: int) -> tuple[int, float]:
    """How many get a partner at most, and the least total distance of so many: two linear programmes, by HiGHS."""
    needs = {need: place for place, need in enumerate(sorted({need for need, _ in distances}))}
    high = {partner: len(needs) + place for place, partner in enumerate(sorted({partner for _, partner in distances}))}
    columns = np.arange(len(distances))
    rows = np.array([[needs[need], high[partner]] for need, partner in distances])
    shape = (len(needs) + len(high), len(distances))
    use = coo_array((np.ones(2 * len(distances)), (rows.ravel(), columns.repeat(2))), shape=shape)
    limit = np.array([1] * len(needs) + [capacity] * len(high))
    metres = np.array(list(distances.values()))
    most = round(-linprog(-np.ones(len(distances)), A_ub=use, b_ub=limit, bounds=(0, 1)).fun)
    all_of_them = np.ones((1, len(distances)))
    least = linprog(metres, A_ub=use, b_ub=limit, A_eq=all_of_them, b_eq=[most], bounds=(0, 1)).fun
    return most, float(least)


@pytest.mark.parametrize("capacity", [1, 2, 3])
def test_of_all_assignments_it_is_the_first_of_the_best(capacity: int) -> None:
    """Small cases with many equal distances, against every assignment there is."""
    seen_ties = 0
    for seed in range(150):
        distances = thrown(seed, 3 + seed % 4, 1 + seed % 4, square_m=400, reach_m=250, step_m=100)
        if not distances:
            continue
        found = partners(allocate(pairs_of(distances, capacity)))
        assert found == first_of_the_best(distances, capacity), (seed, distances)
        seen_ties += len(set(distances.values())) < len(distances)
    assert seen_ties > 100


@pytest.mark.parametrize("capacity", [1, 2, 3])
def test_among_dozens_of_schools_at_equal_distances_it_is_the_first_by_urn(capacity: int) -> None:
    """On a grid of 1 km most exchanges cost nothing."""
    for seed in range(12):
        distances = thrown(seed, 30, 24 // capacity - 3, square_m=7000, reach_m=2500, step_m=1000)
        assert partners(allocate(pairs_of(distances, capacity))) == first_by_trial(distances, capacity), seed


@pytest.mark.parametrize(
    ("needs", "high", "square_m", "capacity"), [(300, 200, 30_000, 1), (300, 100, 30_000, 2), (200, 60, 20_000, 3)]
)
def test_it_partners_as_many_and_as_near_as_a_linear_programme(needs: int, high: int, square_m: int, capacity: int) -> None:
    for seed in range(3):
        distances = thrown(seed, needs, high, square_m=square_m, reach_m=3219)
        found = partners(allocate(pairs_of(distances, capacity)))
        most, least = by_linear_programme(distances, capacity)
        assert len(found) == most
        # the solver's own tolerance, and half a millimetre a pair for rounding
        assert sum(distances[pair] for pair in found.items()) == pytest.approx(least, abs=0.5)


def test_the_order_of_the_rows_changes_nothing_even_where_distances_are_equal() -> None:
    pairs = pairs_of(thrown(1, 120, 60, square_m=10_000, reach_m=3000, step_m=1000))
    pairs = pd.concat([pairs, pairs.assign(capacity=2)])
    expected = allocate(pairs)
    for seed in range(5):
        pd.testing.assert_frame_equal(allocate(pairs.sample(frac=1, random_state=seed)), expected)


@pytest.mark.parametrize("capacity", [1, 2, 3])
def test_the_first_by_urn_is_found_from_whichever_optimum_the_solver_gives(capacity: int) -> None:
    """Started from each of the assignments that are level in partners and distance."""
    started = 0
    for seed in range(25):
        distances = thrown(seed, 5, 3, square_m=300, reach_m=250, step_m=100)
        needs, need = np.unique([need for need, _ in distances], return_inverse=True)
        high, partner = np.unique([partner for _, partner in distances], return_inverse=True)
        network = _Network(need, partner, np.rint(np.array(list(distances.values())) * 1000).astype("int64"), capacity)
        best = first_of_the_best(distances, capacity)
        expected = [high.tolist().index(best[own]) if own in best else NOBODY for own in needs.tolist()]
        for chosen in level_with(distances, capacity, best):
            taken = np.array([high.tolist().index(partner) if partner != NOBODY else NOBODY for partner in chosen])
            assert _first_by_urn(network, taken).tolist() == expected, (seed, chosen)
            started += 1
    assert started > 100


def test_nobody_is_left_alone_for_the_sake_of_distance() -> None:
    """The nearest first would give 11 to 1, and 2 would have nobody: two partnered at 9,010 m are more than one at 5 m."""
    distances = {(1, 11): 5.0, (1, 12): 9000.0, (2, 11): 10.0}
    assert partners(allocate(pairs_of(distances))) == {1: 12, 2: 11}


def test_schools_on_one_site_are_told_apart_by_urn() -> None:
    distances = {(need, partner): 0.0 for need in (3, 1, 2) for partner in (12, 11)}
    assert partners(allocate(pairs_of(distances))) == {1: 11, 2: 12}


def test_distances_that_differ_by_less_than_half_a_millimetre_are_equal() -> None:
    distances = {(1, 11): 100.0001, (1, 12): 100.0, (2, 11): 100.0, (2, 12): 100.0}
    assert partners(allocate(pairs_of(distances))) == {1: 11, 2: 12}
    assert partners(allocate(pairs_of(distances | {(1, 11): 100.001}))) == {1: 12, 2: 11}


def test_where_there_is_room_for_all_everyone_has_the_nearest() -> None:
    distances = thrown(3, 50, 5, square_m=5000, reach_m=4000)
    nearest: dict[int, int] = {}
    for (need, partner), metres in sorted(distances.items()):
        if need not in nearest or metres < distances[need, nearest[need]]:
            nearest[need] = partner
    assert partners(allocate(pairs_of(distances, capacity=50))) == nearest


def test_a_partner_takes_no_more_than_its_capacity() -> None:
    distances = {(need, 11): float(need) for need in range(1, 6)}
    for capacity in (1, 2, 3):
        assert partners(allocate(pairs_of(distances, capacity))) == dict.fromkeys(range(1, capacity + 1), 11)


def test_more_capacity_never_partners_fewer() -> None:
    for seed in range(20):
        distances = thrown(seed, 40, 12, square_m=8000, reach_m=2500)
        counts = [len(allocate(pairs_of(distances, capacity))) for capacity in (1, 2, 3)]
        assert counts == sorted(counts)


def test_what_cannot_meet_is_assigned_as_if_it_were_alone() -> None:
    """Two towns out of each other's reach, in one question or in two."""
    here = thrown(4, 30, 15, square_m=4000, reach_m=1500, step_m=100)
    there = {
        (need + 50_000, partner + 50_000): metres
        for (need, partner), metres in thrown(5, 30, 15, square_m=4000, reach_m=1500).items()
    }
    apart = partners(allocate(pairs_of(here))) | partners(allocate(pairs_of(there)))
    assert partners(allocate(pairs_of(here | there))) == apart


def test_definitions_phases_and_capacities_are_questions_of_their_own() -> None:
    distances = {(1, 11): 1.0, (2, 11): 2.0}
    groups = [
        pairs_of(distances),
        pairs_of(distances, capacity=2),
        pairs_of(distances, phase="secondary"),
        pairs_of(distances, definition="nfer-2017"),
    ]
    allocated = allocate(pd.concat(groups))
    assert allocated.to_numpy().tolist() == [
        ["nfer-2017", "primary", 1, 1, 11],
        ["rise", "primary", 1, 1, 11],
        ["rise", "primary", 2, 1, 11],
        ["rise", "primary", 2, 2, 11],
        ["rise", "secondary", 1, 1, 11],
    ]


def test_without_a_pair_nobody_is_assigned() -> None:
    allocated = allocate(pd.DataFrame({column: [] for column in COLUMNS}))
    assert list(allocated.columns) == ["definition", "phase", "capacity", "need_urn", "partner_urn"]
    assert allocated.empty


def test_an_assignment_that_could_be_better_has_no_prices_and_the_one_given_has() -> None:
    need, partner, cost = np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([5, 9000, 10])
    network = _Network(need, partner, cost, capacity=1)
    assert _least_cost(network).tolist() == [1, 0]
    prices(network, np.array([1, 0]))
    for worse in ([0, NOBODY], [NOBODY, 0], [NOBODY, NOBODY]):
        with pytest.raises(ValueError, match="not optimal"):
            prices(network, np.array(worse))
    assert assign(need, partner, cost, 1).tolist() == [1, 0]


def in_need(world: World, urn: int, **changes: object) -> None:
    world.school(urn, **changes)
    world.graded(urn, 3, previous=3)


def test_every_school_in_need_is_in_the_table_with_a_partner_or_the_reason_why_it_has_none(world: World) -> None:
    for urn, east in ((100001, 100), (100002, 200), (100003, 300), (100004, 50_000)):
        in_need(world, urn, east=east)
    in_need(world, 100005, easting=None, northing=None, postcode="ZZ9 9ZZ")
    in_need(world, 100006, east=100, urban_rural_code=None)  # without a setting there is no radius
    world.school(100010)
    world.graded(100010, 1)
    world.build()
    rows = world.query("from mart.allocation where definition = 'rise' order by capacity, need_urn")
    assert {(row["capacity"], row["need_urn"]): row["partner_urn"] or row["partner_missing"] for row in rows} == {
        (capacity, urn): partner
        for capacity in (1, 2, 3)
        for urn, partner in (
            (100001, 100010),
            (100002, 100010 if capacity > 1 else "none_left"),
            (100003, 100010 if capacity > 2 else "none_left"),
            (100004, "nobody_near"),
            (100005, "place_not_known"),
            (100006, "place_not_known"),
        )
    }
    assert [row["distance_m"] for row in rows if row["capacity"] == 2] == [100, 200, None, None, None, None]
    country = world.query("from mart.area_summary where definition = 'rise' and area_type = 'country'")[0]
    assert [country[f"partnered_exclusively_{capacity}"] for capacity in (1, 2, 3)] == [1, 2, 3]


def test_areas_count_the_partnered_where_they_stand_in_the_assignment_of_the_whole_country(world: World) -> None:
    """The only high-performing school stands in Leicestershire, nearer to the school in need across the border."""
    in_need(world, 100001, east=-600, la_code="855")
    in_need(world, 100002, east=500, la_code="937")
    world.school(100010, la_code="855")
    world.graded(100010, 1)
    in_need(world, 100003, la_code="886", gor_code="J", easting=None, northing=None, postcode="ZZ9 9ZZ")
    world.build()
    rows = world.query("from mart.area_summary where definition = 'rise' and area_type = 'local_authority' order by area_name")
    assert {row["area_name"]: (row["partnered_exclusively_1"], row["partnered_exclusively_2"]) for row in rows} == {
        "Kent": (None, None),  # its one school in need has no known place: nobody could ask for it
        "Leicestershire": (0, 1),
        "Warwickshire": (1, 1),
    }
