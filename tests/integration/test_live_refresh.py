"""A refresh from live sources by the command line: with a network, without one, and what it then says."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.cli.main import app
from tests.support.found import differences
from tests.support.lighter import without_workbooks
from tests.support.publisher import Publisher, live_environment
from warehouse.home import Home


def test_without_a_network_the_last_files_are_used_and_the_summary_the_manifest_and_the_status_say_so(
    tmp_path: Path, small_sample: Path, published_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home")
    with Publisher(small_sample) as publisher:
        publisher.gias(f"{datetime.now(UTC):%Y%m%d}", small_sample)
        for name, value in live_environment(publisher, home, tmp_path / "cards").items():
            monkeypatch.setenv(name, value)
        online = CliRunner().invoke(app, ["refresh", "--source", "live"])
        assert online.exit_code == 0, online.output
        assert "at the last look" not in online.output
    first = home.latest.resolve()
    # From the publishers' own layouts come the figures that a folder with the same data gives.
    assert differences(home.latest, published_home.latest) == []

    with without_workbooks():
        offline = CliRunner().invoke(app, ["refresh", "--source", "live"])  # the publisher is gone
    assert offline.exit_code == 0, offline.output
    assert "at the last look" in " ".join(offline.output.split())
    assert home.latest.resolve() != first
    manifest = json.loads((home.latest / "manifest.json").read_text())
    states = {source["source"]: source["state"] for source in manifest["status"]}
    assert "cannot be reached" in states["ofsted_inspection"]
    status = " ".join(CliRunner().invoke(app, ["status"], env={"COLUMNS": "200"}).output.split())
    assert "cannot be reached" in status
