"""The page that holds our figures against published ones: its figures are those of the tables, and it says what is missing."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from exports.pages.page import Bullets, Page, Paragraph, Section, Table
from exports.pages.reproduction import page_of, write_reproduction
from tests.support.world import World
from transforms.errors import InputError
from warehouse.definitions import read_definitions
from warehouse.licence import LIMITS, OGL, SYNTHETIC_NOTE
from warehouse.model import SQL
from warehouse.store import run
from warehouse.study.gaps import Gap, Leadership, find_gaps
from warehouse.study.reproduction import REGIONS, Comparison, Reproduction, definition_to_reproduce, reproduce

YEAR = 2016
NFER = next(each for each in read_definitions() if each.name == "nfer-2017")


def fill(world: World) -> World:
    """A few schools of 2016/17, and no lists: leadership known for some, in two regions, some below the floor or closed since."""
    world.clear(with_lists=False)
    # good, high results (the average is 70): leadership outstanding, leadership good, and not known
    for urn, leadership in ((100001, 1), (100002, 2), (100003, None)):
        world.school(urn)
        world.graded(urn, 2, leadership=leadership)
        world.ks2(urn, YEAR, percent=90.0, progress=1.0)
    # below the floor; the second one is in a trust
    for urn, kind in ((100004, "primary"), (100005, "primary academy")):
        world.school(urn, kind=kind)
        world.graded(urn, 2)
        world.ks2(urn, YEAR, percent=40.0, progress=-6.0)
    # results of a school that the extract does not have, below the floor too
    world.ks2(100099, YEAR, percent=40.0, progress=-6.0)
    # low in the one year of the coasting standard that is held
    world.school(100006, gor_code="H", la_code="202")
    world.graded(100006, 2, leadership=2)
    world.ks2(100006, YEAR, percent=80.0, progress=-3.0)
    world.secondary(100011)
    world.graded(100011, 1)
    world.ks4(100011, YEAR, attainment8=60.0, progress8=0.5, progress8_upper=0.7)
    world.secondary(100012)
    world.graded(100012, 2, leadership=2)
    world.ks4(100012, YEAR, attainment8=30.0, progress8=-0.8)
    return world


@pytest.fixture
def england(world: World) -> World:
    """To be changed by a test, and built."""
    return fill(world)


@pytest.fixture(scope="module")
def built() -> World:
    """Not to be changed."""
    return fill(World()).build(with_sensitivity=True)


@pytest.fixture(scope="module")
def found(built: World) -> Reproduction:
    return reproduce(built.connection, NFER)


@pytest.fixture(scope="module")
def page(found: Reproduction) -> Page:
    return page_of(found)


def gap(world: World, title: str) -> Gap:
    return next(each for each in find_gaps(world.connection, NFER) if title in each.title)


def numbers(of: Gap) -> dict[str, dict[str, float | None]]:
    return {figure.label: dict(figure.values) for figure in of.figures}


def tables(page: Page) -> dict[str, Table]:
    return {block.caption: block for block in page.blocks if isinstance(block, Table)}


def text(page: Page) -> str:
    parts: list[str] = []
    for block in page.blocks:
        match block:
            case Section(title, _):
                parts.append(title)
            case Paragraph(words, _):
                parts.append(words)
            case Bullets(items):
                parts.extend(items)
            case Table():
                parts.append(block.caption)
    return "\n".join(parts)


def test_the_figures_beside_the_published_ones_are_those_of_the_tables(built: World, found: Reproduction) -> None:
    compared = {(each.measure, each.phase): each for each in found.comparisons}
    rows = built.query("from mart.area_summary where definition = 'nfer-2017' and area_type = 'country'")
    country = {row["phase"]: row for row in rows}
    for phase in ("primary", "secondary"):
        for measure in ("high_performing_percent", "in_need_percent", "partners_median"):
            assert compared[measure, phase].ours == country[phase][measure]
    for measure in ("high_performing", "in_need"):
        assert compared[measure, None].ours == country["primary"][measure] + country["secondary"][measure]
    # two are below the primary floor, whatever became of them
    assert compared["below_floor_ks2", "primary"].ours == 2
    assert compared["high_performing", None].published == 5677  # NFER (2017)
    assert compared["high_performing", None].difference == compared["high_performing", None].ours - 5677


def test_a_reason_that_could_not_be_assessed_is_not_counted_as_zero(found: Reproduction, page: Page) -> None:
    compared = {(each.measure, each.phase): each for each in found.comparisons}
    assert compared["coasting_ks2", "primary"].ours is None  # 100006 is undecided
    rows = {row[0]: row for row in tables(page)["England, primary schools"].rows}
    assert rows["Schools that are coasting"] == ("Schools that are coasting", "477", "–", "–", "")


@pytest.mark.parametrize(
    ("published", "ours", "holds"), [("every", 9, True), ("every", 8, False), ("most", 5, True), ("most", 4, False)]
)
def test_what_the_study_says_of_regions_holds_or_does_not(published: Any, ours: int, holds: bool) -> None:
    assert Comparison(REGIONS, "Regions", "primary", published, "NFER", ours, 9).holds is holds


def test_regions_are_counted_where_high_performing_schools_outnumber_schools_in_need(page: Page) -> None:
    rows = [row[:3] for row in tables(page)["Primary schools by region"].rows]
    assert rows == [("East Midlands", "1", "1"), ("London", "0", "0"), ("England", "1", "1")]
    assert "in 0 of 2 regions, not in East Midlands, London. The study says: in every region. That does not hold here." in text(
        page
    )


def test_how_generous_the_reading_of_leadership_is_stands_in_numbers(found: Reproduction, page: Page) -> None:
    leadership = next(each for each in found.gaps if isinstance(each, Leadership))
    shown = numbers(leadership)
    assert shown["Good schools"]["primary"] == 6
    assert shown["Good schools whose leadership judgement is not known"]["primary"] == 3  # mart.coverage
    assert shown["Good schools with high results whose leadership is known"]["primary"] == 2
    assert shown["of these, with outstanding leadership"]["primary"] == 1
    assert shown["Good schools with high results whose leadership is not known"]["primary"] == 1
    assert leadership.outstanding_percent["primary"] == 50
    assert leadership.only_by_this["primary"] == 1
    high = {label.split(", if ")[1]: values["primary"] for label, values in shown.items() if label.startswith("High-performing, %")}
    assert high == {
        "all of them count": pytest.approx(100 * 2 / 6),
        "none of them counts, as here": pytest.approx(100 * 1 / 6),
        "as many of them count as where it is known": pytest.approx(100 * 1.5 / 6),
    }
    assert "no proof that the same schools are counted" in text(page)


def test_a_missing_list_says_so_and_one_that_is_landed_does_not(england: World, page: Page) -> None:
    assert "No list of Teaching Schools or National Support Schools has been landed." in text(page)
    england.build()
    assert numbers(gap(england, "lists"))["Schools that are neither in need nor high-performing"]["primary"] == 4
    england.row("raw.list_teaching_school", urn=100002)
    assert gap(england.build(), "lists").missing == "No list of National Support Schools has been landed."
    england.row("raw.list_national_support_school", urn=100002)
    england.row("raw.list_trust_not_ready", group_id="5000")
    titles = [each.title for each in find_gaps(england.build().connection, NFER)]
    assert titles
    assert not [title for title in titles if "lists" in title or "trusts" in title]


def test_years_that_are_missing_for_coasting_are_named_and_bounded(england: World) -> None:
    england.build()
    years = gap(england, "earlier years")
    assert years.missing.startswith("Results of 2013/14 and 2014/15 are not held")
    assert numbers(years)["of these, neither in need already nor excluded"]["primary"] == 1
    assert numbers(years)["In need, %, if none of them is coasting, as here"]["primary"] == pytest.approx(100 * 1 / 6)
    assert numbers(years)["In need, %, if every one of them is"]["primary"] == pytest.approx(100 * 2 / 6)
    for year in (2014, 2015):
        england.ks2(100006, year, level4_rwm_percent=95.0, expected_progress=95.0)
        england.ks4(100012, year, five_gcses_percent=90.0, expected_progress=95.0)
    england.build()
    assert not [each for each in find_gaps(england.connection, NFER) if "earlier years" in each.title]


def test_results_without_an_interval_are_counted_and_bounded(england: World) -> None:
    england.build()
    intervals = gap(england, "intervals")
    assert intervals.missing == "Of 2 results with Progress 8, 1 are given without their interval."
    assert numbers(intervals)["Below the floor by the score alone"] == {"secondary": 1}
    assert numbers(intervals)["In need, %, if none of these is"] == {"secondary": 0}


def test_results_of_schools_that_are_not_open_are_counted_apart(england: World) -> None:
    world = england
    world.school(100007, kind="special")
    world.ks2(100007, YEAR, percent=10.0, progress=-9.0)
    world.school(100008, kind="closed primary")
    world.ks2(100008, YEAR, percent=10.0, progress=-9.0)
    world.school(100009, kind="middle-deemed-secondary")
    world.ks2(100009, YEAR, percent=10.0, progress=-9.0)
    world.build()
    shown = numbers(gap(world, "closed"))
    assert shown["Results of the year"] == {"primary": 10, "secondary": 2}
    assert shown["of other schools (special, independent, ...)"]["primary"] == 1
    assert shown["of schools that are not open, or not in the extract"]["primary"] == 2
    assert shown["Below the floor: not open, or not in the extract"]["primary"] == 2
    assert shown["Below the floor: schools of the other phase"]["primary"] == 1
    below = world.query(
        "select phase, count(*) as n from mart.school_status where definition = 'nfer-2017' "
        "and list_has_any(reasons, ['below_floor_ks2', 'below_floor_ks4']) group by phase order by phase"
    )
    assert [row["n"] for row in below] == list(shown["Below the floor: schools of this phase, as here"].values())


def test_the_rows_of_a_moved_parameter_are_those_of_its_points_with_the_definition_in_bold(found: Reproduction, page: Page) -> None:
    table = tables(page)["Primary schools, by leadership not known counts"]
    points = [row for row in found.headlines if row["parameter"] == "leadership_not_known_counts" and row["phase"] == "primary"]
    assert [row[:2] for row in table.rows] == [(f"{row['value']:g}", f"{row['high_performing_percent']:.1f}") for row in points]
    assert table.marked == frozenset({0})


def test_every_parameter_is_on_the_page_with_its_ground_and_ours_come_first(page: Page) -> None:
    shown = text(page)
    last_of_ours = max(
        shown.index(f"Ground: {each.source}") for each in NFER.description.parameter.values() if "Our choice" in each.source
    )
    for each in NFER.description.parameter.values():
        assert each.sentence in shown
        assert each.source in shown
        if "Our choice" not in each.source:
            assert shown.index(f"{each.sentence} Source: {each.source}") > last_of_ours


def test_the_page_carries_dates_version_licence_and_limits(found: Reproduction) -> None:
    about = {"gias_as_at": date(2017, 4, 1), "ofsted_as_at": date(2017, 6, 30), "code_version": "9.8.7"}
    shown = text(page_of(replace(found, refresh={**found.refresh, **about})))
    assert "Schools as at 1 April 2017, Ofsted as at 30 June 2017, key stage 2 results of 2015/16" in shown
    assert "schoolmatch 9.8.7" in shown
    assert LIMITS in shown
    assert OGL in shown
    assert SYNTHETIC_NOTE not in shown


def test_a_page_from_invented_schools_says_so_at_its_head(found: Reproduction) -> None:
    page = page_of(replace(found, refresh={**found.refresh, "is_synthetic": True}))
    assert page.blocks[0] == Paragraph(SYNTHETIC_NOTE, "warning")


def test_both_files_are_written_and_hold_hostile_names_as_text(found: Reproduction, tmp_path: Path) -> None:
    regions = [row | {"area_name": "<script>London</script>"} for row in found.regions]
    files = [row | {"title": "<b>GIAS</b> | *all*"} for row in found.files]
    paths = write_reproduction(replace(found, regions=regions, files=files), tmp_path / "new" / "folder")
    assert [path.name for path in paths] == ["reproduction-nfer-2017.html", "reproduction-nfer-2017.md"]
    root = html.fromstring(paths[0].read_text(encoding="utf-8"))
    assert root.findall(".//script") == root.findall(".//b") == []
    assert "<script>London</script>" in {cell.text for cell in root.iter("th")}
    markdown = paths[1].read_text(encoding="utf-8")
    assert "\\<b\\>GIAS\\</b\\> \\| \\*all\\*" in markdown
    assert "<script" not in markdown.replace("\\<script", "")


@pytest.mark.parametrize(
    ("name", "problem"),
    [("rise", "The definition rise has no published figures"), ("nfer-2018", "There is no definition nfer-2018")],
)
def test_a_definition_that_cannot_be_held_against_anything_is_refused(name: str, problem: str) -> None:
    with pytest.raises(InputError, match=rf"{problem}.*nfer-2017.*published_figure\.csv"):
        definition_to_reproduce(name)


def test_a_published_figure_that_cannot_be_compared_is_refused(england: World) -> None:
    run(
        england.build().connection,
        "insert into reference.published_figure values ('nfer-2017', 'primary', 'hapiness', 'H', '1', 'S')",
    )
    with pytest.raises(InputError, match="hapiness"):
        reproduce(england.connection, NFER)


def test_every_published_figure_has_a_label_and_a_source() -> None:
    with (SQL / "reference" / "published_figure.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    assert {row["definition"] for row in rows} <= {each.name for each in read_definitions()}
    assert all(row["label"] and row["source"] and row["value"] for row in rows)
    assert len({(row["definition"], row["phase"], row["measure"]) for row in rows}) == len(rows)
