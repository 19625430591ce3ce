"""Every kind of file that is read, and a plain description of it for the oracle: where each column stands, and in which form.

Written from the publishers' files and from docs/, not from the tables of ``transforms/layouts``: what stands there wrongly would
stand here as well. ``!`` before a heading: the file is of no use without it. Forms: see ``plain.py``."""

from __future__ import annotations

from typing import Any

from tests.reliability.plain import Plain, Spec

ONS, GROUP = "code:[A-Z][0-9]{8}", "code:[1-9][0-9]{0,7}"
ANY_CODE = "code:[A-Za-z0-9]{1,12}"
LINK = (
    "word:Predecessor=Predecessor - academy conversion|Successor=Successor - academy conversion|Predecessor - merged|"
    "Successor - merged|"
    "Predecessor - amalgamated|Successor - amalgamated|Result of Amalgamation|Predecessor - Split School|Successor - Split School|"
    "Sixth Form Centre School|Sixth Form Centre Link|Children's Centre Link|Merged - expansion of school capacity|"
    "Merged - expansion in school capacity and changer in age range|Merged - change in age range|Expansion|Closure|Other"
)
CONCERN = "word:SM=Special measures|SWK=Serious weaknesses|RSI=Requires significant improvement|NTI=Notice to improve"
CARD = "word:Exceptional|Strong standard|Expected standard|Needs attention=Attention needed|Urgent improvement|Not applicable=N/A"


def _columns(text: str) -> tuple[dict[str, tuple[str, str]], frozenset[str]]:
    columns, optional = {}, set()
    for line in filter(str.strip, text.splitlines()):
        name, heading, form = (each.strip() for each in line.split(" | "))
        if not heading.startswith("!"):
            optional.add(name)
        columns[name] = heading.removeprefix("!"), form
    return columns, frozenset(optional)


def _spec(kind: str, key: str, text: str, **more: Any) -> Spec:
    columns, optional = _columns(text)
    return Spec(kind, columns, tuple(key.split()), optional, **more)


_GIAS = f"""
urn | !URN | urn
la_code | !LA (code) | code:3w
la_name | LA (name) | name
establishment_number | !EstablishmentNumber | code:4w
name | !EstablishmentName | text
type_code | !TypeOfEstablishment (code) | code:2w
type_name | !TypeOfEstablishment (name) | text
status_code | !EstablishmentStatus (code) | code:1w
status_name | !EstablishmentStatus (name) | text
open_date | !OpenDate | day
close_date | !CloseDate | day
phase_code | !PhaseOfEducation (code) | code:1w
phase_name | !PhaseOfEducation (name) | text
low_age | !StatutoryLowAge | whole
high_age | !StatutoryHighAge | whole
gender | !Gender (name) | text
religious_character | !ReligiousCharacter (name) | text
admissions | !AdmissionsPolicy (name) | text
pupils | !NumberOfPupils | whole
fsm_percent | !PercentageFSM | number
trust_flag_code | !TrustSchoolFlag (code) | code:1w
trust_id | !Trusts (code) | {GROUP}
trust_name | !Trusts (name) | text
postcode | !Postcode | text
gor_code | !GOR (code) | {ANY_CODE}
constituency_code | !ParliamentaryConstituency (code) | {ONS}
constituency_name | !ParliamentaryConstituency (name) | name
urban_rural_code | !UrbanRural (code) | {ANY_CODE}
easting | !Easting | whole
northing | !Northing | whole
lsoa_code | LSOA (code) | {ONS}
la_ons_code | GSSLACode (name) | {ONS}
school_capacity | SchoolCapacity | whole
fsm_pupils | FSM | whole
diocese | Diocese (name) | text
town | Town | text
"""
_OFSTED = f"""
urn | !URN | urn
latest_inspection_date | !Inspection start date | day
latest_urn | !URN at time of latest graded inspection | other-urn
latest_overall_effectiveness | !Overall effectiveness | grade
latest_category_of_concern | !Category of concern | {CONCERN}
latest_quality_of_education | !Quality of education | grade
latest_leadership_and_management | !Effectiveness of leadership and management | grade
latest_safeguarding | !Safeguarding is effective? | yes
previous_inspection_date | !Previous inspection start date | day
previous_urn | !URN at time of previous graded inspection | other-urn
previous_overall_effectiveness | !Previous graded inspection overall effectiveness | grade
previous_category_of_concern | !Previous category of concern | {CONCERN}
previous_quality_of_education | !Previous quality of education | grade
previous_leadership_and_management | !Previous effectiveness of leadership and management | grade
ungraded_inspection_date | !Date of latest ungraded inspection | day
ungraded_urn | !URN at time of the ungraded inspection | other-urn
"""
_OFSTED_2026 = f"""
urn | !URN | urn
latest_inspection_date | !Inspection start date of latest OEIF graded inspection | day
latest_overall_effectiveness | !Latest OEIF overall effectiveness | grade
latest_category_of_concern | !Latest OEIF category of concern | {CONCERN}
latest_quality_of_education | !Latest OEIF quality of education | grade
latest_leadership_and_management | !Latest OEIF effectiveness of leadership and management | grade
latest_safeguarding | !Latest OEIF safeguarding is effective? | yes
report_card_inspection_date | !Inspection start date | day
report_card_category_of_concern | !Category of concern | {CONCERN}
report_card_safeguarding | !Safeguarding standards | word:Met=Standards met|Not met=Standards not met
report_card_inclusion | !Inclusion | {CARD}
report_card_curriculum_and_teaching | !Curriculum and teaching | {CARD}
report_card_achievement | !Achievement | {CARD}
report_card_attendance_and_behaviour | !Attendance and behaviour | {CARD}
report_card_personal_development | !Personal development and wellbeing | {CARD}
report_card_early_years | !Early years (where applicable) | {CARD}
report_card_post_16 | !Post-16 provision (where applicable) | {CARD}
report_card_leadership_and_governance | !Leadership and governance | {CARD}
current_category_of_concern | !Most recent category of concern | {CONCERN}|none=
"""
_KS2_LONG = """
urn | !school_urn | urn
year | !time_period | whole
laestab | !school_laestab | whole
level | !geographic_level | text
subject | !subject | text
breakdown | !breakdown | text
subject_pupils | pupil_count | number:pupils
expected_percent | !expected_standard_pupil_percent | number:percent
higher_percent | !higher_standard_pupil_percent | number:percent
progress | !progress_measure_score | number:score
release_version | version | word:Provisional|Revised|Final
"""
_KS2_WIDE = """
record_type | !RECTYPE | whole
urn | !URN | urn
la_code | LEA | whole
establishment_number | ESTAB | whole
pupils | TELIG | number:pupils
rwm_expected_percent | PTRWM_EXP | number:percent
rwm_higher_percent | PTRWM_HIGH | number:percent
disadvantaged_rwm_expected_percent | PTRWM_EXP_FSM6CLA1A | number:percent
reading_progress | !READPROG | number:score
writing_progress | !WRITPROG | number:score
maths_progress | !MATPROG | number:score
"""
_KS4_LONG = """
urn | !school_urn | urn
year | !time_period | whole
laestab | !school_laestab | whole
level | !geographic_level | text
breakdown | !breakdown | text
pupils | !t_pupils | number:pupils
attainment8 | !avg_att8 | number:score
progress8 | !avg_p8score | number:score
progress8_lower | !p8score_ci_low | number:score
progress8_upper | !p8score_ci_upp | number:score
basics_strong_percent | !pt_l2basics_95 | number:percent
"""
_KS4_WIDE = """
record_type | !RECTYPE | whole
urn | !URN | urn
la_code | LEA | whole
establishment_number | ESTAB | whole
pupils | !TPUP | number:pupils
attainment8 | !ATT8SCR | number:score
progress8 | !P8MEA | number:score
progress8_lower | P8CILOW | number:score
progress8_upper | P8CIUPP | number:score
basics_strong_percent | PTL2BASICS_95 | number:percent
"""

SPECS = {
    "gias_establishment": _spec("gias_establishment", "urn", _GIAS),
    "gias_link": _spec(
        "gias_link",
        "urn link_urn link_type",
        f"urn | !URN | urn\nlink_urn | !LinkURN | urn-or-aside\nlink_type | !LinkType | {LINK}\n"
        "link_date | !LinkEstablishedDate | day",
    ),
    "gias_group": _spec(
        "gias_group",
        "group_id",
        f"group_id | !Group UID | {GROUP}\ngroup_name | !Group Name | text\ngroup_type_code | !Group Type (code) | {ANY_CODE}\n"
        "group_type | !Group Type | text\ngroup_status | !Group Status | text\nopen_date | !Open date | day\n"
        "closed_date | !Closed Date | day",
    ),
    "gias_group_membership": _spec(
        "gias_group_membership",
        "urn group_id group_name joined_date left_date",
        f"urn | !URN | urn-or-aside\ngroup_id | !Linked UID | {GROUP}\ngroup_name | !Group Name | text\n"
        "group_type | !Group Type | text\ngroup_status | !Group Status | text\njoined_date | !Joined date | day",
        ends=("LA (name)",),
    ),
    "gias_group_membership of today": _spec(
        "gias_group_membership",
        "urn group_id group_name joined_date left_date",
        f"urn | !URN | urn-or-aside\ngroup_id | Group UID | {GROUP}\ngroup_name | !Group Name | text\n"
        "joined_date | !Date Joined Group | day\nleft_date | Date Left Group | day",
        ends=("LA (name)",),
    ),
    "ofsted_inspection": _spec("ofsted_inspection", "urn", _OFSTED),
    "ofsted_inspection of 2026": _spec("ofsted_inspection", "urn", _OFSTED_2026),
    "ofsted_inspection of 2017": _spec(
        "ofsted_inspection",
        "urn",
        "urn | !URN | urn\nlatest_inspection_date | !Inspection date | day\n"
        "latest_overall_effectiveness | !Overall effectiveness | grade\n"
        "latest_leadership_and_management | !Effectiveness of leadership and management | grade\n"
        f"latest_category_of_concern | Category of concern | {CONCERN}",
    ),
    "ks2_result": _spec("ks2_result", "urn year subject breakdown", _KS2_LONG),
    "ks2_result wide": _spec("ks2_result", "urn", _KS2_WIDE, ends=("TPUPYEAR",), national={"record_type": "5"}),
    "ks2_cohort": _spec(
        "ks2_cohort",
        "urn year",
        "urn | !school_urn | urn\nyear | !time_period | whole\nlevel | !geographic_level | text\npupils | !telig | number:pupils\n"
        "release_version | version | word:Provisional|Revised|Final",
    ),
    "ks4_result": _spec("ks4_result", "urn year", _KS4_LONG),
    "ks4_result wide": _spec("ks4_result", "urn", _KS4_WIDE, ends=("NFTYPE",), national={"record_type": "7"}),
    "ons_local_authority": _spec(
        "ons_local_authority",
        "la_code",
        f"la_code | !la_code | code:[0-9]{{3}}\nla_name | !la_name | name\nla_ons_code | !gss | {ONS}\n"
        f"region_code | !region_code | {ONS}",
    ),
    "ons_rural_urban": _spec(
        "ons_rural_urban",
        "lsoa_code",
        f"lsoa_code | !LSOA21CD | {ONS}\nrural_urban_code | !RUC11CD | word:A1|B1|C1|C2|D1|D2|E1|E2|F1|F2",
    ),
    "list_teaching_school": _spec("list_teaching_school", "urn", "urn | !URN | urn"),
    "list_trust_not_ready": _spec("list_trust_not_ready", "group_id", f"group_id | !Group UID | {GROUP}"),
}  # fmt: skip
ONLY = {
    "ks2_result": {"level": ("School",), "breakdown": ("Total", "Disadvantaged"),
                   "subject": ("Reading, writing and maths", "Reading", "Writing", "Maths")},
    "ks2_cohort": {"level": ("School",)},
    "ks4_result": {"level": ("School",), "breakdown": ("Total",)},
    "ks2_result wide": {"record_type": ("1", "2")},
    "ks4_result wide": {"record_type": ("1", "2")},
}  # fmt: skip
"""The rows that are of a whole school, or of its disadvantaged pupils, by the words in these columns."""

_SUBJECTS = {"Reading": "reading_progress", "Writing": "writing_progress", "Maths": "maths_progress"}
_COMBINED = {"pupils": "subject_pupils", "rwm_expected_percent": "expected_percent", "rwm_higher_percent": "higher_percent"}
NOT_THERE = (None, None)


def told(plain: Plain, name: str, year: int | None) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The plain rows in the shape in which they land: key stage 2 in one row a school, the years as those in which they end."""
    rows = plain.rows
    if name in ("ks2_result wide", "ks4_result wide"):
        return {(urn, year): {**row, "year": (year, None)} for (urn,), row in rows.items()}
    if name in ("ks4_result", "ks2_cohort"):
        return {(urn, _ended(period, plain)): {**row, "year": (_ended(period, plain), None)} for (urn, period), row in rows.items()}
    if name != "ks2_result":
        return rows
    schools: dict[tuple[Any, ...], dict[str, Any]] = {}
    for (urn, period, subject, breakdown), row in rows.items():
        if (subject, breakdown) == ("Reading, writing and maths", "Total"):
            school = {ours: row[theirs] for ours, theirs in _COMBINED.items()}
            for other, ours in _SUBJECTS.items():
                part = rows.get((urn, period, other, "Total"))
                school[ours] = part["progress"] if part else (None, "no_row")
            part = rows.get((urn, period, subject, "Disadvantaged"))
            school["disadvantaged_rwm_expected_percent"] = part["expected_percent"] if part else (None, "no_row")
            schools[urn, _ended(period, plain)] = school | {"laestab": row["laestab"]}
    return schools


def _ended(period: Any, plain: Plain) -> Any:
    """202425 ended in 2025."""
    if not isinstance(period, int) or not 200_000 < period < 210_000 or (period // 100 + 1) % 100 != period % 100:
        plain.wrong.append(f"{period} is no academic year")
        return period
    return period // 100 + 1
