"""Ofsted management information, state-funded schools: their latest inspections, and lists of all inspections of a period."""

from __future__ import annotations

import pandas as pd

from transforms.layouts.reading import Reading
from transforms.layouts.table import read_layout
from transforms.text import counted


def _with_report_cards(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """The rows as they are; of how many schools the category that was found counts no more is told."""
    found = frame["latest_category_of_concern"].fillna(frame["report_card_category_of_concern"])
    lifted = int((found.notna() & (frame["current_category_of_concern"] == "none")).sum())
    if lifted:
        reading.notices.append(
            f"{counted(lifted, 'school was', 'schools were')} found in a category of concern, and in none today by the most recent "
            "one, which counts"
        )
    return frame


INSPECTION = read_layout("ofsted_inspection", {"with_report_cards": _with_report_cards})
EVENT = read_layout("ofsted_event")

LAYOUTS = (INSPECTION, EVENT)
