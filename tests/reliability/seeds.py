"""The small genuine files that are mutated: of the bundled sample, of the national files and of the cases where these are there.

Each is cut to some rows. What no source has, a few rows of our own under the genuine header stand for.
"""

from __future__ import annotations

import csv
import io
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.conftest import REAL_DATA
from tests.reliability.drop import table, written
from warehouse.sample import write_sample

ROWS = 9
"""So many rows of a file: enough for any fault of its form, few enough for thousands of trials a second."""

CASES = REAL_DATA.parent / "cases"

_SAMPLE = {
    "gias_establishment": "gias/edubasealldata*.csv",
    "gias_link": "gias/links_*.csv",
    "gias_group": "gias/allgroupsdata*.csv",
    "gias_group_membership of today": "gias/academiesmatmembership*.csv",
    "ofsted_inspection": "ofsted/*.csv",
    "ks2_result": "ks2/2024-2025/*.csv",
    "ks4_result": "ks4/2023-2024/*.csv",
}
_NATIONAL = {
    "gias_establishment": "2025/gias/edubasealldata*.csv",
    "gias_link": "2025/gias/links_*.csv",
    "gias_group": "2025/gias/allgroupsdata*.csv",
    "gias_group_membership": "2017/gias/grouplinks*.csv",
    "ofsted_inspection": "2025/ofsted/*.csv",
    "ofsted_inspection of 2026": "2026/ofsted_genuine_rows_31_May_2026.csv",
    "ofsted_inspection of 2017": "2017/ofsted/*.csv",
    "ks2_result": "2025/ks2/2024-2025/*.csv",
    "ks2_result wide": "2017/ks2/*/*.csv",
    "ks4_result": "2025/ks4/*/*.csv",
    "ks4_result wide": "2017/ks4/*/*.csv",
    "ons_local_authority": "2025/reference/la_gias*.csv",
    "ons_rural_urban": "2025/reference/lsoa21*.csv",
}
_CASES = {
    "ks2_result": "ks2_genuine_layout/**/*.csv",
    "ks2_result wide": "ks2_wide_genuine/**/*.csv",
    "ofsted_inspection of 2026": "ofsted_vocabulary/**/*.csv",
}
_OWN = {
    "ks2_cohort": (
        "ks2/ks2_school_information_data.csv",
        "time_period,time_identifier,geographic_level,version,school_laestab,school_urn,telig,belig\n"
        + "".join(f"202425,Academic year,School,Revised,314200{n},10256{n},{20 + n},{10 + n}\n" for n in range(6)),
    ),
    "list_teaching_school": ("lists/teaching_schools.csv", "URN,Name\n" + "".join(f"10{n}0{n}1,School {n}\n" for n in range(1, 7))),
    "list_trust_not_ready": ("lists/trusts_not_ready.csv", "Group UID,Name\n" + "".join(f"20{n}1,Trust {n}\n" for n in range(6))),
    "ons_boundary": (
        "ons/england_regions_2.geojson",
        '{"type":"FeatureCollection","features":[\n'
        + ",\n".join(
            f'{{"type":"Feature","properties":{{"RGN22CD":"E1200000{n}","RGN22NM":"Region {n}"}},"geometry":{{"type":"Polygon",'
            f'"coordinates":[[[-{n}.5,52.1],[-{n}.5,52.9],[-{n}.1,52.9],[-{n}.5,52.1]]]}}}}'
            for n in range(1, 6)
        )
        + "\n]}\n",
    ),
}


@dataclass(frozen=True)
class Seed:
    """A genuine file, small: its kind (and vintage) by the names of ``kinds.SPECS``, where it lies in a drop folder, its bytes."""

    name: str
    source: str
    path: str
    content: bytes

    @property
    def year(self) -> int | None:
        """In which the results of a wide file ended, by the folder it lies in."""
        return next((2000 + int(part[7:9]) for part in self.path.split("/") if len(part) == 9 and part[4] == "-"), None)


@cache
def seeds() -> tuple[Seed, ...]:
    """All of them, in an order that is always the same."""
    found = [Seed(name, "own", path, text.encode()) for name, (path, text) in _OWN.items()]
    with tempfile.TemporaryDirectory() as folder:
        write_sample(Path(folder) / "drop", schools=200)
        found += _of(_SAMPLE, Path(folder) / "drop", "sample")
    for paths, root, source in ((_NATIONAL, REAL_DATA, "national"), (_CASES, CASES, "case")):
        if root.is_dir():
            found += _of(paths, root, source)
    return tuple(found)


def _of(paths: dict[str, str], root: Path, source: str) -> list[Seed]:
    seeds = []
    for name, pattern in paths.items():
        path = next(iter(sorted(root.glob(pattern))))
        parts = path.relative_to(root).parts
        start = next((n for n, part in enumerate(parts) if part in ("gias", "ofsted", "ks2", "ks4", "reference")), 0)
        shown = "/".join(parts[start:])
        if name == "ofsted_inspection of 2026" and source == "national":
            shown = "ofsted/Management_information_-_state-funded_schools_-_latest_inspections_as_at_31_May_2026.csv"
        if name == "ks2_result wide" and source == "case":
            shown = "ks2/2018-2019/england_ks2final.csv"
        seeds.append(Seed(name, source, shown, _few(path.read_bytes(), name)))
    return seeds


def _few(content: bytes, name: str) -> bytes:
    """Some rows: of results by subject those of few schools, else every so-manieth, so that they differ."""
    titles, header, rows, line_end = table(content)
    if name in ("ks2_result", "ks2_result wide"):
        kept = rows[: 3 * ROWS] if name == "ks2_result" else rows[:ROWS]
    else:
        kept = rows[:: max(1, len(rows) // ROWS)][:ROWS]
    if b'"' in content[:20]:
        return _quoted([*titles, header, *kept], line_end)
    return written([*titles, header, *kept], line_end, content)


def _quoted(rows: list[list[str]], line_end: str) -> bytes:
    """As GIAS writes some of its files: every text in quotation marks."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue().encode("latin-1")
