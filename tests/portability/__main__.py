"""The match on Apache Spark beside DuckDB: ``python -m tests.portability``; ends with 1 where a row differs.

Every model of ``sql/match/`` runs in both engines, in the order of the job: DuckDB from the tables of a home, Spark from the same
tables and from what Spark itself made before. All columns of all rows are compared, sentences too; numbers that are not whole are
equal within 1e-9 of their size. The order of rows is not compared, nor the types of columns: Spark has no unsigned numbers.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.part import say
from tests.bench.process import run, schoolmatch
from tests.portability.cluster import NotStartedError, session
from tests.portability.compare import RELATIVE, Compared, compared
from tests.portability.engines import connected, in_duckdb, in_spark, inputs, load
from warehouse.home import Home
from warehouse.model import in_order, read_models


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it and tell; 1 where a row differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.portability", description=__doc__)
    parser.add_argument("--home", type=Path, help="a home that was refreshed, to be read; else the bundled sample is refreshed")
    asked = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # so that what it started is ended too
    models = in_order(read_models("match"))
    tables = inputs(models)
    found: dict[str, Compared] = {}
    lines = [f"{'model':<22} {'rows':>7} {'s in DuckDB':>12} {'s in Spark':>11}  equal"]
    with refreshed(asked.home) as home, tempfile.TemporaryDirectory() as folder, session(Path(folder)) as spark:
        connection = connected(home.warehouse, tables, Path(folder))
        load(spark, tables, Path(folder))
        for model in models:
            ours, in_ours = in_duckdb(connection, model)
            others, in_others = in_spark(spark, model, Path(folder))
            found[model.name] = compared(ours, others, "Spark")
            lines.append(f"{model.name:<22} {len(ours.rows):>7,} {in_ours:>12.2f} {in_others:>11.2f}  {said(found[model.name])}")
    for name, each in found.items():
        for line in each.differences:
            print(f"{name}: {line}")
    print(*lines, sep="\n")
    return int(any(each.differences for each in found.values()))


def said(result: Compared) -> str:
    """Whether the rows are equal, in words."""
    if result.differences:
        return f"NO: {len(result.differences):,} differences"
    return f"yes, {result.nearly:,} rows within {RELATIVE:g}" if result.nearly else "yes"


@contextmanager
def refreshed(given: Path | None) -> Iterator[Home]:
    """The home given; else one of the bundled synthetic sample, that is gone afterwards."""
    if given:
        yield Home(given.resolve())
        return
    with tempfile.TemporaryDirectory() as folder:
        say("refreshing the sample")
        run(schoolmatch("refresh", "--source", "sample", "--home", folder))
        yield Home(Path(folder))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except NotStartedError as error:
        sys.exit(f"{error}")
