"""What a page must show of ``mart.area_summary``: put into words here once more, apart from the code that puts them on the page."""

from __future__ import annotations

from typing import Any, NamedTuple

import duckdb

from warehouse.store import rows_as_dicts, run


class Measure(NamedTuple):
    is_percent: bool = False
    is_mapped: bool = True
    is_of_those_in_need: bool = False
    none: str = "no schools in need"


MEASURES = {
    "partners_median": Measure(none="too few in need for a median"),
    "high_performing_percent": Measure(is_percent=True, none="no schools that are asked"),
    "in_need_percent": Measure(is_percent=True, none="no schools that are asked"),
    "in_need_without_partner": Measure(is_of_those_in_need=True),
    "partnered_exclusively_1": Measure(is_of_those_in_need=True),
    "schools": Measure(is_mapped=False),
    "high_performing": Measure(is_mapped=False, none="no schools that are asked"),
    "in_need": Measure(is_mapped=False, none="no schools that are asked"),
    "not_assessed": Measure(is_mapped=False),
    "partners_of": Measure(is_mapped=False),
    "in_need_undecided": Measure(is_mapped=False),
    "high_performing_undecided": Measure(is_mapped=False),
    "helper_share_median": Measure(none="too few in need for a median"),
    "not_asked": Measure(is_mapped=False),
}
"""In the order of the columns."""


def choices(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Every definition with every phase that it speaks of."""
    return run(connection, "select distinct definition, phase from mart.area_summary order by all")


def area_figures(connection: duckdb.DuckDBPyConnection, definition: str, phase: str, area_type: str) -> dict[str, dict[str, Any]]:
    """Rows of ``mart.area_summary`` by area code; the median of fewer than five schools in need is none."""
    of_it = f"definition = '{definition}' and phase = '{phase}' and area_type = '{area_type}'"
    few = ", ".join(f"if(partners_of < 5, null, {name}) as {name}" for name in ("partners_median", "helper_share_median"))
    told = f"select * replace ({few})"
    return {row["area_code"]: row for row in rows_as_dicts(connection, f"{told} from mart.area_summary where {of_it}")}


def as_shown(row: dict[str, Any], name: str) -> str:
    """A figure as the page says it."""
    about, value = MEASURES[name], row[name]
    if value is None and (row["in_need_withheld_because"] or row["high_performing_withheld_because"]):
        return "cannot be told"
    if value is None or (about.is_of_those_in_need and not row["in_need"]):
        return about.none
    if about.is_percent:
        return f"{round(value, 1):,.1f}%"
    return f"{value:,.1f}".removesuffix(".0")
