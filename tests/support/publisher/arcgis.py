"""ArcGIS Online as ONS uses it: an item of the portal says where a service is; its layer's rows come in pages, as JSON or GeoJSON.

An error comes with status 200. The keys were seen in answers of other services of ArcGIS Online, the texts of errors there too; the
fields are ONS's.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from tests.support.publisher.answer import Answer, as_json

SERVICES = "/ESMARspQHYMw9BZ9/arcgis/rest/services/"
ITEMS = "/sharing/rest/content/items/"

_SQUARE = {"type": "Polygon", "coordinates": [[[0, 51], [1, 51], [1, 52], [0, 51]]]}


@dataclass
class Layer:
    """A layer: its rows, and the most that come at a time (``maxRecordCount``).

    ``has_shapes``: each row has a boundary: that of ``shapes`` under its code, else a square. ``tells_more_above``: GeoJSON says
    "exceededTransferLimit" above its features, as some services do, instead of in the properties of the collection.
    """

    name: str
    rows: list[dict[str, Any]]
    most: int
    has_shapes: bool = False
    tells_more_above: bool = False
    shapes: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def id_field(self) -> str:
        """The field of the rows' own numbers."""
        return "FID" if self.has_shapes else "ObjectId"

    def about(self) -> dict[str, Any]:
        """The layer's own page."""
        return {
            "currentVersion": 11.2,
            "id": 0,
            "name": self.name,
            "type": "Feature Layer" if self.has_shapes else "Table",
            "displayField": self._names()[0],
            "relationships": [],
            "advancedQueryCapabilities": {"supportsPagination": True, "supportsOrderBy": True, "supportsDistinct": True},
            "objectIdField": self.id_field,
            "uniqueIdField": {"name": self.id_field, "isSystemMaintained": True},
            "globalIdField": "",
            "fields": [_field(name) for name in (*self._names(), self.id_field)],
            "maxRecordCount": self.most,
            "standardMaxRecordCount": 32000,
            "supportedQueryFormats": "JSON, geoJSON, PBF",
            "capabilities": "Query,Extract",
        }

    def query(self, query: dict[str, list[str]]) -> Answer:
        """The rows asked for: those of ``where``, in order, as many as the service pleases."""
        given = {name: values[0] for name, values in query.items()}
        known = [*self._names(), self.id_field]
        fields = known if given.get("outFields") == "*" else list(filter(None, given.get("outFields", "").split(",")))
        order = [each.split()[0] for each in filter(None, given.get("orderByFields", "").split(","))]
        for name in (*fields, *order):
            if name not in known:
                return error(
                    400, "Cannot perform query. Invalid query parameters.", f"'Invalid field: {name}' parameter is invalid"
                )
        where = re.fullmatch(r"(\w+) LIKE '(\w*)%'|1=1", given.get("where", ""))
        if where is None or (where[1] and where[1] not in known):
            return error(400, "Cannot perform query. Invalid query parameters.", "'where' clause is invalid")
        rows = [row | {self.id_field: number} for number, row in enumerate(self.rows, start=1)]
        rows = [row for row in rows if not where[1] or str(row[where[1]]).startswith(where[2])]
        rows.sort(key=lambda row: [row[name] for name in order])
        if given.get("returnCountOnly") == "true":
            return as_json({"count": len(rows)})
        start = int(given.get("resultOffset", "0"))
        end = start + min(int(given.get("resultRecordCount", self.most)), self.most)
        page = [({name: row[name] for name in fields}, row[self.id_field]) for row in rows[start:end]]
        more = {"exceededTransferLimit": True} if end < len(rows) else {}
        return as_json(self._collection(page, more) if given.get("f") == "geojson" else self._rows(page, fields, more))

    def _collection(self, page: list[tuple[dict[str, Any], int]], more: dict[str, Any]) -> dict[str, Any]:
        shapes = [self.shapes.get(str(self.rows[id_ - 1][self._names()[0]]), _SQUARE) for _, id_ in page]
        features = [
            {"type": "Feature", "id": id_, "geometry": shape, "properties": row}
            for (row, id_), shape in zip(page, shapes, strict=True)
        ]
        crs = {"type": "name", "properties": {"name": "EPSG:4326"}}
        said = more if self.tells_more_above else {"properties": more} if more else {}
        return {"type": "FeatureCollection", "crs": crs, **said, "features": features}

    def _rows(self, page: list[tuple[dict[str, Any], int]], fields: list[str], more: dict[str, Any]) -> dict[str, Any]:
        return {
            "objectIdFieldName": self.id_field,
            "uniqueIdField": {"name": self.id_field, "isSystemMaintained": True},
            "globalIdFieldName": "",
            "fields": [_field(name) for name in fields],
            **more,
            "features": [{"attributes": row} for row, _ in page],
        }

    def _names(self) -> list[str]:
        return list(self.rows[0])


def _field(name: str) -> dict[str, Any]:
    kind = "esriFieldTypeOID" if name in ("FID", "ObjectId") else "esriFieldTypeString"
    return {"name": name, "type": kind, "alias": name, "sqlType": "sqlTypeOther", "length": 9, "domain": None, "defaultValue": None}


def item(id_: str, name: str, url: str, modified: int) -> Answer:
    """An item of the portal that is a service."""
    return as_json(
        {
            "id": id_,
            "owner": "ONSGeography_data",
            "orgId": "ESMARspQHYMw9BZ9",
            "created": 1723116907000,
            "modified": modified,
            "guid": None,
            "name": name,
            "title": name.replace("_", " "),
            "type": "Feature Service",
            "typeKeywords": ["ArcGIS Server", "Data", "Feature Access", "Feature Service", "Table", "Hosted Service"],
            "description": None,
            "tags": [],
            "extent": [[-6, 49.9], [2, 56]],
            "spatialReference": None,
            "culture": "en-gb",
            "url": url,
            "access": "public",
        }
    )


def error(code: int, message: str, *details: str, message_code: str | None = None) -> Answer:
    """An error, with status 200."""
    told = {"code": code, "message": message, "details": list(details)}
    return as_json({"error": told | ({"messageCode": message_code} if message_code else {})}, "application/json;charset=utf-8")


def missing_item() -> Answer:
    """The answer for an item that is not there, or is nobody's to see."""
    return error(400, "Item does not exist or is inaccessible.", message_code="CONT_0001")


def invalid_url() -> Answer:
    """The answer for a service that is not there."""
    return error(400, "Invalid URL", "Invalid URL")


def wales(rows: list[dict[str, Any]], count: int = 3) -> list[dict[str, Any]]:
    """Rows of Wales like the first of these: ONS's tables are of England and Wales, its boundaries of the United Kingdom."""
    first = json.dumps(rows[0])
    return [json.loads(re.sub(r'"E(\d\d)\d+"', rf'"W\g<1>{number:06}"', first)) for number in range(count)]
