"""A plain reading of a publisher's file: the oracle of the fuzz. The csv module, a few lines for each form, and no line of
``transforms/``.

It tells which typed rows the bytes hold, and what in them nobody could overlook: a row that is not as wide as the header, a
number in another form, a word that is in no list. A reader that takes such a file must have refused it, told it, or read it as it
was before. Which headings there are, and what missing values are written as, is from the publishers' files
(``tests/reliability/headings.toml``)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

MISSING = {
    "SUPP": "suppressed", "c": "suppressed", "SP": "suppressed", "RE": "redacted", "NE": "no_entries", "NP": "not_published",
    "NA": "not_applicable", "z": "not_applicable", "NEW": "new_school", "LOWCOV": "low_coverage", "DNS": "did_not_submit",
    "x": "not_available", "u": "low_reliability", "low": "rounds_to_zero", ":": "not_available", "": "not_recorded",
    "NULL": "not_recorded", "Not recorded": "not_recorded", "Not applicable": "not_applicable",
}  # fmt: skip
NO_GRADE = {"Not judged": "no_headline_grade", "9": "not_judged", "8": "not_judged", "0": "not_judged"}
GRADES = {"1": 1, "2": 2, "3": 3, "4": 4, "Outstanding": 1, "Good": 2, "Requires improvement": 3, "Inadequate": 4}
OPEN = ("breakdown",)
"""Columns whose words nobody lists; of the others in ``Spec.only`` a new word is news."""
BLANK = ("", "NULL", "Not recorded")
NEVER_SEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff\ufff9-\ufffb]")


class WrongError(Exception):
    """What a cell or a row has that nobody could take for right."""


@dataclass
class Plain:
    """Rows by key, ``(value or None, reason or None)`` a column, and what could not be overlooked: by heading, or in the whole."""

    rows: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    news: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    told_of: set[tuple[str, ...]] = field(default_factory=set)


@dataclass(frozen=True)
class Spec:
    """What a file of a kind is: where each of our columns stands, its form, which are needed, and which tell one row from another.

    ``only``: by column, the words of the rows that are read; ``known``: the words that other rows have, of which none is news; and
    ``national``, that of the row of the country. ``ends``: headings after which a row may end.
    """

    kind: str
    columns: dict[str, tuple[str, str]]
    key: tuple[str, ...]
    optional: frozenset[str] = frozenset()
    only: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ends: tuple[str, ...] = ()
    national: dict[str, str] = field(default_factory=dict)
    known: dict[str, frozenset[str]] = field(default_factory=dict)


def text_of(content: bytes) -> str:
    """The text: UTF-8, and a byte that is none of it in Windows-1252. Raises WrongError for what no text has."""
    text, rest = "", content.removeprefix(b"\xef\xbb\xbf")
    while rest:
        try:
            text, rest = text + rest.decode("utf-8"), b""
        except UnicodeDecodeError as error:
            text += rest[: error.start].decode("utf-8") + rest[error.start : error.end].decode("cp1252", errors="replace")
            rest = rest[error.end :]
    if "\0" in text:
        raise WrongError("NUL")
    return text


def read(content: bytes, spec: Spec, *, ends_in_line: bool = True) -> Plain:
    """The rows of a file; ``ends_in_line``: the genuine file has a line end at its end."""
    plain = Plain()
    try:
        text = text_of(content)
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (WrongError, csv.Error) as error:
        plain.wrong.append(str(error))
        return plain
    start, header = _header(records, spec, plain)
    if header is None:
        return plain
    places = {}
    for name, (heading, _) in spec.columns.items():
        if header.count(heading) > 1:
            plain.wrong.append(f"{heading} stands twice")
        if heading in header:
            places[name] = header.index(heading)
        elif alike := [each for each in header if _letters(each) == _letters(heading)]:
            plain.wrong.append(f"{heading} is written {alike[0]}")
        elif name not in spec.optional:
            plain.wrong.append(f"{heading} is not there")
    widths = {len(header), *(header.index(end) + 1 for end in spec.ends if end in header)}
    if ends_in_line and not text.endswith(("\n", "\r")):
        plain.wrong.append("the last line has no end")
    for number, record in enumerate(records[start + 1 :], start=start + 2):
        if any(each.strip() for each in record):
            if len(record) not in widths and (len(record) < len(header) or any(record[len(header) :])):
                plain.wrong.append(f"row {number} has {len(record)} fields of {len(header)}")
            _take(record, number, places, spec, plain, header)
    plain.wrong += [text for text, named in plain.news if named not in plain.told_of]
    if not plain.rows:
        plain.wrong.append("no rows")
    return plain


def _letters(heading: str) -> str:
    return re.sub("[^a-z0-9]", "", heading.lower())


def _header(records: list[list[str]], spec: Spec, plain: Plain) -> tuple[int, list[str] | None]:
    """Where the header is: the first row that has most of the headings."""
    known = {heading for heading, _ in spec.columns.values()}
    for number, record in enumerate(records[:10]):
        header = [" ".join(each.split()) for each in record]
        if len(known & set(header)) * 2 > len(known):
            for above in records[:number]:
                filled = sum(map(bool, above))
                if filled > 10 or (filled > 1 and filled * 3 > len(header)):
                    plain.wrong.append("a row of data stands above the header")
            return number, header
    plain.wrong.append("no header")
    return 0, None


def _take(record: list[str], number: int, places: dict[str, int], spec: Spec, plain: Plain, header: list[str]) -> None:
    cells = {name: record[place].strip() if place < len(record) else "" for name, place in places.items()}
    is_national = any(cells.get(name) == word for name, word in spec.national.items())
    for name, words in spec.only.items():
        if name in cells and cells[name] not in words and not is_national:
            if cells[name] not in spec.known.get(name, (cells[name],)):
                # a new group of pupils is no news, but a school of which no other row tells is lost
                named = tuple(cells.get(each, "") for each in ("urn", "year", "subject")) if name in OPEN else ()
                plain.news.append((f"{spec.columns[name][0]}, row {number}: {cells[name][:40]!r} is news", named))
            return
    if is_national:
        return
    for name, text in cells.items():
        if spec.columns[name][1] == "urn-or-aside" and text in ("", "NULL"):
            plain.wrong.append(f"{spec.columns[name][0]}, row {number}: set aside")
            return
    plain.told_of.add(tuple(cells.get(each, "") for each in ("urn", "year", "subject")))
    row: dict[str, Any] = {"row": (number, None)}
    for name, text in cells.items():
        heading, form = spec.columns[name]
        try:
            row[name] = FORMS[form.split(":")[0]](text, form)
        except WrongError as error:
            plain.wrong.append(f"{heading}, row {number}: {text[:40]!r} {error}")
            row[name] = ("?", None)
    for name in spec.columns:
        row.setdefault(name, (None, None))
    key = tuple(row.get(name, (None, None))[0] for name in spec.key)
    values = {name: value for name, value in row.items() if name != "row"}
    if key in plain.rows and plain.rows[key] != values:
        plain.wrong.append(f"row {number}: {key} stands twice, and differs")
    plain.rows.setdefault(key, values)


Value = tuple[Any, str | None]


def _urn(text: str, _: str) -> Value:
    if not re.fullmatch(r"0*[1-9]\d{0,5}(\.0+)?", text, re.ASCII):
        raise WrongError("is no URN")
    return int(float(text)), None


def _other_urn(text: str, form: str) -> Value:
    return (None, None) if text in MISSING else _urn(text, form)


def _coded(text: str, form: str) -> Value:
    """A code of a form, in which zeros in front may have been lost."""
    _, _, pattern = form.partition(":")
    if text in BLANK or (pattern.startswith("[A-Z]") and text in ("999", "999999999")):
        return None, None
    if width := re.fullmatch(r"(\d)w", pattern):
        if text.isascii() and text.isdigit():
            text = text.lstrip("0").zfill(int(width[1]))
            pattern = rf"\d{{{width[1]}}}"
        else:
            pattern = "[A-Za-z0-9]{1,12}"
    if not re.fullmatch(pattern, text, re.ASCII):
        raise WrongError("is no such code")
    return text, None


def _text(text: str, _: str) -> Value:
    if NEVER_SEEN.search(text):
        raise WrongError("has what nobody sees")
    return (None, None) if text in BLANK else (" ".join(re.split(r"[\t\n\r]+", text)), None)


def _name(text: str, form: str) -> Value:
    if text[:1] in "=+-@" and text:
        raise WrongError("begins like a formula")
    return _text(text, form)


def _number(text: str, form: str) -> Value:
    if text in MISSING:
        return None, MISSING[text]
    if not re.fullmatch(r"-?\d+(\.\d+)?%?", text, re.ASCII):
        raise WrongError("is no number as the publisher writes one")
    value = float(text.removesuffix("%"))
    low, high = {"percent": (0, 100), "pupils": (0, 100_000), "score": (-100, 200)}.get(form.partition(":")[2], (-1e7, 1e7))
    if not low <= value <= high:
        raise WrongError(f"is not from {low} to {high}")
    return value, None


def _whole(text: str, _: str) -> Value:
    if text in MISSING:
        return None, MISSING[text]
    if not re.fullmatch(r"-?(\d+|\d{1,3}(,\d{3})+)(\.0+)?", text, re.ASCII) or abs(float(text.replace(",", ""))) >= 2**31:
        raise WrongError("is no whole number")
    return int(float(text.replace(",", ""))), None


def _day(text: str, _: str) -> Value:
    if text in MISSING:
        return None, None
    text = re.sub(r"[ T]00:00(:00)?$", "", text)
    if found := re.fullmatch(r"(\d{1,2})([-/])(\d{1,2})\2(\d{4})", text, re.ASCII):
        day, _, month, year = found.groups()
    elif found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text, re.ASCII):
        year, month, day = found.groups()
    else:
        raise WrongError("is no date")
    try:
        return date(int(year), int(month), int(day)), None
    except ValueError:
        raise WrongError("is no date that there is") from None


def _grade(text: str, _: str) -> Value:
    codes = MISSING | NO_GRADE
    if text in codes:
        return None, codes[text]
    if text not in GRADES:
        raise WrongError("is no grade")
    return GRADES[text], None


def _word(text: str, form: str) -> Value:
    """One of a list: ``word:A=a|B``; what stands before the sign is ours. Capitals and doubled spaces do not count."""
    listed = {}
    for each in form.partition(":")[2].split("|"):
        ours, *others = each.split("=")
        listed |= {" ".join(name.split()).casefold(): ours for name in (ours, *others)}
    key = " ".join(text.split()).casefold()
    if text in BLANK and not (key == "" and "" in listed):
        return None, None
    if key not in listed:
        raise WrongError("is in no list")
    return listed[key], None


def _yes(text: str, _: str) -> Value:
    if text in MISSING or text in NO_GRADE:
        return None, None
    if text not in ("Yes", "No"):
        raise WrongError("is neither Yes nor No")
    return text, None


FORMS: dict[str, Callable[[str, str], Value]] = {
    "urn": _urn, "other-urn": _other_urn, "urn-or-aside": _other_urn, "code": _coded, "text": _text, "name": _name,
    "number": _number,     "whole": _whole, "day": _day, "grade": _grade, "word": _word, "yes": _yes,
}  # fmt: skip
