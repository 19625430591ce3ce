"""Ofsted's management information as at 31 August 2025: the last layout with the latest and the previous grades.

What belongs here: its 76 columns, its title row, and what it says of a school. What does not: the inspections
(`ofsted_grades`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from warehouse.sample.csv_file import dates, headings, write_table
from warehouse.sample.inspections import AS_AT
from warehouse.sample.judgements import Judgement
from warehouse.sample.model import NO_DAY, Days, World
from warehouse.sample.ofsted_grades import NULL, Listed, graded_columns, ungraded_columns

_TITLE = "State-funded schools - latest inspections as at 31 August 2025"
_HEADINGS = headings(
    """
Web Link (opens in new window)|URN|LAESTAB|School name|Ofsted phase|Type of education|School open date
Admissions policy|Sixth form|Designated religious character|Religious ethos|Faith grouping|Ofsted region|Region
Local authority|Parliamentary constituency|Multi-academy trust UID|Multi-academy trust name|Academy sponsor UID
Academy sponsor name|Postcode|Number of warning notices issued in 2024/25 academic year
The income deprivation affecting children index (IDACI) quintile|Total number of pupils|Statutory lowest age
Statutory highest age|Latest ungraded inspection number since last graded inspection
Does the ungraded inspection relate to the URN of the current school?|URN at time of the ungraded inspection
LAESTAB at time of the ungraded inspection|School name at time of the latest ungraded inspection
School type at time of the latest ungraded inspection
Number of ungraded inspections since the last graded inspection|Date of latest ungraded inspection
Ungraded inspection publication date|Did the latest ungraded inspection convert to a graded inspection?
Ungraded inspection overall outcome|Number of monitoring and urgent inspections since last graded inspection
Inspection number of latest graded inspection|Inspection type|Inspection type grouping|Event type grouping
Inspection start date|Publication date|Does the latest graded inspection relate to the URN of the current school?
URN at time of latest graded inspection|LAESTAB at time of latest graded inspection
School name at time of latest graded inspection|School type at time of latest graded inspection
Current school type used for chart C6|Overall effectiveness|Category of concern|Quality of education
Behaviour and attitudes|Personal development|Effectiveness of leadership and management|Safeguarding is effective?
Early years provision (where applicable)|Sixth form provision (where applicable)|Previous inspection number
Previous inspection start date|Previous publication date
Does the previous graded inspection relate to the URN of the current school?
URN at time of previous graded inspection|LAESTAB at time of previous graded inspection
School name at time of previous graded inspection|School type at time of previous graded inspection
Previous graded inspection overall effectiveness|Previous category of concern|Previous quality of education
Previous behaviour and attitudes|Previous personal development|Previous effectiveness of leadership and management
Previous safeguarding is effective?|Previous early years provision (where applicable)
Previous sixth form provision (where applicable)
"""
)
_PHASES = {
    "primary": "Primary",
    "secondary": "Secondary",
    "special": "Special",
    "alternative_provision": "PRU",
    "nursery": "Nursery",
}
_NORTH_EAST_AND_YORKSHIRE = "North East, Yorkshire and the Humber"  # one region of Ofsted's, two of the government's
_LINK = "http://www.ofsted.gov.uk/inspection-reports/find-inspection-report/provider/ELS/"


def write_inspections(path: Path, world: World, latest: Judgement, previous: Judgement, ungraded: Days, seed: int) -> None:
    """Write a row for each state-funded school that was open on the day, under the URN that it had then."""
    schools = world.schools
    before = world.first_predecessors()
    became = schools.opened > AS_AT  # an academy the day after: the file still has the school it was
    rows = np.flatnonzero(schools.is_inspected & ~(became & (before < 0)))
    listed = Listed(world, rows, before[rows], became[rows])
    columns = _identity(listed) | _trust(listed) | graded_columns(listed, latest, "latest", "")
    columns |= graded_columns(listed, previous, "previous", "Previous ")
    columns |= ungraded_columns(listed, ungraded, latest, seed)
    by_urn = np.argsort(np.array(columns["URN"]), kind="stable").tolist()
    ordered = {name: [values[at] for at in by_urn] for name, values in columns.items()}
    write_table(path, _HEADINGS, ordered, missing=NULL, titles=[_TITLE], has_blank_row=True)


def _identity(listed: Listed) -> dict[str, Any]:
    schools, rows = listed.world.schools, listed.rows
    urn, name, kind = listed.as_it_was(listed.became)
    authority = listed.world.authorities(rows)
    faith = schools.faith[rows]
    fsm = np.nan_to_num(schools.fsm, nan=-1.0)[rows]
    quintile = 1 + np.searchsorted(np.array([8.0, 14.0, 21.5, 33.0]), fsm)
    christian = np.isin(faith, ["Church of England", "Roman Catholic", "Christian", "Methodist", "Church of England/Methodist"])
    sixth = np.where(schools.has_sixth_form[rows], "Has a sixth form", "Does not have a sixth form")
    regions = [each.gor_name for each in authority]
    return {
        "Web Link (opens in new window)": [_LINK + each for each in urn.tolist()],
        "URN": urn.tolist(),
        "LAESTAB": listed.world.laestabs(rows),
        "School name": name.tolist(),
        "Ofsted phase": [_PHASES[each] for each in schools.kind[rows].tolist()],
        "Type of education": kind.tolist(),
        "School open date": dates(np.where(listed.became, NO_DAY, schools.opened[rows]), "/", NULL),
        "Admissions policy": schools.admissions[rows].tolist(),
        "Sixth form": sixth.tolist(),
        "Designated religious character": np.where(faith == "", NULL, faith).tolist(),
        "Religious ethos": ["Does not apply"] * len(rows),
        "Faith grouping": np.select(
            [christian, np.isin(faith, ["Jewish", "Muslim"]), faith == "Sikh"],
            ["Christian", faith, "Other faith"],
            "Non-faith",
        ).tolist(),
        "Ofsted region": [_NORTH_EAST_AND_YORKSHIRE if each in _NORTH_EAST_AND_YORKSHIRE.split(", ") else each for each in regions],
        "Region": regions,
        "Local authority": [each.la_name for each in authority],
        "Parliamentary constituency": [listed.world.constituencies[at] for at in schools.constituency[rows].tolist()],
        "Postcode": schools.place.postcode[rows].tolist(),
        "The income deprivation affecting children index (IDACI) quintile": np.where(fsm < 0, NULL, quintile.astype(str)).tolist(),
        "Total number of pupils": schools.pupils[rows].astype(str).tolist(),
        "Statutory lowest age": schools.low[rows].astype(str).tolist(),
        "Statutory highest age": schools.high[rows].astype(str).tolist(),
    }


def _trust(listed: Listed) -> dict[str, Any]:
    trusts = listed.world.trusts
    trust = np.where(listed.became, -1, trusts.of_school[listed.rows])
    at = np.maximum(trust, 0)
    is_multi, is_sponsored = (trust >= 0) & trusts.is_multi[at], (trust >= 0) & (trusts.sponsor_uid[at] > 0)
    return {
        "Multi-academy trust UID": np.where(is_multi, trusts.uid[at].astype(str), NULL).tolist(),
        "Multi-academy trust name": np.where(is_multi, trusts.name[at], NULL).tolist(),
        "Academy sponsor UID": np.where(is_sponsored, trusts.sponsor_uid[at].astype(str), NULL).tolist(),
        "Academy sponsor name": np.where(is_sponsored, trusts.name[at], NULL).tolist(),
    }
