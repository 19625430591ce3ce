"""What cannot be done without: the bytes of a refresh read and written once, and nothing made of them."""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path

import duckdb

LOOKS = 5


def of_refresh(files: Path, published: Path, scratch: Path) -> dict[str, float]:
    """Seconds in which DuckDB's own CSV reader takes the files of a drop folder into memory (other files: their bytes are read),
    and seconds in which the bytes of a published folder are written and synced to the disk; the median of five.

    The files are decoded beforehand, and not in that time: publishers' files are Windows-1252, which DuckDB cannot read.
    """
    decoded = []
    for number, path in enumerate(sorted(each for each in files.rglob("*") if each.is_file())):
        own = scratch / f"decoded-{number}{path.suffix}"
        own.write_text(path.read_text(encoding="cp1252" if path.suffix == ".csv" else "utf-8", errors="replace"), encoding="utf-8")
        decoded.append(own)
    made = [path.read_bytes() for path in sorted(published.rglob("*")) if path.is_file()]
    read_s = statistics.median(_reading(decoded) for _ in range(LOOKS))
    write_s = statistics.median(_writing(made, scratch) for _ in range(LOOKS))
    return {
        "read_s": read_s,
        "read_bytes": sum(path.stat().st_size for path in files.rglob("*") if path.is_file()),
        "write_s": write_s,
        "written_bytes": sum(map(len, made)),
    }


def _reading(files: list[Path]) -> float:
    started = time.perf_counter()
    with duckdb.connect() as connection:
        for number, path in enumerate(files):
            if path.suffix != ".csv":
                path.read_bytes()
                continue
            # As it comes: no types, no headings, and rows that are longer or shorter than others (titles) do not matter.
            connection.execute(
                f"create table file_{number} as from read_csv(?, all_varchar = true, header = false, delim = ',', quote = '\"', "
                "escape = '\"', null_padding = true, strict_mode = false, ignore_errors = true, parallel = false)",
                [str(path)],
            )
    return time.perf_counter() - started


def _writing(contents: list[bytes], scratch: Path) -> float:
    started = time.perf_counter()
    paths = [scratch / f"written-{number}" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    spent = time.perf_counter() - started
    for path in paths:
        path.unlink()
    return spent
