"""What is read of a file that has landed before is what the file says, whatever has become of its copy in the archive."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from warehouse.landing.archive import DropFolder
from warehouse.landing.raw import load_group


def judgements(drop: Path, archive: Path) -> list[tuple[Any, ...]]:
    """Land Ofsted's files of the folder, as a refresh does, and give what was read of them."""
    with duckdb.connect() as connection:
        load_group(connection, DropFolder(drop), "ofsted", archive)
        rows = "select urn, latest_overall_effectiveness, latest_inspection_date from raw.ofsted_inspection order by all"
        return connection.execute(rows).fetchall()


def without_its_last_schools(file: Path) -> None:
    """A copy that was cut off at the end of a line, and is to be read: nothing was kept of it."""
    file.chmod(0o644)
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-50]))
    for rows in file.parent.glob("rows-*"):
        rows.unlink()


def rows_of_another_judgement(file: Path) -> None:
    """What was kept of it is good Parquet, under the name that it had."""
    (rows,) = file.parent.glob("rows-*")
    pd.read_parquet(rows).assign(latest_overall_effectiveness=4).to_parquet(rows, index=False)


@pytest.mark.parametrize("damage", [without_its_last_schools, rows_of_another_judgement])
def test_a_copy_that_is_not_what_it_was_is_not_believed(small_sample: Path, tmp_path: Path, damage: Callable[[Path], None]) -> None:
    """On the code of before it was, under the hash of the genuine file; twice, since rows were kept at the second reading only."""
    archive = tmp_path / "landing"
    expected = judgements(small_sample, archive)
    assert len(expected) > 100
    assert judgements(small_sample, archive) == expected
    damaged = list(archive.glob("*/*latest_inspections*"))
    assert damaged
    for file in damaged:
        damage(file)
    assert judgements(small_sample, archive) == expected
