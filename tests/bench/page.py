"""docs/performance.md, written from the results of the benchmark alone, so that no number in it is typed."""

from __future__ import annotations

import json
import statistics
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.bench import report
from tests.bench.part import ROOT, Results

PAGE = ROOT / "docs" / "performance.md"

HEAD = """# Performance

`make bench` measures, and writes this page from what it has found: no number here is typed. Each part says its command, day,
commit and machine, and what bounds it: the least that would have to be done if nothing were made of it. Times of the clock are
medians, with the least and the most; processor seconds are those of all cores and processes together, and tell more where a
machine has other work to do. MB are millions of bytes.

"""

Row = Sequence[str]
Runs = Sequence[Mapping[str, Any]]


def write_page(results: Path, page: Path = PAGE) -> str:
    """Write the page from ``<part>.json`` of each part; returns its text. A part that has none is said to be missing."""
    parts = {name: json.loads(path.read_text(encoding="utf-8")) for name in PARTS if (path := results / f"{name}.json").exists()}
    page.write_text(text := markdown(parts), encoding="utf-8")
    return text


def markdown(parts: Mapping[str, Results]) -> str:
    """The whole page. A part that failed holds no more than ``failed``: why, in words."""
    measured = {name: part for name, part in parts.items() if "failed" not in part}
    sections = []
    for name, (title, section) in PARTS.items():
        if name in measured:
            said = [] if name == "match" else [report.said_of(measured[name]["about"]), ""]
            sections.append("\n".join([f"## {title}", "", *said, section(measured[name]), ""]))
        else:
            why = parts[name]["failed"] if name in parts else "it was not run"
            sections.append(f"## {title}\n\nThis part is missing: {why}.\n")
    return _wrapped(HEAD + "\n".join([*_targets(measured), *sections]))


def table(head: Row, rows: Sequence[Row]) -> str:
    """A table with its first column to the left, all others to the right."""
    lines = [f"| {' | '.join(row)} |".replace("|  |", "| |") for row in (head, *rows)]
    return "\n".join([lines[0], f"|---|{'--:|' * (len(head) - 1)}", *lines[1:]])


def _wrapped(text: str) -> str:
    """The text with every paragraph in lines of one width: where numbers stand in it, nobody has broken them."""
    blocks = text.strip("\n").split("\n\n")
    return (
        "\n\n".join(
            block
            if block.startswith(("|", "#", "* "))
            else textwrap.fill(block, 130, break_long_words=False, break_on_hyphens=False)
            for block in blocks
        )
        + "\n"
    )


# --- what is asked ---------------------------------------------------------------------------------------------------------------


def _targets(parts: Mapping[str, Results]) -> list[str]:
    """What the project asks of itself, and whether it was so."""
    rows = [
        [
            what,
            f"{most:g} {unit}".strip(),
            f"{found:,.{0 if unit == 'MB' else 2}f} {unit}".strip(),
            "yes" if found <= most else "no",
        ]
        for what, most, found, unit in _asked(parts)
    ]
    return ["## What is asked", "", table(["", "at most", "measured", "kept"], rows), ""] if rows else []


def _asked(parts: Mapping[str, Results]) -> Iterator[tuple[str, float, float, str]]:
    """What, the most that it may be, what it was, and the unit."""
    if match := parts.get("match"):
        for size in match["sizes"]:
            both = [size["contestants"].get(name) for name in (match["product"], match["measure"])]
            if not all(both):
                continue
            most = 2 if size["places"] < 100_000 else 1
            yield f"match of {size['places']:,} schools, times {match['measure']}", most, report.ratio(*both), ""
            if size["places"] > 4_000_000:
                yield f"its memory at {size['places']:,} schools", 2, both[0]["peak_bytes"] / 1e9, "GB"
        if match["product"] in match["growth"]:
            yield "exponent with which the match grows", 1.05, match["growth"][match["product"]], ""
    if refresh := parts.get("refresh"):
        for situation, most in (("2025, cold", 15), ("2025, GIAS new", 8)):
            yield f"whole refresh: {situation}", most, _median(refresh["situations"][situation], "wall_s"), "s"
        of_2025 = [run for situation, runs in refresh["situations"].items() if situation.startswith("2025") for run in runs]
        yield "its largest process, at the peak", 600, max(run["largest_bytes"] for run in of_2025) / 1e6, "MB"
        yield "all its processes together, at the peak", 900, max(run["together_bytes"] for run in of_2025) / 1e6, "MB"
    if commands := parts.get("commands"):
        for name, runs in commands["commands"].items():
            if name.startswith("schoolmatch"):
                yield f"`{name}`", 0.3 if name.endswith("--help") else 0.4, _median(runs, "wall_s"), "s"


# --- the parts -------------------------------------------------------------------------------------------------------------------


def _refresh(results: Results) -> str:
    bound, situations = results["bound"], results["situations"]
    least = bound["read_s"] + bound["write_s"]
    rows = []
    for name, runs in situations.items():
        of_bound = f"{_median(runs, 'wall_s') / least:.1f}" if name.startswith("2025") else ""
        peaks = (_mb(max(run[key] for run in runs)) for key in ("largest_bytes", "together_bytes"))
        moved = (_mb(_median(runs, key)) for key in ("read_bytes", "written_bytes", "kept_bytes"))
        rows.append([name, _spread(runs, "wall_s"), f"{_median(runs, 'processor_s'):.1f}", of_bound, *peaks, *moved])
    head = [
        "", "s: median (least to most)", "processor, s", "times the bound", "largest process, MB", "all together, MB", "read, MB",
        "written, MB", "kept, MB",
    ]  # fmt: skip
    names = list(dict.fromkeys(stage for runs in situations.values() for run in runs for stage in run["stages"]))
    stages = [
        [name, *(f"{statistics.median(run['stages'].get(name, 0.0) for run in runs):.2f}" for runs in situations.values())]
        for name in names
    ]
    first = next(iter(situations.values()))[0]
    return f"""`schoolmatch refresh --source FOLDER --home HOME --verbose` as a process of its own, all exports, in the folder
for temporary files. Cold: a home that is not there, while programs and files are in memory from a refresh before. Then in the
same home: again with nothing changed; with one telephone number in the GIAS extract changed; with one address in the Ofsted
release changed. Nothing reads either, but the files are new. A refresh that is asked for runs whole, also where nothing has
changed. On a schedule each morning asks for one, for the day's GIAS extract; the sensors ask for none where no content is new.

{table(head, rows)}

Memory is looked at ten times a second. Largest process: its peak as Linux counts it, pages shared with others included. All
together: the most at one look, where a page that several share counts once (PSS). Both are the most of all runs. Read and written
is what went through read and write of all processes, programs and temporary files included; kept is what was new or changed in
the home at the end.

**Bound**: {least:.2f} s. DuckDB's own CSV reader takes the {_mb(bound["read_bytes"])} MB of the drop folder into memory in
{bound["read_s"]:.2f} s (decoded before), and the {_mb(bound["written_bytes"])} MB of a published folder are written and synced to
the disk in {bound["write_s"]:.2f} s. Nothing is matched, checked or exported in it.

Seconds of each stage, medians, by what the refresh says as it works. Start: until its first line, interpreter, imports, Dagster,
and the first file read. A table's seconds are its own; what passes between two tables is Dagster noting what was made. The drop
folder has {_mb(first["dropped_bytes"])} MB, what is published {_mb(first["published_bytes"])} MB.

{table(["", *situations], stages)}"""


def _workbooks(results: Results) -> str:
    cells = results["cells"]
    fastest = min(
        (_median(runs, "processor_s") for name, runs in results["writers"].items() if name != "schoolmatch"), default=None
    )
    rows = []
    for name, runs in results["writers"].items():
        processor, wall = _median(runs, "processor_s"), _median(runs, "wall_s")
        each = (f"{seconds / cells * 1e5:.3f}" for seconds in (wall, processor))
        of_bound = f"{processor / fastest:.1f}" if fastest else ""
        rows.append([name, _spread(runs, "wall_s"), f"{processor:.1f}", *each, of_bound])
    head = [
        "", "s: median (least to most)", "processor, s", "s per 100,000 cells", "processor, s per 100,000 cells", "times the bound"
    ]  # fmt: skip
    left_out = [line for name, why in results["left_out"].items() for line in (f"Left out: {name}, {why}.", "")]
    how = [f"* {name}: {text}" for name, text in results["how"].items()]
    lines = [
        f"All {results['workbooks']:,} workbooks of 2025: {results['sheets']:,} sheets, {cells:,} cells that are not empty, "
        f"{results['bytes'] / 1e6:.0f} MB.",
        "",
        table(head, rows),
        "",
        *left_out,
        """schoolmatch asks the tables, and writes in two processes where there are two cores; the others have the cells in memory
and write in one. They write plain cells: no styles of columns and headings, no widths and heights, no marked tables with filters,
no links, no charts, no frozen panes, nothing for printing, and a text that begins like a formula is only as safe as they make it.
What each has written is read back, and must have as many cells.""",
        "",
        "**Bound**: the cells to write: the fastest of the others, by processor seconds.",
        "",
        *how,
    ]
    return "\n".join(lines)


def _commands(results: Results) -> str:
    runs = results["commands"]
    python, with_duckdb = (_median(runs[name], "wall_s") for name in ("python -c pass", "python -c 'import duckdb'"))
    rows = []
    for name, each in runs.items():
        bound = None if name.startswith("python") else python if name.endswith("--help") else with_duckdb
        of_bound = f"{_median(each, 'wall_s') / bound:.1f}" if bound else ""
        rows.append([f"`{name}`", _spread(each, "wall_s", 3), f"{_median(each, 'processor_s'):.3f}", of_bound])
    warm = [seconds * 1000 for seconds in results["look_up"]["seconds"]]
    return f"""Whole processes, from the start of the interpreter to its end, programs and file in memory.

{table(["", "s: median (least to most)", "processor, s", "times the bound"], rows)}

**Bound**: the interpreter (`--help`); the interpreter with `import duckdb` (`near`), which reads the published file.

The look-up alone, in a file that is open, of schools within {results["look_up"]["miles"]} miles, at
{results["look_up"]["places"]} places from Cornwall to Northumberland:
{statistics.median(warm):.0f} ms ({min(warm):.0f} to {max(warm):.0f})."""


def _map(results: Results) -> str:
    bound = statistics.median(results["bound"]["seconds"])
    views = [
        [
            name,
            _spread(runs, "answered_s"),
            _spread(runs, "drawn_s"),
            f"{_median(runs, 'answered_s') / bound:.0f}",
            f"{_median(runs, 'fetched_bytes') / 1e6:.1f}",
        ]
        for name, runs in results["views"].items()
    ]
    choices = [[name, _spread(runs, "answered_s"), _spread(runs, "drawn_s")] for name, runs in results["choices"].items()]
    site = results["site"]
    head = ["first visit", "first list and figures, s", "map drawn, s", "list, times the bound", "fetched, MB"]
    return f"""From `schoolmatch serve`, in Chromium at 1440 by 900, drawn by software, with an empty cache. The site
has {site["files"]} files, {site["bytes"] / 1e6:.1f} MB ({site["compressed_bytes"] / 1e6:.1f} MB if each were sent compressed), of
which a visit fetches what its view needs.

{table(head, views)}

{table(["a choice on the map of England", "answered, s", "map drawn, s"], choices)}

Answered: the panel tells figures and schools of what was chosen. Choices are timed within the page.

**Bound**: {bound:.3f} s, in which the same browser opens `{results["bound"]["fetches"]}` from the same server. Map
drawn has none: it is the time of a processor that draws in place of a graphics card."""


PARTS: dict[str, tuple[str, Callable[[Results], str]]] = {
    "refresh": ("Refresh", _refresh),
    "workbooks": ("Workbooks", _workbooks),
    "commands": ("Command line", _commands),
    "map": ("Map", _map),
    "match": ("The match beside others", report.markdown),
}
"""The parts in the order of the page: what each is called, and how its results are told."""


def _mb(size: float) -> str:
    return f"{size / 1e6:,.0f}"


def _median(runs: Runs, key: str) -> float:
    return statistics.median(run[key] for run in runs)


def _spread(runs: Runs, key: str, digits: int = 2) -> str:
    found = [run[key] for run in runs]
    return f"{statistics.median(found):.{digits}f} ({min(found):.{digits}f} to {max(found):.{digits}f})"
