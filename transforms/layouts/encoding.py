"""From a publisher's bytes to text, or the sentence that says what it is instead."""

from __future__ import annotations

import codecs
import io

from transforms.errors import InputError

FETCH_AGAIN = "fetch the file again from the publisher, and compare its size with the page it came from"

_NOT_TEXT = {
    b"PK\x03\x04": "a workbook (.xlsx) or another archive (zip)",
    b"\xd0\xcf\x11\xe0": "a workbook of an old Excel (.xls)",
    b"\x1f\x8b": "packed (gzip)",
    b"%PDF": "a PDF",
    b"\xff\xfe": "in UTF-16, as what Excel saves as Unicode text",
    b"\xfe\xff": "in UTF-16",
}
"""How files begin that come under the name of a CSV file, and what they are."""


def open_text(content: bytes, file: str) -> io.TextIOWrapper:
    """A publisher's file as text: UTF-8, and what is none of it Windows-1252, byte by byte, as files are put together of both.

    Raises InputError when the file is empty, is a web page, or is no text. The five bytes Windows-1252 leaves undefined
    become U+FFFD: one odd character in a street name must not stop a national refresh.
    """
    if not content.strip():
        raise InputError("The file is empty", file=file, expected="a table with a header", do=FETCH_AGAIN)
    start = content[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        raise InputError(
            "The file is a web page, not data: the publisher's server probably answered with an error or a login page",
            file=file,
            expected="a CSV file",
            do="open the download address in a browser, and save the file itself",
        )
    if found := next((what for mark, what in _NOT_TEXT.items() if content.startswith(mark)), None):
        raise InputError(
            f"The file is not text as it is expected: it is {found}",
            file=file,
            expected="a CSV file in UTF-8 or Windows-1252",
            do="unpack it, or save it as CSV (UTF-8)",
        )
    if (place := content.find(b"\0")) >= 0:
        raise InputError(
            f"The file is not text, or damaged: byte {place + 1:,} is zero ({content.count(0):,} are)",
            file=file,
            row=content.count(b"\n", 0, place) + 1,
            expected="a CSV file in UTF-8 or Windows-1252",
            do=FETCH_AGAIN,
        )
    return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", errors=_AS_CP1252, newline="")


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", errors="replace"), error.end


_AS_CP1252 = "schoolmatch.cp1252"
codecs.register_error(_AS_CP1252, _as_cp1252)


def decode(content: bytes, file: str) -> str:
    """The whole text of a file; see ``open_text``."""
    with open_text(content, file) as text:
        return text.read()
