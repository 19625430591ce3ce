"""Holds workbooks against the published tables: what ``workbook_reader`` finds in them against ``workbook_expected``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from tests.support.workbook_expected import COLUMNS, ENGLAND, Area, Expected, Row, areas, grouped, sheets_of
from tests.support.workbook_reader import Read, by_area
from warehouse.glossary import read_glossary
from warehouse.store import rows_as_dicts, run

_NOT_HELD = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DICTIONARY = ("Sheet", "Column", "Unit", "What it means", "Column of the database", "Published as")


def assert_workbooks_hold(folder: Path, connection: duckdb.DuckDBPyConnection, status: Sequence[dict[str, Any]] | None) -> int:
    """Hold every column of every sheet of every workbook against the tables; returns how many cells were held.

    ``status``: the sources as in ``status.json``; None leaves out the sheet of it, apart from its dates.
    """
    expected, paths, places = Expected(connection), by_area(folder), areas(connection)
    assert set(paths) == {(area.kind, _as_held(area.name)) for area in places}
    held = 0
    for area in places:
        path = paths[area.kind, _as_held(area.name)]
        book = Read(path)
        assert book.sheets == sheets_of(path), path
        lengths = {}
        for sheet, columns in expected.columns.items():
            if sheet not in book.sheets:
                continue
            if sheet == "Data status":
                lengths[sheet] = _assert_status(book, connection, status)
                continue
            found = _table(book, sheet, tuple(columns), path, is_empty=not expected.rows(sheet, area))
            _assert_same(found, expected.rows(sheet, area), path, sheet)
            lengths[sheet] = len(found)
            held += len(found) * len(columns)
        for sheet in ("Partners", "Organisations"):
            if lengths[sheet]:
                _assert_by_rank(book.table(sheet)[1], path)
        if not lengths["Changes"]:
            said = "Nothing was published before" if expected.changes is None else "Nothing has changed here"
            assert str(book.cells("Changes")[-1][0]).startswith(said), path
        lengths["Data dictionary"] = _assert_dictionary(book, expected, path)
        lengths["Glossary"] = _assert_glossary(book, path)
        lengths["Notes"] = len(_table(book, "Notes", ("Note", "About", "What it says"), path))
        _assert_contents(book, lengths, path)
        _assert_cover(book, connection, area, path)
    return held


def _table(book: Read, sheet: str, headings: tuple[str, ...], path: Path, *, is_empty: bool = False) -> list[Row]:
    """The rows of a sheet's table; its headings must be these, also where a sentence stands in place of rows."""
    found, rows = book.table(sheet, headings[0])
    assert found == headings, (path, sheet, found)
    if is_empty:
        ((sentence, *others),) = rows
        assert isinstance(sentence, str), (path, sheet)
        assert not any(others), (path, sheet)
        return []
    return rows


def _assert_same(found: Iterable[Row], expected: Iterable[Row], path: Path, sheet: str) -> None:
    """The same rows, whatever their order; numbers to the last digit."""
    found, expected = Counter(found), Counter(tuple(_as_held(cell) for cell in row) for row in expected)
    if found != expected:
        too_many, missing = list((found - expected).elements()), list((expected - found).elements())
        raise AssertionError(
            f"{path.name}, sheet {sheet}: {len(too_many)} rows are not the mart's, {len(missing)} of the mart's are missing;"
            f" the first: {sorted(map(repr, too_many))[:1]}, {sorted(map(repr, missing))[:1]}"
        )


def _as_held(value: Any) -> Any:
    """A text without what XML cannot hold."""
    return _NOT_HELD.sub("", value) if isinstance(value, str) else value


def _assert_by_rank(rows: Iterable[Row], path: Path) -> None:
    """The partners, or organisations, of a school stand together, from 1 on."""
    last: tuple[Any, Any, float] = ("", "", 0)
    seen = set()
    for row in rows:
        definition, urn, rank = row[0], row[3], row[5]
        is_next = (definition, urn) == last[:2]
        assert rank == (last[2] + 1 if is_next else 1), (path, row)
        assert is_next or (definition, urn) not in seen, (path, row)
        seen.add((definition, urn))
        last = (definition, urn, rank)


def _assert_status(book: Read, connection: duckdb.DuckDBPyConnection, status: Sequence[dict[str, Any]] | None) -> int:
    found = _table(book, "Data status", tuple(COLUMNS["Data status"]), Path("Data status"))
    if status is not None:
        names = ("title", "publisher", "as_at", "age_days", "next_expected", "state")
        shown = [tuple(cell.isoformat() if isinstance(cell, date) else cell for cell in row) for row in found]
        assert shown == [tuple(source[name] for name in names) for source in status]
    # of results, the end of their academic year: "2024/25" or "2024-25"
    newest = {
        max(published or ended for published, ended in group)
        for group in grouped(
            (kind, published, date(2000 + int(covers[-2:]), 8, 31) if covers and "/" in covers else None)
            for kind, published, covers in run(connection, "select kind, published, covers from mart.source_file")
            if published or (covers and "/" in covers)
        ).values()
    }
    assert {row[2] for row in found if row[2]} == newest
    return len(found)


def _assert_dictionary(book: Read, expected: Expected, path: Path) -> int:
    rows = _table(book, "Data dictionary", _DICTIONARY, path)
    wanted = expected.dictionary(book.sheets)
    assert [row[:2] for row in rows] == [row[:2] for row in wanted], path
    for found, row in zip(rows, wanted, strict=True):
        assert (found[2], found[4], found[5]) == (row[2], row[4], row[5]), (path, found)
        assert found[3], (path, found)
        assert str(found[3]).endswith(row[3]), (path, found)
    return len(rows)


def _assert_glossary(book: Read, path: Path) -> int:
    rows = _table(book, "Glossary", ("Word", "What it means here"), path)
    assert rows == [(each.term, each.meaning) for each in read_glossary()], path
    return len(rows)


def _assert_contents(book: Read, lengths: dict[str, int], path: Path) -> None:
    rows = _table(book, "Contents", ("Sheet", "What it shows", "Rows"), path)
    assert tuple(row[0] for row in rows) == tuple(sheet for sheet in sheets_of(path) if sheet != "Contents"), path
    assert {row[0]: row[2] for row in rows} == {"Cover": None, **lengths}, path


def _assert_cover(book: Read, connection: duckdb.DuckDBPyConnection, area: Area, path: Path) -> None:
    """The dates, the definitions, and every number of its sentences."""
    said: dict[Any, Any] = dict(book.cells("Cover")[1:])
    refresh = rows_as_dicts(connection, "from mart.refresh")[0]
    assert (said["Schools as at"], said["Ofsted as at"]) == (refresh["gias_as_at"], refresh["ofsted_as_at"] or "none landed"), path
    for key, stage in (("ks2_year", 2), ("ks4_year", 4)):
        year = refresh[key]
        assert said[f"Key stage {stage} results"] == (f"{year - 1}/{year % 100:02d}" if year else "none landed"), path
    for name, title, sentence in run(connection, "select distinct definition, title, sentence from mart.definition"):
        assert said[f"Definition {name}"] == f"{title}. {sentence}", path
    figures = run(
        connection,
        f"""select replace(phase, '_', ' '), schools, in_need, if(partners_of < 5, null, partners_median), in_need_without_partner,
            partnered_exclusively_1, in_need_withheld_because, high_performing_withheld_because
        from mart.area_summary where definition = 'rise' and area_code = '{area.code}'""",
    )
    for phase, schools, in_need, median, nobody, own, *because in figures:
        sentence = str(said.pop(f"{phase.capitalize()}, rise"))
        if withheld := [each for each in because if each]:
            assert sentence.count(f"Cannot be told: how many {phase} schools are ") == len(withheld), path
            assert [each for each in withheld if each not in sentence] == [], path
            continue
        numbers = [float(number.replace(",", "")) for number in re.findall(r"\d[\d,.]*\d|\d", sentence)]
        wanted = [schools] if not in_need else [in_need, schools] if nobody is None else [in_need, schools, median, nobody, own]
        wanted = [number for number in wanted if number is not None]  # a median of few is none
        assert numbers == wanted, (path, phase)
    assert not [label for label in said if str(label).endswith(", rise")], path
    # where help is shortest: of England the regions, of a region its authorities, of an authority nothing
    shortest = run(
        connection,
        f"""select area_name, sum(in_need_without_partner)::int as nobody from mart.area_summary where definition = 'rise'
        and list_contains({sorted(area.summary - {ENGLAND, area.code})}, area_code) group by 1 having nobody > 0
        order by 2 desc, 1 limit 6""",
    )
    if area.kind == "local authority" or not shortest:
        assert "Where help is shortest" not in said, path
    else:
        listed = ", ".join(f"{_as_held(name)} {nobody}" for name, nobody in shortest)
        assert said["Where help is shortest"].endswith(f", rise: {listed}."), path
