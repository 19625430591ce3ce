"""What a published folder found: of two that are made from the same data it is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from warehouse.publish import DUCKDB_FILE

FIGURES = {
    "mart.school": "* exclude (trust_joined_date, is_ofsted_before_trust)",
    "mart.school_status": "definition, urn, status, reasons, excluded_because, not_assessed",
    "mart.match": "definition, need_urn, partner_urn, distance_rank, round(distance_miles, 6) as miles",
}
"""What is known of each school, what is found of it, and the pairs; of each the columns that two sources must agree in."""

SHOWN = 3
"""Rows of a difference that are given back: two countries that differ are too long to read."""


def differences(one: Path, other: Path) -> list[tuple[Any, ...]]:
    """Rows that stand in one published folder and not in the other: the table, the folder that has them, and the row."""
    found: list[tuple[Any, ...]] = []
    with duckdb.connect() as connection:
        for name, folder in (("one", one), ("other", other)):
            connection.execute(f"attach '{folder / DUCKDB_FILE}' as {name} (read_only)")
        for table, columns in FIGURES.items():
            for name, against in (("one", "other"), ("other", "one")):
                rows = connection.execute(
                    f"(select {columns} from {name}.{table}) except all (select {columns} from {against}.{table}) limit {SHOWN}"
                ).fetchall()
                found.extend((table, name, *row) for row in rows)
    return found
