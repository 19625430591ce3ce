"""Somebody who reads what is published over HTTP, all the time, while it is published anew."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Any

import duckdb
import httpx
from fsspec.spec import AbstractBufferedFile, AbstractFileSystem

from warehouse import publish


class Web(AbstractFileSystem):  # type: ignore[misc]
    """What DuckDB reads a file by, in the parts that it asks for, where its own way to the web is not installed."""

    protocol = "web"

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        answer = httpx.head(_url(path), headers={"Accept-Encoding": "identity"}).raise_for_status()
        return {"name": path, "size": int(answer.headers["Content-Length"]), "type": "file"}

    def modified(self, path: str) -> datetime:
        return parsedate_to_datetime(httpx.head(_url(path)).raise_for_status().headers["Last-Modified"])

    def _open(self, path: str, mode: str = "rb", **_: Any) -> AbstractBufferedFile:
        return Part(self, path, mode, size=self.info(path)["size"])


def _url(path: str) -> str:
    return "http://" + path.removeprefix("web://")


class Part(AbstractBufferedFile):  # type: ignore[misc]
    def _fetch_range(self, start: int, end: int) -> bytes:
        return httpx.get(_url(self.path), headers={"Range": f"bytes={start}-{end - 1}"}).raise_for_status().content


@dataclass
class Reader:
    """Somebody who reads all the time: what latest names, and on in the file of the release before, part by part.

    DuckDB asks for the parts of a Parquet file. Of its own file it is held that the parts stay what they were, since what attaches
    one over HTTP (httpfs) is a download.
    """

    root: str
    stamps: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Reader:
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._thread.join()

    def _read(self) -> None:
        open_ones: list[tuple[AbstractBufferedFile, str]] = []
        try:
            with duckdb.connect() as connection:
                web = Web()
                connection.register_filesystem(web)
                while not self.over.is_set():
                    said = httpx.get(f"{self.root}/latest.json").raise_for_status().json()
                    manifest = httpx.get(f"{self.root}/{said['manifest']['path']}").raise_for_status().json()
                    where = f"web://{self.root.removeprefix('http://')}"
                    schools = connection.execute(f"from '{where}/{said['release']}parquet/school.parquet'").fetchall()
                    if len(schools) != manifest["tables"]["mart.school"]:
                        self.faults.append(f"{len(schools)} schools in {said['stamp']}")
                    if not self.stamps or self.stamps[-1] != said["stamp"]:
                        self.stamps.append(said["stamp"])
                        opened = web.open(f"{where}/{said['duckdb']}", block_size=2**18)
                        open_ones.append((opened, manifest["files"][publish.DUCKDB_FILE]["sha256"]))
                    open_ones = open_ones[-2:]  # the one before too: it must stay as it was
                    for opened, expected in open_ones:
                        opened.seek(0)
                        if sha256(opened.read()).hexdigest() != expected:
                            self.faults.append(f"other bytes of DuckDB's file under a reader, at {said['stamp']}")
        except Exception as error:  # noqa: BLE001 - whatever a reader meets is the fault that is looked for
            self.faults.append(repr(error))
