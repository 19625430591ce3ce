"""What makes a file suspect though each of its cells can be read: nothing in a column, a heading in other letters, fractions for
percentages. Each of them looks like schools of which nothing is known, or all of which do badly, and is told nowhere else.

What belongs here: rules for a column as a whole, the same for every layout. What does not: what one cell may hold (``fields.py``),
and what files say of each other (``sql/check/``).
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from transforms.errors import InputError
from transforms.layouts.encoding import FETCH_AGAIN
from transforms.layouts.fields import NO_CODE
from transforms.layouts.text_table import heading_key
from transforms.text import shown

ENOUGH = 100
"""Of so many rows a column that is there has a value somewhere; and of so many shares one is above one percent. Genuine files have
thousands of rows, those of one authority about a hundred; a few rows, cut out to try something, prove nothing."""


def refuse_other_letters(header: Collection[str], headings: Collection[str], file: str, *, known: Collection[str] = ()) -> None:
    """Raise InputError where one of the headings is not there, but the same in other capitals, spaces or signs is.

    ``known``: headings that are the publisher's as they stand, whatever they are like. Such a column may be the one that is meant,
    or another: passed over it would be missing for every school, and taken it might be wrong for every one.
    """
    there = {heading_key(heading): heading for heading in header if heading not in known}
    for heading in sorted(set(headings) - set(header)):
        if found := there.get(heading_key(heading)):
            raise InputError(
                f"The heading {shown(found)} is {shown(heading)} in other letters",
                file=file,
                column=found,
                expected=heading,
                do="write the heading as the publisher does; if the publisher has changed it, change it in the kind's "
                "table in transforms/layouts/",
            )


def refuse_empty(texts: pd.Series, file: str, heading: str, enough: int = ENOUGH) -> None:
    """Raise InputError where none of the texts says anything, of enough rows. A code for a missing value says something."""
    if len(texts) >= enough and texts.str.strip().isin(NO_CODE).all():
        raise InputError(
            f"None of the {len(texts):,} rows has anything under this heading",
            file=file,
            column=heading,
            expected="a value, or the publisher's code for a missing one, in some row at least",
            do=f"compare the column with the publisher's file: it may have been emptied, or stand elsewhere; {FETCH_AGAIN}; "
            "if the publisher leaves it empty, name it under may_be_empty in the table of the kind in transforms/layouts/",
        )


def refuse_fractions(values: pd.Series, file: str, heading: str, rows: pd.Series) -> None:
    """Raise InputError where percentages look like shares of one: enough of them are told, and none is above 1.

    ``rows``: the row in the file, by the index of the values.
    """
    told = values.notna()
    if told.sum() >= ENOUGH and (most := values.max()) <= 1:
        raise InputError(
            f"The largest of {int(told.sum()):,} percentages is {most:g}: they are fractions, or nothing",
            file=file,
            row=int(rows.loc[values.dropna().index[0]]),
            column=heading,
            expected="percentages from 0 to 100, as 65 for 65 %",
            do=f"compare the column with the publisher's: a program that shows 0.65 as 65 % saves it so; {FETCH_AGAIN}",
        )
