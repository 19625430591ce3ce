"""Publishing: one step, so that nothing half-done stays behind. Its assets are what people open."""

import logging
import time
from collections.abc import Iterator
from typing import Any

import dagster as dg
import duckdb

from exports.datapackage import write_datapackage
from exports.duckdb_file import write_duckdb
from exports.ees import write_ees
from exports.excel import write_workbooks
from exports.geoparquet import write_geoparquet
from exports.map import write_site
from exports.pages.changes import write_changes
from exports.pages.feed import write_feeds
from exports.parquet import write_parquet
from orchestration import REFRESH, origin
from orchestration.assets.landing import key
from orchestration.resources import Source, Warehouse
from transforms.errors import InputError
from warehouse import checks, clock, dictionary, filled, metrics, publish
from warehouse.graph import MART, Graph
from warehouse.landing import raw
from warehouse.licence import LIMITS, OGL
from warehouse.sources.again import tried_again
from warehouse.sources.freshness import freshness
from warehouse.store import rows_as_dicts, run
from warehouse.time import history
from warehouse.time.settle import finish

log = logging.getLogger("schoolmatch")

GROUP_NAME = "published"
EXPORTS = {
    "published.duckdb": "schoolmatch.duckdb: the tables that analysts query, with keys, comments and macros.",
    "published.parquet": "parquet/: one file per table.",
    "published.geoparquet": "geoparquet/: schools as points and, where they have landed, boundaries of areas.",
    "published.ees": "ees/: tidy CSV by the standard of the Department for Education's Explore Education Statistics.",
    "published.datapackage": "datapackage.json: every table and column of the folder in words, by Data Package 2.0.",
    "published.excel": "excel/: a workbook for England, each region and each local authority.",
    "published.changes": "changes.md, changes.html, changes.atom, feeds/: what changed since the refresh before, and why.",
    "published.site": "site/: the interactive map, as static files.",
    "published.status": "status.json: each source's date, age and state in words.",
    "published.manifest": "manifest.json: SHA-256, size and rows of every file, sources, definitions, checks.",
    "published.latest": "published/latest: points at the new folder, after everything was read back through it.",
}

_BOUNDARIES = "raw.ons_boundary"
_ALSO = {
    "published.geoparquet": (_BOUNDARIES,),
    "published.ees": (_BOUNDARIES,),
    "published.site": (_BOUNDARIES,),
    "published.datapackage": ("published.parquet", "published.geoparquet", "published.ees"),
    "published.changes": ("published.parquet",),
}
"""What an export reads beside the published tables."""

_tables = {checks.RESULTS: "Outcome of every check.", dictionary.TABLE: "Every published table and column in words."}


def _specs(graph: Graph) -> list[dg.AssetSpec]:
    mart = [key(model.name) for model in graph.models[MART]]
    recorded = [
        dg.AssetSpec(key(table), deps=mart, group_name="mart", kinds={"duckdb"}, description=text)
        for table, text in _tables.items()
    ]
    published = [
        dg.AssetSpec(
            key(name),
            deps=[*mart, *map(key, (*_tables, *_ALSO.get(name, ())))],
            group_name=GROUP_NAME,
            kinds={"file"},
            description=text,
        )
        for name, text in EXPORTS.items()
        if name not in ("published.manifest", "published.latest")
    ]
    files = [spec.key for spec in published]
    manifest, latest = key("published.manifest"), key("published.latest")
    return [
        *recorded,
        *published,
        dg.AssetSpec(manifest, deps=files, group_name=GROUP_NAME, kinds={"file"}, description=EXPORTS["published.manifest"]),
        dg.AssetSpec(latest, deps=[manifest], group_name=GROUP_NAME, kinds={"file"}, description=EXPORTS["published.latest"]),
    ]


def publishing_asset(graph: Graph) -> dg.AssetsDefinition:
    """The last step."""

    @dg.multi_asset(name="publish", specs=_specs(graph))
    def published(
        context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse], source: dg.ResourceParam[Source]
    ) -> Iterator[dg.MaterializeResult[Any]]:
        """Record checks and dictionary, write every export aside, and switch."""
        connection, home = warehouse.connection, warehouse.place
        _refuse_results_of_another_run(connection, context.run.run_id)
        results = checks.build_results(connection, graph.checks)
        words = dictionary.build_dictionary(connection)
        for sentence in filled.reported(connection):
            log.warning(sentence)
        refresh = rows_as_dicts(connection, "from mart.refresh")[0]
        is_synthetic = bool(refresh["is_synthetic"])
        stamp = publish.new_stamp(home)
        with publish.building(home, stamp) as folder:
            tables = write_duckdb(connection, folder / publish.DUCKDB_FILE, is_synthetic=is_synthetic)
            log.info("wrote %s: %s tables", publish.DUCKDB_FILE, len(tables))
            parquet = write_parquet(connection, folder / "parquet", is_synthetic=is_synthetic)
            log.info("wrote parquet/: %s files", len(parquet))
            places = write_geoparquet(connection, folder / "geoparquet", is_synthetic=is_synthetic)
            log.info("wrote geoparquet/: %s files", len(places))
            tidy = write_ees(connection, folder / "ees", is_synthetic=is_synthetic)
            log.info("wrote ees/: %s files", len(tidy))
            write_datapackage(connection, folder, is_synthetic=is_synthetic)  # after the files it describes
            files = rows_as_dicts(connection, "from mart.source_file")
            states = freshness(files, clock.now().date(), origin.looks(source.source, home))
            workbooks = write_workbooks(connection, folder / "excel", status=[vars(state) for state in states])
            log.info("wrote excel/: %s workbooks", len(workbooks))
            site = write_site(connection, folder / "site", status=[vars(state) for state in states], stamp=stamp)
            log.info("wrote site/: %s files", len(site))
            write_changes(connection, folder, is_synthetic=is_synthetic)
            feeds = write_feeds(connection, folder, before=publish.folders(home), stamp=stamp, refresh=refresh)
            log.info("wrote %s feeds", len(feeds))
            status = [state.as_json() for state in states]
            publish.write_json(folder / "status.json", {"label": refresh["label"], "sources": status})
            about = {
                "title": "schoolmatch",
                "label": refresh["label"],
                "synthetic": is_synthetic,
                "published": stamp,
                "limits": LIMITS,
                "licence": OGL,
                "refresh": refresh,
                "definitions": {item.name: item.description.model_dump() for item in graph.definitions},
                "sources": files,
                "status": status,
                "checks": rows_as_dicts(connection, f"select check_name, table_name, passed, violations from {checks.RESULTS}"),
                "tables": tables,
            }
            rows = {f"parquet/{table.removeprefix('mart.')}.parquet": count for table, count in tables.items()}
            rows["geoparquet/school.parquet"] = tables["mart.school"]
            publish.write_manifest(folder, about, rows)
            with history.keeping(home, refresh["source"], stamp, folder / "parquet", is_synthetic=is_synthetic):
                final = publish.publish(home, folder, stamp)
        finish(home, refresh["source"], stamp, files)
        log.info("published %s, and read it back", final)
        measured = metrics.Run(
            run_id=context.run.run_id,
            source=refresh["source"],
            stamp=stamp,
            seconds=time.perf_counter() - warehouse.opened,
            peak_bytes=metrics.peak_memory_bytes(),
            published_bytes=sum(path.stat().st_size for path in final.rglob("*") if path.is_file()),
            rows=tables,
            states=states,
        )
        metrics.write(home, measured)
        for state in states:
            if state.name is None and state.checked and state.next_check:
                log.warning("without %s, %s. %s", state.title, state.state, tried_again(state.next_check, state.checked))
        # Said to Dagster only now: what was written aside and not published is not there.
        yield dg.MaterializeResult(key(checks.RESULTS), metadata={"dagster/row_count": results})
        yield dg.MaterializeResult(key(dictionary.TABLE), metadata={"dagster/row_count": words})
        yield dg.MaterializeResult(key("published.duckdb"), metadata={"tables": len(tables)})
        yield dg.MaterializeResult(key("published.parquet"), metadata={"files": len(parquet)})
        yield dg.MaterializeResult(key("published.geoparquet"), metadata={"files": len(places)})
        yield dg.MaterializeResult(key("published.ees"), metadata={"files": len(tidy)})
        yield dg.MaterializeResult(key("published.datapackage"))
        yield dg.MaterializeResult(key("published.excel"), metadata={"files": len(workbooks)})
        yield dg.MaterializeResult(key("published.site"), metadata={"files": len(site)})
        yield dg.MaterializeResult(key("published.changes"))
        yield dg.MaterializeResult(key("published.status"))
        yield dg.MaterializeResult(key("published.manifest"))
        yield dg.MaterializeResult(
            key("published.latest"),
            metadata={
                "folder": dg.MetadataValue.path(str(final)),
                "schools": int(refresh["schools"]),
                **measured.as_metadata(),
            },
        )

    return published


def _refuse_results_of_another_run(connection: duckdb.DuckDBPyConnection, run_id: str) -> None:
    """Raise InputError where this run has not begun as a refresh does, which forgets all results: those that are kept would speak
    for tables that were built since, and what was accepted once, or compared with, for other changes.
    """
    if (run_id,) not in run(connection, f"select run_id from {raw.RUN_TABLE}"):
        raise InputError(
            "Nothing is published: checks were not run: this run leaves out the first step of a refresh, run_of_refresh",
            expected="each check's result of the run that publishes",
            do=f"run the whole job {REFRESH}, or: schoolmatch refresh",
        )
