"""What a home holds (heads' names, runs, what has not passed the checks) is its owner's alone, whoever asks for it first."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestration.instance import prepare_dagster_home
from transforms.errors import InputError
from warehouse.home import Home
from warehouse.sources.by_hand import take_by_hand
from warehouse.sources.live import fetch_all, find_required, live_folder
from warehouse.sources.settings import Addresses
from warehouse.store import alone, is_at_work, open_warehouse

NOBODY = 65534
"""The number of the user nobody, on every Unix that is in use."""


@pytest.fixture(autouse=True)
def _everybody_may_read_what_is_made(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DAGSTER_HOME", "")  # set by what follows, and given back
    before = os.umask(0o000)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def lock(home: Home) -> None:
    with alone(home):
        pass


def find(home: Home) -> None:
    with pytest.raises(InputError):  # nobody answers
        find_required(home, Addresses(gias="http://127.0.0.1:9", govuk="http://127.0.0.1:9"))


def bring(home: Home) -> None:
    files = home.root.parent / "files"
    files.mkdir()
    take_by_hand(home, files)


WAYS_IN: dict[str, Callable[[Home], object]] = {
    "a refresh": lock,
    "whether one is at work": is_at_work,
    "Dagster": prepare_dagster_home,
    "a fetch": lambda home: fetch_all(home, Addresses(), only=["ks2_results"]),
    "a look for what is needed": find,
    "files brought by hand": bring,
}


@pytest.mark.parametrize("go", WAYS_IN.values(), ids=WAYS_IN)
def test_whatever_makes_a_home_makes_it_for_its_owner_alone(go: Callable[[Home], object], tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    go(home)
    assert mode(home.root) == 0o700


def test_another_user_reads_nothing_of_a_home(home_of_others: Path) -> None:
    home = Home(home_of_others / "home")
    with open_warehouse(home) as connection:
        connection.execute("create table secret as select 1")
    prepare_dagster_home(home)
    (home_of_others / "beside").write_text("for all", encoding="utf-8")
    assert seen_by_nobody(home_of_others) == [str(home_of_others / "beside")]


def seen_by_nobody(folder: Path) -> list[str]:
    listing = ["find", str(folder), "-type", "f", "-readable"]
    return subprocess.run(listing, user=NOBODY, capture_output=True, text=True, check=False).stdout.splitlines()


@pytest.fixture
def home_of_others() -> Iterator[Path]:
    """A folder that every user may go into, which those of pytest are not."""
    if os.geteuid() != 0:
        pytest.skip("only root can look as another user")
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_home_from_before_is_closed_and_that_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    home = Home(tmp_path / "home")
    (home.latest).mkdir(parents=True)
    (home.root / "warehouse.duckdb.wal").touch()
    (home.root / ".DS_Store").touch()
    assert mode(home.root) == 0o777
    lock(home)
    lock(home)
    assert mode(home.root) == 0o700
    (said,) = caplog.messages
    assert f"{home.root} was open to others (777), and is its owner's alone from now on. What to do" in said


def test_a_folder_that_holds_other_things_is_left_as_it_is_and_that_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "web" / "index").mkdir(parents=True)
    lock(Home(tmp_path / "web"))
    lock(Home(tmp_path / "web"))
    assert mode(tmp_path / "web") == 0o777
    (said,) = caplog.messages
    assert "is open to others, and was left so: it holds other things, too: index. What to do: chmod 700" in said


NOT_A_HOME: dict[str, tuple[int, list[str], str]] = {
    "a folder whose name begins like one of ours": (
        0o755,
        ["published/", "sample-pictures/"],
        "other things, too: sample-pictures",
    ),
    "a folder with hidden files": (0o755, ["published/", ".htaccess"], r"other things, too: \.htaccess"),
    "a folder for all": (0o1777, ["warehouse.lock"], "several users share"),
    "a folder of a group": (0o2775, ["warehouse.lock"], "several users share"),
    "a folder that somebody has made": (0o755, [], "it was there before, and empty"),
}


@pytest.mark.parametrize(("before", "inside", "why"), NOT_A_HOME.values(), ids=NOT_A_HOME)
def test_a_folder_that_may_not_be_a_home_is_left_as_it_is(
    before: int, inside: list[str], why: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home = Home(tmp_path / "folder")
    home.root.mkdir()
    for name in inside:
        (home.root / name).mkdir() if name.endswith("/") else (home.root / name).touch()
    home.root.chmod(before)
    lock(home)
    lock(home)
    assert mode(home.root) == before
    (said,) = caplog.messages
    assert re.search(f"was left so: .*{why}.* What to do: chmod 700", said)


def test_another_user_reads_nothing_of_ours_in_a_home_that_is_left_open(home_of_others: Path) -> None:
    home = Home(home_of_others)
    (home.root / "theirs").write_text("for all", encoding="utf-8")
    with open_warehouse(home) as connection:
        connection.execute("create table secret as select 1")
    prepare_dagster_home(home)
    find(home)
    for folder in (live_folder(home), home.landing, home.published, home.held, home.history, home.root / "quarantine"):
        (folder / "secret").write_text("for the owner", encoding="utf-8")
    assert seen_by_nobody(home.root) == [str(home.root / "theirs")]


def test_what_was_there_under_a_name_of_ours_is_not_closed_in_a_folder_that_is_no_home_yet(tmp_path: Path) -> None:
    (tmp_path / "project" / "history").mkdir(parents=True)
    (tmp_path / "project" / "pyproject.toml").touch()
    Home(tmp_path / "project").make()
    assert mode(tmp_path / "project" / "history") == 0o777


@pytest.mark.parametrize("path", ["/dev/null", "/dev/null/home", "/proc/home"])
@pytest.mark.parametrize(
    "command",
    [
        ("orchestration.dev", "--port", "0"),
        ("orchestration.ui", "--port", "0"),
        ("orchestration.instance", "/bin/true"),
        ("schoolmatch", "refresh", "--source", "sample"),
    ],
    ids=lambda command: command[0],
)
def test_a_home_that_cannot_be_made_is_said_in_words(path: str, command: tuple[str, ...]) -> None:
    asked = [sys.executable, "-m", *command] if "." in command[0] else [Path(sys.executable).with_name(command[0]), *command[1:]]
    done = subprocess.run(asked, env=os.environ | {"SCHOOLMATCH_HOME": path}, capture_output=True, text=True, check=False)
    said = " ".join(done.stderr.split())
    assert done.returncode == 1
    assert f"The home {path} cannot be made" in said
    assert "What to do: choose another: --home, or SCHOOLMATCH_HOME" in said
    assert "Traceback" not in said


def test_what_the_owner_has_closed_further_stays_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    home = Home(tmp_path / "home")
    home.root.mkdir(mode=0o500)
    home.make()
    assert mode(home.root) == 0o500
    assert caplog.messages == []
