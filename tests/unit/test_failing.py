"""What a person is told where the machine gives out, whichever library notices it."""

from __future__ import annotations

import errno
import sqlite3
from concurrent.futures.process import BrokenProcessPool

import duckdb
import pytest
from sqlalchemy.exc import OperationalError

from orchestration.cli.failing import sentence_of
from transforms.errors import InputError


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/home/x"), "There is no space left on the disk. Where: file /home/x."),
        (OSError(errno.EMFILE, "Too many open files"), "This process may open no more files"),
        (PermissionError(errno.EACCES, "Permission denied", "/home/x"), "may not read or write there. Where: file /home/x."),
        (OSError(errno.EROFS, "Read-only file system", "/home/x"), "The disk can only be read"),
        (BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"), "starts no more processes or threads"),
        (
            FileNotFoundError(errno.ENOENT, "No such file or directory", "/home/x"),
            "No such file or directory. Where: file /home/x.",
        ),
        (RuntimeError("can't start new thread"), "starts no more processes or threads"),
        (MemoryError(), "There is not enough memory. What to do"),
        (duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate data of size 2.0 GiB"), "There is not enough memory"),
        (duckdb.IOException('IO Error: Could not write file "x": No space left on device'), "There is no space left on the disk"),
        (duckdb.IOException("IO Error: Cannot open file: Too many open files"), "This process may open no more files"),
        (duckdb.IOException("IO Error: Trying to read a database file with version number 999"), "DuckDB cannot go on: IO Error"),
        (sqlite3.OperationalError("database or disk is full"), "There is no space left on the disk"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "The disk can only be read"),
        (sqlite3.OperationalError("unable to open database file"), "A database of Dagster's cannot be opened"),
        (
            OperationalError("select 1", None, Exception('connection to server on socket "/run/x" failed: Permission denied')),
            "Postgres, where Dagster keeps its runs, cannot be reached",
        ),
        (BrokenProcessPool("terminated abruptly"), "A process that writes workbooks was ended from outside"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_what_the_machine_does_not_give_is_said_with_what_to_do(error: BaseException, said: str) -> None:
    sentence = sentence_of(error)
    assert sentence
    assert said in sentence
    assert "What to do: " in sentence
    assert "\n" not in sentence


def test_it_is_found_in_what_another_error_was_made_of() -> None:
    outer = ValueError("cannot write")
    outer.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    assert "no space left" in (sentence_of(outer) or "")


def test_that_the_disk_is_full_is_said_whatever_else_went_wrong_then() -> None:
    """Of a step that found no room Dagster could not write that it had failed: it was told as a disk that gives errors."""
    noted = sqlite3.OperationalError("disk I/O error")
    noted.__context__ = RuntimeError("step failed")
    noted.__context__.__cause__ = duckdb.IOException('IO Error: Could not write file "x": No space left on device')
    assert "no space left" in (sentence_of(noted) or "")
    noted.__context__.__cause__ = OSError(errno.EDQUOT, "Disk quota exceeded")
    assert "no space left" in (sentence_of(noted) or "")


def test_sqlite_without_room_for_what_it_has_beside_a_database_is_a_full_disk() -> None:
    """A full tmpfs: SQLite cannot make its shared memory, and says "disk I/O error"."""
    error = sqlite3.OperationalError("disk I/O error")
    assert "gives errors" in (sentence_of(error) or "")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    assert "no space left" in (sentence_of(error) or "")


def test_a_sentence_of_ours_stays_as_it_is() -> None:
    outer = RuntimeError("step failed")
    outer.__cause__ = InputError("The file lacks a column", file="a.csv", row=3)
    assert sentence_of(outer) == "The file lacks a column. Where: file a.csv, row 3."


def test_a_fault_of_the_program_itself_is_no_fault_of_the_machine() -> None:
    """It keeps its traceback: a sentence that says to make room, or to try again, would be wrong."""
    assert sentence_of(KeyError("urn")) is None
    assert sentence_of(RuntimeError("out of luck")) is None
