"""A refresh whose changes are beyond expectation is held, with a report, until a person allows it; what was published stays."""

from __future__ import annotations

import json
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from typer.testing import CliRunner

from orchestration import REFRESH
from orchestration.cli.main import app
from orchestration.definitions import build_defs
from orchestration.instance import prepare_dagster_home
from orchestration.refresh import refresh
from orchestration.sensors import failure_sensor
from tests.conftest import copy_of
from tests.support.lighter import without_workbooks
from transforms.errors import InputError
from warehouse.home import Home, waiting


@pytest.fixture(scope="module")
def home(published_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home in which the folder published before finds every second school high-performing."""
    home = copy_of(published_home, tmp_path_factory.mktemp("held") / "home")
    with duckdb.connect(home.latest / "schoolmatch.duckdb") as published:
        published.execute("update mart.school_status set status = 'high_performing', reasons = [] where urn % 2 = 0")
    return home


@pytest.fixture(scope="module")
def held(home: Home, small_sample: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        refresh(home, str(small_sample))
    return caught.value


def test_it_is_held_before_publishing_and_says_where_the_report_is_and_how_to_allow_it(held: InputError, home: Home) -> None:
    (report,) = waiting(home)
    assert "The refresh is held" in str(held)
    assert "mart_drift_statuses" in str(held)
    assert held.file == str(report)
    assert "--accept-changes" in str(held)
    assert len([path for path in home.published.iterdir() if path.name != "latest"]) == 1


def test_the_report_says_why_what_changed_and_what_to_do_under_the_headings_of_publishers(held: InputError, home: Home) -> None:
    text = waiting(home)[0].read_text(encoding="utf-8")
    assert "SYNTHETIC SAMPLE" in text
    for heading in ("Why it is held", "What to do", "New areas or codes", "Schools opened and closed", "Figures changed"):
        assert f"## {heading}" in text
    assert "More schools of a phase than are expected have another status" in text
    assert "**No longer high-performing" in text
    assert "--accept-changes" in text


def test_status_tells_that_a_refresh_is_held(held: InputError, home: Home) -> None:
    result = CliRunner().invoke(app, ["status", "--home", str(home.root)])
    assert "A refresh is held" in " ".join(result.output.split())
    assert waiting(home)[0].name in result.output.replace("\n", "")


def test_the_daemon_tells_the_webhook_where_the_report_is_and_leaves_one_report(
    held: InputError, home: Home, small_sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted: list[str] = []

    class Answer:
        is_success = True

    def post(_url: str, *, json: dict[str, str], timeout: int, follow_redirects: bool) -> Answer:
        posted.append(json["text"])
        return Answer()

    monkeypatch.setenv("SCHOOLMATCH_WEBHOOK_URL", "http://127.0.0.1:1/hook")
    monkeypatch.setattr("orchestration.sensors.httpx.post", post)
    prepare_dagster_home(home)
    job = build_defs(home, str(small_sample)).resolve_job_def(REFRESH)
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(instance=instance, raise_on_error=False)
        event = next(event for event in result.all_events if event.is_failure and event.step_key is None)
        context = dg.build_run_status_sensor_context(
            "refresh_failed", dagster_instance=instance, dagster_run=result.dagster_run, dagster_event=event
        )
        failure_sensor(home, str(small_sample))(context.for_run_failure())
        failed = {
            each.event_specific_data.check_name
            for each in result.all_events
            if each.event_type_value == "ASSET_CHECK_EVALUATION" and not each.event_specific_data.passed
        }
    assert "mart_drift_statuses" in failed
    (report,) = waiting(home)
    (told,) = posted
    assert "The refresh is held" in told
    assert str(report) in told


def test_allowed_once_it_is_published_and_the_report_is_gone_and_the_next_is_held_against_the_new_folder(
    held: InputError, home: Home, small_sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHOOLMATCH_ACCEPT_CHANGES", "1")
    with without_workbooks():
        done = refresh(home, str(small_sample))
    assert waiting(home) == []
    assert home.latest.resolve() == done.folder
    text = (done.folder / "changes.md").read_text(encoding="utf-8")
    assert "no longer high-performing" in text.lower()
    assert "Why it is held" not in text


def test_the_command_compares_the_newest_with_a_kept_folder_in_words_and_in_rows(home: Home, small_sample: Path) -> None:
    run = CliRunner().invoke
    before = sorted(path.name for path in home.published.iterdir() if path.name != "latest")[0]
    shown = run(app, ["changes", "--home", str(home.root)], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    for words in ("SYNTHETIC SAMPLE", before, "New areas or codes", "Sources changed", "What to do", "no longer high-performing"):
        assert words in shown.output
    rows = json.loads(run(app, ["changes", "--since", before[:8], "--json", "--home", str(home.root)]).stdout)
    with duckdb.connect(home.latest / "schoolmatch.duckdb", read_only=True) as latest:
        assert [(len(rows),)] == latest.execute("select count(*) from mart.change").fetchall()
        published = latest.execute("select change, urn, definition, cause from mart.change").fetchall()
    assert [(row["change"], row["urn"], row["definition"], row["cause"]) for row in rows] == published
    lines = run(app, ["changes", "--csv", "--home", str(home.root)]).stdout.splitlines()
    assert lines[0].startswith("compared_with,heading,change,definition")
    assert len(lines) == len(rows) + 1


def test_a_folder_that_is_not_kept_is_refused_with_those_that_are(home: Home) -> None:
    result = CliRunner().invoke(app, ["changes", "--since", "1999", "--home", str(home.root)])
    assert result.exit_code == 1
    said = " ".join(result.output.split())
    assert "whose stamp begins with 1999" in said
    assert "one of those that are kept" in said
