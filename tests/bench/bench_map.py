"""How long the map takes from localhost in a real browser, drawn by software: a part of ``make bench``.

It needs the real files, and Chromium (docs/operations.md). Every visit begins with an empty cache.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from orchestration.refresh import refresh
from tests.browser.conftest import SOFTWARE_GL, launched, served
from tests.conftest import REAL_DATA
from warehouse.home import Home

VISITS = 5
VIEWS = {
    "all of England, local authorities": "",
    "constituencies": "#areas=constituency",
    "Kent with its schools": "#area=E10000016",
}


def main() -> None:
    """Publish 2025, then visit each view five times."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Home(Path(folder))
        refresh(home, str(REAL_DATA / "2025"))
        size = sum(path.stat().st_size for path in (home.latest / "site").rglob("*") if path.is_file())
        print(f"site: {size / 1e6:.1f} MB")
        with served(home) as address, launched(playwright, *SOFTWARE_GL) as browser:
            for view, state in VIEWS.items():
                there, drawn = [], []
                for _ in range(VISITS):
                    page = browser.new_page(viewport={"width": 1440, "height": 900})
                    started = time.perf_counter()
                    page.goto(f"{address}site/{state}", wait_until="commit")
                    page.wait_for_selector("html[data-page=ready]", state="attached")
                    there.append(time.perf_counter() - started)
                    page.wait_for_selector("html[data-map=drawn]", state="attached")
                    drawn.append(time.perf_counter() - started)
                    page.close()
                print(f"{view}: list and figures {_said(there)}, map drawn {_said(drawn)}")


def _said(spent: list[float]) -> str:
    return f"{statistics.median(spent):.1f} s ({min(spent):.1f} to {max(spent):.1f})"


if __name__ == "__main__":
    main()
