"""School results (DfE), key stages 2 and 4: the wide performance tables (of all years to 2024/25) and the long files of today.

Both become one row per school and academic year (named by the year in which it ended). What a year did not publish is
null with the reason, so that no rule can take a missing measure for a fail.
"""

from __future__ import annotations

import re

import pandas as pd

from transforms.errors import InputError
from transforms.layouts.layout import academic_year, academic_year_in_path
from transforms.layouts.reading import Reading, once
from transforms.layouts.table import read_layout
from transforms.text import counted, shown

_CENTURY = 20
_VERSIONS = ("Provisional", "Revised", "Final")
"""Of results, in the order in which they are published: each takes the place of the one before."""


def _year_of_wide(reading: Reading) -> int:
    """The year of a wide file: by its path, and at key stage 2 by its header, which names the year before (TELIG_18 in 2018/19).

    Raises InputError where neither says it, or the two differ.
    """
    before = [int(found[1]) for heading in reading.header if (found := re.fullmatch(r"TELIG_(\d\d)", heading))]
    told = 2000 + max(before) + 1 if before else None
    try:
        year = academic_year_in_path(reading.path)
    except InputError:
        if told is None:
            raise
        return told
    if told not in (None, year):
        raise InputError(
            f"The path says that the results are of {academic_year(year)}, the header that they are of {academic_year(told)}",
            file=reading.path,
            column=f"TELIG_{max(before)}",
            expected="the pupils of the year before under that heading",
            do=f"put the file into a folder named after its year, such as {told - 1}-{told}",
        )
    return year


def _wide_rows(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """The year from the file's path, and LAESTAB = authority and establishment number."""
    frame["year"] = _year_of_wide(reading)
    if {"la_code", "establishment_number"} <= set(frame):
        frame["laestab"] = frame["la_code"] * 10_000 + frame["establishment_number"]
    return frame


def _long_rows(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """The year as the one in which it ended (202425 becomes 2025); of a year that is told in two versions the later."""
    start, end = frame["year"] // 100, frame["year"] % 100
    wrong = ~(((start + 1) % 100 == end) & (start // 100 == _CENTURY)).fillna(False)
    if wrong.any():
        raise InputError(
            f"The period {shown(frame.loc[wrong, 'year'].iloc[0])} is no academic year ({int(wrong.sum()):,} such rows)",
            file=reading.path,
            row=int(frame.loc[wrong, "row_number"].iloc[0]),
            column="time_period",
            expected="a period such as 202425",
        )
    frame["year"] = start + 1
    return _latest_version(frame, reading)


def _latest_version(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    if "release_version" not in frame:
        return frame
    place = frame["release_version"].map(_VERSIONS.index, na_action="ignore").fillna(-1)
    is_earlier = place < place.groupby(frame["year"]).transform("max")
    for year, rows in frame[is_earlier].groupby("year")["release_version"]:
        later = frame.loc[~is_earlier & (frame["year"] == year), "release_version"].iloc[0]
        versions = ", ".join(sorted(rows.fillna("unknown").unique()))
        reading.notices.append(
            f"Of {academic_year(int(str(year)))} {counted(len(rows), 'row is', 'rows are')} not read, of version {versions}: "
            f"{later} counts"
        )
    return frame[~is_earlier]


_KS2_WIDE_PROGRESS_ONLY = {2019}
"""Years whose wide file is read without attainment: of 2018/19 only progress is used (the last before the tests were
cancelled); attainment comes from later years, and a rule never mixes the two."""


def _ks2_wide(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Wide rows; attainment may be absent only in the years named above."""
    frame = _wide_rows(frame, reading)
    absent = [heading for ours, heading in (("pupils", "TELIG"), ("rwm_expected_percent", "PTRWM_EXP")) if ours not in frame]
    if absent and not set(frame["year"]) <= _KS2_WIDE_PROGRESS_ONLY:
        raise InputError(
            "The file lacks column(s) it is needed for",
            file=reading.path,
            column=", ".join(absent),
            expected="number of eligible pupils and the share at the expected standard",
            do="fetch the publisher's whole file: this one has a part of its columns",
        )
    return frame


def _ks2_long(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """One row per school from a row per subject: attainment from the combined row, progress from each subject's.

    Attainment of disadvantaged pupils is in a row of its own, of schools that have one.
    """
    frame = once(_long_rows(frame, reading), ("urn", "year", "subject", "breakdown"), reading)
    is_combined, is_total = frame["subject"] == "Reading, writing and maths", frame["breakdown"] == "Total"
    combined, disadvantaged = frame[is_combined & is_total], frame[is_combined & ~is_total]
    frame = frame[is_total]
    result = combined[["urn", "year", "laestab", "row_number"]].copy()
    for ours, theirs in (
        ("pupils", "subject_pupils"),
        ("rwm_expected_percent", "expected_percent"),
        ("rwm_higher_percent", "higher_percent"),
    ):
        if theirs in combined:
            result[ours] = combined[theirs]
        result[f"{ours}_missing"] = combined[f"{theirs}_missing"]
    _refuse_mixed_up(frame, combined, reading)
    parts = [(f"{subject.lower()}_progress", "progress", frame[frame["subject"] == subject]) for subject in _SUBJECTS]
    for ours, theirs, rows in [*parts, ("disadvantaged_rwm_expected_percent", "expected_percent", disadvantaged)]:
        part = rows[["urn", "year", theirs, f"{theirs}_missing"]]
        part = part.rename(columns={theirs: ours, f"{theirs}_missing": f"{ours}_missing"})
        result = result.merge(part, how="left", on=["urn", "year"], validate="one_to_one")
        result.loc[result[ours].isna() & result[f"{ours}_missing"].isna(), f"{ours}_missing"] = "no_row"
    return result


_SUBJECTS = ("Reading", "Writing", "Maths")
_ROUNDED = 1
"""Percentage points by which a share that is rounded may be above another that it is a part of."""


def _refuse_mixed_up(frame: pd.DataFrame, combined: pd.DataFrame, reading: Reading) -> None:
    """Raise InputError where in many schools more pupils reach the standard in all three subjects than in one of them.

    In the files of 2022/23 to 2024/25 seven schools of 15,000 are so, by rounding; else a subject has another's name.
    """
    whole = combined.set_index(["urn", "year"])["expected_percent"]
    for subject in _SUBJECTS:
        part = frame[frame["subject"] == subject].set_index(["urn", "year"])["expected_percent"]
        above = (whole > part.reindex(whole.index) + _ROUNDED).fillna(False).to_numpy(dtype=bool)
        if above.sum() > max(20, len(combined) / 100):
            raise InputError(
                f"In {above.sum():,} schools more pupils reach the standard in all three subjects than in {subject.lower()} alone",
                file=reading.path,
                row=int(combined["row_number"].to_numpy()[above][0]),
                column="subject",
                expected="the share of all three subjects not above that of one of them",
                do="see whether the rows of two subjects have each other's name, and fetch the file again",
            )


COHORT = read_layout("ks2_cohort", {"long": _long_rows})
KS2 = read_layout("ks2_result", {"wide": _wide_rows, "wide_with_attainment": _ks2_wide, "long_by_subject": _ks2_long})
KS4 = read_layout("ks4_result", {"wide": _wide_rows, "long": _long_rows})

LAYOUTS = (KS2, COHORT, KS4)
