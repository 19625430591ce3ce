"""The interactive map: static files that work on any host, and opened straight from disk.

What never changes stands in ``page/`` and is copied. The data are scripts that hand over JSON, since a page opened from disk may
not fetch anything else. MapLibre GL is copied from the package that ships it; the package lacks its licences, so that they stand in
``vendor/`` and are copied beside it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import duckdb

from exports.edition import is_named_map
from exports.map.about import about
from exports.map.areas import areas, figures, words
from exports.map.measures import read_measures
from exports.map.schools import COLUMNS, evidence_words, fact_labels, school_files
from exports.map.shapes import shapes
from exports.pages.page import STYLE, as_html
from exports.paths import OutputFolder
from transforms.errors import InputError
from warehouse.licence import LIMITS, OGL, SYNTHETIC_NOTE
from warehouse.query import ask
from warehouse.store import rows_as_dicts

_PAGE = Path(__file__).parent / "page"
_LICENCES = Path(__file__).parent / "vendor"
_MAPLIBRE = ("maplibre-gl.js", "maplibre-gl.css")


def write_site(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    *,
    status: Iterable[Mapping[str, Any]],
    stamp: str,
    is_named: bool | None = None,
) -> list[Path]:
    """Write the site into the folder, which is made; returns the paths of its files.

    ``status``: each source's state (``sources.freshness``). ``stamp``: of the published folder, which every file of data carries,
    so that a page never mixes two. ``is_named``: with the names of schools; by default as the setting says.
    """
    named = is_named_map() if is_named is None else is_named
    states = list(status)
    site, data = OutputFolder(folder), OutputFolder(folder / "data")
    for file in sorted(_PAGE.iterdir()):
        if file.is_file():
            shutil.copyfile(file, site.file(file.name))
    _copy_maplibre(folder / "vendor")
    refresh = rows_as_dicts(connection, "from mart.refresh")[0]
    measures = read_measures()
    drawn = shapes(connection)
    _write(
        data,
        "areas",
        {
            "stamp": stamp,
            "isNamed": named,
            "label": SYNTHETIC_NOTE if refresh["is_synthetic"] else None,
            "isSynthetic": bool(refresh["is_synthetic"]),
            "schoolsAsAt": _day(refresh["gias_as_at"]),
            "inspectionsAsAt": _day(refresh["ofsted_as_at"]),
            "limits": LIMITS,
            "licence": OGL,
            "stale": [state["title"] for state in states if state["is_stale"]],
            **words(connection),
            "measures": [measure.as_json() for measure in measures],
            "factLabels": fact_labels() if named else [],
            "evidence": evidence_words(connection) if named else [],
            "areas": areas(connection),
            **figures(connection, measures),
            "boxes": {code: box for each in drawn.values() for code, box in each.boxes.items()},
            "fromCells": {area_type: each.from_cells for area_type, each in drawn.items()},
        },
    )
    for area_type, each in drawn.items():
        _write(data, area_type, {"stamp": stamp, "features": each.features})
    for school_file in school_files(connection, is_named=named):
        told = {"columns": COLUMNS, "schools": school_file.schools, "pairs": school_file.pairs}
        of_authority = {"stamp": stamp, **told, "organisations": school_file.organisations}
        _write(data, f"schools/{school_file.authority}", of_authority)
    if named:
        _write(data, "names", {"stamp": stamp, "schools": _names(connection)})
    site.file("about.css").write_text(STYLE, encoding="utf-8")
    page = about(connection, refresh, states, is_named=named)
    site.file("about.html").write_text(as_html(page, stylesheet="about.css"), encoding="utf-8")
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _copy_maplibre(folder: Path) -> None:
    folder.mkdir()
    package = distribution("maplibre")  # not imported: it would look for a web framework
    for name in _MAPLIBRE:
        source = Path(str(package.locate_file(f"maplibre/srcjs/{name}")))
        if not source.is_file():
            raise InputError(
                f"The package maplibre {package.version} does not ship {name}",
                expected="MapLibre GL in its folder srcjs, as in version 0.3.6",
                do="install what requirements.lock names: make setup",
            )
        shutil.copyfile(source, folder / name)
    for licence in sorted(_LICENCES.iterdir()):
        shutil.copyfile(licence, folder / licence.name)


def _write(folder: OutputFolder, name: str, data: Mapping[str, Any]) -> None:
    """Data as a script, ``<name>.js``: ``schoolmatch.receive(name, {...})``.

    Nothing but ASCII, so that no character ends a line or a script.
    """
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=True, allow_nan=False).replace("</", "<\\/")
    folder.file(f"{name}.js").write_text(f"schoolmatch.receive({json.dumps(name)},{text});\n", encoding="ascii")


def _names(connection: duckdb.DuckDBPyConnection) -> list[list[Any]]:
    """``[urn, name, local authority's code, its name]`` of the schools that the map shows, by name: for the search."""
    return [[row["urn"], row["name"], row["la_ons_code"], row["la_name"]] for row in ask(connection, "map/names")]


def _day(day: Any) -> str | None:
    return None if day is None else f"{day:%Y-%m-%d}"
