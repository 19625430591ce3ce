"""``schoolmatch follow``: from a published folder or publishers' files, to another; and what it will not set side by side."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli.main import app
from warehouse.store import run


@pytest.fixture(scope="module")
def a_month_later(small_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the sample, with an extract of GIAS of a month later."""
    folder = tmp_path_factory.mktemp("later") / "drop"
    shutil.copytree(small_sample, folder)
    extract = next(folder.rglob("edubasealldata2*.csv"))
    extract.rename(extract.with_name("edubasealldata20251031.csv"))
    return folder


def follow(earlier: Path, later: Path, to: Path, *, exit_code: int = 0) -> str:
    asked = ["follow", "--from", str(earlier), "--to", str(later), "--page", str(to), "--quiet"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == exit_code, done.output
    return " ".join(done.output.split())


def test_a_published_folder_is_followed_to_the_publishers_files_of_a_later_day(
    published_sample: Path, a_month_later: Path, tmp_path: Path
) -> None:
    said = follow(published_sample, a_month_later, tmp_path / "page")
    assert {path.name for path in (tmp_path / "page").iterdir()} == {"follow.html", "follow.md", "follow.duckdb"}
    assert "follow.html" in said.replace(" ", "")
    text = (tmp_path / "page" / "follow.md").read_text(encoding="utf-8")
    assert text.startswith("# What became of the schools in need of 30 September 2025")
    assert "SYNTHETIC" in text.partition("## In short")[0].upper()
    with duckdb.connect(tmp_path / "page" / "follow.duckdb", read_only=True) as connection:
        ((links, schools),) = run(connection, "select list(distinct link), count(distinct from_urn) from mart.outcome")
        groups = run(connection, "select schools, same from mart.outcome_group where grouping = 'status'")
    with duckdb.connect(published_sample / "schoolmatch.duckdb", read_only=True) as connection:
        ((told,),) = run(
            connection,
            "select count(distinct urn) from mart.school_status as status where (definition, phase) not in "
            "(select (definition, phase) from mart.question where question = 'in_need' and withheld_because is not null)",
        )
    assert (links, schools) == (["same"], told)
    assert all(same == of for of, same in groups)
    assert groups


def test_publishers_files_say_what_the_folder_that_is_published_from_them_says(
    published_sample: Path, small_sample: Path, a_month_later: Path, tmp_path: Path
) -> None:
    follow(published_sample, a_month_later, tmp_path / "published")
    follow(small_sample, a_month_later, tmp_path / "files")
    rows = []
    for name in ("published", "files"):
        with duckdb.connect(tmp_path / name / "follow.duckdb", read_only=True) as connection:
            rows.append([run(connection, f"from mart.{table} order by all") for table in ("outcome", "outcome_group")])
    assert rows[0] == rows[1]
    assert len(rows[0][0]) > 600


def test_the_other_way_round_is_told(published_sample: Path, a_month_later: Path, tmp_path: Path) -> None:
    said = follow(a_month_later, published_sample, tmp_path / "page", exit_code=1)
    assert "The schools to follow are those of 31 October 2025, and the others are of 30 September 2025" in said
    assert "--from the earlier, --to the later" in said
    assert not (tmp_path / "page").exists()


def test_invented_schools_are_not_followed_to_real_ones(published_sample: Path, a_month_later: Path, tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    shutil.copyfile(published_sample / "schoolmatch.duckdb", real / "schoolmatch.duckdb")
    with duckdb.connect(real / "schoolmatch.duckdb") as connection:
        run(connection, "update mart.refresh set is_synthetic = false")
    assert "is invented and the other is not" in follow(real, a_month_later, tmp_path / "page", exit_code=1)


def test_without_links_no_school_is_said_to_have_closed(published_sample: Path, a_month_later: Path, tmp_path: Path) -> None:
    without = tmp_path / "without"
    shutil.copytree(a_month_later, without)
    next(without.rglob("links_*.csv")).unlink()
    said = follow(published_sample, without, tmp_path / "page", exit_code=1)
    assert "no links between establishments" in said
    assert "download it beside the list of establishments" in said


def test_a_folder_of_an_earlier_version_is_told(published_sample: Path, a_month_later: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    shutil.copyfile(published_sample / "schoolmatch.duckdb", old / "schoolmatch.duckdb")
    with duckdb.connect(old / "schoolmatch.duckdb") as connection:
        run(connection, "alter table mart.school drop column is_ofsted_below_good")
    said = follow(old, a_month_later, tmp_path / "page", exit_code=1)
    assert "was published by an earlier version" in said
    assert "is_ofsted_below_good" in said
