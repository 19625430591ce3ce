"""What the map is made of: classes of the legend, shapes of areas, files of schools, with names and without."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import jenkspy
import pytest
import shapely

from exports.edition import is_named_map
from exports.map import write_site
from exports.map.about import about
from exports.map.areas import figures
from exports.map.measures import CLASSES, classes, count_in_classes, read_measures
from exports.map.schools import COLUMNS, school_files
from exports.map.shapes import shapes
from exports.pages.page import Paragraph, Table
from tests.support.published import NOT_PLACED, published_tables_of_a_few_schools
from tests.support.world import World
from transforms.errors import InputError
from warehouse.contract import contract_of
from warehouse.store import run

BY_NAME = {measure.name: measure for measure in read_measures()}
COUNT, PERCENT, MEDIAN = BY_NAME["in_need_without_partner"], BY_NAME["in_need_percent"], BY_NAME["partners_median"]


# --- classes -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measure", "values", "limits"),
    [
        (COUNT, [], []),
        (COUNT, [0, 0, 0], [0, 0]),
        (COUNT, [0, 3], [0, 1, 3]),
        (COUNT, [0, 0, 1, 2, 7], [0, 1, 2, 5, 7]),
        # two groups far apart and three between: the roundest number that divides them
        (PERCENT, [1.2, 1.3, 8.9, 11.4, 24.0, 26.0, 48.0, 49.0, 93.0], [1.2, 5.0, 20.0, 40.0, 50.0, 93.0]),
        (MEDIAN, [0.0, 0.5, 4.0, 4.5, 9.0, 9.5, 20.0, 31.0], [0.0, 2.0, 5.0, 20.0, 30.0, 31.0]),
    ],
)
def test_classes_are_natural_and_their_limits_round(measure: Any, values: list[float], limits: list[float]) -> None:
    assert classes(values, measure) == limits


def test_what_the_page_says_of_a_measure_is_its_contract() -> None:
    assert MEDIAN.as_json() == {
        "name": "partners_median",
        "title": contract_of("area_summary").columns["partners_median"].label,
        "heading": contract_of("area_summary").columns["partners_median"].short,
        "sentence": contract_of("area_summary").columns["partners_median"].description,
        "unit": "schools",
        "step": 0.5,
        "decimals": 1,
        "is_mapped": True,
        "empty": "too few in need for a median",
        "is_of_those_in_need": False,
        "not_shown_where": "is_median_of_few",
    }
    assert [each.decimals for each in (COUNT, PERCENT)] == [0, 1]


@pytest.mark.parametrize("seed", range(50))
def test_limits_ascend_are_never_repeated_leave_no_class_empty_and_are_told_in_the_measures_step(seed: int) -> None:
    chance = random.Random(seed)
    measure = chance.choice([COUNT, PERCENT, MEDIAN])
    spread = chance.choice([0.3, 3, 30, 300])
    values = [round(chance.random() ** 3 * spread / measure.step) * measure.step for _ in range(chance.randint(1, 200))]
    limits = classes(values, measure)
    assert len(limits) <= CLASSES + 1
    assert (limits[0], limits[-1]) == (min(values), max(values))
    inner = limits[1:-1]
    assert sorted(set(inner)) == inner
    for limit in inner:
        assert limit / measure.step == pytest.approx(round(limit / measure.step))
    counted = [sum(low <= value < high for value in values) for low, high in pairwise([limits[0], *inner, max(values) + 1])]
    assert all(counted)
    assert count_in_classes(values, limits) == counted


@pytest.mark.parametrize("seed", range(20))
def test_where_values_stand_on_the_measures_steps_rounding_moves_no_area_to_another_class(seed: int) -> None:
    chance = random.Random(seed)
    values = [chance.randint(0, 60) for _ in range(chance.randint(30, 200))]
    natural = jenkspy.jenks_breaks(values, n_classes=CLASSES)
    limits = classes(values, COUNT)[1:-1]
    for value in values:
        assert sum(value > upper for upper in natural[1:-1]) == sum(value >= limit for limit in limits)


# --- shapes --------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A few schools; boundaries that a test lands are taken out again."""
    found = published_tables_of_a_few_schools()
    yield found
    run(found, "delete from raw.ons_boundary")


def test_an_area_is_drawn_by_its_boundary_and_without_one_by_the_cells_of_its_schools(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    box = shapely.to_geojson(shapely.box(-2, 52, -1, 53))
    run(
        connection,
        "insert into raw.ons_boundary (area_type, area_code, area_name, geometry) values "
        "('region', 'E12000004', 'East Midlands', $1), ('region', 'E12000009', 'No school of ours', $1)",
        [box],
    )
    found = shapes(connection)["region"]
    drawn = {each["properties"]["code"]: shapely.geometry.shape(each["geometry"]) for each in found.features["features"]}
    assert set(drawn) == {"E12000004", "E12000005"}
    assert drawn["E12000004"].equals(shapely.box(-2, 52, -1, 53))
    assert found.from_cells == ["E12000005"]
    assert found.boxes["E12000004"] == [-2, 52, -1, 53]
    for longitude, latitude in run(connection, "select longitude, latitude from mart.school where region_code = 'E12000005'"):
        assert drawn["E12000005"].contains(shapely.Point(longitude, latitude))


def test_areas_that_are_drawn_by_cells_hardly_overlap(published_sample: Path) -> None:
    from exports.geoparquet import read_boundaries

    with duckdb.connect(published_sample / "schoolmatch.duckdb", read_only=True) as tables, duckdb.connect() as both:
        both.execute(f"attach '{published_sample / 'schoolmatch.duckdb'}' as published (read_only)")
        del tables
        for schema, table in (("raw", "ons_boundary"), ("landing", "ons_file")):
            both.execute(f"create schema {schema}")
            columns = {
                "ons_boundary": "area_type text, area_code text, area_name text, geometry text, row_number int, source_sha256 text"
            }
            both.execute(f"create table {schema}.{table} ({columns.get(table, 'sha256 text, name text')})")
        both.execute("create schema mart")
        for table in ("school", "area_summary"):
            both.execute(f"create view mart.{table} as from published.mart.{table}")
        assert read_boundaries(both) is None
        for area_type, found in shapes(both).items():
            polygons = [shapely.geometry.shape(each["geometry"]) for each in found.features["features"]]
            assert len(polygons) == len(found.from_cells) > 1, area_type
            areas = sum(polygon.area for polygon in polygons)
            assert shapely.union_all(polygons).area == pytest.approx(areas, rel=0.05), area_type


# --- figures -------------------------------------------------------------------------------------------------------------------


def test_areas_are_ranked_by_what_is_shown_equals_alike_and_the_legend_counts_every_area(world: World) -> None:
    # in need, alone: two of Leicestershire, one of Leicester; of Rutland none, and Coventry has no primary school
    for urn, code in ((100001, "855"), (100002, "855"), (100003, "856")):
        world.graded(world.school(urn, la_code=code), 4, previous=3)
    world.graded(world.school(100004, la_code="857", north=90_000), 2, previous=2)
    world.graded(world.secondary(100005, la_code="331"), 2, previous=2)
    world.build()
    found = figures(world.connection, [COUNT, PERCENT])
    rows = {name: each["rise"]["primary"]["local_authority"] for name, each in found.items()}
    assert rows["figures"] == {"E06000016": [1, 100], "E06000017": [0, 0], "E10000018": [2, 100]}
    assert rows["ranks"] == {
        "of": [2, 3],
        "areas": {"E06000016": [2, 1], "E06000017": [None, 3], "E10000018": [1, 1]},  # of Rutland's none in need nothing is shown
    }
    assert rows["legends"] == {
        "in_need_without_partner": {"limits": [1, 2, 2], "counts": [1, 1], "without_value": 1, "without_schools": 1},
        "in_need_percent": {"limits": [0, 0.1, 100], "counts": [1, 2], "without_value": 0, "without_schools": 1},
    }
    assert "country" not in found["ranks"]["rise"]["primary"]


# --- schools -------------------------------------------------------------------------------------------------------------------


def test_a_file_has_the_schools_of_its_authority_and_partners_across_the_border(world: World) -> None:
    world.graded(world.school(100001, la_code="855"), 4, previous=3)
    world.graded(world.school(100002, la_code="855", east=500), 1, previous=1)
    world.graded(world.school(100003, la_code="856", east=-600), 1, previous=1)
    world.graded(world.school(100004, la_code="856", north=90_000), 1, previous=1)
    world.school(100005, la_code="857")  # neither, and in an authority of its own
    world.build()
    files = {file.authority: file for file in school_files(world.connection, is_named=True)}
    leicestershire, leicester, rutland = (files[code] for code in ("E10000018", "E06000016", "E06000017"))
    assert {row[0] for row in leicestershire.schools} == {100001, 100002, 100003}
    assert leicestershire.pairs["rise"] == {"100001": [[100002, 0.31, 100, 0, 0, 1, None], [100003, 0.37, 100, 0, 1, 1, None]]}
    assert leicestershire.organisations["rise"] == {
        "100001": [
            ["Leicestershire", "local_authority", 1, 0.31, 1, True],
            ["Leicester", "local_authority", 1, 0.37, 0, False],
        ]
    }
    assert leicester.organisations == {}
    assert ({row[0] for row in leicester.schools}, leicester.pairs) == ({100003, 100004}, {})
    assert (rutland.schools, rutland.pairs) == ([], {})  # a file all the same: the page asks for it


def test_a_school_that_cannot_be_placed_is_listed_and_not_drawn(connection: duckdb.DuckDBPyConnection) -> None:
    rows = [dict(zip(COLUMNS, row, strict=True)) for file in school_files(connection, is_named=True) for row in file.schools]
    found = next(row for row in rows if row["id"] == NOT_PLACED)
    assert (found["longitude"], found["latitude"]) == (None, None)
    assert (found["can_be_placed"]["rise"], found["partners"]["rise"]) == (False, None)


def test_organisations_are_named_where_schools_are_and_else_only_counted(world: World) -> None:
    world.graded(world.school(100001), 4, previous=3)
    world.graded(world.academy(100002, east=500, trust_name="Quill Trust"), 1, previous=1)
    world.graded(world.academy(100003, east=600, trust_flag_code="0", trust_id=None, trust_name=None), 1, previous=1)
    world.build()
    named, anonymous = (
        next(file for file in school_files(world.connection, is_named=is_named) if file.pairs) for is_named in (True, False)
    )
    assert named.organisations["rise"] == {
        "100001": [["Quill Trust", "multi_academy_trust", 1, 0.31, 0, False], [None, "not_known", 1, 0.37, None, False]]
    }
    (number,) = anonymous.pairs["rise"]
    assert anonymous.organisations["rise"] == {number: 2}


def written(folder: Path) -> str:
    return "\n".join(
        path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*")) if "vendor" not in path.parts and path.is_file()
    )


def test_without_names_nothing_in_any_file_names_a_school(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    told = [
        str(value) for row in run(connection, "select urn, nullif(name, 'A school') from mart.school") for value in row if value
    ]
    for is_named in (False, True):
        write_site(connection, tmp_path / str(is_named), status=[], stamp="20251001T063000Z", is_named=is_named)
    assert len(told) == 8
    anonymous, named = written(tmp_path / "False"), written(tmp_path / "True")
    found = {name for name in told if re.search(rf"\b{re.escape(json.dumps(name)[1:-1])}\b", anonymous)}
    assert found == set()
    in_need = {str(urn) for (urn,) in run(connection, "select distinct urn from mart.school_status where status = 'in_need'")}
    assert {urn for urn in in_need if urn in named} == in_need  # so that the search above could have found them
    assert not (tmp_path / "False" / "data" / "names.js").exists()


def test_the_map_is_without_names_unless_it_is_asked_for_them_and_never_in_the_anonymous_edition(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SCHOOLMATCH_ANONYMOUS", raising=False)
    monkeypatch.delenv("SCHOOLMATCH_NAMED_MAP", raising=False)
    assert not is_named_map()
    monkeypatch.setenv("SCHOOLMATCH_NAMED_MAP", "1")
    assert is_named_map()
    monkeypatch.setenv("SCHOOLMATCH_ANONYMOUS", "1")
    assert not is_named_map()


# --- about ---------------------------------------------------------------------------------------------------------------------


def test_the_page_about_the_data_shows_what_another_radius_would_give(connection: duckdb.DuckDBPyConnection) -> None:
    refresh = {"is_synthetic": False, "started_at": date(2025, 10, 1), "authorities_without_boundary": "Barnsley"}
    page = about(connection, refresh, [], is_named=False)
    table = next(each for each in page.blocks if isinstance(each, Table) and each.caption.startswith("By radius, under RISE"))
    # partners of 100001 stand 900 and 1,200 m off, the third of the primaries in need cannot be placed; of 100006 nobody is near
    assert table.rows == [
        ("primary", "0.5", "2", "0"),
        ("primary", "0.75", "2", "0"),
        ("primary", "1", "2", "0"),
        ("primary", "1.5", "2", "0"),
        ("primary", "2", "2", "0"),
        *(("secondary", value, "0", "1") for value in ("0.5", "0.75", "1", "1.5", "2")),
    ]
    assert table.marked == {2, 7}
    assert any(isinstance(each, Paragraph) and each.text.endswith("schools stand: Barnsley.") for each in page.blocks)


# --- files ---------------------------------------------------------------------------------------------------------------------


def test_data_are_scripts_of_ascii_that_end_no_script_and_carry_the_stamp(world: World, tmp_path: Path) -> None:
    world.graded(world.school(100001, name="</script><!--\u2028 Ångström"), 4, previous=3)
    world.build(with_sensitivity=True)
    run(world.connection, "update mart.refresh set started_at = timestamp '2025-10-01 06:30:00'")
    write_site(world.connection, tmp_path / "site", status=[], stamp="20251001T063000Z", is_named=True)
    files = sorted((tmp_path / "site" / "data").rglob("*.js"))
    assert len(files) == 6
    for path in files:
        text = path.read_bytes().decode("ascii")
        assert "</" not in text
        name, data = re.fullmatch(r'schoolmatch\.receive\("([a-z_/A-Z0-9]+)",(.+)\);\n', text).groups()
        assert name == path.relative_to(tmp_path / "site" / "data").with_suffix("").as_posix()
        assert json.loads(data)["stamp"] == "20251001T063000Z"
        if name == "names":
            assert json.loads(data)["schools"][0][1] == "</script><!--\u2028 Ångström"


def test_a_package_without_the_maps_library_is_named_with_what_to_do(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exports.map._MAPLIBRE", ("maplibre-gl-of-tomorrow.js",))
    with pytest.raises(InputError, match=r"does not ship maplibre-gl-of-tomorrow\.js.*make setup"):
        write_site(connection, tmp_path / "site", status=[], stamp="20251001T063000Z")


def test_nothing_in_the_site_asks_another_host(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write_site(connection, tmp_path / "site", status=[], stamp="20251001T063000Z", is_named=True)
    fetched = []
    for path in (tmp_path / "site").glob("*"):
        if path.suffix in (".html", ".css", ".js"):
            text = path.read_text(encoding="utf-8")
            fetched += re.findall(r"""(?:src|url\(|@import|fetch\()\s*=?\s*["'(]?((?:https?:)?//[^"')\s]+)""", text)
            fetched += re.findall(r"""<link[^>]+href="((?:https?:)?//[^"]+)""", text)
    assert fetched == []
