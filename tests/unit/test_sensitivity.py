"""Moving a threshold or the radius gives what building everything with it gives, and leaves the warehouse alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support.world import World
from transforms.errors import InputError
from transforms.geography import METRES_PER_MILE
from warehouse.definitions import Definition, read_definitions
from warehouse.reference import load_reference
from warehouse.sealed import beside
from warehouse.store import run
from warehouse.study.sensitivity import SEARCH_RADIUS, Variation, grid, headlines, own_values, sensitivity_model, unknowns, varied

MEASURES = (
    "phase",
    "schools",
    "high_performing",
    "in_need",
    "high_performing_percent",
    "in_need_percent",
    "partners_median",
    "partners_mean",
    "in_need_without_partner",
    "not_assessed",
)


@pytest.fixture(scope="module")
def nfer() -> Definition:
    return next(each for each in read_definitions() if each.name == "nfer-2017")


@pytest.fixture
def town(world: World) -> World:
    """Schools of both phases around the thresholds of 2016 and at the edges of the radii, one school of no known place."""
    primaries = (  # leadership, attainment (65.9 on average, by pupils), progress, pupils: what the school is there for
        (None, 60.0, -6.5, 30),  # below the floor
        (None, 50.0, -5.5, 12),  # below it with a small cohort
        (1, 60.0, -4.5, 30),  # not quite below it, but low in this year of the coasting standard
        (1, 62.0, 0.3, 30),  # high progress, attainment not quite high
        (1, 70.0, -0.3, 30),  # high attainment, progress not quite high
        (1, 75.0, 0.3, 30),  # high results, outstanding leadership
        (None, 75.0, 0.8, 30),  # high results, leadership not known
    )
    for place, (leadership, percent, progress, pupils) in enumerate(primaries):
        urn = 100001 + place
        world.school(urn, east=place * 0.8 * METRES_PER_MILE, urban_rural_code="A1" if place % 2 else "E1")
        world.graded(urn, 2, leadership=leadership)
        world.ks2(urn, 2016, percent=percent, progress=progress, pupils=pupils)
    for urn, miles in ((100011, 2), (100012, 3), (100013, 4.01)):
        world.school(urn, north=miles * METRES_PER_MILE)
        world.graded(urn, 1)
    world.school(100014, easting=None, northing=None, postcode=None)
    world.graded(100014, 4)
    for urn, progress in ((100021, -0.55), (100022, -0.45), (100023, 0.4)):
        world.secondary(urn, north=(urn - 100021) * METRES_PER_MILE)
        world.graded(urn, 2)
        world.ks4(urn, 2016, attainment8=40.0 + urn % 10, progress8=progress)
    return world.build()


def country(world: World, definition: str) -> list[dict[str, Any]]:
    return world.query(
        f"select {', '.join(MEASURES)} from mart.area_summary "
        f"where area_type = 'country' and definition = '{definition}' order by phase"
    )


def figures(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in MEASURES} for row in rows]


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("high_attainment_above_national", -5),
        ("high_progress_score", -0.5),
        ("high_progress_score", 0.5),
        ("leadership_not_known_counts", 1),
        ("floor_ks2_reading_progress", -4),
        ("floor_ks4_progress8", -0.4),
        ("smallest_cohort", 13),
        ("coasting_years", 1),
    ],
)
def test_moving_a_parameter_gives_what_building_with_it_gives(town: World, nfer: Definition, parameter: str, value: float) -> None:
    before = country(town, nfer.name)
    moved = figures(headlines(town.connection, nfer, [Variation(parameter, value)]))
    assert moved == country(town.build({nfer.name: {parameter: value}}), nfer.name)
    assert moved != before, "the schools of this test do not stand near this threshold"


@pytest.mark.parametrize("factor", [0.5, 0.75, 1.5, 2])
def test_moving_the_radius_gives_what_building_with_it_gives(town: World, nfer: Definition, factor: float) -> None:
    # 1.5 times 2 miles is the place of 100012, to the metre that coordinates are rounded to
    moved = figures(headlines(town.connection, nfer, [Variation(SEARCH_RADIUS, each) for each in (factor, 2)]))[:2]
    run(town.connection, f"update reference.setting set search_radius_miles = cast(search_radius_miles as double) * {factor}")
    assert moved == country(town.build(), nfer.name)


def test_the_definition_as_it_stands_gives_its_headline_beside_any_other_point(town: World, nfer: Definition) -> None:
    variations = [
        Variation(SEARCH_RADIUS, 2),
        Variation(SEARCH_RADIUS, 1),
        Variation("coasting_years", 1),
        Variation("smallest_cohort", own_values(nfer)["smallest_cohort"]),
    ]
    rows = headlines(town.connection, nfer, variations)
    assert [row["is_as_defined"] for row in rows] == [False, False, True, True, False, False, True, True]
    assert figures(rows[2:4]) == figures(rows[6:8]) == country(town, nfer.name)


def test_rows_come_in_the_order_of_the_variations_then_by_phase(town: World, nfer: Definition) -> None:
    variations = [Variation("smallest_cohort", 16), Variation(SEARCH_RADIUS, 0.5), Variation("smallest_cohort", 6)]
    rows = headlines(town.connection, nfer, variations)
    assert [(row["definition"], row["parameter"], row["value"], row["phase"]) for row in rows] == [
        ("nfer-2017", each.parameter, each.value, phase) for each in variations for phase in ("primary", "secondary")
    ]


def test_where_nobody_is_in_need_or_can_be_placed_the_figures_are_those_of_an_area(world: World, nfer: Definition) -> None:
    world.school(100001)
    world.graded(100001, 1)
    world.secondary(100002, easting=None, northing=None, postcode=None)
    world.graded(100002, 3)
    rows = headlines(world.build().connection, nfer, [Variation(SEARCH_RADIUS, 1)])
    assert [(row["in_need"], row["partners_median"], row["in_need_without_partner"]) for row in rows] == [
        (0, None, 0),
        (1, None, None),
    ]
    assert figures(rows) == country(world, nfer.name)


def test_the_warehouse_is_as_it_was(town: World, nfer: Definition) -> None:
    def state() -> list[Any]:
        return [
            town.query("select database_name, schema_name, table_name, estimated_size from duckdb_tables() order by all"),
            town.query("select current_database(), current_schema()"),
            town.query("select database_name from duckdb_databases() order by all"),
            town.query("from definition.nfer_2017_parameter"),
        ]

    before = state()
    headlines(town.connection, nfer, [Variation("smallest_cohort", 6), Variation(SEARCH_RADIUS, 2)])
    assert state() == before
    run(town.connection, "alter table core.school rename column search_radius_miles to radius")
    with pytest.raises(duckdb.Error, match="search_radius_miles"):  # the trial fails within, and is put away all the same
        headlines(town.connection, nfer, [Variation(SEARCH_RADIUS, 2)])
    assert town.query("select database_name from duckdb_databases() order by all") == before[2]


def test_a_file_opened_beside_is_read_and_cannot_be_written(town: World, nfer: Definition, tmp_path: Path) -> None:
    run(town.connection, f"attach '{tmp_path / 'w.duckdb'}' as copied")
    run(town.connection, "copy from database memory to copied")
    run(town.connection, "detach copied")
    with beside(warehouse=tmp_path / "w.duckdb") as connection:
        assert figures(headlines(connection, nfer, [Variation(SEARCH_RADIUS, 1)])) == country(town, nfer.name)
        with pytest.raises(Exception, match="read-only"):
            run(connection, "create table core.more as select 1")


def test_the_published_table_has_every_point_of_every_grid_and_the_areas_figures_at_the_own_values(town: World) -> None:
    connection = town.build(with_sensitivity=True).connection
    for definition in read_definitions():
        rows = town.query(f"from mart.sensitivity where definition = '{definition.name}'")
        points = [Variation(row["parameter"], row["value"], row["question"]) for row in rows]
        if not town.query(f"from match.school_status where definition = '{definition.name}'"):
            assert not points, "a figure of nobody who is asked"
            continue
        assert list(dict.fromkeys(points)) == [*grid(connection, definition), *unknowns(connection, definition)]
        own = own_values(definition)
        expected = country(town, definition.name)
        as_defined = [row for row in rows if row["is_as_defined"]]
        assert {row["parameter"] for row in as_defined} == {each.parameter for each in points}
        for parameter in {row["parameter"] for row in as_defined}:
            for question in {row["question"] for row in as_defined if row["parameter"] == parameter}:
                of_it = [row for row in as_defined if (row["parameter"], row["question"]) == (parameter, question)]
                assert {row["value"] for row in of_it} == {own.get(parameter, 0)}
                assert figures(of_it) == expected
    moved = town.query("select distinct high_performing, in_need, partners_mean from mart.sensitivity where phase = 'primary'")
    assert len(moved) > 5, "the schools of this test do not stand near the thresholds"


def test_the_published_table_is_empty_where_there_is_no_school(world: World) -> None:
    assert world.build(with_sensitivity=True).query("from mart.sensitivity") == []


def test_the_published_table_shows_the_tables_that_it_is_worked_out_from() -> None:
    reads = set(sensitivity_model(read_definitions()).reads)
    assert {
        "reference.sensitivity_grid",
        "definition.rise_parameter",
        "core.school",
        "core.school_area",
        "core.results_year",
    } <= reads
    made = {table for table in reads if table.startswith(("match.", "mart."))}
    own = {"match.question", "match.undecided_rule"}
    assert made == own, "its own are made in the trial; what is withheld, and what is not known, hang on the definition as it is"


def test_a_parameter_that_the_definition_does_not_have_is_named(town: World, nfer: Definition) -> None:
    with pytest.raises(InputError, match=r"nfer-2017 has no parameter stuck_grade.*smallest_cohort"):
        headlines(town.connection, nfer, [Variation("stuck_grade", 4)])


@pytest.mark.parametrize("factor", [0, -1])
def test_a_radius_of_nothing_is_refused(town: World, nfer: Definition, factor: float) -> None:
    with pytest.raises(InputError, match="radius"):
        headlines(town.connection, nfer, [Variation(SEARCH_RADIUS, factor)])


def test_no_variation_gives_no_row(town: World, nfer: Definition) -> None:
    assert headlines(town.connection, nfer, []) == []


@pytest.fixture
def reference() -> Iterator[duckdb.DuckDBPyConnection]:
    """The small facts alone."""
    with duckdb.connect() as connection:
        load_reference(connection)
        yield connection


def test_the_grid_moves_the_radius_and_every_choice_of_ours(reference: duckdb.DuckDBPyConnection, nfer: Definition) -> None:
    points: dict[str, list[float]] = {}
    for each in grid(reference, nfer):
        points.setdefault(each.parameter, []).append(each.value)
    own = own_values(nfer)
    assert points[SEARCH_RADIUS] == [0.5, 0.75, 1, 1.5, 2]
    ours = {name for name, each in nfer.description.parameter.items() if each.source.startswith("Our choice")}
    assert ours <= set(points)
    for name, values in points.items():
        assert own[name] in values
        assert values == sorted(set(values))
        is_switch = name != SEARCH_RADIUS and nfer.description.parameter[name].unit == "1 = yes, 0 = no"
        is_least = name == "trust_excludes_from_schools"  # every trust has one school
        assert values == [0, 1] if is_switch else values[0] < own[name] or is_least


def test_every_definition_of_ours_has_a_grid_that_it_knows(reference: duckdb.DuckDBPyConnection) -> None:
    for definition in read_definitions():
        parameters = {each.parameter for each in grid(reference, definition)}
        assert parameters > {SEARCH_RADIUS}


def test_a_grid_for_a_parameter_that_is_not_there_is_refused(reference: duckdb.DuckDBPyConnection, nfer: Definition) -> None:
    run(reference, "insert into reference.sensitivity_grid values ('nfer-2017', 'smallest_cohrt', '1 2')")
    with pytest.raises(InputError, match="smallest_cohrt"):
        grid(reference, nfer)


def of_unknown(world: World, definition: Definition, code: str, question: str) -> list[dict[str, Any]]:
    """The rows of a fact that is not known, as a no and as a yes."""
    return headlines(world.connection, definition, [Variation(code, value, question) for value in (0, 1)])


def test_each_fact_that_is_not_known_is_a_no_and_a_yes_in_each_question_that_it_leaves_open(town: World, nfer: Definition) -> None:
    points = unknowns(town.connection, nfer)
    codes = {
        code for row in town.query("from mart.school_status") if row["definition"] == nfer.name for code in row["not_assessed"]
    }
    reasons = nfer.description.reason
    assert {each.parameter for each in points} == {code for code in codes if reasons[code].is_open}
    for each in points:
        assert each.question in {reasons[rule].kind for rule in reasons[each.parameter].rules}
        assert Variation(each.parameter, 1 - each.value, each.question) in points


def test_as_a_yes_there_are_as_many_more_as_only_that_fact_leaves_open(world: World, nfer: Definition) -> None:
    world.ks2(999_000, 2016, percent=60, progress=0)
    for urn, leadership, percent in (
        (100_001, None, 80),  # leadership alone is not known
        (100_002, None, None),  # nor are its results
        (100_003, 1, None),  # its results alone
        (100_004, None, 20),  # its leadership decides nothing
    ):
        world.school(urn)
        world.graded(urn, 2, leadership=leadership)
        world.ks2(urn, 2016, percent=percent, progress=None if percent is None else 1)
    world.school(100_005)  # never inspected: any of the rules on grades might hold, whatever its results, which are missing too
    world.academy(100_006, trust_flag_code="0", trust_id=None, trust_name=None)  # a need that may be set aside
    world.graded(100_006, 4)
    world.ks2(100_006, 2016, percent=70, progress=1)
    world.academy(100_007, trust_flag_code="0", trust_id=None, trust_name=None)  # not known either, and never inspected
    world.academy(100_008)  # in a trust: in need by no rule
    world.build()
    own = country(world, nfer.name)[0]
    added = {}
    for code, question in {(each.parameter, each.question) for each in unknowns(world.connection, nfer)}:
        no, yes = of_unknown(world, nfer, code, question)
        assert figures([no])[0] == own
        assert (no["is_as_defined"], yes["is_as_defined"]) == (True, False)
        added[code, question] = yes[question] - no[question]
        assert yes[f"{question}_undecided"] == no[f"{question}_undecided"] - added[code, question]
    assert added[("leadership_not_known", "high_performing")] == 1
    assert added[("high_results_not_known", "high_performing")] == 1
    assert added[("no_graded_inspection", "high_performing")] == 3
    assert added[("no_graded_inspection", "in_need")] == 1
    assert added[("trust_not_known", "in_need")] == 1
    # where a parameter lets leadership that is not known count, results are all that is missing of the second as well
    counting = varied(nfer, Variation("leadership_not_known_counts", 1))
    no, yes = of_unknown(world, counting, "high_results_not_known", "high_performing")
    assert yes["high_performing"] - no["high_performing"] == 2


def test_a_code_that_leaves_nothing_open_cannot_be_taken_for_a_yes(town: World, nfer: Definition) -> None:
    for code, question in (
        ("floor_not_in_force", "in_need"),
        ("leadership_not_known", "in_need"),
        ("ofsted_inadequate", "in_need"),
    ):
        with pytest.raises(InputError, match=f"no code {code}"):
            headlines(town.connection, nfer, [Variation(code, 1, question)])
