"""A real browser (Debian's Chromium with its software GL), the real server, and pages on which nothing may go wrong."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from orchestration.cli.serve import serve
from warehouse.home import Home

SOFTWARE_GL = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")
PATIENCE_MS = 30_000
"""How long a test waits for what must come, on however slow a machine."""

expect.set_options(timeout=PATIENCE_MS)


def chromium() -> str:
    """Where the browser is; skips the test, and says so, where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    if os.environ.get("CI"):
        pytest.fail("Chromium is not here, and .ci/run should have installed it")
    pytest.skip("Chromium is not here: the package chromium, which this test opens the map with")


@contextmanager
def launched(playwright: Playwright, *arguments: str) -> Iterator[Browser]:
    # without a sandbox: as root there is none
    browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", *arguments])
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with launched(playwright, *SOFTWARE_GL) as found:
        yield found


@contextmanager
def served(home: Home) -> Iterator[str]:
    """The address of a server of the home's newest folder."""
    with serve(home, 0) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def sample_address(published_home: Home) -> Iterator[str]:
    """The published sample, as ``schoolmatch serve`` serves it."""
    with served(published_home) as address:
        yield address


@dataclass
class Visit:
    """A page, and whatever went wrong on it: messages of errors, and requests that left for somewhere else."""

    page: Page
    base: str
    faults: list[str] = field(default_factory=list)

    def show(self, address: str = "") -> Visit:
        """Go to an address of the map (what follows #), and wait until figures and map are there."""
        self.page.goto(f"{self.base}#{address}")
        return self.drawn()

    def drawn(self) -> Visit:
        """Wait until everything that was asked for is drawn."""
        self.page.wait_for_selector("html[data-page=ready]", timeout=PATIENCE_MS)
        self.page.wait_for_selector("html[data-map=drawn]", timeout=PATIENCE_MS)
        self.page.wait_for_selector("#schools:not([aria-busy])", state="attached", timeout=PATIENCE_MS)
        return self

    def choose(self, what: str, value: str) -> Visit:
        """Choose in one of the four lists."""
        self.page.select_option(f"#{what}", value)
        return self.drawn()

    def classes(self) -> dict[str, int]:
        """The class in which each area is drawn on the map; -1: hatched, since it has no value."""
        found: dict[str, int] = self.page.evaluate(
            """() => Object.fromEntries(schoolmatch.areasOf(schoolmatch.state().areas).map(({ code }) =>
                [code, schoolmatch.map().getFeatureState({ source: "areas", id: code }).class]))"""
        )
        return found

    def rows(self) -> dict[str, list[str]]:
        """The table's cells by area code, from the second column on."""
        found: dict[str, list[str]] = self.page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll("#table tbody tr")].map((row) =>
                [row.dataset.code, [...row.querySelectorAll("td.number")].map((cell) => cell.textContent)]))"""
        )
        return found


Visitor = Callable[..., Visit]


@pytest.fixture
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """Opens pages; when the test ends, none of them may have met a fault or asked another host for anything."""
    opened: list[Visit] = []

    def open_page(base: str, **settings: Any) -> Visit:
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 1200}, "reduced_motion": "reduce"} | settings)
        page = context.new_page()
        made = Visit(page, base)
        page.on("console", lambda message: made.faults.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: made.faults.append(str(error)))
        page.on("requestfailed", lambda failed: made.faults.append(f"failed: {failed.url}"))
        own = ("data:", "blob:", base.rpartition("site/")[0])
        page.on("request", lambda sent: None if sent.url.startswith(own) else made.faults.append(f"left the origin: {sent.url}"))
        opened.append(made)
        return made

    yield open_page
    for each in opened:
        each.page.context.close()
    assert [fault for each in opened for fault in each.faults] == []


@pytest.fixture
def sample(visit: Visitor, sample_address: str) -> Visit:
    """The map of the sample, not yet opened."""
    return visit(f"{sample_address}site/")


def site_of(folder: Path) -> str:
    """The address of a published folder's map, opened from disk."""
    return f"{(folder / 'site' / 'index.html').as_uri()}"
