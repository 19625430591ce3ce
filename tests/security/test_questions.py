"""A question to the published file reads that file and nothing else, writes nothing, and leaves the folder as it was published."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from click.testing import Result
from typer.testing import CliRunner

from orchestration.cli.main import app
from tests.conftest import copy_of
from warehouse import publish, sealed, store
from warehouse.home import Home
from warehouse.publish import DUCKDB_FILE
from warehouse.sealed import beside, read_only
from warehouse.store import run
from warehouse.time import previous
from warehouse.time.change import compared

SECRET = "the-secret-of-another-file"

READS = {
    "text": "select content from read_text('{secret}')",
    "blob": "select content from read_blob('{secret}')",
    "csv": "select * from read_csv('{secret}', header = false)",
    "csv by its name": "from '{secret}'",
    "csv by a quoted name": 'from "{secret}"',
    "files of a folder": "select * from glob('{folder}/*')",
    "dialect": "select * from sniff_csv('{secret}')",
    "another database": "from read_duckdb('{database}')",
    "attach": "attach '{database}' as other (read_only); from other.mart.school",
    "import": "import database '{folder}'",
    "copy from": "create temp table taken (line varchar); copy taken from '{secret}'; from taken",
    "dynamic": "from query('select content from read_text(''{secret}'')')",
}
WRITES = {
    "copy": "copy (select 1) to '{target}'",
    "copy over the manifest": "copy (select 1 as x) to '{published}/manifest.json' (format json)",
    "export": "export database '{target}'",
    "attach": "attach '{target}' as other; create table other.x as select 1",
    "profile": "pragma profiling_output = '{target}'; pragma enable_profiling; select 1",
    "what is open": "copy (select 1 as a) to '{published}/schoolmatch.duckdb' (format csv, use_tmp_file false)",
    "what would be read with it": "copy (select 'x'::blob) to '{published}/schoolmatch.duckdb.wal' (format blob)",
    "explained": "explain analyze copy (select 1 as a) to '{published}/schoolmatch.duckdb' (format csv, use_tmp_file false)",
    "prepared": "prepare p as copy (select 1 as a) to '{published}/schoolmatch.duckdb' (format csv, use_tmp_file false); execute p",
    "behind a question": "select 1; copy (select 1) to '{published}/schoolmatch.duckdb.wal' (format csv, header false)",
    "log": "call enable_logging(storage = 'file', storage_config = {{'path': '{target}'}}); select 1",
    "secret": "create persistent secret (type s3, key_id 'a', secret 'b')",
}
SETTINGS = {
    "more memory": "set memory_limit = '100GB'",
    "by pragma": "pragma memory_limit = '100GB'",
    "spilling elsewhere": "set temp_directory = '{folder}'",
    "external access": "set enable_external_access = true",
    "folders let through": "set allowed_directories = ['/']",
    "unlocking": "set lock_configuration = false",
    "back to its default": "reset temp_directory",
    "extension": "install httpfs",
    "extension of a file": "load '{target}'",
}


def ask(home: Home, query: str) -> Result:
    return CliRunner().invoke(app, ["sql", query, "--csv", "--home", str(home.root)])


@pytest.fixture
def places(tmp_path: Path, published_home: Home) -> dict[str, str]:
    """Where the attacks aim: a secret beside the home, a target that is not there, a database that is."""
    (tmp_path / "secret.csv").write_text(SECRET + "\n")
    return {
        "secret": str(tmp_path / "secret.csv"),
        "folder": str(tmp_path),
        "target": str(tmp_path / "written"),
        "database": str(published_home.warehouse),
        "published": str(published_home.latest),
    }


@pytest.mark.parametrize("attack", READS)
def test_a_question_reads_no_other_file(published_home: Home, places: dict[str, str], attack: str) -> None:
    answer = ask(published_home, READS[attack].format(**places))
    assert answer.exit_code == 1
    assert SECRET not in answer.output
    assert "cannot be answered" in answer.output


@pytest.mark.parametrize("attack", WRITES)
def test_a_question_writes_no_file(published_home: Home, places: dict[str, str], attack: str) -> None:
    answer = ask(published_home, WRITES[attack].format(**places))
    assert answer.exit_code == 1
    assert sorted(path.name for path in Path(places["folder"]).iterdir()) == ["secret.csv"]
    publish.verify(published_home.latest)


@pytest.mark.parametrize("attack", SETTINGS)
def test_a_question_changes_no_setting(published_home: Home, places: dict[str, str], attack: str) -> None:
    answer = ask(published_home, SETTINGS[attack].format(**places))
    assert answer.exit_code == 1
    assert "no setting changed" in " ".join(answer.output.split())


def test_a_question_that_is_refused_says_what_it_may_do_instead(published_home: Home, places: dict[str, str]) -> None:
    answer = ask(published_home, WRITES["copy"].format(**places))
    said = " ".join(answer.output.split())
    assert "It is no question: COPY" in said
    assert "What to do: --csv or --json" in said


def test_temporary_tables_and_several_statements_are_a_question(published_home: Home) -> None:
    query = "create temp table t as select phase, count(*) as n from school group by all; insert into t values ('x', 1); "
    answer = ask(published_home, query + "pivot (select phase, n from t where phase = 'x') on phase using sum(n)")
    assert answer.output.splitlines() == ["x", "1"], answer.output
    assert ask(published_home, "with a as (select 1 as b) from a").output.splitlines() == ["b", "1"]


def test_a_published_file_that_is_damaged_is_said_to_be(published_home: Home, tmp_path: Path) -> None:
    home = copy_of(published_home, tmp_path / "home")
    (home.latest / DUCKDB_FILE).write_bytes(b"a\n1\n")
    for arguments in (["sql", "select 1"], ["status"], ["explain", "100001"]):
        answer = CliRunner().invoke(app, [*arguments, "--home", str(home.root)])
        assert answer.exit_code == 1
        assert "The database cannot be opened" in answer.output
        assert "What to do: check the disk" in " ".join(answer.output.split())


def test_what_a_killed_process_has_spilt_is_taken_away_by_the_next(tmp_path: Path) -> None:
    """And that of one which is at work is not."""
    script = "import sys; from warehouse.sealed import _spill; print(_spill().name, flush=True); sys.stdin.read()"
    with_tmp = {**os.environ, "TMPDIR": str(tmp_path)}

    def started() -> tuple[subprocess.Popen[str], Path]:
        process = subprocess.Popen(
            [sys.executable, "-c", script], env=with_tmp, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout
        return process, Path(process.stdout.readline().strip())

    killed, left = started()
    killed.kill()
    killed.communicate()
    assert left.is_dir()
    at_work, first = started()
    assert not left.exists()
    other, second = started()
    assert first.is_dir()
    for process in (other, at_work):
        process.communicate("")
    assert not first.exists()
    assert not second.exists()


def test_a_variable_of_the_program_is_no_table(published_home: Home) -> None:
    rows = duckdb.sql("select 1 as a").arrow()  # DuckDB looks for names it does not know among the callers' variables
    with read_only(published_home.latest / DUCKDB_FILE) as connection, pytest.raises(duckdb.CatalogException, match="rows"):
        connection.execute("from rows")
    assert rows is not None


def test_a_heavy_question_spills_outside_the_published_folder(published_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Temporary tables and spilling keep working, and the folder verifies afterwards."""
    monkeypatch.setitem(store.SETTINGS, "memory_limit", "150MB")
    with read_only(published_home.latest / DUCKDB_FILE) as connection:
        run(connection, "create temp table heavy as select range as a, repeat('x', 200) || hash(range) as b from range(1000000)")
        spilt = [Path(path) for (path,) in run(connection, "select path from duckdb_temporary_files()")]
        ((rows,),) = run(connection, "select count(*) from (select row_number() over (order by b desc) as n from heavy)")
    assert rows == 1_000_000
    assert spilt
    assert all(not path.resolve().is_relative_to(published_home.root.resolve()) for path in spilt)
    publish.verify(published_home.latest)


def test_spilling_has_a_ceiling(published_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(store.SETTINGS, "memory_limit", "60MB")
    monkeypatch.setitem(sealed._SEAL, "max_temp_directory_size", "50MB")
    answer = ask(
        published_home, "create temp table heavy as select range as a, repeat('x', 200) || hash(range) as b from range(2000000)"
    )
    assert answer.exit_code == 1
    assert "max_temp_directory_size" in answer.output


ATTACK = "select content from read_text('/proc/self/status')"


def test_every_connection_to_a_published_file_is_sealed(published_home: Home) -> None:
    """That of the commands, that of a trial beside the tables, and that which compares two folders."""
    folder = next(previous.comparable(published_home))
    with (
        read_only(published_home.latest / DUCKDB_FILE) as alone,
        beside(warehouse=published_home.warehouse) as with_tables,
        compared(folder, folder) as two,
    ):
        run(with_tables, "attach ':memory:' as of_its_own")
        run(with_tables, "create table of_its_own.x as select 1")
        for connection in (alone, with_tables, two):
            with pytest.raises(duckdb.PermissionException, match="disabled by configuration"):
                run(connection, ATTACK)
            with pytest.raises(duckdb.InvalidInputException, match="locked"):
                run(connection, "set memory_limit = '100GB'")


def test_no_file_that_is_published_is_opened_in_another_way() -> None:
    """``warehouse/store.py`` and ``sealed.py`` alone open DuckDB files; elsewhere there is what they give."""
    root = Path(store.__file__).parent.parent
    in_memory = re.compile(r"duckdb\.connect\((config=SETTINGS)?\)")
    opened = [
        f"{path.relative_to(root)}: {line.strip()}"
        for folder in ("exports", "orchestration", "transforms", "warehouse")
        for path in sorted((root / folder).rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if "duckdb.connect(" in line and not in_memory.search(line) and path.name not in ("store.py", "sealed.py")
    ]
    assert opened == []
