"""The school results of the Department for Education, in the long layouts of Explore Education Statistics.

What belongs here: the layout and its markers: z not applicable, c suppressed, x not available. UTF-8 with a byte order
mark and plain line feeds, unlike the register.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from warehouse.sample.csv_file import decimals, headings, write_table
from warehouse.sample.model import Ints, Texts, World, stream
from warehouse.sample.results import KS2_SUBJECTS, KeyStage2, KeyStage4

_KS2 = headings(
    """
time_period|time_identifier|geographic_level|country_code|country_name|school_urn|school_laestab|breakdown_topic
breakdown|subject|pupil_count|expected_standard_pupil_percent|higher_standard_pupil_percent|average_scaled_score
progress_measure_score|progress_measure_lower_conf_interval|progress_measure_upper_conf_interval
"""
)
_KS4 = headings(
    """
time_period|time_identifier|geographic_level|country_code|country_name|school_laestab|school_urn|school_name|version
breakdown|t_pupils|avg_att8|avg_p8score|p8score_ci_low|p8score_ci_upp|pt_inp8calc|pt_l2basics_94|pt_l2basics_95
pt_ebacc_e_ptq_ee|avg_ebaccaps
"""
)
_RWM = "Reading, writing and maths"
_KS2_DAY, _KS4_DAY = np.datetime64("2025-08-31", "D"), np.datetime64("2024-08-31", "D")  # the ends of the two years
_FEWEST = 6  # pupils: results of fewer are suppressed
_SUPPRESSED_ELSE = 0.012  # share of larger cohorts suppressed as well, so that nobody can be worked out


def write_key_stage_2(path: Path, world: World, found: KeyStage2, seed: int) -> None:
    """Write a row per school and subject, and one for the disadvantaged pupils of schools that have enough of them."""
    rng = stream(seed, 15)
    size = len(found.school)
    is_hidden = (found.cohort < _FEWEST) | (rng.random(size) < _SUPPRESSED_ELSE)
    not_applicable = np.full(size, "z")

    def percent(met: Ints) -> Texts:
        return np.where(is_hidden, "c", np.rint(100 * met / found.cohort).astype(np.int64).astype(str))

    def score(values: Ints) -> Texts:
        return np.where(is_hidden, "c", values.astype(str))

    reading, writing, maths, grammar = (percent(met) for met in found.by_subject)
    # (subject, breakdown, percent, higher, score), in the publisher's order within a school
    tables = [
        (KS2_SUBJECTS[3], "Total", grammar, not_applicable, not_applicable),
        (KS2_SUBJECTS[2], "Total", maths, not_applicable, score(found.scaled_maths)),
        (KS2_SUBJECTS[0], "Total", reading, not_applicable, score(found.scaled_reading)),
        (_RWM, "Total", percent(found.expected), percent(found.higher), not_applicable),
        (_RWM, "Disadvantaged", found.disadvantaged_percent.astype(str), np.full(size, "x"), not_applicable),
        (KS2_SUBJECTS[1], "Total", writing, not_applicable, not_applicable),
    ]
    is_written = np.ones((size, len(tables)), dtype=np.bool_)
    is_written[:, 4] = (found.disadvantaged_percent >= 0) & ~is_hidden
    row, table = np.nonzero(is_written)
    is_total = table != 4

    def stacked(part: int) -> list[str]:
        return list(np.stack([np.asarray(each[part]) for each in tables])[table, row].tolist())

    laestab = np.array(world.laestabs(found.school))
    laestab[rng.random(size) < 0.01] = ""  # some schools have none in the publisher's file
    columns = _common("202425", len(row)) | {
        "school_urn": np.array(world.urns_as_at(found.school, _KS2_DAY))[row].tolist(),
        "school_laestab": laestab[row].tolist(),
        "breakdown_topic": np.where(is_total, "All pupils", "Disadvantaged status").tolist(),
        "breakdown": np.where(is_total, "Total", "Disadvantaged").tolist(),
        "subject": np.array([each[0] for each in tables])[table].tolist(),
        "pupil_count": np.where(is_total, found.cohort[row].astype(str), "x").tolist(),
        "expected_standard_pupil_percent": stacked(2),
        "higher_standard_pupil_percent": stacked(3),
        "average_scaled_score": stacked(4),
    }
    write_table(path, _KS2, columns, missing="z", encoding="utf-8-sig", line_end="\n")


def write_key_stage_4(path: Path, world: World, found: KeyStage4, seed: int) -> None:
    """Write a row per school, under the URN it had at the end of the year."""
    rng = stream(seed, 16)
    size = len(found.school)
    # some numbers went through a tool that made them floating point
    is_float, is_absent = rng.random((2, size))
    laestab = [
        "" if absent < 0.01 else f"{number}.0" if floated < 0.6 else number
        for number, floated, absent in zip(world.laestabs(found.school), is_float, is_absent, strict=True)
    ]
    has_none = np.isnan(found.progress8)
    columns = _common("202324", size) | {
        "school_laestab": laestab,
        "school_urn": world.urns_as_at(found.school, _KS4_DAY),
        "school_name": world.schools.name[found.school].tolist(),
        "version": ["Final"] * size,
        "breakdown": ["Total"] * size,
        "t_pupils": np.where(has_none & (rng.random(size) < 0.8), "", found.cohort.astype(str)).tolist(),
        "avg_att8": decimals(found.attainment8, 1, "z"),
        "avg_p8score": decimals(found.progress8, 2, "z"),
        "p8score_ci_low": decimals(found.progress8 - found.margin, 2, "z"),
        "p8score_ci_upp": decimals(found.progress8 + found.margin, 2, "z"),
        "pt_inp8calc": decimals(found.included_percent, 0, "z"),
        "pt_l2basics_94": decimals(found.basics_94_percent, 1, "z"),
        "pt_l2basics_95": decimals(found.basics_95_percent, 1, "z"),
        "pt_ebacc_e_ptq_ee": decimals(found.ebacc_percent, 1, "z"),
        "avg_ebaccaps": decimals(found.ebacc_points, 2, "z"),
    }
    write_table(path, _KS4, columns, encoding="utf-8-sig", line_end="\n")


def _common(period: str, rows: int) -> dict[str, Any]:
    return {
        "time_period": [period] * rows,
        "time_identifier": ["Academic year"] * rows,
        "geographic_level": ["School"] * rows,
        "country_code": ["E92000001"] * rows,
        "country_name": ["England"] * rows,
    }
