"""A handful of schools with every table that is published: for tests of what is written from them."""

from __future__ import annotations

from datetime import date
from functools import cache
from tempfile import TemporaryDirectory

import duckdb

from tests.support.world import WORLD_SETTINGS, World
from warehouse import checks, dictionary
from warehouse.contract_checks import contract_checks
from warehouse.model import load_macros
from warehouse.store import run

NOT_PLACED = 100005
"""URN of the school whose place is not known."""

_STARTED = "2025-10-01 06:30:00"
_FILE = {"layout": "2025", "sha256": "0", "bytes": 1, "rows": 7, "landed": _STARTED, "licence": "OGL", "is_synthetic": False}


HOSTILE_NAMES = (
    '=HYPERLINK("http://example.org","click")',
    "+44 20 7946 0000",
    "-1",
    "@SUM(A1:A9)",
    "\tTab",
    "\rReturn",
    "NULL",
    "Bell\x07 and null\x00",
    "\N{SCHOOL}",
    "<b>bold</b> & \"more\" 'still'",
    "x" * 300,
    "not a character \ufffe\uffff",
)
"""Names that look like formulas, markup or nothing, are too long, or hold what a workbook cannot."""


def tables_of_a_few_schools() -> duckdb.DuckDBPyConnection:
    """The same as ``published_tables_of_a_few_schools``, to be changed by a test: a copy, as to build them takes seconds."""
    copy = duckdb.connect(config=WORLD_SETTINGS)
    with TemporaryDirectory() as folder:
        for connection, told in (
            (published_tables_of_a_few_schools(), "copy from database memory to between"),
            (copy, "copy from database between to memory"),
        ):
            run(connection, f"attach '{folder}/between.duckdb' as between")
            run(connection, told)
            run(connection, "detach between")
    load_macros(copy)  # what is written in Python belongs to a connection
    return copy


@cache
def published_tables_of_a_few_schools() -> duckdb.DuckDBPyConnection:
    """Seven schools in three authorities of two regions; made once, and not to be changed by a test.

    Primary schools of Leicestershire: one in need, its two partners, and one that is neither. Of Leicester: one in need that cannot
    be placed. Secondary schools of Coventry: one in need with nobody near; in another constituency one that is neither.
    """
    world = World()
    world.graded(world.school(100001), 4, previous=3)
    world.graded(world.school(100002, east=900), 1, previous=2)
    world.graded(world.school(100003, east=-1200), 1, previous=1)
    world.graded(world.school(100004, north=700, name="Ångström's, Wigston"), 2, previous=2)
    nowhere = {"easting": None, "northing": None, "postcode": None}
    elsewhere = {"la_code": "856", "constituency_code": "E14001326", "constituency_name": "Leicester East"}
    world.graded(world.school(NOT_PLACED, **nowhere, **elsewhere), 4, previous=3)
    coventry = {"la_code": "331", "gor_code": "F", "constituency_code": "E14001180", "constituency_name": "Coventry East"}
    world.graded(world.secondary(100006, east=-17_000, north=-21_000, **coventry), 4, previous=4)
    coventry |= {"constituency_code": "E14001182", "constituency_name": "Coventry South"}
    world.graded(world.secondary(100007, east=-17_500, north=-20_000, **coventry), 2, previous=2)
    world.ks2(100004, 2025, percent=61.5, pupils=30)
    connection = world.connection
    run(connection, "delete from landing.gias_file")
    gias = {"title": "GIAS", "publisher": "DfE", "name": "edubasealldata20250930.csv", "published": date(2025, 9, 30)}
    ofsted = {"title": "Inspections", "publisher": "Ofsted", "name": "latest.csv", "published": date(2025, 8, 31)}
    world.row("landing.gias_file", kind="gias_establishment", **gias, **_FILE)
    world.row("landing.ofsted_file", kind="ofsted_inspection", url="https://www.gov.uk/ofsted", **ofsted, **_FILE)
    run(connection, "update landing.run set started_at = $1, code_version = '0.1.0', duckdb_version = '1.5.6'", [_STARTED])
    world.build(with_sensitivity=True)
    there = [*checks.read_checks(), *contract_checks()]
    for check in there:  # not run: they are about a whole country
        checks.record_result(connection, checks.CheckResult(check, 0, ""))
    checks.build_results(connection, there)
    dictionary.build_dictionary(connection)
    return connection


def with_hostile_names(connection: duckdb.DuckDBPyConnection, first: int) -> None:
    """Give schools, trusts, authorities, organisations, constituencies and regions the hostile names, in turn from ``first`` on."""
    names = [HOSTILE_NAMES[(first + number) % len(HOSTILE_NAMES)] for number in range(len(HOSTILE_NAMES))]
    for number, name in enumerate(names):
        run(connection, "update mart.school set name = $1, trust_name = $1 where urn = $2", [name, 100_000 + number])
    for table in ("organisation", "partner_organisation"):
        for number, (organisation,) in enumerate(run(connection, f"select distinct organisation_id from mart.{table} order by 1")):
            named = [names[number % len(names)], organisation]
            run(connection, f"update mart.{table} set organisation_name = $1 where organisation_id = $2", named)
    for area_type, column, code in (
        ("local_authority", "la_name", "la_ons_code"),
        ("constituency", "constituency_name", "constituency_code"),
        ("region", "region_name", "region_code"),
    ):
        areas = run(connection, f"select distinct {code} from mart.school where {code} is not null order by 1")
        for name, (area,) in zip(names, areas, strict=False):
            run(connection, f"update mart.school set {column} = $1 where {code} = $2", [name, area])
            run(
                connection,
                "update mart.area_summary set area_name = $1 where area_type = $2 and area_code = $3",
                [name, area_type, area],
            )
