"""Tidy CSV by the open data standard of the Department for Education's Explore Education Statistics (EES).

Sources of the rules: the Department's Analysts' Guide, "Open Data Standards" (dfe-analytical-services, statistics-production/ud),
and the checks of its data screener (dfe-analytical-services/eesyscreener). Kept here:

* Beside each ``<name>.csv`` stands ``<name>.meta.csv``, a row per filter and indicator. It does not name time and geography, nor a
  column that has the same value in every row.
* UTF-8 (without a byte order mark: the standard asks for none, and it would become part of the first column's name), names in
  snake_case, numbers as exact as we have them; ``indicator_dp`` says how many decimals to show.
* ``time_period`` is the year and ``time_identifier`` "Reporting year": the standard's answer for data "collected on a specific
  day". A month would read as activity within it. The days themselves are columns, ``schools_date`` and ``inspections_date``:
  when files of several refreshes are stacked, ``schools_date`` is the filter that tells them apart ("dates as filters").
* Columns of areas below or beside a row's level are blank. A local authority's row has its region; a constituency's has none, as
  schools of one constituency can belong to authorities of two regions.
* Names go with codes as the Office for National Statistics has them, and so does the screener. GIAS writes the names of two
  constituencies otherwise ("Bridlington and the Wolds"): where boundaries have landed, their names are taken.
* No figure is ever blank: ``z`` not applicable (no school is in need, so there is no median), ``x`` not available (schools are in
  need, but the place of none is known).
* Phases go by the standard's name and items, ``education_phase``. They are not added up, and neither are definitions: in place of
  "Total" ``filter_default`` names what is selected at first.

Not kept: the standard would like a row for every combination of area and filters. Here an area without a school of a phase has no
row for it, as in ``mart.area_summary``.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb

from warehouse.licence import SYNTHETIC_LABEL, SYNTHETIC_NOTE
from warehouse.store import rows_as_dicts

Role = Literal["", "Filter", "Indicator"]
SYMBOLS = NOT_APPLICABLE, NOT_AVAILABLE = "z", "x"
"""Symbols of the Government Statistical Service."""


@dataclass(frozen=True)
class Column:
    """A column: its name, what it means, its type in a Data Package, and for filters and indicators what EES shows."""

    name: str
    description: str
    data_type: Literal["string", "integer", "number", "date"] = "string"
    role: Role = ""
    label: str = ""
    grouping: str = ""
    unit: str = ""
    decimals: int | None = None
    hint: str = ""
    default: str = ""
    """Of a filter: the item that is selected at first, where the file has it; else its first."""


@dataclass(frozen=True)
class Table:
    """A pair of files: their name without suffix, what a row is, the columns, and how the rows of an area come to be."""

    name: str
    title: str
    description: str
    own: tuple[Column, ...]
    """The columns after time, place and the filters that every file has."""
    rows: Callable[[dict[str, Any]], list[tuple[Any, ...]]]
    """From a row of ``_SUMMARY`` the values of ``own``, a tuple per row of the file."""

    @property
    def file(self) -> str:
        """The data file's name."""
        return f"{self.name}.csv"

    @property
    def meta_file(self) -> str:
        """The metadata file's name."""
        return f"{self.name}.meta.csv"


NOTICE = Column("notice", "Says that no school, trust or figure is real.")
"""The first column of a synthetic sample, and only of one. A row is copied without its file's name, so every row says it; a table
made on EES shows labels and not this column, so they say it too."""

PLACE = (
    Column("time_period", "Year of the GIAS extract.", "integer"),
    Column("time_identifier", "What kind of year that is: Reporting year, for data as at a day."),
    Column("schools_date", "Day of the GIAS extract: which schools there are, and what is known of them.", "date"),
    Column("inspections_date", "Day of the newest Ofsted file.", "date"),
    Column("geographic_level", "National, Regional, Local authority or Parliamentary constituency."),
    Column("country_code", "ONS code of the country."),
    Column("country_name", "Country."),
    Column("region_code", "ONS code of the region; blank for England and constituencies."),
    Column("region_name", "Region; blank for England and constituencies."),
    Column("old_la_code", "DfE number of the local authority (three digits); blank for other areas."),
    Column("new_la_code", "ONS code of the local authority; blank for other areas."),
    Column("la_name", "Local authority; blank for other areas."),
    Column("pcon_code", "ONS code of the parliamentary constituency; blank for other areas."),
    Column("pcon_name", "Parliamentary constituency; blank for other areas."),
)
FILTERS = (
    Column(
        "definition",
        "Which definition of in need and high-performing; see the table definition.",
        role="Filter",
        label="Definition",
        hint="Filter by what counts as in need and as high-performing",
        default="RISE",
    ),
    Column(
        "education_phase",
        "Phase of the schools; all-through and middle-deemed-secondary count as secondary, middle-deemed-primary as primary.",
        role="Filter",
        label="Phase",
        hint="Filter by the phase of the schools",
        default="Primary",
    ),
)
_SCHOOLS, _HELP = "Schools", "Help near schools in need"
"""Headings under which indicators are listed."""


def _count(name: str, label: str, description: str, grouping: str) -> Column:
    return Column(name, description, "integer", "Indicator", label, grouping, decimals=0)


def _percent(name: str, label: str, description: str, grouping: str) -> Column:
    return Column(name, description, "number", "Indicator", label, grouping, "%", 1)


def _near(name: str, measure: str) -> Column:
    description = f"{measure} number of high-performing schools per school in need; z where none is in need."
    label = f"High-performing schools near a school in need, {measure.lower()}"
    return Column(name, description, "number", "Indicator", label, _HELP, decimals=1)


_PARTNERED = {"partnered_exclusively_1": "one", "partnered_exclusively_2": "two", "partnered_exclusively_3": "three"}


def _area_rows(area: dict[str, Any]) -> list[tuple[Any, ...]]:
    missing = NOT_AVAILABLE if area["in_need"] else NOT_APPLICABLE
    of_those_in_need = ("partners_median", "partners_mean", "in_need_without_partner", *_PARTNERED)
    near = (missing if area[name] is None else area[name] for name in of_those_in_need)
    counts = ("schools", "high_performing", "in_need", "high_performing_percent", "in_need_percent", "not_assessed")
    return [(*(area[name] for name in counts), *near)]


def _status_rows(area: dict[str, Any]) -> list[tuple[Any, ...]]:
    schools = area["schools"]
    neither = schools - area["high_performing"] - area["in_need"]
    return [
        ("Total", schools, 100.0),
        ("High-performing", area["high_performing"], area["high_performing_percent"]),
        ("In need", area["in_need"], area["in_need_percent"]),
        ("Neither", neither, 100 * neither / schools),
    ]


AREA_SUMMARY = Table(
    "area_summary",
    "Schools in need and high-performing schools, by area",
    "One row per definition, phase and area (England, regions, local authorities, constituencies) with at least one school of the "
    "definition's universe: how many schools are in need, how many high-performing, and how many of these are near those in need.",
    (
        _count("establishment_count", "Schools", "Schools of the phase in the definition's universe.", _SCHOOLS),
        _count("high_performing_count", "High-performing schools", "Of these the high-performing.", _SCHOOLS),
        _count("in_need_count", "Schools in need", "Of these those in need.", _SCHOOLS),
        _percent(
            "high_performing_percent",
            "High-performing, share of schools",
            "High-performing schools as a share of schools.",
            _SCHOOLS,
        ),
        _percent("in_need_percent", "In need, share of schools", "Schools in need as a share of schools.", _SCHOOLS),
        _count(
            "not_assessed_count",
            "Neither, but not assessed by every rule",
            "Schools that are neither, to which at least one rule could not be applied: not assessed is not a no.",
            _SCHOOLS,
        ),
        _near("partners_median", "Median"),
        _near("partners_average", "Mean"),
        _count(
            "in_need_without_partner_count",
            "Schools in need with no high-performing school near",
            "Schools in need with no high-performing school within their radius.",
            _HELP,
        ),
        *(
            _count(
                f"{name}_count",
                f"In need, with a partner at the same time, up to {words} each",
                "Schools in need that get a partner in the assignment for the whole country in which no high-performing school "
                f"takes more than {words}; z where none is in need.",
                _HELP,
            )
            for name, words in _PARTNERED.items()
        ),
    ),
    _area_rows,
)

STATUS_COUNTS = Table(
    "status_counts",
    "Schools by status, by area",
    "One row per definition, phase, area and status (high-performing, in need, neither, all of them): how many schools have it. "
    "The figures are those of area_summary, with the status as a filter.",
    (
        Column(
            "status",
            "High-performing, In need, Neither, or Total for all schools.",
            role="Filter",
            label="Status",
            hint="Filter by the status of the schools",
            default="Total",
        ),
        _count("establishment_count", "Schools", "Schools of the phase in the definition's universe that have the status.", ""),
        _percent("establishment_percent", "Share of schools", "The same as a share of all of them.", ""),
    ),
    _status_rows,
)

TABLES = (AREA_SUMMARY, STATUS_COUNTS)

META_COLUMNS = (
    Column("col_name", "A column of the data file."),
    Column("col_type", "Filter or Indicator."),
    Column("label", "The name that is shown."),
    Column("indicator_grouping", "Heading under which an indicator is listed."),
    Column("indicator_unit", "Its unit; blank for a plain number."),
    Column("indicator_dp", "Decimal places to show.", "integer"),
    Column("filter_hint", "What a filter is for."),
    Column("filter_grouping_column", "Blank: no filter is grouped by another."),
    Column("filter_default", "The item of a filter that is selected at first."),
)

_SUMMARY = """
with la as (
    select  -- of one authority all schools say the same
        la_ons_code,
        min(la_code) as la_code,
        min(region_code) as region_code,
        min(region_name) as region_name
    from mart.school
    group by la_ons_code
),

name as (
    select definition, if(count(*) over (partition by title) > 1, title || ' (' || definition || ')', title) as title
    from (select distinct definition, title from mart.definition)
)

select
    year(coalesce(refresh.gias_as_at, refresh.started_at)) as time_period,
    'Reporting year' as time_identifier,
    strftime(coalesce(refresh.gias_as_at, refresh.started_at), '%Y-%m-%d') as schools_date,
    coalesce(strftime(refresh.ofsted_as_at, '%Y-%m-%d'), 'x') as inspections_date,
    case area.area_type
        when 'country' then 'National'
        when 'region' then 'Regional'
        when 'local_authority' then 'Local authority'
        when 'constituency' then 'Parliamentary constituency'
    end as geographic_level,
    'E92000001' as country_code,
    'England' as country_name,
    if(area.area_type = 'region', area.area_code, la.region_code) as region_code,
    if(area.area_type = 'region', area.area_name, la.region_name) as region_name,
    la.la_code as old_la_code,
    if(area.area_type = 'local_authority', area.area_code, null) as new_la_code,
    if(area.area_type = 'local_authority', area.area_name, null) as la_name,
    if(area.area_type = 'constituency', area.area_code, null) as pcon_code,
    if(area.area_type = 'constituency', coalesce(boundary.area_name, area.area_name), null) as pcon_name,
    name.title as definition,
    upper(area.phase[1]) || replace(area.phase[2:], '_', ' ') as education_phase,
    area.* exclude (definition, phase, area_type, area_code, area_name)
from mart.area_summary as area
cross join mart.refresh as refresh
inner join name on name.definition = area.definition
left join la on area.area_type = 'local_authority' and la.la_ons_code = area.area_code
left join raw.ons_boundary as boundary on boundary.area_type = area.area_type and boundary.area_code = area.area_code
order by
    list_position(['country', 'region', 'local_authority', 'constituency'], area.area_type),
    area.definition,
    area.phase,
    area.area_code
"""


def columns_of(table: Table, *, is_synthetic: bool) -> tuple[Column, ...]:
    """The columns of the data file, in its order."""
    return (*((NOTICE,) if is_synthetic else ()), *PLACE, *FILTERS, *table.own)


def write_ees(connection: duckdb.DuckDBPyConnection, folder: Path, *, is_synthetic: bool) -> list[Path]:
    """Write the data and the metadata file of each table; returns the paths."""
    areas = rows_as_dicts(connection, _SUMMARY)
    folder.mkdir(parents=True)
    paths = []
    for table in TABLES:
        columns = columns_of(table, is_synthetic=is_synthetic)
        shared = [column.name for column in (*PLACE, *FILTERS)]
        notice = (SYNTHETIC_NOTE,) if is_synthetic else ()
        rows = [(*notice, *(area[name] for name in shared), *own) for area in areas for own in table.rows(area)]
        data, meta = folder / table.file, folder / table.meta_file
        _write(data, columns, rows)
        _write(meta, META_COLUMNS, _meta_rows(columns, rows, is_synthetic=is_synthetic))
        paths += [data, meta]
    return paths


def _meta_rows(columns: Sequence[Column], rows: Sequence[Sequence[Any]], *, is_synthetic: bool) -> list[tuple[Any, ...]]:
    described: list[tuple[Any, ...]] = []
    for place, column in enumerate(columns):
        label = f"{column.label} ({SYNTHETIC_LABEL})" if is_synthetic else column.label
        if column.role == "Indicator":
            described.append((column.name, column.role, label, column.grouping, column.unit, column.decimals, "", "", ""))
        elif column.role == "Filter":
            items = list(dict.fromkeys(row[place] for row in rows))
            if len(items) > 1:
                default = column.default if column.default in items else items[0]
                described.append((column.name, column.role, label, "", "", "", column.hint, "", default))
    return described


def _write(path: Path, columns: Iterable[Column], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(column.name for column in columns)
        writer.writerows(rows)
