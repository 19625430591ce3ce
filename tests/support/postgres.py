"""Postgres from Debian, in a cluster of its own: in a temporary folder, on a socket, on no port; gone when its user is done."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def programs() -> list[Path]:
    """The folders with the server's programs, the oldest version first; none where Postgres is not installed."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return sorted(found, key=lambda folder: int(folder.parent.name))


@contextmanager
def cluster(folder_of_programs: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """A running cluster of the superuser postgres, who needs no password: the folder of its socket.

    Postgres refuses to run as root: for root it runs as the user ``postgres``.
    """
    user: dict[str, Any] = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        if user:
            shutil.chown(folder, "postgres", "postgres")

        def call(program: str, *arguments: str) -> None:
            """Run a program of the server on this cluster, as its user; its words are for nobody."""
            command, silent = [folder_of_programs / program, "-D", f"{folder}/data", *arguments], subprocess.DEVNULL
            subprocess.run(command, check=True, stdout=silent, stderr=silent, cwd=folder, timeout=120, **user)

        call("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        call("pg_ctl", "--wait", "--log", f"{folder}/log", "--options", f"-k {folder} {options}", "start")
        try:
            yield folder
        finally:
            call("pg_ctl", "--wait", "--mode=immediate", "stop")
