"""School results (DfE), key stages 2 and 4: the wide performance tables (to 2022/23) and the long files of today.

Both become one row per school and academic year (named by the year in which it ended). What a year did not publish is
null with the reason, so that no rule can take a missing measure for a fail.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from transforms.errors import InputError
from transforms.layouts.layout import Column, Layout, academic_year_in_path, schema_of

PUBLISHER = "Department for Education"
WIDE, LONG, LONG_2025 = "wide", "long", "long-2025"
"""The wide tables of 2015/16 to 2022/23; the long files; those of key stage 4 since 2024/25, whose measures have other names."""
WIDE_2014, WIDE_2015 = "wide-2014", "wide-2015"
"""The wide tables of the two years before, with the measures of that time (level 4, five GCSEs, expected progress). Only the
coasting standard reads them, which looks back three years. Key stage 2 has the same headings in both."""

Reshape = Callable[[pd.DataFrame, str], pd.DataFrame]

_SCHOOL_RECORD_TYPES = (1, 2)
"""RECTYPE of a mainstream and of a special school; other values are totals of areas and of England."""


def _measure(
    name: str,
    wide: str | None = None,
    long: str | None = None,
    since_2025: str | None = None,
    *,
    in_2014: str | None = None,
    in_2015: str | None = None,
) -> Column:
    """A measure and its heading in each layout that has it, with the reason where a value is missing."""
    headings = {WIDE_2014: in_2014, WIDE_2015: in_2015, WIDE: wide, LONG: long, LONG_2025: since_2025}
    return Column(name, "number", {vintage: heading for vintage, heading in headings.items() if heading}, with_reason=True)


_ALL_WIDE = (WIDE_2014, WIDE_2015, WIDE)
_IDENTITY = (
    Column("year", "integer", {LONG: "time_period", LONG_2025: "time_period"}),
    Column("urn", "urn", dict.fromkeys(_ALL_WIDE, "URN") | {LONG: "school_urn", LONG_2025: "school_urn"}),
    Column("laestab", "integer", {LONG: "school_laestab", LONG_2025: "school_laestab"}),
    Column("la_code", "integer", dict.fromkeys(_ALL_WIDE, "LEA?")),
    Column("establishment_number", "integer", dict.fromkeys(_ALL_WIDE, "ESTAB?")),
    Column("record_type", "integer", dict.fromkeys(_ALL_WIDE, "RECTYPE")),
    Column("level", "text", {LONG: "geographic_level", LONG_2025: "geographic_level"}),
)

_BREAKDOWNS = ("breakdown", "breakdown_topic", "sex", "disadvantage_status", "first_language", "prior_attainment", "mobility")
"""What a long file may be broken down by: a row is of the whole school where each of those that the file has says "Total"."""

_KS2_MEASURES = (
    _measure("pupils", "TELIG?", in_2015="TELIG?"),  # needed since 2016, but for the years below
    _measure("rwm_expected_percent", "PTRWM_EXP?"),  # needed too, but for the years below
    _measure("rwm_higher_percent", "PTRWM_HIGH?"),
    _measure("reading_progress", "READPROG"),
    _measure("writing_progress", "WRITPROG"),
    _measure("maths_progress", "MATPROG"),
    _measure("level4_rwm_percent", in_2015="PTREADWRITTAMATX"),
    _measure("reading_expected_progress_percent", in_2015="PT2READ"),
    _measure("writing_expected_progress_percent", in_2015="PT2WRITTA"),
    _measure("maths_expected_progress_percent", in_2015="PT2MATH"),
)

_KS2_LONG = (
    Column("subject", "text", {LONG: "subject"}),
    Column("breakdown", "text", {LONG: "breakdown"}),
    Column("subject_pupils", "number", {LONG: "pupil_count"}, with_reason=True),
    Column("expected_percent", "number", {LONG: "expected_standard_pupil_percent"}, with_reason=True),
    Column("higher_percent", "number", {LONG: "higher_standard_pupil_percent"}, with_reason=True),
    Column("progress", "number", {LONG: "progress_measure_score"}, with_reason=True),
)

_KS4_MEASURES = (
    _measure("pupils", "TPUP", "t_pupils", "pupil_count", in_2014="TPUP?", in_2015="TPUP?"),
    _measure("attainment8", "ATT8SCR", "avg_att8", "attainment8_average"),
    _measure("progress8", "P8MEA", "avg_p8score", "progress8_average"),
    _measure("progress8_lower", "P8CILOW?", "p8score_ci_low", "progress8_lower_95_ci"),
    _measure("progress8_upper", "P8CIUPP?", "p8score_ci_upp", "progress8_upper_95_ci"),
    _measure("basics_strong_percent", "PTL2BASICS_95", "pt_l2basics_95", "engmath_95_percent"),
    _measure("five_gcses_percent", in_2014="PTAC5EM_PTQ", in_2015="PTAC5EM_PTQ_EE"),
    _measure("english_expected_progress_percent", in_2014="PT24ENGPRG_PTQ", in_2015="PT24ENGPRG_PTQ_EE"),
    _measure("maths_expected_progress_percent", in_2014="PT24MATHPRG_PTQ", in_2015="PT24MATHPRG_PTQ_EE"),
)

_OUTPUT_IDENTITY = {"urn": "integer", "year": "integer", "laestab": "integer"}


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


def _results(
    kind: str, title: str, pattern: str, measures: tuple[Column, ...], long: tuple[Column, ...],
    reshape_wide: Reshape, reshape_long: Reshape,
) -> Layout:  # fmt: skip
    vintages = (LONG_2025, LONG, WIDE, WIDE_2015, WIDE_2014)
    reshape = (
        dict.fromkeys((WIDE_2014, WIDE_2015), _wide_rows) | {WIDE: reshape_wide} | dict.fromkeys((LONG, LONG_2025), reshape_long)
    )
    return Layout(
        kind=kind,
        group=kind.partition("_")[0],
        publisher=PUBLISHER,
        title=title,
        name_pattern=pattern,
        header_has=("URN", "school_urn"),
        vintages=tuple(vintage for vintage in vintages if any(vintage in each.headings for each in measures + long)),
        key=("urn", "year"),
        files="parts",
        columns=_IDENTITY + measures + long,
        reshape=reshape,
        output=_OUTPUT_IDENTITY | schema_of(measures),
    )


KS2 = _results(
    "ks2_result",
    "Key stage 2 results by school",
    r"(england_ks2(final|revised)?|ks2_school_attainment_data)\.csv",
    _KS2_MEASURES,
    _KS2_LONG,
    _ks2_wide,
    _ks2_long,
)
KS4 = _results(
    "ks4_result",
    "Key stage 4 results by school",
    r"(england_ks4(final|revised)?|\d{6}_performance_tables_schools(_final|_revised|_provisional)?)\.csv",
    _KS4_MEASURES,
    (
        Column("breakdown", "text", {LONG: "breakdown", LONG_2025: "breakdown?"}),
        *(Column(name, "text", {LONG_2025: f"{name}?"}) for name in _BREAKDOWNS[1:]),
    ),
    _wide_rows,
    _long_rows,
)

LAYOUTS = (KS2, KS4)
