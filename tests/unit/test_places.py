"""A match in shards finds what one of all places at once finds: at the borders of the cells above all, however wide the radius."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from scipy.spatial import cKDTree

from transforms.disk_reach import ENGLAND
from transforms.errors import InputError
from transforms.geography import METRES_PER_MILE, places
from warehouse.places import layout, matching, release
from warehouse.places.code import Code
from warehouse.places.engine import Here, Result, Task
from warehouse.places.matching import match_places
from warehouse.places.shard import models, ring, rings_for
from warehouse.places.shelf import Folder, put_table, read_table

RADII = (0.1, 2, 5, 10, 50)


def around_borders(number: int, seed: int) -> pd.DataFrame:
    """Places within 12 miles of points at which three shards meet, and as many anywhere in the Midlands; needs of every radius."""
    rng = np.random.default_rng(seed)
    middle = places(pd.DataFrame({"urn": [1], "easting": [450_000], "northing": [300_000]}))["h3_r5"][0]
    corners = [corner for each in h3.grid_disk(h3.cell_to_parent(middle, 3), 1) for corner in h3.cell_to_boundary(each)]
    near = pd.DataFrame(corners, columns=["latitude", "longitude"]).sample(number // 2, replace=True, random_state=seed)
    # near enough for a test: a degree in metres, at the latitude of the Midlands
    x = 450_000 + (near["longitude"].to_numpy() + 1.268) * 67_600 + rng.uniform(-20_000, 20_000, len(near))
    y = 300_000 + (near["latitude"].to_numpy() - 52.595) * 111_300 + rng.uniform(-20_000, 20_000, len(near))
    anywhere = rng.uniform((380_000, 220_000), (520_000, 380_000), (number - len(near), 2))
    points = np.concatenate([np.column_stack([x, y]), anywhere]).round()
    points[~shapely.contains_xy(ENGLAND, points / 1000)] = 450_000, 300_000
    return pd.DataFrame(
        {
            "definition": "rise",
            "phase": rng.choice(["primary", "secondary"], number),
            "urn": np.arange(number) + 100_000,
            "status": rng.choice(["in_need", "high_performing", "neither", "not_asked"], number, p=[0.3, 0.6, 0.05, 0.05]),
            "easting": points[:, 0],
            "northing": points[:, 1],
            "search_radius_miles": rng.choice(RADII, number, p=[0.1, 0.3, 0.3, 0.28, 0.02]),
        }
    )


def brute_force(rows: pd.DataFrame) -> set[tuple[int, int]]:
    found = set()
    for _, group in rows.groupby(["definition", "phase"]):
        needs, partners = (group[group["status"] == status] for status in ("in_need", "high_performing"))
        tree = cKDTree(partners[["easting", "northing"]])
        radius = needs["search_radius_miles"].to_numpy() * METRES_PER_MILE
        for urn, near in zip(needs["urn"], tree.query_ball_point(needs[["easting", "northing"]], radius), strict=True):
            found |= {(urn, partner) for partner in partners["urn"].iloc[near]}
    return found


def lay(folder: Path, *files: pd.DataFrame) -> Folder:
    shelf = Folder(folder / "places")
    for number, rows in enumerate(files):
        put_table(shelf, f"{number}.parquet", pa.Table.from_pandas(rows, preserve_index=False))
    return shelf


def matched(given: Folder, to: Path, resolution: int = 3) -> Folder:
    return Folder(Path(match_places(given, Folder(to), Here(), resolution).url))


def rows_of(shelf: Folder, table: str) -> pd.DataFrame:
    return pa.concat_tables(read_table(shelf, name) for name in shelf.names(table)).to_pandas()


@pytest.mark.parametrize("resolution", matching.RESOLUTIONS)
def test_the_pairs_are_those_of_brute_force_wherever_shards_meet(resolution: int, tmp_path: Path) -> None:
    rows = around_borders(4_000, seed=resolution)
    whole = matched(lay(tmp_path, rows[:1_500], rows[1_500:]), tmp_path / "to", resolution)
    pairs = rows_of(whole, "pair")
    assert len(whole.names("pair")) > {2: 1, 3: 5, 4: 20}[resolution]
    assert pairs[["need_urn", "partner_urn"]].duplicated().sum() == 0
    found = set(pairs[["need_urn", "partner_urn"]].itertuples(index=False, name=None))
    assert found == brute_force(rows)
    assert len(found) > 10_000


def test_a_need_is_told_its_number_of_partners_and_the_nearest(tmp_path: Path) -> None:
    rows = around_borders(1_000, seed=5)
    whole = matched(lay(tmp_path, rows), tmp_path / "to")
    needs, pairs = rows_of(whole, "need").set_index("need_urn"), rows_of(whole, "pair")
    assert set(needs.index) == set(rows.loc[rows["status"] == "in_need", "urn"])
    counts = pairs.groupby("need_urn").size().reindex(needs.index, fill_value=0)
    assert (needs["partners"] == counts).all()
    nearest = pairs.sort_values(["distance_m", "partner_urn"]).groupby("need_urn")["partner_urn"].first()
    assert (needs.loc[nearest.index, "nearest_urn"] == nearest).all()


def test_whose_place_or_radius_is_not_known_is_kept_and_told_no_number(tmp_path: Path) -> None:
    rows = around_borders(300, seed=6)
    needs = rows.index[rows["status"] == "in_need"]
    rows.loc[needs[0], ["easting", "northing"]] = np.nan
    rows.loc[needs[1], "search_radius_miles"] = np.nan
    rows.loc[rows.index[rows["status"] == "high_performing"][0], "easting"] = np.nan
    release = match_places(lay(tmp_path, rows), Folder(tmp_path / "to"), Here())
    assert release.manifest["rows"]["high_performing_without_place"] == 1
    found = rows_of(Folder(Path(release.url)), "need").set_index("need_urn")
    for index in needs[:2]:
        assert not found.loc[rows.loc[index, "urn"], "can_be_placed"]
        assert pd.isna(found.loc[rows.loc[index, "urn"], "partners"])
    assert len(found) == len(needs)


def test_numbers_that_are_to_be_withheld_are(tmp_path: Path) -> None:
    given = lay(tmp_path, around_borders(300, seed=7))
    question = {"definition": ["rise"], "phase": ["primary"], "question": ["high_performing"], "withheld_because": ["too few"]}
    put_table(given, "question.parquet", pa.table(question))
    needs = rows_of(matched(given, tmp_path / "to"), "need")
    assert needs.loc[needs["phase"] == "primary", "partners"].isna().all()
    assert needs.loc[needs["phase"] == "secondary", "partners"].notna().all()


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            {"definition": ["rise"] * 2, "phase": ["primary"] * 2, "question": ["in_need"] * 2, "withheld_because": [None, "x"]},
            "there twice",
        ),
        ({"definition": ["rise"], "phase": ["primary"]}, "It lacks question, withheld_because"),
        (None, "no Parquet file"),
    ],
)
def test_a_file_of_questions_that_would_double_or_lose_numbers_is_refused(
    question: dict[str, list[Any]] | None, said: str, tmp_path: Path
) -> None:
    given = lay(tmp_path, around_borders(50, seed=7))
    put_table(given, "question.parquet", pa.table(question or {}))
    if question is None:
        given.put("question.parquet", pa.py_buffer(b"no"))
    with pytest.raises(InputError, match=said) as told:
        matched(given, tmp_path / "to")
    assert told.value.file == "question.parquet"


def _changed(**columns: Any) -> pd.DataFrame:
    return around_borders(50, seed=8).assign(**columns)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (_changed(status="in need"), "a status is none of in_need, high_performing, neither"),
        (_changed(status=None), "a column that every place needs is empty"),
        (_changed(urn="A1"), "The column holds '(large_)?string'"),
        (_changed(urn="46"), "The column holds '(large_)?string'"),
        (_changed(urn=lambda rows: rows["urn"] + 0.5), "The column holds 'double'"),
        (_changed(urn=True), "The column holds 'bool'"),
        (_changed(urn=lambda rows: rows["urn"].astype("uint64") + 2**63), "Its rows cannot be read"),
        (_changed(easting="far"), "The column holds '(large_)?string'"),
        (_changed(easting=np.float16(3)).iloc[:1], "The column holds 'halffloat'"),
        (_changed(phase=b"\xff"), "The column holds 'binary'"),
        (_changed(northing=-np.inf), "a number has no end"),
        (_changed(search_radius_miles=np.inf), "a number has no end"),
        (_changed(search_radius_miles=-2.0, status="in_need"), "a place may look no farther than it stands"),
        (_changed(search_radius_miles=107.5, status="in_need"), "a place looks farther than 107 miles"),
        (_changed(easting=330_000.0, northing=1_000_000.0, status="in_need"), "stand outside the line around England"),
        (_changed(easting=5.0, northing=9e9, status="in_need"), "stand outside the line around England"),
        (_changed().drop(columns="northing"), "It lacks northing"),
    ],
)
def test_what_is_no_place_is_refused_and_nothing_of_it_stays(rows: pd.DataFrame, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        matched(lay(tmp_path, rows), tmp_path / "to")
    assert Folder(tmp_path / "to").names() == []


HERE, THERE = {"easting": 450_000.0, "northing": 300_000.0}, {"easting": 531_000.0, "northing": 181_000.0}
NEED, HIGH = {"status": "in_need", "search_radius_miles": 5.0}, {"status": "high_performing"}


def _place(*columns: dict[str, Any], urn: int = 9, definition: str = "rise") -> pd.DataFrame:
    about = {"definition": definition, "phase": "primary", "urn": urn, "search_radius_miles": np.nan} | dict(HERE)
    for each in columns:
        about |= each
    return pd.DataFrame([about])


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (_place(NEED), _place(NEED, THERE), "there twice for the definition rise"),
        (_place(HIGH), _place(HIGH, THERE), "there twice for the definition rise"),
        (_place(HIGH), _place(NEED, THERE), "there twice for the definition rise"),
        (_place(HIGH), _place(NEED, {"easting": np.nan}), "there twice for the definition rise"),
        (_place(NEED), _place({"status": "neither"}), "there twice for the definition rise"),
        (_place(NEED), _place(NEED, THERE, definition="other"), "two places or two radii"),
        (_place(NEED), _place(HIGH, {"northing": np.nan}, definition="other"), "two places or two radii"),
        (_place(NEED), _place(NEED, {"search_radius_miles": 2.0}, definition="other"), "two places or two radii"),
        (_place(NEED), _place(NEED, {"search_radius_miles": np.nan}, definition="other"), "two places or two radii"),
    ],
)
def test_a_place_that_is_there_twice_is_refused_though_its_rows_never_meet_in_a_shard(
    one: pd.DataFrame, other: pd.DataFrame, said: str, tmp_path: Path
) -> None:
    rest = around_borders(50, seed=9)
    with pytest.raises(InputError, match=f"The place 9 .*{said}"):
        matched(lay(tmp_path, pd.concat([one, rest]), other), tmp_path / "to")


def test_the_radius_of_a_partner_is_nobodys_business(tmp_path: Path) -> None:
    one = _place(HIGH, {"search_radius_miles": 500.0})
    both = pd.concat([one, _place(NEED, urn=1), _place(NEED, definition="other")])
    pairs = rows_of(matched(lay(tmp_path, both), tmp_path / "to"), "pair")
    assert pairs[["definition", "need_urn", "partner_urn"]].to_numpy().tolist() == [["rise", 1, 9]]


def test_a_folder_of_other_things_is_refused_and_nothing_in_it_is_touched(tmp_path: Path) -> None:
    given = lay(tmp_path, around_borders(50, seed=12))
    for number, name in enumerate(
        ("note.txt", "v/mythesis/a.docx", "v/20260101T000000Z/schoolmatch.duckdb", "v/20260101T000000Z/manifest.json")
    ):
        to = Folder(tmp_path / str(number))
        to.put(name, pa.py_buffer(b"{}"))
        with pytest.raises(InputError, match="something else than matches"):
            matched(given, to.path)
        assert to.names() == [name]
    published = Folder(tmp_path / "published")
    published.put("latest.json", pa.py_buffer(b'{"stamp": "20260101T000000Z", "release": "v/20260101T000000Z/"}'))
    with pytest.raises(InputError, match="something else than matches"):
        matched(given, published.path)


@pytest.mark.parametrize("to", ["places", "places/to", "."])
def test_places_and_what_is_found_stand_apart(to: str, tmp_path: Path) -> None:
    given = lay(tmp_path, around_borders(50, seed=13))
    with pytest.raises(InputError, match="would stand among the places"):
        matched(given, (tmp_path / to).resolve())
    assert given.names() == ["0.parquet"]


def test_what_another_home_has_claimed_is_left_to_it_and_told(tmp_path: Path) -> None:
    given, to = lay(tmp_path, around_borders(50, seed=14)), Folder(tmp_path / "to")
    to.put("v/20260101T000000Z/claim.json", pa.py_buffer(b'{"kind": "match of places", "owner": "somebody"}'))
    to.put("v/20260101T000000Z/index/a/need-00000.parquet", pa.py_buffer(b""))
    with pytest.raises(InputError, match=r"Another match may be at work there.* v/20260101T000000Z"):
        match_places(given, to, Here(), owner="me")
    assert len(to.names()) == 2
    match_places(given, to, Here(), owner="somebody")
    assert not [name for name in to.names() if "20260101" in name]


def test_two_that_begin_at_once_do_not_both_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given, to = lay(tmp_path, around_borders(50, seed=15)), Folder(tmp_path / "to")
    put = Folder.put

    def another_comes_first(self: Folder, name: str, content: pa.Buffer) -> None:
        put(self, name, content)
        if name.endswith("claim.json"):
            put(self, "v/20260101T000000Z/claim.json", pa.py_buffer(b'{"kind": "match of places", "owner": "another"}'))

    monkeypatch.setattr(Folder, "put", another_comes_first)
    with pytest.raises(InputError, match="Another match may be at work"):
        match_places(given, to, Here(), owner="me")
    assert to.names() == ["v/20260101T000000Z/claim.json"]


def test_a_match_whose_files_have_gone_is_not_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given, to = lay(tmp_path, around_borders(500, seed=16)), Folder(tmp_path / "to")
    clear = Folder.clear

    def more(self: Folder, under: str) -> None:
        clear(self, under)
        if under.endswith("index"):
            next((to.path / "v").glob("*/pair/*")).unlink()

    monkeypatch.setattr(Folder, "clear", more)
    with pytest.raises(InputError, match="A file of the match has gone"):
        match_places(given, to, Here())
    assert to.names() == []


def test_files_behind_links_are_read_and_those_of_other_names_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rows = around_borders(300, seed=17)
    whole = rows_of(matched(lay(tmp_path / "whole", rows), tmp_path / "one"), "pair")
    given = lay(tmp_path / "half", rows[:200])
    elsewhere = lay(tmp_path / "elsewhere", rows[200:])
    (given.path / "year").symlink_to(elsewhere.path)
    (given.path / "round").symlink_to(given.path)
    (elsewhere.path / "0.parquet").rename(elsewhere.path / "1.PARQUET")
    given.put("notes.pq", pa.py_buffer(b""))
    found = rows_of(matched(given, tmp_path / "two"), "pair")
    assert len(found) == len(whole)
    assert "1 file not read, as the name does not end in .parquet: notes.pq" in caplog.text


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows.append_column("urn", rows["urn"]),
        lambda rows: pa.table({"all": rows.to_struct_array()}),
    ],
)
def test_a_column_twice_and_columns_within_another_are_refused(change: Any, tmp_path: Path) -> None:
    shelf = Folder(tmp_path / "places")
    put_table(shelf, "0.parquet", change(pa.Table.from_pandas(around_borders(50, seed=18), preserve_index=False)))
    with pytest.raises(InputError, match=r"there twice|It lacks definition") as told:
        matched(shelf, tmp_path / "to")
    assert told.value.file == "0.parquet"


def test_columns_may_come_in_any_order_case_and_width(tmp_path: Path) -> None:
    rows = around_borders(300, seed=19)
    other = rows[rows.columns[::-1]].rename(columns=str.upper).astype({"URN": "int32", "EASTING": "float32", "PHASE": "category"})
    one, two = (matched(lay(tmp_path / str(number), each), tmp_path / f"to {number}") for number, each in enumerate((rows, other)))
    assert rows_of(one, "pair").equals(rows_of(two, "pair"))


@pytest.mark.parametrize("content", [None, b"", b"PAR1 no more than that"])
def test_a_folder_without_files_and_a_file_that_is_none_are_refused(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        Folder(tmp_path / "places").put("0.parquet", pa.py_buffer(content))
    with pytest.raises(InputError, match="no Parquet file"):
        matched(Folder(tmp_path / "places"), tmp_path / "to")


class Stopping(Here):
    """Ends as a process that is killed does: nothing is cleared."""

    def __init__(self, after: int) -> None:
        self.after = after

    def each(self, function: Any, tasks: Sequence[Task]) -> Iterator[Result]:
        for task in tasks:
            if not self.after:
                raise KeyboardInterrupt
            self.after -= 1
            yield function(task)


def test_what_was_matched_before_stays_and_what_a_kill_has_left_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given, to = lay(tmp_path, around_borders(500, seed=10)), tmp_path / "to"
    stamps = iter(pd.date_range("2026-01-01", periods=9, tz="UTC"))
    monkeypatch.setattr(matching.clock, "now", lambda: next(stamps).to_pydatetime())
    first = match_places(given, Folder(to), Here())
    with monkeypatch.context() as patch:
        patch.setattr(release.Under, "clear", lambda *_: None)
        with pytest.raises(KeyboardInterrupt):
            match_places(given, Folder(to), Stopping(after=3))
    assert len(list((to / "v").iterdir())) == 2
    assert json.loads((to / "latest.json").read_bytes())["release"] == first.url.removeprefix(f"{to}/") + "/"
    third = match_places(given, Folder(to), Here())
    assert {str(path) for path in (to / "v").iterdir() if any(path.rglob("*.*"))} == {first.url, third.url}
    assert first.manifest["files"] == third.manifest["files"]
    assert json.loads((to / "latest.json").read_bytes())["stamp"] == Path(third.url).name
    assert not Folder(Path(third.url)).names("index")


def test_a_file_that_is_being_written_is_no_file_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Folder(tmp_path)

    def fails(*_: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(OSError, match="no room"):
        shelf.put("a/0.parquet", pa.py_buffer(b"half"))
    assert shelf.names() == []


def test_a_worker_with_another_program_is_refused() -> None:
    Code.here().refuse_another()
    with pytest.raises(InputError, match="another version"):
        Code("0" * 64).refuse_another()


def test_a_ring_holds_every_cell_that_the_radius_reaches() -> None:
    rng = np.random.default_rng(11)
    points = pd.DataFrame(rng.uniform((400_000, 200_000), (500_000, 400_000), (300, 2)), columns=["easting", "northing"])
    for miles in RADII:
        angle = rng.uniform(0, 2 * np.pi, len(points))
        far = points + np.column_stack([np.cos(angle), np.sin(angle)]) * miles * METRES_PER_MILE * 0.999
        cells = [places(each.assign(urn=range(len(each))))["h3_r5"] for each in (points, far)]
        parents = {tuple(h3.int_to_str(h3.cell_to_parent(cell, 3)) for cell in pair) for pair in zip(*cells, strict=True)}
        rings = {own: ring(own, miles) for own, _ in parents}
        assert all(other in rings[own] for own, other in parents)


def test_the_farthest_radius_is_as_far_as_disks_are_known_to_reach() -> None:
    assert rings_for(layout.FARTHEST_MILES) > rings_for(50)
    with pytest.raises(ValueError, match="NaN"):
        rings_for(layout.FARTHEST_MILES + 1)


def test_a_match_that_is_stopped_while_it_is_named_is_not_taken_away_under_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, to = lay(tmp_path, around_borders(100, seed=24)), Folder(tmp_path / "to")
    put = Folder.put

    def stopped(self: Folder, name: str, content: pa.Buffer) -> None:
        put(self, name, content)
        if name == "latest.json":
            raise KeyboardInterrupt

    monkeypatch.setattr(Folder, "put", stopped)
    with pytest.raises(KeyboardInterrupt):
        match_places(given, to, Here())
    latest = json.loads((to.path / "latest.json").read_bytes())
    assert (to.path / latest["manifest"]["path"]).is_file()


def test_a_shard_builds_all_that_the_pairs_and_needs_are_made_of() -> None:
    given = {"core.school", "match.school_status", "match.question"}
    made = {model.name for model in models()}
    assert {read for model in models() for read in model.reads} - made == given | {"reference.h3_disk"}
