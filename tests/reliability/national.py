"""National files with something wrong in them, through landing, the models and the checks to the statuses of every school.

A whole refresh of the genuine files comes first, and is what was published before. Each trial then reads one mutated file, with
the rows of all others as they were read before, builds the tables that lead to statuses and changes, and runs their checks. What
it publishes is held against the genuine statuses and against the oracle (``statuses.py``). Not built: allocations, cold spots,
workbooks, sensitivity."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from orchestration import definitions
from orchestration.assets.landing import landing_assets
from orchestration.assets.models import model_assets
from orchestration.resources import Source, Warehouse
from tests.conftest import REAL_DATA
from tests.reliability import statuses
from tests.reliability.crash_points import without_exports
from tests.reliability.forked import in_fork
from tests.reliability.national_mutations import FILES, National, every
from tests.reliability.small_home import work_folder
from tests.reliability.steps import CHECKS, call, run_steps
from transforms.errors import InputError
from transforms.layouts import GROUPS, LAYOUTS
from transforms.layouts.layout import Layout, Parsed
from warehouse.contract import read_contracts
from warehouse.filled import filled_model, reported
from warehouse.home import Home
from warehouse.landing import raw
from warehouse.model import load_macros
from warehouse.store import SETTINGS, literal, run

Report = Callable[[dict[str, Any]], None]
WANTED = ("mart.school_status", "mart.school", "mart.school_left_out", "mart.area_summary", "mart.change")
OF_OURS = ("mart_allocation", "mart_cold_spot", "mart_organisation", "mart_partner", "mart_similarity", "mart_median",
           "mart_withheld", "mart_area_counts", "contract_")  # fmt: skip
"""Checks of what is worked out from statuses: they and their tables are left out, as they say nothing of the files."""
HEADING = {"gias": "URN", "links": "LinkURN", "ofsted": "URN", "ks2": "school_urn", "ks2-before": "school_urn", "ks4": "school_urn"}
DRIFT = "mart_drift_"
_read: dict[tuple[str, str, str], Parsed] = {}
"""What was read of a file, by kind, path and hash: of those that are not mutated in a trial nothing is read again."""


@dataclass
class Base:
    """The genuine files, and what was published of them."""

    drop: Path
    home: Home
    product: dict[tuple[str, int], str]
    told: set[str]
    oracle: dict[int, str]
    tables: dict[str, pd.DataFrame]


def national(numbers: range, seed: int, report: Report) -> None:
    """The trials of these numbers."""
    root = work_folder("national")
    os.environ["SCHOOLMATCH_KEEP_PERSONS"] = "1"  # to take the names out of a file is two seconds a trial
    try:
        base = _base(root)
        differ = [urn for urn, status in base.oracle.items() if base.product.get(("rise", urn)) != status]
        report({"what": "national", "how": "base", "schools": len(base.oracle), "oracle_differs": len(differ), "faults": []})
        mutations = list(every())
        SETTINGS["threads"] = 1
        for number in numbers:
            _trial(root, base, mutations[number % len(mutations)], number, seed, report, set(differ))
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _base(root: Path) -> Base:
    """The genuine refresh, in a fork; what it has read is kept, so that no trial reads it again."""
    drop, home = root / "drop", Home(root / "home")
    shutil.copytree(REAL_DATA / "2025", drop)
    without_exports()
    done = in_fork(lambda: run_steps(home, drop), patience=1800)
    if done.how != "ended":
        raise RuntimeError(f"the genuine refresh has {done.how}: {done.value}")
    genuine = Layout.read

    def read(layout: Layout, content: bytes, path: str) -> Parsed:
        key = layout.kind, path, hashlib.sha256(content).hexdigest()
        return _read[key] if key in _read else genuine(layout, content, path)

    for layout in LAYOUTS:
        for path in drop.rglob("*.csv"):
            name = path.relative_to(drop).as_posix()
            if layout.matches(name) and layout.kind != "ons_boundary":
                content = path.read_bytes()
                _read[layout.kind, name, hashlib.sha256(content).hexdigest()] = genuine(layout, content, name)
    Layout.read = read
    _ = [model.reads for model in definitions.assemble().in_order]
    _steps()

    def told() -> tuple[dict[tuple[str, int], str], set[str]]:
        with duckdb.connect(home.warehouse, config=SETTINGS) as connection:
            return _statuses(connection), _told(connection)

    tables = {
        kind: statuses.table((drop / path).read_bytes(), HEADING[kind]) for kind, (path, _) in FILES.items() if kind in HEADING
    }
    return Base(drop, home, *in_fork(told).value, _oracle(tables), tables)


def _oracle(tables: dict[str, pd.DataFrame]) -> dict[int, str]:
    return statuses.statuses(tables | {"ks2": pd.concat([tables["ks2"], tables["ks2-before"]])})


def _statuses(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, int], str]:
    rows = run(connection, "select definition, urn, status from mart.school_status")
    return {(definition, urn): status for definition, urn, status in rows}


@cache
def _steps() -> tuple[Any, ...]:
    graph = definitions.assemble()
    of_files = [check for check in graph.checks if not check.name.startswith(OF_OURS)]
    wanted = {*WANTED, "mart.unknown_code", *(table for check in of_files for table in (check.on, *check.reads))}
    tables = {model.name for model in graph.needed_for(wanted)} | set(graph.parameter_tables)
    not_built = {model.name for model in graph.in_order} - tables
    checks = {check.name for check in graph.checks if check.on in tables and not not_built & set(check.reads)}
    return landing_assets(), model_assets(graph), tables, checks


def _trial(root: Path, base: Base, mutation: National, number: int, seed: int, report: Report, not_compared: set[int]) -> None:
    path, group = FILES[mutation.kind]
    folder = root / "trial"
    folder.mkdir()
    started = time.monotonic()
    content = mutation.change((base.drop / path).read_bytes(), random.Random(f"{seed} {number}"))
    drop = _with(base.drop, folder / "drop", path, content)
    done = in_fork(lambda: _published(base, Home(folder / "home"), drop, group), patience=600)
    how, text, found = done.value if done.how == "ended" else ("traceback", f"{done.how}: {done.value}", {})
    changed = (
        {key for key in base.product.keys() | found.keys() if base.product.get(key) != found.get(key)} if how == "read" else set()
    )
    faults = []
    if how == "read":
        how, fault = _judged(base, mutation, content, found, changed, not_compared, text)
        faults = [f"WRONG: {fault}"] if fault else []
    elif how == "traceback":
        faults = [f"traceback: {text[-600:]}"]
    report({
        "what": "national", "trial": number, "seed": seed, "how": how, "kind": mutation.kind, "mutation": mutation.name,
        "expected": mutation.expected, "changed": len(changed), "text": text[:300], "peak_kb": done.peak_kb,
        "seconds": round(time.monotonic() - started, 1), "faults": faults,
    })  # fmt: skip
    shutil.rmtree(folder)


def _judged(
    base: Base,
    mutation: National,
    content: bytes,
    found: dict[tuple[str, int], str],
    changed: set[Any],
    not_compared: set[int],
    told: str,
) -> tuple[str, str]:
    """What has become of a file that was taken, and what is wrong with that."""
    if mutation.expected == "fault" and changed:
        return "WRONG", f"{len(changed)} statuses have changed; " + (f"told: {told}" if told else "nothing was said")
    if mutation.expected == "same" and changed:
        return "WRONG", f"{len(changed)} statuses have changed, and the file says the same"
    if mutation.expected != "news" or mutation.kind not in HEADING:
        return "same", ""
    expected = _oracle(base.tables | {mutation.kind: statuses.table(content, HEADING[mutation.kind])})
    rise = {urn: status for (definition, urn), status in found.items() if definition == "rise"}
    differ = [urn for urn in expected.keys() | rise.keys() if urn not in not_compared and expected.get(urn) != rise.get(urn)]
    if differ:
        shown = ", ".join(f"{urn} {rise.get(urn)} not {expected.get(urn)}" for urn in sorted(differ)[:3])
        return "WRONG", f"{len(differ)} statuses are not as the oracle says ({shown})"
    return "changed" if changed else "same", ""


def _with(genuine: Path, drop: Path, path: str, content: bytes) -> Path:
    """The folder with one file in place of another; of the others no byte is copied."""
    shutil.copytree(genuine, drop, copy_function=os.link)
    (drop / path).unlink()
    (drop / path).write_bytes(content)
    return drop


def _published(base: Base, home: Home, drop: Path, group: str) -> tuple[str, str, dict[tuple[str, int], str]]:
    """What would be published: statuses; or the words with which it is refused or held."""
    home.root.mkdir()
    for name in ("published", "history"):
        (home.root / name).symlink_to(base.home.root / name)
    landing, models, tables, checks = _steps()
    by_name = {assets.node_def.name: assets for assets in landing}
    with duckdb.connect(home.warehouse, config=SETTINGS) as connection:
        warehouse, source = Warehouse(home, connection), Source(str(drop))
        run(connection, f"attach {literal(base.home.warehouse)} as base (read_only)")
        load_macros(connection)
        try:
            call(by_name["run_of_refresh"], warehouse, source)
            for each in (*GROUPS, raw.POSTCODE_GROUP):
                if each == group:
                    call(by_name[f"land_{each}"], warehouse, source)
                else:
                    _as_before(connection, [raw.file_table(each), *raw.tables_of(each)])
            for assets in models:
                call(assets, warehouse, source, tables=tables, check_names=checks)
        except InputError as error:
            text = str(error)
            names = text.removeprefix(CHECKS).partition(". ")[0].split(", ") if text.startswith(CHECKS) else []
            is_held = bool(names) and all(name.startswith(DRIFT) for name in names)
            return ("held" if is_held else "refused"), text, {}
        return "read", "; ".join(sorted(_told(connection) - base.told)), _statuses(connection)


def _told(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """What a refresh would warn of: columns filled in another share of the rows, codes that no list has, notices of files."""
    filled_model([each for each in read_contracts().values() if each.name in ("school", "school_status")]).build(connection)
    notices = run(connection, "select notices from mart.source_file where notices is not null")
    return {*reported(connection), *(notice for (notice,) in notices)}


def _as_before(connection: duckdb.DuckDBPyConnection, tables: list[str]) -> None:
    for table in tables:
        run(connection, f"create schema if not exists {table.partition('.')[0]}")
        run(connection, f"create or replace view {table} as from base.{table}")
