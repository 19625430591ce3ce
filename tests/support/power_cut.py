"""A disk that forgets what was not synced: every state in which a power cut may leave a folder while something is done in it.

What is done is watched from within: before each operation on a file (audit hooks) and before and after each ``os.fsync`` the
folder is looked at. Files count by what is in them, whoever wrote it, so that DuckDB's own writes are seen as well. For each such
moment the disk may hold, folder by folder, the names as they were synced last or as they are now, in any combination; and of
each file what was synced last, or, where that was nothing or it was written to since, what nobody can read.

What it does not show: that a disk does what it confirms, and names within one folder that reach the disk one without another.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

TORN = b"\0torn\0"
"""What stands in a file of which a power cut left nobody knows what."""

_WATCHED = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.link", "os.chmod", "os.truncate"}

State = dict[str, bytes | str]
"""By path below a folder the content of a file, the text of a link, and nothing for a folder (whose path ends in "/")."""

Names = dict[str, Any]
"""The names in a folder, each with the number of what it names, or with the text of a link."""


@dataclass
class Disk:
    """What is known of a folder: as it is, and as it was synced, by numbers that are given once."""

    root: Path
    states: list[State] = field(default_factory=list)
    names: dict[int, Names] = field(default_factory=dict)
    synced_names: dict[int, Names] = field(default_factory=dict)
    contents: dict[int, bytes] = field(default_factory=dict)
    synced_contents: dict[int, bytes] = field(default_factory=dict)
    _numbers: dict[int, int] = field(default_factory=dict)
    _given: int = 0

    def everything_is_synced(self) -> None:
        """Begin with what is there on the disk."""
        self._look()
        self.synced_names = {number: dict(names) for number, names in self.names.items()}
        self.synced_contents = dict(self.contents)

    def sync(self, path: Path) -> None:
        """What ``os.fsync`` of a file or a folder does."""
        self._look()
        number = self._numbers[path.stat().st_ino]
        if path.is_dir():
            self.synced_names[number] = dict(self.names[number])
        else:
            self.synced_contents[number] = self.contents[number]

    def moment(self) -> list[State]:
        """Note every state that a power cut may leave now; returns them."""
        self._look()
        now: list[State] = []
        top = self._numbers[self.root.stat().st_ino]
        differing = [number for number, names in self.names.items() if self.synced_names.get(number, {}) != names]
        for chosen in product((True, False), repeat=len(differing)):
            lost = {number for number, is_lost in zip(differing, chosen, strict=True) if is_lost}
            now.append(dict(self._state(top, "", lost)))
        self.states += [state for state in now if state not in self.states]
        return now

    def _state(self, folder: int, above: str, lost: set[int]) -> Iterator[tuple[str, bytes | str]]:
        names = self.synced_names.get(folder, {}) if folder in lost or folder not in self.names else self.names[folder]
        for name, what in names.items():
            path = f"{above}{name}"
            if isinstance(what, str):
                yield path, what
            elif what in self.names or what in self.synced_names:
                yield f"{path}/", b""
                yield from self._state(what, f"{path}/", lost)
            else:
                synced = self.synced_contents.get(what)
                yield path, TORN if synced is None or self.contents.get(what, synced) != synced else synced

    def _look(self) -> None:
        there: set[int] = set()
        self.names, self.contents = {}, {}
        for above, folders, files in os.walk(self.root):
            number = self._number(Path(above), there)
            self.names[number] = {}
            for name in [*folders, *files]:
                path = Path(above) / name
                if path.is_symlink():
                    self.names[number][name] = str(path.readlink())
                    continue
                self.names[number][name] = inner = self._number(path, there)
                if not path.is_dir():
                    self.contents[inner] = path.read_bytes()
        self._numbers = {inode: number for inode, number in self._numbers.items() if inode in there}

    def _number(self, path: Path, there: set[int]) -> int:
        inode = path.lstat().st_ino
        there.add(inode)
        if inode not in self._numbers:
            self._given += 1
            self._numbers[inode] = self._given
        return self._numbers[inode]


_at_work: list[Disk] = []
_is_looking: list[bool] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _at_work or _is_looking or event not in _WATCHED:
        return
    if event == "open" and not (isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")):
        return
    _note(lambda disk: disk.moment())


def _note(what: Callable[[Disk], object]) -> None:
    _is_looking.append(True)
    try:
        what(_at_work[-1])
    finally:
        _is_looking.pop()


def states_after_power_cut(root: Path, work: Callable[[], object]) -> tuple[list[State], list[State]]:
    """Do ``work`` in the folder, of which all is on the disk before.

    Returns the states that a power cut may leave while it is done, and those that it may leave once it is done.
    """
    if not _hooked:
        sys.addaudithook(_hook)
        _hooked.append(True)
    disk, sync = Disk(root), os.fsync

    def watched(number: int) -> None:
        path = Path(f"/proc/self/fd/{number}").readlink()
        if not path.is_relative_to(root):
            return
        _note(lambda disk: disk.moment())
        sync(number)
        _note(lambda disk: disk.sync(path))
        _note(lambda disk: disk.moment())

    disk.everything_is_synced()
    _at_work.append(disk)
    os.fsync = watched
    try:
        work()
        at_the_end = disk.moment()
    finally:
        os.fsync = sync
        _at_work.pop()
    return disk.states, at_the_end


_hooked: list[bool] = []
"""An audit hook stays for the rest of the process."""


def lay_out(state: State, root: Path) -> Path:
    """Write a state into a new folder, which is returned."""
    root.mkdir()
    for path, what in sorted(state.items()):
        if path.endswith("/"):
            (root / path).mkdir()
        elif isinstance(what, str):
            (root / path).symlink_to(what)
        else:
            (root / path).write_bytes(what)
    return root
