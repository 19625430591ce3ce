"""Mean gains of groups and their intervals, held against plain counts, a bootstrap draw by draw, and what is worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from transforms.outcomes import DRAWS, FEWEST, SEED, intervals

COLUMNS = (
    "definition",
    "phase",
    "grouping",
    "help_group",
    "la_ons_code",
    "was_in_need",
    "band",
    "near_band",
    "gain",
    "neighbour_gain",
)


def rows_of(school: dict, *groups: tuple[str, str]) -> list[tuple]:
    told = {"definition": "rise", "phase": "primary", "near_band": None, "neighbour_gain": None} | school
    return [tuple((told | {"grouping": grouping, "help_group": group})[name] for name in COLUMNS) for grouping, group in groups]


def in_need(group: str, la: str, band: str, gain: float, **more: object) -> list[tuple]:
    school = {"la_ons_code": la, "was_in_need": True, "band": band, "gain": gain, **more}
    return rows_of(school, ("status", "in_need"), ("partners", group))


def not_in_need(la: str, band: str, gain: float, **more: object) -> list[tuple]:
    return rows_of({"la_ons_code": la, "was_in_need": False, "band": band, "gain": gain, **more}, ("status", "not_in_need"))


def found(rows: list[list[tuple]]) -> dict[tuple[str, str, str], tuple[int, float, float, float]]:
    frame = intervals(pd.DataFrame([row for each in rows for row in each], columns=list(COLUMNS)))
    return {
        (row.grouping, row.help_group, row.measure): (row.schools, row.value, row.lower, row.upper) for row in frame.itertuples()
    }


@pytest.fixture(scope="module")
def many() -> list[list[tuple]]:
    """300 schools in 12 authorities, some bands of which have nobody to be held against."""
    random = np.random.default_rng(3)
    rows = []
    for number in range(300):
        la, band = f"E{number % 12:02d}", f"b{random.integers(8)}"
        gain, near = float(random.normal(0, 20)), f"{band}/{random.choice(['none', 'many'])}"
        if random.random() < 0.4:
            neighbour = None if random.random() < 0.2 else float(random.normal(0, 5))
            group = ["none", "few", "many", "not_told"][random.integers(4)]
            rows.append(in_need(group, la, band, gain, near_band=near, neighbour_gain=neighbour))
        elif band != "b7":
            rows.append(not_in_need(la, band, gain, near_band=near))
    return rows


def plainly(frame: pd.DataFrame, weight: dict[str, int], band: str, group: str) -> float:
    """The mean gain of a group less that of the schools not in need of its band, each school as often as its authority is drawn."""
    frame = frame.assign(w=frame["la_ons_code"].map(weight).fillna(0))
    others = frame[~frame["was_in_need"]]
    means = (others["gain"] * others["w"]).groupby(others[band]).sum() / others["w"].groupby(others[band]).sum().replace(0, np.nan)
    of_group = frame[(frame["grouping"] == "partners") & (frame["help_group"] == group)]
    less = of_group["gain"] - of_group[band].map(means)
    known = less.notna()
    return float((less[known] * of_group.loc[known, "w"]).sum() / of_group.loc[known, "w"].sum())


@pytest.mark.parametrize(("measure", "band"), [("less_band", "band"), ("less_near_band", "near_band")])
def test_what_is_less_that_of_schools_that_began_alike_is_a_plain_count_draw_by_draw(many, measure: str, band: str) -> None:
    frame = pd.DataFrame([row for each in many for row in each], columns=list(COLUMNS))
    names = sorted(frame["la_ons_code"].unique())
    drawn = np.random.default_rng(SEED).multinomial(len(names), np.full(len(names), 1 / len(names)), size=DRAWS)
    told = found(many)
    for group in ("few", "many"):
        draws = [plainly(frame, dict(zip(names, each, strict=True)), band, group) for each in drawn[:100]]
        schools, value, lower, upper = told["partners", group, measure]
        assert value == pytest.approx(plainly(frame, dict.fromkeys(names, 1), band, group), abs=1e-9)
        assert schools >= FEWEST
        # 100 of the 2,000 draws: nearly where all of them lie
        assert lower == pytest.approx(np.nanquantile(draws, 0.025), abs=3)
        assert upper == pytest.approx(np.nanquantile(draws, 0.975), abs=3)
        assert lower < value < upper


def test_a_group_is_held_against_the_other_groups_of_schools_in_need_but_not_those_of_which_it_is_not_told(many) -> None:
    told = found(many)
    few, none, of_many = (told["partners", group, "less_neighbours"] for group in ("few", "none", "many"))
    rest = (none[0] * none[1] + of_many[0] * of_many[1]) / (none[0] + of_many[0])
    assert told["partners", "few", "less_neighbours_from_others"][1] == pytest.approx(few[1] - rest, abs=1e-9)
    assert ("partners", "not_told", "less_neighbours") in told
    assert ("partners", "not_told", "less_neighbours_from_others") not in told
    assert ("status", "in_need", "less_band_from_others") not in told


def test_of_schools_not_in_need_the_gain_alone_is_told(many) -> None:
    assert {measure for grouping, group, measure in found(many) if group == "not_in_need"} == {"gain"}


def test_of_fewer_than_ten_schools_nothing_is_told() -> None:
    others = [not_in_need(f"E{number % 5}", "b", float(number)) for number in range(30)]
    nine = [in_need("few", f"E{number % 5}", "b", 5.0) for number in range(FEWEST - 1)]
    ten = [in_need("many", f"E{number % 5}", "b", 5.0) for number in range(FEWEST)]
    told = found([*others, *nine, *ten])
    assert ("partners", "few", "gain") not in told
    assert told["partners", "many", "gain"][:2] == (10, 5.0)
    assert told["partners", "many", "less_band"][1] == pytest.approx(5.0 - 14.5)
    # nine others are too few to be held against
    assert ("partners", "many", "less_band_from_others") not in told


def test_a_school_without_anybody_that_began_alike_is_left_out_there_and_counted_so() -> None:
    others = [not_in_need(f"E{number % 5}", "b", 1.0) for number in range(30)]
    alone = [in_need("many", f"E{number % 5}", "another", 99.0) for number in range(4)]
    some = [in_need("many", f"E{number % 5}", "b", 3.0) for number in range(12)]
    told = found([*others, *alone, *some])
    assert told["partners", "many", "gain"][0] == 16
    assert told["partners", "many", "less_band"][:2] == (12, pytest.approx(2.0))


def test_an_interval_of_schools_of_one_authority_is_as_wide_as_the_differences_between_authorities() -> None:
    """Twenty schools in two authorities are two observations, whatever the schools within one have in common."""
    rows = [in_need("many", "E1" if number < 10 else "E2", "b", 0.0 if number < 10 else 10.0) for number in range(20)]
    _, value, lower, upper = found(rows)["partners", "many", "gain"]
    assert (value, lower, upper) == (5.0, 0.0, 10.0)


def test_the_same_schools_have_the_same_interval(many) -> None:
    assert found(many) == found(many)
