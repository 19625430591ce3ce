"""How long the map takes from localhost in a real browser, drawn by software: ``python -m tests.bench.map``.

It needs Chromium (docs/operations.md). Every visit begins with an empty cache.
"""

from __future__ import annotations

import gzip
import sys
import time
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.bench.part import about, asked, published, say, write
from tests.browser.conftest import PATIENCE_MS, SOFTWARE_GL, launched, served
from warehouse.home import Home

VIEWS = {
    "all of England, local authorities": "",
    "constituencies": "#areas=constituency",
    "Kent with its schools": "#area=E10000016",
}

_CHOSEN = """([selector, value, patience]) => new Promise((resolve, reject) => {
    const root = document.documentElement, spent = {}, chosen = document.querySelector(selector), started = performance.now();
    const look = () => {
        const now = (performance.now() - started) / 1000;
        const answered = root.dataset.page === "ready" && !document.querySelector("#schools[aria-busy]");
        if (answered) spent.answered_s ??= now;
        if (answered && root.dataset.map === "drawn") return resolve({ ...spent, drawn_s: now });
        if (now * 1000 > patience) return reject(new Error(`no answer to ${selector}`));
        setTimeout(look, 0);
    };
    if (value === null) chosen.click();
    else {
        chosen.value = value;
        chosen.dispatchEvent(new Event("change", { bubbles: true }));
    }
    look();
})"""
"""Clicks, or chooses in a list, and waits until what the panel tells stands there, and until the map is drawn again."""
CHOICES = {
    "an area in the list: Kent, with its schools": ("#table tr[data-code=E10000016] button", None),
    "another phase: secondary": ("#phase", "secondary"),
    "other areas: constituencies": ("#areas", "constituency"),
}
"""What is chosen on the map of all of England once it is drawn, timed within the page, each on a page of its own."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Visit each view, and make each choice, as often as asked."""
    options = asked("map", __doc__, arguments, runs=5)
    with published(options.home) as folder, sync_playwright() as playwright:
        home = Home(folder)
        site = [path.read_bytes() for path in (home.latest / "site").rglob("*") if path.is_file()]
        views: dict[str, list[dict[str, float]]] = {}
        choices: dict[str, list[dict[str, float]]] = {}
        bound: list[float] = []
        with served(home) as address, launched(playwright, *SOFTWARE_GL) as browser:
            for number in range(options.runs):
                say(f"map, round {number + 1}")
                page = browser.new_page()
                started = time.perf_counter()
                page.goto(f"{address}status.json")
                bound.append(time.perf_counter() - started)
                page.close()
                for view, state in VIEWS.items():
                    page = browser.new_page(viewport={"width": 1440, "height": 900})
                    views.setdefault(view, []).append(_visit(page, f"{address}site/{state}"))
                    page.close()
                for choice, (selector, value) in CHOICES.items():
                    page = browser.new_page(viewport={"width": 1440, "height": 900})
                    _visit(page, f"{address}site/")
                    choices.setdefault(choice, []).append(page.evaluate(_CHOSEN, [selector, value, PATIENCE_MS]))
                    page.close()
            version = browser.version
    results: dict[str, Any] = {
        "about": about(f"python -m tests.bench.map --runs {options.runs}", ("playwright",)),
        "site": {
            "files": len(site),
            "bytes": sum(map(len, site)),
            "compressed_bytes": sum(len(gzip.compress(each)) for each in site),
        },
        "bound": {"seconds": bound, "fetches": "status.json"},
        "views": views,
        "choices": choices,
    }
    results["about"]["versions"]["Chromium"] = version
    write(results, options.json)
    return 0


def _visit(page: Page, address: str) -> dict[str, float]:
    """Seconds from the start until the list and figures are there, and until the map is drawn; and the bytes that were fetched."""
    started = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector("html[data-page=ready]", state="attached", timeout=PATIENCE_MS)
    answered = time.perf_counter() - started
    page.wait_for_selector("html[data-map=drawn]", state="attached", timeout=PATIENCE_MS)
    drawn = time.perf_counter() - started
    fetched = page.evaluate("performance.getEntries().reduce((sum, each) => sum + (each.encodedBodySize ?? 0), 0)")
    return {"answered_s": answered, "drawn_s": drawn, "fetched_bytes": fetched}


if __name__ == "__main__":
    sys.exit(main())
