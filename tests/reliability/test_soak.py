"""The soak in short: a few seconds of each part, so that whoever changes publishing or reading sees at once what the long form
would say.

The long form is ``make soak``; docs/reliability.md says what it found.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.reliability import fuzz
from tests.reliability.drop import table
from tests.reliability.forked import in_fork
from tests.reliability.operations import CRASHED, Operations
from tests.reliability.page import ABOUT, note_run, write_page
from tests.reliability.plain import read
from tests.reliability.seeds import Seed, seeds
from tests.reliability.table_mutations import MUTATIONS

TRIALS = 500


def of_kind(name: str) -> Seed:
    return next(seed for seed in seeds() if seed.name == name)


def test_five_hundred_mutated_files_are_refused_or_read_as_a_plain_reading_says() -> None:
    """Protects what is read: nothing wrong is taken that a plain reading can tell, and nobody is shown a traceback."""
    lines: list[dict[str, Any]] = []
    fuzz.fuzz(range(TRIALS), 17, lines.append)
    assert [line for line in lines if line["faults"]] == []
    (counts,) = (line["counts"] for line in lines)
    hows = {how for *_, how, _ in counts}
    assert {"refused", "same", "changed"} <= hows  # else the trials try nothing
    assert sum(count for *_, count in counts) == TRIALS


def test_both_readings_of_every_genuine_file_are_the_same() -> None:
    """Protects the oracle: where it is wrong about genuine files, what it says of others is worth nothing."""
    for seed in seeds():
        assert fuzz.base(seed)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (lambda rows: rows.pop(next(iter(rows))), "alone"),
        (lambda rows: next(iter(rows.values())).update(pupils=(1.0, None)), "pupils of"),
    ],
)
def test_a_reader_that_loses_a_row_or_changes_a_number_is_found_out(
    changed: Any, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Protects the fuzz itself: it must be able to fail."""
    seed = of_kind("ks4_result")
    fuzz.base(seed)
    genuine = fuzz.product

    def wrong(file: Seed, content: bytes) -> fuzz.Read:
        got = genuine(file, content)
        changed(got.rows)
        return got

    monkeypatch.setattr(fuzz, "product", wrong)
    how, text = fuzz.judge(seed, seed.content.replace(b"Final", b"Provisional"))
    assert how == "WRONG"
    assert expected in text


@pytest.mark.parametrize(
    ("mutation", "said"),
    [
        (lambda content: content[:-4], "the last line has no end"),
        (lambda content: content.replace(b",Total,", b",", 1), "fields of"),
        (lambda content: content.replace(b",Total,", b",Totals,", 1), "is news"),
        (lambda content: content.replace(b"202324,", b"2023-24,", 1), "is no whole number"),
        (
            lambda content: content + content.splitlines(keepends=True)[-1].replace(b",Total,", b",Total,9"),
            "stands twice, and differs",
        ),
    ],
)
def test_the_plain_reading_overlooks_nothing_that_is_plain(mutation: Any, said: str) -> None:
    """Protects the oracle: what it does not notice the product may take."""
    seed = of_kind("ks4_result")
    assert read(seed.content, fuzz.spec_of(seed)).wrong == []
    assert any(said in each for each in read(mutation(seed.content), fuzz.spec_of(seed)).wrong)


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_is_the_same_for_the_same_chance_and_changes_something(name: str) -> None:
    """Protects that a failed trial can be repeated, and that no mutation is idle."""
    changed = 0
    for seed in seeds()[:8]:
        one, other = (MUTATIONS[name](seed.content, fuzz.random.Random(5)) for _ in range(2))
        assert one == other
        changed += one != seed.content
    assert changed


def test_a_cut_folder_keeps_titles_headings_encoding_and_line_ends() -> None:
    """Protects the small files: they must be what the publishers write, but for the number of rows."""
    seed = of_kind("ofsted_inspection")
    titles, header, rows, line_end = table(seed.content)
    assert (len(titles), "URN" in header, len(rows) > 3, line_end) == (1, True, True, "\r\n")


def test_every_operation_is_heard_and_a_crash_comes_before_the_one_that_was_asked_for(tmp_path: Path) -> None:
    """Protects the crash points: an operation that is not heard is never crashed at."""

    def work() -> None:
        (tmp_path / "folder").mkdir()
        with (tmp_path / "folder" / "file").open("w") as file:
            file.write("x")
            os.fsync(file.fileno())
        (tmp_path / "folder" / "file").rename(tmp_path / "other")
        (tmp_path / "latest").symlink_to("other")
        (tmp_path / "other").chmod(0o444)
        (tmp_path / "other").unlink()

    def heard() -> list[str]:
        operations = Operations(tmp_path)
        work()
        return operations.names

    def crashing() -> None:
        Operations(tmp_path, crash_before=3)
        work()

    names = in_fork(heard).value
    assert [name.split()[0] for name in names] == [
        "os.mkdir",
        "open",
        "os.fsync",
        "os.rename",
        "os.symlink",
        "os.chmod",
        "os.remove",
    ]
    for path in (tmp_path / "latest", tmp_path / "folder"):
        path.rmdir() if path.is_dir() else path.unlink()
    assert in_fork(crashing, code=CRASHED).how == "killed"
    assert (tmp_path / "folder" / "file").exists()


def test_publishing_dies_before_operations_of_each_shape_and_nothing_is_torn_or_lost(tmp_path: Path) -> None:
    """Protects what is published: after a crash anywhere latest is whole, and the next refresh has all of history.

    In a process of its own: what makes refreshes small changes the process.
    """
    command = [sys.executable, "-m", "tests.reliability", "crash-points", "--short", "--cores", "1"]
    environment = os.environ | {"SCHOOLMATCH_SOAK": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)
    lines = [json.loads(line) for line in (tmp_path / "crash-points.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line for line in lines if line["faults"]] == [], done.stderr
    assert done.returncode == 0, done.stderr
    assert {"before", "after"} == {"after" if line["published"] else "before" for line in lines}
    assert any("published/.latest -> published/latest" in line["operation"] for line in lines)


def test_a_fork_says_how_it_ended() -> None:
    """Protects the harness: one that hangs, dies or raises must not pass for one that was killed as it should be."""

    def computing() -> None:
        while True:
            pass

    assert in_fork(lambda: 5).value == 5
    assert in_fork(lambda: 1 / 0).how == "raised"
    assert in_fork(lambda: os._exit(3)).how == "gone"
    assert in_fork(computing, kill_after=0.01).how == "killed"
    assert in_fork(lambda: time.sleep(60), patience=0.01).how == "hung"


def test_the_page_is_written_from_the_results_alone(tmp_path: Path) -> None:
    """Protects docs/reliability.md: its numbers are those of the trials, and a part that was not run is not named."""
    line = {
        "what": "kills",
        "trial": 7,
        "how": "killed",
        "share": 0.42,
        "published": True,
        "peak_kb": 2048,
        "faults": ["torn: latest"],
    }
    (tmp_path / "kills.jsonl").write_text("".join(json.dumps(line | {"trial": n}) + "\n" for n in range(3)), encoding="utf-8")
    note_run(tmp_path, "kills", 60, {"trials": 3, "seed": 17})
    write_page(tmp_path, tmp_path / "page.md")
    page = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert "3 trials: 3 killed" in page
    assert "0, 0, 0, 0, 3, 0" in page
    assert "3 failed:" in page
    assert "torn: latest" in page
    assert "python -m tests.reliability kills --trials 3 --seed 17" in page
    assert ABOUT["fuzz"][0] not in page
