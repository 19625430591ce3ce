"""Every page loads under the policy it is served with and under its own, in a real browser, and holds no markup of data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from exports.map import write_site
from exports.pages.changes import changes_page, write_changes
from exports.pages.page import Paragraph, as_html
from tests.browser.conftest import browser, served
from tests.support.published import tables_of_a_few_schools
from warehouse.home import Home
from warehouse.store import run
from warehouse.time import previous

__all__ = ["browser"]  # a fixture

CAUGHT = "<script>document.title='caught'</script><img src=x onerror=\"document.title='caught'\">"
PAGES = ("changes.html", "site/about.html", "reproduction.html")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A published folder with the pages, of data whose names are scripts; the last of them has its style within itself."""
    connection = tables_of_a_few_schools()
    previous.create(connection)
    previous.copy_tables(connection, "memory", "20250901T063000Z", is_same_source=True)
    run(connection, "update mart.definition set title = $1, sentence = $1", [CAUGHT])
    run(connection, "update mart.source_file set title = $1, publisher = $1", [CAUGHT])
    made = Home(tmp_path_factory.mktemp("pages"))
    folder = made.published / "20251001T063000Z"
    folder.mkdir(parents=True)
    write_changes(connection, folder, is_synthetic=False)
    states = [{"title": CAUGHT, "publisher": CAUGHT, "as_at": None, "state": CAUGHT, "is_stale": True}]
    write_site(connection, folder / "site", status=states, stamp=folder.name)
    page = changes_page(connection, is_synthetic=False, before=[Paragraph(CAUGHT)])
    (folder / "reproduction.html").write_text(as_html(page), encoding="utf-8")
    made.latest.symlink_to(folder.name)
    return made


def faults_of(browser: Browser, address: str) -> tuple[list[str], str, str]:
    """What the browser complains of, the width that only the style gives (62rem), and the title."""
    page = browser.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("requestfailed", lambda failed: faults.append(f"failed: {failed.url}"))
    page.goto(address, wait_until="load")
    width = page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth")
    title = page.title()
    assert page.locator("main script, main img").count() == 0
    page.close()
    return faults, width, title


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opened_from_disk_has_its_style_and_breaks_no_policy(home: Home, browser: Browser, name: str) -> None:
    faults, width, title = faults_of(browser, (home.latest.resolve() / name).as_uri())
    assert (faults, width) == ([], "992px")
    assert "caught" not in title


@pytest.mark.parametrize("name", PAGES[:2])
def test_a_page_that_is_served_has_its_style_and_breaks_no_policy(home: Home, browser: Browser, name: str) -> None:
    """The style of ``changes.html`` stood within the page, where the server's policy blocks it."""
    with served(home) as address:
        faults, width, title = faults_of(browser, f"{address}{name}")
    assert (faults, width) == ([], "992px")
    assert "caught" not in title


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_a_policy_of_its_own_that_allows_no_script_and_nothing_from_elsewhere(home: Home, name: str) -> None:
    """A static host sends no policy: what was once let through by a page must not run there."""
    text = (home.latest / Path(name)).read_text(encoding="utf-8")
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert found is not None
    policy = dict(part.strip().split(" ", 1) for part in found[1].split(";"))
    assert (policy["default-src"], policy["form-action"], policy["base-uri"]) == ("'none'", "'none'", "'none'")
    assert "script-src" not in policy
    assert "unsafe" not in found[1]
    assert "http" not in found[1]
