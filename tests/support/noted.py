"""Which files the figures in docs and tests were made from: those that ``docs/method/figures.md`` names by their digest."""

from __future__ import annotations

import duckdb
import pytest

from exports.pages.method import digest, noted_digests


def skip_unless_noted(connection: duckdb.DuckDBPyConnection, year: str) -> None:
    """Skip a test of figures, and say so, where the files of a year are others than those its figures were made from.

    ``connection``: the folder published from the files at hand.
    """
    noted, found = noted_digests()[year], digest(connection)
    if found != noted:
        pytest.skip(
            f"the files of {year} here ({found}) are others than those the figures in docs and tests were made from ({noted}): "
            "make the pages anew with python -m exports.pages.method HOME_OF_2025 HOME_OF_2017, then the numbers in the tests"
        )
