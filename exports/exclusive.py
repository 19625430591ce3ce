"""How many schools in need have someone near, and how many can have a partner of their own, in a plain sentence each."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from exports.words import in_words
from warehouse.query import ask


@dataclass(frozen=True)
class Exclusive:
    """The schools in need of a definition and phase in the whole country.

    ``near``: how many have a high-performing school in range; ``partnered``: how many get a partner where none takes more than one,
    two, three; ``not_placed``: of how many the place or setting is not known, so that neither can be told. ``is_withheld``: these
    figures are not told, since too much of what they rest on is not known.
    """

    definition: str
    phase: str
    in_need: int
    near: int
    partnered: tuple[int, int, int]
    not_placed: int
    is_withheld: bool = False

    @property
    def sentence(self) -> str:
        """In words: Of 1,873 primary schools in need (rise), 1,710 have someone near, and 1,604 can have a partner of their own."""
        if self.is_withheld:
            return f"How many {in_words(self.phase)} schools in need ({self.definition}) have someone near cannot be told."
        school = "school" if self.in_need == 1 else "schools"
        have = "has" if self.near == 1 else "have"
        their = "its" if self.partnered[0] == 1 else "their"
        phase = in_words(self.phase)
        unknown = f" Of {self.not_placed:,} the place is not known." if self.not_placed else ""
        return (
            f"Of {self.in_need:,} {phase} {school} in need ({self.definition}), {self.near:,} {have} someone near, "
            f"and {self.partnered[0]:,} can have a partner of {their} own.{unknown}"
        )


def exclusive(connection: duckdb.DuckDBPyConnection) -> list[Exclusive]:
    """What ``mart.allocation`` says of each definition and phase with a school in need, the most schools in need first."""
    return [
        Exclusive(
            definition=row["definition"],
            phase=row["phase"],
            in_need=row["in_need"],
            near=row["near"],
            partnered=(row["partnered_1"], row["partnered_2"], row["partnered_3"]),
            not_placed=row["not_placed"],
            is_withheld=row["is_withheld"],
        )
        for row in ask(connection, "sheet/exclusive")
    ]
