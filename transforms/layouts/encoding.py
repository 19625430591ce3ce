"""From a publisher's bytes to text, or the sentence that says what it is instead."""

from __future__ import annotations

import codecs
import io

from transforms.errors import InputError

FETCH_AGAIN = "fetch the file again from the publisher, and compare its size with the page it came from"

_BLOCK = 1 << 20
"""Bytes that are decoded at a time."""

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
    """A publisher's file as text: UTF-8 where it says so (byte order mark) or is valid UTF-8, else Windows-1252.

    Raises InputError when the file is empty, is a web page, or is no text. The five bytes Windows-1252 leaves undefined
    become U+FFFD: one odd character in a street name must not stop a national refresh.
    """
    if not content[:_BLOCK].strip() and not content.strip():
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
    is_marked = content.startswith(codecs.BOM_UTF8)
    wrong = _not_utf_8(content)
    if is_marked and wrong is not None:
        raise InputError(
            f"The file says that it is in UTF-8, and byte {wrong + 1:,} is none of it",
            file=file,
            row=content.count(b"\n", 0, wrong) + 1,
            expected="one encoding in the whole file",
            do="two files that were put together look so; " + FETCH_AGAIN,
        )
    encoding = "utf-8-sig" if wrong is None else "cp1252"
    return io.TextIOWrapper(io.BytesIO(content), encoding=encoding, errors="strict" if wrong is None else "replace", newline="")


def _not_utf_8(content: bytes) -> int | None:
    """The block's first byte in which the content is not valid UTF-8; None where all of it is."""
    if content.isascii():
        return None
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(content)
    for start in range(0, len(content), _BLOCK):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(view[start : start + _BLOCK], final=start + _BLOCK >= len(content))
        except UnicodeDecodeError as error:
            return start - pending + error.start
    return None


def decode(content: bytes, file: str) -> str:
    """The whole text of a file; see ``open_text``."""
    with open_text(content, file) as text:
        return text.read()
