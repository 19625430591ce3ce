"""The wiring of the assets, as a golden file: every change of it is a visible difference."""

from pathlib import Path

from orchestration.definitions import REFRESH, build_defs
from warehouse.checks import read_checks

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


def test_every_check_is_blocking() -> None:
    definitions = build_defs()
    keys = definitions.resolve_asset_graph().asset_check_keys
    assert {key.name for key in keys} == {check.name for check in read_checks()}
    for assets in definitions.assets or []:
        for spec in getattr(assets, "check_specs", []):
            assert spec.blocking, spec.name


def test_the_job_runs_in_one_process() -> None:
    assert build_defs().resolve_job_def(REFRESH).executor_def.name == "in_process"


if __name__ == "__main__":
    GOLDEN.write_text(graph(), encoding="utf-8")
