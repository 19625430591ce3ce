"""The range of a total: its steps add up to the bounds, each school stands at one of them, and the chart shows each."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from lxml import etree

from exports.pages.chart import Bar, Mark, steps
from exports.pages.page import Drawing, Page, as_markdown
from exports.pages.reproduction import page_of
from tests.support.world import World
from tests.unit.test_reproduction import NFER, fill, text
from warehouse.study.ranges import find_ranges
from warehouse.study.reproduction import Reproduction, reproduce


@pytest.fixture(scope="module")
def built() -> World:
    return fill(World()).build(with_sensitivity=True)


@pytest.fixture(scope="module")
def found(built: World) -> Reproduction:
    return reproduce(built.connection, NFER)


def test_the_steps_add_up_to_the_bounds_of_the_tables(built: World) -> None:
    rows = built.query("from mart.area_summary where definition = 'nfer-2017' and area_type = 'country'")
    for each in find_ranges(built.connection, NFER):
        for row in rows:
            phase = row["phase"]
            assert 100 * each.lower(phase) / row["schools"] == pytest.approx(row[f"{each.question}_percent_lower"])
            assert 100 * each.upper(phase) / row["schools"] == pytest.approx(row[f"{each.question}_percent_upper"])
        rungs = list(each.rungs())
        for before, rung in pairwise(rungs):
            assert (rung.start if rung.step else rung.end) == before.end


def test_a_school_is_counted_once_in_a_question_whatever_is_not_known_of_it(built: World) -> None:
    for each in find_ranges(built.connection, NFER):
        for phase, schools in each.schools.items():
            assert each.found_of(phase) + sum(step.of(phase) for step in each.steps if step.is_upper) <= schools
            assert sum(step.of(phase) for step in each.steps if not step.is_upper) <= each.found_of(phase)


def test_the_chart_is_xml_that_holds_each_step_with_its_size(found: Reproduction) -> None:
    drawings = [block for block in page_of(found).blocks if isinstance(block, Drawing)]
    assert len(drawings) == 2
    for drawing, each in zip(drawings, found.ranges, strict=True):
        root = etree.fromstring(drawing.svg)
        words = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
        assert root.find("{http://www.w3.org/2000/svg}title").text
        assert root.find("{http://www.w3.org/2000/svg}desc").text
        for rung in each.rungs():
            if rung.step:
                assert any(rung.step.label.lower() in word.lower() and word.endswith(f"+{rung.size:,}") for word in words)


def test_a_hostile_name_is_text_in_a_chart() -> None:
    svg = steps("a", "<b>", "&", [Bar("<script>", 0, 1)], Mark('"<i>', 1))
    root = etree.fromstring(svg)
    assert root.findall(".//script") == []
    assert "<script" not in as_markdown(Page("P", [Drawing(svg)]))


def test_a_total_that_is_withheld_cannot_be_told_and_keeps_its_bounds(built: World, found: Reproduction) -> None:
    because = "1 of 6 schools are found."
    country = [
        row | {"high_performing": None, "high_performing_percent": None, "high_performing_withheld_because": because}
        for row in found.country
    ]
    comparisons = [
        replace(each, ours=None, withheld=(because,)) if each.measure.startswith("high_performing") else each
        for each in found.comparisons
    ]
    shown = text(page_of(replace(found, country=country, regions=[], comparisons=comparisons)))
    assert f"Cannot be told: how many primary schools are high-performing (nfer-2017). {because}" in shown
    assert "High-performing schools: published 5,677, ours cannot be told, and between" in shown
