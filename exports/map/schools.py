"""The schools of the map: those in need and the high-performing ones, a file for each local authority.

A file holds the schools that stand in the authority and, since they may stand across the border, the partners of its schools in
need. So a reader fetches only what is looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from warehouse.store import run

COLUMNS = (
    "id",
    "name",
    "longitude",
    "latitude",
    "phase",
    "setting",
    "search_radius_miles",
    "local_authority",
    "constituency",
    "region",
    "trust",
    "status",
    "reasons",
    "can_be_placed",
)
"""Of a school. ``status`` and ``reasons`` are by definition; ``name`` is null in the edition without names."""


@dataclass(frozen=True)
class SchoolFile:
    """What is told of an authority: ``schools`` rows of ``COLUMNS``, ``pairs`` and ``organisations`` by definition and school.

    A pair is ``[partner, miles, likeness]``, the nearest first; the likeness is null where nothing is known of it. Organisations
    are those that run these partners, by rank: ``[name, kind, partners, miles to the nearest, schools in need it has itself, is
    the school's own]``, null what is not known. Without names there is only their number: a trust's name tells its schools.
    """

    authority: str
    schools: list[list[Any]]
    pairs: dict[str, dict[str, list[list[Any]]]]
    organisations: dict[str, dict[str, list[list[Any]] | int]]


def school_files(connection: duckdb.DuckDBPyConnection, *, is_named: bool) -> Iterator[SchoolFile]:
    """The files, by ONS code of the authority. Without names a school has a number that says nothing of it."""
    schools = {row[0]: dict(zip(COLUMNS, row, strict=True)) for row in run(connection, _SCHOOLS)}
    # one for an authority without such schools, too: the page asks for it; each a set that keeps its order
    of_authority: dict[str, dict[int, None]] = {code: {} for (code,) in run(connection, _AUTHORITIES)}
    ids = {urn: urn if is_named else number for number, urn in enumerate(schools, start=1)}
    for urn, school in schools.items():
        of_authority[school["local_authority"]][urn] = None
        school["id"] = ids[urn]
        if not is_named:
            school["name"] = school["trust"] = None
    pairs: dict[str, dict[str, dict[str, list[list[Any]]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for definition, need, partner, *values in run(connection, _PAIRS):
        authority = schools[need]["local_authority"]
        pairs[authority][definition][str(ids[need])].append([ids[partner], *values])
        of_authority[authority][partner] = None
    near: dict[str, dict[str, dict[str, list[list[Any]]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for definition, need, *values in run(connection, _ORGANISATIONS):
        near[schools[need]["local_authority"]][definition][str(ids[need])].append(values)
    for authority, urns in of_authority.items():
        yield SchoolFile(
            authority,
            [list(schools[urn].values()) for urn in urns],
            {definition: dict(of_need) for definition, of_need in pairs[authority].items()},
            {
                definition: {need: each if is_named else len(each) for need, each in of_need.items()}
                for definition, of_need in near[authority].items()
            },
        )


_AUTHORITIES = "select distinct la_ons_code from mart.school where la_ons_code is not null order by 1"

# In the order of a hash: neither a number nor a place in the file is to tell which school it is in the edition without names.
_SCHOOLS = """
with status as (
    select
        urn,
        map_from_entries(list((definition, status) order by definition)) as status,
        map_from_entries(list((definition, reasons) order by definition)) as reasons
    from mart.school_status
    group by urn
    having bool_or(status <> 'neither')
)

select
    school.urn,
    school.name,
    round(school.longitude, 4) as longitude,
    round(school.latitude, 4) as latitude,
    school.phase,
    school.setting,
    school.search_radius_miles,
    school.la_ons_code,
    school.constituency_code,
    school.region_code,
    school.trust_name,
    status.status,
    status.reasons,
    school.h3_r7 is not null and school.search_radius_miles is not null as can_be_placed
from status
inner join mart.school as school on school.urn = status.urn
order by md5(school.urn::varchar || 'order'), school.urn
"""

_PAIRS = """
select definition, need_urn, partner_urn, round(distance_miles, 2) as miles, round(similarity, 2) as likeness
from mart.match
order by definition, need_urn, distance_rank
"""

_ORGANISATIONS = """
select
    definition,
    need_urn,
    organisation_name,
    organisation_kind,
    partners,
    round(distance_miles, 2) as miles,
    in_need,
    is_own_organisation
from mart.partner_organisation
order by definition, need_urn, organisation_rank
"""
