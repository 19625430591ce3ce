"""The tables of one workbook, from the facts of all: which rows, which note, which charts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from exports.excel import columns
from exports.excel.chart import BarChartOf
from exports.excel.facts import ENGLAND, Area, Facts, Row
from exports.excel.scope import CONSTITUENCY, COUNTRY, LOCAL_AUTHORITY, REGION, Scope
from exports.excel.workbook import Field, TableSheet
from exports.words import DEFINITION_ORDER, in_words, order_of
from warehouse.licence import SYNTHETIC_NOTE

_CHARTED_PHASES = ("primary", "secondary")
_NEARLY_ALL = 80
"""Percent of schools from which on a chart's axis goes to 100."""
_EMPTY_MEASURE = "An empty cell is not zero: no school is in need there."


def tables(facts: Facts, scope: Scope) -> Iterator[TableSheet]:
    """The sheets with the figures and schools of an area, in order."""
    label = f"{SYNTHETIC_NOTE} " if facts.refresh["label"] else ""
    yield _summary(facts, scope, label)
    yield _areas_of(facts, scope, label, LOCAL_AUTHORITY, "Local authorities")
    yield _areas_of(facts, scope, label, CONSTITUENCY, "Constituencies")
    fields = columns.IN_NEED_ANONYMOUS if facts.is_anonymous else columns.IN_NEED
    yield TableSheet(
        "Schools in need",
        f"Schools in need: {scope.name}",
        "every school in need, why, how many high-performing schools are near, and the nearest",
        f"{label}A school is listed once for each definition under which it is in need. Empty: not known, or nobody near.",
        fields,
        facts.in_need.get(scope.code, ()),
        is_long=True,
        frozen_columns=3,
        printed_columns=None if facts.is_anonymous else columns.IN_NEED_PRINTED,
        when_empty="No school is in need here.",
    )
    if not facts.is_anonymous:
        yield TableSheet(
            "Partners",
            f"Partners: high-performing schools near each school in need, {scope.name}",
            "for each school in need its high-performing schools by distance, also those across the border",
            f"{label}Nearest first. Near is not willing or able: ask. High-performing does not mean eligible to support.",
            columns.PAIRS,
            facts.pairs.get(scope.code, ()),
            is_long=True,
            frozen_columns=3,
            printed_columns=columns.PAIRS.index(columns.ITS_TRUST) + 1,
            when_empty="No school in need here has a high-performing school near.",
        )
        yield TableSheet(
            "Organisations",
            f"Organisations: trusts and authorities with high-performing schools near each school in need, {scope.name}",
            "for each school in need the trusts and authorities with high-performing schools near, and how much need they have",
            f"{label}Most such schools first. Near is not willing or able: ask. An empty cell is not zero: it is not known.",
            columns.ORGANISATIONS,
            facts.organisations.get(scope.code, ()),
            is_long=True,
            frozen_columns=3,
            printed_columns=columns.ORGANISATIONS.index(columns.ORGANISATION_IN_NEED) + 1,
            when_empty="No school in need here has a high-performing school near.",
        )
    yield TableSheet(
        "High-performing schools",
        f"High-performing schools: {scope.name}",
        "every high-performing school, and how many schools in need it could serve",
        f"{label}A high-performing school counts for every school in need near it: the numbers must not be added up.",
        columns.HIGH_PERFORMING,
        facts.high_performing.get(scope.code, ()),
        is_long=True,
        frozen_columns=3,
        when_empty="No school is high-performing here.",
    )
    if scope.kind == COUNTRY:
        yield TableSheet(
            "Sensitivity",
            "Sensitivity: how the figures of England move with the radius and the thresholds",
            "the figures of England if one threshold, or the radius, had another value",
            f"{label}One value is changed at a time, and every school judged and matched anew. {_EMPTY_MEASURE}",
            columns.SENSITIVITY,
            facts.sensitivity,
            is_long=True,
            frozen_columns=3,
        )
    yield _changes(facts, scope, label)


def _summary(facts: Facts, scope: Scope, label: str) -> TableSheet:
    """England first, then the region or regions; in a region's workbook its authorities too, in an authority's itself."""
    if scope.kind == COUNTRY:
        codes = [each.code for each in facts.scopes if each.kind != LOCAL_AUTHORITY]
    elif scope.kind == REGION:
        codes = [ENGLAND, scope.code, *(each.code for each in facts.scopes if each.region_code == scope.code)]
    else:
        codes = [ENGLAND, str(scope.region_code), scope.code]
    areas = _in_order(facts, codes)
    fields = (columns.DEFINITION, columns.PHASE, columns.AREA, columns.KIND_OF_AREA, *columns.MEASURES)
    rows = [(area.definition, in_words(area.phase), area.name, in_words(area.kind), *area.values) for area in areas]
    return TableSheet(
        "Summary",
        f"Summary: {scope.name}",
        "the figures by definition and phase, beside England, with a chart for each phase",
        f"{label}{_EMPTY_MEASURE}",
        fields,
        rows,
        charts=[chart for phase in _CHARTED_PHASES for chart in _chart(facts, scope, areas, fields, phase)],
    )


def _in_order(facts: Facts, codes: Sequence[str]) -> list[Area]:
    """The figures of areas: by definition and phase, and within them in the order given."""
    areas = [area for code in codes for area in facts.areas.get(code, ())]
    return sorted(areas, key=lambda area: order_of(area.definition, area.phase))


def charted_definition(facts: Facts) -> str:
    """The definition that the cover and the charts show: today's policy, or else the first there is."""
    names = [name for name, *_ in facts.definitions]
    return next((name for name in DEFINITION_ORDER if name in names), names[0])


def _chart(facts: Facts, scope: Scope, areas: Sequence[Area], fields: Sequence[Field], phase: str) -> Iterator[BarChartOf]:
    definition = charted_definition(facts)
    places = [place for place, area in enumerate(areas) if (area.definition, area.phase) == (definition, phase)]
    if not places:
        return
    headings = [field.heading for field in fields]
    measures = [field.heading for field in columns.MEASURES]
    high, need = "High-performing, % of schools", "In need, % of schools"
    own = next((area for area in areas if (area.definition, area.phase, area.code) == (definition, phase, scope.code)), None)
    figures = ""
    if own is not None:
        values = dict(zip(measures, own.values, strict=True))
        figures = f" {scope.name}: {values[high]:.1f} % high-performing, {values[need]:.1f} % in need."
    yield BarChartOf(
        heading=f"{phase.capitalize()} schools, {definition}: high-performing and in need",
        words=f"Chart: {phase} schools by area, definition {definition}.{figures} All figures: the table below.",
        first=places[0],
        last=places[-1],
        label_column=headings.index(columns.AREA.heading),
        value_columns=(headings.index(high), headings.index(need)),
        axis="% of schools",
        # left to itself the axis may go on to 120 %
        highest=100 if max(areas[place].values[measures.index(high)] for place in places) > _NEARLY_ALL else None,
    )


def _areas_of(facts: Facts, scope: Scope, label: str, kind: str, title: str) -> TableSheet:
    """Authorities of the region (of an authority: the region it lies in); constituencies with at least one school of the area."""
    if kind == CONSTITUENCY:
        codes = facts.constituencies.get(scope.code, set())
        which = "constituencies in which a school of the area stands, with all their schools"
    else:
        region = scope.region_code or scope.code
        codes = {each.code for each in facts.scopes if each.kind == kind and (scope.kind == COUNTRY or each.region_code == region)}
        which = "the same figures for every local authority" + (" of its region" if scope.kind == LOCAL_AUTHORITY else "")
    fields = (columns.DEFINITION, columns.PHASE, columns.AREA, columns.AREA_CODE, *columns.MEASURES)
    named = sorted(codes & facts.areas.keys(), key=lambda code: (facts.areas[code][0].name, code))
    rows: list[Row] = [
        (area.definition, in_words(area.phase), area.name, area.code, *area.values) for area in _in_order(facts, named)
    ]
    note = f"{label}{_EMPTY_MEASURE} Choose a definition and a phase before sorting."
    return TableSheet(title, f"{title}: {scope.name}", which, note, fields, rows, is_long=True, frozen_columns=3)


def _changes(facts: Facts, scope: Scope, label: str) -> TableSheet:
    empty = (
        "Nothing was published before that this could be compared with."
        if facts.changes is None
        else "Nothing has changed here since the refresh before."
    )
    return TableSheet(
        "Changes",
        f"Changes since the refresh before: {scope.name}",
        "schools newly or no longer in need or high-performing, against the folder published before",
        f"{label}Why: the deciding cause. Partners gained and lost, medians, thresholds and files: changes.html, or mart.change.",
        columns.CHANGES,
        [] if facts.changes is None else facts.changes.get(scope.code, []),
        is_long=True,
        frozen_columns=4,
        when_empty=empty,
    )
