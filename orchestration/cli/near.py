"""Schools near a school, a postcode or a point: ``schoolmatch near``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import duckdb

from transforms.errors import InputError
from warehouse.query import sql_of, with_values
from warehouse.store import rows_as_dicts

MOST_MILES = 50


@dataclass(frozen=True)
class Place:
    """A point in degrees (WGS84), in words; ``urn``: it is that school's, which is not near itself."""

    words: str
    longitude: float
    latitude: float
    urn: int | None = None


def find_place(connection: duckdb.DuckDBPyConnection, text: str) -> Place:
    """A URN of the published file, a postcode, or ``LON,LAT``. Raises InputError: none of them, not there, or outside England."""
    text = text.strip()
    if re.fullmatch(r"\d+", text):
        return _school(connection, int(text))
    if point := re.fullmatch(r"(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)", text):
        longitude, latitude = float(point[1]), float(point[2])
        if not (-6.6 < longitude < 2.1 and 49.7 < latitude < 56):
            do = "give longitude before latitude, in degrees: -0.1276,51.5072 is Trafalgar Square"
            raise InputError(f"The point {text} is not in England", do=do)
        return Place(f"the point {longitude:g}, {latitude:g}", longitude, latitude)
    if re.fullmatch(r"[A-Za-z]{1,2}\d[A-Za-z\d]?\s*\d[A-Za-z]{2}", text):
        return _postcode(text.upper().replace(" ", ""))
    do = "give a URN (100001), a postcode (SW1A 1AA) or longitude,latitude (-0.1276,51.5072)"
    raise InputError(f"{text!r} is no URN, postcode or point", do=do)


def _school(connection: duckdb.DuckDBPyConnection, urn: int) -> Place:
    found = rows_as_dicts(connection, f"select name, longitude, latitude from mart.school where urn = {urn:d}")
    if not found:
        do = "check the number; schoolmatch explain says why a school is left out"
        raise InputError(f"There is no school with the URN {urn}", do=do)
    school = found[0]
    if school["longitude"] is None:
        raise InputError(f"Where {school['name']} stands is not known", do="give its postcode instead")
    return Place(f"{school['name']} (URN {urn})", school["longitude"], school["latitude"], urn)


def _postcode(postcode: str) -> Place:
    # The directory takes a moment to import and read: only where it is asked.
    from transforms.grid import longitude_latitude
    from warehouse.landing.postcodes import grid_reference

    found = grid_reference(postcode)
    if found is None:
        raise InputError(f"There is no postcode {postcode}", do="check it, or give longitude,latitude")
    return Place(f"the postcode {postcode[:-3]} {postcode[-3:]}", *longitude_latitude(*found))


def near(connection: duckdb.DuckDBPyConnection, place: Place, miles: float, phase: str | None = None) -> list[dict[str, Any]]:
    """Schools within so many miles, nearest first: who, how far, and what each definition finds of them.

    Raises InputError for a radius beyond what the published file answers, and for a phase that there is not.
    """
    if not 0 <= miles <= MOST_MILES:
        raise InputError(f"{miles:g} miles is not answered", expected=f"0 to {MOST_MILES}", do="give a smaller radius")
    phases = [row["phase"] for row in rows_as_dicts(connection, "select distinct phase from mart.school order by 1")]
    if phase is not None and phase not in phases:
        raise InputError(f"There is no phase {phase}", expected=", ".join(phases), do="check the name")
    asked = {"longitude": place.longitude, "latitude": place.latitude, "miles": miles, "urn": place.urn, "phase": phase}
    return rows_as_dicts(connection, with_values(sql_of("page/near"), asked))
