"""What is told of a file while it is read; and that each row of it counts once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from transforms.errors import InputError
from transforms.text import counted


@dataclass(frozen=True)
class Reading:
    """The file that is being read: its path and header; ``notices`` takes what has to be told, in sentences."""

    path: str
    header: tuple[str, ...]
    notices: list[str] = field(default_factory=list)


def once(frame: pd.DataFrame, key: Sequence[str], reading: Reading) -> pd.DataFrame:
    """Each row once: one that stands there again just as it is counts once, and is told.

    Raises InputError where two rows of one key differ.
    """
    key = [name for name in key if name in frame]  # a vintage may lack a part of it
    twice = frame.duplicated(key, keep=False)
    if not twice.any():
        return frame
    same = frame[twice].duplicated([name for name in frame if name != "row_number"])
    if same.any():
        again = same.index[same]
        reading.notices.append(
            f"{counted(len(again), 'row stands there twice, and counts', 'rows stand there twice, and count')} once "
            f"(row {frame.loc[again[0], 'row_number']} is the first)"
        )
        frame = frame.drop(index=again)
        twice = frame.duplicated(key, keep=False)
    if not twice.any():
        return frame
    first = frame[twice].sort_values([*key, "row_number"]).iloc[:2]
    value = ", ".join(str(first.iloc[0][name]) for name in key)
    raise InputError(
        f"{' + '.join(key)} {value} is there twice (rows {first.iloc[0].row_number} and {first.iloc[1].row_number}), "
        "and the two rows differ",
        file=reading.path,
        row=int(first.iloc[1].row_number),
        column=key[0],
        expected="each row once",
        do="see which of the two is right, and report it to the publisher",
    )
