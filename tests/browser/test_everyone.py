"""The map is for everyone: by keyboard, by screen reader, on a telephone, in the dark, without WebGL, without a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Playwright, expect

from tests.browser.conftest import Visit, Visitor, launched, site_of

WITH_EVERYTHING = "areas=region&area=E12000004&compare=E12000004,E12000007"
"""A region chosen, and two compared: every part of the page is there."""

SETTINGS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "telephone": {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True},
}


def faults(page: Page) -> list[str]:
    """What axe-core finds, of any weight, by the rules of WCAG 2.2 AA and good practice."""
    results = Axe().run(page, options={"resultTypes": ["violations"]}).response
    return [f"{found['impact']}: {found['id']}: {node['html']}" for found in results["violations"] for node in found["nodes"]]


@pytest.mark.parametrize("setting", SETTINGS)
def test_axe_finds_no_fault_on_the_page_or_the_page_about_the_data(sample_address: str, visit: Visitor, setting: str) -> None:
    opened = visit(f"{sample_address}site/", **SETTINGS[setting]).show(WITH_EVERYTHING)
    opened.page.locator("#schools details").last.locator("summary").click()
    opened.page.locator("#schools .schools button").first.click()
    opened.drawn()
    assert faults(opened.page) == []
    opened.page.get_by_role("link", name="About the data").click()
    expect(opened.page.get_by_role("heading", name="Data status")).to_be_visible()
    assert faults(opened.page) == []


@pytest.mark.parametrize("setting", SETTINGS)
def test_nothing_is_wider_than_the_screen(sample_address: str, visit: Visitor, setting: str) -> None:
    opened = visit(f"{sample_address}site/", **SETTINGS[setting]).show(WITH_EVERYTHING)
    widths = opened.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert widths[0] <= widths[1]


def focused(page: Page) -> str:
    found: str = page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")
    return found


def tab_to(page: Page, what: str, limit: int = 60) -> None:
    """Press Tab until the element with that id or text has the focus."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        if focused(page) == what:
            return
    raise AssertionError(f"{what} is not reached by {limit} presses of Tab")


def test_by_keyboard_alone_a_measure_an_area_and_a_school_are_chosen_and_areas_compared(sample: Visit) -> None:
    page = sample.show("areas=region&definition=rise&phase=primary").page
    page.keyboard.press("Tab")
    assert focused(page).startswith("To the table")
    tab_to(page, "measure")
    page.keyboard.press("ArrowDown")
    sample.drawn()
    expect(page.locator("#measure")).to_have_value("high_performing_percent")
    assert focused(page) == "measure"  # the focus stays where it was
    region = page.locator("#table tbody button").first.text_content() or ""
    tab_to(page, region)
    expect(page.locator("#said")).to_contain_text(f"{region}: ")
    expect(page.locator("#said")).to_contain_text("rank ")
    page.keyboard.press("Enter")
    sample.drawn()
    expect(page.locator("#panel-title")).to_have_text(region)
    assert focused(page) == region
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("#compare thead th")).to_have_count(2)
    page.locator("#panel-title").focus()
    school = page.locator("#schools .schools button").first.text_content() or ""
    tab_to(page, school)
    page.keyboard.press("Enter")
    expect(page.locator("#school-title")).to_have_text(school)
    tab_to(page, "Close this school")
    page.keyboard.press("Enter")
    expect(page.locator("#school")).to_have_count(0)
    assert focused(page) == "panel-title"


def test_what_has_the_focus_is_seen(sample: Visit) -> None:
    page = sample.show().page
    for _ in range(25):
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", focused(page)


def test_the_canvas_is_no_part_of_what_a_screen_reader_reads_or_the_keyboard_reaches(sample: Visit) -> None:
    page = sample.show().page
    assert page.evaluate("document.querySelector('canvas').closest('[aria-hidden=true]') !== null")
    assert page.evaluate("[...document.querySelectorAll('[aria-hidden=true] *')].filter((each) => each.tabIndex >= 0).length") == 0


def test_colours_of_the_map_are_those_of_the_legend_in_the_light_and_in_the_dark(sample: Visit) -> None:
    page = sample.show("areas=region&measure=high_performing_percent").page
    seen = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_selector(f"html[data-scheme={scheme}]", state="attached")
        drawn = page.evaluate(
            "schoolmatch.map().getPaintProperty('areas', 'fill-color').slice(2, -1).filter((_, place) => place % 2)"
        )
        in_legend = page.locator("#legend .classes .swatch:not(.none)").evaluate_all(
            "all => all.map((each) => getComputedStyle(each).backgroundColor)"
        )
        assert [tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5)) for colour in drawn] == [
            tuple(int(part) for part in colour[4:-1].split(",")) for colour in in_legend
        ]
        assert len(set(drawn)) == len(drawn) > 1
        seen.append(drawn)
    assert seen[0] != seen[1]


def test_movement_is_spared_those_who_ask_for_it(sample_address: str, visit: Visitor) -> None:
    moves = {}
    for wish in ("reduce", "no-preference"):
        page = visit(f"{sample_address}site/", reduced_motion=wish).show("areas=region").page
        moves[wish] = page.evaluate(
            """() => new Promise((resolve) => {
                const map = schoolmatch.map();
                map.once("movestart", () => setTimeout(() => resolve(map.isMoving()), 0));
                schoolmatch.go({ area: schoolmatch.areasOf("region")[0].code });
            })"""
        )
    assert moves == {"reduce": False, "no-preference": True}


def test_opened_straight_from_disk_everything_works(published_sample: Path, visit: Visitor) -> None:
    page = visit(site_of(published_sample)).show("areas=region&measure=in_need_percent").page
    page.locator("#table tbody button").first.click()
    expect(page.locator("#schools summary").first).to_contain_text("Schools in need (")
    page.get_by_role("link", name="About the data").click()
    expect(page.get_by_role("heading", name="Data status")).to_be_visible()


def test_without_webgl_the_page_says_so_and_the_table_has_everything(sample_address: str, playwright: Playwright) -> None:
    with launched(playwright, "--disable-3d-apis") as browser:
        page = browser.new_page()
        page.goto(f"{sample_address}site/#areas=region")
        expect(page.locator("#no-map")).to_contain_text("The table below has every figure")
        page.locator("#table tbody button").first.click()
        expect(page.locator("#schools summary").first).to_contain_text("Schools in need (")


def test_without_scripts_the_page_leads_to_the_workbook(sample_address: str, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{sample_address}site/")
    expect(page.get_by_role("link", name="England's workbook")).to_be_visible()
    context.close()
