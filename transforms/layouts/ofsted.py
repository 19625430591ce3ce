"""Ofsted management information, state-funded schools: latest inspections (and, until October 2025, the ones before).

One row per school. Vintages by the layout's first release; the newest first, because it is recognised by its own columns.
"""

from __future__ import annotations

from transforms.layouts.fields import Kind
from transforms.layouts.layout import Column, Layout

REPORT_CARD, GRADED, FULL, OVERALL = "2025-11", "2024-06", "2019-09", "2017"

_OEIF = "Latest OEIF "
_OF_OEIF = " of latest OEIF graded inspection"
_SAME = "="
"""The heading is that of the vintage to the left."""

# ours, kind, and the heading to 2018 (sheet-like), from September 2019 to mid-2024 ("section 8" / "full"), to October 2025
# ("ungraded" / "graded"), and since November 2025 (report cards).
# In the report-card layout "latest graded" is the latest under the framework of 2019 (OEIF); the report card stands beside it.
_NAMES: tuple[tuple[str, Kind, str | None, str | None, str | None, str | None], ...] = (
    ("urn", "urn", "URN", _SAME, _SAME, _SAME),
    ("laestab", "code", "LAESTAB", _SAME, _SAME, _SAME),
    ("name", "text", "School name", _SAME, _SAME, _SAME),
    ("ofsted_phase", "text", "Ofsted phase", _SAME, _SAME, _SAME),
    ("type_of_education", "text", "Type of education", _SAME, _SAME, _SAME),
    ("postcode", "text", "Postcode", _SAME, _SAME, _SAME),
    ("latest_inspection_number", "text", None, "Inspection number of latest full inspection",
     "Inspection number of latest graded inspection", "Inspection number" + _OF_OEIF),
    ("latest_inspection_date", "date", "Inspection date", "Inspection start date", _SAME, "Inspection start date" + _OF_OEIF),
    ("latest_publication_date", "date", None, "Publication date", _SAME, "Publication date" + _OF_OEIF),
    ("latest_urn", "integer", None, "URN at time of latest full inspection", "URN at time of latest graded inspection",
     "URN at time" + _OF_OEIF),
    ("latest_overall_effectiveness", "grade", "Overall effectiveness", _SAME, _SAME, _OEIF + "overall effectiveness"),
    ("latest_category_of_concern", "text", "Category of concern", _SAME, _SAME, _OEIF + "category of concern"),
    ("latest_quality_of_education", "grade", None, "Quality of education", _SAME, _OEIF + "quality of education"),
    ("latest_behaviour_and_attitudes", "grade", None, "Behaviour and attitudes", _SAME, _OEIF + "behaviour and attitudes"),
    ("latest_personal_development", "grade", None, "Personal development", _SAME, _OEIF + "personal development"),
    ("latest_leadership_and_management", "grade", "Effectiveness of leadership and management", _SAME, _SAME,
     _OEIF + "effectiveness of leadership and management"),
    ("latest_safeguarding", "text", None, "Safeguarding is effective?", _SAME, _OEIF + "safeguarding is effective?"),
    ("previous_inspection_number", "text", None, "Previous full inspection number", "Previous inspection number", None),
    ("previous_inspection_date", "date", None, "Previous inspection start date", _SAME, None),
    ("previous_publication_date", "date", None, "Previous publication date", _SAME, None),
    ("previous_urn", "integer", None, "URN at time of previous full inspection", "URN at time of previous graded inspection", None),
    ("previous_overall_effectiveness", "grade", None, "Previous full inspection overall effectiveness",
     "Previous graded inspection overall effectiveness", None),
    ("previous_category_of_concern", "text", None, "Previous category of concern", _SAME, None),
    ("previous_quality_of_education", "grade", None, "Previous quality of education", _SAME, None),
    ("previous_behaviour_and_attitudes", "grade", None, "Previous behaviour and attitudes", _SAME, None),
    ("previous_personal_development", "grade", None, "Previous personal development", _SAME, None),
    ("previous_leadership_and_management", "grade", None, "Previous effectiveness of leadership and management", _SAME, None),
    ("previous_safeguarding", "text", None, "Previous safeguarding is effective?", _SAME, None),
    ("ungraded_inspection_date", "date", None, "Date of latest section 8 inspection", "Date of latest ungraded inspection", _SAME),
    ("ungraded_urn", "integer", None, "URN at time of the section 8 inspection", "URN at time of the ungraded inspection", _SAME),
    ("ungraded_outcome", "text", None, "Section 8 inspection overall outcome", "Ungraded inspection overall outcome", _SAME),
    ("report_card_inspection_number", "text", None, None, None, "Inspection number of latest full inspection"),
    ("report_card_inspection_date", "date", None, None, None, "Inspection start date"),
    ("report_card_publication_date", "date", None, None, None, "Publication date"),
    ("report_card_urn", "integer", None, None, None, "URN at time of latest full inspection"),
    ("report_card_category_of_concern", "text", None, None, None, "Category of concern"),
    ("report_card_safeguarding", "text", None, None, None, "Safeguarding standards"),
    ("report_card_inclusion", "text", None, None, None, "Inclusion"),
    ("report_card_curriculum_and_teaching", "text", None, None, None, "Curriculum and teaching"),
    ("report_card_achievement", "text", None, None, None, "Achievement"),
    ("report_card_attendance_and_behaviour", "text", None, None, None, "Attendance and behaviour"),
    ("report_card_personal_development", "text", None, None, None, "Personal development and wellbeing"),
    ("report_card_early_years", "text", None, None, None, "Early years (where applicable)"),
    ("report_card_post_16", "text", None, None, None, "Post-16 provision (where applicable)"),
    ("report_card_leadership_and_governance", "text", None, None, None, "Leadership and governance"),
)  # fmt: skip


def _headings(*names: str | None) -> dict[str, str]:
    """Vintage to heading, the repeated ones written out."""
    headings: dict[str, str] = {}
    last = ""
    for vintage, name in zip((OVERALL, FULL, GRADED, REPORT_CARD), names, strict=True):
        if name is not None:
            last = last if name == _SAME else name
            headings[vintage] = last
    return headings


INSPECTION = Layout(
    kind="ofsted_inspection",
    group="ofsted",
    publisher="Ofsted",
    title="Management information, state-funded schools, latest inspections",
    name_pattern=r"Management[ _]information.*schools.*20\d\d\.csv",
    header_has=("URN",),
    vintages=(REPORT_CARD, GRADED, FULL, OVERALL),
    key=("urn",),
    required=True,
    dated=True,
    files="releases",
    columns=tuple(Column(name, kind, _headings(*headings), with_reason=kind == "grade") for name, kind, *headings in _NAMES),
)

LAYOUTS = (INSPECTION,)
