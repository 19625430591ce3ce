"""Get Information About Schools (DfE): establishments, links between them, groups, and who belongs to which group."""

from __future__ import annotations

from transforms.layouts.table import read_layout

ESTABLISHMENT = read_layout("gias_establishment")
LINK = read_layout("gias_link")
GROUP = read_layout("gias_group")
MEMBERSHIP = read_layout("gias_group_membership")

LAYOUTS = (ESTABLISHMENT, LINK, GROUP, MEMBERSHIP)
