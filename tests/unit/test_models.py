"""Reading sql/: order, lineage, definitions, checks and the dictionary; and what is said of a mistake."""

import re
from pathlib import Path

import duckdb
import pytest
import sqlglot

from orchestration.cli.explain import explain
from tests.support.world import World
from transforms.errors import InputError
from warehouse import dictionary
from warehouse.checks import CheckResult, build_results, read_checks, record_result, run_check
from warehouse.contract import read_contracts
from warehouse.definitions import load_parameters, read_definitions
from warehouse.dictionary import build_dictionary
from warehouse.model import SQL, Model, in_order, read_models, tables_read
from warehouse.reference import load_reference
from warehouse.study.sensitivity import Variation, headlines


def model(name: str, sql: str) -> Model:
    return Model(name, sql, Path("x.sql"))


def test_models_come_after_those_they_read() -> None:
    models = [model("a.c", "select 1 from a.b"), model("a.b", "select 1 from a.a"), model("a.a", "select 1 from raw.x")]
    assert [each.name for each in in_order(models)] == ["a.a", "a.b", "a.c"]


def test_models_that_read_each_other_are_refused() -> None:
    with pytest.raises(InputError, match="circle"):
        in_order([model("a.a", "select 1 from a.b"), model("a.b", "select 1 from a.a")])


def test_what_a_model_reads_is_taken_from_its_sql_and_its_own_expressions_are_not_tables() -> None:
    sql = """with own as (select * from core.school)
        select * from own join raw.x as y using (urn) where urn in (select urn from mart.z)"""
    assert tables_read(sql, Path("x.sql")) == ("core.school", "mart.z", "raw.x")


def test_a_table_without_its_schema_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="school is named without its schema"):
        tables_read("select 1 from school", Path("x.sql"))


def test_sql_that_cannot_be_read_is_refused_with_its_file_and_row() -> None:
    with pytest.raises(InputError) as caught:
        tables_read("select\n(1 from core.school", Path("some.sql"))
    assert (caught.value.file, caught.value.row) == ("some.sql", 2)


def all_models() -> list[Model]:
    steps = [step for each in read_definitions() for step in each.steps]
    return [*steps, *(each for layer in ("core", "definition", "match", "follow", "mart", "change") for each in read_models(layer))]


@pytest.mark.parametrize("each", all_models(), ids=lambda each: each.name)
def test_every_model_says_at_its_head_what_a_row_is_and_is_one_select(each: Model) -> None:
    assert each.description.startswith("One row")
    assert len(sqlglot.parse(each.sql, dialect="duckdb")) == 1


def test_every_check_says_what_why_and_what_to_do_and_guards_a_table_it_reads() -> None:
    checks = read_checks()
    assert len(checks) >= 15
    for check in checks:
        assert check.on in {*check.reads, "core.school", "mart.area_summary", "definition.outcome"}, check.name


def test_a_check_without_a_sentence_is_refused(tmp_path: Path) -> None:
    (tmp_path / "check").mkdir()
    (tmp_path / "check" / "bad.sql").write_text("-- on: core.school\n-- what: wrong\nselect 1 where false\n")
    with pytest.raises(InputError, match="lacks why, do"):
        read_checks(tmp_path)


HEAD = 'title = "Mine"\nsentence = "S"\nsource = "Q"\n'
SELECT = "-- One row per school.\nselect\n    1 as urn,\n    'primary' as phase\n"


def definition(folder: Path, toml: str, sql: str = SELECT) -> Path:
    (folder / "definition").mkdir()
    (folder / "definition" / "mine.toml").write_text(toml)
    (folder / "definition" / "mine.sql").write_text(sql)
    return folder


@pytest.mark.parametrize(
    ("toml", "says", "row"),
    [
        ('title = "M"\nsentence = ', "cannot be read", 2),
        ('title = "Mine"', "sentence", 1),
        (HEAD + '[parameter.x]\nvalue = "much"\nunit = "u"\nsource = "s"\nsentence = "t"', "parameter.x.value", 5),
        (HEAD + '[parameter.x]\nvalue = 1\nunit = "u"\nsource = "s"', "parameter.x.sentence", 4),
        (HEAD + '[reason.a]\nkind = "in_need"\nsentence = "A."', "evidence is missing", 4),
        (HEAD + '[reason.a]\nkind = "not_assessed"\nsentence = "A."\nrules = ["b"]', "names b among its rules", 7),
        (HEAD + '[reason.a]\nkind = "excluded"\nsentence = "A."\nfacts = ["shoe_size"]', "names shoe_size among its facts", 7),
    ],
)
def test_a_mistake_in_a_parameter_file_is_reported_with_file_and_line(tmp_path: Path, toml: str, says: str, row: int) -> None:
    with pytest.raises(InputError, match=says) as caught:
        read_definitions(definition(tmp_path, toml))
    assert str(caught.value.file).endswith("mine.toml")
    assert caught.value.row == row


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        (SELECT, "does not give in_need_reasons"),
        ("-- One row per school.\nselect 1 as urn\nfrom core.school where (", r"row 3"),
        ("-- One row per school.\nselect 1 as urn from school", "named without its schema"),
    ],
)
def test_a_mistake_in_a_definitions_sql_is_reported_with_the_file(tmp_path: Path, sql: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        read_definitions(definition(tmp_path, HEAD, sql))
    assert "mine.sql" in str(caught.value)


def test_a_column_that_is_not_there_is_reported_with_the_line(world: World, tmp_path: Path) -> None:
    sql = MINE.replace("school.pupils <", "school.shoe_size <")
    (mine,) = read_definitions(definition(tmp_path, MINE_TOML, sql))
    world.build()
    load_parameters(world.connection, [mine])
    with pytest.raises(InputError, match="shoe_size") as caught:
        mine.model.build(world.connection)
    assert (caught.value.row, "mine.sql" in str(caught.value)) == (5, True)


MINE_TOML = (
    HEAD
    + """
[parameter.most_pupils]
value = 150
unit = "pupils"
source = "Our own"
sentence = "A school with fewer is small."

[fact]
pupils = "Pupils"

[reason.small]
kind = "in_need"
evidence = "list"
sentence = "It is small."
facts = ["pupils"]
parameters = ["most_pupils"]

[reason.large]
kind = "high_performing"
evidence = "list"
sentence = "It is not small."

[reason.pupils_not_known]
kind = "not_assessed"
sentence = "The number of its pupils is not known."
rules = ["small", "large"]
"""
)
MINE = """-- One row per primary school: small or large.
select
    school.urn,
    school.phase,
    list_filter([case when school.pupils < parameter.most_pupils then 'small' end], lambda code: code is not null)
        as in_need_reasons,
    list_filter([case when school.pupils >= parameter.most_pupils then 'large' end], lambda code: code is not null)
        as high_performing_reasons,
    cast(null as varchar) as excluded_from_need,
    cast(null as varchar) as excluded_from_high_performing,
    list_filter([case when school.pupils is null then 'pupils_not_known' end], lambda code: code is not null) as not_assessed,
    {'pupils': school.pupils} as facts
from core.school as school
cross join definition.mine_parameter as parameter
where school.phase = 'primary'
"""


def test_two_files_in_a_folder_of_ones_own_are_a_definition_in_every_table(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    definition(tmp_path, MINE_TOML, MINE)
    monkeypatch.setenv("SCHOOLMATCH_DEFINITIONS", str(tmp_path / "definition"))
    world.school(100001, pupils=90)
    world.school(100002, pupils=400, east=900)
    world.school(100003, pupils=None)
    world.build()

    statuses = world.query("from mart.school_status where definition = 'mine' order by urn")
    assert [row["status"] for row in statuses] == ["in_need", "high_performing", "neither"]
    assert statuses[0]["facts"] == '{"pupils":90}'
    assert [row["partner_urn"] for row in world.query("from mart.match where definition = 'mine'")] == [100002]
    for table in ("area_summary", "definition", "reason", "fact", "coverage", "era"):
        assert world.query(f"from mart.{table} where definition = 'mine'"), table
    coverage = world.query("from mart.coverage where definition = 'mine'")
    assert [(row["code"], row["not_assessed"], row["schools"]) for row in coverage] == [("pupils_not_known", 1, 3)]
    explained = explain(world.connection, 100001)
    mine = next(each for each in explained.findings if each.definition == "mine")
    assert mine.rules[0].facts == {"Pupils": "90"}
    assert all(run_check(world.connection, check).passed for check in read_checks() if check.on == "definition.outcome")


SIZE = """-- One row per school of any phase: whether it is small.
select
    school.urn,
    school.pupils < parameter.most_pupils as is_small
from core.school as school
cross join definition.mine_parameter as parameter
"""
WITH_A_STEP = MINE.replace("school.pupils < parameter.most_pupils", "size.is_small").replace(
    "where", "left join definition.mine_size as size on size.urn = school.urn\nwhere"
)


def with_a_step(folder: Path, name: str = "size", sql: str = SIZE) -> Path:
    definition(folder, MINE_TOML, WITH_A_STEP)
    (folder / "definition" / "mine").mkdir()
    (folder / "definition" / "mine" / f"{name}.sql").write_text(sql)
    return folder


def test_a_definition_of_ones_own_may_have_steps_which_are_built_first_and_decided_anew_in_a_trial(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = with_a_step(tmp_path) / "definition"
    monkeypatch.setenv("SCHOOLMATCH_DEFINITIONS", str(folder))
    world.school(100001, pupils=90)
    world.secondary(100002, pupils=90)
    connection = world.build().connection

    statuses = world.query("from mart.school_status where definition = 'mine'")
    assert [(row["urn"], row["status"]) for row in statuses] == [(100001, "in_need")]
    assert len(world.query("from definition.mine_size where is_small")) == 2  # a step may speak of more than the outcome does
    mine = next(each for each in read_definitions() if each.name == "mine")
    moved = headlines(connection, mine, [Variation("most_pupils", each) for each in (80, 100)])
    assert [row["in_need"] for row in moved] == [0, 1]
    assert len(world.query("from definition.mine_size where is_small")) == 2, "a trial changes nothing in the warehouse"


@pytest.mark.parametrize(
    ("name", "sql", "says"),
    [
        ("Size!", SIZE, "cannot be a step's name"),
        ("size", "-- One row per school.\nselect 1 as urn\nfrom core.school where (", "row 3"),
        ("size", "-- One row per school.\nselect 1 as urn from school", "named without its schema"),
        ("parameter", SIZE, r"definition\.mine_parameter is made by the parameter files already"),
    ],
)
def test_a_mistake_in_a_step_is_reported_with_its_file(tmp_path: Path, name: str, sql: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        read_definitions(with_a_step(tmp_path, name, sql))
    assert f"mine/{name}.sql" in str(caught.value)


def test_a_step_and_a_definition_cannot_make_one_table(tmp_path: Path) -> None:
    """mine/size.sql and mine-size.sql are both definition.mine_size."""
    folder = with_a_step(tmp_path) / "definition"
    for ending in ("sql", "toml"):
        (folder / f"mine-size.{ending}").write_text((folder / f"mine.{ending}").read_text())
    with pytest.raises(InputError, match=r"definition\.mine_size is made by .*size\.sql already"):
        read_definitions(tmp_path)


@pytest.mark.parametrize(
    "name",
    ["reason", "outcome", "match", "school", "school-status", "urn", "in-need", "metres", "partners-of", "select", "group", "core"],
)
def test_a_definition_cannot_be_called_as_something_else_is_in_the_published_file_or_in_sql(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """One called select ended in a parser's message, one called school could be taken for the table of schools."""
    for ending in ("sql", "toml"):
        (tmp_path / f"{name}.{ending}").write_text((SQL / "definition" / f"rise.{ending}").read_text())
    monkeypatch.setenv("SCHOOLMATCH_DEFINITIONS", str(tmp_path))
    with pytest.raises(InputError, match=rf"^{name} cannot be a definition's name: it is .* already\."):
        read_definitions()


def test_a_definition_of_ones_own_cannot_take_the_name_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rise.sql").write_text(MINE)
    monkeypatch.setenv("SCHOOLMATCH_DEFINITIONS", str(tmp_path))
    with pytest.raises(InputError, match="rise is there twice"):
        read_definitions()


def test_a_definition_that_lacks_its_parameter_file_is_refused(tmp_path: Path) -> None:
    folder = definition(tmp_path, "")
    (folder / "definition" / "mine.toml").unlink()
    with pytest.raises(InputError, match=r"lacks mine\.toml"):
        read_definitions(folder)


def test_the_definitions_of_the_contract_are_there() -> None:
    assert [each.name for each in read_definitions()] == ["nfer-2017", "rise", "universal-rise"]


def with_results(world: World) -> duckdb.DuckDBPyConnection:
    connection = world.build(with_sensitivity=True).connection
    for check in read_checks():
        record_result(connection, CheckResult(check, 0, ""))
    build_results(connection, read_checks())
    return connection


def test_every_published_column_is_described_and_every_description_has_a_column(world: World) -> None:
    connection = with_results(world)
    build_dictionary(connection)
    described = world.query("select count(*) as n from mart.data_dictionary")[0]["n"]
    columns = world.query("select count(*) as n from duckdb_columns() where schema_name = 'mart'")[0]["n"]
    assert described == columns


def test_a_column_without_a_description_stops_the_build(world: World) -> None:
    connection = with_results(world)
    connection.execute("alter table mart.school add column shoe_size integer")
    with pytest.raises(InputError, match=r"other columns than its contract .* sql/mart/school\.toml, column shoe_size"):
        build_dictionary(connection)


def test_no_description_of_the_dictionary_is_empty_or_cut(world: World) -> None:
    """A comma that was not quoted once cut a description in two: each is a sentence to its end, and leaves no bracket open."""
    connection = with_results(world)
    build_dictionary(connection)
    rows = world.query("select table_name, column_name, data_type, unit, description, null_means, label from mart.data_dictionary")
    assert rows
    for row in rows:
        column = f"{row['table_name']}.{row['column_name']}"
        assert row["data_type"], column
        assert re.fullmatch(r"\S.*[.?!]\)?", row["description"]), column
        for words in filter(None, (row["description"], row["null_means"], row["label"], row["unit"])):
            assert words == " ".join(words.split()), column
            assert words.count("(") == words.count(")"), column
            assert words.count('"') % 2 == 0, column


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("word,What it means, and what it does not.", "has 3 fields, the header has 2"),
        ("word", "has 1 fields, the header has 2"),
        ('word,"What it means" here', "cannot be read"),
        ('word,"What it means', "cannot be read"),
    ],
)
def test_a_row_of_small_facts_that_is_cut_or_has_a_comma_too_many_is_refused_with_its_number(
    row: str, says: str, tmp_path: Path
) -> None:
    """Read anyhow, half a description would be published, or another column would hold the rest."""
    folder = tmp_path / "reference"
    folder.mkdir()
    (folder / "contract.toml").write_text('[words]\nkey = ["word"]\n')
    (folder / "words.csv").write_text(f'# Words.\nword,meaning\nother,"One, and more."\n{row}\n')
    with duckdb.connect() as connection, pytest.raises(InputError) as caught:
        load_reference(connection, tmp_path)
    assert (caught.value.file, caught.value.row) == ("sql/reference/words.csv", 4)
    assert says in str(caught.value)


def test_the_page_of_the_dictionary_is_made_from_it() -> None:
    assert dictionary.PAGE.read_text(encoding="utf-8") == dictionary.page(), "run: python -m warehouse.dictionary"


def test_nothing_is_published_where_a_check_failed_or_did_not_run(world: World) -> None:
    connection = with_results(world)
    first, second = read_checks()[:2]
    record_result(connection, CheckResult(first, 3, "urn 1"))
    connection.execute("delete from record.check_result where check_name = ?", [second.name])
    with pytest.raises(InputError) as caught:
        build_results(connection, read_checks())
    assert first.name in str(caught.value)
    assert second.name in str(caught.value)


def test_tables_of_the_contract_are_published() -> None:
    contract = {"school", "school_status", "match", "area_summary", "refresh", "source_file", "check_result", "data_dictionary"}
    assert contract <= set(read_contracts())


def test_no_sql_file_lies_outside_the_folders_that_are_read() -> None:
    folders = {path.parent.relative_to(SQL).as_posix() for path in SQL.rglob("*.sql")}
    queries = {"ees", "map", "page", "sheet", "study"}  # asked by name: warehouse/query.py
    assert (
        folders
        == {".", "change", "core", "match", "follow", "mart", "check", "definition", "definition/nfer-2017", "definition/rise"}
        | queries
    )
