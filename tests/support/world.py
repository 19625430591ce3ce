"""A handful of schools in memory, built through all the SQL there is: for tests of the method.

A test says only what matters to it; everything else has an unremarkable default. Schools stand where they are put on the
National Grid.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb

from orchestration.assets.models import LAYERS, models_of
from transforms.layouts import GROUPS, LAYOUTS
from warehouse import raw
from warehouse.definitions import load_parameters, read_definitions
from warehouse.models import load_macros, load_reference
from warehouse.store import SETTINGS, rows_as_dicts, run

EASTING, NORTHING = 450_000, 300_000
"""A place in Leicestershire, well inland."""

_SCHOOL = {
    "la_code": "855", "establishment_number": "1000", "name": "A school", "type_code": "01", "type_name": "Community school",
    "status_code": "1", "status_name": "Open", "phase_code": "2", "phase_name": "Primary", "low_age": 4, "high_age": 11,
    "gender": "Mixed", "pupils": 200, "fsm_percent": 20.0, "trust_flag_code": "0", "gor_code": "E",
    "constituency_code": "E14001000", "constituency_name": "Somewhere", "urban_rural_code": "A1",
    "easting": EASTING, "northing": NORTHING, "as_at": date(2025, 9, 30),
}  # fmt: skip


class World:
    """Raw tables to be filled, then built."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(config=SETTINGS)
        run(self.connection, "create schema raw")
        run(self.connection, "create schema landing")
        for layout in LAYOUTS:
            columns = {**layout.schema, "as_at": "date", "source_sha256": "varchar", "row_number": "integer"}
            fields = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            run(self.connection, f"create table raw.{layout.kind} ({fields})")
        run(self.connection, "create table raw.ons_postcode (postcode varchar, easting int, northing int, district_code varchar)")
        self.row("raw.ons_postcode", postcode="LE11AA", easting=EASTING, northing=NORTHING, district_code="E07000129")
        for group in (*GROUPS, raw.POSTCODE_GROUP):
            fields = ", ".join(f"{name} {kind}" for name, kind in raw.FILE_COLUMNS.items())
            run(self.connection, f"create table {raw.file_table(group)} ({fields})")
        self.row("landing.gias_file", kind="gias_establishment", name="edubasealldata.csv", is_synthetic=False)
        run(
            self.connection,
            "create table landing.run (run_id text, started_at timestamp, source text, code_version text, duckdb_version text)",
        )
        self.row("landing.run", run_id="test", source="test")
        self._next = 0

    def row(self, table: str, **values: Any) -> None:
        """Add a row to a table."""
        names, marks = ", ".join(values), ", ".join("?" for _ in values)
        run(self.connection, f"insert into {table} ({names}) values ({marks})", list(values.values()))

    def school(self, urn: int, *, east: float = 0, north: float = 0, **changes: Any) -> int:
        """An open community primary school in town, ``east`` and ``north`` metres from the middle; returns its URN."""
        self._next += 1
        place = {"easting": EASTING + east, "northing": NORTHING + north, "establishment_number": f"{1000 + self._next}"}
        self.row("raw.gias_establishment", **{**_SCHOOL, **place, "urn": urn, **changes})
        return urn

    def secondary(self, urn: int, **changes: Any) -> int:
        """An open community secondary school."""
        return self.school(urn, **{"phase_code": "4", "phase_name": "Secondary", "low_age": 11, "high_age": 16, **changes})

    def academy(self, urn: int, *, in_mat: bool = True, **changes: Any) -> int:
        """An academy, in a multi-academy trust unless said otherwise."""
        trust = {"trust_flag_code": "3", "trust_id": "5000", "trust_name": "A trust"} if in_mat else {}
        return self.school(urn, **{"type_code": "34", "type_name": "Academy converter", **trust, **changes})

    def link(self, urn: int, predecessor: int, link_type: str = "Predecessor") -> None:
        """A link of GIAS from a school to an earlier one."""
        self.row("raw.gias_link", urn=urn, link_urn=predecessor, link_type=link_type)

    def ofsted(self, urn: int, *, as_at: date = date(2025, 8, 31), **values: Any) -> None:
        """A row of an Ofsted file, with the columns as given."""
        for side in ("latest", "previous"):
            if f"{side}_overall_effectiveness" in values and f"{side}_inspection_date" not in values:
                values[f"{side}_inspection_date"] = date(2023, 5, 1) if side == "latest" else date(2018, 5, 1)
        self.row("raw.ofsted_inspection", urn=urn, name="A school", as_at=as_at, **values)

    def graded(self, urn: int, grade: int, previous: int | None = None, **values: Any) -> None:
        """A school with a headline grade, and the one before where given."""
        before = {} if previous is None else {"previous_overall_effectiveness": previous}
        self.ofsted(urn, latest_overall_effectiveness=grade, **before, **values)

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

    def ks2(
        self, urn: int, year: int, *, percent: float | None, pupils: int = 30, progress: float | None = None, **values: Any
    ) -> None:
        """Key stage 2 results; the same progress in all three subjects unless said otherwise."""
        scores = {f"{subject}_progress": progress for subject in ("reading", "writing", "maths")}
        missing = {"rwm_expected_percent_missing": "suppressed"} if percent is None else {}
        row = {"urn": urn, "year": year, "pupils": pupils, "rwm_expected_percent": percent, **scores, **missing, **values}
        self.row("raw.ks2_result", **row)

    def ks4(self, urn: int, year: int, *, attainment8: float | None, progress8: float | None = None, **values: Any) -> None:
        """Key stage 4 results."""
        self.row(
            "raw.ks4_result",
            **{"urn": urn, "year": year, "pupils": 150, "attainment8": attainment8, "progress8": progress8, **values},
        )

    def build(self) -> World:
        """Build everything from the raw tables."""
        load_macros(self.connection)
        load_reference(self.connection)
        for layer in LAYERS:
            if layer == "definition":
                load_parameters(self.connection, read_definitions())
            for model in models_of(layer):
                model.build(self.connection)
        return self

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
