"""The mutations of national files, by what is expected of them and by file: see ``national_mutations.py``."""

from __future__ import annotations

from typing import Any

from tests.reliability.national_mutations import (
    LARGE,
    american,
    as_number,
    authority_lost,
    block_moved_up,
    columns_shuffled,
    cut_to,
    each_value,
    emptied,
    half_twice,
    half_twice_and_differs,
    headed,
    moved_up,
    on_rows,
    replaced,
    rows_lost,
    shuffled,
    some_rows,
    swapped,
    two_new_codes,
)

_OVERALL, _BEFORE = "Overall effectiveness", "Previous graded inspection overall effectiveness"
_CONCERN, _DAY = "Category of concern", "Inspection start date"
_STATUS, _PHASE, _TYPE = "EstablishmentStatus (code)", "PhaseOfEducation (code)", "TypeOfEstablishment (code)"
_FLAG, _LA = "TrustSchoolFlag (code)", "LA (code)"
_SHARE, _URN = "expected_standard_pupil_percent", "school_urn"


_LATEST = (
    _DAY, "Publication date", _OVERALL, _CONCERN, "Quality of education", "Behaviour and attitudes", "Personal development",
    "Effectiveness of leadership and management", "Safeguarding is effective?",
)  # fmt: skip
_PREVIOUS = (
    "Previous inspection start date", "Previous publication date", _BEFORE, "Previous category of concern",
    "Previous quality of education", "Previous behaviour and attitudes", "Previous personal development",
    "Previous effectiveness of leadership and management", "Previous safeguarding is effective?",
)  # fmt: skip


def _ten_km(text: str) -> str:
    return f"{round(int(text), -4)}" if text.isdigit() else text


def _zero(text: str) -> str:
    return "0" if text in ("z", "c", "x", "u", "SUPP", "NE") else text


def _comma(text: str) -> str:
    return text.replace(".", ",")


def _in(place: int, codes: tuple[str, ...] = LARGE[:3]) -> Any:
    return lambda row: row[place] in codes


def _laestab(text: str) -> str:
    return text[:3]


_GIAS = {
    "flag 3 as 03": replaced(_FLAG, "3", "03"),
    "flag 3 as 3.0": replaced(_FLAG, "3", "3.0"),
    "flag 3 as 8": replaced(_FLAG, "3", "8"),
    "flag 3 blank": replaced(_FLAG, "3", ""),
    "flag emptied": emptied(_FLAG),
    "flag emptied in a third": emptied(_FLAG, 0.33),
    "open as 9": replaced(_STATUS, "1", "9"),
    "open as 9 in some authorities": each_value(_STATUS, lambda _: "9", _in(1)),
    "status emptied": emptied(_STATUS),
    "status emptied in a tenth": emptied(_STATUS, 0.1),
    "open as a word": replaced(_STATUS, "1", "O"),
    "primary as 8": replaced(_PHASE, "2", "8"),
    "secondary as P": replaced(_PHASE, "4", "S"),
    "middle schools as 9": replaced(_PHASE, "3", "9"),
    "all-through as 0": replaced(_PHASE, "7", "0"),
    "phase emptied": emptied(_PHASE),
    "phase emptied in a tenth": emptied(_PHASE, 0.1),
    "community schools as 50": replaced(_TYPE, "01", "50"),
    "converters as 3A": replaced(_TYPE, "34", "3A"),
    "special schools as 71": replaced(_TYPE, "07", "71"),
    "referral units as 99": replaced(_TYPE, "14", "99"),
    "type emptied": emptied(_TYPE),
    "type and its name emptied": lambda content, chance: emptied(_TYPE)(
        emptied("TypeOfEstablishment (name)")(content, chance), chance
    ),
    "authority code emptied": emptied(_LA),
    "authority code emptied in a tenth": emptied(_LA, 0.1),
    "authority as 000": each_value(_LA, lambda _: "000", _in(1)),
    "authority in Wales": each_value(_LA, lambda _: "661", _in(1)),
    "cut to 80 percent": cut_to(0.8),
    "cut to 95 percent": cut_to(0.95),
    "a fifth of the rows lost": rows_lost(0.2),
    "authority lost": authority_lost(_LA),
    "half of it twice": half_twice,
    "half of it twice, closed": half_twice_and_differs(_STATUS, "2"),
    "URN a row too high": moved_up("URN", 0),
    "URN a row too high from the middle": moved_up("URN", 0.5),
    "phase a row too high in a tenth": moved_up(_PHASE, 0.9),
    "status and phase swapped": swapped(_STATUS, _PHASE),
    "their headings swapped": swapped(_STATUS, _PHASE, headings=True),
    "URN and establishment number swapped": swapped("URN", "EstablishmentNumber"),
    "establishment number emptied": emptied("EstablishmentNumber"),
    "small areas headed otherwise": headed("LSOA (code)", "LSOA (Code)"),
    "small areas emptied": emptied("LSOA (code)"),
    "small areas a row too high": block_moved_up("LSOA (code)"),
    "places a row too high": block_moved_up("Easting", "Northing"),
    "places rounded to ten kilometres": lambda content, chance: each_value("Easting", _ten_km)(
        each_value("Northing", _ten_km)(content, chance), chance
    ),
    "constituencies a row too high": block_moved_up("ParliamentaryConstituency (code)", "ParliamentaryConstituency (name)"),
    "names a row too high": block_moved_up("EstablishmentName"),
    "trusts a row too high": block_moved_up("Trusts (code)", "Trusts (name)", "TrustSchoolFlag (code)", "TrustSchoolFlag (name)"),
    "pupils a row too high": block_moved_up("NumberOfPupils"),
}
_OFSTED = {
    "special measures renamed": replaced(_CONCERN, "SM", "Special measures (S44)"),
    "special measures as S": replaced(_CONCERN, "SM", "S"),
    "serious weaknesses as SW": replaced(_CONCERN, "SWK", "SW"),
    "concern emptied": emptied(_CONCERN),
    "concern and earlier concern swapped": swapped(_CONCERN, "Previous category of concern"),
    "requires improvement as 3.0": replaced(_OVERALL, "3", "3.0"),
    "grades with a point": each_value(_OVERALL, lambda text: f"{text}.0" if text.isdigit() else text),
    "grade 3 as 5": replaced(_OVERALL, "3", "5"),
    "grade 4 as 0": replaced(_OVERALL, "4", "0"),
    "grade 3 as NULL": replaced(_OVERALL, "3", "NULL"),
    "not judged as NJ": replaced(_OVERALL, "Not judged", "NJ"),
    "not judged as NULL": replaced(_OVERALL, "Not judged", "NULL"),
    "overall emptied": emptied(_OVERALL),
    "overall emptied in a tenth": emptied(_OVERALL, 0.1),
    "earlier overall emptied": emptied(_BEFORE),
    "earlier overall emptied in a third": emptied(_BEFORE, 0.33),
    "quality emptied": emptied("Quality of education"),
    "leadership emptied": emptied("Effectiveness of leadership and management"),
    "the day emptied": emptied(_DAY),
    "the day emptied in a tenth": emptied(_DAY, 0.1),
    "days as Americans write them": each_value(_DAY, american),
    "days as numbers": each_value(_DAY, lambda text: text if text in ("", "NULL") else "45000"),
    "days a century too early": each_value(_DAY, lambda text: text.replace("/20", "/19")),
    "latest and previous swapped": swapped(_OVERALL, _BEFORE),
    "their headings swapped": swapped(_OVERALL, _BEFORE, headings=True),
    "grades turned round": each_value(_OVERALL, lambda text: {"1": "4", "2": "3", "3": "2", "4": "1"}.get(text, text)),
    "cut to 80 percent": cut_to(0.8),
    "a fifth of the rows lost": rows_lost(0.2),
    "authority lost": authority_lost("LAESTAB", _laestab),
    "half of it twice": half_twice,
    "half of it twice, inadequate": half_twice_and_differs(_OVERALL, "4"),
    "overall a row too high": moved_up(_OVERALL, 0),
    "overall a row too high in a tenth": moved_up(_OVERALL, 0.9),
    "URN a row too high": moved_up("URN", 0),
    "latest inspection a row too high": block_moved_up(*_LATEST),
    "previous inspection a row too high": block_moved_up(*_PREVIOUS),
    "both inspections a row too high": block_moved_up(*_LATEST, *_PREVIOUS),
    "concern a row too high": block_moved_up(_CONCERN),
    "quality and behaviour swapped": swapped("Quality of education", "Behaviour and attitudes"),
    "concern filled in": each_value(_CONCERN, lambda _: "SWK", lambda row: hash(row[3]) % 10 == 0),
    "not judged filled in": replaced(_OVERALL, "Not judged", "2"),
    "day and month swapped where it can be": each_value(_DAY, lambda text: american(text) if text[:2] < "13" else text),
}
_KS2 = {
    "cut to 80 percent": cut_to(0.8),
    "cut to 95 percent": cut_to(0.95),
    "a fifth of the rows lost": rows_lost(0.2),
    "authority lost": authority_lost("school_laestab", _laestab),
    "half of it twice": half_twice,
    "half of it twice, as 0": half_twice_and_differs(_SHARE, "0"),
    "percent as fraction": each_value(_SHARE, lambda text: as_number(text, 0.01)),
    "percent ten times": each_value(_SHARE, lambda text: as_number(text, 10)),
    "percent emptied": emptied(_SHARE),
    "percent emptied in a third": emptied(_SHARE, 0.33),
    "percent suppressed": each_value(_SHARE, lambda _: "c"),
    "percent not applicable": each_value(_SHARE, lambda _: "z"),
    "percent as 0 where suppressed": each_value(_SHARE, lambda text: "0" if text in ("c", "x", "u") else text),
    "expected and higher swapped": swapped(_SHARE, "higher_standard_pupil_percent"),
    "a subject's name is longer": replaced("subject", "Reading, writing and maths", "Reading, writing and maths combined"),
    "maths renamed": replaced("subject", "Maths", "Mathematics"),
    "combined and reading change their names": each_value(
        "subject", lambda text: {"Reading": "Reading, writing and maths", "Reading, writing and maths": "Reading"}.get(text, text)
    ),
    "level renamed": replaced("geographic_level", "School", "School level"),
    "level renamed in a third": each_value("geographic_level", lambda _: "Schools", lambda row: hash(row[7]) % 3 == 0),
    "breakdown renamed": replaced("breakdown", "Total", "All pupils"),
    "period as a year": each_value("time_period", lambda _: "2025"),
    "period of the year before": each_value("time_period", lambda _: "202324"),
    "period of a year to come": each_value("time_period", lambda _: "202627"),
    "URN as LAESTAB": swapped(_URN, "school_laestab"),
    "URN a row too high": moved_up(_URN, 0),
    "numbers of schools a school too high": block_moved_up(_URN, "school_laestab"),
    "percent halved": lambda content, chance: each_value(_SHARE, lambda text: as_number(text, 0.5))(
        each_value("higher_standard_pupil_percent", lambda text: as_number(text, 0.5))(content, chance), chance
    ),
    "percent four rows too high": lambda content, chance: moved_up(_SHARE, 0)(content, chance),
}
_KS4 = {
    "cut to 80 percent": cut_to(0.8),
    "a fifth of the rows lost": rows_lost(0.2),
    "authority lost": authority_lost("school_laestab", _laestab),
    "half of it twice": half_twice,
    "half of it twice, as 0": half_twice_and_differs("avg_p8score", "0"),
    "decimal commas": each_value("avg_p8score", _comma),
    "scores a hundred times": each_value("avg_p8score", lambda text: as_number(text, 100)),
    "signs lost": each_value("avg_p8score", lambda text: text.lstrip("-")),
    "scores emptied": emptied("avg_p8score"),
    "scores emptied in a third": emptied("avg_p8score", 0.33),
    "scores and attainment swapped": swapped("avg_p8score", "avg_att8"),
    "their headings swapped": swapped("avg_p8score", "avg_att8", headings=True),
    "lower and score swapped": swapped("avg_p8score", "p8score_ci_low"),
    "breakdown renamed": replaced("breakdown", "Total", "All"),
    "period of the year before": each_value("time_period", lambda _: "202223"),
    "URN a row too high": moved_up(_URN, 0),
    "numbers of schools a row too high": block_moved_up(_URN, "school_laestab"),
    "scores a row too high": block_moved_up("t_pupils", "avg_att8", "avg_p8score", "p8score_ci_low", "p8score_ci_upp"),
    "codes as 0": lambda content, chance: each_value("avg_p8score", _zero)(each_value("avg_att8", _zero)(content, chance), chance),
}
_LINKS = {
    "cut to half": cut_to(0.5),
    "earlier URN emptied": emptied("LinkURN"),
    "the two URNs swapped": swapped("URN", "LinkURN"),
    "plain links renamed": replaced("LinkType", "Predecessor", "Predecessor school"),
    "type emptied": emptied("LinkType"),
}
_AUTHORITIES = {
    "half of it": cut_to(0.5),
    "regions swapped with codes": swapped("gss", "region_code"),
    "an authority lost": authority_lost("la_code"),
    "codes a row too high": moved_up("la_code", 0),
    "names and codes a row too high": block_moved_up("la_name", "gss"),
}
_SETTINGS = {
    "half of it": cut_to(0.5),
    "classes as words": replaced("RUC11CD", "A1", "Urban major conurbation"),
    "classes that there are not": each_value("RUC11CD", lambda _: "Z9"),
    "classes a row too high": block_moved_up("RUC11CD"),
    "classes filled in": each_value("RUC11CD", lambda _: "A1"),
}
_SAME = {
    "gias": {"rows in another order": on_rows(shuffled), "columns in another order": on_rows(columns_shuffled),
             "as UTF-8": lambda content, _: content.decode("cp1252", errors="replace").encode("utf-8-sig")},
    "ofsted": {"rows in another order": on_rows(shuffled), "columns in another order": on_rows(columns_shuffled),
               "line feeds alone": lambda content, _: content.replace(b"\r\n", b"\n")},
    "ks2": {"rows in another order": on_rows(shuffled),
            "percent with a sign": each_value(_SHARE, lambda text: f"{text}%" if text.isdigit() else text)},
    "ks4": {"rows in another order": on_rows(shuffled), "URN with a point": each_value(_URN, lambda text: f"{text}.0")},
}  # fmt: skip
_NEWS = {
    "ofsted": {
        "some are inadequate": some_rows(_OVERALL, lambda text: "4" if text in "123" else text),
        "some are outstanding": some_rows(_OVERALL, lambda text: "1" if text in "234" else text, 20),
        "some in special measures": some_rows(_CONCERN, lambda _: "SM"),
        "some were good before": some_rows(_BEFORE, lambda text: "2" if text in "34" else text, 200),
    },
    "gias": {
        # schools of two codes are none listed twice any more: of two with one LAESTAB both count then
        "two new codes for an authority": on_rows(two_new_codes),
        "some have closed": some_rows(_STATUS, lambda _: "2", 40),
        "some are to close": some_rows(_STATUS, lambda _: "3", 40),
        "some are secondary now": some_rows(_PHASE, lambda text: "4" if text == "2" else text, 20),
    },
    "ks2": {"some have other results": some_rows(_SHARE, lambda text: "99" if text.isdigit() else text, 300)},
    "ks4": {"some have other results": some_rows("avg_p8score", lambda text: "1.5" if text.strip("-0.").isdigit() else text, 15)},
    "links": {"some links are gone": rows_lost(0.002)},
}
CASES: dict[str, dict[str, dict[str, Any]]] = {
    "fault": {
        "gias": _GIAS, "ofsted": _OFSTED, "ks2": _KS2, "ks4": _KS4, "links": _LINKS,
        "authorities": _AUTHORITIES, "settings": _SETTINGS,
    },
    "same": _SAME,
    "news": _NEWS,
}  # fmt: skip
