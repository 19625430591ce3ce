"""How many schools in need have someone near, and how many can have a partner of their own, in a plain sentence each."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from exports.words import in_words
from warehouse.store import rows_as_dicts


@dataclass(frozen=True)
class Exclusive:
    """The schools in need of a definition and phase in the whole country.

    ``near``: how many have a high-performing school in range; ``partnered``: how many get a partner where none takes more than one,
    two, three; ``not_placed``: of how many the place or setting is not known, so that neither can be told.
    """

    definition: str
    phase: str
    in_need: int
    near: int
    partnered: tuple[int, int, int]
    not_placed: int

    @property
    def sentence(self) -> str:
        """In words: Of 1,873 primary schools in need (rise), 1,710 have someone near, and 1,604 can have a partner of their own."""
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
    rows = rows_as_dicts(
        connection,
        """select
            definition,
            phase,
            count(*) filter (where capacity = 1) as in_need,
            count(*) filter (where capacity = 1 and (partner_missing is null or partner_missing = 'none_left')) as near,
            count(partner_urn) filter (where capacity = 1) as one,
            count(partner_urn) filter (where capacity = 2) as two,
            count(partner_urn) filter (where capacity = 3) as three,
            count(*) filter (where capacity = 1 and partner_missing = 'place_not_known') as not_placed
        from mart.allocation
        group by definition, phase
        order by definition, in_need desc, phase""",
    )
    return [Exclusive(partnered=(row.pop("one"), row.pop("two"), row.pop("three")), **row) for row in rows]
