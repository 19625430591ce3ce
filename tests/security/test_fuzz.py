"""Names and codes that hypothesis thinks of, through landing to every output: no file outside, no formula, no markup, nothing lost.

The same in every run (``derandomize``): what it finds is mended, and then held by a case of its own.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from lxml import etree, html
from openpyxl import Workbook

from exports.excel.scope import slug
from exports.map import _write as write_script
from exports.pages.page import Bullets, Page, Paragraph, Section, Table, as_html
from exports.paths import OutputFolder, distinct_names
from exports.workbook.memory import save
from exports.workbook.sheet import add_table, add_text
from exports.workbook.table import Field, TableSheet
from orchestration.cli import terminal
from orchestration.refresh import refresh
from tests.security.test_codes_at_landing import read
from transforms.errors import InputError
from transforms.layouts import gias
from transforms.layouts.fields import CODES
from transforms.text import FORMULA_STARTS, csv_cell, has_unseen
from warehouse.home import Home
from warehouse.model import SQL


def fuzz(examples: int, *, is_slow: bool = False) -> Callable[[Any], Any]:
    """The same examples every time, however slow the machine, and nothing kept between runs.

    ``is_slow``: an example that fails is not made smaller, which would take as many refreshes as there are steps.
    """
    return settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate] if is_slow else list(Phase),
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


EVIL = (
    "../../evil", "..\\evil", "/etc/passwd", "C:\\evil", "con", "NUL.xlsx", "a/b", "x" * 300, "\x00", "\x1b[2J", "\x1b]0;t\x07",
    "=HYPERLINK(\"http://example.org\")", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "\u200b=1", "<script>x</script>",
    "<img src=x onerror=x>", "</script>", "</style>", "]]>", "&amp;", "\u2028", "\u202e", "\ufeff", "[bold]x[/]", "[/]",
    ":x: school", "'; drop table school; --", "{{x}}", "\\", "\"", "''", "NULL", "Z", "\N{SCHOOL}", "北京", "_x000D_", "\ufffe",
)  # fmt: skip
ended = st.builds(str.__add__, st.sampled_from(EVIL), st.text(max_size=10))
texts = st.one_of(st.sampled_from(EVIL), st.text(max_size=40), ended)
codes = st.one_of(texts, st.from_regex("[A-Z]?[0-9]{1,12}"), st.sampled_from(["E10000018", "855", "5000", "E1000001\n", "1e5"]))


# --- landing -------------------------------------------------------------------------------------------------------------------

COLUMNS = {column.name: column.content for column in gias.ESTABLISHMENT.columns}


def read_or_refused(values: dict[str, str]) -> tuple[Any, str]:
    """The row as it lands, or what is said where it is refused; any other exception goes through."""
    try:
        return read(gias.ESTABLISHMENT, **values).frame.iloc[0], ""
    except InputError as error:
        return None, str(error)


@fuzz(120)
@given(st.dictionaries(st.sampled_from(sorted(COLUMNS)), codes, min_size=1, max_size=4))
def test_what_lands_is_of_its_form_or_the_file_is_refused_in_words(values: dict[str, str]) -> None:
    row, error = read_or_refused(values)
    if row is None:
        assert error.isprintable()
        assert "What to do: " in error
        return
    for name, content in COLUMNS.items():
        value = row[name]
        if not isinstance(value, str):
            continue
        assert not has_unseen(value), name
        if content.kind in CODES:
            assert re.fullmatch("[A-Za-z0-9]{1,12}", value), name
        if content.kind == "ons_code":
            assert re.fullmatch("[A-Z][0-9]{8}", value), name
        if content.kind == "area_name":
            assert not value.startswith(FORMULA_STARTS), name
    assert 0 < row["urn"] < 1_000_000


# --- outputs -------------------------------------------------------------------------------------------------------------------


@fuzz(300)
@given(names=st.dictionaries(st.from_regex(r"\A[EW][0-9]{2}\Z"), texts, max_size=12))
@example(names={"E00": "kent", "E01": "Kent!", "E02": "kent e00", "E03": "kent-e00-e00", "E04": "con", "E05": "CON!"})
def test_every_area_has_a_file_of_its_own_within_the_folder(names: dict[str, str]) -> None:
    folder = OutputFolder(Path("/nowhere/excel"))
    folder.file = _without_making(folder)
    files = distinct_names((code, slug(name)) for code, name in names.items())
    paths = {folder.file(f"local-authorities/{file}.xlsx") for file in files.values()}
    assert len({str(path).casefold() for path in paths}) == len(names)
    assert all(path.parent == Path("/nowhere/excel/local-authorities") for path in paths)


def _without_making(folder: OutputFolder) -> Callable[[str], Path]:
    """The same checks in a folder that is not there, so that hundreds of examples make none."""
    checked = OutputFolder.file

    def file(name: str) -> Path:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Path, "mkdir", lambda *_, **__: None)
            return checked(folder, name)

    return file


@fuzz(300)
@given(texts)
def test_a_name_of_a_file_is_refused_or_stays_in_its_folder(name: str) -> None:
    root = Path("/nowhere/excel")
    folder = OutputFolder(root)
    try:
        path = _without_making(folder)(name)
    except InputError:
        return
    assert path.resolve().is_relative_to(root)
    assert re.fullmatch(r"[A-Za-z0-9._/-]+", str(path))


@fuzz(300)
@given(st.lists(st.one_of(texts, st.integers(), st.floats(allow_nan=False)), min_size=1, max_size=6))
def test_a_row_of_csv_reads_back_and_no_text_of_it_begins_like_a_formula(row: list[Any]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerow(map(csv_cell, row))
    (back,) = csv.reader(io.StringIO(file.getvalue(), newline=""), strict=True) if any(map(str, row)) else (row,)
    for cell, value in zip(back, row, strict=True):
        if isinstance(value, str):
            assert not cell.startswith(FORMULA_STARTS)
            assert cell.removeprefix("'") == value.removeprefix("'").replace("\r\n", "\n").replace("\r", "\n")


@fuzz(15)
@given(st.lists(texts, min_size=20, max_size=40))
def test_a_workbook_holds_no_formula_and_can_be_read_whatever_its_texts_are(names: list[str]) -> None:
    workbook = Workbook(write_only=True)
    add_text(workbook, "Cover", names[0], [(name, name) for name in names])
    field = Field("name", names[1] or "Name", 40)
    rows = [{"name": name} for name in names]
    add_table(workbook, TableSheet("Names", names[2], names[3], names[4], [field], rows, is_long=True))
    file = io.BytesIO()
    save(workbook, file)
    assert formulas_in(file) == []


def formulas_in(file: Any) -> list[str]:
    """The cells of a workbook that a spreadsheet program would work out; every part of it must be XML."""
    found = []
    with ZipFile(file) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                root = etree.fromstring(archive.read(name))
                if name.startswith("xl/worksheets/sheet"):
                    found += [str(cell.get("r")) for cell in root.iter("{*}c") if cell.find("{*}f") is not None]
    return found


@fuzz(200)
@given(st.lists(texts, min_size=4, max_size=8))
def test_a_page_shows_texts_and_has_no_element_that_came_with_them(names: list[str]) -> None:
    blocks = [Section(names[0]), Paragraph(names[1]), Bullets(names), Table(names[2], names, [names])]
    given_, plain = as_html(Page(names[3], blocks)), as_html(Page("x", [Section("x"), *_as_plain(blocks)]))
    tags = [[each.tag for each in html.fromstring(text).iter() if isinstance(each.tag, str)] for text in (given_, plain)]
    assert tags[0] == tags[1]
    attributes = {name for each in html.fromstring(given_).iter() if isinstance(each.tag, str) for name in each.attrib}
    assert not {name for name in attributes if name.startswith("on") or name == "src"}


def _as_plain(blocks: list[Any]) -> Iterator[Any]:
    for block in blocks[1:]:
        if isinstance(block, Paragraph):
            yield Paragraph("x")
        elif isinstance(block, Bullets):
            yield Bullets(["x"] * len(block.items))
        else:
            yield Table("x", ["x"] * len(block.headings), [["x"] * len(row) for row in block.rows])


@fuzz(100)
@given(st.lists(texts, max_size=5))
def test_data_of_the_map_are_ascii_that_ends_no_script(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    folder = tmp_path_factory.mktemp("script")
    write_script(OutputFolder(folder), "names", {"names": names})
    text = (folder / "names.js").read_bytes().decode("ascii")
    assert "</" not in text
    assert text.count("\n") == 1
    assert json.loads(text.removeprefix('schoolmatch.receive("names",').removesuffix(");\n"))["names"] == names


@fuzz(200)
@given(texts)
def test_what_is_printed_is_the_text_and_drives_nothing(name: str) -> None:
    console = terminal._Terminal()
    console.file, console.width = io.StringIO(), 1_000
    console.print(f"[bold]{terminal.escape(name)}[/]", soft_wrap=True)
    out = console.file.getvalue()
    assert not has_unseen(out.replace("\n", ""))
    if not has_unseen(name) and name.strip() == name:
        assert out == f"{name}\n"


# --- a whole refresh -----------------------------------------------------------------------------------------------------------

REGISTER = "gias/edubasealldata20250930.csv"
HOSTILE = st.permutations([text for text in EVIL if text.strip()])
NAMED = ("EstablishmentName", "Trusts (name)", "Town", "SchoolWebsite")


def rewritten(drop: Path, name: str, change: Callable[[int, dict[str, str]], None]) -> None:
    path = drop / name
    text = path.read_bytes().decode("cp1252")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    for number, row in enumerate(rows):
        change(number, row)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def outside(home: Home, root: Path) -> set[Path]:
    return {path for path in root.rglob("*") if home.root not in (path, *path.parents)}


@fuzz(1, is_slow=True)
@given(HOSTILE)
def test_a_refresh_of_hostile_names_writes_within_its_home_loses_nothing_and_makes_no_formula_or_markup(
    small_sample: Path, tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    root = tmp_path_factory.mktemp("refresh")
    drop, home = root / "drop", Home(root / "home")
    shutil.copytree(small_sample, drop)

    def change(number: int, row: dict[str, str]) -> None:
        for place, heading in enumerate(NAMED):
            if row.get(heading):
                # not blank when what nobody sees is out: a school without a name stops the refresh
                row[heading] = f"{names[(number + place) % len(names)]}s".replace("\x00", "\x01")

    rewritten(drop, REGISTER, change)
    # names of authorities, two of each; one that begins like a formula is refused: the test below
    with (SQL / "reference" / "local_authority.csv").open(encoding="utf-8", newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
        known = [row for row in csv.DictReader(lines) if not row["valid_to"]]
    with (drop / "la_gias_to_ons_region_1.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["la_code", "la_name", "gss", "region_code"])
        for number, row in enumerate(known):
            name = f"A{names[number // 2 % len(names)]}".replace("\x00", "\x01")
            writer.writerow([row["la_code"], name, row["ons_code"], row["region_code"]])
    (drop / "x\x1b[2J\u202e").mkdir()
    shutil.copy(drop / REGISTER, drop / "x\x1b[2J\u202e")
    before = outside(home, root)
    refresh(home, str(drop))
    assert outside(home, root) == before
    folder = home.latest
    with duckdb.connect(folder / "schoolmatch.duckdb", read_only=True) as connection:
        areas = connection.execute(
            "select count(distinct la_ons_code) + count(distinct region_code) + 1 from mart.school"
        ).fetchall()
        texts_of = connection.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'mart' and data_type = 'VARCHAR'"
        ).fetchall()
        unseen = [
            (table, column, value)
            for table, column in texts_of
            for (value,) in connection.execute(
                f'select distinct "{column}" from mart.{table} where "{column}" is not null'
            ).fetchall()
            if has_unseen(value.replace("\n", ""))
        ]
        told = connection.execute("select notices from mart.source_file where kind = 'gias_establishment'").fetchall()
    assert unseen == []
    assert "characters that nobody sees (control characters) were taken out in" in str(told)
    books = list((folder / "excel").rglob("*.xlsx"))
    assert [(len(books),)] == areas
    assert any(re.search(r"-e\d{8}$", book.stem) for book in books)  # of two areas that would have had one
    assert [book.name for book in books if formulas_in(book)] == []
    for path in (folder / "ees").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert [cell for cell in cells if cell.startswith(FORMULA_STARTS) and not re.fullmatch(r"-?[\d.]+", cell)] == []
    for path in (folder / "changes.html", folder / "site" / "about.html"):
        elements = [each for each in html.fromstring(path.read_text(encoding="utf-8")).iter() if isinstance(each.tag, str)]
        assert not {"script", "img", "iframe"} & {each.tag for each in elements}
        assert not [name for each in elements for name in each.attrib if name.startswith("on")]
    for path in (folder / "site" / "data").rglob("*.js"):
        text = path.read_bytes().decode("ascii")
        assert "</" not in text
        json.loads(text.partition(",")[2].removesuffix(");\n"))
    told_areas = json.loads((folder / "site/data/areas.js").read_text().partition(",")[2].removesuffix(");\n"))["areas"]
    links = [book for area_type in ("region", "local_authority") for *_, book in told_areas[area_type]]
    assert {folder / "excel" / link for link in links} | {folder / "excel" / "england.xlsx"} == set(books)


@fuzz(2, is_slow=True)
@given(
    st.sampled_from(["GSSLACode (name)", "ParliamentaryConstituency (code)", "Trusts (code)", "LA (name)"]),
    st.sampled_from(EVIL[:5]),
)
def test_a_refresh_with_a_hostile_code_is_refused_and_nothing_is_written_outside_its_home(
    small_sample: Path, tmp_path_factory: pytest.TempPathFactory, heading: str, value: str
) -> None:
    root = tmp_path_factory.mktemp("refused")
    drop, home = root / "drop", Home(root / "home")
    shutil.copytree(small_sample, drop)
    evil = f"={value}" if heading == "LA (name)" else value
    rewritten(drop, REGISTER, lambda number, row: row.update({heading: evil}) if number == 7 and heading in row else None)
    before = outside(home, root)
    with pytest.raises(InputError, match=r"Where: file gias/edubasealldata20250930\.csv, row 9"):
        refresh(home, str(drop))
    assert outside(home, root) == before
    assert not home.latest.exists()
