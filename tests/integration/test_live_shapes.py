"""Answers in the publishers' own shapes: pages, packing, errors and wordings that were seen, and what is made of them."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from tests.support.headers import FOLDER
from tests.support.publisher import GOVUK, Fault, Fetch, Publisher, odd
from tests.support.publisher.govuk import ODS
from transforms.layouts.results import KS2
from warehouse.graph import assemble
from warehouse.home import Home
from warehouse.landing.archive import DropFolder
from warehouse.landing.raw import load_group
from warehouse.model import load_macros
from warehouse.sources.arcgis import layer_url
from warehouse.sources.body import PIECE
from warehouse.sources.cards import ArcgisLayer, ArcgisTable, EesDataSet, read_cards
from warehouse.sources.fault import FetchError
from warehouse.sources.http import Client

CARD = "ks4_results"
MADE_OF_KS4 = ("core.results_year", "mart.school", "mart.school_status", "mart.match")


def _data_set(card: str = CARD) -> str:
    finder = read_cards()[card].finder
    assert isinstance(finder, EesDataSet)
    return finder.data_set


def _csv() -> str:
    return f"/statistics/v1/data-sets/{_data_set()}/csv"


def test_the_page_is_read_where_its_links_only_say_download(fetch: Fetch, publisher: Publisher) -> None:
    publisher.is_older_page = True
    publisher.faults[f"/api/content{GOVUK}"] = Fault(status=503)

    state = fetch("ofsted_inspections")

    assert (state.outcome, str(state.published)) == ("new", "2025-08-31")
    assert str(state.url).endswith(publisher.attachments[0].path)


def test_the_page_is_read_where_the_content_api_calls_no_attachment_a_csv(fetch: Fetch, publisher: Publisher) -> None:
    publisher.attachments = [each._replace(content_type=ODS) if each.content_type else each for each in publisher.attachments]

    assert (fetch("ofsted_inspections").outcome, publisher.downloads()) == ("new", [publisher.attachments[0].path])


def test_key_stage_2_comes_from_two_data_sets_under_their_own_headers(fetch: Fetch, home: Home) -> None:
    assert fetch("ks2_results").outcome == "new"
    assert fetch("ks2_cohorts").outcome == "new"
    content = (home.root / "live/ks2/ks2_school_attainment_data.csv").read_bytes()
    assert content.decode("utf-8-sig").splitlines()[0] == (FOLDER / "ks2_result/long-api.csv").read_text(encoding="utf-8").strip()
    frame = KS2.read(content, "ks2_school_attainment_data.csv").frame
    assert set(frame["pupils_missing"]) == {"not_in_this_file"}
    assert frame["rwm_expected_percent"].notna().any()


@pytest.mark.parametrize("newer", [1, 30], ids=["on the same page", "on another page"])
@pytest.mark.parametrize("status", ["Published", "Deprecated"])
def test_the_version_in_use_is_found_behind_those_that_are_held(
    newer: int, status: str, fetch: Fetch, publisher: Publisher
) -> None:
    first = fetch(CARD)
    content = publisher.newest_csv(_data_set())
    publisher.data_sets[_data_set()].versions[0]["status"] = status
    for minor in range(newer):
        publisher.version(_data_set(), f"2.{minor}", content)

    state = fetch(CARD)

    assert (state.outcome, state.release, state.problem) == ("unchanged", first.release, None)
    assert f"Version 2.{newer - 1} is a major one" in str(state.held)


def test_a_withdrawn_version_is_not_taken_and_a_patch_is(fetch: Fetch, publisher: Publisher) -> None:
    content = publisher.newest_csv(_data_set())
    publisher.version(_data_set(), "1.0.1", content)
    publisher.version(_data_set(), "1.1", content, status="Withdrawn")

    assert fetch(CARD).release == f"{_data_set()}@1.0.1"


def test_the_csv_comes_packed_and_is_put_in_place_unpacked(fetch: Fetch, home: Home, publisher: Publisher) -> None:
    state = fetch(CARD)
    assert (home.root / "live/ks4" / str(state.name)).read_bytes() == publisher.newest_csv(_data_set())


PACKED = {"Content-Encoding": "gzip"}


@pytest.mark.parametrize("is_half", [False, True])
def test_what_cannot_be_unpacked_is_asked_for_again(is_half: bool, fetch: Fetch, publisher: Publisher) -> None:
    packed = gzip.compress(publisher.newest_csv(_data_set()))
    body, problem = (packed[: len(packed) // 2], "ends in the middle") if is_half else (b"not packed", "cannot be unpacked")
    publisher.faults[_csv()] = Fault(body=body, headers=PACKED)
    said = str(fetch(CARD).problem)
    assert problem in said
    assert "in 2 attempts" in said

    publisher.faults[_csv()] = Fault(body=body, headers=PACKED, times=1)
    assert fetch(CARD).outcome == "new"


def test_the_ceiling_counts_bytes_as_they_come_out(publisher: Publisher, tmp_path_factory: pytest.TempPathFactory) -> None:
    packed = gzip.compress(b"a" * (20 * PIECE))
    assert len(packed) < PIECE / 10
    publisher.faults[_csv()] = Fault(body=packed, headers=PACKED)
    to = tmp_path_factory.mktemp("packed") / "file"

    with Client(publisher.addresses().manners) as client, pytest.raises(FetchError, match="larger than the 3,000,000 bytes"):
        client.download(publisher.url + _csv(), to, largest_bytes=3 * PIECE)

    assert to.stat().st_size == 3 * PIECE  # piece by piece: what came before the ceiling, and no more was unpacked


@pytest.mark.parametrize("above", [False, True], ids=["in the properties", "above the features"])
def test_boundaries_that_say_there_are_more_are_not_taken_for_the_whole(above: bool, fetch: Fetch, publisher: Publisher) -> None:
    """543 of 544: enough rows for the card, and one constituency would be without a boundary."""
    finder = read_cards()["ons_constituencies"].finder
    assert isinstance(finder, ArcgisLayer)
    path = layer_url(finder, publisher.addresses()).removeprefix(publisher.url).partition("?")[0]
    layer = publisher.layers[path]
    one_more = layer.rows[0] | {"PCON24CD": "E98000001"}
    publisher.layers[path] = replace(layer, rows=[*layer.rows, one_more], most=543, tells_more_above=above)

    assert "543 boundaries, and says that there are more" in str(fetch("ons_constituencies").problem)
    publisher.layers[path] = replace(publisher.layers[path], most=544)
    assert fetch("ons_constituencies").rows == 544


def test_an_error_that_comes_as_a_file_of_boundaries_is_told(fetch: Fetch, publisher: Publisher) -> None:
    publisher.layers.clear()
    assert "an error of the service: {'code': 400, 'message': 'Invalid URL'" in str(fetch("ons_regions").problem)


def test_an_item_that_is_gone_is_told_in_the_portals_words(fetch: Fetch, publisher: Publisher) -> None:
    finder = read_cards()["ons_rural_urban_2011"].finder
    assert isinstance(finder, ArcgisTable)
    del publisher.files[f"/sharing/rest/content/items/{finder.item}"]
    assert "Item does not exist or is inaccessible." in str(fetch("ons_rural_urban_2011").problem)


def test_results_of_three_years_and_all_groups_give_the_figures_of_the_year_and_all_pupils(
    fetch: Fetch, home: Home, publisher: Publisher, small_sample: Path, published_home: Home, tmp_path: Path
) -> None:
    """Key stage 4 as its file of 2024/25 is laid out; everything that is made of it is built anew in a copy of the warehouse."""
    totals = publisher.newest_csv(_data_set()).splitlines()[1:]
    publisher.with_groups(_data_set(), small_sample)
    assert len(publisher.newest_csv(_data_set()).splitlines()[1:]) == 3 * 12 * len(totals)
    assert fetch(CARD).outcome == "new"
    with duckdb.connect(shutil.copy(published_home.warehouse, tmp_path / "copy.duckdb")) as warehouse:
        load_macros(warehouse)
        before = [warehouse.execute(f"from {table} order by all").fetchall() for table in MADE_OF_KS4]
        shutil.copytree(small_sample, home.root / "live", dirs_exist_ok=True, ignore=shutil.ignore_patterns("ks4"))
        load_group(warehouse, DropFolder(home.root / "live"), "ks4", home.landing)
        assert warehouse.execute("select distinct year from raw.ks4_result order by 1").fetchall() == [(2022,), (2023,), (2024,)]
        for model in assemble().in_order:
            if model.schema in ("core", "definition", "match") or model.name in MADE_OF_KS4:
                model.build(warehouse)
        assert [warehouse.execute(f"from {table} order by all").fetchall() for table in MADE_OF_KS4] == before


LINKS, RELEASE, ATTAINMENT = "gias_links", "ofsted_inspections", "ks2_results"


@pytest.mark.parametrize(
    ("card", "make_odd", "told"),
    [
        (LINKS, odd.with_a_blank_link, "1 row without LinkURN was set aside"),
        (LINKS, odd.with_a_row_twice, "1 row stands there twice"),
        (LINKS, odd.with_another_years_words, "Predecessor - of a kind to come"),
        (ATTAINMENT, odd.with_two_versions, "Provisional"),
        (RELEASE, odd.with_title_rows, ""),
        (RELEASE, odd.with_spaces_in_headings, ""),
    ],
)
def test_what_was_met_in_the_publishers_files_is_taken_and_told(
    card: str, make_odd: Callable[[bytes], bytes], told: str, fetch: Fetch, publisher: Publisher, home: Home
) -> None:
    layout = read_cards()[card].layout
    if card == ATTAINMENT:
        publisher.version(_data_set(card), "1.1", make_odd(publisher.newest_csv(_data_set(card))))
        plain = publisher.data_sets[_data_set(card)].files["1.0"]
    else:
        ((path, (plain, kind)),) = ((path, file) for path, file in publisher.files.items() if layout.matches(path))
        publisher.files[path] = make_odd(plain), kind

    state = fetch(card)

    assert (state.outcome, state.problem) == ("new", None)
    found = layout.read((home.root / "live" / layout.group / str(state.name)).read_bytes(), str(state.name))
    assert told in ". ".join(found.notices)
    as_served = layout.read(plain, str(state.name))
    if card == LINKS and make_odd is odd.with_another_years_words:
        assert found.rows == as_served.rows
    else:
        plainly, oddly = (each.frame.drop(columns="row_number").reset_index(drop=True) for each in (as_served, found))
        pd.testing.assert_frame_equal(plainly, oddly)
