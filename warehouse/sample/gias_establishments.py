"""The register of establishments of Get Information About Schools (GIAS).

What belongs here: the layout (135 columns since March 2025, Windows-1252) and how GIAS words what a school is.
What does not: links and groups (`gias_links`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from warehouse.sample import names
from warehouse.sample.csv_file import dates, decimals, headings, numbers, write_table
from warehouse.sample.governance import TYPES
from warehouse.sample.model import Flags, Floats, Ints, Predecessors, Schools, Trusts, World, scaled, stream

_ESTABLISHMENT = headings(
    """
URN|LA (code)|LA (name)|EstablishmentNumber|EstablishmentName|TypeOfEstablishment (code)
TypeOfEstablishment (name)|EstablishmentTypeGroup (code)|EstablishmentTypeGroup (name)|EstablishmentStatus (code)
EstablishmentStatus (name)|ReasonEstablishmentOpened (code)|ReasonEstablishmentOpened (name)|OpenDate
ReasonEstablishmentClosed (code)|ReasonEstablishmentClosed (name)|CloseDate|PhaseOfEducation (code)
PhaseOfEducation (name)|StatutoryLowAge|StatutoryHighAge|Boarders (code)|Boarders (name)|NurseryProvision (name)
OfficialSixthForm (code)|OfficialSixthForm (name)|Gender (code)|Gender (name)|ReligiousCharacter (code)
ReligiousCharacter (name)|ReligiousEthos (name)|Diocese (code)|Diocese (name)|AdmissionsPolicy (code)
AdmissionsPolicy (name)|SchoolCapacity|SpecialClasses (code)|SpecialClasses (name)|CensusDate|NumberOfPupils
NumberOfBoys|NumberOfGirls|PercentageFSM|TrustSchoolFlag (code)|TrustSchoolFlag (name)|Trusts (code)|Trusts (name)
SchoolSponsorFlag (name)|SchoolSponsors (name)|FederationFlag (name)|Federations (code)|Federations (name)|UKPRN
FEHEIdentifier|FurtherEducationType (name)|LastChangedDate|Street|Locality|Address3|Town|County (name)|Postcode
SchoolWebsite|TelephoneNum|HeadTitle (name)|HeadFirstName|HeadLastName|HeadPreferredJobTitle
BSOInspectorateName (name)|InspectorateReport|DateOfLastInspectionVisit|NextInspectionVisit|TeenMoth (name)
TeenMothPlaces|CCF (name)|SENPRU (name)|EBD (name)|PlacesPRU|FTProv (name)|EdByOther (name)
Section41Approved (name)|SEN1 (name)|SEN2 (name)|SEN3 (name)|SEN4 (name)|SEN5 (name)|SEN6 (name)|SEN7 (name)
SEN8 (name)|SEN9 (name)|SEN10 (name)|SEN11 (name)|SEN12 (name)|SEN13 (name)|TypeOfResourcedProvision (name)
ResourcedProvisionOnRoll|ResourcedProvisionCapacity|SenUnitOnRoll|SenUnitCapacity|GOR (code)|GOR (name)
DistrictAdministrative (code)|DistrictAdministrative (name)|AdministrativeWard (code)|AdministrativeWard (name)
ParliamentaryConstituency (code)|ParliamentaryConstituency (name)|UrbanRural (code)|UrbanRural (name)
GSSLACode (name)|Easting|Northing|MSOA (name)|LSOA (name)|InspectorateName (name)|SENStat|SENNoStat
BoardingEstablishment (name)|PropsName|PreviousLA (code)|PreviousLA (name)|PreviousEstablishmentNumber
Country (name)|UPRN|SiteName|QABName (code)|QABName (name)|EstablishmentAccredited (code)
EstablishmentAccredited (name)|QABReport|CHNumber|MSOA (code)|LSOA (code)|FSM|AccreditationExpiryDate
"""
)
_PHASES = {
    "0": "Not applicable", "1": "Nursery", "2": "Primary", "3": "Middle deemed primary", "4": "Secondary",
    "5": "Middle deemed secondary", "6": "16 plus", "7": "All-through",
}  # fmt: skip
_STATUSES = {"1": "Open", "2": "Closed", "3": "Open, but proposed to close", "4": "Proposed to open"}
_GENDERS = {"1": "Boys", "2": "Girls", "3": "Mixed"}
_TRUST_FLAGS = {
    "0": "Not applicable", "3": "Supported by a multi-academy trust", "5": "Supported by a single-academy trust"
}  # fmt: skip
_URBAN_RURAL = {
    "A1": "Urban major conurbation",
    "B1": "Urban minor conurbation",
    "C1": "Urban city and town",
    "C2": "Urban city and town in a sparse setting",
    "D1": "Rural town and fringe",
    "D2": "Rural town and fringe in a sparse setting",
    "E1": "Rural village",
    "E2": "Rural village in a sparse setting",
    "UN1": "Urban: Nearer to a major town or city",
    "UF1": "Urban: Further from a major town or city",
    "RLN1": "Larger rural: Nearer to a major town or city",
    "RLF1": "Larger rural: Further from a major town or city",
    "RSN1": "Smaller rural: Nearer to a major town or city",
    "RSF1": "Smaller rural: Further from a major town or city",
}
_SHARE_OF_2011, _SHARE_WITH_PREFIX = 0.7, 0.5
_CLOSED = 150  # rows of closed schools per England: the register keeps all, the sample the latest


def write_establishments(path: Path, world: World, seed: int) -> None:
    """Write every school that is not closed, then the schools that closed last."""
    schools, predecessors = world.schools, world.predecessors
    rng = stream(seed, 12)
    size = len(schools.urn)
    latest_first = np.argsort(-predecessors.closed.astype(np.int64), kind="stable")
    latest_first = latest_first[~np.isnat(predecessors.closed[latest_first])]
    closed = np.sort(latest_first[: scaled(_CLOSED, int(schools.is_state.sum()))])
    of = np.concatenate([np.arange(size), predecessors.successor[closed]])  # the school that each row describes
    is_open = np.arange(len(of)) < size

    draw = rng.random((3, size))
    columns = _identity(schools, predecessors, of, closed)
    columns |= _area_columns(world, of)
    columns |= _urban_rural(schools, of, draw[0, of], draw[1, of])
    columns |= _pupil_columns(schools, of, is_open, draw[2, of])
    columns |= _trust_columns(world.trusts, of, is_open)
    columns["Street"] = np.array(names.streets(rng, size))[of].tolist()
    columns["LastChangedDate"] = ["29-08-2025"] * len(of)
    write_table(path, _ESTABLISHMENT, columns)


def _identity(schools: Schools, predecessors: Predecessors, of: Ints, closed: Ints) -> dict[str, Any]:
    status = np.concatenate([schools.status, np.full(len(closed), "2")]).tolist()
    types = np.concatenate([schools.type_code, predecessors.type_code[closed]]).tolist()
    phases = schools.phase_code[of].tolist()
    return {
        "URN": np.concatenate([schools.urn, predecessors.urn[closed]]).astype(str).tolist(),
        "EstablishmentNumber": [f"{number:04d}" for number in schools.number[of].tolist()],
        "EstablishmentName": np.concatenate([schools.name, predecessors.name[closed]]).tolist(),
        "TypeOfEstablishment (code)": types,
        "TypeOfEstablishment (name)": [TYPES[code].gias for code in types],
        "EstablishmentTypeGroup (code)": [TYPES[code].group_code for code in types],
        "EstablishmentTypeGroup (name)": [TYPES[code].group_name for code in types],
        "EstablishmentStatus (code)": status,
        "EstablishmentStatus (name)": [_STATUSES[code] for code in status],
        "OpenDate": dates(schools.opened, "-") + [""] * len(closed),
        "CloseDate": [""] * len(schools.urn) + dates(predecessors.closed[closed], "-"),
        "PhaseOfEducation (code)": phases,
        "PhaseOfEducation (name)": [_PHASES[code] for code in phases],
    }


def _area_columns(world: World, of: Ints) -> dict[str, Any]:
    place = world.schools.place
    authority = world.authorities(of)
    district = [world.areas.districts[row] for row in place.district[of].tolist()]
    constituency = world.schools.constituency[of].tolist()
    return {
        "LA (code)": [each.la_code for each in authority],
        "LA (name)": [each.la_name for each in authority],
        "GSSLACode (name)": [each.ons_code for each in authority],
        "GOR (code)": [each.gor_code for each in authority],
        "GOR (name)": [each.gor_name for each in authority],
        "DistrictAdministrative (code)": [each.code for each in district],
        "DistrictAdministrative (name)": [each.name for each in district],
        "ParliamentaryConstituency (code)": [f"E149{at + 1:05d}" if at >= 0 else "" for at in constituency],
        "ParliamentaryConstituency (name)": [world.constituencies[at] if at >= 0 else "" for at in constituency],
        "Town": names.towns(place.postcode[of]),
        "Postcode": place.postcode[of].tolist(),
        "Easting": numbers(place.easting[of], below=1),
        "Northing": numbers(place.northing[of], below=1),
    }


def _urban_rural(schools: Schools, of: Ints, by_edition: Floats, by_prefix: Floats) -> dict[str, Any]:
    """Return the class, in the edition of 2011 for most schools and of 2021 for the rest, as in the summer of 2025."""
    is_2011 = by_edition < _SHARE_OF_2011
    codes = np.where(is_2011, schools.place.class_2011[of], schools.place.class_2021[of]).tolist()
    has_prefix = (is_2011 & (by_prefix < _SHARE_WITH_PREFIX)).tolist()
    return {
        "UrbanRural (code)": codes,
        "UrbanRural (name)": [
            ("(England/Wales) " if prefix else "") + _URBAN_RURAL[code] for code, prefix in zip(codes, has_prefix, strict=True)
        ],
    }


def _pupil_columns(schools: Schools, of: Ints, is_open: Flags, draw: Floats) -> dict[str, Any]:
    pupils = np.where(is_open, schools.pupils[of], -1)
    gender = schools.gender[of].tolist()
    boys_share = np.select([schools.gender[of] == "1", schools.gender[of] == "2"], [1.0, 0.0], 0.47 + 0.08 * draw)
    boys = np.where(pupils < 0, -1, np.rint(pupils * boys_share).astype(np.int64))
    sixth = np.select(
        [schools.has_sixth_form[of], schools.kind[of] == "nursery"],
        ["Has a sixth form", "Not applicable"],
        "Does not have a sixth form",
    )
    # 0 stands for "not known" in a few rows
    capacity = np.where(draw < 0.01, 0, np.ceil(np.maximum(pupils, 0) / (0.8 + 0.2 * draw) / 15).astype(np.int64) * 15)
    return {
        "StatutoryLowAge": numbers(schools.low[of]),
        "StatutoryHighAge": numbers(schools.high[of]),
        "OfficialSixthForm (name)": sixth.tolist(),
        "Gender (code)": gender,
        "Gender (name)": [_GENDERS[code] for code in gender],
        "ReligiousCharacter (name)": schools.faith[of].tolist(),
        "AdmissionsPolicy (name)": schools.admissions[of].tolist(),
        "SchoolCapacity": np.where(is_open, capacity.astype(str), "").tolist(),
        "CensusDate": np.where(pupils < 0, "", "16-01-2025").tolist(),
        "NumberOfPupils": numbers(pupils),
        "NumberOfBoys": numbers(boys),
        "NumberOfGirls": numbers(np.where(pupils < 0, -1, pupils - boys)),
        "PercentageFSM": decimals(np.where(is_open, schools.fsm[of], np.nan), 1),
    }


def _trust_columns(trusts: Trusts, of: Ints, is_open: Flags) -> dict[str, Any]:
    trust = np.where(is_open, trusts.of_school[of], -1)
    at = np.maximum(trust, 0)
    is_in_trust, is_multi = trust >= 0, trusts.is_multi[at]
    flag = np.select([is_in_trust & is_multi, is_in_trust], ["3", "5"], "0")
    is_sponsored = is_in_trust & (trusts.sponsor_uid[at] > 0)
    return {
        "TrustSchoolFlag (code)": flag.tolist(),
        "TrustSchoolFlag (name)": [_TRUST_FLAGS[code] for code in flag.tolist()],
        "Trusts (code)": np.where(flag == "3", trusts.uid[at].astype(str), "").tolist(),
        "Trusts (name)": np.where(is_in_trust, trusts.name[at], "").tolist(),
        "SchoolSponsorFlag (name)": np.where(is_sponsored, "Linked to a sponsor", "Not applicable").tolist(),
        "SchoolSponsors (name)": np.where(is_sponsored, trusts.name[at], "").tolist(),
    }
