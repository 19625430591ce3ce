"""From text to typed values: what each kind of field looks like, and why a value is missing.

A value that is missing becomes null **with a reason**, never a zero and never a fail. A text that is neither a value nor
a known code for "missing" stops the refresh with file, row and column: it is news about the publisher.
"""

from __future__ import annotations

from typing import Literal

import pandas as pd

from transforms.errors import InputError

Kind = Literal["urn", "text", "code", "integer", "number", "date", "grade", "yes_no"]

SQL_TYPE: dict[str, str] = {
    "urn": "integer",
    "text": "varchar",
    "code": "varchar",
    "integer": "integer",
    "number": "double",
    "date": "date",
    "grade": "tinyint",
    "yes_no": "varchar",
}

MISSING = {
    # DfE performance tables, "Abbreviations and symbols"; Explore Education Statistics, "Symbols".
    "SUPP": "suppressed",
    "c": "suppressed",
    "SP": "suppressed",
    "RE": "redacted",
    "NE": "no_entries",
    "NP": "not_published",
    "NA": "not_applicable",
    "z": "not_applicable",
    "NEW": "new_school",
    "LOWCOV": "low_coverage",
    "DNS": "did_not_submit",
    "x": "not_available",
    "u": "low_reliability",
    "low": "rounds_to_zero",
    ":": "not_available",
    # Ofsted and GIAS write these for "nothing here".
    "": "not_recorded",
    "NULL": "not_recorded",
    "Not recorded": "not_recorded",
    "Not applicable": "not_applicable",
}
"""The publishers' codes for a missing value, and the reason each stands for."""

NO_GRADE = {"Not judged": "no_headline_grade", "9": "not_judged", "8": "not_judged", "0": "not_judged"}
"""Ofsted's codes for a judgement that was not made ("Not judged": no headline grade, since September 2024)."""

GRADES = {"1": 1, "2": 2, "3": 3, "4": 4, "Outstanding": 1, "Good": 2, "Requires improvement": 3, "Inadequate": 4}

NOT_IN_LAYOUT = "not_in_this_file"
"""The reason where a file's layout has no such column at all (progress in 2024, say)."""

_DATE_FORMATS = ("%d-%m-%Y", "%d/%m/%Y", "%Y-%m-%d")


def parse(
    texts: pd.Series[str], kind: Kind, *, file: str, column: str, rows: list[int], with_reason: bool
) -> tuple[pd.Series, pd.Series | None]:
    """Typed values of a column and, where a value is missing, the reason if it is asked for.

    ``texts`` is indexed 0..n-1; ``rows`` gives each one's row in the file, for the error. Returns two series of length n:
    values (nullable dtypes; dates as datetime64) and reasons (text, null where there is a value).
    """
    texts = texts.str.strip()
    codes = MISSING | NO_GRADE if kind in ("grade", "yes_no") else MISSING
    if kind == "text" or kind == "code":
        # Text is text: only what cannot be a name counts as missing, so that a school called "Z" survives.
        missing = texts.isin(["", "NULL", "Not recorded"])
        return texts.mask(missing), _reasons(texts, missing, MISSING) if with_reason else None
    missing = texts.isin(list(codes))
    present = texts.mask(missing)
    values: pd.Series
    if kind == "grade":
        values, expected = present.map(GRADES).astype("Int8"), "a grade from 1 to 4, or Not judged"
    elif kind == "yes_no":
        values, expected = present.map({"Yes": "Yes", "No": "No"}), "Yes, No, or a code for a judgement that was not made"
    elif kind == "date":
        values, expected = _dates(present), "a date written dd-mm-yyyy or dd/mm/yyyy"
    elif kind == "number":
        numbers = present.str.removesuffix("%")
        values, expected = pd.to_numeric(numbers, errors="coerce").astype("Float64"), "a number, or a code such as SUPP"
    else:
        whole = pd.to_numeric(present.str.replace(",", "", regex=False), errors="coerce").astype("Float64")
        # The Explore service writes some whole numbers as 2024104.0.
        values, expected = whole.where(whole == whole.round()).astype("Int64"), "a whole number"
    wrong = values.isna() & ~missing
    if kind == "urn":
        wrong |= missing | (values <= 0).fillna(False)
    if wrong.any():
        at = int(wrong.to_numpy().argmax())
        raise InputError(
            f"The value {texts.iloc[at]!r} is not {expected}" + (f" ({int(wrong.sum()):,} such rows)" if wrong.sum() > 1 else ""),
            file=file,
            row=rows[at],
            column=column,
            expected=expected,
            do="if the publisher has a new code for a missing value, add it to transforms/layouts/fields.py with its source",
        )
    return values, _reasons(texts, missing, codes) if with_reason else None


def _reasons(texts: pd.Series, missing: pd.Series, codes: dict[str, str]) -> pd.Series:
    return texts.where(missing).map(codes).astype("object")


def _dates(texts: pd.Series) -> pd.Series:
    """Dates in the publishers' formats; a year that DuckDB or pandas cannot hold counts as unreadable."""
    result = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us]")
    for pattern in _DATE_FORMATS:
        todo = result.isna() & texts.notna()
        if not todo.any():
            break
        result[todo] = pd.to_datetime(texts[todo], format=pattern, errors="coerce").astype("datetime64[us]")
    return result
