"""What a workbook is about, and what it is called."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from exports.paths import distinct_names
from warehouse.model import SQL
from warehouse.query import Row, ask

COUNTRY, REGION = "country", "region"

_FOLDERS = {COUNTRY: "", REGION: "regions/"}
_LONGEST_SLUG = 100


@dataclass(frozen=True)
class Scope:
    """England, a region or a local authority. ``region_code``: of a local authority, the region it lies in.

    ``path``: where its workbook stands in the folder, as ``regions/yorkshire-and-the-humber.xlsx``.
    """

    kind: str
    code: str
    name: str
    region_code: str | None
    path: str


def scopes(connection: duckdb.DuckDBPyConnection, root: Path = SQL) -> list[Scope]:
    """The areas with a workbook: the one place that says what each is called, for who writes one and for who links to it.

    Two of a kind whose names give one file name have their codes behind it (``distinct_names``).
    """
    rows = ask(connection, "sheet/workbook", root=root)
    paths = {kind: _paths(kind, [row for row in rows if row["kind"] == kind]) for kind in {row["kind"] for row in rows}}
    return [Scope(row["kind"], row["code"], row["name"], row["parent_code"], paths[row["kind"]][row["code"]]) for row in rows]


def _paths(kind: str, rows: Iterable[Row]) -> dict[str, str]:
    names = distinct_names((row["code"], slug(row["name"])) for row in rows)
    return {code: f"{_FOLDERS.get(kind, 'local-authorities/')}{name}.xlsx" for code, name in names.items()}


def slug(name: str) -> str:
    """A name as a file name: lower case, words joined by hyphens, and no longer than a file name may be."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_LONGEST_SLUG]
