"""Everything the workbooks show, fetched once: a query per table, whatever the number of workbooks, grouped by area in Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from exports.excel import columns
from exports.excel.rows import Link
from exports.excel.scope import COUNTRY, LOCAL_AUTHORITY, REGION, Scope
from exports.words import in_words, order_of
from warehouse.store import rows_as_dicts, run

Row = tuple[Any, ...]

ENGLAND = "E92000001"
_GIAS = "https://get-information-schools.service.gov.uk/Establishments/Establishment/Details/"
# as in the column "Web Link" of Ofsted's own files
_OFSTED = "http://www.ofsted.gov.uk/inspection-reports/find-inspection-report/provider/ELS/"
_INVENTED = "none: invented"
_STATUS_CHANGES = ("newly_in_need", "no_longer_in_need", "newly_high_performing", "no_longer_high_performing")


@dataclass(frozen=True)
class Area:
    """A row of ``mart.area_summary``: ``values`` are the measures, in the order of ``columns.MEASURES``."""

    kind: str
    code: str
    name: str
    definition: str
    phase: str
    values: Row


@dataclass(frozen=True)
class Facts:
    """What is shown. Rows of schools are by ONS code of England, region and local authority, in the order they are shown in.

    ``areas``: the figures by ONS code of any area, in order of definition and phase. ``constituencies``: those with a school in
    the area. ``changes`` is None where nothing was published before.
    """

    refresh: dict[str, Any]
    definitions: list[Row]
    thresholds: list[Row]
    dictionary: dict[str, Row]
    is_anonymous: bool
    scopes: list[Scope]
    areas: dict[str, list[Area]]
    constituencies: dict[str, set[str]]
    in_need: dict[str, list[Row]]
    pairs: dict[str, list[Row]]
    organisations: dict[str, list[Row]]
    high_performing: dict[str, list[Row]]
    changes: dict[str, list[Row]] | None
    sensitivity: list[Row]


def fetch(connection: duckdb.DuckDBPyConnection, *, is_anonymous: bool) -> Facts:
    """Read the published tables and the one of the folder before."""
    refresh = rows_as_dicts(connection, "from mart.refresh")[0]
    link = _no_link if refresh["is_synthetic"] else Link
    return Facts(
        refresh=refresh,
        definitions=_todays_first(run(connection, "select distinct definition, title, sentence from mart.definition order by 1")),
        thresholds=_todays_first(
            run(
                connection,
                """select definition, parameter_sentence, value, unit, parameter_source
                from mart.definition where parameter is not null order by definition, parameter""",
            )
        ),
        dictionary={
            f"{table}.{column}": (unit, description, published_as)
            for table, column, unit, description, published_as in run(
                connection, "select table_name, column_name, unit, description, published_as from mart.data_dictionary"
            )
        },
        is_anonymous=is_anonymous,
        scopes=_scopes(connection),
        areas=_areas(connection),
        constituencies=_constituencies(connection),
        in_need=_in_need(connection, link, is_anonymous=is_anonymous),
        pairs={} if is_anonymous else _pairs(connection),
        organisations={} if is_anonymous else _organisations(connection),
        high_performing=_high_performing(connection, link),
        changes=_changes(connection, is_anonymous=is_anonymous),
        sensitivity=_sensitivity(connection),
    )


def _todays_first(rows: list[Row]) -> list[Row]:
    """Rows that begin with the definition, in the order in which definitions are shown."""
    return sorted(rows, key=lambda row: order_of(row[0]))


def _no_link(_text: str, _target: str) -> str:
    return _INVENTED


def _scopes(connection: duckdb.DuckDBPyConnection) -> list[Scope]:
    regions = run(connection, "select distinct region_code, region_name from mart.school order by 2, 1")
    authorities = run(
        connection, "select la_ons_code, any_value(la_name), any_value(region_code) from mart.school group by 1 order by 2, 1"
    )
    return [
        Scope(COUNTRY, ENGLAND, "England"),
        *(Scope(REGION, code, name) for code, name in regions),
        *(Scope(LOCAL_AUTHORITY, code, name, region) for code, name, region in authorities),
    ]


def _areas(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Area]]:
    names = ", ".join(field.source.removeprefix("area_summary.") for field in columns.MEASURES)
    rows = run(
        connection,
        f"select area_type, area_code, area_name, definition, phase, {names} from mart.area_summary order by area_name, area_code",
    )
    found: dict[str, list[Area]] = defaultdict(list)
    areas = (Area(row[0], row[1], row[2], row[3], row[4], row[5:]) for row in rows)
    for area in sorted(areas, key=lambda each: order_of(each.definition, each.phase)):
        found[area.code].append(area)
    return dict(found)


def _constituencies(connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for region, authority, code in run(
        connection,
        "select distinct region_code, la_ons_code, constituency_code from mart.school where constituency_code is not null",
    ):
        for area in (ENGLAND, region, authority):
            found[area].add(code)
    return dict(found)


def _by_area(rows: Sequence[Row], show: Any) -> dict[str, list[Row]]:
    """Rows that begin with region, local authority, definition and phase, as shown, by area and in order."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda each: order_of(each[2], each[3])):
        shown = (row[2], in_words(row[3]), *show(row[4:]))
        for area in {ENGLAND, row[0], row[1]}:
            if area is not None:
                found[area].append(shown)
    return dict(found)


def _in_need(connection: duckdb.DuckDBPyConnection, link: Any, *, is_anonymous: bool) -> dict[str, list[Row]]:
    # In the edition without names the order must not tell them either.
    order = "md5(school.urn::varchar || 'order')" if is_anonymous else "school.name, school.urn"
    rows = run(
        connection,
        f"""with sentence as (
            select status.definition, status.urn, string_agg(reason.sentence, ' ' order by reason.code) as reasons
            from (select definition, urn, unnest(reasons) as code from mart.school_status) as status
            inner join mart.reason as reason
                on reason.definition = status.definition and reason.code = status.code and reason.kind = 'in_need'
            group by all
        ),
        partner as (
            select definition, need_urn, count(*) as partners, arg_min(partner_urn, distance_rank) as nearest_urn,
                min(distance_miles) as miles
            from mart.match group by all
        )
        select
            school.region_code, school.la_ons_code, status.definition, status.phase, school.name, school.urn, school.la_name,
            school.constituency_name, school.setting, school.search_radius_miles, sentence.reasons,
            -- a school that cannot be placed has no number of partners; one that can, and has none, has 0
            case
                when school.h3_r7 is not null and school.search_radius_miles is not null then coalesce(partner.partners, 0)
            end,
            nearest.name, partner.miles, nearest.urn, school.ofsted_date, school.trust_name,
            case school.is_ofsted_before_trust when true then 'yes' when false then 'no' end
        from mart.school_status as status
        inner join mart.school as school on school.urn = status.urn
        left join sentence on sentence.definition = status.definition and sentence.urn = status.urn
        left join partner on partner.definition = status.definition and partner.need_urn = status.urn
        left join mart.school as nearest on nearest.urn = partner.nearest_urn
        where status.status = 'in_need'
        order by school.la_name, {order}""",
    )
    numbers = {urn: number for number, urn in enumerate(dict.fromkeys(row[5] for row in rows), start=1)}

    def show(row: Row) -> Row:
        name, urn, authority, constituency, setting, radius, reasons, partners, nearest, miles, nearest_urn, *rest = row
        if is_anonymous:
            return numbers[urn], authority, in_words(setting), radius, reasons, partners
        ring = None if nearest_urn is None else link(f"{nearest_urn} in GIAS", f"{_GIAS}{nearest_urn}")
        return (
            *(name, urn, authority, constituency, in_words(setting), radius, reasons, partners, nearest, miles, ring, *rest),
            link(f"{urn} in GIAS", f"{_GIAS}{urn}"),
            link(f"{urn} at Ofsted", f"{_OFSTED}{urn}"),
        )

    return _by_area(rows, show)


def _pairs(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Row]]:
    rows = run(
        connection,
        """select
            need.region_code, need.la_ons_code, pair.definition, pair.phase, need.name, pair.need_urn, need.la_name,
            pair.distance_rank, partner.name, pair.partner_urn, pair.distance_miles, pair.similarity,
            partner.la_name, partner.trust_name, if(pair.same_la, 'yes', 'no'), if(pair.same_trust, 'yes', 'no'),
            replace(partner.ofsted_framework, '_', ' '), partner.ofsted_date
        from mart.match as pair
        inner join mart.school as need on need.urn = pair.need_urn
        inner join mart.school as partner on partner.urn = pair.partner_urn
        order by need.la_name, need.name, pair.need_urn, pair.distance_rank""",
    )
    return _by_area(rows, lambda row: row)


def _organisations(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Row]]:
    rows = run(
        connection,
        """select
            need.region_code, need.la_ons_code, near.definition, near.phase, need.name, near.need_urn, need.la_name,
            near.organisation_rank, near.organisation_name, replace(near.organisation_kind, '_', ' '), near.partners, nearest.name,
            near.distance_miles, near.schools, near.in_need, near.in_need_percent, organisation.schools_in_need_in_reach,
            case near.is_own_organisation when true then 'yes' when false then 'no' end
        from mart.partner_organisation as near
        inner join mart.school as need on need.urn = near.need_urn
        inner join mart.school as nearest on nearest.urn = near.nearest_urn
        inner join mart.organisation as organisation
            on
                organisation.definition = near.definition
                and organisation.phase = near.phase
                and organisation.organisation_id = near.organisation_id
        order by need.la_name, need.name, near.need_urn, near.organisation_rank""",
    )
    return _by_area(rows, lambda row: row)


def _high_performing(connection: duckdb.DuckDBPyConnection, link: Any) -> dict[str, list[Row]]:
    rows = run(
        connection,
        """with served as (
            select definition, partner_urn, count(*) as in_need from mart.match group by all
        )
        select
            school.region_code, school.la_ons_code, status.definition, status.phase, school.name, school.urn, school.la_name,
            school.trust_name, coalesce(served.in_need, 0), replace(school.ofsted_framework, '_', ' '), school.ofsted_date
        from mart.school_status as status
        inner join mart.school as school on school.urn = status.urn
        left join served on served.definition = status.definition and served.partner_urn = status.urn
        where status.status = 'high_performing'
        order by school.la_name, school.name, school.urn""",
    )
    return _by_area(rows, lambda row: (*row, link(f"{row[1]} in GIAS", f"{_GIAS}{row[1]}")))


def _sensitivity(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    own = len(("definition", "phase", "parameter", "value", "is_as_defined"))
    names = ", ".join(f"moved.{field.source.removeprefix('sensitivity.')}" for field in columns.SENSITIVITY[own:])
    rows = run(
        connection,
        f"""select
            moved.definition, moved.phase, coalesce(about.parameter_sentence, 'How far help may come from, in times the radius.'),
            moved.value, if(moved.is_as_defined, 'yes', 'no'), {names}
        from mart.sensitivity as moved
        left join mart.definition as about on about.definition = moved.definition and about.parameter = moved.parameter
        order by about.parameter nulls first, moved.value""",
    )
    return [(row[0], in_words(row[1]), *row[2:]) for row in sorted(rows, key=lambda row: order_of(row[0], row[1]))]


def _changes(connection: duckdb.DuckDBPyConnection, *, is_anonymous: bool) -> dict[str, list[Row]] | None:
    """Schools newly or no longer in need or high-performing, with the cause; None where there was nothing to compare with."""
    if run(connection, "select compared_with from mart.refresh") == [(None,)]:
        return None
    rows = run(
        connection,
        f"""select
            change.region_code, change.la_ons_code, change.definition, change.phase, replace(change.change, '_', ' '),
            change.name, change.urn, change.la_name,
            coalesce(change.before, 'none: not in the refresh before'), coalesce(change.now, 'none: not in this refresh'),
            change.cause_sentence
        from mart.change as change
        where change.change in ({", ".join(f"'{kind}'" for kind in _STATUS_CHANGES)})
        order by change.change, change.la_name nulls last, change.name, change.urn""",
    )

    def show(row: Row) -> Row:
        change, name, urn, authority, before, now, cause = row
        is_hidden = is_anonymous and "in_need" in (before, now)
        named = ("not named", None) if is_hidden else (name, urn)
        return (in_words(change), *named, authority, in_words(before), in_words(now), cause)

    return {
        area: [(change, definition, phase, *rest) for definition, phase, change, *rest in each]
        for area, each in _by_area(rows, show).items()
    }
