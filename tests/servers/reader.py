"""Somebody who reads what is published over HTTP with DuckDB, all the time, while it is published anew.

Run by the Python of ``.venv-servers``: ``python reader.py ROOT``, until its standard input is closed. It writes an object of JSON
a line: the stamp of a release that it met, or the fault that it met.
"""

import itertools
import json
import sys
import threading
import urllib.request
from pathlib import Path

import duckdb
import duckdb_extension_httpfs


def connect() -> duckdb.DuckDBPyConnection:
    """A DuckDB that reads over HTTP, and keeps no part of a file that it has read."""
    connection = duckdb.connect(config={"enable_external_file_cache": False})
    (extension,) = Path(duckdb_extension_httpfs.__file__).parent.rglob("httpfs.duckdb_extension")
    connection.execute(f"load '{extension}'")
    return connection


def read(root: str, over: threading.Event) -> None:
    """What latest names is attached and read, table by table, and so is on and on the release before, and a Parquet file of it."""
    with connect() as connection:
        stamps: list[str] = []
        tables: dict[str, dict[str, int]] = {}
        for turn in itertools.count():
            if over.is_set():
                return
            latest = json.loads(ask(f"{root}/latest.json"))
            if not stamps or stamps[-1] != latest["stamp"]:
                stamps.append(latest["stamp"])
                tables[stamps[-1]] = json.loads(ask(f"{root}/{latest['manifest']['path']}"))["tables"]
                connection.execute(f"attach '{root}/{latest['duckdb']}' as \"{stamps[-1]}\" (read_only)")
                print(json.dumps({"stamp": stamps[-1]}), flush=True)
                if len(stamps) > 2:
                    connection.execute(f'detach "{stamps[-3]}"')
            for stamp in stamps[-2:]:
                expected = tables[stamp]
                name = sorted(expected)[turn % len(expected)]
                compare(connection, f'"{stamp}".{name}', expected[name])
            parquet = f"read_parquet('{root}/{latest['release']}parquet/school.parquet')"
            compare(connection, parquet, tables[latest["stamp"]]["mart.school"])


def compare(connection: duckdb.DuckDBPyConnection, table: str, rows: int) -> None:
    """Read every column of every row."""
    found = connection.execute(f"select count(*) filter (where hash(each) is not null) from {table} as each").fetchall()
    if found != [(rows,)]:
        print(json.dumps({"fault": f"{found} rows of {table}, {rows} published"}), flush=True)


def ask(url: str) -> bytes:
    """What is there."""
    with urllib.request.urlopen(url) as answer:
        return bytes(answer.read())


if __name__ == "__main__":
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    try:
        read(sys.argv[1], over)
    except Exception as error:  # noqa: BLE001 - whatever a reader meets is the fault that is looked for
        print(json.dumps({"fault": repr(error)}), flush=True)
