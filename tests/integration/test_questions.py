"""The commands that answer from the published file: near, sql, explain, doctor; for people and for programs."""

from __future__ import annotations

import csv
import io
import json
import math
import shlex
from pathlib import Path

import duckdb
import pytest
from click.testing import Result
from typer.testing import CliRunner

from orchestration.cli.doctor import _damaged
from orchestration.cli.main import app
from orchestration.cli.near import find_place, near
from tests.conftest import copy_of
from tests.support.loaded import loaded_by
from transforms.errors import InputError
from warehouse.home import Home
from warehouse.sealed import read_only

MILE = 1609.344


def ask(home: Home, *arguments: str, exit_code: int = 0) -> Result:
    result = CliRunner().invoke(app, [*arguments, "--home", str(home.root)])
    assert result.exit_code == exit_code, result.output
    return result


def one_school(home: Home) -> tuple[int, int, int]:
    """URN and grid reference of a school with others of every phase around it."""
    with read_only(home.latest / "schoolmatch.duckdb") as connection:
        query = "select urn, easting, northing from mart.school where region_name = 'London' order by urn limit 1"
        urn, easting, northing = connection.execute(query).fetchall()[0]
    return urn, easting, northing


def test_near_gives_the_schools_of_a_brute_force_search_nearest_first(published_home: Home) -> None:
    urn, easting, northing = one_school(published_home)
    rows = json.loads(ask(published_home, "near", str(urn), "--miles", "8", "--json").stdout)["rows"]
    with read_only(published_home.latest / "schoolmatch.duckdb") as connection:
        schools = connection.execute("select urn, easting, northing from mart.school where easting is not null").fetchall()
    distances = {u: math.hypot(e - easting, n - northing) for u, e, n in schools if u != urn}

    found = [row["urn"] for row in rows]
    assert set(found) >= {u for u, d in distances.items() if d <= 8 * MILE * 0.999}
    assert set(found) <= {u for u, d in distances.items() if d <= 8 * MILE * 1.001}
    assert [row["miles"] for row in rows] == sorted(row["miles"] for row in rows)
    assert {"nfer-2017", "rise"} <= set(rows[0])


@pytest.mark.parametrize(
    "question", ["near {urn}", "near {urn} --phase primary --json", "explain {urn} --full", "sql 'from school'"]
)
def test_a_question_loads_duckdb_and_nothing_else_that_takes_long(published_home: Home, question: str) -> None:
    """Pydantic is loaded by Typer, which reads arguments with it."""
    urn, _, _ = one_school(published_home)
    assert loaded_by(*shlex.split(question.format(urn=urn)), "--home", str(published_home.root)) == {"duckdb", "pydantic"}


def test_a_postcode_is_looked_up_without_the_libraries_that_read_all_of_them(published_home: Home) -> None:
    found = loaded_by("near", "SW1A 1AA", "--miles", "20", "--home", str(published_home.root))
    assert found == {"duckdb", "numpy", "pydantic"}


def test_a_postcode_and_a_point_find_the_same_schools_as_a_person_would(published_home: Home) -> None:
    with read_only(published_home.latest / "schoolmatch.duckdb") as connection:
        by_postcode = find_place(connection, "sw1a1aa")
        assert (by_postcode.longitude, by_postcode.latitude) == pytest.approx((-0.1416, 51.5010), abs=0.001)  # Buckingham Palace
        by_point = find_place(connection, f"{by_postcode.longitude}, {by_postcode.latitude}")
        assert near(connection, by_postcode, 20) == near(connection, by_point, 20) != []
        assert {row["phase"] for row in near(connection, by_point, 20, "primary")} == {"primary"}
    result = ask(published_home, "near", "SW1A", "1AA", "--miles", "20")
    assert "of the postcode SW1A 1AA" in " ".join(result.stdout.split())


def test_a_point_west_of_greenwich_is_no_option(published_home: Home) -> None:
    assert "the point -0.14, 51.5" in ask(published_home, "near", "-0.14,51.5", "--miles", "20").stdout


@pytest.mark.parametrize(
    ("place", "more", "says"),
    [
        ("Leicester", [], "is no URN, postcode or point"),
        ("ZZ9 9ZZ", [], "There is no postcode ZZ99ZZ"),
        ("51.5,-0.1", [], "longitude before latitude"),
        ("5", [], "There is no school with the URN 5"),
        ("SW1A 1AA", ["--miles", "51"], "51 miles is not answered"),
        ("SW1A 1AA", ["--phase", "primry"], "There is no phase primry"),
    ],
)
def test_what_near_cannot_answer_is_said_in_a_sentence(published_home: Home, place: str, more: list[str], says: str) -> None:
    result = ask(published_home, "near", place, *more, exit_code=1)
    assert says in " ".join(result.output.split())
    assert "What to do" in " ".join(result.output.split())


def test_sql_answers_as_a_table_as_json_and_as_csv(published_home: Home) -> None:
    query = "select phase, count(*) as schools from school group by all order by 1"
    rows = json.loads(ask(published_home, "sql", query, "--json").stdout)
    table = list(csv.DictReader(io.StringIO(ask(published_home, "sql", query, "--csv").stdout)))
    assert [{name: str(value) for name, value in row.items()} for row in rows] == table
    assert "alternative_provision" in ask(published_home, "sql", query).stdout
    assert json.loads(ask(published_home, "sql", "from area_report('E92000001', 'rise')", "--json").stdout)


def test_people_are_shown_a_hundred_rows_and_programs_get_all(published_home: Home) -> None:
    assert "The first 100 of 600 rows" in ask(published_home, "sql", "select urn from school limit 600").stdout
    assert len(ask(published_home, "sql", "select urn from school limit 600", "--csv").stdout.splitlines()) == 601


def test_a_query_with_a_mistake_is_said_and_nothing_can_be_changed(published_home: Home) -> None:
    assert "shoe_size" in ask(published_home, "sql", "select shoe_size from school", exit_code=1).output
    assert "read-only" in ask(published_home, "sql", "delete from school", exit_code=1).output


def test_explain_is_readable_and_programs_get_the_same(published_home: Home) -> None:
    with read_only(published_home.latest / "schoolmatch.duckdb") as connection:
        query = "select urn from mart.school_status where definition = 'rise' and status = 'in_need' order by urn limit 1"
        (urn,) = connection.execute(query).fetchall()[0]
    said = ask(published_home, "explain", str(urn))
    assert "synthetic sample" in " ".join(said.stdout.split())
    assert "SYNTHETIC SAMPLE" in ask(published_home, "explain", str(urn), "--full").stdout
    assert "RISE: in need" in " ".join(said.stdout.split())
    explained = json.loads(ask(published_home, "explain", str(urn), "--json").stdout)
    rise = next(each for each in explained["findings"] if each["definition"] == "rise")
    assert (rise["status"], "yes" in {rule["outcome"] for rule in rise["rules"]}) == ("in_need", True)
    assert "There is no school" in ask(published_home, "explain", "1", exit_code=1).output


def test_doctor_finds_a_sound_home_sound(published_home: Home) -> None:
    states = {row["what"]: row["state"] for row in json.loads(ask(published_home, "doctor", "--offline", "--json").stdout)}
    assert set(states.values()) == {"ok"}
    assert "Published folder" in states


def test_doctor_finds_a_file_that_was_changed_after_it_was_published(published_home: Home, tmp_path: Path) -> None:
    home = copy_of(published_home, tmp_path / "home")
    (home.latest / "status.json").write_text("{}")
    said = " ".join(ask(home, "doctor", "--offline", exit_code=1).output.split())
    assert "wrong Published folder" in said
    assert "status.json does not have the hash" in said


def test_doctor_says_how_much_was_set_aside(tmp_path: Path) -> None:
    """Nobody was told that there is something to look at, or to delete."""
    assert _damaged(Home(tmp_path)) == ("ok", "nothing was set aside")
    (tmp_path / "damaged" / "20260105T063000Z").mkdir(parents=True)
    (tmp_path / "damaged" / "20260105T063000Z" / "schoolmatch.duckdb").write_bytes(bytes(3_000_000))
    state, says = _damaged(Home(tmp_path))
    assert state == "note"
    assert "damaged holds 3 MB. What to do" in says


def test_doctor_says_which_publisher_cannot_be_reached(published_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIAS", "GOVUK", "EES", "ONS"):
        monkeypatch.setenv(f"SCHOOLMATCH_{name}_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    said = " ".join(ask(published_home, "doctor").output.split())
    assert said.count("cannot be reached") == 4


def test_every_question_of_a_home_without_anything_published_says_what_to_do(tmp_path: Path) -> None:
    for arguments in (("near", "SW1A 1AA"), ("explain", "100001"), ("sql", "select 1")):
        assert "make demo" in ask(Home(tmp_path), *arguments, exit_code=1).output


@pytest.mark.parametrize("lacking", ["drop table mart.fact", "alter table mart.school_status drop column not_met"])
def test_a_file_of_an_older_version_is_said_to_be(published_home: Home, tmp_path: Path, lacking: str) -> None:
    """By every command that asks it for what it has not, a table or a column."""
    home = copy_of(published_home, tmp_path / "home")
    with duckdb.connect(home.latest / "schoolmatch.duckdb") as connection:
        connection.execute(lacking)
    said = " ".join(ask(home, "explain", str(one_school(published_home)[0]), exit_code=1).output.split())
    assert "made by an older version" in said


def test_an_error_of_a_place_names_what_was_given(published_home: Home) -> None:
    with read_only(published_home.latest / "schoolmatch.duckdb") as connection, pytest.raises(InputError, match="'here'"):
        find_place(connection, "here")
