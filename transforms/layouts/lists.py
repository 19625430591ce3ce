"""Lists that a person lands, because no public file holds them: a number a row, and whatever else stands beside it.

The rules of the 2017 study read them (docs/method/nfer-2017.md#rules): Teaching Schools and National Support Schools by URN, and
trusts that are not ready to expand by their group's UID. A list of schools that is not landed leaves its rule unassessed.
"""

from __future__ import annotations

from transforms.layouts.fields import Kind
from transforms.layouts.layout import Column, Layout

PUBLISHER = "landed by hand"


def _list(kind: str, title: str, pattern: str, heading: str, column: tuple[str, Kind]) -> Layout:
    return Layout(
        kind=kind,
        group="lists",
        publisher=PUBLISHER,
        title=title,
        name_pattern=pattern,
        header_has=(heading,),
        vintages=("list",),
        key=(column[0],),
        columns=(Column(column[0], column[1], {"list": heading}),),
    )


TEACHING_SCHOOL = _list("list_teaching_school", "Teaching Schools, by URN", r"teaching_schools.*\.csv", "URN", ("urn", "urn"))
NATIONAL_SUPPORT_SCHOOL = _list(
    "list_national_support_school",
    "National Support Schools, by URN",
    r"national_support_schools.*\.csv",
    "URN",
    ("urn", "urn"),
)
TRUST_NOT_READY = _list(
    "list_trust_not_ready",
    "Trusts that are not ready to expand, by the UID of the group",
    r"trusts_not_ready.*\.csv",
    "Group UID",
    ("group_id", "code"),
)

LAYOUTS = (TEACHING_SCHOOL, NATIONAL_SUPPORT_SCHOOL, TRUST_NOT_READY)
