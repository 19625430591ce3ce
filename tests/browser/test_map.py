"""What is chosen is what is shown, on the map, in the legend and in the table, with the published figures; addresses keep it."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from itertools import cycle
from pathlib import Path
from typing import Any

import duckdb
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.support.figures import MEASURES, area_figures, as_shown, choices
from warehouse.publish import DUCKDB_FILE

TYPES = ("region", "local_authority", "constituency")


def check_view(visit: Visit, figures: Mapping[str, Mapping[str, Any]], measure: str) -> None:
    """The table, the legend and the colours of a view, held against the rows of ``mart.area_summary`` by area code."""
    shown = visit.rows()
    known = dict(figures)
    assert {code: shown[code] for code in known} == {
        code: [as_shown(row, name) for name in MEASURES] for code, row in known.items()
    }
    assert {cell for code in set(shown) - set(known) for cell in shown[code]} <= {"no schools of the phase"}
    legend = visit.page.locator("#legend .classes li span:nth-child(2)").all_text_contents()
    classes = visit.classes()
    assert set(classes) == set(shown)
    counts = dict.fromkeys(range(len(legend)), 0)
    for code, drawn in classes.items():
        value = as_shown(known[code], measure) if code in known else "no schools of the phase"
        words = value if drawn == -1 else legend[drawn]
        counts[legend.index(words)] += 1
        assert is_within(value, words), (code, value, words)
    said = [int(text.split()[0].replace(",", "")) for text in visit.page.locator("#legend .count").all_text_contents()]
    assert said == list(counts.values())
    assert all(said)


def is_within(value: str, words: str) -> bool:
    """Whether a value stands in a class as the legend says it: "0.5 to 6", "4", "no schools in need", "cannot be told"."""
    if words.startswith(("no ", "too few", "cannot")):
        return value == words
    ends = [number(text) for text in words.split(" to ")]
    return ends[0] <= number(value) <= ends[-1]


def number(text: str) -> float:
    return float(text.replace(",", "").removesuffix("%"))


@pytest.fixture(scope="module")
def tables(published_sample: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(published_sample / DUCKDB_FILE, read_only=True)


def test_every_choice_changes_map_legend_and_table_to_the_published_figures(
    sample: Visit, tables: duckdb.DuckDBPyConnection
) -> None:
    sample.page.set_viewport_size({"width": 500, "height": 500})  # less to paint by software, each of many times
    sample.show()
    options = "all => all.map((each) => each.value)"
    offered = {name: sample.page.locator(f"#{name} option").evaluate_all(options) for name in ("definition", "areas", "measure")}
    mapped = [name for name, about in MEASURES.items() if about.is_mapped]
    assert offered == {"definition": ["rise", "nfer-2017", "universal-rise"], "areas": list(TYPES), "measure": mapped}
    # each with another measure: the map of the national files is looked at with all of them
    measures = cycle(mapped)
    for definition, phase in choices(tables):
        sample.choose("definition", definition).choose("phase", phase)
        for area_type in TYPES:
            measure = next(measures)
            sample.choose("areas", area_type).choose("measure", measure)
            check_view(sample, area_figures(tables, definition, phase, area_type), measure)


def pixel_of(visit: Visit, code: str) -> tuple[float, float]:
    """A pixel of the page on which the area lies on top, well within the map."""
    found = visit.page.evaluate(
        """(code) => {
            const map = schoolmatch.map(), box = map.getContainer().getBoundingClientRect();
            for (let y = 60; y < box.height - 20; y += 4) for (let x = 20; x < box.width - 20; x += 4) {
                const top = map.queryRenderedFeatures([x, y], { layers: ["areas"] })[0];
                const around = [[x - 9, y - 9], [x + 9, y + 9]];
                const schools = map.queryRenderedFeatures(around, { layers: ["schools-within", "schools-in-view"] });
                if (top?.properties.code === code && !schools.length) return [box.x + x, box.y + y];
            }
        }""",
        code,
    )
    assert found, f"{code} is nowhere on the map"
    return found[0], found[1]


def test_an_area_is_chosen_by_a_click_zooms_in_and_breadcrumbs_lead_out(sample: Visit, tables: duckdb.DuckDBPyConnection) -> None:
    code, name, region = tables.execute(
        """select la_ons_code, la_name, region_name from mart.school where phase = 'primary'
        group by all order by count(*) desc, 1 limit 1"""
    ).fetchall()[0]
    page = sample.show().page
    from_far = page.evaluate("schoolmatch.map().getZoom()")
    page.mouse.click(*pixel_of(sample, code))
    expect(page.locator("#panel-title")).to_have_text(name)
    sample.drawn()
    assert page.evaluate("schoolmatch.map().getZoom()") > from_far + 1
    assert f"area={code}" in page.url
    expect(page.locator("#trail li")).to_have_text(["England", region, name])
    page.get_by_role("button", name=region, exact=True).first.click()
    expect(page.locator("#panel-title")).to_have_text(region)
    expect(page.locator("#areas")).to_have_value("region")
    page.locator("#trail button").first.click()
    expect(page.locator("#panel-title")).to_have_text("England")
    sample.drawn()
    assert page.evaluate("schoolmatch.map().getZoom()") == pytest.approx(from_far, abs=0.3)


def test_the_browsers_way_back_leads_through_what_was_chosen(sample: Visit) -> None:
    page = sample.show().page
    sample.choose("measure", "in_need_percent").choose("areas", "region")
    page.locator("#table tbody button").first.click()
    first = page.locator("#table tbody button").first.text_content()
    expect(page.locator("#panel-title")).to_have_text(first or "")
    page.go_back()
    expect(page.locator("#panel-title")).to_have_text("England")
    expect(page.locator("#areas")).to_have_value("region")
    page.go_back()
    expect(page.locator("#areas")).to_have_value("local_authority")
    expect(page.locator("#measure")).to_have_value("in_need_percent")
    page.go_forward()
    expect(page.locator("#areas")).to_have_value("region")


def school_in_need(tables: duckdb.DuckDBPyConnection) -> tuple[str, int]:
    """Of the school in need with most partners: authority, number of partners."""
    return tables.execute(
        """select school.la_ons_code, count(*) as partners
        from mart.match as pair inner join mart.school as school on school.urn = pair.need_urn
        where pair.definition = 'rise' and pair.phase = 'primary'
        group by school.la_ons_code, pair.need_urn order by partners desc, pair.need_urn limit 1"""
    ).fetchall()[0]


def test_a_school_in_need_shows_its_radius_its_reasons_and_who_is_near(sample: Visit, tables: duckdb.DuckDBPyConnection) -> None:
    authority, partners = school_in_need(tables)
    page = sample.show(f"definition=rise&phase=primary&area={authority}").page
    page.locator("#schools details").first.get_by_text(f": {partners} high-performing school").first.locator("..").locator(
        "button"
    ).click()
    sample.drawn()
    listed = page.locator("#school .partners li").all_text_contents()
    miles = [0 if "– less than a mile" in text else int(re.search(r"– about (\d+) mile", text)[1]) for text in listed]
    assert miles == sorted(miles)
    expect(page.locator("#school ul li")).not_to_have_count(0)
    shapes = page.evaluate(
        """async () => Promise.all(["radius", "links", "schools"].map((name) => schoolmatch.map().getSource(name).getData()))"""
    )
    ring, links, schools = shapes
    assert len(links["features"]) == partners
    chosen = next(
        each
        for each in schools["features"]
        if each["geometry"]["coordinates"] == links["features"][0]["geometry"]["coordinates"][0]
    )
    assert chosen["properties"]["status"] == "in_need"
    north = max(point[1] for point in ring["geometry"]["coordinates"][0])
    radius_miles = (north - chosen["geometry"]["coordinates"][1]) * 111_195 / 1609.344
    expected = page.evaluate("schoolmatch.schools.get(schoolmatch.state().school).search_radius_miles")
    assert radius_miles == pytest.approx(expected, rel=0.01)
    # both stand in the middle of their squares, at most 0.44 miles from where they are; and miles are whole
    assert max(miles) <= expected + 0.88 + 0.5


def test_near_enough_the_schools_in_view_are_drawn_and_a_click_chooses_one(sample: Visit, tables: Any) -> None:
    page = sample.show("definition=rise&phase=primary").page
    longitude, latitude = tables.execute(
        """select longitude, latitude from mart.school inner join mart.school_status as status using (urn)
        where status.definition = 'rise' and status.status = 'in_need' and school.phase = 'primary' and longitude is not null
        order by urn limit 1"""
    ).fetchall()[0]
    assert page.evaluate("schoolmatch.schools.size") == 0
    page.evaluate("([x, y]) => schoolmatch.map().jumpTo({ center: [x, y], zoom: 13 })", [longitude, latitude])
    chosen = page.evaluate(
        """() => new Promise((resolve) => {
            const map = schoolmatch.map();
            const look = () => {
                const box = map.getContainer().getBoundingClientRect();
                const drawn = map.queryRenderedFeatures({ layers: ["schools-in-view"] });
                const place = (each) => String(each.geometry.coordinates);
                const found = drawn.filter((each) => each.properties.status === "in_need"
                    && drawn.every((other) => other.properties.id === each.properties.id || place(other) !== place(each)));
                if (!found.length) return map.once("idle", look);
                const at = map.project(found[0].geometry.coordinates);
                resolve([box.x + at.x, box.y + at.y, found[0].properties.id]);
            };
            look();
        })"""
    )
    page.mouse.move(*chosen[:2])
    expect(page.locator("#tip")).to_have_text(f"School {chosen[2]}: in need")
    page.mouse.click(*chosen[:2])
    expect(page.locator("#school-title")).to_have_text(f"School {chosen[2]}")
    code = page.evaluate("schoolmatch.schools.get(schoolmatch.state().school).local_authority")
    assert f"area={code}" in page.url
    assert "in need" in (page.locator("#school p").first.text_content() or "")


def test_a_shared_address_shows_the_same_in_another_browser(sample: Visit, tables: duckdb.DuckDBPyConnection, visit: Any) -> None:
    authority, partners = school_in_need(tables)
    page = sample.show(f"definition=rise&phase=primary&measure=in_need_percent&area={authority}").page
    page.locator("#schools details").first.get_by_text(f": {partners} high-performing school").first.locator("..").locator(
        "button"
    ).click()
    page.locator("#compare-this").click()
    sample.drawn()
    title = page.locator("#school-title").text_content()
    other = visit(sample.base)
    other.page.goto(page.url)
    other.drawn()
    expect(other.page.locator("#school-title")).to_have_text(title or "")
    expect(other.page.locator("#measure")).to_have_value("in_need_percent")
    expect(other.page.locator("#compare thead th")).to_have_count(2)
    expect(other.page.locator("#notice")).to_be_hidden()


def test_a_link_to_a_school_of_an_earlier_publication_is_not_taken_for_another_school(sample: Visit, tables: Any) -> None:
    authority, _ = school_in_need(tables)
    page = sample.show(f"area={authority}&school=3&of=20200101T000000Z").page
    expect(page.locator("#notice")).to_contain_text("earlier publication")
    expect(page.locator("#school")).to_have_count(0)


def test_a_code_that_is_no_area_any_more_is_said_and_england_is_shown(sample: Visit) -> None:
    page = sample.show("area=E10000009&compare=E06000028").page
    expect(page.locator("#notice")).to_contain_text("No area has the code E10000009 in these data")
    expect(page.locator("#notice")).to_contain_text("E06000028")
    expect(page.locator("#panel-title")).to_have_text("England")


def test_hovering_shows_value_number_rank_and_england_on_map_and_in_the_legend(sample: Visit, tables: Any) -> None:
    page = sample.show("areas=region&measure=high_performing_percent&phase=primary").page
    figures = area_figures(tables, "rise", "primary", "region")
    code, row = max(figures.items(), key=lambda item: item[1]["high_performing_percent"])
    england = area_figures(tables, "rise", "primary", "country")["E92000001"]
    page.mouse.move(*pixel_of(sample, code))
    said = (
        f"{row['area_name']}: {as_shown(row, 'high_performing_percent')}; {row['schools']} schools; rank 1 of {len(figures)}; "
        f"England {as_shown(england, 'high_performing_percent')}."
    )
    expect(page.locator("#tip")).to_have_text(said)
    expect(page.locator("#said")).to_contain_text(said)
    expect(page.locator("#stands")).to_have_text(f"◀ {row['area_name']}: {as_shown(row, 'high_performing_percent')}")
    words = page.locator("#legend li.here span:nth-child(2)").text_content() or ""
    assert is_within(as_shown(row, "high_performing_percent"), words)
    expect(page.locator("#table tr.pointed th")).to_have_text(row["area_name"])


def test_the_table_sorts_by_any_column_and_areas_without_a_value_stand_last(sample: Visit, tables: Any) -> None:
    # of the sample's schools in need so few stand in an authority that none has a median; of some it has no school of the phase
    page = sample.show("areas=region&phase=primary").page
    figures = area_figures(tables, "rise", "primary", "region")
    for descending in (True, False):
        page.locator("#table button[data-sort=partners_median]").click()
        expect(page.locator("#table th[aria-sort]")).to_have_attribute("aria-sort", "descending" if descending else "ascending")
        order = [figures[code]["partners_median"] for code in sample.rows() if code in figures]
        there = [value for value in order if value is not None]
        assert there == sorted(there, reverse=descending)
        assert order[len(there) :] == [None] * (len(order) - len(there))
        assert 0 < len(there) < len(order)


def test_up_to_four_areas_are_compared_and_a_fifth_is_refused_in_words(sample: Visit, tables: Any) -> None:
    page = sample.show("areas=region&phase=primary").page
    figures = area_figures(tables, "rise", "primary", "region")
    for place in range(4):
        page.locator("#table tbody input").nth(place).check()
    expect(page.locator("#compare thead th")).to_have_count(5)
    page.locator("#table tbody input").nth(4).click()
    expect(page.locator("#notice")).to_contain_text("Up to 4 areas")
    expect(page.locator("#table tbody input").nth(4)).not_to_be_checked()
    columns = [list(sample.rows())[place] for place in range(4)]
    shown = page.locator("#compare tbody tr").evaluate_all(
        "rows => rows.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent))"
    )
    england = area_figures(tables, "rise", "primary", "country")["E92000001"]
    assert shown == [[*(as_shown(figures[code], name) for code in columns), as_shown(england, name)] for name in MEASURES]
    page.locator("#compare thead button").first.click()
    expect(page.locator("#compare thead th")).to_have_count(4)


def test_an_area_is_found_by_its_name(sample: Visit, tables: Any) -> None:
    name = tables.execute("select la_name from mart.school group by 1 order by count(*) desc, 1 limit 1").fetchall()[0][0]
    page = sample.show().page
    page.fill("#sought", name.upper())
    page.keyboard.press("Enter")
    expect(page.locator("#panel-title")).to_have_text(name)
    page.fill("#sought", "Atlantis")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_have_text("Nothing here is called “Atlantis”.")


def test_the_view_is_downloaded_as_csv_with_the_published_figures(sample: Visit, tables: Any, tmp_path: Path) -> None:
    page = sample.show("areas=constituency&phase=secondary&definition=nfer-2017").page
    with page.expect_download() as waiting:
        page.locator("#csv").click()
    assert waiting.value.suggested_filename == "schoolmatch-nfer-2017-secondary-constituency.csv"
    waiting.value.save_as(tmp_path / "view.csv")
    with (tmp_path / "view.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["area_code"]: row for row in csv.DictReader(file)}
    figures = area_figures(tables, "nfer-2017", "secondary", "constituency") | area_figures(
        tables, "nfer-2017", "secondary", "country"
    )
    assert {code for code, row in rows.items() if row["schools"]} == set(figures)
    for code, row in figures.items():
        for name in MEASURES:
            value = None if row[name] is None else round(row[name], 1)
            assert (float(rows[code][name]) if rows[code][name] else None) == value, (code, name)
    assert {row["label"] for row in rows.values()} == {"synthetic sample"}


def test_every_download_is_there(sample: Visit, tables: Any) -> None:
    code = tables.execute(
        "select constituency_code from mart.school where constituency_code is not null order by 1 limit 1"
    ).fetchall()[0][0]
    page = sample.show(f"area={code}").page
    targets = page.locator(".downloads a").evaluate_all("all => all.map((each) => each.href)")
    assert len(targets) >= 4
    for target in targets:
        answer = page.request.get(target)
        assert (answer.status, len(answer.body()) > 1000) == (200, True), target


def test_a_sample_is_labelled_and_says_what_its_areas_are_drawn_from(sample: Visit) -> None:
    page = sample.show().page
    expect(page.locator("#label")).to_contain_text("SYNTHETIC SAMPLE")
    expect(page.locator("#legend")).to_contain_text("H3 cells in which their schools stand")
    expect(page.locator("#dates")).to_contain_text("Schools as at")
