"""Names that are code, data that are damaged or newer than the page: everything stays text, and the page says what is wrong."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from exports.map import write_site
from tests.browser.conftest import Visit, Visitor, served
from tests.support.world import World
from warehouse.home import Home
from warehouse.store import run

HOSTILE = (
    "<img src=x onerror=document.title='caught'>",
    "</script><script>document.title='caught'</script>",
    '=HYPERLINK("http://example.org")',
    "\u2028'); document.title='caught' //",
    "{{constructor.constructor('document.title=1')()}}",
    "N" * 300,
    "🦊 NULL",
)


@pytest.fixture(scope="module")
def hostile_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A published site, with names of schools, whose schools, trusts and authorities are called such things."""
    world = World()
    for place, name in enumerate(HOSTILE):
        world.graded(world.school(100001 + place, east=300 * place, name=name, kind="academy", trust_name=name), 4, previous=3)
    for place, name in enumerate(HOSTILE):
        trust = {"kind": "academy", "trust_id": f"{6000 + place}", "trust_name": name}
        world.graded(world.school(100101 + place, north=300 + 300 * place, name=name, **trust), 1, previous=1)
    world.build(with_sensitivity=True)
    name = HOSTILE[0].replace("'", "''")
    run(world.connection, f"update mart.area_summary set area_name = '{name}' where area_type = 'local_authority'")
    run(world.connection, f"update mart.school set la_name = '{name}'")
    run(world.connection, f"update mart.reason set sentence = '{name}'")
    run(world.connection, "update mart.refresh set gias_as_at = date '2025-09-30', started_at = timestamp '2025-10-01 06:30:00'")
    home = Home(tmp_path_factory.mktemp("hostile"))
    folder = home.published / "20251001T063000Z"
    folder.mkdir(parents=True)
    write_site(world.connection, folder / "site", status=[], stamp=folder.name, is_named=True)
    home.latest.symlink_to(folder.name)
    return home


def test_names_that_are_code_stay_text_wherever_they_are_shown(hostile_home: Home, visit: Visitor) -> None:
    with served(hostile_home) as address:
        opened = visit(f"{address}site/").show("definition=rise&phase=primary")
        page = opened.page
        page.locator("#table tbody button").first.click()
        opened.drawn()
        expect(page.locator("#panel-title")).to_have_text(HOSTILE[0])
        page.locator("#schools details").last.locator("summary").click()
        shown = page.locator("#schools .schools button").all_text_contents()
        assert sorted(shown) == sorted([*HOSTILE, *HOSTILE])
        for place in range(len(HOSTILE)):
            page.locator("#schools details").first.locator(".schools button").nth(place).click()
            opened.drawn()
            assert page.locator("#school-title").text_content() in HOSTILE
            expect(page.locator("#school .partners li")).to_have_count(len(HOSTILE))
            organisations = page.locator("#school .organisations li")
            expect(organisations).to_have_count(5)
            assert all(text.split(" – 1 high-performing school, ")[0] in HOSTILE for text in organisations.all_text_contents())
            expect(page.locator("#school")).to_contain_text("and 2 more, which the workbook lists.")
        page.locator("#compare-this").click()
        page.focus("#sought")
        expect(page.locator("#found option")).to_have_count(3 + 2 * len(HOSTILE))
        page.fill("#sought", HOSTILE[0])
        page.keyboard.press("Enter")
        opened.drawn()
        assert page.locator("img, main script").count() == 0
        assert "caught" not in page.title().replace(HOSTILE[0], "")


def test_a_link_names_no_school_that_is_not_there(hostile_home: Home, visit: Visitor) -> None:
    with served(hostile_home) as address:
        page = visit(f"{address}site/").show("definition=rise&phase=primary&area=E10000018&school=999999").page
        expect(page.locator("#notice")).to_contain_text("No school 999999 is in need or high-performing")


@pytest.mark.parametrize(
    "address",
    [
        "definition=%3Cimg%20src=x%20onerror=alert(1)%3E",
        "area=%3Cscript%3Ealert(1)%3C/script%3E",
        "school=__proto__&area=E10000018",
        "area=constructor&compare=__proto__,toString",
        "measure=schools&phase=none",
    ],
)
def test_an_address_that_means_mischief_is_told_or_passed_over(hostile_home: Home, visit: Visitor, address: str) -> None:
    with served(hostile_home) as server:
        page = visit(f"{server}site/").show(address).page
        assert page.locator("#table tbody tr").count() >= 1
        assert page.locator("main img, main script").count() == 0


def copy_of(home: Home, folder: Path) -> Home:
    shutil.copytree(home.latest.resolve(), folder / "published" / "20251001T063000Z")
    made = Home(folder)
    made.latest.symlink_to("20251001T063000Z")
    return made


def test_a_page_that_is_older_than_its_data_asks_to_be_loaded_again(hostile_home: Home, visit: Visitor, tmp_path: Path) -> None:
    home = copy_of(hostile_home, tmp_path)
    with served(home) as address:
        page = visit(f"{address}site/").show("definition=rise&phase=primary").page
        for path in (home.latest / "site" / "data" / "schools").iterdir():  # published anew while the page is open
            path.write_text(path.read_text().replace("20251001T063000Z", "20251101T063000Z"))
        page.locator("#table tbody button").first.click()
        expect(page.locator("#notice")).to_contain_text("Newer data have been published since this page was opened")
        expect(page.locator("#schools")).to_have_text("The schools could not be loaded.")


def test_old_data_are_not_shown_as_fresh(hostile_home: Home, visit: Visitor) -> None:
    days = (datetime.now(UTC) - datetime(2025, 10, 1, 12, tzinfo=UTC)).days
    with served(hostile_home) as address:
        page = visit(f"{address}site/").show().page
        expect(page.locator("#age")).to_contain_text(f"published {days} days ago")


def test_a_page_without_its_data_says_so(hostile_home: Home, browser: object, tmp_path: Path) -> None:
    home = copy_of(hostile_home, tmp_path)
    (home.latest / "site" / "data" / "areas.js").unlink()
    with served(home) as address:
        page = browser.new_page()
        page.goto(f"{address}site/")
        expect(page.locator("#notice")).to_contain_text("data/areas.js could not be loaded")
        page.close()


def test_schools_are_found_by_name_and_urn_where_they_are_named(hostile_home: Home, visit: Visitor) -> None:
    with served(hostile_home) as address:
        opened: Visit = visit(f"{address}site/").show("definition=rise&phase=primary")
        opened.page.focus("#sought")
        expect(opened.page.locator("#found option")).not_to_have_count(3)
        opened.page.fill("#sought", "100003")
        opened.page.keyboard.press("Enter")
        opened.drawn()
        expect(opened.page.locator("#school-title")).to_have_text(HOSTILE[2])
        links = opened.page.locator("#school p a").evaluate_all("all => all.map((each) => each.href)")
        assert [link.rpartition("/")[2] for link in links] == ["100003", "100003"]
