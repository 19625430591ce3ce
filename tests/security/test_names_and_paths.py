"""What names and codes do to outputs: no file outside its folder, none lost, no formula, and a map that hides what it says.

Landing refuses most of what is tried here (test_codes_at_landing.py); each output holds by itself, too.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections import Counter
from hashlib import md5
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import duckdb
import pytest

from exports.ees import write_ees
from exports.excel import write_workbooks
from exports.map import write_site
from exports.map.schools import COLUMNS, SQUARE_M, school_files
from exports.paths import LONGEST_NAME, OutputFolder, distinct_names
from orchestration.cli import terminal
from tests.support.published import tables_of_a_few_schools, with_hostile_names
from tests.support.world import World
from transforms.errors import InputError
from transforms.geography import METRES_PER_MILE
from warehouse.store import run

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What OWASP lists ("CSV Injection")."""


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    """Seven schools in three authorities of two regions, to be changed."""
    return tables_of_a_few_schools()


def rename(connection: duckdb.DuckDBPyConnection, code: str, name: str) -> None:
    """Give a local authority another name, wherever it is published."""
    run(connection, "update mart.school set la_name = $2 where la_ons_code = $1", [code, name])
    run(connection, "update mart.area_summary set area_name = $2 where area_code = $1", [code, name])


def recode(connection: duckdb.DuckDBPyConnection, code: str, other: str) -> None:
    """Give a local authority another code, past landing."""
    run(connection, "update mart.school set la_ons_code = $2 where la_ons_code = $1", [code, other])
    run(connection, "update mart.area_summary set area_code = $2 where area_code = $1", [code, other])


def data_of(folder: Path, name: str) -> dict[str, Any]:
    text = (folder / "data" / f"{name}.js").read_text(encoding="ascii")
    found: dict[str, Any] = json.loads(text.removeprefix(f'schoolmatch.receive("{name}",').removesuffix(");\n"))
    return found


# --- paths ---------------------------------------------------------------------------------------------------------------------

EVIL = ("../../../../../evil", "/tmp/evil", "..", "a/../../../evil", "..\\evil", "E1\x00", "x" * 300, "C:evil", "a b", "\u202eE1")


def test_no_file_of_the_map_leaves_its_folder_whatever_a_code_is(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """A crafted authority code wrote a script outside the home."""
    before = "E10000018"
    for number, code in enumerate((*EVIL, "con")):
        recode(connection, before, code)
        site = tmp_path / f"deep{number}" / "home" / "site"
        with pytest.raises(InputError, match="name of a file to be written"):
            write_site(connection, site, status=[], stamp="20251001T063000Z", is_named=True)
        assert [path for path in tmp_path.rglob("*.js") if not {"home", "site"} <= set(path.parts)] == []
        before = code


def test_no_workbook_leaves_its_folder_whatever_a_code_is(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """A name without letters is called by its code, and so was one that led outside."""
    rename(connection, "E10000018", "北京")
    before = "E10000018"
    for number, code in enumerate(EVIL):
        recode(connection, before, code)
        excel = tmp_path / f"deep{number}" / "home" / "excel"
        with pytest.raises(InputError, match="name of a file to be written"):
            write_workbooks(connection, excel, is_anonymous=False, status=[])
        assert [path for path in tmp_path.rglob("*.xlsx") if not {"home", "excel"} <= set(path.parts)] == []
        before = code


def test_two_areas_of_one_file_name_have_a_workbook_each_and_the_map_links_each_to_its_own(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """One lost its workbook silently, and the map linked it to the other's."""
    rename(connection, "E10000018", "St. Helen's!")
    rename(connection, "E06000016", "St Helen s")
    paths = write_workbooks(connection, tmp_path / "excel", is_anonymous=False, status=[])
    areas = run(connection, "select count(distinct la_ons_code) + count(distinct region_code) + 1 from mart.school")[0][0]
    assert len(set(paths)) == len(list((tmp_path / "excel").rglob("*.xlsx"))) == areas
    write_site(connection, tmp_path / "site", status=[], stamp="20251001T063000Z")
    told = data_of(tmp_path / "site", "areas")["areas"]
    books = {code: book for area_type in ("region", "local_authority") for code, _, _, _, book in told[area_type]}
    assert books["E10000018"] == "local-authorities/st-helen-s-e10000018.xlsx"
    assert books["E06000016"] == "local-authorities/st-helen-s-e06000016.xlsx"
    for code, book in books.items():
        with ZipFile(tmp_path / "excel" / book) as archive:
            cover = archive.read("xl/worksheets/sheet1.xml").decode()
        (name,) = {each[1] for area_type in ("region", "local_authority") for each in told[area_type] if each[0] == code}
        assert name in cover
    assert [book for *_, book in told["constituency"]] == [None] * len(told["constituency"])


def test_the_name_of_a_device_is_no_name_of_a_workbook(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """``con.xlsx`` cannot be copied to Windows."""
    rename(connection, "E10000018", "Con")
    write_workbooks(connection, tmp_path / "excel", is_anonymous=False, status=[])
    assert {path.stem for path in (tmp_path / "excel" / "local-authorities").iterdir()} >= {"con-e10000018"}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"E1": "kent", "E2": "dover"}, {"E1": "kent", "E2": "dover"}),
        ({"E1": "kent", "E2": "kent"}, {"E1": "kent-e1", "E2": "kent-e2"}),
        ({"E1": "kent", "E2": "kent", "E3": "kent-e2"}, {"E1": "kent-e1", "E2": "kent-e2-e2", "E3": "kent-e2-e3"}),
        ({"E1": "", "E2": "e1"}, {"E1": "e1-e1", "E2": "e1-e2"}),
        ({"E1": "nul", "E2": "com1"}, {"E1": "nul-e1", "E2": "com1-e2"}),
        ({"E1": "Kent", "E2": "kent"}, {"E1": "Kent-e1", "E2": "kent-e2"}),
    ],
)
def test_areas_that_share_a_name_have_their_codes_behind_it_in_whatever_order_they_come(
    names: dict[str, str], expected: dict[str, str]
) -> None:
    assert distinct_names(names.items()) == expected
    assert distinct_names(reversed(names.items())) == expected


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../a", "a/../b", "/a", "a//b", "a\\b", "a\x00", "a\nb", ".hidden", "a.", "a ", "aux", "NUL.txt", "com1.js",
     "lpt9.tar.gz", "é", "a:b", "a" * (LONGEST_NAME + 1), "a/con/b", "~", "a?", "a*", "\u202ea"],
)  # fmt: skip
def test_an_output_folder_refuses_what_leads_out_of_it_or_no_system_holds(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="leads out of its folder") as caught:
        OutputFolder(tmp_path).file(name)
    assert str(caught.value).isprintable()
    assert list(tmp_path.iterdir()) == []


def test_an_output_folder_gives_no_name_out_twice_also_in_other_capitals(tmp_path: Path) -> None:
    folder = OutputFolder(tmp_path)
    assert folder.file("schools/E06.js") == tmp_path / "schools" / "E06.js"
    for name in ("schools/E06.js", "schools/e06.js", "SCHOOLS/E06.JS"):
        with pytest.raises(InputError, match="is used twice"):
            folder.file(name)


def test_an_output_folder_follows_no_link_out_of_itself(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "schools").symlink_to(tmp_path / "out")
    (tmp_path / "in" / "a.js").symlink_to(tmp_path / "out" / "a.js")
    for name in ("schools/x.js", "a.js"):
        with pytest.raises(InputError, match="by a link"):
            OutputFolder(tmp_path / "in").file(name)


# --- CSV and the terminal ------------------------------------------------------------------------------------------------------


def test_no_text_cell_of_the_tidy_csv_begins_like_a_formula(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with_hostile_names(connection, 0)
    run(connection, "update mart.definition set title = '=HYPERLINK(\"http://example.org\")' where definition = 'rise'")
    write_ees(connection, tmp_path / "ees", is_synthetic=False)
    cells = []
    for path in (tmp_path / "ees").iterdir():
        with path.open(encoding="utf-8", newline="") as file:
            cells += [cell for row in csv.reader(file) for cell in row]
    assert [cell for cell in cells if cell.startswith(FORMULA) and not re.fullmatch(r"-?\d+(\.\d+)?", cell)] == []
    assert sum(cell.startswith("'=HYPERLINK") for cell in cells) > 2


def test_no_text_cell_of_a_command_s_csv_begins_like_a_formula_and_numbers_stay(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1", "plain", ["=a", "b"], {"=k": 1}]
    terminal.print_rows(["=name", "number"], [[name, -1.5] for name in names], as_json=False, as_csv=True)
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out, newline="")))
    assert {row[1] for row in rows[1:]} == {"-1.5"}
    assert [row[0] for row in rows if row[0].startswith((*FORMULA, "＝"))] == []
    assert rows[0][0] == "'=name"
    assert rows[9][0] == "plain"


def shown(capsys: pytest.CaptureFixture[str], name: str) -> str:
    terminal.print_rows([name, "n"], [[name, 1]], as_json=False, as_csv=False)
    return capsys.readouterr().out


@pytest.mark.parametrize("name", [":x: school", ":smiley:", "[bold]School[/]", "[link=http://x]y[/link]", "[/]", "a\\", "\\[b]"])
def test_a_name_is_printed_letter_by_letter(capsys: pytest.CaptureFixture[str], name: str) -> None:
    """``:x: school`` lost its letters to a picture, and a heading in brackets to markup."""
    assert shown(capsys, name).count(name) == 2


@pytest.mark.parametrize("evil", ["\x1b[2J", "\x1b]0;title\x07", "\x9b2J", "\u202e", "\x08", "\x00"])
def test_nothing_that_is_printed_drives_the_terminal(capsys: pytest.CaptureFixture[str], evil: str) -> None:
    out = shown(capsys, f"School{evil}A")
    terminal.console.print(f"School{evil}A")
    out += capsys.readouterr().out
    assert out.replace("\n", "").isprintable()
    assert out.count("School\\") == 3


# --- the map without names -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many() -> duckdb.DuckDBPyConnection:
    """Forty schools within some kilometres, half of them in need, and the others their partners."""
    world = World()
    for number in range(20):
        world.graded(world.school(100_001 + number, east=397 * number, north=113 * number), 4, previous=3)
        world.graded(world.school(100_101 + number, east=211 * number + 90, north=331 * number), 1, previous=1)
    return world.build().connection


def told_without_names(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    files = school_files(connection, is_named=False)
    return [dict(zip(COLUMNS, row, strict=True)) for file in files for row in file.schools]


def test_the_map_without_names_gives_places_to_a_square_kilometre(many: duckdb.DuckDBPyConnection) -> None:
    """98 % of its schools were found by joining their places with the published table."""
    places = Counter((each["longitude"], each["latitude"]) for each in told_without_names(many))
    exact = {
        (longitude, latitude)
        for longitude, latitude in run(many, "select round(longitude, 4), round(latitude, 4) from mart.school")
    }
    squares = run(many, f"select count(distinct (easting // {SQUARE_M}, northing // {SQUARE_M})) from mart.school")[0][0]
    assert len(places) == squares < len(exact)
    assert not exact & set(places)


def test_miles_and_their_order_in_the_map_without_names_say_no_more_than_the_squares(many: duckdb.DuckDBPyConnection) -> None:
    """From exact miles to a dozen schools a place can be worked out to some metres."""
    by_id = {each["id"]: each for each in told_without_names(many)}
    for file in school_files(many, is_named=False):
        by_id = {row[COLUMNS.index("id")]: dict(zip(COLUMNS, row, strict=True)) for row in file.schools}
        for need, partners in file.pairs.get("rise", {}).items():
            assert [(miles, other) for other, miles in partners] == sorted((miles, other) for other, miles in partners)
            for other, miles in partners:  # and nothing else: a list of likenesses would be a fingerprint
                one, two = by_id[int(need)], by_id[other]
                north = (one["latitude"] - two["latitude"]) * 111_240
                east = (one["longitude"] - two["longitude"]) * 111_320 * math.cos(math.radians(one["latitude"]))
                assert abs(math.hypot(north, east) / METRES_PER_MILE - miles) < 0.52


def test_numbers_in_the_map_without_names_follow_from_no_urn(many: duckdb.DuckDBPyConnection) -> None:
    """They were the order of a hash of the URN, which whoever has a list of schools can work out."""
    for order in (lambda urn: urn, lambda urn: md5(f"{urn}order".encode(), usedforsecurity=False).hexdigest()):
        urns = sorted((urn for (urn,) in run(many, "select urn from mart.school")), key=order)
        statuses = dict(run(many, "select urn, status from mart.school_status where definition = 'rise'"))
        by_number = {each["id"]: each["status"]["rise"] for each in told_without_names(many)}
        assert [by_number[number + 1] for number in range(len(urns))] != [statuses[urn] for urn in urns]


def test_the_order_of_a_file_of_the_map_without_names_is_that_of_its_numbers(many: duckdb.DuckDBPyConnection) -> None:
    for file in school_files(many, is_named=False):
        ids = [row[COLUMNS.index("id")] for row in file.schools]
        needs = [int(need) for of_need in (*file.pairs.values(), *file.organisations.values()) for need in of_need]
        assert ids == sorted(ids)
        assert sum(one > other for one, other in pairwise(needs)) < 4  # once between definitions
