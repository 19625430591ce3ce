"""What the page knows of areas before anything is looked at: names, figures, classes, and the words that go with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb

from exports.excel.scope import Scope
from exports.map.measures import MEASURES, Measure, classes
from exports.map.shapes import AREA_TYPES
from exports.words import in_words, order_of
from warehouse.store import rows_as_dicts, run

ENGLAND = "E92000001"


def words(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Definitions, phases and reasons in words, in the order they are offered in."""
    pairs = sorted(run(connection, "select distinct definition, phase from mart.area_summary"), key=lambda pair: order_of(*pair))
    titles = {name: (title, sentence) for name, title, sentence in run(connection, _DEFINITIONS)}
    definitions = list(dict.fromkeys(definition for definition, _ in pairs))
    reasons: dict[str, dict[str, str]] = defaultdict(dict)
    for definition, code, sentence in run(connection, "select definition, code, sentence from mart.reason order by all"):
        reasons[definition][code] = sentence
    return {
        "definitions": [
            {
                "name": name,
                "title": titles[name][0],
                "sentence": titles[name][1],
                "phases": [phase for definition, phase in pairs if definition == name],
            }
            for name in definitions
        ],
        "phases": {phase: in_words(phase) for _, phase in pairs},
        "settings": [[code, in_words(code), miles] for code, miles in run(connection, _SETTINGS)],
        "reasons": dict(reasons),
    }


def areas(connection: duckdb.DuckDBPyConnection) -> dict[str, list[list[Any]]]:
    """By type of area: ``[code, name, region's code, codes of the local authorities with its schools, workbook]``, by name."""
    found: dict[str, list[list[Any]]] = {area_type: [] for area_type in AREA_TYPES}
    for area_type, code, name, region, authorities in run(connection, _AREAS):
        book = None if area_type == "constituency" else Scope(area_type, code, name).path
        found[area_type].append([code, name, region, authorities, book])
    return found


def figures(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """By definition, phase, type of area and code: the values of ``MEASURES``, in their order. England is the type ``country``."""
    found: dict[str, Any] = {}
    for row in rows_as_dicts(connection, "from mart.area_summary order by definition, phase, area_type, area_code"):
        of_type = found.setdefault(row["definition"], {}).setdefault(row["phase"], {}).setdefault(row["area_type"], {})
        of_type[row["area_code"]] = [_rounded(row[measure.name], measure) for measure in MEASURES]
    return found


def legends(shown: Mapping[str, Any]) -> dict[str, Any]:
    """By definition, phase, type of area and measure: the limits of the classes (``measures.classes``) of ``figures``."""
    in_need = [measure.name for measure in MEASURES].index("in_need")

    def limits(rows: Iterable[Sequence[float | None]], place: int) -> list[float]:
        left_out = MEASURES[place].is_of_those_in_need  # where nobody is in need, the page shows no value
        values = (row[place] for row in rows if not left_out or row[in_need])
        return classes([value for value in values if value is not None], MEASURES[place])

    return {
        definition: {
            phase: {
                area_type: {
                    measure.name: limits(rows.values(), place) for place, measure in enumerate(MEASURES) if measure.is_mapped
                }
                for area_type, rows in of_phase.items()
                if area_type in AREA_TYPES
            }
            for phase, of_phase in of_definition.items()
        }
        for definition, of_definition in shown.items()
    }


def _rounded(value: float | None, measure: Measure) -> float | None:
    """As it is shown: percentages to a decimal, so that the class of an area is that of the figure beside it."""
    return round(value, 1) if value is not None and measure.unit == "percent" else value


_DEFINITIONS = "select distinct definition, title, sentence from mart.definition"

_SETTINGS = """
select distinct setting, search_radius_miles from mart.school
where setting is not null and search_radius_miles is not null order by search_radius_miles
"""

_AREAS = """
with standing as (
    select 'region' as area_type, region_code as area_code, region_code, la_ons_code from mart.school
    union all
    select 'local_authority' as area_type, la_ons_code as area_code, region_code, la_ons_code from mart.school
    union all
    select 'constituency' as area_type, constituency_code as area_code, region_code, la_ons_code from mart.school
),

placed as (
    select area_type, area_code, mode(region_code) as region_code, list(distinct la_ons_code order by la_ons_code) as authorities
    from standing
    where area_code is not null
    group by area_type, area_code
)

select distinct summary.area_type, summary.area_code, summary.area_name, placed.region_code, placed.authorities
from mart.area_summary as summary
inner join placed on placed.area_type = summary.area_type and placed.area_code = summary.area_code
order by summary.area_name, summary.area_code
"""
