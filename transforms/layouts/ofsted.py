"""Ofsted management information, state-funded schools: their latest inspections, and lists of all inspections of a period."""

from __future__ import annotations

from transforms.layouts.table import read_layout

INSPECTION = read_layout("ofsted_inspection")
EVENT = read_layout("ofsted_event")

LAYOUTS = (INSPECTION, EVENT)
