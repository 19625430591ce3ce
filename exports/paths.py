"""Where an export may write: names of files that are made of data, checked in one place.

A name that is made of a code or of the name of an area must stay in its folder, be one that every system can hold (a published
folder is copied to Windows and to hosts of many kinds), and be used once. What is published under which name stands with the
exports.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from transforms.errors import InputError
from transforms.text import shown

LONGEST_NAME = 120
"""Characters of a file's name, with its ending: file systems hold 255 bytes, programs that sync folders often less."""

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
"""Names that are devices on Windows, with whatever ending."""


def is_reserved(name: str) -> bool:
    """Whether the name of a file is a device on Windows: ``con.xlsx`` cannot be copied there."""
    return _RESERVED.fullmatch(name) is not None


class OutputFolder:
    """A folder that is filled once: it gives out the path of each file, and refuses one that would leave it or be there twice."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._given: set[str] = set()

    def file(self, name: str) -> Path:
        """The path of a file by its name within the folder, with ``/`` between its parts; the folders above it are made.

        Raises InputError for a name that could lead elsewhere, that some system cannot hold, or that has been given out before:
        two names that differ in capitals are one file on many systems.
        """
        parts = name.split("/")
        for part in parts:
            if not _NAME.fullmatch(part) or part.endswith(".") or len(part) > LONGEST_NAME or is_reserved(part):
                raise self._refusal(
                    name,
                    "cannot be used everywhere, or leads out of its folder",
                    f"letters, digits, hyphens, underscores and dots, up to {LONGEST_NAME}, and no device's name",
                )
        key = unicodedata.normalize("NFC", name).casefold()
        if key in self._given:
            raise self._refusal(name, "is used twice: one would overwrite the other", "a name of its own for each file")
        path = self.root.joinpath(*parts)
        # a link in the folder could still lead elsewhere
        if not path.parent.resolve().is_relative_to(self.root.resolve()) or path.is_symlink():
            raise self._refusal(name, "leads out of its folder by a link", "a folder that was made for this refresh")
        self._given.add(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _refusal(self, name: str, problem: str, expected: str) -> InputError:
        return InputError(
            f"The name of a file to be written {problem}: {shown(name)}",
            file=str(self.root),
            expected=expected,
            do="look for the code or name in the publishers' files; if it is right there, tell the makers of schoolmatch",
        )


def distinct_names(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """A name for each code, from ``(code, name)``: the name where it is its own, else the name with the code behind it.

    Of those that share a name each gets its code, so that none of them depends on the order, and none stands for another. A name
    that is empty is the code alone; one that is a device's gets the code. Codes are distinct, also without capitals.
    """
    given = dict(names)
    found = {code: name or code.lower() for code, name in given.items()}
    while True:
        by_name: dict[str, list[str]] = {}
        for code, name in found.items():
            by_name.setdefault(name.casefold(), []).append(code)
        shared = [code for name, codes in by_name.items() if len(codes) > 1 or is_reserved(name) for code in codes]
        if not shared:
            return found
        found |= {code: f"{found[code]}-{code.lower()}" for code in shared}
