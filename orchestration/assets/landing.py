"""Landing: per group of files one step that reads, archives and loads them; its assets are the provenance and the raw tables."""

import logging
import os
from collections.abc import Iterator
from typing import Any

import dagster as dg

from orchestration import origin
from orchestration.resources import Source, Warehouse
from transforms.layouts import GROUPS, LAYOUTS
from transforms.layouts.recognise import START_BYTES, what_it_is
from warehouse import checks
from warehouse.landing import raw
from warehouse.sources.freshness import freshness
from warehouse.store import rows_as_dicts
from warehouse.time import earlier, history, previous
from warehouse.time.backfill import days_given
from warehouse.time.history import load_history
from warehouse.time.previous import load_previous
from warehouse.time.settle import settle

log = logging.getLogger("schoolmatch")

ACCEPT_CHANGES = "SCHOOLMATCH_ACCEPT_CHANGES"
"""Set to 1, a refresh is published however far it is from the one before."""
GROUP_NAME = "landing"


def key(table: str) -> dg.AssetKey:
    """The asset of a table: ``core.school`` is ``core/school``."""
    return dg.AssetKey(table.split("."))


def _run_of_refresh() -> dg.AssetsDefinition:
    """The step that comes first: which run this is, and what was found before it."""
    before = {
        **dict.fromkeys(previous.tables(), "What the refresh compared with published of it."),
        **dict.fromkeys(earlier.tables(), "What is held of an earlier time, from which the schools are followed."),
        **dict.fromkeys(history.tables(), "What every refresh of this source found, as it is kept in the home."),
    }

    @dg.multi_asset(
        name="run_of_refresh",
        specs=[
            dg.AssetSpec(
                key(raw.RUN_TABLE),
                group_name=GROUP_NAME,
                kinds={"duckdb"},
                description="One row: this run, and the drop folder its files are taken from.",
            ),
            *(
                dg.AssetSpec(key(table), group_name=table.partition(".")[0], kinds={"duckdb"}, description=text)
                for table, text in before.items()
            ),
        ],
    )
    def run_of_refresh(
        context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse], source: dg.ResourceParam[Source]
    ) -> Iterator[dg.MaterializeResult[Any]]:
        """Prepare the source, refuse a folder that lacks what is needed, note the run, and fetch what was found before."""
        settle(warehouse.place)
        checks.forget_results(warehouse.connection)
        folder = source.prepare(warehouse.place)
        for path in folder.unknown:
            with (folder.root / path).open("rb") as file:
                log.warning("not used: %s (%s)", path, what_it_is(file.read(START_BYTES), path))
        name = origin.name_of(source.source)
        if last := load_previous(warehouse.connection, warehouse.place, name, is_synthetic=folder.is_synthetic):
            log.debug("compared with %s, made from %s", last.stamp, last.source)
        load_history(warehouse.connection, warehouse.place, name, is_synthetic=folder.is_synthetic)
        day = max(days_given(folder.root), default=None)
        if since := earlier.load(warehouse.connection, warehouse.place, name, day, is_synthetic=folder.is_synthetic):
            log.info("schools are followed from %s", since)
        accepts = os.environ.get(ACCEPT_CHANGES) == "1"
        raw.note_run(
            warehouse.connection, context.run.run_id, history.next_time(warehouse.connection), name, accepts_changes=accepts
        )
        yield dg.MaterializeResult(key(raw.RUN_TABLE), metadata={"source": name, "synthetic": folder.is_synthetic})
        for table in before:
            yield dg.MaterializeResult(key(table))

    return run_of_refresh


def _landing_group(group: str) -> dg.AssetsDefinition:
    titles = {
        **{f"raw.{layout.kind}": layout.title for layout in LAYOUTS},
        **{raw.national_table(layout): f"{layout.title}, the row of England" for layout in LAYOUTS if layout.national},
        f"raw.{raw.POSTCODE_KIND}": "ONS postcode directory",
    }
    files = raw.file_table(group)
    specs = [
        dg.AssetSpec(
            key(files),
            deps=[key(raw.RUN_TABLE)],
            group_name=GROUP_NAME,
            kinds={"file"},
            description=f"One row per file of the group {group}: provenance.",
        ),
        *(
            dg.AssetSpec(
                key(table),
                deps=[key(files)],
                group_name="raw",
                kinds={"duckdb"},
                description=f"{titles[table]}: rows as published, in our columns.",
            )
            for table in raw.tables_of(group)
        ),
    ]

    # A warning only: old data is published, and called old. What must not be published is for the checks of sql/check.
    fresh = dg.AssetCheckSpec(
        f"{group}_is_fresh", asset=key(files), description="No source of the group is older than its card allows."
    )

    @dg.multi_asset(name=f"land_{group}", specs=specs, check_specs=[fresh])
    def land_group(
        warehouse: dg.ResourceParam[Warehouse], source: dg.ResourceParam[Source]
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        counts = raw.load_group(warehouse.connection, source.folder(warehouse.place), group, warehouse.place.landing)
        log.info("read %s: %s rows", group, f"{sum(counts.values()):,}")
        yield dg.MaterializeResult(key(files))
        for table, count in counts.items():
            yield dg.MaterializeResult(key(table), metadata={"dagster/row_count": count})
        rows = rows_as_dicts(warehouse.connection, f"from {files}")
        kinds = {row["kind"] for row in rows}
        looks = origin.looks(source.source, warehouse.place)
        states = [state for state in freshness(rows, raw.utc_now().date(), looks) if state.source in kinds]
        yield dg.AssetCheckResult(
            passed=not any(state.is_stale for state in states),
            check_name=fresh.name,
            asset_key=key(files),
            severity=dg.AssetCheckSeverity.WARN,
            metadata={state.title: state.state for state in states},
        )

    return land_group


def landing_assets() -> list[dg.AssetsDefinition]:
    """The run of the refresh, then a step for each group of files."""
    return [_run_of_refresh(), *(_landing_group(group) for group in (*GROUPS, raw.POSTCODE_GROUP))]
