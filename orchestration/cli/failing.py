"""What a person is told where a command cannot go on: of the machine (space, permission, files, memory), and of what it reads.

A fault of the program itself is none of these, and keeps its traceback.
"""

from __future__ import annotations

import errno
import os
import re
import sqlite3
from collections.abc import Iterator

from transforms.errors import InputError

_SPACE = ("There is no space left on the disk", "make room (schoolmatch doctor says how much is free), and run it again")
_FILES = (
    "This process may open no more files",
    "raise the limit (ulimit -n 1024, or LimitNOFILE in systemd), and run it again",
)
_PERMISSION = ("This user may not read or write there", "run it as the owner of the home, or choose another: --home")
_READ_ONLY = ("The disk can only be read", "choose a home on another: --home, or SCHOOLMATCH_HOME")
_PROCESSES = (
    "This machine starts no more processes or threads for this user",
    "end others, or raise the limit (ulimit -u, or TasksMax in systemd), and run it again",
)
_MEMORY = ("There is not enough memory", "end other programs, or give this one more, and run it again")
_DISK = ("The disk gives errors", "check it, and run it again")

_DATABASE = (
    "A database of Dagster's cannot be opened",
    "look whether this user may write to dagster/ in the home, and may open more files (ulimit -n), and run it again",
)

_POSTGRES = (
    "Postgres, where Dagster keeps its runs, cannot be reached",
    "see that it runs, and that SCHOOLMATCH_POSTGRES_URL names it; without that setting they are kept in the home",
)

_BY_NUMBER = {
    errno.ENOSPC: _SPACE,
    errno.EDQUOT: _SPACE,
    errno.EFBIG: _SPACE,
    errno.EMFILE: _FILES,
    errno.ENFILE: _FILES,
    errno.EACCES: _PERMISSION,
    errno.EPERM: _PERMISSION,
    errno.EROFS: _READ_ONLY,
    errno.EAGAIN: _PROCESSES,
    errno.ENOMEM: _MEMORY,
    errno.EIO: _DISK,
}
_BY_WORDS = {
    r"connection to server .* failed|could not translate host name": _POSTGRES,  # first: it says why in the words of the next
    rf"{os.strerror(errno.ENOSPC)}|database or disk is full": _SPACE,
    rf"{os.strerror(errno.EMFILE)}|{os.strerror(errno.ENFILE)}": _FILES,
    rf"{os.strerror(errno.EROFS)}|readonly database": _READ_ONLY,
    rf"{os.strerror(errno.EACCES)}": _PERMISSION,
    r"can't start new thread|failed to create thread|Resource temporarily unavailable": _PROCESSES,
    rf"{os.strerror(errno.ENOMEM)}|could not allocate|failed to (?:allocate|pin)|bad_alloc": _MEMORY,
    rf"{os.strerror(errno.EIO)}|disk I/O error": _DISK,
    r"unable to open database file|database disk image is malformed|file is not a database": _DATABASE,
}
"""As libraries say it, in whose errors the number is only words."""


def sentence_of(error: BaseException) -> str | None:
    """The sentence for an error, also where another has been made of it; None for a fault of the program itself."""
    chain = list(_chain(error))
    for each in chain:
        if isinstance(each, InputError):
            return str(each)
    causes = [(known, each) for each in chain if (known := _known(each))]
    if causes:
        (problem, do), each = min(causes, key=lambda cause: _rank(cause[0]))
        file = each.filename if isinstance(each, OSError) and isinstance(each.filename, str) else None
        said = "" if isinstance(each, MemoryError) or file else f" ({_first_line(each)})"
        return str(InputError(problem + said, file=file, do=do))
    for each in chain:
        if isinstance(each, OSError):
            return str(InputError(each.strerror or str(each), file=each.filename, do="check that it is there and can be used"))
        if type(each).__module__ in ("_duckdb", "duckdb", "duckdb.duckdb"):
            return str(InputError(f"DuckDB cannot go on: {_first_line(each)}", do="schoolmatch doctor; if it stays, tell us"))
        if type(each).__name__ == "BrokenProcessPool":
            return str(InputError("A process that writes workbooks was ended from outside", do=_MEMORY[1]))
    return None


def _rank(known: tuple[str, str]) -> int:
    """A disk that is full first, whatever else goes wrong then; SQLite's general words last, as it says them of much."""
    return 0 if known == _SPACE else 2 if known in (_DISK, _DATABASE) else 1


def _known(error: BaseException) -> tuple[str, str] | None:
    if isinstance(error, MemoryError):
        return _MEMORY
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_IOERR_SHMSIZE:
        return _SPACE  # no room for what it has beside a database; it says "disk I/O error"
    if isinstance(error, OSError) and error.errno in _BY_NUMBER:
        return _BY_NUMBER[error.errno]
    is_of_library = isinstance(error, OSError | RuntimeError | ImportError | sqlite3.Error) or "." in type(error).__module__
    if is_of_library or type(error).__module__ == "_duckdb":
        text = str(error)
        return next((known for words, known in _BY_WORDS.items() if re.search(words, text, re.IGNORECASE)), None)
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, and those it was made of."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:300]
