"""All workbooks of 2025 by the product, and the same cells by others: ``python -m tests.bench.workbooks``.

What the product has written is read back, and each of the others gets those cells, plain. It is then read back in turn: who has
written another number of cells is left out, and said to be.
"""

from __future__ import annotations

import gc
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from exports.excel import write_workbooks
from tests.bench.part import about, asked, published, say, write
from tests.bench.writers import WRITERS, Sheets, Writer, cells_of, read_back, width
from warehouse.home import Home
from warehouse.sealed import read_only

PRODUCT = "schoolmatch"


def main(arguments: Sequence[str] | None = None) -> int:
    """Each writes all workbooks, as often as asked, in turn."""
    options = asked("workbooks", __doc__, arguments, runs=2)
    with published(options.home) as home, tempfile.TemporaryDirectory() as folder:
        runs: dict[str, list[dict[str, float]]] = {PRODUCT: []}
        left_out: dict[str, str] = {}
        _by_the_product(home, Path(folder) / "first")  # not counted
        paths = sorted((Path(folder) / "first").rglob("*.xlsx"))
        sheets = [read_back(path) for path in paths]
        for number in range(options.runs):
            say(f"workbooks, round {number + 1}: {PRODUCT}")
            runs[PRODUCT].append(_timed([lambda at=number: _by_the_product(home, Path(folder) / f"product-{at}")]))
            for each in (each for each in WRITERS if each.name not in left_out):
                say(f"workbooks, round {number + 1}: {each.name}")
                try:
                    spent, wrong = by_another(each(), sheets, Path(folder) / "other.xlsx", proves=number == 0)
                except Exception as error:  # noqa: BLE001  # whatever a writer raises is told in the results
                    wrong = f"failed: {' '.join(str(error).split())[:200] or type(error).__name__}"
                if wrong:
                    left_out[each.name] = wrong
                    runs.pop(each.name, None)
                    continue
                runs.setdefault(each.name, []).append(spent)
        results = {
            "about": about(
                f"python -m tests.bench.workbooks --runs {options.runs}", [*(each.package for each in WRITERS), "python-calamine"]
            ),
            "workbooks": len(paths),
            "sheets": sum(map(len, sheets)),
            "cells": sum(map(cells_of, sheets)),
            "bytes": sum(path.stat().st_size for path in paths),
            "writers": runs,
            "how": {each.name: each.about() for each in WRITERS},
            "left_out": left_out,
        }
    write(results, options.json)
    return 0


def by_another(writer: Writer, books: Sequence[Sheets], path: Path, *, proves: bool) -> tuple[dict[str, float], str | None]:
    """Seconds in which a writer writes all workbooks, and what is wrong with them, if anything; ``proves``: this is looked for."""
    spent = {"wall_s": 0.0, "processor_s": 0.0}
    for sheets in books:
        prepared = writer.prepared(sheets)
        for name, seconds in _timed([lambda given=prepared: writer.write(given, path)]).items():
            spent[name] += seconds
        if proves:
            expected = cells_of(sheets) + writer.cells_beside * sum(width(rows) for _, rows in sheets)
            if (found := cells_of(read_back(path))) != expected:
                return spent, f"refused: a workbook of {expected:,} cells has {found:,}"
    return spent, None


def _by_the_product(home: Path, folder: Path) -> None:
    with read_only(Home(home).warehouse) as connection:
        write_workbooks(connection, folder)


def _timed(steps: Sequence[Callable[[], Any]]) -> dict[str, float]:
    """Seconds of the clock, and of the processor in this process and in those that it has started and waited for."""
    gc.collect()
    started, before = time.perf_counter(), _processor_s()
    for step in steps:
        step()
    return {"wall_s": time.perf_counter() - started, "processor_s": _processor_s() - before}


def _processor_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    sys.exit(main())
