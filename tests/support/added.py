"""A copy of the contracts and the SQL of published tables, to which a test adds a measure of areas or shows a column of schools."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from warehouse.contract import Contract, contract_of
from warehouse.model import SQL, Model

MEASURE = "nearest_miles_median"
"""Of the distances of schools in need to their nearest partner, in miles."""

_CONTRACT = f"""
[column.{MEASURE}]
type = "double"
unit = "miles"
description = "The median distance of a school in need to its nearest partner."
null = "no school in need has a partner"
label = "Miles to the nearest partner, median"
short = "Miles, median"
on_map = {{ place = 20, step = 0.1, empty = "nobody near" }}
ees = {{ name = "{MEASURE}", group = "Help near schools in need", decimals = 2, is_of_those_in_need = true }}
"""


def copy_of_the_contracts(to: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy ``sql/mart/``, and let the map and the tidy CSV read their contracts from there; returns the folder."""
    shutil.copytree(SQL / "mart", to / "mart")

    def of_the_copy(table: str) -> Contract:
        return contract_of(table, to)

    for module in ("exports.ees", "exports.map.measures", "exports.map.schools"):
        monkeypatch.setattr(f"{module}.contract_of", of_the_copy)
    return to / "mart"


def add_measure(folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """Add ``MEASURE`` to the SQL and the contract of ``mart.area_summary``, the two files there are to change, and build it."""
    sql, contract = folder / "area_summary.sql", folder / "area_summary.toml"
    mean = "        avg(need.partners) as partners_mean,\n"
    _replace_once(sql, mean, f"{mean}        median(need.nearest_m) / metres(1) as {MEASURE},\n")
    told = "    case when is_help_told then partners_mean end as partners_mean,\n"
    _replace_once(sql, told, f"{told}    {MEASURE},\n")
    contract.write_text(contract.read_text(encoding="utf-8") + _CONTRACT, encoding="utf-8")
    Model("mart.area_summary", sql.read_text(encoding="utf-8"), sql).build(connection)


def show_columns(folder: Path, *names: str) -> None:
    """Let the contract of ``mart.school`` show these columns on the map."""
    for name in names:
        _replace_once(folder / "school.toml", f"[column.{name}]\n", f"[column.{name}]\non_map = true\n")


def _replace_once(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (path.name, old)
    path.write_text(text.replace(old, new), encoding="utf-8")
