"""docs/reliability.md, written from the results of the soak alone, so that no number in it is typed."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.support.machine import machine

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
SHOWN = 12
"""So many faults of a part are listed; all are counted."""

HEAD = """# Reliability: what was tried, and what has failed

`make soak` tries what a year of refreshes, disks, publishers and power cuts may do, and writes this page from what it has found. A
short form of each part runs with the tests (`tests/reliability`). A trial that failed can be repeated: its number and seed stand
beside it.

"""

ABOUT = {
    "kills": (
        "Kills at random moments",
        """A refresh of {schools} is killed (SIGKILL, with all that it started) at a random moment of its whole duration, counted in
the processor's time; the next
begins with what the one before has left, and nobody lends a hand. After each, `latest` must read back whole, no dated folder may be
half there, the archive must be whole. After each that comes to its end, its figures must be those of its files, and everything that
was ever published must stand in `mart.refresh_history`, in order. One trial in ten runs with Dagster,
the others its steps alone.""",
    ),
    "crash-points": (
        "A crash before every file operation of publishing",
        """Python itself tells the operations (audit events, and `fsync`), from the first of the publishing step to the last, so
that a new one cannot be forgotten. Publishing dies before each; then the same is asked as above, and from every state that differs
the next refresh is run, whole.""",
    ),
    "readers": (
        "Readers under writers",
        """Processes read through `latest` (manifest, hashes, Parquet, the DuckDB file asked twice) while another publishes back to
back.""",
    ),
    "fuzz": (
        "Mutated small files, and an oracle",
        """A file of each kind and vintage, with a byte, a line, a field or a column that is not as it was, is read by the product
and by a plain reading that shares no line with it. Wrong is: rows that are neither those of before nor those that the bytes tell;
and a file that was taken although it has what nobody could overlook, and nothing is said of it. Refused, and told, are right.""",
    ),
    "national": (
        "Mutated national files, and an oracle",
        """A whole national file is changed as publishers and spreadsheets do it, and goes through landing, models and checks after
a refresh of the genuine files. Wrong is: a fault in the file that changes a status of a school and is neither refused nor held;
another way of saying the same that changes one; and news that is not published as statuses say that are worked out from the files
alone (RISE; for {oracle} schools they are the same on the genuine files, for {differs} not).""",
    ),
}
NOT_TRIED = """## What was not tried

* A power cut: a kill loses nothing that was written, and most trials run in memory (`/dev/shm`). What a disk may forget is shown by
  the tests of durable writing, not here.
* Kills of Dagster's daemon, code server and workers: `tests/integration`. Live sources: `tests/security`.
* Windows and macOS, network file systems, and two machines that share a home.
* In the trials of kills: the postcodes are those near the schools, workbooks are written in the refresh's own process, sensitivity
  is worked out once for each variant of the files.
* The oracle of small files knows no closed list that `sql/` checks (types, phases, authorities): those are the national trials'.
  The national oracle is the definition of RISE, on the layouts of 2025.
* Faults that leave a file as right as another: a digit that is another digit, two schools' results in each other's row.
"""


def write_page(results: Path, page: Path = PAGE) -> None:
    """Write the page from ``<part>.jsonl`` and ``<part>.run.json`` of the results. A part that was not run is not named."""
    parts = [_part(name, results) for name in ABOUT if (results / f"{name}.run.json").exists()]
    page.write_text(HEAD + "\n".join([*_summary(results), "", *parts, NOT_TRIED]), encoding="utf-8")


def note_run(results: Path, part: str, seconds: float, arguments: Mapping[str, Any]) -> None:
    """Keep when, where and how a part was run, beside its results."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    about = {
        "command": f"python -m tests.reliability {part} " + " ".join(f"--{name} {value}" for name, value in arguments.items()),
        "seconds": round(seconds), "day": datetime.now(UTC).date().isoformat(), "commit": commit,
        "machine": machine(),
    }  # fmt: skip
    (results / f"{part}.run.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def read_results(results: Path, part: str) -> list[dict[str, Any]]:
    """The lines of a part."""
    return [json.loads(line) for line in (results / f"{part}.jsonl").read_text(encoding="utf-8").splitlines()]


def trials(part: str, lines: Iterable[dict[str, Any]]) -> tuple[int, Counter[str]]:
    """How many trials a part had, and what became of them."""
    counted: Counter[str] = Counter()
    for line in lines:
        if line["how"] == "counts":
            for *_, how, count in line["counts"]:
                counted[how] += count
        elif part == "readers":
            counted["read"] += line["loops"]
            counted["faults"] += len(line["faults"])
        elif part != "fuzz" and line["how"] != "base":
            counted[line["how"]] += 1
    return sum(count for how, count in counted.items() if how != "faults"), counted


def _summary(results: Path) -> list[str]:
    rows = ["| what | trials | that failed | took | day, commit |", "|---|---:|---:|---:|---|"]
    for name, (title, _) in ABOUT.items():
        if (results / f"{name}.run.json").exists():
            lines, run = read_results(results, name), json.loads((results / f"{name}.run.json").read_text(encoding="utf-8"))
            failed = sum(len(line["faults"]) if name == "readers" else bool(line["faults"]) for line in lines)
            told = f"{trials(name, lines)[0]:,} | {failed:,} | {run['seconds'] / 60:.1f} min | {run['day']}, {run['commit']}"
            rows.append(f"| {title} | {told} |")
    return rows


def _part(name: str, results: Path) -> str:
    lines = read_results(results, name)
    run = json.loads((results / f"{name}.run.json").read_text(encoding="utf-8"))
    base = next((line for line in lines if line["how"] == "base"), {})
    title, about = ABOUT[name]
    differs = base.get("oracle_differs", 0)
    told = about.format(
        schools="a small folder of the sample", oracle=f"{base.get('schools', 0) - differs:,}", differs=f"{differs:,}"
    )
    peak = max((line.get("peak_kb", 0) for line in lines), default=0) // 1024
    count, hows = trials(name, lines)
    text = [f"## {title}", "", told, "", f"`{run['command']}`, {run['day']}, on {run['machine']}: {run['seconds']:,} seconds.", ""]
    text += [
        f"{count:,} trials: " + ", ".join(f"{number:,} {how}" for how, number in hows.most_common()) + ".",
        *_more(name, lines),
    ]
    text += [f"Most memory of a process: {peak:,} MB."] if peak else []
    text += ["", *_faults(lines), ""]
    return "\n".join(text)


def _more(name: str, lines: list[dict[str, Any]]) -> list[str]:
    if name == "kills":
        shares = [line["share"] for line in lines if line["how"] == "killed"]
        by_tenth = Counter(min(int(share * 10), 10) for share in shares)
        spread = ", ".join(str(by_tenth.get(tenth, 0)) for tenth in range(10))
        published = Counter(line["how"] for line in lines if line["published"])
        return [
            f"Killed by tenth of the usual duration: {spread}; later: {by_tenth.get(10, 0)}. Published: {published.total():,} "
            f"refreshes, {published['killed']:,} of which were killed after that."
        ]
    if name == "crash-points":
        rests = sum(line["next"] for line in lines)
        return [
            f"States that differ, each with a refresh from there: {rests:,}. "
            f"Crashed after the switch: {sum(line['published'] for line in lines):,}."
        ]
    if name == "readers":
        return [f"Published meanwhile: {sum(line['published'] for line in lines):,} times."]
    if name == "fuzz":
        return ["", *_by_file(lines), ""]
    if name == "national":
        rows = Counter((line["kind"], line["how"]) for line in lines if "kind" in line)
        return ["", *_table(rows), ""]
    return []


def _by_file(lines: list[dict[str, Any]]) -> list[str]:
    counted: Counter[tuple[str, str]] = Counter()
    for line in lines:
        for file, _, how, count in line.get("counts", []):
            counted[file, how] += count
    return _table(counted)


def _table(counted: Mapping[tuple[str, str], int]) -> list[str]:
    hows = sorted({how for _, how in counted})
    rows = [f"| file | {' | '.join(hows)} |", f"|---|{'---:|' * len(hows)}"]
    for file in sorted({file for file, _ in counted}):
        rows.append(f"| {file} | {' | '.join(f'{counted.get((file, how), 0):,}' for how in hows)} |")
    return rows


def _faults(lines: list[dict[str, Any]]) -> list[str]:
    failed = [line for line in lines if line["faults"]]
    if not failed:
        return ["None failed."]
    rows = [
        f"* trial {line.get('trial', '')} {line.get('file') or line.get('kind') or line.get('operation') or ''} "
        f"{line.get('mutation', '')}: {' '.join(line['faults'][0].split())[:300]}"
        for line in failed[:SHOWN]
    ]
    return [f"{len(failed):,} failed:", "", *rows, *([f"* … {len(failed) - SHOWN:,} more"] if len(failed) > SHOWN else [])]
