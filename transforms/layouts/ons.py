"""Office for National Statistics: lookups between areas (CSV) and boundaries (GeoJSON)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

import pandas as pd
import shapely

from transforms.errors import InputError
from transforms.layouts.encoding import FETCH_AGAIN, decode
from transforms.layouts.fields import Field, parse
from transforms.layouts.layout import Column, Layout, Parsed
from transforms.layouts.reading import Reading, once
from transforms.layouts.table import read_layout
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
        """Read a GeoJSON feature collection.

        Raises InputError when it is none or not whole, and for a feature (its number is the row) that names no area, or whose
        shape is none, or lies elsewhere than the United Kingdom in degrees.
        """
        features = self._features(content, path)
        rows = [self._row(feature, number, path) for number, feature in enumerate(features, start=1)]
        frame = pd.DataFrame(rows, columns=[*self.schema, "row_number"])
        reading = Reading(path, tuple(features[0]["properties"]))
        for column in self.columns:
            if column.name in ("area_code", "area_name"):
                numbers = frame["row_number"].tolist()
                typed = parse(frame[column.name], column.content, file=path, column=column.name, rows=numbers)
                frame[column.name] = typed.values
                reading.notices.extend(typed.notices)
        frame = once(frame, self.key, reading)
        return Parsed(frame, "geojson", len(rows), reading.header, (), tuple(reading.notices))

    @staticmethod
    def _features(content: bytes, path: str) -> list[Any]:
        """The features of a collection that is whole."""
        collection: Any = None
        try:
            collection = json.loads(decode(content, path))
            if collection["type"] != "FeatureCollection":
                raise TypeError("another kind of GeoJSON")
            features = list(collection["features"])
            is_part = collection.get("exceededTransferLimit") or (collection.get("properties") or {}).get("exceededTransferLimit")
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
        return features

    @staticmethod
    def _row(feature: Any, number: int, path: str) -> tuple[str, str, str, str, int]:
        properties = feature.get("properties") if isinstance(feature, dict) else None
        names = properties if isinstance(properties, dict) else {}
        for name, code in names.items():
            if (found := re.fullmatch(r"([A-Z]+)([0-9]{2})CD", name)) and found[1] in _AREA_TYPES:
                told = {name: code, name[:-2] + "NM": names.get(name[:-2] + "NM")}
                texts = [_HALF_A_CHARACTER.sub(_UNSEEN, each) if isinstance(each, str) else "" for each in told.values()]
                if lacking := [name for name, text in zip(told, texts, strict=True) if not clean(text).strip()]:
                    raise _no_area(f"A boundary has nothing in {' and '.join(lacking)}", number, " and ".join(lacking), path)
                return _AREA_TYPES[found[1]], texts[0], texts[1], _shape(feature.get("geometry"), number, path), number
        column = shown(", ".join(names)) if names else "properties"
        raise _no_area("A boundary does not say which area it is", number, column, path)


_HALF_A_CHARACTER, _UNSEEN = re.compile("[\ud800-\udfff]"), "\ufffe"
"""JSON can hold halves of characters, which no table can: another that nobody sees, which is taken out and told like them."""


def _no_area(problem: str, number: int, column: str, path: str) -> InputError:
    return InputError(
        problem,
        file=path,
        row=number,
        column=column,
        expected="texts in properties such as RGN22CD and RGN22NM, CTYUA23CD or PCON24CD, and a geometry",
        do=f"rename the code's property, or leave {PurePosixPath(path).name} out",
    )


_LONGITUDES, _LATITUDES = (-9.0, 2.5), (49.0, 61.5)
"""The United Kingdom in degrees: England, and what else a layer of the portal may hold."""

_POLYGONS = ("Polygon", "MultiPolygon")


def _shape(geometry: Any, number: int, path: str) -> str:
    """The geometry as text. Raises InputError for one that is no area, or elsewhere."""
    text = json.dumps(geometry, separators=(",", ":"))
    try:
        if not isinstance(geometry, dict) or geometry.get("type") not in _POLYGONS:
            raise ValueError("no polygon")
        shape = shapely.from_geojson(text)
        bounds = shape.bounds
    except (ValueError, shapely.errors.ShapelyError) as error:
        said = geometry.get("type", "something else") if isinstance(geometry, dict) else "none"
        raise InputError(
            f"The geometry of a boundary is no area ({shown(said)})",
            file=path,
            row=number,
            column="geometry",
            expected="a Polygon or MultiPolygon, whose rings are closed",
            do="download the layer from the portal, as GeoJSON",
        ) from error
    if not _within(bounds, _LONGITUDES, _LATITUDES):
        problem = "A boundary is not where the United Kingdom is"
        if shape.is_empty or any(map(math.isnan, bounds)):
            problem = "The geometry of a boundary has no coordinates"
        elif max(map(abs, bounds)) > 180:
            problem = "A boundary is not in degrees: it is as large as one in metres of the National Grid (EPSG:27700)"
        elif _within(bounds, _LATITUDES, _LONGITUDES):
            problem = "The coordinates of a boundary are swapped: longitude comes first"
        raise InputError(
            problem,
            file=path,
            row=number,
            column="geometry",
            expected=f"degrees (WGS84), longitude {_LONGITUDES[0]:g} to {_LONGITUDES[1]:g}, latitude {_LATITUDES[0]:g} to "
            f"{_LATITUDES[1]:g}; found {', '.join(f'{each:.6g}' for each in bounds)}",
            do="download the layer from the portal as GeoJSON, which is in WGS84",
        )
    return text


def _within(bounds: Sequence[float], across: tuple[float, float], up: tuple[float, float]) -> bool:
    """Whether a rectangle (least and most of both, as shapely gives it) lies in these ranges; one that is no number does not."""
    left, bottom, right, top = bounds
    return across[0] <= left <= right <= across[1] and up[0] <= bottom <= top <= up[1]


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
