"""Everything the workbooks show, asked for once, whatever their number: the rows of each sheet, by name, dealt to areas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import duckdb

from exports.excel.scope import COUNTRY, Scope, scopes
from exports.excel.sheet import Manner, Sheet, read_sheets
from exports.words import DEFINITION_ORDER, in_words, order_of
from exports.workbook.rows import Link
from warehouse.model import SQL, load_macros
from warehouse.query import Row, ask
from warehouse.store import rows_as_dicts

_PAGES = {
    "gias": ("in GIAS", "https://get-information-schools.service.gov.uk/Establishments/Establishment/Details/"),
    # as in the column "Web Link" of Ofsted's own files
    "ofsted": ("at Ofsted", "http://www.ofsted.gov.uk/inspection-reports/find-inspection-report/provider/ELS/"),
}
"""Where a school has a page: words after its URN, and the address that the URN completes."""

_INVENTED = "none: invented"


@dataclass(frozen=True)
class Facts:
    """What is shown. ``sheets``: of the edition, in order. ``definitions``: today's first.

    ``settings``: how far help may come from, by setting. ``cover``, ``shortest``: rows of these queries, by the ONS code of the
    workbook's area.
    """

    refresh: Row
    definitions: Sequence[Row]
    settings: Sequence[Row]
    metres_of_a_mile: float
    scopes: Sequence[Scope]
    sheets: Mapping[str, Sheet]
    is_anonymous: bool
    cover: Mapping[str, Sequence[Row]]
    shortest: Mapping[str, Sequence[Row]]
    rows_to_all: Mapping[str, Sequence[Row]]
    rows_by_area: Mapping[str, Mapping[str, Sequence[Row]]]

    @property
    def charted_definition(self) -> str:
        """The definition that the cover and the charts show: today's policy, or else the first there is."""
        names = [row["definition"] for row in self.definitions]
        return next((name for name in DEFINITION_ORDER if name in names), names[0])

    def rows(self, sheet: Sheet, scope: Scope) -> Sequence[Row]:
        """The rows of a sheet in the workbook of an area."""
        if sheet.about.dealt == "to_all":
            return self.rows_to_all[sheet.name]
        return self.rows_by_area[sheet.name].get(scope.code, ())


def fetch(connection: duckdb.DuckDBPyConnection, *, is_anonymous: bool, root: Path = SQL) -> Facts:
    """Ask the published tables. ``root``: the folder of queries, descriptions of sheets, and contracts."""
    query = partial(ask, connection, root=root)
    refresh = query("sheet/refresh")[0]
    areas = scopes(connection, root)
    sheets = read_sheets(is_anonymous=is_anonymous, root=root)
    shown_in = defaultdict[tuple[str, str], list[str]](list)
    for row in query("sheet/area_shown"):
        shown_in[row["sheet"], row["area_code"]].append(row["workbook_code"])
    country = next(scope.code for scope in areas if scope.kind == COUNTRY)
    to_all, by_area = dict[str, list[Row]](), dict[str, dict[str, list[Row]]]()
    asked = cache(partial(_rows_in_order, connection))  # sheets of areas show the same rows
    for name, sheet in sheets.items():
        if sheet.query is None:
            continue
        rows, show = asked(sheet.query), _showing(sheet, is_synthetic=refresh["is_synthetic"])
        if sheet.about.dealt == "to_all":
            to_all[name] = [show(row) for row in rows]
        elif sheet.about.dealt == "by_place":
            by_area[name] = _by_area(rows, lambda row: {country, row["region_code"], row["la_ons_code"]} - {None}, show)
        else:
            by_area[name] = _by_area(rows, partial(_shown_in, shown_in, name), show)
    return Facts(
        refresh=refresh,
        definitions=_in_order(query("sheet/definitions")),
        settings=query("sheet/setting"),
        metres_of_a_mile=_metres_of_a_mile(root),
        scopes=areas,
        sheets=sheets,
        is_anonymous=is_anonymous,
        cover=_by_area(_in_order(query("sheet/cover")), lambda row: [row["area_code"]]),
        shortest=_by_area(query("sheet/shortest"), lambda row: [row["within_code"]]),
        rows_to_all=to_all,
        rows_by_area=by_area,
    )


def _rows_in_order(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    return _in_order(rows_as_dicts(connection, sql))


def _in_order(rows: list[Row]) -> list[Row]:
    """Rows in the order in which definitions and phases are shown, and within it as they come."""
    if not rows or "definition" not in rows[0]:
        return rows
    return sorted(rows, key=lambda row: order_of(row["definition"], row.get("phase") or ""))


def _by_area(
    rows: Sequence[Row], areas_of: Callable[[Row], Any], show: Callable[[Row], Row] = lambda row: row
) -> dict[str, list[Row]]:
    """Rows as they are shown, by area; each is made once, whatever the number of workbooks it stands in."""
    found = defaultdict[str, list[Row]](list)
    for row in rows:
        shown = show(row)
        for area in areas_of(row):
            found[area].append(shown)
    return dict(found)


def _showing(sheet: Sheet, *, is_synthetic: bool) -> Callable[[Row], Row]:
    """How a row of the query becomes one of the sheet: the columns that it shows, and no other, each in its manner."""
    manners = [(field.column, _MANNERS[sheet.manners[field.column]](is_synthetic)) for field in sheet.fields]

    def show(row: Row) -> Row:
        return {column: row[column] if manner is None else manner(row[column]) for column, manner in manners}

    return show


def _page(name: str, is_synthetic: bool) -> Callable[[int | None], Link | str | None]:
    words, address = _PAGES[name]

    def link(urn: int | None) -> Link | str | None:
        if urn is None:
            return None
        return _INVENTED if is_synthetic else Link(f"{urn} {words}", f"{address}{urn}")

    return link


_MANNERS: Mapping[Manner, Callable[[bool], Callable[[Any], Any] | None]] = {
    "as_it_is": lambda _: None,
    "code": lambda _: cache(in_words),
    "yes_or_no": lambda _: {True: "yes", False: "no", None: None}.__getitem__,
    "list": lambda _: lambda values: None if values is None else ", ".join(map(str, values)),
    "gias": partial(_page, "gias"),
    "ofsted": partial(_page, "ofsted"),
}
"""By manner, what makes a value what is shown; whether schools are invented decides of links."""


def _metres_of_a_mile(root: Path) -> float:
    with duckdb.connect() as connection:
        load_macros(connection, root)
        return float(ask(connection, "sheet/mile", root=root)[0]["metres"])


def _shown_in(shown_in: Mapping[tuple[str, str], Sequence[str]], sheet: str, row: Row) -> Sequence[str]:
    """The areas whose workbooks show a row of figures of an area on this sheet."""
    return shown_in[sheet, row["area_code"]]
