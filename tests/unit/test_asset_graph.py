"""The wiring of the assets, as a golden file: every change of it is a visible difference."""

from pathlib import Path

import dagster as dg

from orchestration import REFRESH
from orchestration.definitions import build_defs
from warehouse.graph import assemble

GOLDEN = Path(__file__).with_name("asset_graph.txt")


def graph() -> str:
    lines = []
    for node in build_defs().resolve_asset_graph().asset_nodes:
        parents = ", ".join(sorted(key.to_user_string() for key in node.parent_keys))
        lines.append(f"{node.key.to_user_string()} <- {parents}" if parents else node.key.to_user_string())
    return "\n".join(sorted(lines)) + "\n"


def test_the_graph_of_assets_is_the_one_on_file() -> None:
    """After a change that is meant: ``python -m tests.unit.test_asset_graph`` writes the file anew; look at the difference."""
    assert graph() == GOLDEN.read_text(encoding="utf-8")


def test_every_check_is_blocking_but_those_of_freshness_which_warn() -> None:
    definitions = build_defs()
    checks = {check.name for check in assemble().checks}
    specs = {spec.name: spec for assets in definitions.assets or [] for spec in getattr(assets, "check_specs", [])}
    assert {name for name in specs if not name.endswith("_is_fresh")} == checks
    assert {name for name, spec in specs.items() if spec.blocking} == checks


def test_live_sources_are_watched_by_default_and_a_drop_folder_is_not() -> None:
    live, sample = build_defs(source="live"), build_defs(source="sample")
    names = {sensor.name: sensor.default_status for sensor in live.sensors or []}
    assert set(names) == {"first_refresh", "new_ofsted_release", "new_results", "refresh_failed"}
    assert set(names.values()) == {dg.DefaultSensorStatus.RUNNING}
    schedule = next(iter(live.schedules or []))
    assert isinstance(schedule, dg.ScheduleDefinition)
    assert (schedule.execution_timezone, schedule.default_status) == ("Europe/London", dg.DefaultScheduleStatus.RUNNING)
    assert [sensor.name for sensor in sample.sensors or []] == ["refresh_failed"]
    assert not sample.schedules


def test_the_job_runs_in_one_process() -> None:
    assert build_defs().resolve_job_def(REFRESH).executor_def.name == "in_process"


if __name__ == "__main__":
    GOLDEN.write_text(graph(), encoding="utf-8")
