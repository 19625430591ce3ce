"""The national files of 2017 and 2025, through the whole job, held against independent ways of computing the same.

These tests run where the real files are (see ``tests/conftest.py``), and are skipped, and say so, elsewhere.
"""

import csv
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import coo_array
from scipy.spatial import cKDTree

from orchestration.refresh import refresh
from tests.acceptance.conftest import Published
from tests.conftest import copy_of, real_folder
from tests.support.lighter import without_workbooks
from warehouse.landing.archive import DropFolder
from warehouse.landing.kept import mark_published
from warehouse.landing.raw import load_group
from warehouse.model import read_models
from warehouse.reference import load_reference

pytestmark = pytest.mark.real_data

MILE = 1609.344
OFSTED_2025 = "ofsted/Management_information_-_state-funded_schools_-_latest_inspections_as_at_31_August_2025.csv"


@pytest.fixture(params=["2017", "2025"])
def either(request: pytest.FixtureRequest) -> Published:
    published: Published = request.getfixturevalue(f"y{request.param}")
    return published


def test_every_school_of_the_ofsted_file_is_there_or_is_listed_with_the_reason(figures_2025: Published) -> None:
    with (real_folder("2025") / OFSTED_2025).open(encoding="cp1252", newline="") as file:
        inspected = {int(row["URN"]) for row in csv.DictReader(file) if row["URN"].strip()}
    assert len(inspected) == 21_990  # the number of rows the publisher's file has
    schools = [row["urn"] for row in figures_2025.query("select urn from mart.school")]
    left_out = {row["urn"]: row["left_out_because"] for row in figures_2025.query("from mart.school_left_out")}
    assert len(schools) == len(set(schools))
    assert not inspected - set(schools) - set(left_out)
    assert not set(schools) & set(left_out)
    assert all(left_out.values())
    # all of them are open in this extract and of a state-funded type
    assert inspected <= set(schools)


def test_every_open_establishment_of_gias_is_a_school_or_is_left_out_with_the_reason(either: Published) -> None:
    source = next(f for f in either.query("from mart.source_file") if f["kind"] == "gias_establishment")
    counted = either.query(
        "select (select count(*) from mart.school) + (select count(*) from mart.school_left_out where is_in_gias) as n"
    )
    assert counted[0]["n"] == source["rows"]


@pytest.mark.parametrize("definition", ["nfer-2017", "rise"])
def test_the_pairs_are_exactly_those_of_a_search_tree(either: Published, definition: str) -> None:
    """Brute force of another kind: scipy's k-d tree over all high-performing schools of a phase, from the published tables
    alone."""
    schools = either.query(
        f"""select t.urn, t.phase, t.status, s.easting, s.northing, s.search_radius_miles as miles
        from mart.school_status as t join mart.school as s using (urn)
        where definition = '{definition}' and status <> 'neither' and easting is not null and search_radius_miles is not null"""
    )
    expected = set()
    for phase in {school["phase"] for school in schools}:
        helpers = [s for s in schools if s["phase"] == phase and s["status"] == "high_performing"]
        needs = [s for s in schools if s["phase"] == phase and s["status"] == "in_need"]
        if not helpers:
            continue
        tree = cKDTree(np.array([(s["easting"], s["northing"]) for s in helpers], dtype=float))
        for need in needs:
            for found in tree.query_ball_point((need["easting"], need["northing"]), need["miles"] * MILE):
                expected.add((need["urn"], helpers[found]["urn"]))
    pairs = {(r["need_urn"], r["partner_urn"]) for r in either.query(f"from mart.match where definition = '{definition}'")}
    assert pairs == expected


def test_every_pair_is_within_its_radius_and_of_one_phase(either: Published) -> None:
    wrong = either.query(
        """select m.* from mart.match as m
        join mart.school as n on n.urn = m.need_urn join mart.school as p on p.urn = m.partner_urn
        where n.phase <> p.phase or m.phase <> n.phase or n.urn = p.urn
            or sqrt(pow(n.easting - p.easting, 2) + pow(n.northing - p.northing, 2)) > n.search_radius_miles * 1609.344"""
    )
    assert wrong == []


@pytest.mark.parametrize("capacity", [1, 2, 3])
def test_as_many_have_a_partner_at_the_same_time_and_as_near_as_a_linear_programme_finds(either: Published, capacity: int) -> None:
    """HiGHS on the real pairs: first how many at most, then the least total distance of so many."""
    groups = either.query("select distinct definition, phase from mart.match order by all")
    assert len(groups) in (5, 7)  # by RISE, of 2017, no alternative provision is in need; by universal RISE it cannot be told
    for group in groups:
        of_it = f"definition = '{group['definition']}' and phase = '{group['phase']}'"
        pairs = either.query(f"select need_urn, partner_urn, distance_m from mart.match where {of_it}")
        needs, need = np.unique([pair["need_urn"] for pair in pairs], return_inverse=True)
        high, partner = np.unique([pair["partner_urn"] for pair in pairs], return_inverse=True)
        each = np.arange(len(pairs))
        places = (np.concatenate([need, len(needs) + partner]), np.concatenate([each, each]))
        use = coo_array((np.ones(2 * len(pairs)), places), shape=(len(needs) + len(high), len(pairs)))
        limits = {"A_ub": use, "b_ub": np.repeat([1, capacity], [len(needs), len(high)]), "bounds": (0, 1)}
        most = round(-linprog(-np.ones(len(pairs)), **limits).fun)
        metres = np.array([pair["distance_m"] for pair in pairs])
        least = linprog(metres, **limits, A_eq=np.ones((1, len(pairs))), b_eq=[most]).fun
        (found,) = either.query(
            "select count(partner_urn) as schools, sum(distance_m) as metres "
            f"from mart.allocation where {of_it} and capacity = {capacity}"
        )
        assert found["schools"] == most
        assert found["metres"] == pytest.approx(least, abs=1)  # of hundreds of kilometres, each pair rounded to a millimetre


@pytest.mark.parametrize("area_type", ["region", "local_authority"])
def test_areas_add_up_to_the_country(either: Published, area_type: str) -> None:
    sums = "sum(schools) as schools, sum(high_performing) as high, sum(in_need) as need, sum(in_need_without_partner) as alone"
    parts, country = (
        either.query(
            f"select definition, phase, {sums} from mart.area_summary where area_type = '{kind}' group by 1, 2 order by 1, 2"
        )
        for kind in (area_type, "country")
    )
    assert parts == country
    assert len(country) >= 5


def test_there_are_nine_regions_and_the_local_authorities_of_the_year(figures_2017: Published, figures_2025: Published) -> None:
    def areas(published: Published, area_type: str) -> int:
        return int(
            published.query(f"select count(distinct area_code) as n from mart.area_summary where area_type = '{area_type}'")[0]["n"]
        )

    assert (areas(figures_2025, "region"), areas(figures_2017, "region")) == (9, 9)
    assert (areas(figures_2025, "local_authority"), areas(figures_2017, "local_authority")) == (153, 152)
    assert (areas(figures_2025, "constituency"), areas(figures_2017, "constituency")) == (543, 533)


def test_every_area_with_a_boundary_has_the_code_of_the_boundary(y2025: Published) -> None:
    with duckdb.connect(y2025.home.warehouse, read_only=True) as warehouse:
        boundaries = set(warehouse.execute("select area_code from raw.ons_boundary").fetchall())
    areas = {
        (row["area_code"],) for row in y2025.query("select distinct area_code from mart.area_summary where area_type <> 'country'")
    }
    assert areas == boundaries


def test_the_number_of_stuck_schools_is_near_the_departments(figures_2025: Published) -> None:
    """The Department counted 626 stuck schools; between its date and this file's some were inspected again.

    Source: docs/method/rise.md#stuck-is-not-yet-eligible.
    """
    stuck = figures_2025.query(
        "select count(*) as n from mart.school_status where definition = 'rise' and list_contains(reasons, 'stuck')"
    )[0]["n"]
    assert 0.93 * 626 <= stuck <= 1.05 * 626


def test_the_floor_standard_finds_most_of_the_official_schools_and_no_more(figures_2017: Published) -> None:
    """Official totals for 2016: 665 primary and 282 secondary; some of them had closed by April 2017.

    Source: docs/method/nfer-2017.md#floor-standard.
    """
    found = {
        row["reason"]: row["n"]
        for row in figures_2017.query(
            "select reason, count(*) as n from "
            "(select unnest(reasons) as reason from mart.school_status where definition = 'nfer-2017') group by 1"
        )
    }
    assert 0.9 * 665 <= found["below_floor_ks2"] <= 665
    assert 0.85 * 282 <= found["below_floor_ks4"] <= 282


def test_schools_in_need_in_2017_are_in_the_range_of_the_study(figures_2017: Published) -> None:
    """NFER (2017): 12 % of primaries and 17 % of secondaries in need; coasting (three years of results) is not assessed here."""
    # academies of which no trust is known are not counted: 78 primaries, 36 secondaries
    assert 8.5 <= figures_2017.country("nfer-2017", "primary")["in_need_percent"] <= 14
    assert 12.5 <= figures_2017.country("nfer-2017", "secondary")["in_need_percent"] <= 19


@pytest.mark.parametrize(
    ("stage", "phase", "pupils", "result", "every_school", "counts"),
    [("ks2", "primary", "TELIG", "PTRWM_EXP", 53.9, 53.9), ("ks4", "secondary", "TPUP", "ATT8SCR", 49.6, 50.4)],
)
def test_the_average_for_england_has_no_independent_school_in_it(
    stage: str, phase: str, pupils: str, result: str, every_school: float, counts: float, figures_2017: Published
) -> None:
    """Added up from the two files themselves; the numbers are those of docs/method/judgements.md#the-average-for-england."""
    with (real_folder("2017") / "gias" / "edubasealldata20170401.csv").open(encoding="cp1252", newline="") as file:
        types = {row["URN"]: row["TypeOfEstablishment (name)"].lower() for row in csv.DictReader(file)}
    others = ("independent", "college", "online", "service children", "welsh", "secure", "offshore", "centre", "miscellaneous")
    is_other = {urn: any(word in kind for word in others) and kind != "city technology college" for urn, kind in types.items()}
    with (real_folder("2017") / stage / "2015-2016" / f"england_{stage}final.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["URN"], row[pupils], row[result].rstrip("%")) for row in csv.DictReader(file)]
    told = [(urn, float(number), float(value)) for urn, number, value in rows if value.replace(".", "").isdigit() and number]

    def mean(schools: list[tuple[str, float, float]]) -> float:
        return round(sum(number * value for _, number, value in schools) / sum(number for _, number, _ in schools), 1)

    assert mean(told) == every_school
    assert mean([row for row in told if not is_other.get(row[0], False)]) == counts
    found = figures_2017.query(
        "select distinct facts ->> 'national_attainment' as average from mart.school_status "
        f"where definition = 'nfer-2017' and phase = '{phase}' and (facts ->> 'national_attainment') is not null"
    )
    assert [float(row["average"]) for row in found] == [counts]


def test_a_predecessors_judgement_is_found_as_often_as_ofsted_finds_it(figures_2025: Published) -> None:
    """Ofsted took 3,153 latest judgements from an earlier URN in this file; none may be lost."""
    found = figures_2025.query("select count(*) as n from mart.school where is_ofsted_of_predecessor")[0]["n"]
    assert found >= 3_153


def test_what_an_ungraded_inspection_found_is_what_ofsteds_file_says(figures_2025: Published) -> None:
    """In this layout its columns are of those since the latest graded inspection, under whichever URN: all of them count."""
    with (real_folder("2025") / OFSTED_2025).open(encoding="cp1252", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Date of latest ungraded inspection"] != "NULL"]
    assert len(rows) == 9_422  # in the publisher's file
    told = {
        int(row["URN"]): (
            date(*map(int, reversed(row["Date of latest ungraded inspection"].split("/")))),  # 26/09/2024
            None if (outcome := row["Ungraded inspection overall outcome"]) == "NULL" else outcome,
        )
        for row in rows
    }
    found = {
        row["urn"]: (row["ofsted_ungraded_date"], row["ofsted_ungraded_outcome"])
        for row in figures_2025.query("from mart.school where ofsted_ungraded_date is not null")
    }
    assert {urn: found.get(urn) for urn in told} == told
    assert len(set(found) - set(told)) == 1  # told of its predecessor alone


def test_how_many_statuses_rest_on_weakened_evidence(figures_2025: Published) -> None:
    """Counted in Ofsted's file of 31 August 2025 and the statuses: docs/method/judgements.md#graded-inspections-only."""
    (counted,) = figures_2025.query(
        "select count(*) filter (has_ofsted_ungraded_concerns) as with_concerns, count(*) filter (ofsted_age_years >= 10) as old "
        "from mart.school inner join mart.school_status as status using (urn) "
        "where status.definition = 'rise' and status.status = 'high_performing'"
    )
    assert counted == {"with_concerns": 75, "old": 1_254}
    in_need = (
        "inner join mart.school_status as status using (urn) where status.status = 'in_need' and ofsted_age_years >= 10 "
        "and status.definition <> 'universal-rise'"  # which asks of no judgement
    )
    assert figures_2025.query(f"select count(*) as n from mart.school {in_need}") == [{"n": 0}]


def folder_of(root: Path, *years_of_ofsted: str) -> Path:
    """The drop folder of 2025 with the Ofsted releases of other years in place of its own."""
    for file in real_folder("2025").rglob("*"):
        if file.is_file() and file.parent.name != "ofsted":
            link(root, file, real_folder("2025"))
    for year in years_of_ofsted:
        for file in (real_folder(year) / "ofsted").iterdir():
            link(root, file, real_folder(year))
    return root


def link(root: Path, file: Path, base: Path) -> None:
    target = root / file.relative_to(base)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(file)


def test_the_report_card_release_landed_after_the_one_of_august_2025_loses_no_judgement(
    figures_2025: Published, tmp_path: Path
) -> None:
    """The newer layout drops every earlier judgement and all previous ones; they stay from the release landed before."""
    before = {row["urn"]: row for row in figures_2025.query("select urn, ofsted_date, ofsted_previous_date from mart.school")}
    home = copy_of(figures_2025.home, tmp_path / "home")
    with without_workbooks():
        refresh(home, str(folder_of(tmp_path / "drop", "2026")))
    newer = Published(home)
    cards = 0
    for row in newer.query("select urn, ofsted_date, ofsted_previous_date, ofsted_framework from mart.school"):
        old = before[row["urn"]]
        if row["ofsted_framework"] == "report_card":
            cards += 1
            assert row["ofsted_previous_date"] == old["ofsted_date"]
        else:
            assert (row["ofsted_date"], row["ofsted_previous_date"]) == (old["ofsted_date"], old["ofsted_previous_date"])
    assert cards == 3  # as many as the re-laid file of May 2026 holds
    assert_changes_of_may_2026(newer, figures_2025)


def assert_changes_of_may_2026(newer: Published, before: Published) -> None:
    """Read by hand in both files: of the three schools with a report card, Gospel Oak (100025) was outstanding, judged in 2016; its
    card of January 2026 has attendance at the expected standard. It was one of 40 partners of Pooles Park (150522), Islington."""
    changes = newer.query("select change, definition, urn, area_code, before, now, causes, partner_urns from mart.change")
    assert {row["definition"] for row in changes if row["change"] == "no_longer_high_performing"} == {"nfer-2017", "rise"}
    for row in changes:
        if row["change"] == "no_longer_high_performing":
            assert (row["urn"], row["now"], row["causes"]) == (100025, "neither", ["new_judgement"])
    (lost,) = [row for row in changes if row["change"] == "partners_lost"]
    assert (lost["urn"], lost["before"], lost["now"], lost["partner_urns"]) == (150522, "40", "39", [100025])
    assert lost["causes"] == ["partner_no_longer_high_performing", "new_judgement"]
    medians = {(row["area_code"], row["before"], row["now"]) for row in changes if row["change"] == "median_moved"}
    assert medians == {("E09000019", "40", "39"), ("E14001305", "40", "39")}  # Islington, and Islington North
    assert newer.query("select name, now, detail from mart.change where change = 'code_new'") == [
        {"name": "ofsted_framework", "now": "report_card", "detail": "3 schools"}
    ]
    # the folder of 2025 had its own release taken out, but what was landed once is a history
    assert [row["now"] for row in changes if row["change"].startswith("file_")] == ["2026-05-31"]
    assert len(changes) == 7
    assert newer.query("select compared_with from mart.refresh") == [{"compared_with": before.folder.name}]


def test_the_two_releases_landed_in_either_order_give_the_same_judgements(tmp_path: Path) -> None:
    model = next(model for model in read_models("core") if model.name == "core.inspection")
    found = []
    for order in (("2025", "2026"), ("2026", "2025")):
        with duckdb.connect() as connection:
            for year in order:
                folder = DropFolder(folder_of(tmp_path / f"{order[0]}{year}", year))
                archive = tmp_path / f"archive{order[0]}"
                load_group(connection, folder, "ofsted", archive)
                mark_published(archive, [path.name for path in archive.iterdir()])
            load_reference(connection)
            model.build(connection)
            found.append(connection.execute("select * from core.inspection order by all").fetchall())
    assert len(found[0]) > 43_000
    assert found[0] == found[1]
