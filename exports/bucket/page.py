"""The page at the root of a bucket: where the map, the workbooks and the files are, and what to paste to query them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from exports.pages.changes import FEED
from exports.pages.page import Block, Code, Links, Page, Paragraph, Section, as_html
from exports.words import day_in_words
from warehouse.publish import DUCKDB_FILE, MANIFEST

PAGE = "index.html"

_FILES = (
    ("The map", "site/index.html"),
    ("The workbook of England", "excel/england.xlsx"),
    ("What changed since the refresh before, and why", "changes.html"),
    ("The same of every refresh that is kept, as a feed (Atom)", FEED),
    (f"{DUCKDB_FILE}: all tables", DUCKDB_FILE),
    ("How fresh each source is (JSON)", "status.json"),
    ("Every file, its hash, and what it was made from (JSON)", MANIFEST),
    ("Every table and column in words (JSON, Data Package)", "datapackage.json"),
)


def page(manifest: dict[str, Any], public: str | None) -> str:
    """The page as HTML. ``manifest``: of the release. ``public``: the root as readers know it; None where nobody said."""
    release = f"v/{manifest['published']}"
    refresh, files = manifest["refresh"], manifest["files"]
    as_at = " and ".join(
        f"{name} as at {day_in_words(date.fromisoformat(refresh[column]))}"
        for name, column in (("GIAS", "gias_as_at"), ("Ofsted", "ofsted_as_at"))
        if refresh.get(column)
    )
    # the feed at the root is the one that later releases go on with
    there = [(text, name if name == FEED else f"{release}/{name}") for text, name in _FILES if name in files or name == MANIFEST]

    def links(folder: str, called: Callable[[str], str]) -> Links:
        found = [PurePosixPath(name) for name in sorted(files) if name.startswith(folder)]
        return Links([(called(path.stem), f"{release}/{path}") for path in found])

    label = [Paragraph(str(manifest["label"]), kind="warning")] if manifest["synthetic"] else []
    blocks: list[Block] = [
        *label,
        Paragraph(f"Published {manifest['published']}, from {as_at}." if as_at else f"Published {manifest['published']}."),
        Section("Open"),
        Links(there),
        Section("Query it where it is"),
        Paragraph("In DuckDB, which reads the parts of the file that a query needs, over HTTPS:"),
        Code("\n".join(attach(f"{public or 'https://ADDRESS-OF-THIS-FOLDER'}/{release}/{DUCKDB_FILE}"))),
        Paragraph("This address stays as it is for as long as the release is kept; latest.json names the newest.", kind="note"),
        Section("Workbooks of regions"),
        links("excel/regions/", _area),
        Section("Workbooks of local authorities"),
        links("excel/local-authorities/", _area),
        Section("Tables as Parquet"),
        links("parquet/", str),
        Paragraph(str(manifest["limits"]), kind="note"),
        Paragraph(str(manifest["licence"]), kind="note"),
    ]
    return as_html(Page("schoolmatch: schools that need support, and high-performing schools near them", blocks))


def attach(url: str) -> list[str]:
    """The lines that a person pastes into DuckDB to query the file at an address, and a first query."""
    quoted = url.replace("'", "''")
    return [
        "install httpfs; load httpfs;",
        f"attach '{quoted}' as schoolmatch (read_only);",
        "select * from schoolmatch.mart.area_summary where area_type = 'country';",
    ]


def _area(name: str) -> str:
    """An area as a workbook's file is named after it, with capitals again: bath-and-north-east-somerset."""
    return " ".join(word if word in _SMALL else word.capitalize() for word in name.split("-"))


_SMALL = {"and", "of", "on", "the", "upon", "with"}
