"""School results (DfE), key stages 2 and 4: the wide performance tables (to 2022/23) and the long files of today.

Both become one row per school and academic year (named by the year in which it ended). What a year did not publish is
null with the reason, so that no rule can take a missing measure for a fail.
"""

from __future__ import annotations

import pandas as pd

from transforms.errors import InputError
from transforms.layouts.layout import academic_year_in_path
from transforms.layouts.table import read_layout

_SCHOOL_RECORD_TYPES = (1, 2)
"""RECTYPE of a mainstream and of a special school; other values are totals of areas and of England."""

_BREAKDOWNS = ("breakdown", "breakdown_topic", "sex", "disadvantage_status", "first_language", "prior_attainment", "mobility")
"""What a long file may be broken down by: a row is of the whole school where each of those that the file has says "Total"."""


def _wide_rows(frame: pd.DataFrame, path: str) -> pd.DataFrame:
    """Rows of schools (not of areas) with the year from the file's path and LAESTAB = authority and establishment number."""
    frame = frame[frame["record_type"].isin(_SCHOOL_RECORD_TYPES)].copy()
    frame["year"] = academic_year_in_path(path)
    if {"la_code", "establishment_number"} <= set(frame):
        frame["laestab"] = frame["la_code"] * 10_000 + frame["establishment_number"]
    return frame


def _long_rows(frame: pd.DataFrame, path: str) -> pd.DataFrame:
    """Rows of whole schools, the year as the one in which it ended (202425 becomes 2025)."""
    whole = frame["level"] == "School"
    for breakdown in _BREAKDOWNS:
        if breakdown in frame:
            whole &= frame[breakdown] == "Total"
    frame = frame[whole].copy()
    if frame.empty:
        raise InputError(
            "The file has no row for a whole school",
            file=path,
            column="geographic_level, breakdown",
            expected="rows with School and Total",
            do="download the school-level data set, with all pupils",
        )
    start, end = frame["year"] // 100, frame["year"] % 100
    wrong = (start + 1) % 100 != end
    if wrong.any():
        raise InputError(
            f"The period {frame.loc[wrong, 'year'].iloc[0]} is no academic year",
            file=path,
            row=int(frame.loc[wrong, "row_number"].iloc[0]),
            column="time_period",
            expected="a period such as 202425",
        )
    frame["year"] = start + 1
    return frame


_KS2_WIDE_PROGRESS_ONLY = {2019}
"""Years whose wide file is read without attainment: of 2018/19 only progress is used (the last before the tests were
cancelled); attainment comes from later years, and a rule never mixes the two."""


def _ks2_wide(frame: pd.DataFrame, path: str) -> pd.DataFrame:
    """Wide rows; attainment may be absent only in the years named above."""
    frame = _wide_rows(frame, path)
    absent = [heading for ours, heading in (("pupils", "TELIG"), ("rwm_expected_percent", "PTRWM_EXP")) if ours not in frame]
    if absent and not set(frame["year"]) <= _KS2_WIDE_PROGRESS_ONLY:
        raise InputError(
            "The file lacks column(s) it is needed for",
            file=path,
            column=", ".join(absent),
            expected="number of eligible pupils and the share at the expected standard",
            do="fetch the whole file again",
        )
    return frame


def _ks2_long(frame: pd.DataFrame, path: str) -> pd.DataFrame:
    """One row per school from five rows, one per subject: attainment from the combined row, progress from each subject's."""
    frame = _long_rows(frame, path)
    combined = frame[frame["subject"] == "Reading, writing and maths"]
    result = combined[["urn", "year", "laestab", "row_number"]].copy()
    for ours, theirs in (
        ("pupils", "subject_pupils"),
        ("rwm_expected_percent", "expected_percent"),
        ("rwm_higher_percent", "higher_percent"),
    ):
        result[ours], result[f"{ours}_missing"] = combined[theirs], combined[f"{theirs}_missing"]
    for subject in ("Reading", "Writing", "Maths"):
        ours = f"{subject.lower()}_progress"
        part = frame.loc[frame["subject"] == subject, ["urn", "year", "progress", "progress_missing"]]
        part = part.rename(columns={"progress": ours, "progress_missing": f"{ours}_missing"})
        result = result.merge(part, how="left", on=["urn", "year"], validate="one_to_one")
        result.loc[result[ours].isna() & result[f"{ours}_missing"].isna(), f"{ours}_missing"] = "no_row"
    return result


KS2 = read_layout("ks2_result", {"wide": _wide_rows, "wide_with_attainment": _ks2_wide, "long_by_subject": _ks2_long})
KS4 = read_layout("ks4_result", {"wide": _wide_rows, "long": _long_rows})

LAYOUTS = (KS2, KS4)
