"""Office for National Statistics: lookups between areas (CSV) and boundaries (GeoJSON)."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from transforms.errors import InputError
from transforms.layouts.fields import Kind
from transforms.layouts.layout import Column, Layout, Parsed
from transforms.layouts.text_table import FETCH_AGAIN, decode

PUBLISHER = "Office for National Statistics"


def _lookup(kind: str, title: str, pattern: str, header_has: str, *table: tuple[str, Kind, str], keys: int = 1) -> Layout:
    """A lookup of one vintage, ``table``: our column, its kind, ONS's heading; the first ``keys`` columns identify a row."""
    return Layout(
        kind=kind,
        group="ons",
        publisher=PUBLISHER,
        title=title,
        name_pattern=pattern,
        header_has=(header_has,),
        vintages=("lookup",),
        key=tuple(column[0] for column in table[:keys]),
        columns=tuple(Column(name, field, {"lookup": heading}) for name, field, heading in table),
    )


RURAL_URBAN = _lookup(
    "ons_rural_urban",
    "LSOA 2021 to rural-urban classification 2011",
    r"lsoa21_to_ruc11\.csv",
    "LSOA21CD",
    ("lsoa_code", "code", "LSOA21CD"),
    ("rural_urban_code", "code", "RUC11CD"),
)

RURAL_URBAN_2011 = _lookup(
    "ons_rural_urban_2011",
    "LSOA 2011 to rural-urban classification 2011",
    r"lsoa11_to_ruc11\.csv",
    "RUC11CD",
    ("lsoa_2011_code", "code", "LSOA11CD"),
    ("rural_urban_code", "code", "RUC11CD"),
)

LSOA_2011_2021 = _lookup(
    "ons_lsoa_2011_2021",
    "LSOA 2011 to LSOA 2021, exact fit",
    r"lsoa11_to_lsoa21\.csv",
    "LSOA21CD",
    ("lsoa_2011_code", "code", "LSOA11CD"),
    ("lsoa_2021_code", "code", "LSOA21CD"),
    keys=2,
)

LOCAL_AUTHORITY = _lookup(
    "ons_local_authority",
    "DfE authority number to ONS code and region",
    r"la_gias_to_ons_region_\d+\.csv",
    "la_code",
    ("la_code", "code", "la_code"),
    ("la_name", "text", "la_name"),
    ("la_ons_code", "code", "gss"),
    ("region_code", "code", "region_code"),
)

# Property names carry the year of the geography: RGN22CD, CTYUA23CD, PCON24CD.
_AREA_TYPES = {"RGN": "region", "CTYUA": "local_authority", "UTLA": "local_authority", "PCON": "constituency"}


class BoundaryLayout(Layout):
    """Boundaries of one type of area, a feature a row: ``area_type, area_code, area_name, geometry`` (GeoJSON text, WGS84)."""

    def read(self, content: bytes, path: str) -> Parsed:
        """Read a GeoJSON feature collection; raises InputError when it is none, or its properties name no area."""
        try:
            features: list[dict[str, Any]] = json.loads(decode(content, path))["features"]
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                "The file is no GeoJSON feature collection",
                file=path,
                expected="boundaries with features",
                do=FETCH_AGAIN,
            ) from error
        if not features:
            raise InputError("The file has no boundary in it", file=path, expected="a feature for each area", do=FETCH_AGAIN)
        rows = [self._row(feature, number, path) for number, feature in enumerate(features, start=1)]
        frame = pd.DataFrame(rows, columns=[*self.schema, "row_number"])
        self._refuse_twice(frame, path)
        headings = tuple(features[0]["properties"])
        return Parsed(frame, "geojson", len(rows), headings, ())

    @staticmethod
    def _row(feature: dict[str, Any], number: int, path: str) -> tuple[str, str, str, str, int]:
        properties = feature.get("properties") or {}
        for name, value in properties.items():
            if (found := re.fullmatch(r"([A-Z]+)(\d\d)CD", name)) and found[1] in _AREA_TYPES:
                geometry = json.dumps(feature["geometry"], separators=(",", ":"))
                return _AREA_TYPES[found[1]], value, properties[f"{found[1]}{found[2]}NM"], geometry, number
        raise InputError(
            "A boundary does not say which area it is",
            file=path,
            row=number,
            column=", ".join(properties) or "properties",
            expected="a property such as RGN22CD, CTYUA23CD or PCON24CD",
            do=f"rename the code's property, or leave {PurePosixPath(path).name} out",
        )


BOUNDARY = BoundaryLayout(
    kind="ons_boundary",
    group="ons",
    publisher=PUBLISHER,
    title="Boundaries of areas, generalised",
    name_pattern=r".*\.geojson",
    header_has=(),
    vintages=("geojson",),
    key=("area_type", "area_code"),
    files="parts",
    columns=(),
    output={"area_type": "varchar", "area_code": "varchar", "area_name": "varchar", "geometry": "varchar"},
)

LAYOUTS = (RURAL_URBAN, RURAL_URBAN_2011, LSOA_2011_2021, LOCAL_AUTHORITY, BOUNDARY)
