"""Earlier years brought into a home: by the command, from files that a person has."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli.main import app
from tests.support.lighter import without_workbooks
from tests.support.publisher import Publisher, live_environment
from warehouse.home import Home
from warehouse.landing.archive import SYNTHETIC_MARKER
from warehouse.time import earlier

RELEASE = "Management_information_-_state-funded_schools_-_latest_inspections_as_at_{}_2025.csv"


@pytest.fixture
def later(tmp_path: Path, small_sample: Path) -> Path:
    """The sample as if it were of two months later."""
    folder = Path(shutil.copytree(small_sample, tmp_path / "later"))
    for path in sorted((folder / "gias").glob("*20250930.csv")):
        path.rename(path.with_name(path.name.replace("20250930", "20251130")))
    (folder / "ofsted" / RELEASE.format("31_August")).rename(folder / "ofsted" / RELEASE.format("31_October"))
    return folder


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "300"})
    return result.exit_code, " ".join(result.output.split())


def test_the_figures_of_an_earlier_extract_stand_in_the_trend_of_the_next_refresh_and_its_schools_are_followed(
    tmp_path: Path, small_sample: Path, later: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    monkeypatch.setattr(earlier, "AT_LEAST_YEARS", 0)
    code, said = run("backfill", str(small_sample), "--source", str(later), "--home", str(home))
    assert (code, "2025-09-30: " in said) == (0, True), said
    with without_workbooks():
        code, said = run("refresh", "--source", str(later), "--home", str(home), "--quiet")
    assert code == 0, said
    with duckdb.connect(str(Home(home).latest / "schoolmatch.duckdb"), read_only=True) as connection:
        trend = connection.execute(
            "select gias_as_at::varchar, is_backfill, sum(schools), sum(in_need) from area_trend('E92000001', 'rise') "
            "group by all order by all"
        ).fetchall()
        followed = connection.execute(
            "select followed_from::varchar, link, count(distinct from_urn), count(*) filter (to_urn = from_urn) = count(*) "
            "from mart.outcome group by all"
        ).fetchall()
        groups = connection.execute("select distinct grouping from mart.outcome_group").fetchall()
    assert [row[:2] for row in trend] == [("2025-09-30", True), ("2025-11-30", False)]
    assert trend[0][2] == trend[1][2] > 0  # the same schools, but for what they were called
    assert trend[0][3] > 0
    assert [row[:2] for row in followed] == [("2025-09-30", "same")]
    assert followed[0][2] > 100
    assert followed[0][3]
    assert ("status",) in groups


def test_releases_and_results_go_into_the_live_folder_once_and_what_is_no_such_file_is_told(
    tmp_path: Path, later: Path, small_sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home")
    with Publisher(small_sample) as publisher:
        for name, value in live_environment(publisher, home, tmp_path / "cards").items():
            monkeypatch.setenv(name, value)
    shutil.rmtree(later / "gias")
    wrong = later / "ofsted" / RELEASE.format("30_June")
    wrong.write_text("<html>not found</html>", encoding="utf-8")
    code, said = run("backfill", str(later))
    assert code == 1
    assert f"ofsted/{RELEASE.format('31_October')}: taken" in said
    assert f"ofsted/{wrong.name}: " in said
    taken = sorted(path.name for path in (home.root / "live/ofsted").iterdir())
    assert taken == [RELEASE.format("31_October")]
    assert list((home.root / "live").rglob("ks2_school_attainment_data.csv"))
    wrong.unlink()
    code, said = run("backfill", str(later))
    assert code == 0, said
    assert "already" in said
    assert "No extract of GIAS is among the files" in said


def test_invented_files_never_enter_the_history_of_real_ones(tmp_path: Path, small_sample: Path) -> None:
    (tmp_path / "real").mkdir()
    code, said = run("backfill", str(small_sample), "--source", str(tmp_path / "real"), "--home", str(tmp_path / "home"))
    assert code == 1
    assert "is invented and the other is not" in said


def test_of_a_messy_folder_what_is_good_is_taken_once_and_the_rest_is_told(tmp_path: Path, later: Path, small_sample: Path) -> None:
    """Met when it was attacked: copies, two yearly folders side by side, files that cannot be read, other kinds."""
    home, messy, source = tmp_path / "home", tmp_path / "all/messy", tmp_path / "all/later"
    shutil.copytree(later, source)
    shutil.copytree(small_sample, messy / "2025-09")
    shutil.copytree(small_sample / "ofsted", messy / "copies")
    (messy / "ons").mkdir()
    (messy / "ons" / "regions.geojson").write_text("no boundaries", encoding="utf-8")
    (messy / "england_ks2final.csv").write_text("a wide table,of no known year\n", encoding="utf-8")
    for folder in (messy, messy.parent):
        (folder / SYNTHETIC_MARKER).touch()
    code, said = run("backfill", str(messy), "--source", str(source), "--home", str(home))
    assert (code, said.count("2025-09-30: ")) == (0, 2), said  # the log, and the summary
    assert "not used: messy/england_ks2final.csv" in said
    code, again = run("backfill", str(messy.parent), "--source", str(source), "--home", str(home))  # it holds the source, too
    assert "2025-09-30: " in again, again

    (messy / "copies" / RELEASE.format("31_August")).write_bytes(b"another file of that date")
    code, said = run("backfill", str(messy), "--source", str(source), "--home", str(home))
    assert code == 1
    assert "Two files that differ tell of 31 August 2025" in said

    code, said = run("backfill", str(small_sample), "--source", str(tmp_path / "mistyped"), "--home", str(home))
    assert (code, "There is no folder" in said) == (1, True), said


def test_nothing_that_would_stop_the_live_home_goes_into_it(
    tmp_path: Path, later: Path, small_sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home")
    code, said = run("backfill", str(later), "--home", str(tmp_path / "real"))
    assert (code, "is invented and the other is not" in said) == (1, True), said
    assert not list((tmp_path / "real").rglob("*.csv"))
    with Publisher(small_sample) as publisher:
        for name, value in live_environment(publisher, home, tmp_path / "cards").items():
            monkeypatch.setenv(name, value)
    shutil.rmtree(later / "gias")
    (later / "ons").mkdir(exist_ok=True)
    (later / "ons" / "england_regions_9.geojson").write_text("{}", encoding="utf-8")
    release = later / "ofsted" / RELEASE.format("31_October")
    for wrong in ("2035", "2019"):  # of a day to come; before the inspections that it tells
        shutil.copy(release, release.with_name(release.name.replace("2025", wrong)))
    code, said = run("backfill", str(later))
    assert code == 1
    assert "The file is dated 2035-10-31" in said
    assert "The file is dated 2019-10-31, and tells of an inspection on 2025" in said
    assert [path.name for path in (home.root / "live/ofsted").iterdir()] == [release.name]
    assert not list((home.root / "live").rglob("*.geojson"))
    kept = sorted(path.relative_to(home.root / "live").as_posix() for path in (home.root / "live").rglob("ks2_school*.csv"))
    assert kept == ["ks2/2024-2025/ks2_school_attainment_data.csv"]


def test_a_day_of_which_a_refresh_has_told_is_left_to_it(tmp_path: Path, small_sample: Path, published_home: Home) -> None:
    home = Path(shutil.copytree(published_home.root, tmp_path / "home", symlinks=True))
    before = sorted((home / "history").rglob("*.parquet"))
    code, said = run("backfill", str(small_sample), "--source", str(small_sample), "--home", str(home))
    assert (code, "2025-09-30: a refresh has told of that day itself" in said) == (0, True), said
    assert sorted((home / "history").rglob("*.parquet")) == before
