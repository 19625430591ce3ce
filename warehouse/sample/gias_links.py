"""The links between establishments, the groups (trusts and sponsors) and who is in them, of Get Information About Schools (GIAS).

What belongs here: these three layouts. What does not: the establishments (`gias_establishments`).
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from warehouse.sample.csv_file import dates, headings, write_table
from warehouse.sample.model import World, stream

_LINK = headings("URN|LinkURN|LinkName|LinkType|LinkEstablishedDate")
_GROUP = headings(
    """
Group UID|Group ID|Group Name|Companies House Number|Group Type (code)|Group Type|Closed Date|Open date
Incorporated on (open date)|Group Status (code)|Group Status|Group Street|Group Locality|Group Address 3|Group Town
Group County|Group Postcode|Head of Group Title|Head of Group First Name|Head of Group Last Name|UKPRN
"""
)
_MEMBERSHIP = headings("URN|EstablishmentName|Group UID|Group ID|Group Name|Date Joined Group|Date Left Group")


def write_links(path: Path, world: World, seed: int) -> None:
    """Write each pair twice: from the closed school to its successor, and back."""
    schools, predecessors = world.schools, world.predecessors
    known = stream(seed, 13).random(len(predecessors.urn)) > 0.2  # GIAS has no day for one link in five
    day = np.where(known, predecessors.closed, np.datetime64("NaT", "D"))
    old, new = predecessors.urn, schools.urn[predecessors.successor]
    urn = np.concatenate([new, old])
    order = np.argsort(urn, kind="stable")
    kinds = np.concatenate([np.char.add("Predecessor", predecessors.link_type), np.char.add("Successor", predecessors.link_type)])
    columns = {
        "URN": urn[order].astype(str).tolist(),
        "LinkURN": np.concatenate([old, new])[order].astype(str).tolist(),
        "LinkName": np.concatenate([predecessors.name, schools.name[predecessors.successor]])[order].tolist(),
        "LinkType": kinds[order].tolist(),
        "LinkEstablishedDate": dates(np.concatenate([day, day])[order], "-"),
    }
    write_table(path, _LINK, columns, quoting=csv.QUOTE_ALL)


def write_groups(path: Path, world: World) -> None:
    """Write the trusts, then their sponsors. Dates have slashes here; Companies House numbers are not of its form."""
    trusts = world.trusts
    sponsors = np.flatnonzero(trusts.sponsor_uid > 0)
    of = np.concatenate([np.arange(len(trusts.uid)), sponsors])
    is_trust = np.arange(len(of)) < len(trusts.uid)
    code = np.where(is_trust, np.where(trusts.is_multi[of], "06", "10"), "05").tolist()
    kinds = {"05": "School sponsor", "06": "Multi-academy trust", "10": "Single-academy trust"}
    opened = dates(trusts.opened[of], "/")
    uids = np.concatenate([trusts.uid, trusts.sponsor_uid[sponsors]]).tolist()
    columns = {
        "Group UID": [str(uid) for uid in uids],
        "Group ID": [f"TR{uid}" if trust else f"SP{uid}" for uid, trust in zip(uids, is_trust.tolist(), strict=True)],
        "Group Name": trusts.name[of].tolist(),
        "Companies House Number": [f"ZZ{uid}" if trust else "" for uid, trust in zip(uids, is_trust.tolist(), strict=True)],
        "Group Type (code)": code,
        "Group Type": [kinds[each] for each in code],
        "Open date": opened,
        "Incorporated on (open date)": [day if trust else "" for day, trust in zip(opened, is_trust.tolist(), strict=True)],
        "Group Status (code)": ["OPEN"] * len(of),
        "Group Status": ["Open"] * len(of),
        "Group County": ["Not recorded"] * len(of),
    }
    write_table(path, _GROUP, columns)


def write_memberships(path: Path, world: World, seed: int) -> None:
    """Write since when each academy is in its trust, as GIAS's history does: since it opened, or (one in six) later."""
    schools, trusts = world.schools, world.trusts
    rows = np.flatnonzero((trusts.of_school >= 0) & ~np.isnat(schools.opened))
    trust = trusts.of_school[rows]
    rng = stream(seed, 14)
    last = np.datetime64("2025-09-01", "D")
    possible = np.maximum((last - schools.opened[rows]).astype(np.int64), 0)
    later = np.where(rng.random(len(rows)) < 1 / 6, rng.random(len(rows)) * possible, 0).astype(np.int64)
    joined = (schools.opened[rows] + later).astype("datetime64[M]").astype("datetime64[D]")  # trusts take schools on the first
    columns = {
        "URN": schools.urn[rows].astype(str).tolist(),
        "EstablishmentName": schools.name[rows].tolist(),
        "Group UID": trusts.uid[trust].astype(str).tolist(),
        "Group ID": [f"TR{uid}" for uid in trusts.uid[trust].tolist()],
        "Group Name": trusts.name[trust].tolist(),
        "Date Joined Group": dates(np.where(later > 0, joined, schools.opened[rows]), "-"),
        "Date Left Group": [""] * len(rows),
    }
    write_table(path, _MEMBERSHIP, columns, quoting=csv.QUOTE_ALL)
