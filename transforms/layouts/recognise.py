"""What a file is whose name is none that is read: told by its header, in a sentence a person can act on."""

from __future__ import annotations

import csv
import io
from pathlib import PurePosixPath

from transforms.errors import InputError
from transforms.layouts import LAYOUTS
from transforms.layouts.encoding import decode
from transforms.layouts.layout import Layout
from transforms.layouts.text_table import TITLE_ROWS_AT_MOST

START_BYTES = 200_000
"""How much of a file is looked at: the widest header that is known has 9,000 characters."""

FEW = 2
"""By fewer headings nothing is recognised."""

ALIKE = 0.5
"""With this share of the headings that a layout needs, a file is taken for another download of that publisher's."""


def what_it_is(start: bytes, path: str) -> str:
    """A sentence on a file that is not used, from its first bytes and its name."""
    if PurePosixPath(path).suffix.lower() in (".xlsx", ".xls", ".ods"):
        return "it is a spreadsheet, and only CSV is read: the publisher has it as CSV, too"
    try:
        text = decode(start, path)
    except InputError as error:
        return error.problem[0].lower() + error.problem[1:]
    rows = csv.reader(io.StringIO(text, newline=""))
    headers = [{" ".join(heading.split()) for heading in row} for row, _ in zip(rows, range(TITLE_ROWS_AT_MOST), strict=False)]
    nearest: tuple[float, Layout, list[str]] | None = None
    for layout in LAYOUTS:
        for header in headers:
            if not header & set(layout.header_has):
                continue
            for vintage in layout.vintages:
                needed = layout.needed(vintage)
                if len(needed) < FEW:
                    continue  # a list of ours: any file with a URN would be one
                lacking = [heading for heading in needed if heading not in header]
                share = 1 - len(lacking) / len(needed)
                if nearest is None or share > nearest[0]:
                    nearest = share, layout, lacking
    if nearest is None or nearest[0] < ALIKE:
        return "neither its name nor its header is of a kind that is read"
    _, layout, lacking = nearest
    if lacking:
        return (
            f"it is like '{layout.title}' and lacks {', '.join(lacking[:5])}{' ...' if len(lacking) > 5 else ''}: another download"
        )
    return f"its header is that of '{layout.title}', its name is not: to use it, give it the name that the publisher gave it"
