"""Text of others: what is taken out of it, how it is shown to people, and what a spreadsheet program would take for a formula.

Here stands what characters can do wherever a text is opened. What a text means stands elsewhere (``layouts/fields.py``).
"""

from __future__ import annotations

import re

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet program may take for the start of a formula: the list of OWASP ("CSV Injection"), and the wide forms of the
signs, which programs set to Japanese or Chinese take for the same."""

LONGEST_SHOWN = 60
"""Characters of a value that an error shows."""

_SPACES = re.compile("[\t-\r\x1c-\x1f\x85\u2028\u2029]+")
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""Characters that nobody sees: C0, DEL and C1 drive terminals and break files; signs of direction (U+202A to 202E, 2066 to 2069)
make a text read otherwise than it is stored; those without width (U+200B to 200F, the soft hyphen, the byte order mark, tags) let
two names look alike that differ. No name of a school in England needs any of them: the national files of 2017 to 2026 have none."""


def counted(number: int, one: str, many: str | None = None) -> str:
    """So many of a thing, in words: ``1 row``, ``1,200 rows``; ``many`` where it is not ``one`` with an s."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def has_unseen(text: str) -> bool:
    """Whether there is anything in it that nobody sees."""
    return _UNSEEN.search(text) is not None


def clean(text: str) -> str:
    """The text without characters that nobody sees; a tab or the end of a line becomes a space. As it is where it has none."""
    return _UNSEEN.sub("", _SPACES.sub(" ", text)).strip() if _UNSEEN.search(text) else text


def printable(text: str) -> str:
    r"""The text for a terminal or a log: what nobody sees is spelled (``\x1b``), but for the ends of lines."""
    return _UNSEEN.sub(lambda found: found[0] if found[0] == "\n" else repr(found[0])[1:-1], text)


def csv_cell(value: object) -> object:
    """A value for a CSV file: a text that a spreadsheet program could take for a formula gets a single quote before it.

    That is what OWASP advises ("CSV Injection"). Numbers stay as they are, negative ones too. The end of a line within a text is
    a line feed: a carriage return alone would not be quoted by Python's writer, and would end the row for many a reader.
    """
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def shown(value: object) -> str:
    """A value as an error quotes it: what cannot be printed is spelled, and only the start of a long one is there."""
    text = str(value)
    return repr(text) if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]!r}… ({len(text):,} characters)"
