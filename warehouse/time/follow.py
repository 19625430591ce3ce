"""What became of the schools of one vintage in another one: ``sql/follow/`` over tables of both.

A vintage is a published folder, or a drop folder, of which what is needed is built in a database that is gone afterwards; nothing
that is published is touched. The later one tells the links by which schools have changed their URN. What does not belong here: how
far gains can be told (``transforms/outcomes.py``), how the page looks (``exports/pages/follow.py``).
"""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import duckdb

from transforms.errors import InputError
from transforms.outcomes import BAND, FROM_OTHERS, GAIN, NEAR_BAND, NEIGHBOURS
from warehouse.graph import FOLLOW, assemble
from warehouse.landing.archive import DropFolder
from warehouse.model import load_macros
from warehouse.publish import DUCKDB_FILE
from warehouse.reference import load_reference
from warehouse.sealed import read_only
from warehouse.store import in_memory, literal, passing, rows_as_dicts, run
from warehouse.time import earlier
from warehouse.time.passing import build_passing

_ABOUT = "mart.refresh"
_TOLD = ("mart.outcome", "mart.outcome_group", "mart.outcome_gain")
_LATER = {
    "core.school": ("mart.school", earlier.READ["school"]),
    # those that are left out alone are looked up in it
    "core.establishment": ("mart.school_left_out", ("urn", "left_out_because")),
    "match.school_status": ("mart.school_status", earlier.READ["school_status"]),
    "raw.gias_link": ("mart.establishment_link", ("urn", "link_urn", "link_type")),
}
"""What is read of the later vintage, where a published folder has it, and which of its columns."""


@dataclass(frozen=True)
class Vintage:
    """A published folder or a drop folder, and the DuckDB file with its tables: as at which days they tell, of which years."""

    folder: Path
    file: Path
    is_published: bool
    is_synthetic: bool
    gias_as_at: date
    ofsted_as_at: date | None
    ks2_year: int | None
    ks4_year: int | None


@dataclass(frozen=True)
class Followed:
    """Two vintages and what became of the schools of the first.

    ``outcomes``: a row per definition, phase and group, as of ``mart.outcome_group``, with the figures of ``mart.outcome_gain`` by
    measure (``less_band_places, less_band_lower …``; None where none is told); ``withheld``: definition and phase of which it is
    not told which schools were in need, so that nothing is asked; ``titles``: of the definitions; ``groups``: what they are called.
    """

    earlier: Vintage
    later: Vintage
    outcomes: list[dict[str, Any]]
    withheld: list[dict[str, Any]]
    titles: dict[str, str]
    groups: list[dict[str, Any]]
    connection: duckdb.DuckDBPyConnection


@contextmanager
def follow(earlier_folder: Path, later_folder: Path) -> Iterator[Followed]:
    """Open or build both vintages, and what became of the schools of the first; the connection holds ``mart.outcome*``.

    Raises InputError where a folder cannot be used, where one is invented and the other is not, and where the second is not the
    later.
    """
    with tempfile.TemporaryDirectory(prefix="schoolmatch-follow-") as name:
        then, now = _vintages(earlier_folder, later_folder, Path(name))
        if then.is_synthetic != now.is_synthetic:
            raise InputError(
                f"One of {earlier_folder} and {later_folder} is invented and the other is not",
                do="give two that are real, or two samples",
            )
        if then.gias_as_at >= now.gias_as_at:
            raise InputError(
                f"The schools to follow are those of {then.gias_as_at:%d %B %Y}, and the others are of {now.gias_as_at:%d %B %Y}",
                expected="--from the earlier, --to the later",
                do="give them the other way round, where they were mixed up",
            )
        with in_memory(temp_directory=str(Path(name) / "spill")) as connection:
            load_macros(connection)
            load_reference(connection)
            _attach(connection, then, now)
            if not run(connection, "from raw.gias_link limit 1"):
                raise InputError(
                    "The later folder has no links between establishments, so that no school that changed its URN would be found",
                    file=str(later_folder),
                    expected="links_edubasealldata….csv of GIAS",
                    do="download it beside the list of establishments",
                )
            build_outcomes(connection)
            yield Followed(
                then,
                now,
                outcomes_of(connection),
                rows_as_dicts(
                    connection,
                    "select definition, phase from earlier.question "
                    "where question = 'in_need' and withheld_because is not null order by all",
                ),
                dict(run(connection, "select definition, title from earlier.definition")),
                rows_as_dicts(connection, "from reference.help_group order by grouping, place"),
                connection,
            )


def build_outcomes(connection: duckdb.DuckDBPyConnection) -> None:
    """Build ``follow.*`` and ``mart.outcome*`` from both vintages."""
    for model in assemble().in_order:
        if model.schema == FOLLOW or model.name in _TOLD:
            model.build(connection)


def outcomes_of(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The rows of ``mart.outcome_group``, each with its figures of ``mart.outcome_gain``; None where none is told."""
    gains: dict[tuple[str, ...], dict[str, Any]] = {}
    measures = [f"{less}{beside}" for less in (BAND, NEAR_BAND, NEIGHBOURS) for beside in ("", FROM_OTHERS)]
    none = {f"{measure}_{figure}": None for measure in (GAIN, *measures) for figure in ("schools", "places", "lower", "upper")}
    for row in rows_as_dicts(connection, "from mart.outcome_gain"):
        told = {"schools": row["schools"], "places": row["places"], "lower": row["places_lower"], "upper": row["places_upper"]}
        of_group = gains.setdefault(tuple(row[name] for name in _GROUP), {})
        of_group |= {f"{row['measure']}_{figure}": value for figure, value in told.items()}
    rows = rows_as_dicts(connection, "from mart.outcome_group")
    return [row | none | gains.get(tuple(row[name] for name in _GROUP), {}) for row in rows]


_GROUP = ("definition", "phase", "grouping", "help_group")


def _vintages(earlier_folder: Path, later_folder: Path, place: Path) -> tuple[Vintage, Vintage]:
    """Both, each that has to be built in a process of its own."""
    for path in (earlier_folder, later_folder):
        if not path.is_dir():
            raise InputError(
                f"There is no folder {path}", do="give a published folder, or one with the publishers' files of the time"
            )
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as at_once:
        then = at_once.submit(_vintage, earlier_folder, place / "then", [f"mart.{name}" for name in earlier.READ])
        now = at_once.submit(_vintage, later_folder, place / "now", [table for table in _LATER if not table.startswith("raw.")])
        return then.result(), now.result()


def _vintage(folder: Path, target: Path, tables: list[str]) -> Vintage:
    """Open a published folder, or build of a drop folder what is asked for into ``<target>.duckdb``."""
    published = folder / DUCKDB_FILE
    if published.is_file():
        with read_only(published.resolve()) as connection:
            return _told(connection, folder, published.resolve(), is_published=True)
    drop = DropFolder(folder)
    file = target.with_suffix(".duckdb")
    with passing(file) as connection:
        build_passing(
            connection,
            assemble(),
            drop,
            target / "landing",
            [*tables, _ABOUT],
            run_id=f"follow {folder.name}",
            at=datetime.combine(drop.today, time()),
            source=folder.resolve().name,
            do="mend the files of the folder",
        )
        return _told(connection, folder, file, is_published=False)


def _told(connection: duckdb.DuckDBPyConnection, folder: Path, file: Path, *, is_published: bool) -> Vintage:
    about = run(connection, f"select coalesce(is_synthetic, false), gias_as_at, ofsted_as_at, ks2_year, ks4_year from {_ABOUT}")
    return Vintage(folder, file, is_published, *about[0])


def _attach(connection: duckdb.DuckDBPyConnection, then: Vintage, now: Vintage) -> None:
    """Both by the names under which ``sql/follow/`` reads them."""
    folder = then.folder
    for name, vintage in (("then_file", then), ("now_file", now)):
        run(connection, f"attach {literal(vintage.file)} as {name} (read_only)")
    try:
        earlier.create(connection)
        earlier.copy(connection, "then_file")
        folder = now.folder
        for table, (published, columns) in _LATER.items():
            run(connection, f"create schema if not exists {table.partition('.')[0]}")
            source = published if now.is_published else table
            run(connection, f"create view {table} as select {', '.join(columns)} from now_file.{source}")
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise InputError(
            f"{folder} was published by an earlier version, which did not publish all that is needed",
            expected=str(error).splitlines()[0],
            do="refresh from its source again, or give the folder with the publishers' files of the time",
        ) from error


def write_outcome(found: Followed, folder: Path) -> Path:
    """Write ``follow.duckdb``, which holds ``mart.outcome``, ``mart.outcome_group`` and ``mart.outcome_gain``."""
    path = folder / "follow.duckdb"
    path.unlink(missing_ok=True)
    run(found.connection, f"attach {literal(path)} as written")
    try:
        run(found.connection, "create schema written.mart")
        for table in _TOLD:
            run(found.connection, f"create table written.{table} as from {table}")
    finally:
        run(found.connection, "detach written")
    return path
