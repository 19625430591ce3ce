"""From text to typed values: what each kind of field looks like, and why a value is missing.

A value that is missing becomes null **with a reason**, never a zero and never a fail. A text that is neither a value nor
a known code for "missing" stops the refresh with file, row and column: it is news about the publisher.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from transforms.errors import InputError

Kind = Literal["urn", "text", "code", "label", "integer", "number", "date", "grade", "yes_no"]

SQL_TYPE: dict[str, str] = {
    "urn": "integer",
    "text": "varchar",
    "code": "varchar",
    "label": "varchar",
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


@dataclass(frozen=True)
class Field:
    """What a column of text becomes.

    ``labels``: of a closed list, each of the publisher's wordings (as ``label_key`` makes them) and ours. ``is_open``: a wording
    that is not in the list is kept as it stands and told, instead of stopping the file. ``width``: how many digits a code has.
    """

    kind: Kind
    with_reason: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    is_open: bool = False
    width: int | None = None


@dataclass(frozen=True)
class Typed:
    """A column read: values (nullable dtypes; dates as datetime64), reasons where they are asked for (null where there is a
    value), and what has to be told of it, in sentences."""

    values: pd.Series
    reasons: pd.Series | None = None
    notices: tuple[str, ...] = ()


def label_key(text: str) -> str:
    """A wording without capitals and doubled spaces: publishers write ``Needs attention`` and ``Needs Attention``."""
    return " ".join(text.split()).casefold()


def parse(texts: pd.Series[str], field: Field, *, file: str, column: str, rows: list[int]) -> Typed:
    """The typed values of a column and, where a value is missing, the reason if it is asked for.

    ``texts`` is indexed 0..n-1; ``rows`` gives each one's row in the file, for the error. Raises InputError for a text that is
    neither a value of that kind nor a known code for a missing one.
    """
    texts, kind = texts.str.strip(), field.kind
    codes = MISSING | NO_GRADE if kind in ("grade", "yes_no") else MISSING
    if kind in ("text", "code", "label"):
        # Text is text: only what cannot be a name counts as missing, so that a school called "Z" survives.
        missing = texts.isin(["", "NULL", "Not recorded"])
        reasons = _reasons(texts, missing, MISSING) if field.with_reason else None
        values: pd.Series = texts.mask(missing)
        notices: tuple[str, ...] = ()
        if kind == "label":
            values, notices = _labelled(texts, missing, field, file, column, rows)
        elif field.width:
            values, notices = _of_width(values, field.width, column)
        return Typed(values, reasons, notices)
    missing = texts.isin(list(codes))
    present = texts.mask(missing)
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
    return Typed(values, _reasons(texts, missing, codes) if field.with_reason else None)


def _labelled(
    texts: pd.Series, missing: pd.Series, field: Field, file: str, column: str, rows: list[int]
) -> tuple[pd.Series, tuple[str, ...]]:
    """Our word for each of the publisher's; a blank has one where the list says so."""
    keys = texts.map(label_key)
    values = keys.map(field.labels).where(~missing | (keys == ""))
    unknown = values.isna() & ~missing
    if not unknown.any():
        return values, ()
    found = texts[unknown].value_counts()
    if field.is_open:
        told = ", ".join(f"{text!r} in {count:,} rows" for text, count in found.items())
        return values.mask(unknown, texts), (f"{column} has wordings that are not known, and decide nothing: {told}",)
    at = int(unknown.to_numpy().argmax())
    expected = ", ".join(dict.fromkeys(field.labels.values()))
    raise InputError(
        f"The value {texts.iloc[at]!r} is not in the list ({int(unknown.sum()):,} rows with {', '.join(map(repr, found.index))})",
        file=file,
        row=rows[at],
        column=column,
        expected=expected,
        do="see what the publisher means by it; then add it under [labels] in transforms/layouts/, with its source",
    )


def _of_width(values: pd.Series, width: int, column: str) -> tuple[pd.Series, tuple[str, ...]]:
    """Codes of digits with the zeros in front that a spreadsheet takes away, or has too many of."""
    digits = values.str.fullmatch(r"\d+").fillna(False).astype(bool)
    written = values.where(~digits, values.str.lstrip("0").str.zfill(width))
    mended = digits & (written != values)
    count = int(mended.sum())
    told = f"{column}: zeros in front were put right in {count:,} rows, as if the file had been saved in a spreadsheet program"
    return written, (told,) if count else ()


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
