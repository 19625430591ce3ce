"""The API of Explore Education Statistics: data sets, their versions in pages, what changed, and the CSV of a version.

Seen in dfe-analytical-services/explore-education-statistics
(src/explore-education-statistics-api-docs/source/openapi-v1.json and the view models). Values are made up.
"""

from __future__ import annotations

import gzip
import math
import uuid
from dataclasses import dataclass, field
from typing import Any

from tests.support.publisher.answer import Answer, as_json

PREFIX = "/statistics/v1/data-sets/"
LARGEST_PAGE = 20

_KINDS = ("filters", "filterOptions", "geographicLevels", "indicators", "locationGroups", "locationOptions", "timePeriods")
_PROBLEM = "application/problem+json"


@dataclass
class DataSet:
    """A data set: its versions, newest first, and the CSV of each."""

    id: str
    title: str
    versions: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    def publish(self, version: str, content: bytes, *, period: str, published: str, status: str) -> None:
        """List a version: "Published", "Deprecated" or "Withdrawn"; 2.1.1 is a patch."""
        header = content.decode("utf-8-sig", errors="replace").partition("\n")[0].strip().split(",")
        about = {
            "version": version,
            "type": "Major" if version.partition(".")[2] in ("0", "0.0") else "Minor",
            "status": status,
            "published": f"{published}T09:30:00+00:00",
            "withdrawn": f"{published}T12:00:00+00:00" if status == "Withdrawn" else None,
            "notes": "",
            "totalResults": content.count(b"\n") - 1,
            "file": {"id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.id}@{version}"))},
            "release": {"title": f"Academic year {period}", "slug": period.replace("/", "-")},
            "timePeriods": {"start": period, "end": period},
            "geographicLevels": ["School"],
            "filters": ["Breakdown"],
            "indicators": header[-3:],
        }
        self.versions.insert(0, about)
        self.files[version] = content

    def answer(self, rest: str, query: dict[str, list[str]]) -> Answer:
        """What is answered below the data set's own address (``rest``)."""
        latest = next((each for each in self.versions if each["status"] == "Published"), self.versions[0])
        if rest == "":
            return as_json(self._about(latest))
        if rest == "versions":
            return self._page(query)
        if rest == "meta":
            return as_json(_meta())
        if rest == "csv":
            return self._csv(query.get("dataSetVersion", [latest["version"]])[0])
        version, _, what = rest.removeprefix("versions/").partition("/")
        about = next((each for each in self.versions if each["version"] == version), None)
        if about is None or what not in ("", "changes"):
            return not_found()
        return as_json(about if what == "" else _changes(about))

    def _about(self, latest: dict[str, Any]) -> dict[str, Any]:
        """The data set, with the latest version in short: without type, status, notes and release."""
        short = ("version", "published", "totalResults", "file", "timePeriods", "geographicLevels", "filters", "indicators")
        return {
            "id": self.id,
            "title": self.title,
            "summary": "",
            "status": "Published",
            "supersedingDataSetId": None,
            "latestVersion": {name: latest[name] for name in short},
        }

    def _page(self, query: dict[str, list[str]]) -> Answer:
        page, size = (int(query.get(name, [usual])[0]) for name, usual in (("page", "1"), ("pageSize", "10")))
        if not 1 <= size <= LARGEST_PAGE:
            detail = {"value": size, "from": 1, "to": LARGEST_PAGE}
            message = f"Must be between 1 and {LARGEST_PAGE}."
            error = {"message": message, "path": "pageSize", "code": "InclusiveBetween", "detail": detail}
            kind = "https://tools.ietf.org/html/rfc9110#section-15.5.1"
            title = "One or more validation errors occurred."
            return as_json({"title": title, "type": kind, "status": 400, "errors": [error]}, _PROBLEM, 400)
        total = len(self.versions)
        paging = {"page": page, "pageSize": size, "totalResults": total, "totalPages": math.ceil(total / size)}
        return as_json({"paging": paging, "results": self.versions[(page - 1) * size : page * size]})

    def _csv(self, version: str) -> Answer:
        """The CSV, packed whatever the client accepts; without an ETag or a date, and never a part of it."""
        if version not in self.files:
            return not_found()
        headers = {"Content-Encoding": "gzip", "Content-Disposition": f'attachment; filename="{self.title}.csv"'}
        return Answer(gzip.compress(self.files[version], mtime=0), "text/csv", headers=headers, is_dated=False)


def not_found() -> Answer:
    """The answer for what is not there."""
    kind = "https://tools.ietf.org/html/rfc9110#section-15.5.5"
    return as_json({"title": "Not Found", "type": kind, "status": 404}, _PROBLEM, 404)


def _changes(about: dict[str, Any]) -> dict[str, Any]:
    """What changed with a version; of what did not there is a null, not nothing."""
    none: dict[str, Any] = dict.fromkeys(_KINDS)
    indicator = {"id": "enXo9", "column": "avg_att8", "label": "Average Attainment 8 score", "unit": "", "decimalPlaces": 1}
    period = {"code": "AY", "period": "2023/2024", "label": about["timePeriods"]["end"]}
    is_major = about["type"] == "Major"
    return {
        "versionNumber": about["version"],
        "notes": about["notes"],
        "majorChanges": none | ({"indicators": [{"previousState": indicator}]} if is_major else {}),
        "minorChanges": none | {"timePeriods": [{"currentState": period}]},
        "patchHistory": [],
    }


def _meta() -> dict[str, Any]:
    level = {"code": "SCH", "label": "School"}
    return {
        "filters": [
            {"id": "O7CLF", "column": "breakdown", "label": "Breakdown", "hint": "", "options": [{"id": "2HnLf", "label": "Total"}]}
        ],
        "indicators": [
            {"id": "enXo9", "column": "avg_att8", "label": "Average Attainment 8 score", "unit": "", "decimalPlaces": 1}
        ],
        "geographicLevels": [level],
        "locations": [{"level": level, "options": [{"id": "3dCWP", "label": "(school)", "urn": "100000", "laEstab": "2013614"}]}],
        "timePeriods": [{"code": "AY", "period": "2023/2024", "label": "2023/24"}],
    }
