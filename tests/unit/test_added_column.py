"""A measure or a column is two files, its SQL and its contract: added there, the map and the tidy CSV have it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from exports.ees import write_ees
from exports.map import write_site
from tests.support.added import MEASURE, add_measure, copy_of_the_contracts, show_columns
from tests.support.world import World

IN_NEED, PARTNER = 100001, 100002


@pytest.fixture
def built(world: World) -> World:
    """A school in need in Leicestershire and its partner 500 m away; of Rutland a school that is neither."""
    world.graded(world.school(IN_NEED, pupils=1234), 4, previous=3)
    world.graded(world.school(PARTNER, east=500), 1, previous=1)
    world.graded(world.school(100003, la_code="857", north=90_000), 2, previous=2)
    return world.build(with_sensitivity=True)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return copy_of_the_contracts(tmp_path / "sql", monkeypatch)


def data(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="ascii")
    return dict(json.loads(text[text.index(",") + 1 : text.rindex(")")]))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_measure_of_an_area_is_its_sql_and_its_contract(built: World, folder: Path, tmp_path: Path) -> None:
    add_measure(folder, built.connection)
    write_site(built.connection, tmp_path / "site", status=[], stamp="20251001T063000Z")
    facts = data(tmp_path / "site" / "data" / "areas.js")
    measure = facts["measures"][-1]
    assert (measure["name"], measure["title"], measure["heading"], measure["empty"], measure["decimals"]) == (
        MEASURE, "Miles to the nearest partner, median", "Miles, median", "nobody near", 1,
    )  # fmt: skip
    shown = {name: facts[name]["rise"]["primary"]["local_authority"] for name in ("figures", "ranks", "legends")}
    assert {code: row[-1] for code, row in shown["figures"].items()} == {"E10000018": 0.3, "E06000017": None}
    assert (shown["ranks"]["areas"]["E10000018"][-1], shown["ranks"]["of"][-1]) == (1, 1)
    assert shown["legends"][MEASURE] == {
        "limits": [0.3, 0.3], "counts": [1], "without_value": 1, "without_schools": 0,
    }  # fmt: skip

    write_ees(built.connection, tmp_path / "ees", is_synthetic=False)
    england, *_ = (row for row in rows_of(tmp_path / "ees" / "area_summary.csv") if row["definition"] == "RISE")
    assert float(england[MEASURE]) == pytest.approx(500 / 1609.344)
    rutland = next(row for row in rows_of(tmp_path / "ees" / "area_summary.csv") if row["new_la_code"] == "E06000017")
    assert rutland[MEASURE] == "z"
    meta = {row["col_name"]: row for row in rows_of(tmp_path / "ees" / "area_summary.meta.csv")}[MEASURE]
    assert (meta["label"], meta["indicator_grouping"], meta["indicator_dp"]) == (
        "Miles to the nearest partner, median", "Help near schools in need", "2",
    )  # fmt: skip


def test_a_column_of_a_school_is_shown_where_its_contract_says_so_and_schools_are_named(
    built: World, folder: Path, tmp_path: Path
) -> None:
    show_columns(folder, "pupils", "open_date", "is_in_mat", "ofsted_framework")
    for is_named in (True, False):
        write_site(built.connection, tmp_path / str(is_named), status=[], stamp="20251001T063000Z", is_named=is_named)
    told = {is_named: data(tmp_path / str(is_named) / "data" / "areas.js")["factLabels"] for is_named in (True, False)}
    assert told == {True: ["Is in mat", "Open date", "Pupils", "Judged under"], False: []}
    for is_named, facts in ((True, ["no", "GIAS does not know", "1,234", "headline grade"]), (False, [])):
        file = data(tmp_path / str(is_named) / "data" / "schools" / "E10000018.js")
        schools = [dict(zip(file["columns"], row, strict=True)) for row in file["schools"]]
        assert next(each["facts"] for each in schools if each["status"]["rise"] == "in_need") == facts
