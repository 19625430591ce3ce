"""Where files of places stand, and what is made of them: a folder here; a bucket is one of ``exports.bucket``."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse import durable


class Shelf(Protocol):
    """Files by name, a slash between folders. It goes to other processes as it is, so it holds nothing that is open."""

    @property
    def url(self) -> str:
        """What people call it."""

    def names(self, under: str = "") -> list[str]:
        """The names of all files below, sorted; none where there is nothing."""

    def open(self, name: str) -> Any:
        """A file, for pyarrow to read parts of it. Raises InputError or OSError where it cannot be read."""

    def put(self, name: str, content: pa.Buffer) -> None:
        """Write a file, whole or not at all; what had the name is replaced."""

    def clear(self, under: str) -> None:
        """Take away all files below."""

    def settle(self, under: str) -> None:
        """Have what was written below last, whatever happens to the machine."""


@dataclass(frozen=True)
class Folder:
    """A folder that every process sees under the same path."""

    path: Path

    @property
    def url(self) -> str:
        """Its path."""
        return str(self.path)

    def names(self, under: str = "") -> list[str]:
        """The names of all files below, in folders that links lead to as well, but for those that are being written."""
        found, seen = [], set[tuple[int, int]]()
        for root, folders, names in os.walk(self.path / under, followlinks=True):
            about = Path(root).stat()
            if (about.st_dev, about.st_ino) in seen:  # a link leads back to where it stands
                folders.clear()
                continue
            seen.add((about.st_dev, about.st_ino))
            found += [
                (Path(root) / name).relative_to(self.path).as_posix() for name in names if not name.startswith(durable.PARTIAL)
            ]
        return sorted(found)

    def open(self, name: str) -> pa.NativeFile:
        """The file, as it is on the disk."""
        return pa.OSFile(str(self.path / name))

    def put(self, name: str, content: pa.Buffer) -> None:
        """Aside first, so that a process which is killed leaves no half of a file under the name."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f"{durable.PARTIAL}{target.name}-{os.getpid()}")
        try:
            aside.write_bytes(content)
            aside.replace(target)
        finally:
            aside.unlink(missing_ok=True)

    def clear(self, under: str) -> None:
        """The folder of that name, and what is being written in it."""
        shutil.rmtree(self.path / under, ignore_errors=True)

    def settle(self, under: str) -> None:
        """On the disk, all files and names below."""
        durable.sync_tree(self.path / under)


def read_table(shelf: Shelf, name: str, **how: Any) -> pa.Table:
    """The rows of a Parquet file; ``how``: what pyarrow is to leave out (columns, filters)."""
    with shelf.open(name) as file:
        return pq.read_table(file, **how)


def put_table(shelf: Shelf, name: str, rows: pa.Table) -> str:
    """Write rows as Parquet; returns the hash of the file."""
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd")
    content = sink.getvalue()
    shelf.put(name, content)
    return hashlib.sha256(content).hexdigest()
