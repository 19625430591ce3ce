"""The models of the match in either engine, from the same tables. Tables go from one to the other as Parquet."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from tests.portability.compare import Table
from tests.portability.dialect import our_macros, spark_sql
from transforms.geography import grid_disks
from warehouse.model import Model, load_macros
from warehouse.store import SETTINGS, literal

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def inputs(models: Sequence[Model]) -> list[str]:
    """The tables that the models read and do not make."""
    return sorted({name for model in models for name in model.reads} - {model.name for model in models})


def connected(warehouse: Path, tables: Sequence[str], folder: Path) -> duckdb.DuckDBPyConnection:
    """A connection in memory that holds these tables of a warehouse; ``folder`` gets them too, for the other engine."""
    connection = duckdb.connect(config=SETTINGS)
    connection.execute(f"attach {literal(str(warehouse))} as given (read_only)")
    for name in tables:
        connection.execute(f"create schema if not exists {name.partition('.')[0]}")
        connection.execute(f"create table {name} as from given.{name}")
        # Spark has no unsigned numbers and would read them as decimals; an H3 cell is below 2^63
        unsigned = [column for column, kind in _columns(connection, name) if kind == "UBIGINT"]
        signed = ", ".join(f"cast({column} as bigint) as {column}" for column in unsigned)
        selected = f"* replace ({signed})" if signed else "*"
        connection.execute(f"copy (select {selected} from {name}) to {literal(str(folder / name))} (format parquet)")
    connection.execute("detach given")
    load_macros(connection)
    return connection


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    return [(name, kind) for name, kind, *_ in connection.execute(f"describe {table}").fetchall()]


def in_duckdb(connection: duckdb.DuckDBPyConnection, model: Model) -> tuple[Table, float]:
    """Its rows, and how many seconds it took to make them."""
    started = time.perf_counter()
    model.build(connection)
    seconds = time.perf_counter() - started
    return _rows(connection, f"from {model.name}"), seconds


def load(spark: SparkSession, tables: Sequence[str], folder: Path) -> None:
    """Make the tables of ``folder`` known to Spark, and the function that models share."""
    from pyspark.sql.functions import arrow_udf

    for name in tables:
        spark.sql(f"create database if not exists {name.partition('.')[0]}")
        spark.sql(f"create table {name} using parquet location '{folder / name}'")
    spark.udf.register("h3_grid_disk", arrow_udf(signed_grid_disks, "array<bigint>"))


def signed_grid_disks(cells: pa.Array, rings: pa.Array) -> pa.Array:
    """The function of DuckDB's h3_grid_disk over cells as signed numbers."""
    return grid_disks(cells.cast(pa.uint64()), rings).cast(pa.list_(pa.int64()))


def in_spark(spark: SparkSession, model: Model, folder: Path) -> tuple[Table, float]:
    """Its rows, and how many seconds it took to make them. The table stays, for the models after it."""
    query = spark_sql(model, our_macros())
    spark.sql(f"create database if not exists {model.schema}")
    started = time.perf_counter()
    spark.sql(f"create table {model.name} using parquet location '{folder / model.name}' as {query}")
    seconds = time.perf_counter() - started
    with duckdb.connect(config=SETTINGS) as connection:
        return _rows(connection, f"from read_parquet({literal(str(folder / model.name / '*.parquet'))})"), seconds


def _rows(connection: duckdb.DuckDBPyConnection, question: str) -> Table:
    rows = connection.execute(question).fetchall()
    assert connection.description
    return Table(tuple(column[0] for column in connection.description), rows)
