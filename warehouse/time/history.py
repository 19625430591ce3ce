"""What every refresh found, kept for good: statuses of schools and figures of areas, each with the time for which it held.

``mart.status_history``, ``mart.area_history`` and ``mart.refresh_history`` carry on what was kept with what this refresh found;
once it is published, their files are what is kept: ``HOME/history/<source>/<stamp>/``. So nothing is added where nothing changed, a
refresh that is not published adds nothing, and the history outlives the published folders. Each source has its own: years, and
invented schools, never mix.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from transforms.errors import InputError
from warehouse import clock, durable
from warehouse.contract import Contract, contract_of, read_contracts
from warehouse.home import Home, name_before, name_in_home
from warehouse.model import Model
from warehouse.publish import MANIFEST, about, folders, order, stamped, verify_files, write_manifest
from warehouse.store import literal, run

log = logging.getLogger("schoolmatch")


def kept_contracts() -> list[Contract]:
    """The published tables whose rows are kept from refresh to refresh."""
    return [contract for contract in read_contracts().values() if contract.kept_as]


def history_models() -> list[Model]:
    """What carries on what is kept with what this refresh found: a table of times for each table in ``_FOUND_IN``.

    The rows of both have the same shape, identity and values and the time for which they held, so that one query serves them all;
    which columns they have is for their contracts.
    """
    return [_carried_on(contract_of(name), found_in) for name, found_in in _FOUND_IN.items()]


_FOUND_IN = {"area_history": "mart.area_summary", "status_history": "mart.school_status"}
"""Where this refresh has what is kept."""

_TIMES = ("valid_from", "valid_to")
_AS_AT = "as_at"


def _carried_on(contract: Contract, found_in: str) -> Model:
    """Rows that were over before stay; those that held go on, or end now; what is new begins now.

    Figures are compared as they are kept, to two decimals: a mean is not another because its sum was taken in another order.
    """
    identity, values = identity_and_values(contract)
    own = [*identity, *values]
    found = as_kept(contract)
    same_row = " and ".join(f"now.{name} = open.{name}" for name in identity)
    differs = f"row({_listed('now', values)}) is distinct from row({_listed('open', values)})"
    # mart.refresh_history tells which refresh read which data
    sql = f"""with now as (
    select {", ".join(found)}, (select started_at from mart.refresh) as started_at from {found_in}
),
-- as it was before this refresh, should this one have been kept already
kept as (
    select {", ".join(own)}, valid_from, nullif(valid_to, (select started_at from mart.refresh)) as valid_to
    from {contract.kept_as}
    where valid_from is distinct from (select started_at from mart.refresh)
),
open as (
    select {", ".join(own)}, valid_from from kept where valid_to is null
),
carried_on as (
    select {", ".join(own)}, valid_from, valid_to from kept where valid_to is not null
    union all
    select
        {_listed("open", own)}, open.valid_from,
        case when now.{identity[0]} is null or {differs} then (select started_at from mart.refresh) end as valid_to
    from open left join now on {same_row}
    union all
    select {_listed("now", own)}, now.started_at as valid_from, null as valid_to
    from now left join open on {same_row}
    where open.{identity[0]} is null or {differs}
)
select carried_on.*, refresh.gias_as_at as {_AS_AT}
from carried_on left join mart.refresh_history as refresh on refresh.refreshed_at = carried_on.valid_from
order by {_listed("carried_on", identity)}, carried_on.valid_from
"""
    return Model(contract.table, sql, Path(__file__), contract.row)


def identity_and_values(contract: Contract) -> tuple[list[str], list[str]]:
    """The columns that say whose figures a row holds, and the figures; not the time for which it held."""
    identity = [name for name in contract.key if name not in _TIMES]
    return identity, [name for name in contract.columns if name not in (*identity, *_TIMES, _AS_AT)]


def as_kept(contract: Contract) -> list[str]:
    """What is selected of this refresh's rows: identity and values, figures to two decimals."""
    own = [name for names in identity_and_values(contract) for name in names]
    return [f"round({name}, 2) as {name}" if contract.columns[name].type == "double" else name for name in own]


def _listed(table: str, columns: list[str]) -> str:
    return ", ".join(f"{table}.{name}" for name in columns)


def tables() -> list[str]:
    """The tables that hold what is kept, as it was before this refresh."""
    return [str(contract.kept_as) for contract in kept_contracts()]


KEPT = 2
"""The newest is the whole history; the one before it is there in case the newest is damaged."""


def _files() -> list[str]:
    return [f"{contract.name}.parquet" for contract in kept_contracts()]


def folder_of(home: Home, source: str, *, is_synthetic: bool) -> Path:
    """Where the history of a source is kept. A real drop folder named ``sample`` is another source than the sample."""
    return _folder(home, name_in_home(source), is_synthetic=is_synthetic)


def _folder(home: Home, name: str, *, is_synthetic: bool) -> Path:
    return home.history / (f"{name} (synthetic)" if is_synthetic else name)


def load_history(connection: duckdb.DuckDBPyConnection, home: Home, source: str, *, is_synthetic: bool) -> None:
    """Fill ``history.*`` with what is kept of the source.

    One that is damaged is moved aside, and what was published with it is taken, else the one before it, which is told: then what
    was found since is not in it. Raises InputError where something is kept and none of it can be read: to begin anew would lose it;
    OSError or duckdb.Error where the machine will not read (no permission, no memory), which is no damage.
    """
    create(connection)
    kept = snapshots(home, source, is_synthetic=is_synthetic)
    damaged: list[tuple[Path, InputError]] = []
    for folder in reversed(kept):
        try:
            _load(connection, folder)
        except InputError as error:
            damaged.append((folder, error))
        else:
            if damaged:
                log.warning("the history is taken from %s: what was found since is not in it", folder)
            break
        if twin := _published_with(home, folder.name, source, is_synthetic=is_synthetic):
            try:
                _load(connection, twin, within="parquet")
            except InputError as error:
                log.warning("the history in %s cannot be read either: %s", twin, error)
            else:
                log.warning("the history is taken from %s, which is the same", twin)
                break
    else:
        create(connection)
        if damaged:
            folder, why = damaged[0]
            raise InputError(
                f"The history of {source} cannot be read: {why}",
                file=str(folder),
                do=f"put {', '.join(_files())} there from a folder's parquet/, and take {MANIFEST} away; or move all of "
                f"{folder.parent} away, to begin anew",
            ) from why
    for folder, why in damaged:
        durable.set_aside(folder, home.damaged / home.history.name / folder.parent.name, str(why).splitlines()[0])


def _load(connection: duckdb.DuckDBPyConnection, folder: Path, within: str = "") -> None:
    """Fill ``history.*`` from the files of a folder, or of a folder in it, once they are as its manifest says.

    Earlier versions kept none. Raises InputError where they are not, and where such a one cannot be read.
    """
    create(connection)
    is_whole = (folder / MANIFEST).exists()
    if is_whole:
        verify_files(folder, only=[(Path(within) / name).as_posix() for name in _files()])
    for contract in kept_contracts():
        file = folder / within / f"{contract.name}.parquet"
        path = literal(file)
        try:
            run(connection, f"insert into {contract.kept_as} by name select {_known(connection, contract, path)} from {path}")
        except duckdb.Error as error:
            if is_whole or isinstance(error, duckdb.OutOfMemoryException):
                raise
            if file.is_file():
                file.open("rb").close()  # what the system refuses is no damage
            raise InputError(f"It is no table of the history: {str(error).splitlines()[0]}", file=str(file)) from error


def _published_with(home: Home, stamp: str, source: str, *, is_synthetic: bool) -> Path | None:
    """The published folder of a source with the stamp of what is kept; None where there is none."""
    for folder in folders(home):
        if folder.name == stamp and (manifest := about(folder)):
            refresh = manifest["refresh"]
            return folder if (refresh["source"], bool(refresh["is_synthetic"])) == (source, is_synthetic) else None
    return None


def can_be_kept(folder: Path) -> bool:
    """Whether a published folder has what is kept, and as it was written; earlier versions published no history."""
    names = [f"parquet/{name}" for name in _files()]
    manifest = about(folder)
    if manifest is None or not set(names) <= set(manifest["files"]):
        return False
    try:
        verify_files(folder, only=names)
    except InputError as error:
        log.warning("the history in %s cannot be kept: %s", folder, error)
        return False
    return True


def next_time(connection: duckdb.DuckDBPyConnection) -> datetime:
    """When a refresh begins (UTC, without zone), by what is kept, which is filled already: now, and later than every one before it.

    The time is what the history is in order by; where this machine's clock has gone back it is a second after the newest.
    """
    now = clock.now().replace(tzinfo=None)
    ((newest,),) = run(connection, f"select max(refreshed_at) from {contract_of('refresh_history').kept_as}")
    return max(now, newest + timedelta(seconds=1)) if newest else now


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every table of ``history``, empty."""
    run(connection, "create schema if not exists history")
    for contract in kept_contracts():
        fields = ", ".join(f"{name} {kind}" for name, kind in contract.types.items())
        run(connection, f"create or replace table {contract.kept_as} ({fields})")


def _known(connection: duckdb.DuckDBPyConnection, contract: Contract, path: str) -> str:
    """The columns of a kept file that the contract still has:

    one that it has no more is let go, one that is new is null before now.
    """
    there = [name for (name,) in run(connection, f"select column_name from (describe from {path})")]
    return ", ".join(name for name in there if name in contract.columns)


@contextmanager
def keeping(home: Home, source: str, stamp: str, parquet: Path, *, is_synthetic: bool) -> Iterator[None]:
    """Set the history of the folder that is being published aside, and keep it once the block, which publishes, has ended well.

    ``parquet``: where the published tables were written. The same stamp again takes the place of itself. It is on the disk before
    the block begins, so that no lack of space comes between; where this process is killed within it, the next refresh keeps what
    was published (``warehouse/time/settle.py``).
    """
    own = folder_of(home, source, is_synthetic=is_synthetic)
    durable.make_folder(own)
    durable.clear(own)  # of a run that was killed
    aside = own / f"{durable.BUILDING}{stamp}"
    aside.mkdir()
    try:
        for name in _files():
            shutil.copyfile(parquet / name, aside / name)
        write_manifest(aside, {_SOURCE: source}, {})
        durable.sync_tree(aside)
        yield
        if (own / stamp).exists():
            durable.remove(own / stamp)
        durable.rename(aside, own / stamp)
    finally:
        if aside.exists():
            durable.remove(aside)
    for old in [folder for folder in snapshots(home, source, is_synthetic=is_synthetic) if folder.parent == own][:-KEPT]:
        durable.remove(old)


_SOURCE = "source"
"""In the manifest of what is kept: whose it is; earlier versions did not say."""


def snapshots(home: Home, source: str, *, is_synthetic: bool) -> list[Path]:
    """What is kept of a source, the oldest first: each folder holds all that was known by then.

    Earlier versions kept sources whose names differ by a blank or such in one folder: what says there, by itself or by what was
    published with it, that it is of another is not taken.
    """
    before = name_before(source)
    names = {before, name_in_home(source)} - {""}
    found = [path for name in names for path in stamped(_folder(home, name, is_synthetic=is_synthetic))]
    if "_" in before:  # else no two had it
        found = [path for path in found if _source_of(home, path) in (source, None)]
    return sorted(found, key=lambda path: order(path.name))


def _source_of(home: Home, kept: Path) -> str | None:
    """Whose history a folder holds; None where nothing tells."""
    with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError, ValueError, AttributeError):
        if told := json.loads((kept / MANIFEST).read_bytes()).get(_SOURCE):
            return str(told)
    manifest = about(twin) if (twin := home.published / kept.name).is_dir() else None
    return str(manifest["refresh"]["source"]) if manifest else None
