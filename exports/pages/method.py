"""The generated parts of ``docs/method.md``: rules and thresholds from the definitions, figures from published folders.

The page's words are written by hand; what stands between ``<!-- begin NAME -->`` and ``<!-- end NAME -->`` is made here:

``python -m exports.pages.method HOME_OF_2025 HOME_OF_2017``
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from exports.exclusive import exclusive
from transforms.errors import InputError
from warehouse.definitions import Definition, read_definitions
from warehouse.home import Home
from warehouse.publish import DUCKDB_FILE
from warehouse.store import read_only, run

PAGE = Path(__file__).resolve().parents[2] / "docs" / "method.md"

_KINDS = {"in_need": "In need", "high_performing": "High-performing", "excluded": "Set aside"}


def page(text: str, current: duckdb.DuckDBPyConnection, study: duckdb.DuckDBPyConnection) -> str:
    """The page with its generated parts made anew.

    ``current``: the published file of today's schools; ``study``: that of the year of the 2017 study. Raises InputError for a part
    that nothing makes.
    """
    definitions = read_definitions()
    parts: dict[str, Callable[[], str]] = {
        "settings": lambda: _settings(current),
        "figures": lambda: _figures(current),
        "eras": lambda: _eras(current),
        "coverage": lambda: _coverage(current),
        "exclusive": lambda: _exclusive(current),
        "exclusive of 2017": lambda: _exclusive(study, "nfer-2017"),
        "similarity": lambda: _similarity(current),
        "figures of 2017": lambda: _figures(study, "nfer-2017"),  # RISE asks for judgements that are not known of then
        **{f"rules of {each.name}": partial(_rules, each) for each in definitions},
        **{f"thresholds of {each.name}": partial(_thresholds, each) for each in definitions},
    }

    def made(found: re.Match[str]) -> str:
        name = found[1]
        if name not in parts:
            raise InputError(f"Nothing makes the part {name}", file=PAGE.name, expected=", ".join(parts), do="mend the name")
        return f"<!-- begin {name} -->\n{parts[name]()}\n<!-- end {name} -->"

    return re.sub(r"<!-- begin (.+?) -->\n.*?<!-- end \1 -->", made, text, flags=re.DOTALL)


def _table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table; numbers to the right."""
    cells = [[_cell(value) for value in row] for row in rows]
    numeric = [bool(cells) and all(re.fullmatch(r"[\d,.%–-]*", row[at]) for row in cells) for at in range(len(headings))]
    rule = ["--:" if right else "---" for right in numeric]
    return "\n".join("| " + " | ".join(row) + " |" for row in [list(headings), rule, *cells])


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).replace("|", "\\|").replace("_", " ")


def _rules(definition: Definition) -> str:
    rows = [
        (_KINDS[reason.kind], reason.sentence, ", ".join(reason.phases) or "all")
        for reason in definition.description.reason.values()
        if reason.kind in _KINDS
    ]
    return f"{definition.description.sentence}\n\n" + _table(("", "Rule", "Phases"), rows)


def _thresholds(definition: Definition) -> str:
    rows = [(p.sentence, p.value, p.unit, p.source) for p in definition.description.parameter.values()]
    return _table(("Threshold", "Value", "Unit", "Source"), rows)


def _settings(connection: duckdb.DuckDBPyConnection) -> str:
    rows = run(
        connection,
        """select
            setting, search_radius_miles::varchar || ' miles', string_agg(distinct urban_rural_code, ' ' order by urban_rural_code),
            count(*), count(*) filter (where setting_source = 'gias_2021')
        from mart.school where setting is not null group by 1, 2, search_radius_miles order by search_radius_miles""",
    )
    headings = ("Setting", "Radius", "Classes in use", "Schools", "of them by the class of 2021, because that of 2011 is not known")
    return _table(headings, [(row[0], row[1].replace(".0", ""), *row[2:]) for row in rows])


def _figures(connection: duckdb.DuckDBPyConnection, only: str | None = None) -> str:
    about = run(connection, "select gias_as_at, ofsted_as_at, ks2_year, ks4_year from mart.refresh")[0]
    rows = run(
        connection,
        """select
            definition, phase, schools, high_performing, printf('%.1f', high_performing_percent), in_need,
            printf('%.1f', in_need_percent), partners_median, in_need_without_partner
        from mart.area_summary where area_type = 'country' and definition = coalesce($only, definition)
        order by definition, schools desc""",
        {"only": only},
    )
    headings = ("Definition", "Phase", "Schools", "High-performing", "%", "In need", "%", "Median of partners", "With nobody near")
    dates = (
        f"Schools as at {about[0]:%d %B %Y}, inspections as at {about[1]:%d %B %Y}, results to {about[2]} (key stage 2) and "
        f"{about[3]} (key stage 4)."
    )
    return f"{dates}\n\n{_table(headings, rows)}"


def _exclusive(connection: duckdb.DuckDBPyConnection, only: str | None = None) -> str:
    rows = [
        (each.definition, each.phase, each.in_need, each.near, *each.partnered)
        for each in exclusive(connection)
        if only in (None, each.definition)
    ]
    return _table(("Definition", "Phase", "In need", "With someone near", "One each", "Two each", "Three each"), rows)


def _similarity(connection: duckdb.DuckDBPyConnection) -> str:
    rows = run(connection, "select part, weight, sentence from mart.similarity_weight order by part")
    return _table(("Part", "Weight", "How alike"), rows)


def _eras(connection: duckdb.DuckDBPyConnection) -> str:
    rows = run(
        connection,
        """select definition, phase, era, schools, high_performing, in_need from mart.era
        where high_performing + in_need > 0 order by definition, phase, era""",
    )
    return _table(("Definition", "Phase", "Era of evidence", "Schools", "High-performing", "In need"), rows)


def _coverage(connection: duckdb.DuckDBPyConnection) -> str:
    rows = run(
        connection,
        """select definition, phase, sentence, not_assessed, printf('%.1f', not_assessed_percent) from mart.coverage
        where not_assessed > 0 order by definition, phase, not_assessed desc""",
    )
    return _table(("Definition", "Phase", "What could not be told", "Schools", "%"), rows)


def main(arguments: Sequence[str]) -> None:
    """Make the parts anew from two homes: of today, and of the year of the study."""
    current, study = (Home.find(place).latest / DUCKDB_FILE for place in arguments)
    with read_only(current) as now, read_only(study) as then:
        PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), now, then), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
