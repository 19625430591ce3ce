"""Log lines as JSON: each an object, with the run it belongs to and no secret."""

import io
import json
import logging
from pathlib import Path
from typing import Any

import pytest

from orchestration import at_work, logs
from orchestration.at_work import holding
from warehouse.home import Home


def line_of(message: str, *given: object, fails: bool = False) -> dict[str, Any]:
    """What is written of a message."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.JsonLines())
    log = logging.Logger("schoolmatch")
    log.addHandler(handler)
    if fails:
        try:
            raise ValueError("no: postgresql://us:hush@server/database")
        except ValueError:
            log.exception(message, *given)
    else:
        log.info(message, *given)
    (line,) = written.getvalue().splitlines()
    told: dict[str, Any] = json.loads(line)
    return told


def test_a_line_says_what_when_and_of_which_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_work, "_held", {})  # a run that a test before this one has made in this process is at work until it ends
    with holding(Home(tmp_path), "4c1e"):
        line = line_of("read %s\nand “more”", "gias")
    assert line.pop("time").endswith("+00:00")
    assert line == {"level": "INFO", "logger": "schoolmatch", "message": "read gias\nand “more”", "run_id": "4c1e"}
    assert line_of("outside of a run")["run_id"] is None


def test_a_traceback_stands_in_the_line_and_no_password_in_either() -> None:
    line = line_of("cannot reach postgresql://us:hush@server/database", fails=True)
    assert line["message"] == "cannot reach postgresql://server/database"
    assert "ValueError: no: postgresql://server/database" in line["error"]
    assert "hush" not in str(line)
