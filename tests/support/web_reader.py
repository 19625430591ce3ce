"""Somebody who reads what is published over HTTP with DuckDB, in a process of his own (``tests/servers/reader.py``)."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.swift import BIN

SCRIPT = Path(__file__).resolve().parents[1] / "servers" / "reader.py"


@dataclass
class Reader:
    """``stamps``: the releases that it has attached, in order; ``faults``: what it met; both are there when it has ended."""

    root: str
    stamps: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __enter__(self) -> Reader:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen([BIN / "python", SCRIPT, self.root], stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT)
        return self

    def __exit__(self, *_: object) -> None:
        told, _nothing = self._process.communicate(timeout=120)  # which closes what it reads
        for line in told.decode().splitlines():
            try:
                said: dict[str, Any] = json.loads(line)
            except ValueError:
                said = {"fault": line}
            self.stamps += [said["stamp"]] if "stamp" in said else []
            self.faults += [said["fault"]] if "fault" in said else []
        if self._process.returncode:
            self.faults.append(f"it ended with {self._process.returncode}")
