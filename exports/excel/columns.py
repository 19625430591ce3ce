"""The columns of every sheet: heading, width, format, and what the data dictionary says of them.

Most show a published column as it is, described in ``sql/dictionary/mart.csv``; the others say here what they mean.
"""

from __future__ import annotations

from exports.excel.workbook import AS_IT_IS, DATE, ONE_DECIMAL, PLAIN, TWO_DECIMALS, WHOLE, Field

DEFINITION = Field("Definition", 13, source="area_summary.definition")
PHASE_WRAPPED = Field("Phase", 13, source="area_summary.phase", is_wrapped=True)
PHASE = Field("Phase", 20, source="area_summary.phase")

MEASURES = (
    Field("Schools", 10, WHOLE, "area_summary.schools"),
    Field("High-performing", 12, WHOLE, "area_summary.high_performing"),
    Field("In need", 10, WHOLE, "area_summary.in_need"),
    Field("High-performing, % of schools", 14, ONE_DECIMAL, "area_summary.high_performing_percent"),
    Field("In need, % of schools", 14, ONE_DECIMAL, "area_summary.in_need_percent"),
    Field("Median number of high-performing schools near a school in need", 20, ONE_DECIMAL, "area_summary.partners_median"),
    Field("Mean number of them", 12, ONE_DECIMAL, "area_summary.partners_mean"),
    Field("Schools in need with nobody near", 14, WHOLE, "area_summary.in_need_without_partner"),
    Field("Can be partnered at once, one each", 14, WHOLE, "area_summary.partnered_exclusively_1"),
    Field("Can be partnered at once, two each", 14, WHOLE, "area_summary.partnered_exclusively_2"),
    Field("Can be partnered at once, three each", 14, WHOLE, "area_summary.partnered_exclusively_3"),
    Field("Neither, but not assessed by every rule", 14, WHOLE, "area_summary.not_assessed"),
)
"""The measures of an area."""

KIND_OF_AREA = Field("Kind of area", 16, source="area_summary.area_type")
AREA = Field("Area", 34, source="area_summary.area_name")
AREA_CODE = Field("ONS code", 12, source="area_summary.area_code")

NUMBER = Field("Number", 9, PLAIN, meaning="A running number that stands for the school in this edition, in which it is not named.")
URN = Field("URN", 10, PLAIN, "school.urn")
LOCAL_AUTHORITY = Field("Local authority", 26, source="school.la_name")
SETTING = Field("Setting", 11, source="school.setting")
RADIUS = Field("Radius, miles", 9, AS_IT_IS, "school.search_radius_miles")
REASONS = Field("Why it is in need", 50, source="school_status.reasons", meaning="Every reason found, in words.", is_wrapped=True)
PARTNERS = Field(
    "High-performing schools within it",
    14,
    WHOLE,
    meaning="How many high-performing schools of its phase stand within the radius; empty where the school cannot be placed.",
)
NEAREST = Field(
    "Nearest high-performing school",
    28,
    meaning="Name of the nearest partner (distance_rank 1 of the table match).",
    is_wrapped=True,
)
MILES_TO_NEAREST = Field("Miles to it", 9, ONE_DECIMAL, "match.distance_miles")
NEAREST_LINK = Field("Whom to ring", 16, meaning="Link to the nearest partner's page in GIAS, with its telephone number and head.")
JUDGED = Field("Judged on", 14, DATE, "school.ofsted_date")
BEFORE_TRUST = Field("Judged before it joined its trust", 14, source="school.is_ofsted_before_trust")
GIAS_LINK = Field("Page in GIAS", 14, meaning="Link to the school's page in Get Information About Schools.")
OFSTED_LINK = Field("Page at Ofsted", 15, meaning="Link to the school's reports at Ofsted.")

IN_NEED = (
    DEFINITION,
    PHASE_WRAPPED,
    Field("School in need", 32, source="school.name", is_wrapped=True),
    URN,
    Field("Local authority", 18, source="school.la_name", is_wrapped=True),
    Field("Constituency", 21, source="school.constituency_name", is_wrapped=True),
    SETTING,
    RADIUS,
    REASONS,
    PARTNERS,
    NEAREST,
    MILES_TO_NEAREST,
    NEAREST_LINK,
    JUDGED,
    Field("Trust", 30, source="school.trust_name", is_wrapped=True),
    BEFORE_TRUST,
    GIAS_LINK,
    OFSTED_LINK,
)
IN_NEED_PRINTED = IN_NEED.index(MILES_TO_NEAREST) + 1
"""How many of them go into print: those after it are links, or can wait until one is at the screen."""

IN_NEED_ANONYMOUS = (DEFINITION, PHASE, NUMBER, LOCAL_AUTHORITY, SETTING, RADIUS, REASONS, PARTNERS)
"""Without what tells the school: name, URN, links, trust, date, and distances, from which a place can be worked out."""

ITS_TRUST = Field("Its trust", 38, source="school.trust_name", is_wrapped=True)
PAIRS = (
    DEFINITION,
    PHASE_WRAPPED,
    Field("School in need", 38, source="school.name", is_wrapped=True),
    URN,
    Field("Local authority of it", 24, source="school.la_name"),
    Field("Rank", 8, PLAIN, "match.distance_rank"),
    Field("High-performing school", 38, source="school.name", is_wrapped=True),
    Field("URN of high-performing school", 12, PLAIN, "match.partner_urn"),
    Field("Miles", 9, ONE_DECIMAL, "match.distance_miles"),
    Field("Likeness", 10, TWO_DECIMALS, "match.similarity"),
    Field("Its local authority", 26, source="school.la_name"),
    ITS_TRUST,
    Field("Same authority", 13, source="match.same_la"),
    Field("Same trust", 13, source="match.same_trust"),
    Field("Judged under", 18, source="school.ofsted_framework"),
    Field("Judged on", 14, DATE, "school.ofsted_date"),
)

ORGANISATION_IN_NEED = Field("In need, % of its schools", 12, ONE_DECIMAL, "partner_organisation.in_need_percent")
ORGANISATIONS = (
    DEFINITION,
    PHASE_WRAPPED,
    Field("School in need", 38, source="school.name", is_wrapped=True),
    URN,
    Field("Local authority of it", 24, source="school.la_name"),
    Field("Rank", 8, PLAIN, "partner_organisation.organisation_rank"),
    Field("Organisation", 38, source="partner_organisation.organisation_name", is_wrapped=True),
    Field("Kind of organisation", 20, source="partner_organisation.organisation_kind"),
    Field("Its high-performing schools near", 14, WHOLE, "partner_organisation.partners"),
    Field("Nearest of these", 38, meaning="Name of the nearest of these schools.", is_wrapped=True),
    Field("Miles to it", 9, ONE_DECIMAL, "partner_organisation.distance_miles"),
    Field("Its schools", 10, WHOLE, "partner_organisation.schools"),
    Field("Of its schools in need", 10, WHOLE, "partner_organisation.in_need"),
    ORGANISATION_IN_NEED,
    Field("Schools in need it could reach", 13, WHOLE, "organisation.schools_in_need_in_reach"),
    Field("Runs the school in need", 13, source="partner_organisation.is_own_organisation"),
)

HIGH_PERFORMING = (
    DEFINITION,
    PHASE,
    Field("High-performing school", 42, source="school.name", is_wrapped=True),
    URN,
    LOCAL_AUTHORITY,
    Field("Trust", 36, source="school.trust_name", is_wrapped=True),
    Field("Schools in need it could serve", 14, WHOLE, meaning="In how many schools' radius it stands, also across the border."),
    Field("Judged under", 18, source="school.ofsted_framework"),
    JUDGED,
    GIAS_LINK,
)

CHANGES = (
    Field("Change", 28, meaning="Newly or no longer in need or high-performing, against the folder published before."),
    DEFINITION,
    PHASE,
    Field("School", 42, source="school.name", is_wrapped=True),
    URN,
    LOCAL_AUTHORITY,
    Field("Status before", 28, meaning="Its status in the folder published before; none where it was not in it."),
    Field("Status now", 28, source="school_status.status"),
    Field("Why", 60, source="change.cause_sentence", is_wrapped=True),
)

STATUS = (
    Field("Source", 70, meaning="What its files hold."),
    Field("Publisher", 34, meaning="Who publishes it."),
    Field("As at", 14, DATE, meaning="The date the newest file speaks of; of results the end of their academic year."),
    Field("Age, days", 10, WHOLE, meaning="From that date to the day this workbook was made."),
    Field("Next expected", 14, DATE, meaning="When the publisher should have the next one out, by how often it publishes."),
    Field("State", 60, meaning="How fresh it is, in words.", is_wrapped=True),
)

THRESHOLDS = (
    Field("Definition", 13, source="definition.definition"),
    Field("What it does", 80, source="definition.parameter_sentence", is_wrapped=True),
    Field("Value", 10, AS_IT_IS, "definition.value"),
    Field("Unit", 30, source="definition.unit", is_wrapped=True),
    Field("Source", 70, source="definition.parameter_source", is_wrapped=True),
)

SENSITIVITY = (
    DEFINITION,
    PHASE,
    Field(
        "What is changed",
        80,
        source="sensitivity.parameter",
        meaning="In words, what the one value does that is another here.",
        is_wrapped=True,
    ),
    Field("Its value", 10, AS_IT_IS, "sensitivity.value"),
    Field("As defined", 10, source="sensitivity.is_as_defined"),
    *(
        Field(each.heading, each.width, each.number_format, each.source.replace("area_summary.", "sensitivity."))
        for each in MEASURES
        if not each.source.startswith("area_summary.partnered_exclusively_")
    ),
)
"""England's measures at other values; assignments of partners are not worked out for them."""

NOTES = (Field("Note", 8, PLAIN), Field("About", 28), Field("What it says", 110, is_wrapped=True))
DICTIONARY = (
    Field("Sheet", 24),
    Field("Column", 40, is_wrapped=True),
    Field("Unit", 18),
    Field("What it means", 90, is_wrapped=True),
    Field("Column of the database", 40),
    Field("Published as", 50, is_wrapped=True),
)
