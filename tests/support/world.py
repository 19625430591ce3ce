"""A handful of schools in memory, built through all the SQL there is: for tests of the method.

A test says only what matters to it; everything else has an unremarkable default. Schools stand where they are put on the
National Grid.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any

import duckdb

from transforms.layouts import GROUPS, LAYOUTS
from warehouse.definitions import Definition, load_parameters
from warehouse.graph import Graph, assemble
from warehouse.landing import raw
from warehouse.model import load_macros
from warehouse.reference import load_reference
from warehouse.store import SETTINGS, rows_as_dicts, run
from warehouse.study import sensitivity
from warehouse.time import earlier, history, previous

EASTING, NORTHING = 450_000, 300_000
"""A place in Leicestershire, well inland."""

REFRESHED = datetime.fromisoformat("2025-10-01 06:30")
"""When a test's refresh began, UTC."""

WORLD_SETTINGS = SETTINGS | {"threads": 1, "max_temp_directory_size": "100MB"}
"""Of a handful of rows, threads only take turns; a mutant that multiplies rows without end must fail early."""

_SCHOOL = {
    "la_code": "855", "la_name": "Leicestershire", "establishment_number": "1000", "name": "A school",
    "type_code": "01", "type_name": "Community school",
    "status_code": "1", "status_name": "Open", "phase_code": "2", "phase_name": "Primary", "low_age": 4, "high_age": 11,
    "gender": "Mixed", "pupils": 200, "school_capacity": 210, "fsm_percent": 20.0, "trust_flag_code": "0", "gor_code": "E",
    "constituency_code": "E14001000", "constituency_name": "Somewhere", "urban_rural_code": "A1",
    "easting": EASTING, "northing": NORTHING, "as_at": date(2025, 9, 30),
}  # fmt: skip

KINDS: dict[str, dict[str, Any]] = {
    "primary": {},
    "middle-deemed-primary": {"phase_code": "3", "phase_name": "Middle deemed primary", "low_age": 8, "high_age": 12},
    "secondary": {"phase_code": "4", "phase_name": "Secondary", "low_age": 11, "high_age": 16},
    "middle-deemed-secondary": {"phase_code": "5", "phase_name": "Middle deemed secondary", "low_age": 9, "high_age": 13},
    "all-through": {"phase_code": "7", "phase_name": "All-through", "low_age": 4, "high_age": 16},
    "nursery": {"phase_code": "1", "phase_name": "Nursery", "type_code": "15", "type_name": "Local authority nursery school"},
    "sixteen-plus": {"phase_code": "6", "phase_name": "16 plus"},
    "special": {
        "phase_code": "0", "phase_name": "Not applicable", "type_code": "07", "type_name": "Community special school",
    },
    "academy": {
        "type_code": "34", "type_name": "Academy converter",
        "trust_flag_code": "3", "trust_id": "5000", "trust_name": "A trust",
    },
    "single-trust-academy": {
        "type_code": "34", "type_name": "Academy converter",
        "trust_flag_code": "5", "trust_name": "A trust of one school",
    },
    "closed": {"status_code": "2", "status_name": "Closed"},
}  # fmt: skip
"""What the words of ``kind`` stand for, beside an open community primary school. An academy is in a multi-academy trust."""

REPORT_CARD_AREAS = (
    "inclusion",
    "curriculum_and_teaching",
    "achievement",
    "attendance_and_behaviour",
    "personal_development",
    "leadership_and_governance",
)
"""The areas that every report card has; early years and post-16 do not apply unless given."""

OF_NO_SCHOOL = 999_999
"""A URN that no school of a test has."""

MODERN_MEASURES = 2016
"""The first year of today's measures at key stage 2: a file of an earlier year does not have them."""


@cache
def graph_of(own_definitions: str | None) -> Graph:
    """All models, for the definitions there are. Once: to parse the SQL takes longer than to build a handful of schools from it."""
    return assemble()


def _with(definitions: Sequence[Definition], parameters: Mapping[str, Mapping[str, float]]) -> list[Definition]:
    """The definitions with other values of some parameters, by definition and name."""
    by_name = {definition.name: definition for definition in definitions}
    for name, values in parameters.items():
        about = by_name[name].description
        changed = {each: about.parameter[each].model_copy(update={"value": value}) for each, value in values.items()}
        by_name[name] = replace(by_name[name], description=about.model_copy(update={"parameter": about.parameter | changed}))
    return list(by_name.values())


class World:
    """Raw tables to be filled, then built."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(config=WORLD_SETTINGS)
        run(self.connection, "create schema raw")
        run(self.connection, "create schema landing")
        for layout in LAYOUTS:
            for table, columns in raw.columns_of(layout).items():
                fields = ", ".join(f"{name} {kind}" for name, kind in columns.items())
                run(self.connection, f"create table {table} ({fields})")
        run(self.connection, "create table raw.ons_postcode (postcode varchar, easting int, northing int, district_code varchar)")
        self.row("raw.ons_postcode", postcode="LE11AA", easting=EASTING, northing=NORTHING, district_code="E07000129")
        for group in (*GROUPS, raw.POSTCODE_GROUP):
            fields = ", ".join(f"{name} {kind}" for name, kind in raw.FILE_COLUMNS.items())
            run(self.connection, f"create table {raw.file_table(group)} ({fields})")
        self.row(
            "landing.gias_file",
            kind="gias_establishment",
            layout="gias",
            name="edubasealldata.csv",
            title="GIAS",
            publisher="DfE",
            sha256="0",
            bytes=1,
            rows=1,
            landed="2025-10-01 06:30:00",
            licence="OGL",
            is_synthetic=False,
        )
        raw.note_run(self.connection, "test", REFRESHED, "test", accepts_changes=False)
        previous.create(self.connection)
        history.create(self.connection)
        earlier.create(self.connection)
        self.clear()
        self._has_reference = False
        self._definitions: list[Definition] = []  # those whose parameters are loaded

    def row(self, table: str, **values: Any) -> None:
        """Add a row to a table."""
        names, marks = ", ".join(values), ", ".join("?" for _ in values)
        run(self.connection, f"insert into {table} ({names}) values ({marks})", list(values.values()))

    def school(self, urn: int, *, kind: str = "primary", east: float = 0, north: float = 0, **changes: Any) -> int:
        """An open community primary school in town, ``east`` and ``north`` metres from the middle; returns its URN.

        ``kind`` is one or more words of ``KINDS``: "secondary academy", "closed primary".
        """
        self._next += 1
        values = _SCHOOL | {"easting": EASTING + east, "northing": NORTHING + north, "establishment_number": f"{1000 + self._next}"}
        for word in kind.split():
            values |= KINDS[word]
        self.row("raw.gias_establishment", **{**values, "urn": urn, **changes})
        return urn

    def secondary(self, urn: int, **changes: Any) -> int:
        """An open community secondary school."""
        return self.school(urn, kind="secondary", **changes)

    def academy(self, urn: int, *, in_mat: bool = True, **changes: Any) -> int:
        """A primary academy, in a multi-academy trust unless said otherwise."""
        return self.school(urn, kind="academy" if in_mat else "single-trust-academy", **changes)

    def joined(self, urn: int, joined_date: date, **changes: Any) -> None:
        """A row of the membership history: the day on which an academy joined its trust."""
        self.row("raw.gias_group_membership", **{"urn": urn, "group_id": "5000", "joined_date": joined_date, **changes})

    def link(self, urn: int, predecessor: int, link_type: str = "Predecessor") -> None:
        """A link of GIAS from a school to an earlier one."""
        self.row("raw.gias_link", urn=urn, link_urn=predecessor, link_type=link_type)

    def ofsted(self, urn: int, *, as_at: date = date(2025, 8, 31), **values: Any) -> None:
        """A row of an Ofsted file, with the columns as given."""
        for side in ("latest", "previous"):
            if f"{side}_overall_effectiveness" in values and f"{side}_inspection_date" not in values:
                values[f"{side}_inspection_date"] = date(2023, 5, 1) if side == "latest" else date(2018, 5, 1)
        self.row("raw.ofsted_inspection", urn=urn, name="A school", as_at=as_at, **values)

    def graded(self, urn: int, grade: int, previous: int | None = None, leadership: int | None = None, **values: Any) -> None:
        """A school with a headline grade, and the one before where given."""
        row = {"latest_overall_effectiveness": grade, "latest_leadership_and_management": leadership}
        if previous is not None:
            row["previous_overall_effectiveness"] = previous
        self.ofsted(urn, **(row | values))

    def not_judged(self, urn: int, *, quality: int, leadership: int, **values: Any) -> None:
        """A school inspected without a headline grade, between September 2024 and November 2025."""
        self.ofsted(
            urn,
            latest_inspection_date=date(2025, 1, 14),
            latest_overall_effectiveness_missing="no_headline_grade",
            latest_quality_of_education=quality,
            latest_leadership_and_management=leadership,
            **values,
        )

    def report_card(self, urn: int, *, areas: str = "Strong standard", as_at: date = date(2026, 5, 31), **changes: Any) -> None:
        """A school with a report card: every area the same, safeguarding met, unless changed by the area's name."""
        card = {"inspection_date": date(2026, 2, 3), "safeguarding": "Met"} | dict.fromkeys(
            ("early_years", "post_16"), "Not applicable"
        )
        card |= dict.fromkeys(REPORT_CARD_AREAS, areas) | changes
        self.ofsted(urn, as_at=as_at, **{f"report_card_{name}": value for name, value in card.items()})

    def ks2(
        self,
        urn: int,
        year: int,
        *,
        percent: float | None = None,
        progress: float | None = None,
        expected_progress: float | None = None,
        **values: Any,
    ) -> None:
        """Key stage 2 results; the same progress in all three subjects unless said otherwise.

        ``expected_progress`` is the percentage of pupils who made it, the measure of 2014 and 2015.
        """
        row: dict[str, Any] = {"urn": urn, "year": year, "pupils": 30, "rwm_expected_percent": percent}
        for subject in ("reading", "writing", "maths"):
            row |= {f"{subject}_progress": progress, f"{subject}_expected_progress_percent": expected_progress}
        if percent is None:
            row["rwm_expected_percent_missing"] = "suppressed" if year >= MODERN_MEASURES else "not_in_this_file"
        self.row("raw.ks2_result", **(row | values))

    def ks4(
        self,
        urn: int,
        year: int,
        *,
        attainment8: float | None = None,
        progress8: float | None = None,
        expected_progress: float | None = None,
        **values: Any,
    ) -> None:
        """Key stage 4 results; ``expected_progress``, of 2014 and 2015, in English and maths alike."""
        old = {f"{subject}_expected_progress_percent": expected_progress for subject in ("english", "maths")}
        self.row(
            "raw.ks4_result",
            **{"urn": urn, "year": year, "pupils": 150, "attainment8": attainment8, "progress8": progress8, **old, **values},
        )

    def build(
        self,
        parameters: Mapping[str, Mapping[str, float]] | None = None,
        tables: Collection[str] | None = None,
        *,
        with_sensitivity: bool = False,
    ) -> World:
        """Build everything from the raw tables; may be called again.

        ``parameters``: other values, by definition and name. ``tables``: build these, and what they are made of, alone.
        ``with_sensitivity``: mart.sensitivity too, which takes five times as long as all the others together.
        """
        graph = graph_of(os.environ.get("SCHOOLMATCH_DEFINITIONS"))
        if not self._has_reference:
            load_macros(self.connection)
            load_reference(self.connection)
            self._has_reference = True
        with_parameters = _with(graph.definitions, parameters or {})
        if self._definitions != with_parameters:
            load_parameters(self.connection, with_parameters)
            self._definitions = with_parameters
        for model in graph.needed_for(tables) if tables else graph.in_order:
            if model.name != sensitivity.TABLE:
                model.build(self.connection)
        if with_sensitivity:
            sensitivity.sensitivity_model(with_parameters).build(self.connection)
        return self

    def remember(self, stamp: str = "20250901T063000Z") -> World:
        """What is built becomes what was published before, for the next build to be compared with."""
        previous.create(self.connection)
        previous.copy_tables(self.connection, "memory", stamp, is_same_source=True)
        return self

    def clear(self, *, with_lists: bool = True) -> None:
        """Take out every school and all that is told of it, for another build; quicker than another world.

        ``with_lists``: lists of Teaching Schools and National Support Schools are landed, and name other schools.
        """
        for table in (table for layout in LAYOUTS for table in raw.columns_of(layout)):
            run(self.connection, f"delete from {table}")
        for listed in ("teaching_school", "national_support_school") if with_lists else ():
            self.row(f"raw.list_{listed}", urn=OF_NO_SCHOOL)
        self._next = 0

    def query(self, sql: str) -> list[dict[str, Any]]:
        """Rows of a query, a dictionary each."""
        return rows_as_dicts(self.connection, sql)

    def status(self, urn: int, definition: str = "rise") -> dict[str, Any]:
        """The school's row of mart.school_status."""
        rows = self.query(f"from mart.school_status where urn = {urn} and definition = '{definition}'")
        assert len(rows) == 1, rows
        return rows[0]

    def of_school(self, urn: int) -> dict[str, Any]:
        """The school's row of mart.school."""
        rows = self.query(f"from mart.school where urn = {urn}")
        assert len(rows) == 1, rows
        return rows[0]
