"""The benchmark's page: its tables are what the parts have found, and what was not measured is said to be missing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.bench import drop
from tests.bench.__main__ import run_part
from tests.bench.page import PARTS, markdown, write_page
from tests.bench.process import FailedError, Peaks, Spent, run
from tests.bench.refresh import stages
from tests.bench.workbooks import by_another
from tests.bench.writers import Openpyxl, Sheets, Writer, cells_of, read_back

ABOUT = {
    "command": "python -m part",
    "day": "2026-11-30",
    "commit": "abc1234",
    "machine": "a machine",
    "versions": {"duckdb": "1.5.6"},
}


def refreshed(wall_s: float, together_bytes: float) -> dict[str, Any]:
    return {
        "wall_s": wall_s,
        "processor_s": 20.04,
        "largest_bytes": 500e6,
        "together_bytes": together_bytes,
        "read_bytes": 3e8,
        "written_bytes": 2e8,
        "kept_bytes": 1e8,
        "dropped_bytes": 65e6,
        "published_bytes": 66e6,
        "stages": {"start": 1.5, "checks": wall_s - 1.5},
    }


REFRESH = {
    "about": ABOUT,
    "bound": {"read_s": 0.5, "read_bytes": 65e6, "write_s": 0.75, "written_bytes": 66e6},
    "situations": {
        "2025, cold": [refreshed(14.0, 8e8), refreshed(10.0, 9.1e8), refreshed(13.0, 8e8)],
        "2025, GIAS new": [refreshed(8.5, 7e8)],
        "2017, cold": [refreshed(99.0, 7e9)],
    },
}
COMMANDS = {
    "about": ABOUT,
    "commands": {
        "python -c pass": [{"wall_s": 0.02, "processor_s": 0.02}],
        "python -c 'import duckdb'": [{"wall_s": 0.1, "processor_s": 0.1}],
        "schoolmatch --help": [{"wall_s": 0.2, "processor_s": 0.2}],
        "schoolmatch near URN": [{"wall_s": 0.45, "processor_s": 0.5}],
    },
    "look_up": {"seconds": [0.010, 0.012, 0.020], "places": 3, "miles": 10},
}
MAP = {
    "about": ABOUT,
    "bound": {"seconds": [0.05], "fetches": "status.json"},
    "site": {"files": 3, "bytes": 4e6, "compressed_bytes": 7e5},
    "views": {"all of England": [{"answered_s": 0.5, "drawn_s": 2.0, "fetched_bytes": 1.8e6}]},
    "choices": {"another phase": [{"answered_s": 0.1, "drawn_s": 0.6}]},
}
WORKBOOKS = {
    "about": ABOUT,
    "workbooks": 163,
    "sheets": 900,
    "cells": 4_000_000,
    "bytes": 3e7,
    "writers": {
        "schoolmatch": [{"wall_s": 20.0, "processor_s": 36.0}],
        "slow": [{"wall_s": 40.0, "processor_s": 40.0}],
        "fast": [{"wall_s": 4.0, "processor_s": 4.0}],
    },
    "how": {"fast": "As it does it."},
    "left_out": {"wrong": "refused: a workbook of 2 cells has 1"},
}


def contestant(seconds: float) -> dict[str, Any]:
    return {"peak_bytes": 3e9, "runs": [{"steps": {"build": seconds, "query": 0.0}, "asides": {}}]}


MATCH = {
    "about": ABOUT,
    "how": {"tree": "A tree."},
    "measure": "tree",
    "product": "schoolmatch",
    "growth": {"tree": 1.0, "schoolmatch": 1.04},
    "sizes": [
        {
            "tiles": 1, "places": places, "in_need": 1, "high_performing": 2, "pairs": 3, "left_out": {},
            "contestants": {"tree": contestant(1.0), "schoolmatch": contestant(times)},
        }
        for places, times in ((22_067, 1.9), (5_009_209, 1.1))
    ],
}  # fmt: skip


def rows(text: str, first: str) -> list[list[str]]:
    """The cells of each row of any table that begins with these words."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith(f"| {first}")]


def test_the_page_has_the_median_of_the_runs_beside_the_bound_and_each_stage() -> None:
    text = markdown({"refresh": REFRESH})
    (whole,) = rows(text, "2025, cold")[:1]
    assert whole == ["2025, cold", "13.00 (10.00 to 14.00)", "20.0", "10.4", "500", "910", "300", "200", "100"]
    assert rows(text, "checks") == [["checks", "11.50", "7.00", "97.50"]]
    assert "**Bound**: 1.25 s." in text
    assert "`python -m part`, 2026-11-30, abc1234, on a machine; duckdb 1.5.6." in text


def test_what_is_asked_is_held_against_what_was_found() -> None:
    text = markdown({"refresh": REFRESH, "commands": COMMANDS, "map": MAP, "match": MATCH, "workbooks": WORKBOOKS})
    asked = text.split("## What is asked")[1].split("##")[0]
    verdicts = {cells[0]: (cells[2], cells[3]) for cells in rows(asked, "")[1:]}
    assert verdicts == {
        "match of 22,067 schools, times tree": ("1.90", "yes"),
        "match of 5,009,209 schools, times tree": ("1.10", "no"),
        "its memory at 5,009,209 schools": ("3.00 GB", "no"),
        "exponent with which the match grows": ("1.04", "yes"),
        "whole refresh: 2025, cold": ("13.00 s", "yes"),
        "whole refresh: 2025, GIAS new": ("8.50 s", "no"),
        "its largest process, at the peak": ("500 MB", "yes"),
        "all its processes together, at the peak": ("910 MB", "no"),  # of 2017 nothing is asked
        "`schoolmatch --help`": ("0.20 s", "yes"),
        "`schoolmatch near URN`": ("0.45 s", "no"),
    }


def test_workbooks_stand_beside_the_fastest_of_the_others_for_as_many_cells() -> None:
    text = markdown({"workbooks": WORKBOOKS})
    assert [(cells[0], *cells[3:]) for cells in rows(text, "")[1:]] == [
        ("schoolmatch", "0.500", "0.900", "9.0"),
        ("slow", "1.000", "1.000", "10.0"),
        ("fast", "0.100", "0.100", "1.0"),
    ]
    assert "Left out: wrong, refused: a workbook of 2 cells has 1." in text


def test_a_part_that_failed_or_was_not_run_is_said_to_be_missing_and_the_others_stand(tmp_path: Path) -> None:
    (tmp_path / "commands.json").write_text(json.dumps(COMMANDS), encoding="utf-8")
    assert not run_part("map", [sys.executable, "-c", "raise SystemExit(3)"], tmp_path / "map.json")
    text = write_page(tmp_path, tmp_path / "page.md")
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == text
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## What is asked",
        *(f"## {each}" for each, _ in PARTS.values()),
    ]
    assert "## Map\n\nThis part is missing: `python -m tests.bench.map` ended with 3.\n" in text
    assert "## Refresh\n\nThis part is missing: it was not run.\n" in text
    assert rows(text, "`schoolmatch near URN`")[1][1] == "0.450 (0.450 to 0.450)"


def test_a_part_that_fails_leaves_nothing_of_an_earlier_run(tmp_path: Path) -> None:
    (tmp_path / "map.json").write_text(json.dumps(MAP), encoding="utf-8")
    assert not run_part("map", [sys.executable, "-c", "raise SystemExit(1)"], tmp_path / "map.json")
    assert list(json.loads((tmp_path / "map.json").read_text(encoding="utf-8"))) == ["failed"]


def test_stages_add_up_to_the_whole_and_what_passes_between_tables_is_not_theirs() -> None:
    lines = [
        (2.0, "10:00:00  gias/a.csv: 3 column(s) not used: A, B, C"),
        (3.0, "10:00:01  landed a.csv (13.5 MB, sha256 f678c3e0f4a8…)"),
        (3.5, "10:00:01  core.school: 22,067 rows in 0.40 s"),
        (4.0, "10:00:02  check core_duplicated_urn: passed"),
        (4.1, "10:00:02  built core: 24 tables in 1.0 s; 27 of 27 checks passed"),
        (9.0, "10:00:07  mart.sensitivity: 262 rows in 4.50 s"),
        (10.0, "10:00:08  wrote excel/: 163 workbooks"),
        (10.2, "continued"),
        (11.0, "10:00:09  published /home/published/20261129T233303Z, and read it back"),
    ]
    found = stages(Spent(12.0, 9.0, 0, 0, 0, 0, lines))
    assert found == pytest.approx(
        {
            "start": 2.0, "landing and raw": 1.0, "tables: core": 0.4, "Dagster between tables": 0.1 + 0.4, "checks": 0.6,
            "sensitivity": 4.5, "excel/": 1.0, "the rest of publishing": 1.0, "summary and end": 1.0,
        }
    )  # fmt: skip
    assert sum(found.values()) == pytest.approx(12.0)


def test_the_memory_of_a_process_is_that_of_those_it_has_started_as_well() -> None:
    held = "kept = bytearray(200_000_000); print(flush=True); input()"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {held!r}], check=True)"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        peaks = Peaks()
        peaks.look(process.pid)
        process.communicate("\n")
    assert process.returncode == 0
    assert 200e6 < peaks.largest < 300e6
    assert peaks.together > 200e6


def test_what_a_process_says_as_it_works_is_kept_and_what_it_reads_counts(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(50_000_000))
    spent = run([sys.executable, "-c", f"import sys; sys.stderr.write('one\\ntwo'); open({str(tmp_path / 'file')!r}, 'rb').read()"])
    assert [line for _, line in spent.lines] == ["one", "two"]
    assert 50e6 < spent.read_bytes < 100e6


def test_a_process_that_fails_is_told_with_its_last_words() -> None:
    with pytest.raises(FailedError, match=r"ended with 1: .*no such thing"):
        run([sys.executable, "-c", "raise SystemExit('no such thing')"])


def test_one_value_of_a_file_changes_and_no_other_byte(tmp_path: Path) -> None:
    (tmp_path / "gias").mkdir()
    path = tmp_path / "gias" / "edubasealldata20250930.csv"
    path.write_bytes('URN,Name,TelephoneNum\r\n1,"St Mary’s, Ely",\r\n2,Caf\xe9,01\r\n'.encode("cp1252"))
    assert drop.change(tmp_path, *drop.GIAS, "01632 960000") == path
    expected = 'URN,Name,TelephoneNum\r\n1,"St Mary’s, Ely",01632 960000\r\n2,Caf\xe9,01\r\n'
    assert path.read_bytes() == expected.encode("cp1252")


BOOK: Sheets = [("Cover", [["a", 1.0], [], ["b"]]), ("Empty", [])]


class Forgetful(Openpyxl):
    name: ClassVar[str] = "one that writes the first sheet alone"

    def write(self, prepared: Sheets, path: Path) -> None:
        super().write([("Cover", [["a"]])], path)


@pytest.mark.parametrize(("writer", "wrong"), [(Openpyxl, None), (Forgetful, "refused: a workbook of 3 cells has 1")])
def test_a_writer_that_does_not_write_all_cells_is_told_apart(writer: type[Writer], wrong: str | None, tmp_path: Path) -> None:
    _, said = by_another(writer(), [BOOK], tmp_path / "book.xlsx", proves=True)
    assert said == wrong


def test_what_is_read_back_is_what_was_written(tmp_path: Path) -> None:
    Openpyxl().write(BOOK, tmp_path / "book.xlsx")
    found = read_back(tmp_path / "book.xlsx")
    assert (found, cells_of(found)) == (BOOK, 3)
