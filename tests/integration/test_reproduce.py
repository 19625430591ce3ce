"""``schoolmatch reproduce``: what it writes and says, and that it leaves nothing else behind."""

import shutil
import tempfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

import orchestration.cli.reproduce
from orchestration.cli.main import app
from warehouse.home import Home
from warehouse.licence import SYNTHETIC_NOTE
from warehouse.publish import DUCKDB_FILE
from warehouse.sealed import read_only


def test_it_writes_both_pages_says_where_and_leaves_no_home_behind(
    published_home: Home, small_sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refresh(home: Home, source: str) -> None:  # what a refresh leaves is there already: to make it again takes half a minute
        assert source == str(small_sample)
        shutil.copytree(published_home.root, home.root, dirs_exist_ok=True, symlinks=True)

    monkeypatch.setattr(orchestration.cli.reproduce, "refresh", refresh)
    with read_only(published_home.latest / DUCKDB_FILE):
        pass  # what a process keeps for all its questions is made by the first, and there until it ends
    passing = tmp_path / "passing"
    passing.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(passing))
    monkeypatch.setenv("SCHOOLMATCH_HOME", str(tmp_path / "home"))
    result = CliRunner().invoke(app, ["reproduce", "nfer-2017", "--source", str(small_sample), "--quiet"])
    assert result.exit_code == 0, result.output
    paths = [tmp_path / "home" / "reproduction" / f"reproduction-nfer-2017.{suffix}" for suffix in ("html", "md")]
    assert [Path(line) for line in result.stdout.split()] == paths
    for path in paths:
        assert SYNTHETIC_NOTE in path.read_text(encoding="utf-8")
    assert sorted(path.name for path in (tmp_path / "home").iterdir()) == ["reproduction"]
    assert list(passing.iterdir()) == []


@pytest.mark.parametrize("name", ["rise", "nothing"])
def test_a_definition_without_published_figures_is_refused_before_anything_is_read(name: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["reproduce", name, "--source", str(tmp_path / "nowhere"), "--home", str(tmp_path / "home")])
    assert result.exit_code == 1
    assert "published_figure.csv" in result.stderr.replace("\n", "")
    assert not (tmp_path / "home").exists()


def test_a_source_that_is_not_there_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    to = tmp_path / "to"
    result = CliRunner().invoke(app, ["reproduce", "nfer-2017", "--source", str(tmp_path / "nowhere"), "--to", str(to), "--quiet"])
    assert result.exit_code == 1
    assert "Stopped." in result.stderr
    assert not to.exists()
