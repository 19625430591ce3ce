"""OSV's records of PyPI packages, and which of the pinned versions they speak of."""

from __future__ import annotations

import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

KNOWN_TO_ALL = ("jinja2", "2.10")
"""A release that every copy of the database knows to be vulnerable (CVE-2019-10906): a file that does not is not the database."""
_MOST_BYTES = 8 * 1024 * 1024
"""Of one record, unpacked: the largest seen lists the versions of many packages in less than a tenth of it."""


class NotTheDatabaseError(Exception):
    """The file cannot be what advisories are looked up in; the message says why."""


@dataclass(frozen=True)
class Finding:
    """A pinned version that an advisory speaks of."""

    package: str
    version: str
    ids: frozenset[str]
    """Of the advisory: its own and its aliases (``GHSA-…``, ``PYSEC-…``, ``CVE-…``, ``MAL-…``)."""
    said: str

    def __str__(self) -> str:
        return f"{self.package} {self.version}: {', '.join(sorted(self.ids))}: {self.said}"


@dataclass(frozen=True)
class Advisories:
    """The records by canonical name of package, and the day of the newest, ``2026-11-28``."""

    by_package: Mapping[str, list[dict[str, Any]]]
    count: int
    newest: str

    def findings(self, pinned: Iterable[tuple[str, str]]) -> list[Finding]:
        """What is known of pairs of name and version. Two records of one matter, told by their aliases, are one finding."""
        found: list[Finding] = []
        for name, version in sorted(set(pinned)):
            for record in self.by_package.get(canonicalize_name(name), ()):
                if not _speaks_of(record, name, version):
                    continue
                ids = frozenset([record["id"], *record.get("aliases", [])])
                if not any((each.package, each.version) == (name, version) and each.ids & ids for each in found):
                    said = record.get("summary") or " ".join(record.get("details", "").split())[:120]
                    found.append(Finding(name, version, ids, said or "no words are given"))
        return found


def pinned(lock: Path) -> list[tuple[str, str]]:
    """Name and version of every entry of a lock."""
    return re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)


def read_advisories(path: Path) -> Advisories:
    """Read OSV's export (``PyPI/all.zip``).

    Raises:
        NotTheDatabaseError: no zip, a record that is none, or a file that does not know what every copy knows.
    """
    by_package: dict[str, list[dict[str, Any]]] = defaultdict(list)
    newest, count = "", 0
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                if entry.file_size > _MOST_BYTES:
                    raise NotTheDatabaseError(f"{entry.filename} in it is of {entry.file_size:,} bytes")
                record = json.loads(archive.read(entry))
                count += 1
                newest = max(newest, record["modified"][:10])
                if "withdrawn" not in record:
                    for name in {each["package"]["name"] for each in _of_pypi(record)}:
                        by_package[canonicalize_name(name)].append(record)
    except (OSError, zipfile.BadZipFile, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotTheDatabaseError(f"it cannot be read: {type(error).__name__}: {error}") from error
    advisories = Advisories(by_package, count, newest)
    if not advisories.findings([KNOWN_TO_ALL]):
        raise NotTheDatabaseError(f"its {count:,} records do not know {' '.join(KNOWN_TO_ALL)} to be vulnerable")
    return advisories


def _of_pypi(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [each for each in record.get("affected", []) if each.get("package", {}).get("ecosystem") == "PyPI"]


def _speaks_of(record: Mapping[str, Any], name: str, version: str) -> bool:
    """Whether the record's versions or ranges hold the version. One that cannot be understood does: it is for a person to read."""
    for affected in _of_pypi(record):
        if canonicalize_name(affected["package"]["name"]) != canonicalize_name(name):
            continue
        if any(_same(each, version) for each in affected.get("versions", [])):
            return True
        for each in affected.get("ranges", []):
            if each.get("type") == "ECOSYSTEM" and _is_within(each.get("events", []), Version(version)):
                return True
    return False


def _same(one: str, other: str) -> bool:
    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return one == other


def _is_within(events: Iterable[Mapping[str, str]], version: Version) -> bool:
    """The schema's own algorithm: events in the order of their versions, each of which begins or ends a time of being affected."""
    try:
        ordered = sorted(((Version(at), kind) for event in events for kind, at in event.items()), key=lambda each: each[0])
    except InvalidVersion:
        return True
    is_affected = False
    for at, kind in ordered:
        if kind == "introduced" and version >= at:
            is_affected = True
        elif (kind == "fixed" and version >= at) or (kind == "last_affected" and version > at):
            is_affected = False
    return is_affected
