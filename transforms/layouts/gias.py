"""Get Information About Schools (DfE): establishments, links between them, groups, and who belongs to which group."""

from __future__ import annotations

from transforms.layouts.fields import Kind
from transforms.layouts.layout import Column, Layout

PUBLISHER = "Department for Education"


def _columns(*table: tuple[str, Kind, str]) -> tuple[Column, ...]:
    return tuple(Column(name, kind, {"gias": heading}) for name, kind, heading in table)


# GIAS drops and adds columns (140 in early 2024, 135 since March 2025) but has kept these headings since 2017. A heading with
# "?" may be absent: GSSLACode is not in the extracts of 2017.
ESTABLISHMENT = Layout(
    kind="gias_establishment",
    group="gias",
    publisher=PUBLISHER,
    title="GIAS, all establishments",
    name_pattern=r"edubasealldata\d{8}\.csv",
    header_has=("URN",),
    vintages=("gias",),
    dated=True,
    key=("urn",),
    required=True,
    columns=_columns(
        ("urn", "urn", "URN"),
        ("la_code", "code", "LA (code)"),
        ("establishment_number", "code", "EstablishmentNumber"),
        ("name", "text", "EstablishmentName"),
        ("type_code", "code", "TypeOfEstablishment (code)"),
        ("type_name", "text", "TypeOfEstablishment (name)"),
        ("status_code", "code", "EstablishmentStatus (code)"),
        ("status_name", "text", "EstablishmentStatus (name)"),
        ("open_date", "date", "OpenDate"),
        ("close_date", "date", "CloseDate"),
        ("phase_code", "code", "PhaseOfEducation (code)"),
        ("phase_name", "text", "PhaseOfEducation (name)"),
        ("low_age", "integer", "StatutoryLowAge"),
        ("high_age", "integer", "StatutoryHighAge"),
        ("gender", "text", "Gender (name)"),
        ("religious_character", "text", "ReligiousCharacter (name)"),
        ("admissions", "text", "AdmissionsPolicy (name)"),
        ("pupils", "integer", "NumberOfPupils"),
        ("fsm_percent", "number", "PercentageFSM"),
        ("trust_flag_code", "code", "TrustSchoolFlag (code)"),
        ("trust_id", "code", "Trusts (code)"),
        ("trust_name", "text", "Trusts (name)"),
        ("postcode", "text", "Postcode"),
        ("gor_code", "code", "GOR (code)"),
        ("constituency_code", "code", "ParliamentaryConstituency (code)"),
        ("constituency_name", "text", "ParliamentaryConstituency (name)"),
        ("urban_rural_code", "code", "UrbanRural (code)"),
        ("easting", "integer", "Easting"),
        ("northing", "integer", "Northing"),
        ("lsoa_code", "code", "LSOA (code)?"),
        ("la_ons_code", "code", "GSSLACode?"),
    ),
)

LINK = Layout(
    kind="gias_link",
    group="gias",
    publisher=PUBLISHER,
    title="GIAS, links between establishments",
    name_pattern=r"links_edubasealldata\d{8}\.csv",
    header_has=("LinkURN",),
    vintages=("gias",),
    dated=True,
    key=("urn", "link_urn", "link_type"),
    columns=_columns(
        ("urn", "urn", "URN"),
        ("link_urn", "urn", "LinkURN"),
        ("link_type", "text", "LinkType"),
        ("link_date", "date", "LinkEstablishedDate"),
    ),
)

GROUP = Layout(
    kind="gias_group",
    group="gias",
    publisher=PUBLISHER,
    title="GIAS, groups (trusts, federations, sponsors)",
    name_pattern=r"allgroupsdata\d{8}\.csv",
    header_has=("Group UID",),
    vintages=("gias",),
    dated=True,
    key=("group_id",),
    columns=_columns(
        ("group_id", "code", "Group UID"),
        ("group_name", "text", "Group Name"),
        ("group_type_code", "code", "Group Type (code)"),
        ("group_type", "text", "Group Type"),
        ("group_status", "text", "Group Status"),
        ("open_date", "date", "Open date"),
        ("closed_date", "date", "Closed Date"),
    ),
)

# Who belongs, and since when: the list of those who belong now (2017), and the history that GIAS publishes daily today. Every row
# of the genuine file of 2017 has one field fewer than its header (the last, HasSharedHT): only the headings below are needed.
_NOW, _HISTORY = "members", "history"
MEMBERSHIP = Layout(
    kind="gias_group_membership",
    group="gias",
    publisher=PUBLISHER,
    title="GIAS, academies and their trusts and sponsors",
    name_pattern=r"(grouplinks_edubaseallacademiesandfree|academiesmatmembership)\d{8}\.csv",
    header_has=("Linked UID", "Date Joined Group"),
    vintages=(_NOW, _HISTORY),
    dated=True,
    key=("urn", "group_id", "group_name", "joined_date"),
    columns=(
        Column("urn", "urn", {_NOW: "URN", _HISTORY: "URN"}),
        Column("group_id", "code", {_NOW: "Linked UID", _HISTORY: "Group UID?"}),
        Column("group_name", "text", {_NOW: "Group Name", _HISTORY: "Group Name"}),
        Column("group_type", "text", {_NOW: "Group Type", _HISTORY: "Group Type?"}),
        Column("group_status", "text", {_NOW: "Group Status"}),
        Column("joined_date", "date", {_NOW: "Joined date", _HISTORY: "Date Joined Group"}),
        Column("left_date", "date", {_HISTORY: "Date Left Group?"}),
    ),
)

LAYOUTS = (ESTABLISHMENT, LINK, GROUP, MEMBERSHIP)
