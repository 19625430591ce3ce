"""From text to typed values: what each kind of field looks like, and why a value is missing.

A value that is missing becomes null **with a reason**, never a zero and never a fail. A text that is neither a value nor
a known code for "missing" stops the refresh with file, row and column: it is news about the publisher.

Codes and numbers by which schools, areas and groups are known become names of files, addresses and keys. So they are checked here:
one that is not of its form stops the file. One by which something is only looked up (``is_blank_if_wrong``) is left out, and told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from transforms.errors import InputError
from transforms.text import FORMULA_STARTS, clean, counted, has_unseen, shown

Kind = Literal[
    "urn", "other_urn", "ons_code", "la_number", "group_id", "code", "area_name", "text", "label",
    "integer", "number", "percent", "period", "date", "grade", "yes_no",
]  # fmt: skip
"""``urn``: whose row it is, never blank; ``other_urn``: another school, or nothing. ``area_name``: of an authority or constituency,
which names files and heads tables. ``percent``: from 0 to 100. ``period``: an academic year as 202425, never blank."""

SQL_TYPE: dict[str, str] = {
    "urn": "integer",
    "other_urn": "integer",
    "ons_code": "varchar",
    "la_number": "varchar",
    "group_id": "varchar",
    "text": "varchar",
    "area_name": "varchar",
    "code": "varchar",
    "label": "varchar",
    "integer": "integer",
    "number": "double",
    "percent": "double",
    "period": "integer",
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

NO_CODE = frozenset(("", "NULL", "Not recorded"))
"""What stands for "nothing here" where text or a code is: only what can be neither a name nor a code."""

DOES_NOT_APPLY = frozenset(("999", "999999999"))
"""GIAS's ONS codes of establishments that have no such area: 5 and 6 rows of the extract of September 2025, all outside England."""

CODES: dict[str, tuple[str, str]] = {
    "ons_code": ("[A-Z][0-9]{8}", "a code of the ONS: a capital and eight digits, such as E10000018"),
    "la_number": ("[0-9]{3}", "the number of a local authority: three digits, such as 855"),
    "group_id": ("[1-9][0-9]{0,7}", "the number of a group: up to eight digits"),
    "code": ("[A-Za-z0-9]{1,12}", "a code: up to twelve letters and digits"),
}
"""By kind of code, its form and that in words. Forms, not lists: a new authority's code is no fault of a file."""

_URN = "0*[1-9][0-9]{0,5}(?:[.]0+)?"
"""Up to six digits; the Explore service writes some whole numbers as 100049.0."""

_LARGEST = 2**31 - 1
"""The largest whole number a column holds."""

GRADES = {"1": 1, "2": 2, "3": 3, "4": 4, "Outstanding": 1, "Good": 2, "Requires improvement": 3, "Inadequate": 4}

NOT_IN_LAYOUT = "not_in_this_file"
"""The reason where a file's layout has no such column at all (progress in 2024, say)."""

_NUMBER = "-?[0-9]{1,9}(?:[.][0-9]{1,20})?%?"
"""A number as the publishers write it. What Python or pandas would take besides (1e5, +5, inf, 1_000, digits of other scripts) is
none: it comes from a program in between, which may have done more."""

_WHOLE = "(?:[0-9]{1,10}|[0-9]{1,3}(?:,[0-9]{3})+)(?:[.]0+)?"
"""A whole number: a count, a code or a place, never below nothing. A spreadsheet program parts thousands by commas; the Explore
service writes some as 2024104.0."""

_PERIOD = "[0-9]{6}(?:[.]0+)?"

_DATE_FORMATS = {
    "%d-%m-%Y": "[0-9]{2}-[0-9]{2}-[12][0-9]{3}",
    "%d/%m/%Y": "[0-9]{2}/[0-9]{2}/[12][0-9]{3}",
    "%Y-%m-%d": "[12][0-9]{3}-[0-9]{2}-[0-9]{2}",
}
"""Day and month have two digits each in every genuine file: 9/1/2025 is what a spreadsheet program set to American dates makes of
the first of September."""


Rows = Sequence[int] | NDArray[np.int64]
"""Of each text, its row in the file."""


@dataclass(frozen=True)
class Field:
    """What a column of text becomes.

    ``labels``: of a closed list, each of the publisher's wordings (as ``label_key`` makes them) and ours. ``is_open``: a wording
    that is not in the list is kept as it stands and told, instead of stopping the file. ``width``: how many digits a code has.
    ``is_blank_if_wrong``: a code that is none is left out and told, instead of stopping the file: by it something is looked up, and
    nobody is known by it. ``least`` and ``most``: the range of a number, where it has one.
    """

    kind: Kind
    with_reason: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    is_open: bool = False
    width: int | None = None
    is_blank_if_wrong: bool = False
    least: float = 0
    most: float | None = None


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


def parse(texts: pd.Series[str], field: Field, *, file: str, column: str, rows: Rows) -> Typed:
    """The typed values of a column and, where a value is missing, the reason if it is asked for.

    ``texts`` is indexed 0..n-1; ``rows`` gives each one's row in the file, for the error. Raises InputError for a text that is
    neither a value of that kind nor a known code for a missing one.
    """
    texts, kind = texts.str.strip(), field.kind
    if kind in CODES:
        return _codes(texts, field, file, column, rows)
    if kind in ("text", "area_name", "label"):
        return _words(texts, field, file, column, rows)
    codes = MISSING | NO_GRADE if kind in ("grade", "yes_no") else MISSING
    missing = texts.isin(list(codes))
    present = texts.mask(missing)
    if kind == "grade":
        values, expected = present.map(GRADES).astype("Int8"), "a grade from 1 to 4, or Not judged"
    elif kind == "yes_no":
        values, expected = present.map({"Yes": "Yes", "No": "No"}), "Yes, No, or a code for a judgement that was not made"
    elif kind == "date":
        values, expected = _dates(present), "a date written dd-mm-yyyy or dd/mm/yyyy"
    elif kind in ("number", "percent"):
        values, expected = _numbers(present, _NUMBER), "a number"
    elif kind == "period":
        values, expected = _numbers(present, _PERIOD).astype("Int64"), "an academic year in six digits, such as 202425"
    elif kind == "integer":
        values, expected = _numbers(present, _WHOLE), "a whole number"
        values = values.where(values <= _LARGEST).astype("Int64")
    else:
        values, expected = _numbers(present, _URN).astype("Int64"), "a whole number of up to six digits, as a URN is"
    if field.most is not None:
        values, expected = values.where((values >= field.least) & (values <= field.most)), f"{expected}{_range(field)}"
    wrong = values.isna() & ~missing
    if kind in ("urn", "period"):
        wrong |= missing
    if wrong.any():
        do = _COMPARE
        if not kind.endswith("urn") and kind != "period":
            do = (
                f"{_COMPARE}; a new code of the publisher's for a missing value goes into transforms/layouts/fields.py, with source"
            )
        raise _refusal(texts, wrong, expected, file, column, rows, do)
    return Typed(values, _reasons(texts, missing, codes) if field.with_reason else None)


_COMPARE = "compare the row with what the publisher shows: a row that has moved by a column looks so, and a file that was changed"


def _refusal(texts: pd.Series, wrong: pd.Series, expected: str, file: str, column: str, rows: Rows, do: str) -> InputError:
    """What is said of a column with values that are not what they should be: the first of them, and how many there are."""
    at, count = int(wrong.to_numpy().argmax()), int(wrong.sum())
    problem = f"The value {shown(texts.iloc[at])} is not {expected}" + (f" ({count:,} such rows)" if count > 1 else "")
    return InputError(problem, file=file, row=int(rows[at]), column=column, expected=expected, do=do)


def _range(field: Field) -> str:
    return f" from {field.least:,.10g} to {field.most:,.10g}"


def _numbers(texts: pd.Series, form: str) -> pd.Series:
    """Numbers whose text has that form; what has not is null."""
    plain = texts.where(texts.str.fullmatch(form)).str.replace("[,%]", "", regex=True)
    return pd.to_numeric(plain, errors="coerce").astype("Float64")


def _words(texts: pd.Series, field: Field, file: str, column: str, rows: Rows) -> Typed:
    """Text without characters that nobody sees, which is told. Only what cannot be a name counts as missing: "Z" survives.

    Raises InputError for a wording that is not in a closed list, and for the name of an area that begins like a formula.
    """
    notices: list[str] = []
    unseen = texts.isin([text for text in texts.unique() if has_unseen(text)])
    if unseen.any():
        texts = texts.mask(unseen, texts.map(clean))
        notices.append(
            f"{column}: characters that nobody sees (control characters) were taken out in {counted(int(unseen.sum()), 'row')}"
        )
    missing = texts.isin(NO_CODE)
    values: pd.Series = texts.mask(missing)
    if field.kind == "label":
        values, told = _labelled(texts, missing, field, file, column, rows)
        notices.extend(told)
    elif field.kind == "area_name":
        wrong = texts.str.startswith(FORMULA_STARTS) & ~missing
        if wrong.any():
            expected = f"the name of an area: it begins with none of {' '.join(map(repr, FORMULA_STARTS))}"
            do = "see what the publisher calls the area; a name that begins so would be a formula in a spreadsheet"
            raise _refusal(texts, wrong, expected, file, column, rows, do)
    return Typed(values, _reasons(texts, missing, MISSING) if field.with_reason else None, tuple(notices))


def _codes(texts: pd.Series, field: Field, file: str, column: str, rows: Rows) -> Typed:
    """Codes of the form of their kind. Raises InputError for one that is not, unless the field leaves it out."""
    missing = texts.isin(NO_CODE | DOES_NOT_APPLY) if field.kind == "ons_code" else texts.isin(NO_CODE)
    values = texts.mask(missing)
    notices: list[str] = []
    form, expected = CODES[field.kind]
    if field.width:
        values, told = _of_width(values, field.width, column)
        notices.extend(told)
        # what is all digits has that many, once the zeros in front are right
        form = f"[0-9]{{{field.width}}}|(?![0-9]+$){form}"
    wrong = ~values.str.fullmatch(form) & ~missing
    if wrong.any() and not field.is_blank_if_wrong:
        raise _refusal(texts, wrong, expected, file, column, rows, _COMPARE)
    if wrong.any():
        at = int(wrong.to_numpy().argmax())
        left_out = counted(int(wrong.sum()), f"value that is not {expected} was", f"values that are not {expected} were")
        notices.append(f"{column}: {left_out} left out, as {shown(texts.iloc[at])}")
        values = values.mask(wrong)
    return Typed(values, _reasons(texts, missing, MISSING) if field.with_reason else None, tuple(notices))


def _labelled(
    texts: pd.Series, missing: pd.Series, field: Field, file: str, column: str, rows: Rows
) -> tuple[pd.Series, tuple[str, ...]]:
    """Our word for each of the publisher's; a blank has one where the list says so."""
    keys = texts.map(label_key)
    values = keys.map(field.labels).where(~missing | (keys == ""))
    unknown = values.isna() & ~missing
    if not unknown.any():
        return values, ()
    found = texts[unknown].value_counts()
    if field.is_open:
        told = ", ".join(f"{shown(text)} in {counted(count, 'row')}" for text, count in found.items())
        return values.mask(unknown, texts), (f"{column} has wordings that are not known, and decide nothing: {told}",)
    at = int(unknown.to_numpy().argmax())
    expected = ", ".join(dict.fromkeys(field.labels.values()))
    raise InputError(
        f"The value {shown(texts.iloc[at])} is not in the list "
        f"({counted(int(unknown.sum()), 'row')} with {', '.join(map(shown, found.index))})",
        file=file,
        row=int(rows[at]),
        column=column,
        expected=expected,
        do="see what the publisher means by it; then add it under [labels] in transforms/layouts/, with its source",
    )


def _of_width(values: pd.Series, width: int, column: str) -> tuple[pd.Series, tuple[str, ...]]:
    """Codes of digits with the zeros in front that a spreadsheet takes away, or has too many of."""
    digits = values.str.fullmatch(r"\d+")
    written = values.where(~digits, values.str.lstrip("0").str.zfill(width))
    mended = digits & (written != values)
    count = int(mended.sum())
    where = counted(count, "row")
    told = f"{column}: zeros in front were put right in {where}, as if the file had been saved in a spreadsheet program"
    return written, (told,) if count else ()


def _reasons(texts: pd.Series, missing: pd.Series, codes: dict[str, str]) -> pd.Series:
    return texts.where(missing).map(codes).astype("object")


def _dates(texts: pd.Series) -> pd.Series:
    """Dates in the publishers' formats; a year that DuckDB or pandas cannot hold counts as unreadable."""
    result = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us]")
    plain = texts.str.replace(r"[ T]00:00(?::00)?$", "", regex=True)  # the time that a program has put to a day
    for pattern, form in _DATE_FORMATS.items():
        todo = plain.str.fullmatch(form).fillna(value=False).astype(bool)
        if todo.any():
            result[todo] = pd.to_datetime(plain[todo], format=pattern, errors="coerce").astype("datetime64[us]")
    return result
