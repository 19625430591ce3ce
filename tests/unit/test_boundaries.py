"""Boundaries that are wrong are refused with the feature and what is wrong in it: an area would be missing, or in the sea."""

from __future__ import annotations

import json
from typing import Any

import pytest

from transforms.errors import InputError
from transforms.layouts.ons import BOUNDARY

RING = [[-1.5, 54.0], [-1.5, 55.0], [0.0, 55.0], [-1.5, 54.0]]
HARTLEPOOL = {"CTYUA23CD": "E06000001", "CTYUA23NM": "Hartlepool"}


def feature(properties: Any = None, geometry: Any = None, **changes: Any) -> dict[str, Any]:
    """A feature that is right, but for what is given."""
    return {
        "type": "Feature",
        "properties": HARTLEPOOL if properties is None else properties,
        "geometry": {"type": "Polygon", "coordinates": [RING]} if geometry is None else geometry,
    } | changes


def collection(*features: Any, **changes: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)} | changes).encode()


def refused(content: bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        BOUNDARY.read(content, "areas.geojson")
    assert caught.value.do
    assert caught.value.file == "areas.geojson"
    return caught.value


def polygon(*points: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [list(points)]}


METRES = [[450_000, 530_000], [450_000, 531_000], [451_000, 531_000], [450_000, 530_000]]
IN_NEED = {"CTYUA23CD": "E06000002", "CTYUA23NM": "Middlesbrough"}

WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "no name": (feature({"CTYUA23CD": "E06000002"}), "CTYUA23NM", "nothing in CTYUA23NM"),
    "a name that is null": (feature({"CTYUA23CD": "E06000002", "CTYUA23NM": None}), "CTYUA23NM", "nothing in CTYUA23NM"),
    "a name of spaces": (feature({"CTYUA23CD": "E06000002", "CTYUA23NM": "  "}), "CTYUA23NM", "nothing in CTYUA23NM"),
    "a code that is null": (feature({"CTYUA23CD": None, "CTYUA23NM": "X"}), "CTYUA23CD", "nothing in CTYUA23CD"),
    "a code that is a number": (feature({"CTYUA23CD": 6, "CTYUA23NM": "X"}), "CTYUA23CD", "nothing in CTYUA23CD"),
    "properties of another layer": (feature({"name": "X"}), "'name'", "which area it is"),
    "no properties": (feature(properties=[]), "properties", "which area it is"),
    "no geometry": (feature(IN_NEED) | {"geometry": None}, "geometry", "is no area ('none')"),
    "a point": (feature(IN_NEED, {"type": "Point", "coordinates": [0, 54]}), "geometry", "is no area ('Point')"),
    "no coordinates": (feature(IN_NEED, {"type": "Polygon", "coordinates": []}), "geometry", "has no coordinates"),
    "a coordinate that is text": (feature(IN_NEED, polygon(["a", 54], *RING)), "geometry", "is no area"),
    "a coordinate that is none": (feature(IN_NEED, polygon([None, 54], *RING)), "geometry", "is no area"),
    "a ring that is open": (feature(IN_NEED, polygon(*RING[:3])), "geometry", "is no area"),
    "metres of the National Grid": (feature(IN_NEED, polygon(*METRES)), "geometry", "metres of the National Grid"),
    "coordinates swapped": (feature(IN_NEED, polygon(*([y, x] for x, y in RING))), "geometry", "swapped"),
    "another country": (feature(IN_NEED, polygon(*([x + 10, y] for x, y in RING))), "geometry", "not where the United Kingdom is"),
    "no number": (feature(IN_NEED, polygon([float("nan"), 54], *RING[1:])), "geometry", "geometry of a boundary"),
    "without end": (feature(IN_NEED, polygon([0, float("inf")], *RING[1:3], [0, float("inf")])), "geometry", "is no area"),
    "no feature": (1, "properties", "which area it is"),
}


@pytest.mark.parametrize(("wrong", "column", "says"), WRONG.values(), ids=WRONG)
def test_a_wrong_feature_is_refused_by_its_number_and_what_is_wrong_in_it(wrong: Any, column: str, says: str) -> None:
    """A layer in metres of the National Grid was accepted, and drew every area into the Atlantic."""
    error = refused(collection(feature(), wrong))
    assert (error.row, error.column) == (2, column)
    assert says in error.problem


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (collection(), "no boundary in it"),
        (collection(feature(), type="Topology"), "no GeoJSON feature collection"),
        (json.dumps(feature()).encode(), "no GeoJSON feature collection"),
        (json.dumps({"features": [feature()]}).encode(), "no GeoJSON feature collection"),
        (json.dumps({"type": "FeatureCollection", "features": None}).encode(), "no GeoJSON feature collection"),
        (b"[]", "no GeoJSON feature collection"),
        (collection(feature())[:-30], "no GeoJSON feature collection"),
        (collection(feature(), exceededTransferLimit=True), "says that there are more"),
    ],
    ids=["empty", "another type", "one feature", "no type", "no features", "a list", "cut off", "a part"],
)
def test_what_is_no_whole_collection_is_refused(content: bytes, says: str) -> None:
    assert says in refused(content).problem


def test_an_area_that_stands_there_twice_in_other_shapes_is_refused() -> None:
    """Which of the two is its boundary, nobody can tell."""
    other = feature(geometry=polygon(*([x + 0.1, y] for x, y in RING)))
    assert "is there twice" in refused(collection(feature(), other)).problem


@pytest.mark.parametrize("unseen", ["\x7f", "\u200b", "\ud83d"], ids=["delete", "no width", "half a character"])
def test_what_nobody_sees_in_a_name_is_taken_out_and_told(unseen: str) -> None:
    """It was taken out, and nobody was told."""
    parsed = BOUNDARY.read(collection(feature(HARTLEPOOL | {"CTYUA23NM": f"Hartle{unseen}pool"})), "areas.geojson")
    assert parsed.frame["area_name"].tolist() == ["Hartlepool"]
    assert any("area_name: characters that nobody sees" in notice for notice in parsed.notices)
