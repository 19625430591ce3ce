"""Names in a home: no two sources share one, and what earlier versions called them is still found."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from warehouse.home import Home, name_before, name_in_home, release, report_path, waiting

STAMP = "20260105T063000Z"


def test_no_two_sources_have_the_same_name_in_a_home() -> None:
    """Those that differed by a blank or underscore shared one history and one held report: statuses of one ended in the other."""
    names = [
        "a b",
        "a_b",
        "a%20b",
        "a%b",
        "a\tb",
        "a(b",
        "a\u0301b",
        "",
        "%",
        "a" * 255,
        "a" * 254 + "b",
        " " * 255,
        "\udcff",
        "\u00ff",
        "ä",
    ]
    given = [name_in_home(name) for name in names]
    assert len(set(given)) == len(names)
    for name in given:
        assert name
        assert len(os.fsencode(f"{STAMP}-{name} (synthetic).md")) <= 255
        assert "/" not in name


@pytest.mark.parametrize("source", ["live", "sample", "2025", "drop-2.0", "spring_2025", "Schülerzahlen"])
def test_usual_names_are_as_they_are(source: str) -> None:
    assert name_in_home(source) == source == name_before(source)


def report(home: Home, name: str, text: str = "") -> Path:
    home.held.mkdir(exist_ok=True)
    path = home.held / f"{STAMP}-{name}.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_report_of_a_source_alone_goes_when_it_is_published(tmp_path: Path) -> None:
    """Before, that of ``a_b`` went with ``a b``, and that of ``Z-live`` with ``live``."""
    home = Home(tmp_path)
    sources = ["a b", "a_b", "live", "Z-live"]
    for source in sources:
        report(home, report_path(home, STAMP, source).stem.removeprefix(f"{STAMP}-"))
    for at, source in enumerate(sources):
        assert len(waiting(home)) == len(sources) - at
        release(home, source)
    assert waiting(home) == []


def test_the_report_that_an_earlier_version_wrote_goes_with_the_source_that_it_names(tmp_path: Path) -> None:
    home = Home(tmp_path)
    report(home, "a_b", r"allow them once: schoolmatch refresh --source \<the folder a b\> --accept-changes")
    release(home, "a(b")
    assert len(waiting(home)) == 1
    release(home, "a b", up_to=STAMP)
    assert waiting(home) == []


def test_a_folder_among_the_reports_is_none(tmp_path: Path) -> None:
    """It stopped the end of every refresh with a traceback, after the switch."""
    home = Home(tmp_path)
    report_path(home, STAMP, "live").mkdir(parents=True)
    assert waiting(home) == []
    release(home, "live")
