"""Statuses by the definition of RISE, worked out from the publishers' files alone, in plain pandas: the oracle of the national
trials.

Written from docs/method/rise.md and docs/method/judgements.md; no line of ``sql/`` or ``transforms/`` is used. It goes as far as
the files of 2025 ask for: no report cards, no lists of inspections. Where it differs from the product on the genuine files,
school by school, the school is left out of the comparison; how many these are is told."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

import pandas as pd

STATE_FUNDED = {
    "01": "", "02": "", "03": "", "05": "", "06": "secondary", "07": "special", "08": "special", "12": "special",
    "14": "alternative_provision", "28": "", "33": "special", "34": "", "35": "", "36": "special", "38": "alternative_provision",
    "40": "", "41": "", "42": "alternative_provision", "43": "alternative_provision", "44": "special",
}  # fmt: skip
"""GIAS types of schools that RISE is about, and the phase where GIAS tells none. Nurseries and colleges (16 to 19) are left out."""
PHASES = {"2": "primary", "3": "primary", "4": "secondary", "5": "secondary", "7": "secondary"}
GRADES = {"1": 1, "2": 2, "3": 3, "4": 4}
CONCERNS = {"SM", "SWK", "RSI"}
TOP_PERCENT = 25


def table(content: bytes, heading: str) -> pd.DataFrame:
    """A file as text; its header is the first row that has the heading."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    start = next(number for number, row in enumerate(rows) if heading in row)
    width = len(rows[start])
    return pd.DataFrame([[*row, *[""] * width][:width] for row in rows[start + 1 :] if any(row)], columns=rows[start])


def statuses(files: Mapping[str, pd.DataFrame]) -> dict[int, str]:
    """Status by URN. ``files``: the tables ``gias``, ``links``, ``ofsted``, ``ks2`` (of every year), ``ks4``."""
    schools = _schools(files["gias"], set(files["ofsted"]["URN"]))
    earlier = _predecessors(files["links"])
    judged = _judgements(files["ofsted"])
    results = _high(schools, earlier, files)
    found = {}
    for urn in schools["URN"]:
        latest, previous = ([*_of(urn, earlier, judged), None, None])[:2]
        found[int(urn)] = _status(latest, previous, is_high=results.get(urn, False))
    return found


def _schools(gias: pd.DataFrame, listed: set[str]) -> pd.DataFrame:
    """Open state-funded schools in England of a phase that RISE knows; of two with one LAESTAB the one that Ofsted lists."""
    types = gias["TypeOfEstablishment (code)"].str.zfill(2)
    own = types.map(STATE_FUNDED)
    phase = own.where(own != "", gias["PhaseOfEducation (code)"].map(PHASES))
    code = gias["LA (code)"]
    is_english = code.str.fullmatch(r"\d{3}") & ~code.between("660", "681") & ~code.between("700", "709") & (code != "000")
    every = gias.assign(phase=phase, laestab=code + gias["EstablishmentNumber"].str.zfill(4))
    every = every[gias["EstablishmentStatus (code)"].isin(["1", "3"]) & is_english & own.notna() & phase.notna()]
    order = every.assign(
        listed=every["URN"].isin(listed), pupils=pd.to_numeric(every["NumberOfPupils"], errors="coerce").fillna(0) > 0,
        number=pd.to_numeric(every["URN"]),
    ).sort_values(["listed", "pupils", "number"], ascending=False)  # fmt: skip
    has_none = order["EstablishmentNumber"].isin(["", "NULL"])
    return order[has_none | ~order.duplicated("laestab")][["URN", "laestab", "phase"]]


def _predecessors(links: pd.DataFrame) -> dict[str, str]:
    """The one earlier establishment of each, by plain links, told from either side."""
    later = links[links["LinkType"] == "Predecessor"][["URN", "LinkURN"]].to_numpy().tolist()
    later += links[links["LinkType"] == "Successor"][["LinkURN", "URN"]].to_numpy().tolist()
    pairs: dict[str, set[str]] = {}
    for urn, before in later:
        pairs.setdefault(urn, set()).add(before)
    return {urn: next(iter(before)) for urn, before in pairs.items() if len(before) == 1}


def chain(urn: str, earlier: Mapping[str, str]) -> list[str]:
    """A school and those it came from, ten at most."""
    found = [urn]
    while len(found) <= 10 and (before := earlier.get(found[-1])) and before not in found:
        found.append(before)
    return found


def _judgements(ofsted: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Graded inspections by URN, the latest and the one before."""
    sides = {
        "latest": ("Inspection start date", "Overall effectiveness", "Category of concern", "Quality of education",
                   "Effectiveness of leadership and management"),
        "previous": ("Previous inspection start date", "Previous graded inspection overall effectiveness",
                     "Previous category of concern", "Previous quality of education",
                     "Previous effectiveness of leadership and management"),
    }  # fmt: skip
    found: dict[str, list[dict[str, Any]]] = {}
    for headings in sides.values():
        columns = [ofsted[heading].str.strip() for heading in headings]
        for urn, day, overall, concern, quality, leadership in zip(ofsted["URN"], *columns, strict=True):
            if day not in ("", "NULL"):
                told = {"overall": GRADES.get(overall), "concern": concern, "has_headline": overall != "Not judged"}
                told |= {
                    "day": "".join(reversed(day.split("/"))),
                    "quality": GRADES.get(quality),
                    "leadership": GRADES.get(leadership),
                }
                found.setdefault(urn, []).append(told)
    return found


def _of(urn: str, earlier: Mapping[str, str], judged: Mapping[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """All that counts for a school, the latest first; of one day its own."""
    days: dict[str, dict[str, Any]] = {}
    for each in chain(urn, earlier):
        for told in judged.get(each, []):
            days.setdefault(told["day"], told)
    return [days[day] for day in sorted(days, reverse=True)]


def _grade(told: Mapping[str, Any]) -> tuple[int | None, bool]:
    """The grade or its equivalent, and whether all that stands for it is known."""
    if told["has_headline"]:
        return told["overall"], told["overall"] is not None
    known = [told[name] for name in ("quality", "leadership") if told[name] is not None]
    return max(known, default=None), len(known) == 2


def _status(latest: Mapping[str, Any] | None, previous: Mapping[str, Any] | None, *, is_high: bool) -> str:
    if latest is None:
        return "neither"
    grade, is_whole = _grade(latest)
    was = _grade(previous)[0] if previous else None
    if latest["concern"] in CONCERNS or (latest["overall"] == 4 and latest["concern"] in ("", "NULL")):
        return "in_need"
    if (grade or 0) >= 3 and (was or 0) >= 3:
        return "in_need"
    if grade == 1 and is_whole:
        return "high_performing"
    return "high_performing" if grade == 2 and is_whole and is_high else "neither"


def _high(schools: pd.DataFrame, earlier: Mapping[str, str], files: Mapping[str, pd.DataFrame]) -> dict[str, bool]:
    """Whether a school's result of the latest year is in the top quarter of its phase; equals share the better place."""
    ks2 = files["ks2"]
    total = ks2[
        (ks2["geographic_level"] == "School") & (ks2["breakdown"] == "Total") & (ks2["subject"] == "Reading, writing and maths")
    ]
    ks4 = files["ks4"][(files["ks4"]["geographic_level"] == "School") & (files["ks4"]["breakdown"] == "Total")]
    found: dict[str, bool] = {}
    for phase, rows, heading in (("primary", total, "expected_standard_pupil_percent"), ("secondary", ks4, "avg_p8score")):
        value = pd.to_numeric(rows[heading].str.removesuffix("%"), errors="coerce")
        newest = rows.loc[value.notna(), "time_period"].max()
        rows, value = rows[rows["time_period"] == newest], value[rows["time_period"] == newest]
        own = dict(zip(rows["school_urn"].str.removesuffix(".0"), value, strict=True))
        by_number = dict(zip(rows["school_laestab"].str.removesuffix(".0"), rows["school_urn"].str.removesuffix(".0"), strict=True))
        result = {}
        for urn, laestab in schools.loc[schools["phase"] == phase, ["URN", "laestab"]].to_numpy():
            under = next((each for each in (urn, by_number.get(laestab), *chain(urn, earlier)[1:]) if each in own), None)
            result[urn] = own[under] if under else None
        known = pd.Series(result, dtype="float64").dropna()
        place = known.rank(method="min", ascending=False) / len(known) * 100
        found |= (place <= TOP_PERCENT).to_dict()
    return found
