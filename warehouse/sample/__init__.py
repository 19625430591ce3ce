"""The bundled sample: a synthetic England, written as a drop folder in the publishers' own layouts.

What belongs here: everything that makes up schools which do not exist. Places are real postcodes; names, trusts,
pupils, judgements and results are drawn. The folder is read by the same code as real data, and carries a marker that
makes every output say "synthetic sample". What does not belong here: real rows of any publisher, and anything that
the rest of the project could import other than `write_sample`.

Modules: `postcodes` and `authorities` (the ground), `places` (where schools stand), `schools` with `intake`,
`governance`, `constituencies`, `trusts`, `names` and `words` (who they are), `judgements` with `inspections`,
`results`; `gias_establishments`, `gias_links`, `ofsted_file`, `ofsted_grades`, `result_files` (the layouts).
"""

from __future__ import annotations

from pathlib import Path

from warehouse.landing.archive import SYNTHETIC_MARKER
from warehouse.licence import POSTCODES
from warehouse.sample.authorities import read_areas
from warehouse.sample.gias_establishments import write_establishments
from warehouse.sample.gias_links import write_groups, write_links, write_memberships
from warehouse.sample.judgements import draw_judgements, draw_quality
from warehouse.sample.model import World
from warehouse.sample.ofsted_file import write_inspections
from warehouse.sample.places import place_schools
from warehouse.sample.postcodes import read_postcodes
from warehouse.sample.result_files import write_key_stage_2, write_key_stage_4
from warehouse.sample.results import draw_key_stage_2, draw_key_stage_4
from warehouse.sample.schools import make_schools
from warehouse.sample.trusts import make_predecessors, make_trusts

_OFSTED = "Management_information_-_state-funded_schools_-_latest_inspections_as_at_31_August_2025.csv"
_KS2 = "ks2/2024-2025/ks2_school_attainment_data.csv"
_KS4 = "ks4/2023-2024/202324_performance_tables_schools_final.csv"
_FEWEST, _MOST = 100, 40_000
_NOTE = """\
This folder is a synthetic sample (seed {seed}, {schools:,} state-funded schools). No school, trust, constituency,
judgement or result in it exists; only the postcodes and the local authorities are real. It has the layout of the
publishers' files so that the whole job can be tried without a network.

Postcodes: Contains public sector information licensed under the Open Government Licence v3.0.
Source: {postcodes}
"""


def write_sample(folder: Path, *, seed: int = 2017, schools: int = 22_000) -> None:
    """Write a drop folder of `schools` state-funded schools into `folder`, which is created where it is missing.

    The same seed, size and postcode package give the same bytes. Nothing is fetched.

    Raises:
        ValueError: `schools` is too small to hold every kind, or so large that identifiers would run into each other.
    """
    if not _FEWEST <= schools <= _MOST:
        raise ValueError(f"schools is {schools}, expected {_FEWEST:,} to {_MOST:,}")
    areas = read_areas()
    places = place_schools(read_postcodes(areas), areas, schools, seed)
    school, constituencies = make_schools(places, areas, schools, seed)
    trusts = make_trusts(school, seed)
    world = World(areas, school, trusts, make_predecessors(school, seed), constituencies)
    quality = draw_quality(school, trusts, seed)
    latest, previous, ungraded = draw_judgements(school, quality, seed)

    # The marker first: whatever is left behind by an interrupted run is labelled too.
    folder.mkdir(parents=True, exist_ok=True)
    note = _NOTE.format(seed=seed, schools=schools, postcodes=POSTCODES)
    (folder / SYNTHETIC_MARKER).write_text(note, encoding="utf-8", newline="\n")
    gias, ofsted = folder / "gias", folder / "ofsted"
    write_establishments(gias / "edubasealldata20250930.csv", world, seed)
    write_links(gias / "links_edubasealldata20250930.csv", world, seed)
    write_groups(gias / "allgroupsdata20250930.csv", world)
    write_memberships(gias / "academiesmatmembership20250930.csv", world, seed)
    write_inspections(ofsted / _OFSTED, world, latest, previous, ungraded, seed)
    write_key_stage_2(folder / _KS2, world, draw_key_stage_2(school, quality, seed), seed)
    write_key_stage_4(folder / _KS4, world, draw_key_stage_4(school, quality, seed), seed)
