"""The one exception for input that cannot be used, worded for the person who has to mend it."""

from __future__ import annotations

from transforms.text import printable


class InputError(Exception):
    """A publisher's file, or what was asked of us, cannot be used: what, where, what was expected, what to do."""

    def __init__(
        self,
        problem: str,
        *,
        file: str | None = None,
        row: int | None = None,
        column: str | None = None,
        expected: str | None = None,
        do: str | None = None,
    ) -> None:
        self.problem, self.file, self.row, self.column, self.expected, self.do = (
            problem,
            file,
            row,
            column,
            expected,
            do,
        )
        super().__init__(str(self))

    def __str__(self) -> str:
        where = ", ".join(
            f"{label} {value}"
            for label, value in (("file", self.file), ("row", self.row), ("column", self.column))
            if value is not None
        )
        parts = [self.problem.rstrip(".") + "."]
        if where:
            parts.append(f"Where: {where}.")
        if self.expected:
            parts.append(f"Expected: {self.expected.rstrip('.')}.")
        if self.do:
            parts.append(f"What to do: {self.do.rstrip('.')}.")
        # names of files and values are others' text: none of them may drive a terminal
        return printable(" ".join(parts))
