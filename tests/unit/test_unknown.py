"""What is not known decides nothing: for thousands of invented schools one fact that is known is taken away.

Every definition must find no reason then that it did not find before; and a school that is in need or high-performing no more must
say which of its rules could not be decided. Not among the facts: the category of concern, since an inadequate school is in one by
law, whichever it is; and the date of the latest inspection, without which a release tells of none.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.support.world import KINDS, REPORT_CARD_AREAS, World
from transforms.layouts import LAYOUTS
from warehouse.definitions import read_definitions
from warehouse.store import rows_as_dicts, run

SCHOOLS = 10_000
FIRST = 100_001
YEAR = 2016
"""Of the results: a year for which the study of 2017 has standards."""

Frames = dict[str, pd.DataFrame]

JUDGEMENTS = ("overall_effectiveness", "quality_of_education", "leadership_and_management")
GRADES = ("Exceptional", "Strong standard", "Expected standard", "Needs attention", "Urgent improvement")
RESULTS = {
    "raw.ks2_result": ("rwm_expected_percent", "reading_progress", "writing_progress", "maths_progress"),
    "raw.ks4_result": ("attainment8", "progress8"),
}
"""Measures. By the study's own rule a number of pupils stands in where the upper bound of Progress 8 is not published."""


def invented(seed: int) -> Frames:
    """Schools, their inspections of every era, trusts and results; each fact is known of most of them."""
    draw = np.random.default_rng(seed)
    urns = np.arange(FIRST, FIRST + SCHOOLS)

    def some(values: Any, unknown: float = 0.1) -> Any:
        picked = np.asarray(draw.choice(np.asarray(values, dtype=object), SCHOOLS), dtype=object)
        picked[draw.random(SCHOOLS) < unknown] = None
        return picked

    is_secondary, is_academy = draw.random(SCHOOLS) < 0.3, draw.random(SCHOOLS) < 0.5
    flag = np.where(is_academy, some(["3", "5"]), "0")
    has_trust = is_academy & pd.notna(flag)
    school = pd.DataFrame(
        {
            "urn": urns,
            "la_code": "855",
            "establishment_number": [f"{number:04}" for number in range(SCHOOLS)],
            "type_code": np.where(is_academy, KINDS["academy"]["type_code"], "01"),
            "status_code": "1",
            "phase_code": np.where(is_secondary, "4", "2"),
            "gor_code": "E",
            "trust_flag_code": flag,
            "trust_id": np.where(has_trust, "5000", None),
            "trust_name": np.where(has_trust, "A trust", None),
            "as_at": pd.Timestamp(2026, 6, 30),
        }
    )
    era = draw.choice(["headline", "four", "card", "none"], SCHOOLS, p=[0.5, 0.2, 0.2, 0.1])
    inspected: dict[str, Any] = {"urn": urns, "as_at": pd.Timestamp(2026, 5, 31)}
    for side, day, of in (
        ("latest", "2023-05-01", era),
        ("previous", "2018-05-01", draw.choice(["headline", "four", "none"], SCHOOLS)),
    ):
        has = np.isin(of, ["headline", "four"])
        inspected[f"{side}_inspection_date"] = np.where(has, day, None)
        inspected[f"{side}_overall_effectiveness"] = np.where(of == "headline", some([1, 2, 3, 4]), None)
        inspected[f"{side}_overall_effectiveness_missing"] = np.where(of == "four", "no_headline_grade", None)
        for judged in JUDGEMENTS[1:]:
            inspected[f"{side}_{judged}"] = np.where(has, some([1, 2, 3, 4]), None)
        inspected[f"{side}_category_of_concern"] = np.where(has, some(["SM", "SWK", None, None, None]), None)
    is_card = era == "card"
    inspected["report_card_inspection_date"] = np.where(is_card, "2026-02-03", None)
    inspected["report_card_safeguarding"] = np.where(is_card, some(["Met", "Met", "Not met"]), None)
    weights = draw.choice([0, 1], SCHOOLS)
    for area in REPORT_CARD_AREAS:
        mixed, strong = some(GRADES, 0.05), some(GRADES[:2], 0.05)
        inspected[f"report_card_{area}"] = np.where(is_card, np.where(weights == 1, strong, mixed), None)
    for area in ("early_years", "post_16"):
        inspected[f"report_card_{area}"] = np.where(is_card, "Not applicable", None)

    def result(stage: bool, columns: dict[str, Any]) -> pd.DataFrame:
        rows = pd.DataFrame({"urn": urns, "year": YEAR, "pupils": draw.integers(5, 200, SCHOOLS)} | columns)
        return rows[is_secondary == stage].reset_index(drop=True)

    progress = {name: some(np.round(draw.normal(0, 4, 500), 1)) for name in RESULTS["raw.ks2_result"][1:]}
    score = draw.normal(0, 0.6, SCHOOLS)
    progress8 = {"progress8": np.where(draw.random(SCHOOLS) < 0.1, None, score), "progress8_upper": score + 0.3}
    return {
        "raw.gias_establishment": school,
        "raw.ofsted_inspection": pd.DataFrame(inspected),
        "raw.ks2_result": result(False, {"rwm_expected_percent": some(range(30, 101))} | progress),
        "raw.ks4_result": result(True, {"attainment8": some(range(25, 80))} | progress8),
    }


def build(world: World, frames: Frames) -> dict[tuple[str, int], dict[str, Any]]:
    """What every definition finds of each school."""
    world.clear()
    for table, frame in frames.items():
        layout = next(layout for layout in LAYOUTS if f"raw.{layout.kind}" == table)
        types = {**layout.schema, "as_at": "date"}
        view = f"incoming_{table.partition('.')[2]}"
        world.connection.register(view, frame)
        casts = ", ".join(f"cast({name} as {types[name]}) as {name}" for name in frame)
        run(world.connection, f"insert into {table} by name select {casts} from {view}")
        world.connection.unregister(view)
    world.build(tables=["match.school_status"])
    rows = rows_as_dicts(
        world.connection,
        """select definition, urn, status, reasons, excluded_because, not_assessed, in_need_undecided, high_performing_undecided
        from match.school_status""",
    )
    return {(row["definition"], row["urn"]): row for row in rows}


def without(frames: Frames, seed: int, tables: dict[str, list[str]]) -> tuple[Frames, set[int]]:
    """The same, but that of each school one of these facts, if it is known, is not; and the schools of which one was taken."""
    draw = np.random.default_rng(seed)
    changed, taken = {name: frame.copy() for name, frame in frames.items()}, set[int]()
    choices = [(table, column) for table, columns in tables.items() for column in columns]
    which = draw.integers(0, max(len(choices), 3), SCHOOLS)
    for number, (table, column) in enumerate(choices):
        frame = changed[table]
        rows = (which[frame["urn"].to_numpy() - FIRST] == number) & frame[column].notna().to_numpy()
        if column == "trust_flag_code":
            rows &= (frame["type_code"] != "01").to_numpy()  # what is no academy is in no trust
            frame.loc[rows, ["trust_id", "trust_name"]] = None
        frame.loc[rows, column] = None
        taken |= set(frame.loc[rows, "urn"])
    return changed, taken


JUDGED = {
    "raw.gias_establishment": ["trust_flag_code"],
    "raw.ofsted_inspection": [
        *(f"{side}_{name}" for side in ("latest", "previous") for name in JUDGEMENTS),
        "previous_inspection_date",
        "report_card_safeguarding",
        *(f"report_card_{area}" for area in REPORT_CARD_AREAS),
    ],
}

MEASURED = [{table: [column]} for table, columns in RESULTS.items() for column in columns]
"""One measure at a time: schools are ranked by their results, and each that is taken away moves the places of the others."""


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture(scope="module")
def known(world: World) -> tuple[Frames, dict[tuple[str, int], dict[str, Any]]]:
    frames = invented(seed=15)
    return frames, build(world, frames)


@pytest.mark.parametrize("facts", [JUDGED, *MEASURED], ids=lambda facts: "+".join(facts[name][0] for name in facts))
def test_a_fact_that_is_taken_away_decides_nothing_and_what_it_decided_is_said_to_be_open(
    world: World, known: tuple[Frames, dict[tuple[str, int], dict[str, Any]]], facts: dict[str, list[str]]
) -> None:
    frames, before = known
    rules = {(d.name, code): set(reason.rules) for d in read_definitions() for code, reason in d.description.reason.items()}
    changed, taken = without(frames, 16, facts)
    after = build(world, changed)
    lost = 0
    for key in (key for key in before if key[1] in taken):
        was, now = before[key], after[key]
        assert set(now["reasons"]) <= set(was["reasons"]), (key, was, now)
        undecided = set().union(*(rules[key[0], code] for code in now["not_assessed"])) if now["not_assessed"] else set[str]()
        gone = set(was["reasons"]) - set(now["reasons"])
        assert gone <= undecided, (key, was, now)
        if now["status"] == "in_need":
            assert was["status"] == "in_need", (key, was, now)
        # what a fact that is taken away gave stays within the bounds
        if was["status"] == "in_need" and now["status"] != "in_need":
            assert now["in_need_undecided"], (key, was, now)
        if was["status"] == "high_performing" and now["status"] == "neither":
            assert now["high_performing_undecided"], (key, was, now)
        if was["status"] != "neither" and now["status"] == "neither":
            lost += 1
            assert now["not_assessed"], (key, was, now)
    assert lost, "no fact that was taken away mattered"
    statuses = {row["status"] for row in before.values()}
    assert statuses == {"in_need", "high_performing", "neither"}
