"""Tables of ONS's portal, from a pretend publisher on loopback: read in pages, whole or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.publisher import Fault, Fetch, Publisher
from warehouse.home import Home
from warehouse.sources.cards import ArcgisTable, read_cards

CARD = "ons_lsoa_2011_2021"
FILE = "lsoa11_to_lsoa21.csv"


def _item() -> str:
    finder = read_cards()[CARD].finder
    assert isinstance(finder, ArcgisTable)
    return finder.item


def _rows(count: int) -> list[dict[str, str]]:
    return [{"LSOA11CD": f"E010{n:05}", "LSOA21CD": f"E010{n:05}"} for n in range(count)]


def test_a_table_is_read_to_its_last_page_however_few_rows_a_page_gives(fetch: Fetch, home: Home, publisher: Publisher) -> None:
    publisher.table(_item(), _rows(60), most=7)

    state = fetch(CARD)

    assert (state.outcome, state.rows, state.problem) == ("new", 60, None)
    lines = (home.root / "live/ons" / FILE).read_text(encoding="utf-8").splitlines()
    assert lines[0] == "LSOA11CD,LSOA21CD"
    assert lines[1:] == [f"E010{n:05},E010{n:05}" for n in range(60)]


def test_a_table_is_read_again_when_ons_has_changed_it_and_only_then(fetch: Fetch, publisher: Publisher) -> None:
    path = publisher.table(_item(), _rows(60))
    assert fetch(CARD).outcome == "new"

    assert fetch(CARD).outcome == "unchanged"
    assert path not in publisher.downloads()

    publisher.table(_item(), _rows(70), modified=1785900550000)
    changed = fetch(CARD)
    assert (changed.outcome, changed.rows) == ("new", 70)


def test_a_service_that_ons_has_renamed_is_found_through_its_item(fetch: Fetch, publisher: Publisher) -> None:
    publisher.table(_item(), _rows(60))
    fetch(CARD)
    publisher.table(_item(), _rows(65), modified=1785900550000, service="Table_v6")

    state = fetch(CARD)

    assert (state.outcome, state.rows) == ("new", 65)
    assert "Table_v6_" in str(state.url)


FAULTS: dict[str, tuple[Fault, str]] = {
    "the service fails with 500": (Fault(status=500), "status 500"),
    "an error with status 200": (Fault(body=b'{"error": {"code": 400, "message": "Invalid query"}}'), "reports an error"),
    "a web page": (Fault(body=b"<html>Sorry</html>"), "is not JSON"),
    "a column has another name": (
        Fault(body=b'{"count": 1, "features": [{"attributes": {"LSOA11CD": "E01000001", "lsoa21": "E01000001"}}]}'),
        "renamed a column",
    ),
    "no rows, though there should be": (Fault(body=b'{"count": 60, "features": []}'), "0 rows and is said to have 60"),
    "a page that says there is more, and there is none": (
        Fault(body=b'{"count": 60, "features": [], "exceededTransferLimit": true}'),
        "0 rows and is said to have 60",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_table_that_does_not_come_whole_leaves_the_last_good_one(
    fault: str, fetch: Fetch, home: Home, publisher: Publisher
) -> None:
    path = publisher.table(_item(), _rows(60))
    good = fetch(CARD)
    publisher.table(_item(), _rows(61), modified=1785900550000)
    made, reason = FAULTS[fault]
    publisher.faults[path] = replace(made)

    state = fetch(CARD)

    assert (state.outcome, state.sha256) == ("kept", good.sha256)
    assert reason in str(state.problem)
    assert sorted(file.name for file in (home.root / "live/ons").iterdir()) == [FILE]


def test_a_table_with_far_fewer_rows_than_before_is_put_aside(fetch: Fetch, home: Home, publisher: Publisher) -> None:
    publisher.table(_item(), _rows(80))
    fetch(CARD)
    publisher.table(_item(), _rows(60), modified=1785900550000)

    state = fetch(CARD)

    assert state.outcome == "kept"
    assert "95% of the 80 rows of the last good file" in str(state.problem)
    assert len(list((home.root / "quarantine").iterdir())) == 2


def test_an_item_that_is_gone_is_said_with_what_to_do(fetch: Fetch, publisher: Publisher) -> None:
    publisher.files[f"/sharing/rest/content/items/{_item()}"] = b'{"id": "x"}', "application/json"

    assert "change item in the card" in str(fetch(CARD).problem)
