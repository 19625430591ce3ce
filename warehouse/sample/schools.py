"""Who the schools are: places, pupils, governance and names put together, and numbered.

What belongs here: the order, the identifiers and the quirks of the register (two schools on one site, schools that
are about to open or close, missing grid references). What does not: the draws behind each column.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from warehouse.sample import names
from warehouse.sample.authorities import Areas
from warehouse.sample.constituencies import cut_constituencies
from warehouse.sample.governance import draw_governance
from warehouse.sample.intake import draw_intake
from warehouse.sample.model import Flags, Ints, Places, Schools, Texts, scaled, stream, take_places
from warehouse.sample.places import proposed_schools, share_sites

FIRST_URN = 900_000  # real URNs have not come near: 1xxxxx in England, 4xxxxx in Wales
FIRST_PREDECESSOR_URN = 950_000
# First EstablishmentNumber of each kind in an authority: the publisher's ranges.
_FIRST_NUMBER = {
    "nursery": 1000,
    "alternative_provision": 1100,
    "primary": 2000,
    "secondary": 4000,
    "independent": 6000,
    "special": 7000,
    "sixteen_plus": 8600,
    "welsh": 6000,
}
_SHARED_SITES, _CLOSING, _UNPLACED = 45, 22, 8  # per England


def make_schools(places: Places, areas: Areas, schools: int, seed: int) -> tuple[Schools, list[str]]:
    """Make the schools at `places`; also returns the names of the constituencies."""
    rng = stream(seed, 4)
    authority = _authority(places, areas)
    kind_order = np.array([list(_FIRST_NUMBER).index(kind) for kind in places.kind.tolist()])
    order = np.lexsort((places.curve, kind_order, authority))
    places, authority = take_places(places, order), authority[order]
    la_code = np.array([areas.authorities[at].la_code for at in authority])

    intake = draw_intake(places, la_code, schools, seed)
    governance = draw_governance(places, la_code, intake.phase_code, seed)
    juniors = rng.permutation(np.flatnonzero(intake.stage == "junior"))
    infants = np.flatnonzero(intake.stage == "infant")
    places, moved, met = share_sites(places, juniors, infants, scaled(_SHARED_SITES, schools))
    constituency, cuts = cut_constituencies(authority, places.easting, places.northing, places.kind != "welsh", schools)

    village = names.places_names(rng, places.northing.astype(np.float64))
    called = names.school_names(rng, places.kind, intake.stage, governance.faith, governance.type_code, village)
    for mover, host in zip(moved, met, strict=True):
        called[mover] = called[host].replace("Infant", "Junior")
    called = _told_apart(called, authority, village)

    status = np.full(len(places.kind), "1")
    is_primary = (places.kind == "primary") & (intake.stage == "")
    proposed = rng.permutation(np.flatnonzero(is_primary))[: proposed_schools(schools)]
    status[proposed] = "4"
    is_open_state = (status == "1") & ~np.isin(places.kind, ["independent", "welsh"])
    status[rng.permutation(np.flatnonzero(is_open_state))[: scaled(_CLOSING, schools)]] = "3"
    is_proposed = status == "4"
    type_code = np.where(is_proposed, "35", governance.type_code)
    opened = np.where(is_proposed, np.datetime64("2026-09-01"), governance.opened)

    made = Schools(
        urn=FIRST_URN + np.arange(len(status)),
        kind=places.kind,
        status=status,
        phase_code=intake.phase_code,
        type_code=type_code,
        name=np.array(called),
        authority=authority,
        number=_numbers(authority, places.kind),
        place=_without_some_places(rng, places, is_open_state, schools),
        constituency=constituency,
        low=intake.low,
        high=intake.high,
        pupils=np.where(is_proposed, -1, intake.pupils),
        fsm=np.where(is_proposed, np.nan, intake.fsm),
        gender=intake.gender,
        faith=governance.faith,
        admissions=intake.admissions,
        has_sixth_form=intake.has_sixth_form,
        opened=opened,
    )
    return made, [f"{areas.authorities[at].la_name} {number} {names.MARK}" for at, number in cuts]


def _authority(places: Places, areas: Areas) -> Ints:
    of_district = np.array([district.authority for district in areas.districts])
    return np.asarray(of_district[places.district])


def _numbers(authority: Ints, kind: Texts) -> Ints:
    """Number the schools of a kind in an authority from the kind's first number; `authority`, `kind` are in order."""
    first = np.array([_FIRST_NUMBER[each] for each in kind.tolist()])
    is_new = np.r_[True, (authority[1:] != authority[:-1]) | (first[1:] != first[:-1])]
    start = np.maximum.accumulate(np.where(is_new, np.arange(len(first)), 0))
    return np.asarray(first + np.arange(len(first)) - start)


def _told_apart(called: list[str], authority: Ints, village: list[str]) -> list[str]:
    """Add the village, or "New", to a name that another school of the authority already has."""
    taken: set[tuple[int, str]] = set()
    apart = []
    for name, at, where in zip(called, authority.tolist(), village, strict=True):
        choices = [name] if where in name else [name, f"{name}, {where}"]
        choices += [f"New {choice}" for choice in choices]
        final = next((choice for choice in choices if (at, choice) not in taken), choices[-1])
        taken.add((at, final))
        apart.append(final)
    return apart


def _without_some_places(rng: np.random.Generator, places: Places, is_open_state: Flags, schools: int) -> Places:
    """Take the grid reference from a few schools (0: blank in the file): they can only be placed by their postcode."""
    lost = rng.permutation(np.flatnonzero(is_open_state))[: scaled(_UNPLACED, schools)]
    easting, northing = places.easting.copy(), places.northing.copy()
    easting[lost] = northing[lost] = 0
    return replace(places, easting=easting, northing=northing)
