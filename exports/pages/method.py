"""The generated parts of ``docs/method.md`` and the pages behind it: rules, thresholds and figures.

Rules and thresholds come from the definitions, figures from published folders.

The words of the pages are written by hand; what stands between ``<!-- begin NAME -->`` and ``<!-- end NAME -->`` is made here:

``python -m exports.pages.method HOME_OF_2025 HOME_OF_2017``
"""

from __future__ import annotations

import hashlib
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
from warehouse.query import ask
from warehouse.sealed import read_only
from warehouse.store import run

DOCS = Path(__file__).resolve().parents[2] / "docs"
FIGURES = DOCS / "method" / "figures.md"
"""The page that names the files by their digest, for all the others."""

STUDY = "nfer-2017"
"""The one definition that the files of 2017 can decide: RISE asks for judgements that they do not tell."""

_KINDS = {"in_need": "In need", "high_performing": "High-performing", "excluded": "Set aside"}


def pages() -> list[Path]:
    """The one page of the method, and the pages behind it."""
    return [DOCS / "method.md", *sorted((DOCS / "method").glob("*.md"))]


def digest(connection: duckdb.DuckDBPyConnection) -> str:
    """What names the files that a published folder was made from: 12 hexadecimal digits, whatever their order."""
    hashes = sorted(sha256 for (sha256,) in run(connection, "select sha256 from mart.source_file"))
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()[:12]


def noted_digests() -> dict[str, str]:
    """By year of the schools: the digest of the files from which the figures on the pages were made."""
    return dict(re.findall(r"^\| (\d{4}) \|.*\| ([0-9a-f]{12}) \|$", FIGURES.read_text(encoding="utf-8"), re.MULTILINE))


Parts = dict[str, Callable[[], str]]


def parts_of(current: duckdb.DuckDBPyConnection, study: duckdb.DuckDBPyConnection) -> Parts:
    """What makes each part. ``current``: the published file of today's schools; ``study``: that of the year of the 2017 study."""
    definitions = read_definitions()
    return {
        "headline": lambda: _headline(current, study),
        "files": lambda: _files(current, study),
        "settings": lambda: _settings(current),
        "figures": lambda: _figures(current),
        "eras": lambda: _eras(current),
        "coverage": lambda: _coverage(current),
        "exclusive": lambda: _exclusive(current),
        "exclusive of 2017": lambda: _exclusive(study, STUDY),
        "similarity": lambda: _similarity(current),
        "figures of 2017": lambda: _figures(study, STUDY),
        "leadership not known in 2017": lambda: _leadership_not_known(study),
        "levers of results": lambda: _moved(current, "rise", "high_results_years", "high_results_interval_counts"),
        "intervals below the cut": lambda: _intervals(current),
        "levers of 2017": lambda: _moved(
            study, STUDY, "high_progress_in_each_subject", "trust_excludes_from_need", "trust_excludes_from_schools"
        ),
        "as a yes": lambda: _as_yes(current),
        "as a yes in 2017": lambda: _as_yes(study, STUDY),
        **{f"rules of {each.name}": partial(_rules, each) for each in definitions},
        **{f"thresholds of {each.name}": partial(_thresholds, each) for each in definitions},
    }


def page(text: str, parts: Parts) -> str:
    """A page with its generated parts made anew. Raises InputError for a part that nothing makes."""

    def made(found: re.Match[str]) -> str:
        name = found[1]
        if name not in parts:
            raise InputError(
                f"Nothing makes the part {name}", file="docs/method", expected=", ".join(parts), do="mend the name on its page"
            )
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


def _files(*connections: duckdb.DuckDBPyConnection) -> str:
    rows = []
    for connection in connections:
        about = run(connection, "select gias_as_at, ofsted_as_at, ks2_year, ks4_year, source_files from mart.refresh")[0]
        results = f"{about[2]} (key stage 2), {about[3]} (key stage 4)"
        rows.append((f"{about[0]:%Y}", f"{about[0]:%d %B %Y}", f"{about[1]:%d %B %Y}", results, about[4], digest(connection)))
    return _table(("Files of", "Schools as at", "Inspections as at", "Results to", "Number", "Digest"), rows)


def _within_bounds(status: str) -> str:
    """What is selected for the share of a status with its bounds (none where nobody is asked), in words where it is withheld."""
    share = f"{status}_percent"
    bounds = f"printf(' (%.1f–%.1f)', {share}_lower, {share}_upper)"
    return f"coalesce(printf('%.1f', {share}), 'cannot be told') || coalesce({bounds}, '')"


_ASKED = "printf('%,d', area.schools) || if(area.not_asked > 0, printf(' of %,d', area.schools + area.not_asked), '')"
"""What is selected for the schools that figures are of, and for all that there are, where not all are asked."""


def _headline(current: duckdb.DuckDBPyConnection, study: duckdb.DuckDBPyConnection) -> str:
    titles = {each.name: each.description.title for each in read_definitions()}
    rows = [
        (titles[definition], phase, year, *figures)
        for connection, only in ((study, STUDY), (current, None))
        for year, definition, phase, *figures in run(
            connection,
            f"""select
                strftime(refresh.gias_as_at, '%Y'), area.definition, area.phase, {_ASKED}, {_within_bounds("high_performing")},
                {_within_bounds("in_need")}, area.partners_median
            from mart.area_summary as area cross join mart.refresh as refresh
            where area.area_type = 'country' and area.definition = coalesce($only, area.definition) and area.schools > 0
            order by area.definition, area.schools desc""",
            {"only": only},
        )
    ]
    headings = (
        "Definition",
        "Phase",
        "Year",
        "Schools",
        "High-performing, % (bounds)",
        "In need, % (bounds)",
        "Median of partners",
    )
    return _table(headings, rows)


def _figures(connection: duckdb.DuckDBPyConnection, only: str | None = None) -> str:
    rows = run(
        connection,
        f"""select
            definition, phase, {_ASKED}, high_performing, {_within_bounds("high_performing")}, in_need, {_within_bounds("in_need")},
            partners_median, in_need_without_partner
        from mart.area_summary as area where area_type = 'country' and definition = coalesce($only, definition)
        order by definition, schools desc""",
        {"only": only},
    )
    headings = (
        "Definition",
        "Phase",
        "Schools",
        "High-performing",
        "% (bounds)",
        "In need",
        "% (bounds)",
        "Median of partners",
        "With nobody near",
    )
    return _table(headings, rows)


def _leadership_not_known(connection: duckdb.DuckDBPyConnection) -> str:
    (found,) = ask(connection, "page/leadership_not_known")
    return (
        f"In 2017 {found['high_performing']:,} schools are high-performing so; if all of these counted, it would be "
        f"{found['if_all_count']:,}."
    )


def _moved(connection: duckdb.DuckDBPyConnection, definition: str, *parameters: str) -> str:
    rows = run(
        connection,
        """select
            parameter, value::integer, phase, high_performing, printf('%.1f', high_performing_percent), in_need,
            printf('%.1f', in_need_percent), partners_median, in_need_without_partner
        from mart.sensitivity
        where definition = $definition and list_contains($parameters, parameter) and (phase in ('primary', 'secondary'))
        order by list_position($parameters, parameter), phase, value""",
        {"definition": definition, "parameters": list(parameters)},
    )
    headings = ("Parameter", "Value", "Phase", "High-performing", "%", "In need", "%", "Median of partners", "With nobody near")
    return _table(headings, rows)


def _intervals(connection: duckdb.DuckDBPyConnection) -> str:
    return _table(
        ("Phase", "Good with high results", "Result of the last", "Interval reaches below it", "Interval not known"),
        [tuple(row.values()) for row in ask(connection, "page/intervals_below_the_cut")],
    )


def _as_yes(connection: duckdb.DuckDBPyConnection, only: str | None = None) -> str:
    rows = ask(connection, "page/as_yes", {"of_definition": only})
    headings = ("Definition", "Phase", "Not known", "Counted as", "As a no", "%", "As a yes", "%")
    return _table(headings, [tuple(row.values()) for row in rows])


def _exclusive(connection: duckdb.DuckDBPyConnection, only: str | None = None) -> str:
    rows = [
        (each.definition, each.phase, each.in_need, each.near, *each.partnered)
        for each in exclusive(connection)
        if only in (None, each.definition) and not each.is_withheld
    ]
    return _table(("Definition", "Phase", "In need", "With someone near", "One each", "Two each", "Three each"), rows)


def _similarity(connection: duckdb.DuckDBPyConnection) -> str:
    rows = run(connection, "select part, weight, sentence from mart.similarity_weight order by part")
    return _table(("Part", "Weight", "How alike"), rows)


def _eras(connection: duckdb.DuckDBPyConnection) -> str:
    rows = run(
        connection,
        """select definition, phase, era, schools, high_performing, in_need from mart.era
        where high_performing > 0 or in_need > 0 order by definition, phase, era""",
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
        parts = parts_of(now, then)
        for path in pages():
            path.write_text(page(path.read_text(encoding="utf-8"), parts), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
