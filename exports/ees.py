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
* No text begins like a formula: names of areas that do are refused when they land, and any other text (the title of a definition)
  gets a single quote before it.
* Names go with codes as the Office for National Statistics has them, and so does the screener. GIAS writes the names of two
  constituencies otherwise ("Bridlington and the Wolds"): where boundaries have landed, their names are taken.
* No figure is ever blank: ``z`` not applicable (no school is in need, so there is no median), ``x`` not available (schools are in
  need, but the place of none is known; or it is withheld, since too much of what it rests on is not known).
* Phases go by the standard's name and items, ``education_phase``. They are not added up, and neither are definitions: in place of
  "Total" ``filter_default`` names what is selected at first.

Indicators, with their names, labels, headings and decimals, are columns of ``mart.area_summary`` whose contract has ``ees``; here
stand what the standard asks for besides (time, geography, filters), its symbols, and the writing.

Not kept: the standard would like a row for every combination of area and filters. Here an area without a school of a phase has no
row for it, as in ``mart.area_summary``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

import duckdb

from transforms.text import csv_cell
from warehouse import contract
from warehouse.contract import InEes, contract_of, titled
from warehouse.licence import SYNTHETIC_LABEL, SYNTHETIC_NOTE
from warehouse.query import Row, ask

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
    """A pair of files: their name without suffix, what a row is, and the columns after those that every file has."""

    name: str
    title: str
    description: str
    own: tuple[Column, ...]

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
SHARED = (*PLACE, *FILTERS)
"""What every file has, in this order."""
STATUS = Column(
    "status",
    "High-performing, In need, Neither, or Total for all schools that are asked.",
    role="Filter",
    label="Status",
    hint="Filter by the status of the schools",
    default="Total",
)
SHARE = Column(
    "establishment_percent", "The same as a share of all of them.", "number", "Indicator", "Share of schools", "", "%", decimals=1
)


def tables() -> tuple[Table, Table]:
    """The files, with the columns that the contract of ``mart.area_summary`` says now."""
    schools = contract_of("area_summary").columns["schools"]
    return (
        Table(
            "area_summary",
            "Schools in need and high-performing schools, by area",
            "One row per definition, phase and area (England, regions, local authorities, constituencies) with at least one school "
            "of the definition's universe: of how many it asks, how many are in need, how many high-performing, and how many of "
            "these are near those in need.",
            tuple(_indicator(column, ees) for column, ees in _indicators().values()),
        ),
        Table(
            "status_counts",
            "Schools by status, by area",
            "One row per definition, phase, area and status (high-performing, in need, neither, all that are asked): how many "
            "schools have it. The figures are those of area_summary, with the status as a filter.",
            (
                STATUS,
                Column(
                    "establishment_count",
                    "Schools of the phase, of those that the definition asks of, that have the status.",
                    "integer",
                    "Indicator",
                    schools.label or titled("schools"),
                    decimals=0,
                ),
                SHARE,
            ),
        ),
    )


def _indicators() -> dict[str, tuple[contract.Column, InEes]]:
    """The columns of ``mart.area_summary`` that are indicators, those under one heading together."""
    found = {name: (column, column.ees) for name, column in contract_of("area_summary").columns.items() if column.ees}
    headings = list(dict.fromkeys(ees.group for _, ees in found.values()))
    return dict(sorted(found.items(), key=lambda each: headings.index(each[1][1].group)))


def _indicator(column: contract.Column, ees: InEes) -> Column:
    nothing = f" {NOT_APPLICABLE}: none is in need." if ees.is_of_those_in_need else ""
    missing = f" {NOT_AVAILABLE}: {column.null}." if column.null else ""
    return Column(
        ees.name,
        f"{column.description}{nothing}{missing}",
        "number" if column.type == "double" else "integer",
        "Indicator",
        column.label or titled(ees.name),
        ees.group,
        "%" if column.unit == "percent" else "",
        ees.decimals,
    )


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


def columns_of(table: Table, *, is_synthetic: bool) -> tuple[Column, ...]:
    """The columns of the data file, in its order."""
    return (*((NOTICE,) if is_synthetic else ()), *SHARED, *table.own)


def write_ees(connection: duckdb.DuckDBPyConnection, folder: Path, *, is_synthetic: bool) -> list[Path]:
    """Write the data and the metadata file of each table; returns the paths."""
    areas = {_key(area): area | {"definition": area["definition_title"]} for area in ask(connection, "ees/area_summary")}
    of_area = {key: list(rows) for key, rows in groupby(ask(connection, "ees/status_counts"), _key)}
    rows_of = {
        "area_summary": [area | _figures(area) for area in areas.values()],
        "status_counts": [
            area | {name: NOT_AVAILABLE if row[name] is None else row[name] for name in _COUNTED}
            for key, area in areas.items()
            for row in of_area[key]
        ],
    }
    folder.mkdir(parents=True)
    paths = []
    for table in tables():
        columns = columns_of(table, is_synthetic=is_synthetic)
        rows = [[(row | {NOTICE.name: SYNTHETIC_NOTE})[column.name] for column in columns] for row in rows_of[table.name]]
        data, meta = folder / table.file, folder / table.meta_file
        _write(data, columns, rows)
        _write(meta, META_COLUMNS, _meta_rows(columns, rows, is_synthetic=is_synthetic))
        paths += [data, meta]
    return paths


_COUNTED = (STATUS.name, "establishment_count", SHARE.name)
"""What ``sql/ees/status_counts.sql`` says of an area."""


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in contract_of("area_summary").key)


def _figures(area: Row) -> Row:
    """The indicators of an area under their names here, with a symbol for what there is not."""
    return {ees.name: _figure(area[name], ees, area["in_need"]) for name, (_, ees) in _indicators().items()}


def _figure(value: Any, ees: InEes, in_need: int | None) -> Any:
    if value is not None:
        return value
    return NOT_APPLICABLE if ees.is_of_those_in_need and in_need == 0 else NOT_AVAILABLE


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
        writer.writerows(map(csv_cell, row) for row in rows)
