"""Lists that a person lands, because no public file holds them: a number a row, and whatever else stands beside it.

The rules of the 2017 study read them (docs/method/nfer-2017.md#rules): Teaching Schools and National Support Schools by URN, and
trusts that are not ready to expand by their group's UID. A list of schools that is not landed leaves its rule unassessed.
"""

from __future__ import annotations

from transforms.layouts.table import read_layout

TEACHING_SCHOOL = read_layout("list_teaching_school")
NATIONAL_SUPPORT_SCHOOL = read_layout("list_national_support_school")
TRUST_NOT_READY = read_layout("list_trust_not_ready")

LAYOUTS = (TEACHING_SCHOOL, NATIONAL_SUPPORT_SCHOOL, TRUST_NOT_READY)
