"""Codes, days and years as words: written alike wherever they are shown."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import duckdb
import pytest

from exports.words import academic_year, day_in_words, in_words, not_asked_of, order_of
from transforms.text import counted
from warehouse.model import load_macros
from warehouse.store import run

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("alternative_provision", "alternative provision"),
        ("semi_rural", "semi-rural"),
        ("high_performing", "high-performing"),
        ("no_longer_high_performing", "no longer high-performing"),
        ("good_with_high_results", "good with high results"),
        ("", ""),
        (None, None),
    ],
)
def test_a_code_is_spelt_as_people_write_it(code: str | None, words: str | None) -> None:
    assert in_words(code) == words


def test_days_and_academic_years_are_written_alike_and_say_when_they_are_not_known() -> None:
    assert day_in_words(date(2025, 9, 1)) == "1 September 2025"
    assert (day_in_words(None), day_in_words(None, "–")) == ("an unknown date", "–")
    assert (academic_year(2025), academic_year(2000)) == ("2024/25", "1999/00")
    assert (academic_year(None), academic_year(None, "no year")) == ("none landed", "no year")


def test_it_is_said_of_how_many_schools_figures_are_where_not_all_are_asked() -> None:
    row = {"definition": "own", "phase": "primary", "schools": 10_212, "not_asked": 6_531, "not_asked_because": "Too small."}
    assert not_asked_of(row) == ["Figures of own are of 10,212 of 16,743 primary schools. The others are not asked. Too small."]
    assert not_asked_of(row | {"not_asked": 0}) == []


def test_todays_policy_comes_first_then_definitions_by_name_and_phases_as_a_child_goes_through_them() -> None:
    assert sorted(["our-own", "nfer-2017", "rise"], key=order_of) == ["rise", "nfer-2017", "our-own"]
    assert order_of("rise", "primary") < order_of("rise", "secondary") < order_of("rise", "a phase of one's own")


@pytest.mark.parametrize(("number", "words"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1200, "1,200 rows")])
def test_one_of_a_thing_is_no_plural(number: int, words: str) -> None:
    """In Python and in SQL: "1 rows without LinkURN were set aside"."""
    assert counted(number, "row") == words
    with duckdb.connect() as connection:
        load_macros(connection)
        assert run(connection, "select counted($1, 'row')", [number]) == [(words,)]


def test_a_thing_whose_verb_follows_its_number_says_both() -> None:
    assert (counted(1, "row is", "rows are"), counted(3, "row is", "rows are")) == ("1 row is", "3 rows are")


def test_no_command_and_no_sheet_spells_codes_by_itself() -> None:
    """The general cell of the method page, which also holds text that is no code, is the one exception."""
    spells = re.compile(r"""replace\(["']_["'], ["'][ -]["']\)""")
    modules = [path for room in ("exports", "orchestration") for path in (ROOT / room).rglob("*.py")]
    found = {path.name for path in modules if spells.search(path.read_text(encoding="utf-8"))}
    assert found == {"words.py", "method.py"}
