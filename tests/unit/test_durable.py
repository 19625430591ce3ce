"""Writing and setting aside: whole or not at all, also for two at once, and what the machine refuses is no damage."""

from __future__ import annotations

import errno
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from warehouse import durable


def test_two_who_write_the_same_file_at_once_both_end_well(tmp_path: Path) -> None:
    """They shared the name under which it was written: of two commands that began together one ended in a traceback."""
    contents = [bytes([number]) * 50_000 for number in range(8)]
    with ThreadPoolExecutor(len(contents)) as pool:
        list(pool.map(lambda content: [durable.write(tmp_path / "settings", content) for _ in range(20)], contents))
    assert (tmp_path / "settings").read_bytes() in contents
    assert [path.name for path in tmp_path.iterdir()] == ["settings"]


def test_what_is_damaged_goes_aside_also_to_another_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With published/ on a disk of its own every refresh ended in a traceback."""
    (tmp_path / "latest").write_bytes(b"damaged")

    def of_another_disk(path: Path, to: Path) -> Path:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(path), None, str(to))

    monkeypatch.setattr(Path, "replace", of_another_disk)
    to = durable.set_aside(tmp_path / "latest", tmp_path / "damaged", "for a test")
    assert to.read_bytes() == b"damaged"
    assert not (tmp_path / "latest").exists()


def test_what_is_not_there_is_damage_and_what_the_machine_refuses_is_not(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as missing:
        (tmp_path / "none").read_bytes()
    with pytest.raises(IsADirectoryError) as folder:
        tmp_path.read_bytes()
    refused = [OSError(number, os.strerror(number)) for number in (errno.EMFILE, errno.EACCES, errno.EIO)]
    assert [durable.is_refused(error) for error in (missing.value, folder.value, *refused)] == [False, False, True, True, True]


def test_what_was_being_written_by_a_process_that_was_killed_is_cleared(tmp_path: Path) -> None:
    (tmp_path / f"{durable.PARTIAL}1-1").write_bytes(b"half")
    shutil.copytree(tmp_path, tmp_path / f"{durable.BUILDING}x")
    durable.clear(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_of_what_is_made_anew_the_newest_few_stay_aside_and_of_what_may_be_the_only_copy_all(tmp_path: Path) -> None:
    """Nothing was ever taken away: a disk that flips bits filled itself with damaged copies of what was whole elsewhere."""
    for name in (None, "warehouse"):
        place = tmp_path / f"of {name}"
        for number in range(12):
            (tmp_path / "warehouse").write_text(str(number))
            durable.set_aside(tmp_path / "warehouse", place, "for a test", name=name)
        kept = sorted(int(path.read_text()) for path in place.iterdir())
        assert kept == ([9, 10, 11] if name else list(range(12)))


def test_what_only_looks_like_a_number_of_the_same_name_stays(tmp_path: Path) -> None:
    place = tmp_path / "damaged"
    place.mkdir()
    others = ["x-old", "x-1-2", "xy", "x-²", "y-3"]
    for other in others:
        (place / other).touch()
    for _ in range(5):
        (tmp_path / "x").touch()
        durable.set_aside(tmp_path / "x", place, "for a test", name="x")
    assert sorted(path.name for path in place.iterdir()) == sorted([*others, "x-3", "x-4", "x-5"])
