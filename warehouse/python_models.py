"""The tables that no SELECT can make: each is a pure function of ``transforms/`` over the rows of a query."""

from __future__ import annotations

from pathlib import Path

from transforms import allocation, geography, outcomes
from warehouse.model import PythonModel

PYTHON_MODELS: tuple[PythonModel, ...] = (
    PythonModel(
        name="core.school_cell",
        description="One row per school with a place: longitude and latitude (OSTN15) and H3 cells, by transforms/geography.py.",
        query="select urn, easting, northing from core.school_location order by urn",
        columns={
            "urn": "integer",
            "longitude": "double",
            "latitude": "double",
            "h3_r5": "ubigint",
            "h3_r6": "ubigint",
            "h3_r7": "ubigint",
        },
        path=Path(__file__),
        function=geography.places,
    ),
    PythonModel(
        name="core.cell",
        description="One row per H3 cell of the country (resolution 5, 6, 7): its centre and reach, by transforms/geography.py.",
        query="select h3_r5, h3_r6, h3_r7 from core.school_cell order by urn",
        columns={
            "cell": "ubigint",
            "resolution": "tinyint",
            "longitude": "double",
            "latitude": "double",
            "reach_m": "double",
        },
        path=Path(__file__),
        function=geography.cells,
    ),
    PythonModel(
        name="match.allocation",
        description=(
            "One row per definition, capacity and school in need that gets a partner where no high-performing school takes more "
            "than that: as many as possible, then the least total distance, then the first by URN, by transforms/allocation.py."
        ),
        query=(
            "select pair.definition, pair.phase, capacity.capacity, pair.need_urn, pair.partner_urn, "
            "pair.distance_m from match.pair as pair cross join reference.capacity as capacity order by all"
        ),
        columns={
            "definition": "varchar",
            "phase": "varchar",
            "capacity": "integer",
            "need_urn": "integer",
            "partner_urn": "integer",
        },
        path=Path(__file__),
        function=allocation.allocate,
    ),
    PythonModel(
        name="follow.interval",
        description=(
            "One row per definition, phase, group of schools and measure: a mean gain in places, alone or less that of the schools "
            "compared with, and its 95 % interval by resampling authorities, by transforms/outcomes.py."
        ),
        query="from follow.compared order by all",
        columns={
            "definition": "varchar",
            "phase": "varchar",
            "grouping": "varchar",
            "help_group": "varchar",
            "measure": "varchar",
            "schools": "bigint",
            "value": "double",
            "lower": "double",
            "upper": "double",
        },
        function=outcomes.intervals,
        path=Path(__file__),
    ),
)
