"""The sheets of one workbook, from the facts of all: which there are, their rows, the charts of the summary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from exports.excel.facts import Facts
from exports.excel.notes import notes, untold
from exports.excel.scope import Scope
from exports.excel.sheet import Sheet
from exports.words import in_words
from exports.workbook.chart import BarChartOf
from exports.workbook.rows import Link
from exports.workbook.sheet import COVER
from exports.workbook.table import TableSheet
from warehouse.licence import LIMITS, SYNTHETIC_NOTE
from warehouse.query import Row

_SUMMARY, _CONTENTS = "summary", "contents"
_CHARTED_PHASES = ("primary", "secondary")
_HIGH_PERFORMING, _IN_NEED = "area_summary.high_performing_percent", "area_summary.in_need_percent"
_NEARLY_ALL = 80
"""Percent of schools from which on a chart's axis goes to 100."""


def tables(facts: Facts, scope: Scope, status: Sequence[Mapping[str, Any]]) -> list[TableSheet]:
    """The sheets of an area's workbook after the cover, in order. ``status``: each source's state."""
    shown = [sheet for sheet in facts.sheets.values() if sheet.about.only_in in (None, scope.kind)]
    filled: dict[str, Sequence[Mapping[str, Any]]] = {
        "data_status": status,
        "data_dictionary": [row for sheet in shown if not sheet.about.explains_itself for row in _explained(sheet)],
        "notes": notes(facts),
    }
    made = {
        sheet.name: _table(facts, scope, sheet, filled[sheet.name] if sheet.query is None else facts.rows(sheet, scope))
        for sheet in shown
        if sheet.name != _CONTENTS
    }
    listed: list[tuple[str, str, int | None]] = [(COVER, "what this is, for where, as at when, in short", None)]
    listed += [(each.title, each.about, len(each.rows)) for each in made.values()]
    contents = [{"sheet": Link(title, f"#{title}"), "about": about, "rows": rows} for title, about, rows in listed]
    return [_table(facts, scope, facts.sheets[_CONTENTS], contents), *made.values()]


def label(facts: Facts) -> str:
    """What stands before every note where the schools are invented."""
    return f"{SYNTHETIC_NOTE} " if facts.refresh["is_synthetic"] else ""


def _table(facts: Facts, scope: Scope, sheet: Sheet, rows: Sequence[Mapping[str, Any]]) -> TableSheet:
    about = sheet.about
    is_compared = facts.refresh["compared_with"] is not None
    return TableSheet(
        title=about.title,
        heading=about.heading.replace("{area}", scope.name),
        about=about.about,
        note=label(facts) + (untold(facts) if _is_by_definition(sheet) else "") + about.note.replace("{limits}", LIMITS),
        fields=sheet.fields,
        rows=rows,
        is_long=about.is_long,
        frozen_columns=about.frozen,
        printed_columns=sheet.printed_columns,
        charts=list(_charts(facts, scope, sheet, rows)) if sheet.name == _SUMMARY else (),
        when_empty=about.when_empty if is_compared else about.when_not_compared or about.when_empty,
    )


def _is_by_definition(sheet: Sheet) -> bool:
    """Whether its rows are what a definition finds in a phase."""
    return {"definition", "phase"} <= {field.column for field in sheet.fields}


def _explained(sheet: Sheet) -> list[Row]:
    """What the data dictionary says of the columns of a sheet."""
    return [
        {
            "sheet": sheet.about.title,
            "heading": field.heading,
            "unit": field.unit,
            "meaning": field.meaning,
            "source": field.source,
            "published_as": field.published_as,
        }
        for field in sheet.fields
    ]


def _charts(facts: Facts, scope: Scope, sheet: Sheet, rows: Sequence[Mapping[str, Any]]) -> Iterator[BarChartOf]:
    """A chart for each phase that is charted, of the rows of the summary that are about it."""
    definition, columns = facts.charted_definition, [field.column for field in sheet.fields]
    for phase in _CHARTED_PHASES:
        charted = [place for place, row in enumerate(rows) if _is_of(row, definition, in_words(phase))]
        if not charted or any(rows[place][name] is None for place in charted for name in (_HIGH_PERFORMING, _IN_NEED)):
            continue  # there is none of the phase, or it is withheld
        figures = next((_figures(scope, row) for row in facts.cover.get(scope.code, ()) if _is_of(row, definition, phase)), "")
        yield BarChartOf(
            heading=f"{phase.capitalize()} schools, {definition}: high-performing and in need",
            words=f"Chart: {phase} schools by area, definition {definition}.{figures} All figures: the table below.",
            first=charted[0],
            last=charted[-1],
            label_column=columns.index("area_name"),
            value_columns=(columns.index(_HIGH_PERFORMING), columns.index(_IN_NEED)),
            axis="% of schools",
            # left to itself the axis may go on to 120 %
            highest=100 if max(rows[place][_HIGH_PERFORMING] for place in charted) > _NEARLY_ALL else None,
        )


def _is_of(row: Mapping[str, Any], definition: str, phase: str | None) -> bool:
    return bool(row["definition"] == definition and row["phase"] == phase)


def _figures(scope: Scope, row: Row) -> str:
    return f" {scope.name}: {row['high_performing_percent']:.1f} % high-performing, {row['in_need_percent']:.1f} % in need."
