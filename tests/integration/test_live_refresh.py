"""A refresh from live sources by the command line: with a network, without one, and what it then says."""

import json
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli.main import app
from tests.support.publisher import Publisher, live_environment
from warehouse.home import Home

FIGURES = (
    "select * exclude (trust_joined_date, is_ofsted_before_trust) from mart.school order by urn",
    "select definition, urn, status, reasons, excluded_because, not_assessed from mart.school_status order by all",
    "select definition, need_urn, partner_urn, distance_rank, round(distance_miles, 6) from mart.match order by all",
)
"""What is known of each school, what is found of it, and the pairs."""


def figures(home: Home) -> list[list[tuple[object, ...]]]:
    with duckdb.connect(str(home.latest / "schoolmatch.duckdb"), read_only=True) as connection:
        return [connection.execute(query).fetchall() for query in FIGURES]


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
    assert figures(home) == figures(published_home)

    offline = CliRunner().invoke(app, ["refresh", "--source", "live"])  # the publisher is gone
    assert offline.exit_code == 0, offline.output
    assert "at the last look" in " ".join(offline.output.split())
    assert home.latest.resolve() != first
    manifest = json.loads((home.latest / "manifest.json").read_text())
    states = {source["source"]: source["state"] for source in manifest["status"]}
    assert "cannot be reached" in states["ofsted_inspection"]
    status = " ".join(CliRunner().invoke(app, ["status"], env={"COLUMNS": "200"}).output.split())
    assert "cannot be reached" in status
