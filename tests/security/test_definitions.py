"""A definition that somebody has written sees the warehouse's tables and nothing else."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from tests.support.world import World
from transforms.errors import InputError
from warehouse.definitions import OwnModel, read_definitions
from warehouse.store import replace_table

TOML = """title = "Mine"
sentence = "S"
source = "Q"
"""
SELECT = """-- One row per school.
select
    school.urn,
    school.phase,
    cast([] as varchar[]) as in_need_reasons,
    cast([] as varchar[]) as high_performing_reasons,
    cast(null as varchar) as excluded_from_need,
    cast(null as varchar) as excluded_from_high_performing,
    cast([] as varchar[]) as not_assessed,
    {{'told': {told}}} as facts
from core.school as school
{more}
"""

FILES = {
    "text": "(select content from read_text('{secret}'))",
    "text in a list": "(select list(content) from read_text('{secret}'))[1]",
    "glob": "(select file from glob('{folder}/*') limit 1)",
    "dynamic": "(select c from query('select content as c from read_text(''{secret}'')'))",
    "settings": "(select value from duckdb_settings() where name = 'home_directory')",
    "a table by its name": "(select column0 from query_table('{secret}'))",
    "later tables": "(select max(label) from mart.refresh)",
    "the catalog": "(select max(table_name) from information_schema.tables)",
    "another database": "(select max(name) from system.main.duckdb_databases)",
    "laterally": "(select max(t.content) from core.judgement, lateral read_text('{secret}') as t)",
    "laterally, joined": "(select max(t.content) from core.judgement left join lateral read_text('{secret}') as t on true)",
    "laterally, by a text": "(select c from lateral query('select 1 as c'))",
    "summarized": "(select count(*) from (summarize '{secret}'))",
    "a file that is named like an expression": '(with a as (with "{secret}" as (select 1 as z) select 1 as y) '
    'select count(*) from "{secret}")',
    "a statement in a name": "(select max(a) from core.\"zz as select 1; copy (select 1) to '{folder}/taken'; --\")",
    "a quoted function": "(select content from \"read_text\"('{secret}'))",
    "a file as a table": '(select max(a) from "{secret}")',
}


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of definitions of one's own, beside a secret."""
    folder = tmp_path / "own"
    folder.mkdir()
    (tmp_path / "secret.csv").write_text("a\nthe-secret\n")
    monkeypatch.setenv("SCHOOLMATCH_DEFINITIONS", str(folder))
    return folder


def write(own: Path, told: str = "1", more: str = "") -> None:
    names = {"secret": str(own.parent / "secret.csv"), "folder": str(own.parent)}
    (own / "mine.sql").write_text(SELECT.format(told=told.format(**names), more=more.format(**names)))
    (own / "mine.toml").write_text(TOML)


@pytest.mark.parametrize("attack", FILES)
def test_a_definition_that_looks_elsewhere_is_refused_by_name(own: Path, attack: str) -> None:
    write(own, FILES[attack])
    with pytest.raises(
        InputError, match=r"A definition cannot read|named without its schema|cannot be the name of a table"
    ) as caught:
        read_definitions()
    assert "mine.sql" in str(caught.value)
    assert "What to do" in str(caught.value)


def test_a_second_statement_is_refused_in_words_that_say_so(own: Path) -> None:
    write(own, more="; copy core.school to '{folder}/taken.csv'")
    with pytest.raises(InputError, match="The file holds 2 statements") as caught:
        read_definitions()
    assert "one SELECT" in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "a as double) as a, (select content from read_text('/etc/hostname')) as leak from incoming_definition_mine_parameter; --",
        "A",
        "1a",
        "a b",
        "a" * 64,
    ],
)
@pytest.mark.parametrize("table", ["parameter", "fact", "reason"])
def test_a_name_in_the_parameter_file_is_a_name(own: Path, table: str, name: str) -> None:
    """It becomes a column of a table, or stands in SQL."""
    write(own)
    about = {
        "parameter": f'[parameter."{name}"]\nvalue = 1\nunit = "u"\nsentence = "S"\nsource = "Q"\n',
        "fact": f'[fact]\n"{name}" = "F"\n',
        "reason": f'[reason."{name}"]\nkind = "in_need"\nevidence = "list"\nsentence = "S"\n',
    }
    (own / "mine.toml").write_text(TOML + about[table])
    with pytest.raises(InputError, match="should match pattern"):
        read_definitions()


def test_a_column_is_a_name_whatever_it_is_called(world: World) -> None:
    column = 'a"; drop table core.school; --'
    replace_table(world.connection, "core.odd", {column: "integer"}, pa.table({column: [1]}))
    assert world.query("from core.odd") == [{column: 1}]


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("mine.sql", b"select '\xff' as urn", "not UTF-8"),
        ("mine.toml", b'title = "\xff"', "not UTF-8"),
        ("mine.sql", b"select " + b"(" * 3000 + b"1" + b")" * 3000, "nested too deeply"),
        ("mine.toml", TOML.replace('"S"', '"S\\u001b[31m"').encode(), "characters that nobody sees"),
        ("mine.toml", TOML.replace('"S"', f'"{"S" * 100_000}"').encode(), "longer than"),
    ],
)
def test_a_file_that_is_none_is_said_to_be(own: Path, file: str, content: bytes, says: str) -> None:
    write(own)
    (own / file).write_bytes(content)
    with pytest.raises(InputError, match=says):
        read_definitions()


@pytest.mark.parametrize("sql", ["copy core.school to 'x.csv'", "attach 'x.db'", "drop table core.school"])
def test_what_is_no_select_is_refused(own: Path, sql: str) -> None:
    write(own)
    (own / "mine.sql").write_text(sql)
    with pytest.raises(InputError, match="one SELECT"):
        read_definitions()


def test_what_reading_lets_through_finds_nothing_to_read_where_it_is_built(own: Path, world: World) -> None:
    """The second wall, in case the first is one day read differently than DuckDB reads it."""
    world.school(1)
    world.build(tables=["core.school"])
    sql = f"select content as urn from read_text('{own.parent / 'secret.csv'}')"
    with pytest.raises(InputError, match="disabled by configuration"):
        OwnModel("definition.mine", sql, own / "mine.sql").build(world.connection)
    unseen = OwnModel("definition.mine", "select urn from core.judgement", own / "mine.sql")
    object.__setattr__(unseen, "reads", ("core.school",))
    with pytest.raises(InputError, match="judgement does not exist"):
        unseen.build(world.connection)


def test_a_definition_of_ones_own_comes_out_as_one_of_ours_would(own: Path, world: World) -> None:
    """It reads tables, steps, thresholds and macros as the shipped ones do."""
    write(own, "(select count(*) from definition.mine_size) + (select least_pupils from definition.mine_parameter)")
    (own / "mine").mkdir()
    (own / "mine" / "size.sql").write_text("-- One row per school.\nselect urn, metres(1) as m from core.school\n")
    threshold = '[parameter.least_pupils]\nvalue = 11\nunit = "pupils"\nsentence = "S"\nsource = "Q"\n'
    (own / "mine.toml").write_text(TOML + threshold)
    urn = world.school(1)
    world.build()
    (row,) = world.query("select facts from definition.outcome where definition = 'mine'")
    assert "12" in row["facts"]
    assert world.query(f"select status from mart.school_status where urn = {urn} and definition = 'mine'") == [
        {"status": "neither"}
    ]


def test_connections_are_left_as_they_were(own: Path, world: World) -> None:
    write(own)
    world.school(1)
    world.build()
    catalogs = {name for (name,) in world.connection.execute("select database_name from duckdb_databases()").fetchall()}
    assert "apart" not in catalogs
    assert isinstance(world.connection, duckdb.DuckDBPyConnection)
