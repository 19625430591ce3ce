"""Feeds of what changed: an entry per refresh and area, with one identity for ever, and nothing a school's name could break."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
from lxml import etree, html

from exports.pages.feed import SHOWN, at_root, write_feeds
from tests.support.published import HOSTILE_NAMES, published_tables_of_a_few_schools
from warehouse.publish import KEPT
from warehouse.store import run

ATOM = "{http://www.w3.org/2005/Atom}"
FIRST, SECOND = "20250901T063000Z", "20251001T063000Z"
LEICESTERSHIRE, LEICESTER = "feeds/local-authorities/leicestershire.atom", "feeds/local-authorities/leicester.atom"


def change(urn: int = 100001, kind: str = "newly_in_need", **values: Any) -> dict[str, Any]:
    """A row of ``mart.change``; Leicestershire, in the East Midlands, unless said otherwise."""
    return {
        "definition": "rise",
        "change": kind,
        "urn": urn,
        "name": f"School {urn}",
        "la_name": "Leicestershire",
        "la_ons_code": "E10000018",
        "region_code": "E12000004",
        "partner_urns": None,
        "cause_sentence": "Ofsted has published a newer judgement.",
    } | values


def folder(root: Path, stamp: str, *changes: Mapping[str, Any], before: str | None = FIRST, is_synthetic: bool = False) -> Path:
    """A published folder, as far as feeds read it."""
    made = root / stamp
    (made / "parquet").mkdir(parents=True)
    with duckdb.connect() as connection:
        run(
            connection,
            "create table change (definition varchar, change varchar, urn integer, name varchar, la_name varchar, "
            "la_ons_code varchar, region_code varchar, partner_urns integer[], cause_sentence varchar)",
        )
        for row in changes:
            run(connection, f"insert into change by name select {', '.join(f'${name} as {name}' for name in row)}", dict(row))
        run(connection, f"copy change to '{made}/parquet/change.parquet'")
    refresh = {"source": "files", "is_synthetic": is_synthetic, "compared_with": before}
    (made / "manifest.json").write_text(json.dumps({"refresh": refresh}))
    return made


def written(made: Path, *before: Path) -> Path:
    refresh = json.loads((made / "manifest.json").read_text())["refresh"]
    write_feeds(published_tables_of_a_few_schools(), made, before=before, stamp=made.name, refresh=refresh)
    return made


def feed(made: Path, name: str = "changes.atom") -> Any:
    return etree.parse(made / name).getroot()


def entries(made: Path, name: str = "changes.atom") -> list[dict[str, str]]:
    """Of each entry its id, time, title and content."""
    fields = ("id", "updated", "title", "content")
    return [{field: entry.findtext(ATOM + field) for field in fields} for entry in feed(made, name).iter(f"{ATOM}entry")]


def test_a_feed_has_what_the_standard_asks_of_one_and_of_each_entry(tmp_path: Path) -> None:
    """RFC 4287, 4.1.1 and 4.1.2: one id, title and updated each, an author, a link to itself; times as RFC 3339 writes them."""
    made = written(folder(tmp_path, SECOND, change()))
    root = feed(made)
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.iter(f"{ATOM}entry")):
        assert [len(element.findall(ATOM + field)) for field in ("id", "title", "updated")] == [1, 1, 1]
        assert element.findtext(f"{ATOM}updated") == "2025-10-01T06:30:00Z"
        assert element.findtext(f"{ATOM}id").startswith("urn:uuid:")
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "schoolmatch"
    assert [link.get("href") for link in root.findall(f"{ATOM}link[@rel='self']")] == ["changes.atom"]


def test_links_of_an_area_lead_from_its_feed_to_its_workbook_and_the_page(tmp_path: Path) -> None:
    made = written(folder(tmp_path, SECOND))
    found = {link.get("rel"): link.get("href") for link in feed(made, LEICESTERSHIRE).findall(f"{ATOM}link")[:3]}
    assert found == {
        "self": "leicestershire.atom",
        "alternate": "../../changes.html",
        "related": "../../excel/local-authorities/leicestershire.xlsx",
    }


def test_a_change_is_told_with_its_cause_in_the_feeds_of_its_areas_and_in_no_other(tmp_path: Path) -> None:
    made = written(folder(tmp_path, SECOND, change(), change(kind="partners_lost", partner_urns=[100002, 100003])))
    for name in ("changes.atom", LEICESTERSHIRE):
        (entry,) = entries(made, name)
        assert entry["title"].endswith(": newly in need 1, partners lost 1")
        assert "School 100001 (URN 100001), Leicestershire: 2 partners" in entry["content"]
        assert "1: Ofsted has published a newer judgement." in entry["content"]
    (entry,) = entries(made, LEICESTER)
    assert "100001" not in entry["content"]


def test_a_school_that_changed_by_two_definitions_counts_once_in_the_title(tmp_path: Path) -> None:
    made = written(folder(tmp_path, SECOND, change(), change(definition="other")))
    assert entries(made)[0]["title"] == "England: newly in need 1"


def test_a_refresh_that_changed_nothing_has_an_entry_that_says_so_and_so_has_the_first(tmp_path: Path) -> None:
    first = folder(tmp_path, FIRST, before=None)
    made = written(folder(tmp_path, SECOND), first)
    assert [entry["title"] for entry in entries(made)] == [
        "England: no school in need has changed",
        "England: nothing was published before to compare with",
    ]


def test_the_entry_of_a_refresh_is_the_same_in_every_later_feed(tmp_path: Path) -> None:
    first = written(folder(tmp_path, FIRST, change()))
    second = written(folder(tmp_path, SECOND), first)
    assert [entry["updated"] for entry in entries(second)] == ["2025-10-01T06:30:00Z", "2025-09-01T06:30:00Z"]
    assert entries(second)[1:] == entries(first)
    ids = [entry["id"] for name in ("changes.atom", LEICESTER, LEICESTERSHIRE) for entry in entries(second, name)]
    assert len(set(ids)) == 6


@pytest.mark.parametrize("fault", ["parquet/change.parquet", "manifest.json"])
def test_a_folder_before_that_cannot_be_read_costs_its_own_entry_alone(tmp_path: Path, fault: str) -> None:
    broken, first = folder(tmp_path, "20250801T063000Z"), folder(tmp_path, FIRST)
    (broken / fault).write_text("damaged")
    assert [entry["updated"][:10] for entry in entries(written(folder(tmp_path, SECOND), broken, first))] == [
        "2025-10-01",
        "2025-09-01",
    ]


def test_invented_schools_are_labelled_and_never_told_beside_real_ones(tmp_path: Path) -> None:
    invented = written(folder(tmp_path, FIRST, is_synthetic=True))
    assert entries(invented)[0]["title"].startswith("Synthetic data")
    assert feed(invented).findtext(f"{ATOM}title").startswith("Synthetic data")
    real = written(folder(tmp_path, SECOND), invented)
    assert len(entries(real)) == 1
    assert feed(real).findtext(f"{ATOM}id") != feed(invented).findtext(f"{ATOM}id")


def test_a_feed_holds_as_many_refreshes_as_folders_are_kept_and_names_no_more_schools_than_it_says(tmp_path: Path) -> None:
    before = [folder(tmp_path, f"202508{day:02}T063000Z") for day in range(1, KEPT + 3)]
    made = written(folder(tmp_path, SECOND, *(change(urn) for urn in range(200000, 200000 + SHOWN + 37))), *before)
    assert len(entries(made)) == KEPT
    content = entries(made)[0]["content"]
    assert f"rise: newly in need: {SHOWN + 37}" in content
    assert content.count("(URN ") == SHOWN
    assert "and 37 more" in content


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_name_is_text_whatever_it_holds(tmp_path: Path, name: str) -> None:
    made = written(folder(tmp_path, SECOND, change(name=name.replace("\x00", ""), la_name=name.replace("\x00", ""))))
    content = html.fromstring(entries(made)[0]["content"])
    assert {element.tag for element in content.iter()} <= {"div", "p", "b", "ul", "li"}
    assert [text for text in content.itertext() if "URN 100001" in text]


def test_the_anonymous_edition_tells_how_many_and_why_and_names_no_school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCHOOLMATCH_ANONYMOUS", "1")
    first = folder(tmp_path, FIRST, change())
    made = written(folder(tmp_path, SECOND, change()), first)
    assert ["100001" in entry["content"] for entry in entries(made)] == [False, False]
    assert "rise: newly in need: 1" in entries(made)[0]["content"]


@pytest.mark.parametrize(
    ("public", "itself"), [(None, "leicestershire.atom"), ("https://a.example", f"https://a.example/{LEICESTERSHIRE}")]
)
def test_where_releases_come_and_go_the_feed_that_stays_leads_into_the_newest(
    tmp_path: Path, public: str | None, itself: str
) -> None:
    made = written(folder(tmp_path, SECOND, change()))
    content = at_root((made / LEICESTERSHIRE).read_bytes(), LEICESTERSHIRE, f"v/{SECOND}", public)
    found = etree.fromstring(content)
    links = [link.get("href") for link in found.findall(f"{ATOM}link")]
    assert links[:3] == [itself, f"../../v/{SECOND}/changes.html", f"../../v/{SECOND}/excel/local-authorities/leicestershire.xlsx"]
    as_written = [etree.tostring(entry, method="c14n") for entry in feed(made, LEICESTERSHIRE).iter(f"{ATOM}entry")]
    assert [etree.tostring(entry, method="c14n") for entry in found.iter(f"{ATOM}entry")] == as_written
