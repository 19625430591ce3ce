"""PostGIS, in a cluster of its own that the benchmark starts and stops: in a temporary folder, on a socket, on no port.

It needs Debian's ``postgresql`` and ``postgresql-<version>-postgis-3``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv

from tests.bench.contestant import Contestant
from tests.bench.pairs import Pairs
from tests.bench.world import World
from tests.support import postgres

SOCKET = "SCHOOLMATCH_BENCH_POSTGRES"
"""The variable that names the socket's folder, for the processes of the benchmark."""
SETTINGS = {
    "listen_addresses": "''",
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "1GB",
    "maintenance_work_mem": "512MB",
    "work_mem": "256MB",
    "max_wal_size": "4GB",
    "jit": "off",
    "client_connection_check_interval": "1s",  # a query ends with the process that was given up
}
"""For a database that is thrown away, with memory enough for all of it. All else is as it comes."""


@contextmanager
def cluster() -> Iterator[None]:
    """A running cluster, named in the environment; nothing at all where PostgreSQL or PostGIS is not installed."""
    programs = _programs()
    if programs is None:
        yield
        return
    with postgres.cluster(programs, SETTINGS) as folder:
        os.environ[SOCKET] = folder
        try:
            yield
        finally:
            del os.environ[SOCKET]


def _programs() -> Path | None:
    """The folder with the server's programs of the newest version that has PostGIS."""
    found = [
        folder
        for folder in postgres.programs()
        if Path(f"/usr/share/postgresql/{folder.parent.name}/extension/postgis.control").exists()
    ]
    return found[-1] if found else None


class PostGIS(Contestant):
    """Loaded tables, a GiST index on the partners, a join on `ST_DWithin`; one process."""

    name = "PostGIS ST_DWithin"
    packages = ("psycopg",)

    def __init__(self, world: World) -> None:
        self.connection = _connected()
        self._do("drop table if exists pair, need_place, partner_place")
        self._load("need_row", world.needs, "need integer, x float8, y float8, radius_m float8")
        self._load("partner_row", world.partners, "partner integer, x float8, y float8")
        self._do("create table need_place as select need, radius_m, st_makepoint(x, y) as place from need_row")
        self._do("create table partner_place as select partner, st_makepoint(x, y) as place from partner_row")
        self._do("drop table need_row, partner_row")

    def _load(self, name: str, table: pa.Table, columns: str) -> None:
        self._do(f"create table {name} ({columns})")
        rows = pa.BufferOutputStream()
        csv.write_csv(table, rows, csv.WriteOptions(include_header=False))
        with self.connection.cursor() as cursor, cursor.copy(f"copy {name} from stdin (format csv)") as copy:
            copy.write(rows.getvalue())

    def _do(self, statement: str) -> None:
        self.connection.execute(statement)

    def build(self) -> None:
        self._do("create index on partner_place using gist (place)")
        self._do("analyze need_place, partner_place")

    def query(self) -> None:
        self._do(
            "create table pair as "
            "select need.need, partner.partner, st_distance(need.place, partner.place) as distance_m "
            "from need_place as need "
            "inner join partner_place as partner on st_dwithin(need.place, partner.place, need.radius_m)"
        )

    def pairs(self) -> Pairs:
        rows = self.connection.execute("select need, partner, distance_m from pair").fetchall()
        return Pairs.of(*np.array(rows, dtype="float64").reshape(-1, 3).T)

    def close(self) -> None:
        self._do("drop table if exists pair, need_place, partner_place")
        self.connection.close()

    def helpers(self) -> tuple[int, ...]:
        return (self.connection.info.backend_pid,)

    @classmethod
    def missing(cls) -> str | None:
        return super().missing() or (None if os.environ.get(SOCKET) else "not installed: PostgreSQL with PostGIS")

    @classmethod
    def versions(cls) -> dict[str, str]:
        with _connected() as connection:
            (server, postgis) = connection.execute("select current_setting('server_version'), postgis_lib_version()").fetchone()
        return super().versions() | {"PostgreSQL": server, "PostGIS": postgis}


def _connected() -> Any:  # psycopg's, which only the benchmark installs
    import psycopg

    connection = psycopg.connect(host=os.environ[SOCKET], user="postgres", dbname="postgres", autocommit=True)
    connection.execute("set client_min_messages = warning")
    connection.execute("create extension if not exists postgis")
    return connection
