"""Whoever may launch a run may not say where it reads and writes, nor that a failed check does not matter."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orchestration.definitions import build_defs
from warehouse.home import Home

HARMLESS = {"loggers.console.config.log_level", "loggers.console.config.name"}
"""What a launcher may set: how much of the log is shown, and under which name."""

ATTACKS = {
    "another home": {"resources": {"warehouse": {"config": {"home": "elsewhere"}}}},
    "another source": {"resources": {"source": {"config": {"source": "elsewhere"}}}},
    "a home of the environment": {"resources": {"warehouse": {"config": {"home": {"env": "PATH"}}}}},
    "another folder of values between steps": {"resources": {"io_manager": {"config": {"base_dir": "elsewhere"}}}},
    "steps that run although what they read has failed": {
        "execution": {"config": {"step_dependency_config": {"require_upstream_step_success": False}}}
    },
    "an input from a pickle": {"ops": {"publish": {"inputs": {"warehouse": {"pickle": {"path": "elsewhere"}}}}}},
    "options of a step": {"ops": {"publish": {"config": {"home": "elsewhere"}}}},
}


@pytest.fixture(params=["live", "sample"])
def definitions(request: pytest.FixtureRequest, tmp_path: Path) -> dg.Definitions:
    return build_defs(Home(tmp_path / "home"), request.param)


def settable(config_type: Any, path: str = "") -> set[str]:
    """What the launchpad offers: the paths of all that a run's configuration may hold, but for the shapes around it.

    Dagster's job of chosen assets takes names of steps and resources that it has not, too; nobody reads what they hold.
    """
    if isinstance(config_type, dg.Shape | dg.Permissive):
        return {
            leaf for name, field in config_type.fields.items() for leaf in settable(field.config_type, f"{path}.{name}".lstrip("."))
        }
    return {path}


def test_a_run_can_be_told_nothing_but_how_much_it_logs(definitions: dg.Definitions) -> None:
    jobs = definitions.resolve_all_job_defs()
    assert len(jobs) == 2  # the refresh, and Dagster's own of chosen assets
    for job in jobs:
        assert settable(job.run_config_schema.config_type) == HARMLESS


@pytest.mark.parametrize("config", ATTACKS.values(), ids=ATTACKS)
def test_a_run_that_is_told_more_is_refused(config: dict[str, Any], definitions: dg.Definitions) -> None:
    for job in definitions.resolve_all_job_defs():
        with pytest.raises(dg.DagsterInvalidConfigError):
            dg.validate_run_config(job, config)
