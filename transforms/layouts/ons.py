"""Office for National Statistics: lookups between areas (CSV) and boundaries (GeoJSON)."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from transforms.errors import InputError
from transforms.layouts.fields import Field, parse
from transforms.layouts.layout import Column, Layout, Parsed, Reading
from transforms.layouts.table import read_layout
from transforms.layouts.text_table import FETCH_AGAIN, decode
from transforms.text import clean, shown

RURAL_URBAN = read_layout("ons_rural_urban")
RURAL_URBAN_2011 = read_layout("ons_rural_urban_2011")
LSOA_2011_2021 = read_layout("ons_lsoa_2011_2021")
LOCAL_AUTHORITY = read_layout("ons_local_authority")

# Property names carry the year of the geography: RGN22CD, CTYUA23CD, PCON24CD.
_AREA_TYPES = {"RGN": "region", "CTYUA": "local_authority", "UTLA": "local_authority", "PCON": "constituency"}


class BoundaryLayout(Layout):
    """Boundaries of one type of area, a feature a row: ``area_type, area_code, area_name, geometry`` (GeoJSON text, WGS84)."""

    def read(self, content: bytes, path: str) -> Parsed:
        """Read a GeoJSON feature collection; raises InputError when it is none or not whole, or its properties name no area."""
        collection: Any = None
        try:
            collection = json.loads(decode(content, path))
            features: list[dict[str, Any]] = list(collection["features"])
            is_part = collection.get("exceededTransferLimit") or (collection.get("properties") or {}).get("exceededTransferLimit")
            if not all(isinstance(part, dict | None) for each in features for part in (each["properties"], each["geometry"])):
                raise TypeError("a feature is none")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            # ArcGIS reports errors with status 200, so that one may lie here as a file.
            said = (
                f", but an error of the service: {str(collection['error'])[:200]}"
                if isinstance(collection, dict) and "error" in collection
                else ""
            )
            raise InputError(
                f"The file is no GeoJSON feature collection{said}",
                file=path,
                expected="boundaries with features",
                do=FETCH_AGAIN,
            ) from error
        if is_part:
            raise InputError(
                f"The file has {len(features):,} boundaries, and says that there are more",
                file=path,
                expected="every boundary (the service gives no more at a time)",
                do="download the whole layer from the portal, as GeoJSON",
            )
        if not features:
            raise InputError("The file has no boundary in it", file=path, expected="a feature for each area", do=FETCH_AGAIN)
        rows = [self._row(feature, number, path) for number, feature in enumerate(features, start=1)]
        frame = pd.DataFrame(rows, columns=[*self.schema, "row_number"])
        reading = Reading(path, tuple(features[0]["properties"]))
        for column in self.columns:
            if column.name in ("area_code", "area_name"):
                numbers = frame["row_number"].tolist()
                typed = parse(frame[column.name], column.content, file=path, column=column.name, rows=numbers)
                frame[column.name] = typed.values
                reading.notices.extend(typed.notices)
        frame = self._once(frame, reading)
        return Parsed(frame, "geojson", len(rows), reading.header, (), tuple(reading.notices))

    @staticmethod
    def _row(feature: dict[str, Any], number: int, path: str) -> tuple[str, str, str, str, int]:
        properties = feature.get("properties") or {}
        for name, code in properties.items():
            if (found := re.fullmatch(r"([A-Z]+)([0-9]{2})CD", name)) and found[1] in _AREA_TYPES:
                # JSON can hold halves of characters, which no table can
                texts = [clean(each) for each in (code, properties.get(f"{found[1]}{found[2]}NM")) if isinstance(each, str)]
                if len(texts) == 2 and all(texts) and isinstance(feature.get("geometry"), dict):
                    geometry = json.dumps(feature["geometry"], separators=(",", ":"))
                    return _AREA_TYPES[found[1]], texts[0], texts[1], geometry, number
        raise InputError(
            "A boundary does not say which area it is",
            file=path,
            row=number,
            column=shown(", ".join(properties)) if properties else "properties",
            expected="texts in properties such as RGN22CD and RGN22NM, CTYUA23CD or PCON24CD, and a geometry",
            do=f"rename the code's property, or leave {PurePosixPath(path).name} out",
        )


BOUNDARY = BoundaryLayout(
    kind="ons_boundary",
    group="ons",
    publisher="Office for National Statistics",
    title="Boundaries of areas, generalised",
    name_pattern=r".*\.geojson",
    header_has=(),
    vintages=("geojson",),
    key=("area_type", "area_code"),
    files="parts",
    origin={"geojson": ("believed", "the fields of the service, with the year in their names, as the ONS documents them")},
    columns=(
        Column("area_type", Field("text")),
        Column("area_code", Field("ons_code")),
        Column("area_name", Field("area_name")),
        Column("geometry", Field("text")),
    ),
)

LAYOUTS = (RURAL_URBAN, RURAL_URBAN_2011, LSOA_2011_2021, LOCAL_AUTHORITY, BOUNDARY)
