"""The shapes the sample is made of: typed numpy columns, one element per establishment.

What belongs here: the column types, the tables that pass between the modules, and the two helpers every module
needs. What does not: how anything is drawn (the other modules) and how it is written (`*_file.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from warehouse.sample.authorities import Areas, Authority

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Texts = NDArray[np.str_]
Days = NDArray[np.datetime64]

ENGLAND = 22_000  # state-funded schools; every count "per England" below is scaled from this
NO_DAY = np.datetime64("NaT", "D")


def stream(seed: int, number: int) -> np.random.Generator:
    """Return the random numbers of one module: its own stream, so that a change in one leaves the others alone."""
    return np.random.default_rng((seed, number))


def scaled(per_england: int, schools: int) -> int:
    """Return a count given for 22,000 schools, for a sample of `schools`; at least 1, so that no quirk is lost."""
    return max(1, round(per_england * schools / ENGLAND))


def pick(rng: np.random.Generator, weights: dict[str, float], size: int) -> Texts:
    """Draw `size` keys of `weights` (need not add up to 1), independently."""
    share = np.cumsum(np.array(list(weights.values()), dtype=np.float64))
    chosen = np.searchsorted(share, rng.random(size) * share[-1], side="right")
    keys: Texts = np.array(list(weights))
    return np.asarray(keys[np.minimum(chosen, len(weights) - 1)])


@dataclass(frozen=True)
class Places:
    """Where establishments stand: one element per establishment. Coordinates are National Grid metres."""

    kind: Texts  # a key of places.KINDS, or "welsh"
    postcode: Texts
    easting: Ints
    northing: Ints
    district: Ints  # row in authorities.Areas.districts
    curve: Ints  # position along a space-filling curve: near in number is near on the ground
    class_2011: Texts  # rural-urban classification, A1 ... E2
    class_2021: Texts  # UN1 ... RSF1


@dataclass(frozen=True)
class Schools:
    """Every establishment that is not closed, in the order of its URN."""

    urn: Ints
    kind: Texts
    status: Texts  # GIAS code: 1 open, 3 open but proposed to close, 4 proposed to open
    phase_code: Texts
    type_code: Texts
    name: Texts
    authority: Ints  # row in authorities.Areas.authorities
    number: Ints  # EstablishmentNumber, unique within the authority
    place: Places
    constituency: Ints  # row in World.constituencies; -1 in Wales
    low: Ints  # statutory ages, years
    high: Ints
    pupils: Ints  # -1 where not known
    fsm: Floats  # percent; nan where not known
    gender: Texts  # GIAS code 1 boys, 2 girls, 3 mixed
    faith: Texts  # religious character; "" where not recorded
    admissions: Texts
    has_sixth_form: Flags
    opened: Days  # NaT where GIAS has no date

    @property
    def is_state(self) -> Flags:
        """Open and state-funded: what the study is about."""
        is_state: Flags = (self.status != "4") & (self.kind != "independent") & (self.kind != "welsh")
        return is_state

    @property
    def is_inspected(self) -> Flags:
        """In Ofsted's file of state-funded schools: sixteen-plus provision is in another one."""
        is_inspected: Flags = self.is_state & (self.kind != "sixteen_plus")
        return is_inspected


@dataclass(frozen=True)
class Trusts:
    """Academy trusts, and which one each school is in."""

    uid: Ints
    name: Texts
    is_multi: Flags
    opened: Days
    sponsor_uid: Ints  # 0 where the trust is no sponsor
    of_school: Ints  # one element per school: row of its trust, -1 for none


@dataclass(frozen=True)
class Predecessors:
    """Closed schools that became, or merged into, an open one."""

    urn: Ints
    successor: Ints  # row in Schools
    name: Texts
    type_code: Texts
    closed: Days
    link_type: Texts  # suffix of the publisher's LinkType: "", " - merged", " - amalgamated"


@dataclass(frozen=True)
class World:
    """All that the files of the register tell about."""

    areas: Areas
    schools: Schools
    trusts: Trusts
    predecessors: Predecessors
    constituencies: list[str]  # names; Schools.constituency gives the row

    def laestabs(self, rows: Ints) -> list[str]:
        """Return LA number and establishment number as one code, for rows of Schools."""
        pairs = zip(self.schools.authority[rows].tolist(), self.schools.number[rows].tolist(), strict=True)
        return [f"{self.areas.authorities[at].la_code}{number:04d}" for at, number in pairs]

    def authorities(self, rows: Ints) -> list[Authority]:
        """Return the authority of each of the rows of Schools."""
        return [self.areas.authorities[at] for at in self.schools.authority[rows].tolist()]

    def urns_as_at(self, rows: Ints, day: np.datetime64) -> list[str]:
        """Return the URN that each of the rows of Schools had on a day: before it became an academy, another one."""
        before = self.first_predecessors()[rows]
        was_other = (self.schools.opened[rows] > day) & (before >= 0)
        urn = np.where(was_other, self.predecessors.urn[np.maximum(before, 0)], self.schools.urn[rows])
        return [str(each) for each in urn.tolist()]

    def first_predecessors(self) -> Ints:
        """Return for each school the row of the predecessor whose judgements and results it carries, -1 for none."""
        first = np.full(len(self.schools.urn), -1, dtype=np.int64)
        carried = np.flatnonzero(self.predecessors.link_type != " - amalgamated")[::-1]
        first[self.predecessors.successor[carried]] = carried  # the first of two wins, being written last
        return first


def take_places(places: Places, rows: Ints) -> Places:
    """Return the places at `rows`, in their order."""
    columns: dict[str, Any] = {field.name: getattr(places, field.name)[rows] for field in fields(places)}
    return Places(**columns)
