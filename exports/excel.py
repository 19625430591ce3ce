"""Workbooks: one for England and one per region, from the published tables.

A school in need is listed in the workbook of the region it stands in; its partners may stand across the border.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from openpyxl import Workbook

from exports.workbook import DATE, ONE_DECIMAL, WHOLE, Field, add_table, add_text
from warehouse.licence import LIMITS, OGL, SYNTHETIC_NOTE
from warehouse.store import run

_MEASURES = (
    Field("Schools", 10, WHOLE),
    Field("High-performing", 12, WHOLE),
    Field("In need", 10, WHOLE),
    Field("High-performing, % of schools", 14, ONE_DECIMAL),
    Field("In need, % of schools", 12, ONE_DECIMAL),
    Field("Median number of high-performing schools near a school in need", 20, ONE_DECIMAL),
    Field("Mean number", 10, ONE_DECIMAL),
    Field("Schools in need with nobody near", 14, WHOLE),
    Field("Neither, but not assessed by every rule", 14, WHOLE),
)
_MEASURE_COLUMNS = (
    "schools, high_performing, in_need, high_performing_percent, in_need_percent, partners_median, partners_mean, "
    "in_need_without_partner, not_assessed"
)
_WHAT = (
    "For every school that needs support: the high-performing schools of its phase near enough to give it, within 2 miles of an "
    "urban school, 5 of a semi-rural and 10 of a rural one, in a straight line."
)
_EMPTY = "An empty cell is not zero: it says that there is no school in need to count for, or that the value is not known."


@dataclass(frozen=True)
class Scope:
    """What a workbook is about: England (no code) or one region."""

    name: str
    region_code: str | None = None

    @property
    def slug(self) -> str:
        """The name as a file name: ``yorkshire-and-the-humber``."""
        return slug(self.name)


def slug(name: str) -> str:
    """A name as a file name: lower case, words joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def write_workbooks(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[Path]:
    """Write ``england.xlsx`` and ``regions/<slug>.xlsx``; returns the paths."""
    (folder / "regions").mkdir(parents=True)
    paths = [_write(connection, Scope("England"), folder / "england.xlsx")]
    regions = run(connection, "select distinct region_name, region_code from mart.school order by 1")
    for name, code in regions:
        scope = Scope(name, code)
        paths.append(_write(connection, scope, folder / "regions" / f"{scope.slug}.xlsx"))
    return paths


def _write(connection: duckdb.DuckDBPyConnection, scope: Scope, path: Path) -> Path:
    workbook = Workbook(write_only=True)
    workbook.properties.title = f"schoolmatch: {scope.name}"
    workbook.properties.creator = "schoolmatch"
    label = run(connection, "select label from mart.refresh")[0][0]
    workbook.properties.description = f"{SYNTHETIC_NOTE} {LIMITS}" if label else LIMITS
    _about(connection, workbook, scope, is_synthetic=label is not None)
    banner = f"{scope.name}. {SYNTHETIC_NOTE} " if label else f"{scope.name}. "
    _summary(connection, workbook, scope, banner)
    for area_type, title in (("local_authority", "Local authorities"), ("constituency", "Constituencies")):
        _areas(connection, workbook, scope, banner, area_type, title)
    _schools_in_need(connection, workbook, scope, banner)
    _partners(connection, workbook, scope, banner)
    _thresholds(connection, workbook, banner)
    workbook.save(path)
    return path


def _about(connection: duckdb.DuckDBPyConnection, workbook: Workbook, scope: Scope, *, is_synthetic: bool) -> None:
    gias, ofsted, ks2, ks4 = run(connection, "select gias_as_at, ofsted_as_at, ks2_year, ks4_year from mart.refresh")[0]
    definitions = run(connection, "select distinct title, sentence from mart.definition order by 1")
    lines: list[tuple[str, Any]] = [("For", scope.name)]
    if is_synthetic:
        lines.append(("Synthetic sample", SYNTHETIC_NOTE))
    lines += [
        ("What this is", _WHAT),
        ("Schools as at", gias),
        ("Ofsted as at", ofsted),
        ("Key stage 2 results", _academic_year(ks2)),
        ("Key stage 4 results", _academic_year(ks4)),
        *((f"Definition: {title}", sentence) for title, sentence in definitions),
        ("How to read it", _EMPTY),
        ("Limits", LIMITS),
        ("Licence", OGL),
    ]  # fmt: skip
    add_text(workbook, "About", f"Schools in need, and who is near: {scope.name}", lines)


def _academic_year(year: int | None) -> str:
    return f"{year - 1}/{year % 100:02d}" if year else "none landed"


def _summary(connection: duckdb.DuckDBPyConnection, workbook: Workbook, scope: Scope, banner: str) -> None:
    rows = run(
        connection,
        f"""select definition, phase, area_name, {_MEASURE_COLUMNS}
        from mart.area_summary
        where area_type = 'country' or area_type = 'region' and ($region is null or area_code = $region)
        order by definition, phase, area_type, area_name""",
        {"region": scope.region_code},
    )
    fields = [Field("Definition", 12), Field("Phase", 20), Field("Area", 26), *_MEASURES]
    add_table(workbook, "Summary", fields, _words(rows, 1), f"{banner}{_EMPTY}")


def _areas(
    connection: duckdb.DuckDBPyConnection, workbook: Workbook, scope: Scope, banner: str, area_type: str, title: str
) -> None:
    """Areas of the region: those in which at least one school of it stands."""
    columns = {"local_authority": "la_ons_code", "constituency": "constituency_code"}
    rows = run(
        connection,
        f"""select definition, phase, area_name, area_code, {_MEASURE_COLUMNS}
        from mart.area_summary
        where
            area_type = $area_type
            and (
                $region is null
                or area_code in (select school.{columns[area_type]} from mart.school as school where school.region_code = $region)
            )
        order by definition, phase, area_name, area_code""",
        {"region": scope.region_code, "area_type": area_type},
    )
    fields = [Field("Definition", 12), Field("Phase", 20), Field("Area", 38), Field("ONS code", 12), *_MEASURES]
    add_table(workbook, title, fields, _words(rows, 1), f"{banner}{_EMPTY}")


def _schools_in_need(connection: duckdb.DuckDBPyConnection, workbook: Workbook, scope: Scope, banner: str) -> None:
    rows = run(
        connection,
        """with sentence as (
            select status.definition, status.urn, string_agg(reason.sentence, ' ' order by reason.code) as reasons
            from (select definition, urn, unnest(reasons) as code from mart.school_status) as status
            inner join mart.reason as reason
                on reason.definition = status.definition and reason.code = status.code and reason.kind = 'in_need'
            group by all
        ),
        partner as (
            select definition, need_urn, count(*) as partners, min(distance_miles) as miles
            from mart.match group by all
        ),
        nearest as (
            select pair.definition, pair.need_urn, school.name
            from mart.match as pair inner join mart.school as school on school.urn = pair.partner_urn
            where pair.distance_rank = 1
        )
        select
            status.definition, status.phase, school.name, school.urn, school.la_name, school.constituency_name, school.trust_name,
            school.setting, school.search_radius_miles,
            -- a school that cannot be placed has no number of partners; one that can, and has none, has 0
            case
                when school.h3_r7 is not null and school.search_radius_miles is not null then coalesce(partner.partners, 0)
            end,
            nearest.name, partner.miles, school.ofsted_date, sentence.reasons
        from mart.school_status as status
        inner join mart.school as school on school.urn = status.urn
        left join sentence on sentence.definition = status.definition and sentence.urn = status.urn
        left join partner on partner.definition = status.definition and partner.need_urn = status.urn
        left join nearest on nearest.definition = status.definition and nearest.need_urn = status.urn
        where status.status = 'in_need' and ($region is null or school.region_code = $region)
        order by status.definition, status.phase, school.la_name, school.name, school.urn""",
        {"region": scope.region_code},
    )
    fields = [
        Field("Definition", 12),
        Field("Phase", 20),
        Field("School in need", 42),
        Field("URN", 9, "0"),
        Field("Local authority", 26),
        Field("Constituency", 30),
        Field("Trust", 34),
        Field("Setting", 11),
        Field("Radius, miles", 8, "0"),
        Field("High-performing schools within it", 14, WHOLE),
        Field("Nearest", 42),
        Field("Miles to it", 8, ONE_DECIMAL),
        Field("Judged on", 13, DATE),
        Field("Why it is in need", 80),
    ]
    add_table(workbook, "Schools in need", fields, _words(rows, 1, 7), f"{banner}Empty: not known, or nobody near.")


def _partners(connection: duckdb.DuckDBPyConnection, workbook: Workbook, scope: Scope, banner: str) -> None:
    rows = run(
        connection,
        """select
            pair.definition, pair.phase, need.name, pair.need_urn, pair.distance_rank, partner.name, pair.partner_urn,
            pair.distance_miles, partner.la_name, partner.trust_name, if(pair.same_la, 'yes', 'no'), if(pair.same_trust,
            'yes', 'no'),
            partner.ofsted_framework, partner.ofsted_date
        from mart.match as pair
        inner join mart.school as need on need.urn = pair.need_urn
        inner join mart.school as partner on partner.urn = pair.partner_urn
        where $region is null or need.region_code = $region
        order by pair.definition, pair.phase, need.la_name, need.name, pair.need_urn, pair.distance_rank""",
        {"region": scope.region_code},
    )
    fields = [
        Field("Definition", 12),
        Field("Phase", 20),
        Field("School in need", 42),
        Field("URN", 9, "0"),
        Field("Rank", 6, "0"),
        Field("High-performing school", 42),
        Field("URN of it", 9, "0"),
        Field("Miles", 8, ONE_DECIMAL),
        Field("Its local authority", 26),
        Field("Its trust", 34),
        Field("Same authority", 10),
        Field("Same trust", 10),
        Field("Judged under", 16),
        Field("Judged on", 13, DATE),
    ]
    add_table(workbook, "Partners", fields, _words(rows, 1, 12), f"{banner}Nearest first. {LIMITS}")


def _thresholds(connection: duckdb.DuckDBPyConnection, workbook: Workbook, banner: str) -> None:
    rows = run(
        connection,
        """select definition, parameter_sentence, value, unit, parameter_source
        from mart.definition where parameter is not null order by definition, parameter""",
    )
    fields = [
        Field("Definition", 12),
        Field("What it does", 90),
        Field("Value", 10, "0.##"),
        Field("Unit", 34),
        Field("Source", 90),
    ]
    add_table(workbook, "Thresholds", fields, rows, f"{banner}Every threshold, and where it is from.")


def _words(rows: Sequence[Sequence[Any]], *columns: int) -> list[list[Any]]:
    """Rows with the codes of those columns as words: ``semi_rural`` becomes ``semi-rural``, ``alternative_provision`` gets
    a space."""
    shown = []
    for row in rows:
        values = list(row)
        for column in columns:
            if isinstance(values[column], str):
                values[column] = values[column].replace("semi_rural", "semi-rural").replace("_", " ")
        shown.append(values)
    return shown
