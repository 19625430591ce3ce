"""Writing so that a power cut leaves the old or the new: what was written is on the disk before its name is.

A name is given by renaming, and a rename lasts once the folder is synced in which it happened. What is taken away loses its name
first, so that nothing half-removed stands under a name that says it is whole; what is damaged is moved aside, and told.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import shutil
import threading
from pathlib import Path

log = logging.getLogger("schoolmatch")

BUILDING = ".building-"
"""How the name of a folder begins that is being written. Once its writer has ended, nothing in it is needed."""
_DELETING = ".deleting-"
PARTIAL = ".partial-"
"""How the name of a file begins that is being written."""


def is_refused(error: OSError) -> bool:
    """Whether the machine would not read (no permission, no descriptors, a disk that fails), so that what is there may be whole."""
    return error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP)


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Have what is in a file, or the names in a folder, on the disk; a link is part of the folder it is in.

    A disk that knows no such thing (some that are shared over a network) is left to itself, as is Windows.
    """
    if os.name == "nt":
        return  # which opens no folder, and syncs no file that is read-only
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(number)


def sync_tree(folder: Path) -> None:
    """Have every file of a folder on the disk, whoever has written it, and then the names in it and below."""
    for root, _, names in os.walk(folder, topdown=False):
        for name in names:
            if not (path := Path(root) / name).is_symlink():
                sync(path)
        sync(Path(root))


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, where they are not there."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync(folder.parent)


def rename(path: Path, to: Path) -> None:
    """Give something that is on the disk another name in one step, in place of what has it; folders take the place of none."""
    path.replace(to)
    sync(to.parent)
    if path.parent != to.parent:
        sync(path.parent)


def move(path: Path, to: Path) -> None:
    """Put a file that was written aside in its place: it is on the disk, whole, before it has the name."""
    sync(path)
    rename(path, to)


def write(path: Path, content: bytes, *, mode: int | None = None) -> None:
    """Write a file whole or not at all. ``mode``: its permissions, where not as usual."""
    # not its own name, which could be too long with more; two processes may write the same file at once
    partial = path.with_name(f"{PARTIAL}{os.getpid()}-{threading.get_ident()}")
    try:
        partial.write_bytes(content)
        if mode is not None:
            partial.chmod(mode)
        move(partial, path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def remove(path: Path) -> None:
    """Take away a file, a link or a folder with all that is in it; of a folder, the name goes first.

    What cannot be taken away is told, and stays, under a name that says what it is: nothing depends on its going.
    """
    try:
        if path.is_dir() and not path.is_symlink():
            if not path.name.startswith((BUILDING, _DELETING)):
                leaving = path.with_name(f"{_DELETING}{path.name}")
                while leaving.exists():  # and could not be taken away
                    leaving = leaving.with_name(f"{leaving.name}-")
                rename(path, leaving)
                path = leaving
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("%s cannot be taken away: %s. What to do: delete it", path, error.strerror)


def clear(folder: Path) -> None:
    """Take away what was being written or removed in a folder when its process was killed. The caller sees that none is at work."""
    for pattern in (f"{BUILDING}*", f"{_DELETING}*", f"{PARTIAL}*"):
        for left in folder.glob(pattern):
            remove(left)


KEPT_ASIDE = 3
"""So many of what is had elsewhere stay among what is damaged, by name: enough to see what goes wrong, and the disk stays free."""


def set_aside(path: Path, place: Path, why: str, *, name: str | None = None) -> Path:
    """Move what is damaged out of the way, into the folder ``place``, and tell it; returns where it is now.

    ``name``: of what is made anew, or had whole elsewhere, what it is called there; the newest few of that name are kept. Else it
    may be the only copy, and stays until a person deletes it.
    """
    make_folder(place)
    called = name or path.name
    before = sorted((number, each) for each in place.iterdir() if (number := _number(each.name, called)))
    to = place / (f"{called}-{before[-1][0] + 1}" if before else called)
    try:
        rename(path, to)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        shutil.move(path, to)  # a part of the home may lie on another disk
    log.warning("%s is damaged (%s): it was moved to %s, and is not used. Delete it once nobody wants to look at it", path, why, to)
    if name:
        for _, old in before[: -(KEPT_ASIDE - 1)]:
            log.info("%s was set aside long ago, and is removed: newer ones of its kind are kept", old)
            remove(old)
    return to


def _number(found: str, called: str) -> int:
    """Which of a name something is that was set aside; 0 where it has another name."""
    number = found.removeprefix(called).removeprefix("-")
    return 1 if found == called else int(number) if found == f"{called}-{number}" and number.isdecimal() else 0
