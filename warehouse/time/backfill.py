"""Figures of years gone by: what a refresh on the day of an old GIAS extract would have found for each area.

For each extract the tables up to ``mart.area_summary`` are built, by the same SQL, in a warehouse that is gone afterwards, from
what was known on that day (``warehouse/landing/as_of.py``). The figures join the history of a source
(``warehouse/time/history.py``): the next refresh publishes them in ``mart.area_history``, and ``area_trend`` begins with them.
What is
needed to follow the schools of the day is held too (``warehouse/time/earlier.py``).
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import duckdb

from transforms.errors import InputError
from transforms.layouts import GROUPS, Layout, layout_for
from transforms.layouts.gias import ESTABLISHMENT
from transforms.layouts.layout import date_in_name
from warehouse.graph import Graph, assemble
from warehouse.home import Home
from warehouse.landing import raw
from warehouse.landing.archive import SYNTHETIC_MARKER, read_whole
from warehouse.landing.as_of import FolderOf
from warehouse.landing.kept import mark_published
from warehouse.publish import new_stamp
from warehouse.sources.by_hand import refuse_mixture
from warehouse.sources.cards import read_cards
from warehouse.store import alone, literal, run, scratch
from warehouse.time import earlier, history
from warehouse.time.passing import build_passing
from warehouse.time.settle import settle

log = logging.getLogger("schoolmatch")

AREAS, REFRESH = "mart.area_summary", "mart.refresh"


@dataclass(frozen=True)
class Filled:
    """A day whose figures were filled in: on what data, of how many schools, how many in need by definition; or the problem.

    None of a definition: it cannot be told of any phase.
    """

    day: date
    ofsted_as_at: date | None = None
    schools: int = 0
    in_need: dict[str, int | None] | None = None
    problem: str | None = None


def backfill(home: Home, source: str, own: Path, given: Path) -> list[Filled]:
    """Fill in the figures of every GIAS extract in the folder ``given``, the oldest first, and keep those that could be found.

    ``source``: whose history it is, as ``mart.refresh.source`` names it; ``own``: its drop folder, whose releases and results are
    known too. A refresh of this home waits meanwhile. Left out are days of which a refresh of the source has told itself; an
    extract that cannot be used does not stop the others. Raises InputError where there is none at all, where two files that differ
    tell of one date, or where one of the folders is invented and the other is not.
    """
    refuse_mixture(given, own)
    graph, filled = assemble(), list[Filled]()
    results_after = {card.kind: timedelta(days=card.delay_days) for card in read_cards().values()}
    with alone(home), _together(given, own) as (root, days):
        settle(home)
        is_synthetic = (root / SYNTHETIC_MARKER).exists()
        told = _days_told(home, source, is_synthetic=is_synthetic)
        for day in days:
            if day in told:
                log.info("%s: a refresh has told of that day itself", day)
                continue
            try:
                with tempfile.TemporaryDirectory(prefix="schoolmatch-backfill-") as kept:
                    found = _find(
                        graph, FolderOf(root, day, results_after), home, source, Path(kept) / "found", is_synthetic=is_synthetic
                    )
                    keep(home, source, [Path(kept) / "found"], is_synthetic=is_synthetic)
                log.info("%s: %s schools, Ofsted as at %s", day, f"{found.schools:,}", found.ofsted_as_at)
            except (InputError, OSError) as error:
                found = Filled(day, problem=str(error).replace(f"{root}/", "").replace(str(root), str(given)))
            filled.append(found)
    return filled


def days_given(given: Path) -> list[date]:
    """The dates of the GIAS extracts in a folder, the oldest first. Raises InputError where there is no such folder."""
    if not given.is_dir():
        raise InputError(f"There is no folder {given}", do="check the path")
    names = [path.name for path in given.rglob("[!.]*") if path.is_file() and layout_for(path.name) is ESTABLISHMENT]
    return sorted({told for name in names if (told := date_in_name(name))})


def _days_told(home: Home, source: str, *, is_synthetic: bool) -> set[date]:
    """The dates of the extracts of which refreshes of the source have told."""
    with scratch() as connection:
        history.load_history(connection, home, source, is_synthetic=is_synthetic)
        return {day for (day,) in run(connection, "select gias_as_at from history.refresh where not coalesce(is_backfill, false)")}


_NOT_READ = {"ons_boundary", "ons_local_authority"}
"""Kinds of files that do not say of which day they tell: no figure needs boundaries, and our list knows a day's authorities."""


@contextmanager
def _together(given: Path, own: Path) -> Iterator[tuple[Path, list[date]]]:
    """A folder with links to the files of both, and the days that were given.

    Of two files of one date that of the source's own folder counts, which has been judged; the same bytes count once.
    """
    days = days_given(given)
    if not days:
        raise InputError(
            f"There is no extract of GIAS in {given}",
            expected="files such as edubasealldata20190901.csv",
            do="give the folder that holds the extracts of earlier days",
        )
    with tempfile.TemporaryDirectory(prefix="schoolmatch-backfill-") as name:
        root, seen = Path(name), _Seen({}, set())
        for folder in (own, given):
            top = root / folder.resolve().name
            if folder != own and folder.resolve().name == own.resolve().name:
                top = top.with_name(f"{top.name} given")
            for path in sorted(folder.rglob("[!.]*")) if folder.is_dir() else ():
                layout = layout_for(path.name) if path.is_file() else None
                if layout is None or layout.kind in _NOT_READ:
                    continue
                link = top / path.relative_to(folder)
                if seen.takes(layout, path, link.relative_to(root).as_posix(), is_given=folder == given):
                    link.parent.mkdir(parents=True, exist_ok=True)
                    link.symlink_to(path.resolve())
        if (given / SYNTHETIC_MARKER).exists():
            (root / SYNTHETIC_MARKER).touch()
        yield root, days


@dataclass(frozen=True)
class _Seen:
    """What files told before: by kind and date which file it was and whether it was given; and by both the bytes."""

    dated: dict[tuple[str, date], tuple[str, bool]]
    contents: set[tuple[str, date | None, str]]

    def takes(self, layout: Layout, path: Path, name: str, *, is_given: bool) -> bool:
        """Whether a file tells what none before it told. Raises InputError where two that were given tell of one date."""
        told = date_in_name(path.name)
        try:
            with path.open("rb") as file:
                content = layout.kind, told, hashlib.file_digest(file, "sha256").hexdigest()
            if is_given and "year" in layout.key:
                layout.read(read_whole(path, name), name)  # one that cannot be read would fail every day
        except (InputError, OSError) as error:
            log.warning("not used: %s (%s)", name, error)
            return False
        if content in self.contents:
            return False
        self.contents.add(content)
        if told:
            before, was_given = self.dated.setdefault((layout.kind, told), (name, is_given))
            if before != name and was_given:
                problem = f"Two files that differ tell of {told:%d %B %Y}"
                raise InputError(problem, file=f"{before} and {name}", do="take away the one that is not right")
            return before == name
        return True


def _find(graph: Graph, folder: FolderOf, home: Home, source: str, kept: Path, *, is_synthetic: bool) -> Filled:
    """Build what the day's figures are made of, check it, keep the figures as Parquet in a folder, and hold the day's schools."""
    with scratch() as connection:
        build_passing(
            connection,
            graph,
            folder,
            home.landing,
            [AREAS, REFRESH, *(f"mart.{name}" for name in earlier.READ)],
            run_id=f"backfill {folder.day}",
            at=position(folder.day),
            source=source,
            do="mend the files, or leave this extract out",
        )
        write_found(connection, kept)
        earlier.hold(connection, home, source, folder.day, is_synthetic=is_synthetic)
        ((ofsted_as_at, schools),) = run(connection, f"select ofsted_as_at, schools from {REFRESH}")
        needs = run(
            connection, f"select definition, sum(in_need) from {AREAS} where area_type = 'country' group by all order by all"
        )
        hashes = [sha for group in GROUPS for (sha,) in run(connection, f"select sha256 from {raw.file_table(group)}")]
    mark_published(home.landing, hashes)
    return Filled(
        folder.day, ofsted_as_at, schools, {definition: None if count is None else int(count) for definition, count in needs}
    )


def position(day: date) -> datetime:
    """Where the figures of a day stand among the refreshes: at its beginning."""
    return datetime.combine(day, time())


def write_found(connection: duckdb.DuckDBPyConnection, kept: Path) -> None:
    """Write a day's figures, and what its data speaks of, into a new folder."""
    kept.mkdir()
    for table in (AREAS, REFRESH):
        run(connection, f"copy {table} to {literal(kept / f'{table}.parquet')} (format parquet)")


def keep(home: Home, source: str, found: list[Path], *, is_synthetic: bool) -> None:
    """Put figures that were written among those that are kept, each at its day: what was found for that day before is replaced.

    The caller sees to it that no other process does so meanwhile.
    """
    with scratch() as connection, tempfile.TemporaryDirectory(prefix="schoolmatch-history-") as written:
        history.load_history(connection, home, source, is_synthetic=is_synthetic)
        for folder in found:
            _insert(connection, folder)
        for contract in history.kept_contracts():
            target = literal(Path(written) / f"{contract.name}.parquet")
            order = ", ".join(contract.key)
            run(connection, f"copy (from {contract.kept_as} order by {order}) to {target} (format parquet)")
        with history.keeping(home, source, new_stamp(home), Path(written), is_synthetic=is_synthetic):
            pass


def _insert(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Tell every refresh's figures anew, one row each, with the new ones among them, and put rows that go on together again."""
    contracts = {contract.name: contract for contract in history.kept_contracts()}
    area, refresh = contracts["area_history"], contracts["refresh_history"]
    areas, about = (literal(folder / f"{table}.parquet") for table in (AREAS, REFRESH))
    run(connection, f"delete from {refresh.kept_as} where refreshed_at = (select started_at from {about})")
    known = [name for name in refresh.columns if name not in ("refreshed_at", "is_backfill")]
    run(
        connection,
        f"insert into {refresh.kept_as} by name "
        f"select started_at as refreshed_at, true as is_backfill, {', '.join(known)} from {about}",
    )
    identity, values = history.identity_and_values(area)
    own = ", ".join([*identity, *values])
    run(
        connection,
        f"""create or replace temp table told_anew as
        with refreshes as (
            select
                refreshed_at, row_number() over (order by refreshed_at) as number,
                lead(refreshed_at, 1, timestamp 'infinity') over (order by refreshed_at) as next_at
            from (select refreshed_at from {refresh.kept_as} union select valid_from from {area.kept_as})
        ),
        told as (
            select {own}, refreshes.*
            from refreshes
            inner join {area.kept_as} as kept
                on
                    kept.valid_from <= refreshes.refreshed_at
                    and (kept.valid_to is null or kept.valid_to > refreshes.refreshed_at)
            where refreshes.refreshed_at <> (select started_at from {about})
            union all
            select {", ".join(history.as_kept(area))}, refreshes.*
            from {areas}
            inner join refreshes on refreshes.refreshed_at = (select started_at from {about})
        ),
        numbered as (
            select *, number - row_number() over (partition by {own} order by number) as stretch from told
        )
        select {own}, min(refreshed_at) as valid_from, nullif(max(next_at), timestamp 'infinity') as valid_to
        from numbered
        group by {own}, stretch""",
    )
    run(connection, f"delete from {area.kept_as}")
    run(connection, f"insert into {area.kept_as} by name from told_anew")
