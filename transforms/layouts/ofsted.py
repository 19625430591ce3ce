"""Ofsted management information, state-funded schools: latest inspections (and, until October 2025, the ones before).

One row per school. Vintages by the layout's first release; the newest first, because it is recognised by its own columns.
"""

from __future__ import annotations

from transforms.layouts.fields import Kind
from transforms.layouts.layout import Column, Layout

REPORT_CARD, GRADED, OVERALL = "2025-11", "2024-06", "2017"

_GRADED_URN = "URN at time of latest graded inspection"
_OEIF = "Latest OEIF "

# ours | kind | to 2018 (sheet-like) | June 2024 to October 2025 (ungraded / graded) | since November 2025 (report cards).
# In the report-card layout "latest graded" is the latest under the framework of 2019 (OEIF); the report card stands beside it.
_NAMES: tuple[tuple[str, Kind, str | None, str | None, str | None], ...] = (
    ("urn", "urn", "URN", "URN", "URN"),
    ("laestab", "code", "LAESTAB", "LAESTAB", "LAESTAB"),
    ("name", "text", "School name", "School name", "School name"),
    ("ofsted_phase", "text", "Ofsted phase", "Ofsted phase", "Ofsted phase"),
    ("type_of_education", "text", "Type of education", "Type of education", "Type of education"),
    ("postcode", "text", "Postcode", "Postcode", "Postcode"),
    ("latest_inspection_number", "text", None, "Inspection number of latest graded inspection",
     "Inspection number of latest OEIF graded inspection"),
    ("latest_inspection_date", "date", "Inspection date", "Inspection start date",
     "Inspection start date of latest OEIF graded inspection"),
    ("latest_publication_date", "date", None, "Publication date", "Publication date of latest OEIF graded inspection"),
    ("latest_urn", "integer", None, _GRADED_URN, "URN at time of latest OEIF graded inspection"),
    ("latest_overall_effectiveness", "grade", "Overall effectiveness", "Overall effectiveness", _OEIF + "overall effectiveness"),
    ("latest_category_of_concern", "text", "Category of concern", "Category of concern", _OEIF + "category of concern"),
    ("latest_quality_of_education", "grade", None, "Quality of education", _OEIF + "quality of education"),
    ("latest_behaviour_and_attitudes", "grade", None, "Behaviour and attitudes", _OEIF + "behaviour and attitudes"),
    ("latest_personal_development", "grade", None, "Personal development", _OEIF + "personal development"),
    ("latest_leadership_and_management", "grade", "Effectiveness of leadership and management",
     "Effectiveness of leadership and management", _OEIF + "effectiveness of leadership and management"),
    ("latest_safeguarding", "text", None, "Safeguarding is effective?", _OEIF + "safeguarding is effective?"),
    ("previous_inspection_number", "text", None, "Previous inspection number", None),
    ("previous_inspection_date", "date", None, "Previous inspection start date", None),
    ("previous_publication_date", "date", None, "Previous publication date", None),
    ("previous_urn", "integer", None, "URN at time of previous graded inspection", None),
    ("previous_overall_effectiveness", "grade", None, "Previous graded inspection overall effectiveness", None),
    ("previous_category_of_concern", "text", None, "Previous category of concern", None),
    ("previous_quality_of_education", "grade", None, "Previous quality of education", None),
    ("previous_behaviour_and_attitudes", "grade", None, "Previous behaviour and attitudes", None),
    ("previous_personal_development", "grade", None, "Previous personal development", None),
    ("previous_leadership_and_management", "grade", None, "Previous effectiveness of leadership and management", None),
    ("previous_safeguarding", "text", None, "Previous safeguarding is effective?", None),
    ("ungraded_inspection_date", "date", None, "Date of latest ungraded inspection", "Date of latest ungraded inspection"),
    ("ungraded_outcome", "text", None, "Ungraded inspection overall outcome", "Ungraded inspection overall outcome"),
    ("report_card_inspection_number", "text", None, None, "Inspection number of latest full inspection"),
    ("report_card_inspection_date", "date", None, None, "Inspection start date"),
    ("report_card_publication_date", "date", None, None, "Publication date"),
    ("report_card_urn", "integer", None, None, "URN at time of latest full inspection"),
    ("report_card_category_of_concern", "text", None, None, "Category of concern"),
    ("report_card_safeguarding", "text", None, None, "Safeguarding standards"),
    ("report_card_inclusion", "text", None, None, "Inclusion"),
    ("report_card_curriculum_and_teaching", "text", None, None, "Curriculum and teaching"),
    ("report_card_achievement", "text", None, None, "Achievement"),
    ("report_card_attendance_and_behaviour", "text", None, None, "Attendance and behaviour"),
    ("report_card_personal_development", "text", None, None, "Personal development and wellbeing"),
    ("report_card_early_years", "text", None, None, "Early years (where applicable)"),
    ("report_card_post_16", "text", None, None, "Post-16 provision (where applicable)"),
    ("report_card_leadership_and_governance", "text", None, None, "Leadership and governance"),
)  # fmt: skip

INSPECTION = Layout(
    kind="ofsted_inspection",
    group="ofsted",
    publisher="Ofsted",
    title="Management information, state-funded schools, latest inspections",
    name_pattern=r"Management[ _]information.*schools.*20\d\d\.csv",
    header_has=("URN",),
    vintages=(REPORT_CARD, GRADED, OVERALL),
    key=("urn",),
    required=True,
    dated=True,
    files="releases",
    columns=tuple(
        Column(
            name,
            kind,
            {
                vintage: heading
                for vintage, heading in ((OVERALL, overall), (GRADED, graded), (REPORT_CARD, report_card))
                if heading is not None
            },
            with_reason=kind == "grade",
        )
        for name, kind, overall, graded, report_card in _NAMES
    ),
)

LAYOUTS = (INSPECTION,)
