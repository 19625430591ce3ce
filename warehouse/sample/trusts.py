"""Which trust an academy is in, and which closed school it came from.

What belongs here: trusts, sponsors, predecessors. What does not: names (`names`), the files (`gias_files`).
"""

from __future__ import annotations

import numpy as np

from warehouse.sample import names
from warehouse.sample.governance import ACADEMIES, FREE_SCHOOLS, SPONSORED
from warehouse.sample.model import Days, Ints, Predecessors, Schools, Texts, Trusts, scaled, stream
from warehouse.sample.schools import FIRST_PREDECESSOR_URN

FIRST_GROUP_UID = 90_000
# Share of academies that are alone in their trust, by type; the others are in one of several.
_ALONE = {
    "34": 0.095,
    "44": 0.09,
    "28": 0.011,
    "35": 0.10,
    "36": 0.05,
    "38": 0.24,
    "40": 0.25,
    "45": 0.95,
    "46": 1,
    "39": 0.97,
}
_TYPICAL_SIZE, _SIZE_SPREAD, _LARGEST = 6.2, 0.82, 60  # median, sd of the logarithm, most schools of a trust
_NATIONAL = 0.06  # share of academies whose trust works all over England
_MERGED, _AMALGAMATED = 110, 70  # per England: academies of two schools; maintained primaries of an infant and a junior


def make_trusts(schools: Schools, seed: int) -> Trusts:
    """Put the academies into trusts: neighbours along the curve, of one church or none, in sizes of 2 to 60."""
    rng = stream(seed, 5)
    size = len(schools.urn)
    is_academy = np.isin(schools.type_code, ACADEMIES) & schools.is_state
    alone_share = np.select([schools.type_code == code for code in _ALONE], list(_ALONE.values()), 0.02)
    is_alone = is_academy & (rng.random(size) < alone_share)
    draw = rng.random(size)
    church = np.where(draw < 0.75, schools.faith, "general")
    circle = np.where(np.isin(church, ["Roman Catholic", "Church of England"]), church, "general")
    circle = np.where((circle == "general") & (draw > 1 - _NATIONAL), "national", circle)
    of_school = np.full(size, -1, dtype=np.int64)
    faith: list[str] = []
    for name in ("general", "national", "Roman Catholic", "Church of England"):
        members = np.flatnonzero(is_academy & ~is_alone & (circle == name))
        along = members[np.argsort(schools.place.curve[members], kind="stable")]
        # Trusts overlap: each school is shifted along the curve before it is cut into trusts.
        shift = 0.25 * len(along) if name == "national" else 18.0
        mixed = along[np.argsort(np.arange(len(along)) + rng.normal(scale=shift, size=len(along)), kind="stable")]
        sizes = _sizes(rng, len(mixed))
        of_school[mixed] = len(faith) + np.repeat(np.arange(len(sizes)), sizes)
        faith += [name if name != "national" else "general"] * len(sizes)
    multi = len(faith)
    lone = np.flatnonzero(is_alone)
    of_school[lone] = multi + np.arange(len(lone))
    lone_names = [f"{name} Trust {names.MARK}" for name in schools.name[lone].tolist()]
    count = multi + len(lone)
    is_multi = np.arange(count) < multi
    is_sponsor = is_multi & (rng.random(count) < 0.72)
    sponsor_uid = np.where(is_sponsor, FIRST_GROUP_UID + count + np.cumsum(is_sponsor) - 1, 0)
    return Trusts(
        uid=FIRST_GROUP_UID + np.arange(count),
        name=np.array(names.trust_names(rng, np.array(faith)) + lone_names),
        is_multi=is_multi,
        opened=_founded(of_school, schools.opened, count),
        sponsor_uid=sponsor_uid,
        of_school=of_school,
    )


def _sizes(rng: np.random.Generator, members: int) -> Ints:
    """Draw trust sizes, skewed as the real ones are, that add up to `members`."""
    drawn = np.exp(np.log(_TYPICAL_SIZE) + _SIZE_SPREAD * rng.normal(size=members + 1))
    sizes = np.clip(np.rint(drawn), 2, _LARGEST).astype(np.int64)
    whole = int(np.searchsorted(np.cumsum(sizes), members, side="right"))
    left = members - int(sizes[:whole].sum())
    return np.asarray(np.r_[sizes[:whole], left] if left else sizes[:whole])


def _founded(of_school: Ints, opened: Days, count: int) -> Days:
    """Return when each trust was founded: a month before its first school joined."""
    first = np.full(count, np.datetime64("2025-08-01", "D"))
    has_day = (of_school >= 0) & ~np.isnat(opened)
    np.minimum.at(first, of_school[has_day], opened[has_day])
    return np.asarray(first - np.timedelta64(31, "D"))


def make_predecessors(schools: Schools, seed: int) -> Predecessors:
    """Make the closed schools: one for each academy that is no free school, two for a few, and some amalgamations."""
    rng = stream(seed, 6)
    wanted = int(schools.is_state.sum())
    was_school = schools.is_state & np.isin(schools.type_code, ACADEMIES) & ~np.isin(schools.type_code, FREE_SCHOOLS)
    academies = np.flatnonzero(was_school)
    merged = np.sort(rng.permutation(academies)[: scaled(_MERGED, wanted)])
    whole_primaries = np.flatnonzero(schools.is_state & (schools.type_code == "01") & (schools.high == 11) & (schools.low < 6))
    amalgamated = np.sort(rng.permutation(whole_primaries)[: scaled(_AMALGAMATED, wanted)])
    successor = np.concatenate([academies, merged, amalgamated, amalgamated])
    link_type = np.full(len(successor), "", dtype="<U14")
    link_type[np.isin(successor, merged)] = " - merged"
    link_type[np.isin(successor, amalgamated)] = " - amalgamated"
    is_second = np.arange(len(successor)) >= len(academies)
    is_infant = np.arange(len(successor)) >= len(successor) - len(amalgamated)
    opened = schools.opened[successor]
    # a school without an opening date amalgamated long ago, on a day GIAS does not hold
    name = [
        _former_name(schools.name[row], str(kind), bool(second), bool(infant))
        for row, kind, second, infant in zip(successor, link_type, is_second, is_infant, strict=True)
    ]
    order = np.lexsort((np.arange(len(successor)), successor))
    return Predecessors(
        urn=FIRST_PREDECESSOR_URN + np.arange(len(successor)),
        successor=successor[order],
        name=np.array(name)[order],
        type_code=_former_types(schools, successor)[order],
        closed=(opened - np.timedelta64(1, "D"))[order],
        link_type=link_type[order],
    )


def _former_name(name: str, link_type: str, is_second: bool, is_infant: bool) -> str:
    if link_type == " - amalgamated":
        stem = name.replace("Primary School", "School").replace("Community ", "").removesuffix(" School")
        return f"{stem} {'Infant' if is_infant else 'Junior'} School"
    former = name.replace("Academy", "School").replace("School School", "School")
    return f"Old {former}" if is_second else former


def _former_types(schools: Schools, successor: Ints) -> Texts:
    """Return what the closed schools were: maintained schools of the same faith and phase."""
    kind, faith = schools.kind[successor], schools.faith[successor]
    is_foundation = np.isin(schools.type_code[successor], SPONSORED) & (schools.urn[successor] % 4 == 0)
    return np.select(
        [
            kind == "special",
            kind == "alternative_provision",
            faith == "Roman Catholic",
            (faith == "Church of England") & (schools.urn[successor] % 5 < 2),
            faith == "Church of England",
            is_foundation,
        ],
        ["07", "14", "02", "02", "03", "05"],
        "01",
    )
