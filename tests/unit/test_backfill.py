"""Figures of days gone by, put among those that refreshes have kept; and what was known on such a day."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest

from tests.support.world import World
from tests.unit.test_history import FIRST, SECOND, refreshed, regrade, schools, trend
from transforms.errors import InputError
from transforms.layouts.gias import ESTABLISHMENT, LINK, MEMBERSHIP
from transforms.layouts.ofsted import INSPECTION
from transforms.layouts.results import KS2
from warehouse.home import Home
from warehouse.landing.as_of import FolderOf
from warehouse.store import literal, run
from warehouse.time import backfill, history

EARLY, LATER = date(2019, 9, 1), date(2020, 9, 1)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def filled_in(world: World, home: Home, *days: date) -> None:
    """Figures of these days, as the world is built now, put among those that are kept."""
    folders = []
    for day in days:
        run(world.connection, "update landing.run set started_at = $1", [backfill.position(day)])
        world.build(tables=[backfill.AREAS, backfill.REFRESH])
        folders.append(home.root.parent / f"{day:%Y%m%d}-{len(list(home.root.parent.iterdir()))}")
        backfill.write_found(world.connection, folders[-1])
    backfill.keep(home, "live", folders, is_synthetic=False)


def of_england(world: World) -> list[tuple[datetime, datetime | None, int]]:
    rows = world.query(
        "from mart.area_history where area_type = 'country' and definition = 'rise' and phase = 'primary' order by valid_from"
    )
    return [(row["valid_from"], row["valid_to"], row["in_need"]) for row in rows]


def test_figures_of_earlier_days_stand_before_the_first_refresh_and_the_trend_begins_with_them(world: World, home: Home) -> None:
    schools(world)
    filled_in(world, home, EARLY, LATER)
    regrade(world, 100001, 2)
    refreshed(world, home, FIRST)
    assert of_england(world) == [(backfill.position(EARLY), FIRST, 1), (FIRST, None, 0)]
    assert [(row["refreshed_at"], row["is_backfill"], row["in_need"]) for row in trend(world, "E92000001")] == [
        (backfill.position(EARLY), True, 1),
        (backfill.position(LATER), True, 1),
        (FIRST, False, 0),
    ]
    told = world.query("select distinct refreshed_at, gias_as_at, is_backfill from mart.refresh_history order by 1")
    assert [row["is_backfill"] for row in told] == [True, True, False]


def test_figures_filled_in_between_two_refreshes_end_what_held_and_what_held_goes_on_after_them(world: World, home: Home) -> None:
    schools(world)
    refreshed(world, home, FIRST)
    refreshed(world, home, SECOND)
    before = [world.query(f"from mart.{name}_history order by all") for name in ("status",)]
    between = date(2026, 1, 8)
    regrade(world, 100001, 2)
    filled_in(world, home, between)
    regrade(world, 100001, 3)
    refreshed(world, home, SECOND)
    at = backfill.position(between)
    assert of_england(world) == [(FIRST, at, 1), (at, SECOND, 0), (SECOND, None, 1)]
    assert [world.query("from mart.status_history order by all")] == before


def test_a_day_filled_in_again_takes_the_place_of_itself_and_of_nothing_else(world: World, home: Home) -> None:
    schools(world)
    refreshed(world, home, FIRST)
    regrade(world, 100001, 2)
    filled_in(world, home, EARLY, LATER)
    regrade(world, 100001, 3)
    filled_in(world, home, EARLY)
    refreshed(world, home, SECOND)
    assert of_england(world) == [
        (backfill.position(EARLY), backfill.position(LATER), 1),
        (backfill.position(LATER), FIRST, 0),
        (FIRST, None, 1),
    ]


def test_figures_tell_the_date_of_their_data(world: World, home: Home) -> None:
    schools(world)
    run(world.connection, "update landing.gias_file set published = date '2019-08-30'")
    filled_in(world, home, EARLY)
    run(world.connection, "update landing.gias_file set published = date '2025-12-30'")
    regrade(world, 100001, 2)
    refreshed(world, home, FIRST)
    rows = world.query("from mart.area_history where area_type = 'country' and definition = 'rise' order by valid_from")
    assert [row["as_at"] for row in rows] == [date(2019, 8, 30), date(2025, 12, 30)]


def folder_of(root: Path, day: date, *names: str) -> FolderOf:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return FolderOf(root, day, {"ks2_result": pd.Timedelta(days=120).to_pytimedelta()})


def release(day: str) -> str:
    return f"Management_information_-_state-funded_schools_-_latest_inspections_as_at_{day}.csv"


def test_what_came_after_the_day_is_not_known(tmp_path: Path) -> None:
    early, late = release("31_August_2019"), release("31_August_2020")
    extracts = ("edubasealldata20190901.csv", "edubasealldata20200901.csv")
    links = ("links_edubasealldata20180101.csv", "links_edubasealldata20260101.csv")
    folder = folder_of(tmp_path, EARLY, *extracts, early, late, *links)
    assert folder.paths(ESTABLISHMENT) == [extracts[0]]
    assert folder.paths(INSPECTION) == [early]
    assert folder.paths(LINK) == [links[0]]


def test_where_nothing_is_known_of_the_day_the_first_word_after_it_counts(tmp_path: Path) -> None:
    later, latest = release("30_June_2020"), release("31_August_2020")
    folder = folder_of(tmp_path, EARLY, "edubasealldata20190901.csv", later, latest, "links_edubasealldata20260101.csv")
    assert folder.paths(INSPECTION) == [later]
    assert folder.paths(LINK) == ["links_edubasealldata20260101.csv"]


def test_a_day_of_which_no_release_of_ofsted_tells_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="tells of 01 September 2019"):
        folder_of(tmp_path, EARLY, "edubasealldata20190901.csv", release("31_August_2022"), release("31_August_2017"))


def test_results_links_and_memberships_count_once_they_were_there(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, EARLY, "edubasealldata20190901.csv", release("31_August_2019"))
    results = pd.DataFrame({"urn": [1, 1, 1, 1, 1], "year": [2014, 2015, 2018, 2019, 2020]})
    # those of summer 2019 are out in December; those of 2014 no refresh of that day would have read
    assert list(folder.known(KS2, results)["year"]) == [2015, 2018]
    dates = [date(2019, 1, 1), date(2020, 1, 1), None]
    links = pd.DataFrame({"urn": [1, 2, 3], "link_date": dates})
    assert list(folder.known(LINK, links)["urn"]) == [1, 3]
    members = pd.DataFrame({"urn": [1, 2, 3], "joined_date": [date(2015, 1, 1)] * 3, "left_date": dates})
    left = folder.known(MEMBERSHIP, members)["left_date"]
    assert left[0] == date(2019, 1, 1)
    assert left[1:].isna().all()


def test_what_is_kept_of_schools_stays_where_figures_are_filled_in(world: World, home: Home) -> None:
    schools(world)
    refreshed(world, home, FIRST)
    filled_in(world, home, EARLY)
    own = history.folder_of(home, "live", is_synthetic=False)
    older, newer = (
        run(world.connection, f"from {literal(each / 'status_history.parquet')} order by all") for each in sorted(own.iterdir())
    )
    assert older == newer
    assert older
