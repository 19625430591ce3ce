"""What changed, as feeds to subscribe to: Atom (RFC 4287), for England, each region and each local authority.

A feed has one entry per refresh that is kept. Each is made from what its own published folder holds, and its identity and time are
those of that folder's stamp: whoever polls seldom loses none, and no entry is told twice. A refresh that changed nothing has an
entry, too: silence would look like a feed that has stopped.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5
from xml.etree import ElementTree as ET

import duckdb

from exports.edition import is_anonymous_edition
from exports.excel.scope import COUNTRY, REGION, Scope, scopes
from exports.pages.changes import FEED, HTML
from exports.paths import OutputFolder
from exports.words import in_words
from warehouse.publish import KEPT, about, stamp_time
from warehouse.query import Row, ask

log = logging.getLogger("schoolmatch")

SHOWN = 20
"""Schools that an entry names of a kind of change and definition; ``mart.change`` of that refresh has all of them."""
KINDS = ("newly_in_need", "no_longer_in_need", "partners_gained", "partners_lost")

_ATOM = "http://www.w3.org/2005/Atom"
_NAMESPACE = UUID("5d0f5c1e-6f0b-4b0e-9d53-0b7a3c2f4e18")
"""Of the identities of feeds and entries: never to be changed, as readers know entries by them."""
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CAUTION = "Read the cause first: a correction, another file or a moved threshold is no news of a school."


@dataclass(frozen=True)
class Told:
    """What one refresh told: its stamp, the stamp it was compared with (None: there was none before), and its rows."""

    stamp: str
    updated: datetime
    compared_with: str | None
    rows: Sequence[Row]


def write_feeds(
    connection: duckdb.DuckDBPyConnection, folder: Path, *, before: Iterable[Path], stamp: str, refresh: Mapping[str, Any]
) -> list[Path]:
    """Write ``changes.atom`` and ``feeds/`` into a published folder that has its Parquet files; returns the paths.

    ``before``: the published folders that are kept, the oldest first; those that are as real as this one are told, too.
    ``refresh``: the row of ``mart.refresh``.
    """
    now = Told(stamp, stamp_time(stamp), refresh["compared_with"], _rows(connection, folder))
    earlier = _earlier(connection, reversed(list(before)), is_synthetic=bool(refresh["is_synthetic"]))
    told = [now, *earlier][:KEPT]
    out, paths = OutputFolder(folder), []
    for scope in scopes(connection):
        name = feed_of(scope)
        path = out.file(name)
        feed = _feed(scope, name, told, is_synthetic=bool(refresh["is_synthetic"]))
        ET.ElementTree(feed).write(path, encoding="utf-8", xml_declaration=True)
        paths.append(path)
    return paths


def at_root(content: bytes, name: str, release: str, public: str | None) -> bytes:
    """A feed of a release as it stands where it does not move: its links lead into the release, and to itself by its address.

    ``name``: of the feed, within the release and at the root. ``release``: where that is below the root, as ``v/<stamp>``.
    ``public``: the root as readers know it; None where nobody said.
    """
    feed = ET.fromstring(content)
    for element in feed.iter():
        element.tag = element.tag.removeprefix(f"{{{_ATOM}}}")
    feed.set("xmlns", _ATOM)
    root = "../" * name.count("/")
    for link in feed.findall("link"):
        if link.get("rel") != "self":
            link.set("href", f"{root}{release}/{link.get('href', '').removeprefix(root)}")
        elif public:
            link.set("href", f"{public}/{name}")
    moved: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return moved


def feed_of(scope: Scope) -> str:
    """Where the feed of an area stands in the published folder: named as its workbook is."""
    return FEED if scope.kind == COUNTRY else f"feeds/{scope.path.removesuffix('.xlsx')}.atom"


def _rows(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[Row]:
    return ask(connection, "page/feed", {"file": str(folder / "parquet" / "change.parquet")})


def _earlier(connection: duckdb.DuckDBPyConnection, folders: Iterable[Path], *, is_synthetic: bool) -> Iterator[Told]:
    for folder in folders:
        manifest = about(folder)
        if manifest is None or bool(manifest["refresh"]["is_synthetic"]) != is_synthetic:
            continue
        try:
            rows = _rows(connection, folder)
        except duckdb.Error as error:
            log.warning("the feeds do not tell what changed with %s, which cannot be read: %s", folder.name, error)
            continue
        with suppress(ValueError):  # 30 February, of somebody's hand
            yield Told(folder.name, stamp_time(folder.name), manifest["refresh"].get("compared_with"), rows)


def _feed(scope: Scope, name: str, told: Sequence[Told], *, is_synthetic: bool) -> ET.Element:
    root = "../" * name.count("/")
    label = "Synthetic data, no real schools: " if is_synthetic else ""
    feed = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": "en-GB"})
    _add(feed, "id", f"urn:uuid:{uuid5(_NAMESPACE, f'{scope.code}/{is_synthetic}')}")
    _add(feed, "title", f"{label}schools in need, and who is near: what changed in {scope.name}")
    _add(feed, "updated", _time(told[0].updated))
    _add(_add(feed, "author"), "name", "schoolmatch")
    for relation, kind, target in (
        ("self", "application/atom+xml", name.rpartition("/")[2]),
        ("alternate", "text/html", f"{root}{HTML}"),
        ("related", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", f"{root}excel/{scope.path}"),
        ("related", "text/html", f"{root}site/index.html#area={scope.code}"),
    ):
        _add(feed, "link", None, rel=relation, type=kind, href=target)
    for each in told:
        rows = [row for row in each.rows if _is_in(row, scope)]
        entry = _add(feed, "entry")
        _add(entry, "id", f"urn:uuid:{uuid5(_NAMESPACE, f'{each.stamp}/{scope.code}/{is_synthetic}')}")
        _add(entry, "title", f"{label}{scope.name}: {_in_short(each, rows)}")
        _add(entry, "updated", _time(each.updated))
        _add(entry, "content", "".join(_content(each, rows)), type="html")
    return feed


def _add(parent: ET.Element, tag: str, text: str | None = None, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, tag, attributes)
    element.text = None if text is None else _NOT_IN_XML.sub("", text)
    return element


def _is_in(row: Row, scope: Scope) -> bool:
    return scope.kind == COUNTRY or row["region_code" if scope.kind == REGION else "la_ons_code"] == scope.code


def _in_short(told: Told, rows: Sequence[Row]) -> str:
    """Schools of each kind of change: one that changed by several definitions is counted once."""
    if told.compared_with is None:
        return "nothing was published before to compare with"
    counts = ((kind, len({row["urn"] for row in rows if row["change"] == kind})) for kind in KINDS)
    return ", ".join(f"{in_words(kind)} {count:,}" for kind, count in counts if count) or "no school in need has changed"


def _content(told: Told, rows: Sequence[Row]) -> Iterator[str]:
    """HTML: how many and why comes before the names."""
    if told.compared_with is None:
        yield f"<p>Published as {escape(told.stamp)}; there was nothing before that it could be compared with.</p>"
        return
    yield f"<p>Published as {escape(told.stamp)}, compared with {escape(told.compared_with)}. {_CAUTION}</p>"
    if not rows:
        yield "<p>No school is newly in need or no longer, and none in need has gained or lost a partner.</p>"
    for (definition, change), found in groupby(rows, lambda row: (row["definition"], row["change"])):
        schools = list(found)
        yield f"<p><b>{escape(definition)}: {in_words(change)}: {len(schools):,}</b></p><ul>"
        causes = Counter(row["cause_sentence"] or "The cause is not known." for row in schools)
        yield from (f"<li>{count:,}: {escape(cause)}</li>" for cause, count in causes.most_common())
        yield "</ul>"
        if is_anonymous_edition():
            continue
        shown = "".join(f"<li>{escape(_school(row))}</li>" for row in schools[:SHOWN])
        more = f"<p>and {len(schools) - SHOWN:,} more, in mart.change</p>" if len(schools) > SHOWN else ""
        yield f"<ul>{shown}</ul>{more}"


def _school(row: Row) -> str:
    partners = "" if row["partners"] is None else f": {row['partners']:,} partner{'' if row['partners'] == 1 else 's'}"
    return f"{row['name']} (URN {row['urn']}), {row['la_name'] or 'local authority not known'}{partners}"


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
