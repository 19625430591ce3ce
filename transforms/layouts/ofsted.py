"""Ofsted management information, state-funded schools: latest inspections (and, until October 2025, the ones before)."""

from __future__ import annotations

from transforms.layouts.table import read_layout

INSPECTION = read_layout("ofsted_inspection")

LAYOUTS = (INSPECTION,)
