"""A school in need lists its partners in the order of its shortlist, each with what speaks for it; without names only how far."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from exports.map import write_site
from tests.browser.conftest import Visitor, served
from tests.support.world import World
from warehouse.home import Home
from warehouse.store import run


@pytest.fixture(scope="module")
def world() -> World:
    """A comprehensive with a grammar school beside it, an academy of its own kind farther off, and one judged long ago.

    Another school in need has only the grammar school near.
    """
    made = World()
    made.graded(made.secondary(100001, name="In need", admissions="Non-selective"), 4, previous=3)
    made.graded(made.secondary(100002, name="Also in need", east=-300, north=3150, admissions="Non-selective"), 4, previous=3)
    made.graded(made.secondary(100101, name="Grammar", east=322, admissions="Selective", gender="Boys"), 1)
    trust = {"trust_id": "6000", "trust_name": "Quill Trust", "admissions": "Non-selective"}
    made.graded(made.school(100102, kind="secondary academy", name="Lately", east=805, **trust), 1)
    made.graded(
        made.school(100103, kind="secondary academy", name="Long ago", east=-1609, **trust),
        1,
        latest_inspection_date=date(2013, 5, 1),
    )
    made.build(with_sensitivity=True)
    run(made.connection, "update mart.refresh set gias_as_at = date '2025-09-30', started_at = timestamp '2025-10-01 06:30:00'")
    return made


@pytest.mark.parametrize(
    ("is_named", "expected"),
    [
        (
            True,
            [
                "Lately – 0.5 miles, alike 100 of 100, judged at the top less than 5 years ago; run by Quill Trust",
                "Long ago – 1.0 miles, alike 100 of 100, judged at the top 5 or more years ago; run by Quill Trust",
                "Grammar (grammar school, for boys) – 0.2 miles, alike 67 of 100, judged at the top less than 5 years ago; "
                "run by Leicestershire (local authority), 2 in need itself, could serve 2 schools in need",
            ],
        ),
        (False, ["less than a mile", "less than a mile", "about 1 mile"]),
    ],
)
def test_the_partners_of_a_school_stand_in_the_order_of_its_shortlist_with_what_speaks_for_each(
    world: World, visit: Visitor, tmp_path: Path, is_named: bool, expected: list[str]
) -> None:
    home = Home(tmp_path)
    folder = home.published / "20251001T063000Z"
    folder.mkdir(parents=True)
    write_site(world.connection, folder / "site", status=[], stamp=folder.name, is_named=is_named)
    home.latest.symlink_to(folder.name)
    with served(home) as address:
        opened = visit(f"{address}site/").show("definition=rise&phase=secondary&area=E10000018")
        opened.page.get_by_text(": 3 high-performing schools").locator("..").locator("button").click()
        opened.drawn()
        partners = opened.page.locator("#school .partners li")
        expect(partners).to_have_count(3)
        told = [text.split("GIAS")[0].strip() for text in partners.all_text_contents()]
        assert told == expected if is_named else [text.split(" – ")[1] for text in told] == expected
