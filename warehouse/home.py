"""The folder a schoolmatch installation lives in: ``--home``, else ``SCHOOLMATCH_HOME``, else ``./data``."""

from __future__ import annotations

import hashlib
import logging
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from transforms.errors import InputError

log = logging.getLogger("schoolmatch")

_OWNERS_ALONE = 0o700
_FOLDERS = ("landing", "live", "quarantine", "published", "held", "history", "vintages", "dagster", "damaged")
_FILES = ("warehouse.duckdb", "warehouse.duckdb.wal", "warehouse.lock", "dev.lock", "places.lock", "metrics.prom")
_OURS = {*_FOLDERS, *_FILES, "warehouse.duckdb.tmp", "sample", "reproduction"}
"""The names of all that this package puts into a home."""
_NOBODYS = {"lost+found", ".DS_Store"}
"""What says nothing: of a disk that is a home as a whole, and of who has looked at it."""
_SHARED = stat.S_ISVTX | stat.S_ISGID
"""The modes of folders that are meant for several: as /tmp, and of a group."""


@dataclass(frozen=True)
class Home:
    """Paths below one home; nothing is created before it is needed, and whatever creates something asks for ``make`` first."""

    root: Path

    @classmethod
    def find(cls, given: str | Path | None = None) -> Home:
        """The home given, else of the environment, else ``./data``."""
        return cls(Path(given or os.environ.get("SCHOOLMATCH_HOME") or "data").expanduser().resolve())

    def make(self) -> None:
        """Create the home, for its owner alone, which then holds for all that is below. One that is open to others is closed to
        them, and that is said.

        It is left open where others may be meant to read: it is another user's, or shared, or was there before, empty, or holds
        what is not ours (``--home .``). That is said, too, once in a process, and then each folder of ours in it is its owner's
        alone. Windows has no such modes. Raises InputError where the home cannot be made, or a file stands where a folder of ours
        belongs, or a folder where a file does.
        """
        try:
            self.root.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                self.root.mkdir(mode=_OWNERS_ALONE)
            if os.name != "nt" and not _is_closed(self.root):
                _close_below(self.root)
        except OSError as error:
            raise InputError(
                f"The home {self.root} cannot be made or looked into: {error.strerror}",
                expected="a folder of this user, or a place where one can be made",
                do="choose another: --home, or SCHOOLMATCH_HOME",
            ) from error
        _see_to_kinds(self)

    @property
    def at_work(self) -> Path:
        """Held for as long as ``make dev`` runs."""
        return self.root / "dev.lock"

    @property
    def landing(self) -> Path:
        """The archive: every publisher's file ever accepted, by content hash, never changed."""
        return self.root / "landing"

    @property
    def warehouse(self) -> Path:
        """The working DuckDB file of the refresh; people read what is published, not this."""
        return self.root / "warehouse.duckdb"

    @property
    def lock(self) -> Path:
        """Held for as long as a refresh writes to the warehouse."""
        return self.root / "warehouse.lock"

    @property
    def places_lock(self) -> Path:
        """Held for as long as places are matched."""
        return self.root / "places.lock"

    @property
    def metrics(self) -> Path:
        """What the newest refresh that was published tells a monitor."""
        return self.root / "metrics.prom"

    @property
    def published(self) -> Path:
        """Dated folders, and ``latest`` pointing at the newest."""
        return self.root / "published"

    @property
    def latest(self) -> Path:
        """The newest published folder (a link, switched in one step)."""
        return self.published / "latest"

    @property
    def held(self) -> Path:
        """Reports of refreshes that wait for a person to allow them; gone once one is published."""
        return self.root / "held"

    @property
    def history(self) -> Path:
        """What every refresh found, by source: kept however many published folders are pruned."""
        return self.root / "history"

    @property
    def vintages(self) -> Path:
        """Earlier times from which schools are followed, by source: one file for each day."""
        return self.root / "vintages"

    @property
    def damaged(self) -> Path:
        """What was found damaged, moved out of the way; nothing reads it."""
        return self.root / "damaged"

    @property
    def sample(self) -> Path:
        """The bundled synthetic sample, written here as a drop folder before it is landed."""
        return self.root / "sample"

    @property
    def dagster(self) -> Path:
        """Dagster's own home: runs, events, schedules."""
        return self.root / "dagster"


def _see_to_kinds(home: Home) -> None:
    """Raise InputError where something stands in the place of what is ours: it may be all that there is, so a person decides."""
    for path in (home.root / name for name in (*_FOLDERS, home.sample.name)):
        if not path.is_dir() and (path.exists() or path.is_symlink()):
            is_link = path.is_symlink() and not path.exists()
            raise InputError(
                "A link in the home leads nowhere" if is_link else "A file in the home stands where a folder belongs",
                file=str(path),
                expected=f"the folder {path.name} of schoolmatch, or nothing",
                do="mount the disk it leads to, or put the folder back"
                if is_link
                else "put the folder back, or, where it never held anything, move the file away",
            )
    for path in (home.lock, home.at_work):
        if path.is_dir():
            raise InputError(
                "A folder in the home stands where a lock belongs, which is a file", file=str(path), do="move the folder away"
            )


def waiting(home: Home) -> list[Path]:
    """The reports of held refreshes, the oldest first."""
    return sorted(path for path in home.held.glob("*.md") if path.is_file())


def report_path(home: Home, stamp: str, source: str) -> Path:
    """Where the report of a held refresh stands."""
    return home.held / f"{stamp}-{name_in_home(source)}.md"


def release(home: Home, source: str, *, up_to: str | None = None) -> None:
    """Remove the reports of a source: it was published, or a newer report takes their place. ``up_to``: the stamp of the newest."""
    for path in waiting(home):
        stamp, _, name = path.stem.partition("-")
        if (name == name_in_home(source) or _is_of_earlier_version(path, name, source)) and (up_to is None or stamp <= up_to):
            path.unlink()


_LONGEST_NAME = 180
"""Bytes of a name in a home; a disk takes 255, and a stamp and what is told of a folder come beside it."""


def name_in_home(source: str) -> str:
    """What a source is called in the name of a file or folder: as it is, but for what names are better without, which is written as
    in an address (%20). No two sources have the same.
    """
    kept = "".join(letter if letter.isalnum() or letter in ".-_" else _escaped(letter) for letter in source)
    encoded = os.fsencode(kept)
    if len(encoded) > _LONGEST_NAME:
        kept = f"{encoded[:_LONGEST_NAME].decode(errors='ignore')}~{hashlib.sha256(os.fsencode(source)).hexdigest()[:16]}"
    return kept or "%"  # the folder "/" has no name


def name_before(source: str) -> str:
    """What earlier versions called it: several sources could have the same."""
    return "".join(letter if letter.isalnum() or letter in ".-" else "_" for letter in source)


def _escaped(letter: str) -> str:
    return quote(letter, safe="", errors="surrogateescape")


def _is_of_earlier_version(report: Path, name: str, source: str) -> bool:
    """Whether a report has the name that earlier versions gave it, and says that it is of the source."""
    if name != name_before(source) or name == name_in_home(source):
        return False
    text = report.read_text(encoding="utf-8", errors="replace").replace("\\", "")
    return f"<the folder {' '.join(source.split())}>" in text


def _is_closed(root: Path) -> bool:
    about = root.stat()
    mode = stat.S_IMODE(about.st_mode)
    inside = {path.name for path in root.iterdir()}
    if not mode & ~_OWNERS_ALONE & 0o777:
        return True
    if why := _why_left(about, inside):
        _tell(root, why)
        return False
    if root in _left:
        return False  # what is in it by now, this process has put there
    try:
        root.chmod(mode & ~0o077)
    except OSError as error:  # a disk that knows no owners
        _tell(root, str(error))
        return False
    log.warning(
        "%s was open to others (%03o), and is its owner's alone from now on. What to do, where others read what is published: "
        "give them a copy of %s (docs/operations.md)",
        root,
        mode,
        Home(root).latest,
    )
    return True


def _why_left(about: os.stat_result, inside: set[str]) -> str | None:
    """Why a folder that is open to others may be meant to be; None where it is a home and nothing else."""
    if about.st_uid != os.getuid():
        return "it belongs to another user"
    if about.st_mode & _SHARED:
        return "it is a folder that several users share"
    if others := sorted(inside - _OURS - _NOBODYS):
        return f"it holds other things, too: {', '.join(others[:3])}"
    return None if inside & _OURS else "it was there before, and empty"


def _close_below(root: Path) -> None:
    """Make our folders in one that stays open; once it is a home, what it has under our names is ours, and closed as well."""
    for name in _FOLDERS:
        with suppress(FileExistsError):
            (root / name).mkdir(mode=_OWNERS_ALONE)
    for path in map(root.joinpath, (*_FOLDERS, *_FILES) if Home(root).lock.exists() else ()):
        with suppress(FileNotFoundError):
            about = path.lstat()
            is_ours = about.st_uid == os.getuid() and not stat.S_ISLNK(about.st_mode) and not about.st_mode & _SHARED
            if is_ours and about.st_mode & 0o077:
                path.chmod(stat.S_IMODE(about.st_mode) & ~0o077)


_left: set[Path] = set()
"""The homes that this process has left open."""


def _tell(root: Path, why: str) -> None:
    """Once in a process, which asks for the home again and again."""
    if root not in _left:
        _left.add(root)
        log.warning(
            "%s is open to others, and was left so: %s. What to do: chmod 700 %s, or choose a folder of its own", root, why, root
        )
