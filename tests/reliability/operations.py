"""The file operations of a piece of work, as the code itself names them: by Python's audit events, so that a new one cannot be
forgotten.

What a process does to files without Python (DuckDB and Arrow write their own) raises no event; it is within a folder that is
being built. A crash before an operation is a crash after the one before it. Beside the events, calls that have none are wrapped:
``os.fsync``, ``os.fdatasync``."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

CRASHED = 71
"""The exit code of a process that has crashed as it was asked to."""

_EVENTS = frozenset(
    ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.link", "os.chmod", "os.chown", "os.truncate", "os.utime",
     "shutil.copyfile", "shutil.copymode", "shutil.copystat", "shutil.copytree", "shutil.move", "shutil.rmtree", "shutil.chown")
)  # fmt: skip
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_VARYING = (
    (r"\d{8}T\d{6}Z(-\d+)?", "<stamp>"),
    (r"[0-9a-f]{64}", "<sha256>"),
    (r"rows-[0-9a-f]{16}", "rows-<code>"),
    (r"(excel|ees|geoparquet|parquet|site)/.*", r"\1/…"),
)


class Operations:
    """Counts the operations below a folder once it is switched on, and ends the process before the one it is told."""

    def __init__(self, root: Path, crash_before: int | None = None) -> None:
        self.root = str(root)
        self.names: list[str] = []
        self._crash_before = crash_before
        sys.addaudithook(self._heard)
        for name in ("fsync", "fdatasync"):
            setattr(os, name, self._wrapped(name, getattr(os, name)))

    def _wrapped(self, name: str, function: Callable[[int], None]) -> Callable[[int], None]:
        def call(descriptor: Any) -> None:
            number = descriptor if isinstance(descriptor, int) else descriptor.fileno()
            self._count(f"os.{name}", str(Path(f"/proc/self/fd/{number}").readlink()))
            function(descriptor)

        return call

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, str | bytes) and isinstance(flags, int) and flags & _WRITES:
                self._count("open", os.fsdecode(path))
        elif event in _EVENTS:
            paths = [each for each in arguments[:2] if isinstance(each, str | bytes | os.PathLike)]
            folders = [each for each in arguments[len(paths) :] if isinstance(each, int) and not isinstance(each, bool)]
            self._count(event, " -> ".join(_whole(os.fsdecode(path), folders[-1:]) for path in paths) or self.root)

    def _count(self, event: str, paths: str) -> None:
        if self.root not in paths:
            return
        if self._crash_before == len(self.names):
            os._exit(CRASHED)
        self.names.append(f"{event} {shown(paths, self.root)}")


def _whole(path: str, folder: list[int]) -> str:
    """A path that is told within an open folder (``shutil.rmtree`` does so), whole."""
    if path.startswith("/") or not folder or folder[0] < 0:
        return path
    try:
        return f"{Path(f'/proc/self/fd/{folder[0]}').readlink()}/{path}"
    except OSError:
        return path


def shown(paths: str, root: str) -> str:
    """Paths without what differs from run to run."""
    paths = paths.replace(f"{root}/", "")
    for pattern, text in _VARYING:
        paths = re.sub(pattern, text, paths)
    return paths
