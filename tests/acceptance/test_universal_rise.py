"""Universal RISE on the national files of 2025, held against the publisher's rows and quarters worked out by pandas.

These tests run where the real files are, and are skipped, and say so, elsewhere.
"""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest

from tests.acceptance.conftest import Published
from tests.conftest import real_folder

pytestmark = pytest.mark.real_data

KS2_2025 = "ks2/2024-2025/ks2_school_attainment_data.csv"


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    """By URN as published: the percentage at the expected standard of all pupils (Total) and of the disadvantaged."""
    rows = pd.read_csv(real_folder("2025") / KS2_2025, dtype=str, encoding="utf-8-sig")
    rows = rows[(rows["geographic_level"] == "School") & (rows["subject"] == "Reading, writing and maths")]
    values = pd.to_numeric(rows["expected_standard_pupil_percent"], errors="coerce")
    table = values.set_axis(pd.MultiIndex.from_arrays([rows["school_urn"].astype(int), rows["breakdown"]])).unstack()
    return table[["Total", "Disadvantaged"]]


@pytest.fixture(scope="module")
def found(figures: Published) -> pd.DataFrame:
    rows = figures.query(
        """select status.urn, status.phase, status.status, status.not_asked_because, status.facts, school.ks2_source
        from mart.school_status as status inner join mart.school as school on school.urn = status.urn
        where status.definition = 'universal-rise'"""
    )
    told = [row | json.loads(row["facts"]) for row in rows]
    return pd.DataFrame(told).set_index("urn")


@pytest.fixture(scope="module")
def figures(y2025: Published) -> Published:
    return y2025


def test_the_file_tells_of_the_disadvantaged_pupils_of_two_schools_in_three(raw: pd.DataFrame) -> None:
    """Counted in the publisher's file: it has no row of the others, and codes none."""
    assert (len(raw), int(raw["Disadvantaged"].notna().sum())) == (15_369, 10_428)


def test_each_school_has_the_figures_that_are_published_under_its_number(found: pd.DataFrame, raw: pd.DataFrame) -> None:
    own = found[found["ks2_source"] == "own"]
    published = raw.reindex(own.index)
    assert len(own) > 14_900
    pd.testing.assert_series_equal(own["result"].astype(float), published["Total"], check_names=False)
    pd.testing.assert_series_equal(own["disadvantaged_result"].astype(float), published["Disadvantaged"], check_names=False)


def test_a_primary_school_is_asked_if_and_only_if_its_disadvantaged_pupils_have_a_figure(found: pd.DataFrame) -> None:
    primary, secondary = found[found["phase"] == "primary"], found[found["phase"] == "secondary"]
    assert ((primary["status"] == "not_asked") == primary["disadvantaged_result"].isna()).all()
    assert ((found["status"] == "not_asked") == found["not_asked_because"].notna()).all()
    assert set(secondary["not_asked_because"]) == {"disadvantaged_not_landed"}


def test_the_statuses_are_those_of_quarters_that_pandas_finds(found: pd.DataFrame) -> None:
    disadvantaged, total = found["disadvantaged_result"].dropna().astype(float), found["result"].dropna().astype(float)
    high = disadvantaged[disadvantaged.rank(ascending=False, method="min") <= 0.25 * len(disadvantaged)].index
    low = disadvantaged[disadvantaged.rank(method="min") <= 0.25 * len(disadvantaged)].index
    lowest = low.intersection(total[total.rank(method="min") <= 0.25 * len(total)].index)
    asked = found[found["status"] != "not_asked"]
    assert set(asked.index[asked["status"] == "high_performing"]) == set(high.intersection(asked.index))
    assert set(asked.index[asked["status"] == "in_need"]) == set(lowest.intersection(asked.index))
    assert len(high) > 0.25 * len(disadvantaged) > 0


def test_no_figure_of_secondary_schools_is_shown_and_it_is_said_why(figures: Published) -> None:
    of_it = "definition = 'universal-rise' and phase = 'secondary'"
    (country,) = figures.query(f"from mart.area_summary where {of_it} and area_type = 'country'")
    assert (country["schools"], country["in_need"], country["high_performing_percent_upper"]) == (0, None, None)
    assert country["not_asked"] > 3_000
    questions = figures.query(f"from mart.question where {of_it}")
    assert [row["found"] for row in questions] == [None, None]
    assert all(re.match(r"None of 3,\d{3} schools is asked. Cannot be told: ", row["withheld_because"]) for row in questions)
