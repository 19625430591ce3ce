"""SCHOOLMATCH_LOG=json: what is logged as JSON, an object a line, each with the run it belongs to; for machines that collect logs.

Without it lines are for people, as they always were. Dagster can write JSON as well, with other keys and without the run; so its
lines go through here, too.
"""

from __future__ import annotations

import json
import logging
import os
import runpy
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from orchestration.at_work import current
from warehouse.sources.told import without_secrets

if TYPE_CHECKING:
    import dagster as dg

SETTING = "SCHOOLMATCH_LOG"


def is_json() -> bool:
    """Whether lines are to be JSON."""
    return os.environ.get(SETTING) == "json"


class JsonLines(logging.Formatter):
    """One object a line: ``time`` (UTC), ``level``, ``logger``, ``message``, ``run_id`` (null outside of a run).

    Where there is one, the ``step`` of the run, and the ``error`` with its traceback.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        of_run: dict[str, Any] = getattr(record, "dagster_meta", None) or {}
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(of_run.get("orig_message") or record.getMessage()),
            "run_id": of_run.get("run_id") or current(),
        }
        if step := of_run.get("step_key"):
            line["step"] = step
        failed = getattr(getattr(of_run.get("dagster_event"), "event_specific_data", None), "error", None)
        if error := self.formatException(record.exc_info) if record.exc_info and record.exc_info[0] else failed and str(failed):
            line["error"] = without_secrets(error)
        return json.dumps(line, ensure_ascii=False)


def install() -> None:
    """Let what this process logs be such lines, on stderr: ours and Dagster's from INFO on, of other libraries what is amiss."""
    root = logging.getLogger()
    if not any(isinstance(handler.formatter, JsonLines) for handler in root.handlers):
        root.handlers = [_handler()]
    root.setLevel(logging.WARNING)
    for name in ("schoolmatch", "dagster"):
        logging.getLogger(name).setLevel(logging.INFO)
    logging.captureWarnings(True)


def _handler() -> logging.Handler:
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    handler.setLevel(logging.INFO)  # Dagster sets the levels of loggers itself, in a run
    return handler


def console() -> dg.LoggerDefinition:
    """What Dagster tells of a run. Our own lines reach the process's handler by themselves, under their own name."""
    import dagster as dg

    @dg.logger({"log_level": dg.Field(str, is_required=False, default_value="INFO")})
    def lines(context: dg.InitLoggerContext) -> logging.Logger:
        told = logging.Logger("dagster", level=context.logger_config["log_level"])
        handler = _handler()
        handler.addFilter(lambda record: bool(getattr(record, "dagster_meta", {}).get("dagster_event")))
        told.addHandler(handler)
        return told

    return lines


def run_script(command: Sequence[str]) -> None:
    """Run a command of Dagster's, a Python script, in this process, and have it leave the handler that is installed."""
    from dagster._utils import log

    theirs = log.configure_loggers
    for name, module in list(sys.modules.items()):  # wherever it has been imported to, and where others will import it from
        if name.startswith("dagster") and vars(module).get("configure_loggers") is theirs:
            vars(module)["configure_loggers"] = lambda *_, **__: install()
    sys.argv = list(command)
    runpy.run_path(command[0], run_name="__main__")
