"""The machine that something was measured on, and what memory a process takes: a time means nothing without the first."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path


def machine() -> str:
    """Processor, cores, memory, system and Python, in one line."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), platform.machine()
    )
    memory = next((int(line.split()[1]) // 1024 // 1024 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return (
        f"{model}, {os.cpu_count()} cores, {memory} GB, {platform.system()} {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}"
    )


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []


def memory_kb(line: str, process: int | str = "self") -> int:
    """What Linux tells of the memory of a process (kB): ``VmRSS`` is in use now, ``VmHWM`` the most since it began.

    Not ``ru_maxrss``: that of a process begins with what its parent had.
    """
    found = re.search(rf"{line}:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text(encoding="ascii"))
    assert found, line
    return int(found[1])
