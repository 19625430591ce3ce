"""What an answer brings: whether and how it is packed, and whether the rest of a file is of the one that began (RFC 9110)."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from warehouse.sources.fault import RUN_LATER, AgainError, FetchError

GZIP = b"\x1f"
"""What a member of a gzip file begins with, or as much of it as the end of a piece may leave."""

PIECE = 1_000_000
"""Bytes that come out of what a server has packed at a time: a small answer must not fill the memory before it is measured."""

NOT_PACKED = ("", "identity", "none", "binary", "utf-8", "aws-chunked")
"""What servers name as an encoding though it is none (RFC 9110, 8.4.1): the body is taken as it comes, and not unpacked."""

LONGEST_VALIDATOR = 300
"""Characters of an ETag that is kept and sent back; longer, or not plain, it is taken for none."""


@dataclass(frozen=True)
class Download:
    """A file that arrived whole, and what to send with the next request to ask whether it changed."""

    etag: str | None
    last_modified: str | None


@dataclass(frozen=True)
class Beginning:
    """What the first answer said of a file of which only a part arrived: the rest must be of the same, and as long as was said."""

    given: Download
    total: int | None
    is_packed: bool

    @classmethod
    def of(cls, response: httpx.Response) -> Beginning:
        """As the headers of a whole answer have it."""
        given = Download(plain(response.headers.get("ETag")), plain(response.headers.get("Last-Modified")))
        is_packed = bool(encoding_of(response))
        return cls(given, None if is_packed else whole_number(response.headers.get("Content-Length")), is_packed)

    @property
    def validator(self) -> str | None:
        """What the rest may be asked for with; None where it must begin again (RFC 9110, 13.1.5: no weak ETag)."""
        if self.is_packed:
            return None
        etag = self.given.etag
        return etag if etag and not etag.startswith("W/") else self.given.last_modified

    def size_with_rest(self, response: httpx.Response, have: int, url: str) -> int:
        """The size of the whole file when the rest (status 206) has arrived.

        Raises AgainError where the rest is of another version, begins elsewhere, or has another end than was announced.
        """
        rest = Beginning.of(response)
        told_by = re.fullmatch(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})", response.headers.get("Content-Range", ""))
        start, end, total = (int(each) for each in told_by.groups()) if told_by else (-1, -1, -1)
        if not self._is_of_same(rest) or start != have or end != total - 1 or self.total not in (None, total) or rest.is_packed:
            raise AgainError(FetchError("The rest of the transfer is not of the file that began", url, RUN_LATER), anew=True)
        return total

    def _is_of_same(self, rest: Beginning) -> bool:
        """Whether the rest says that it is of this file: by its ETag, else by the date, else (if that is left out) the total."""
        ours, its = self.given, rest.given
        if its.etag != ours.etag:
            return False
        if self.validator == ours.etag:
            return True
        if its.last_modified is None:  # RFC 9110, 15.3.7: what the client has sent should not be sent back
            return its.etag is not None or self.total is not None
        return its.last_modified == ours.last_modified


def encoding_of(response: httpx.Response) -> str:
    """How the body is packed, as the server says it; nothing where it is not."""
    said = [part.strip().lower() for part in response.headers.get("Content-Encoding", "").split(",")]
    return ", ".join("gzip" if part == "x-gzip" else part for part in said if part not in NOT_PACKED)


def whole_number(text: str | None) -> int | None:
    """A header that is a number: plain digits, as many as a size can have."""
    return int(text) if text and re.fullmatch("[0-9]{1,15}", text) else None


def plain(validator: str | None) -> str | None:
    """An ETag or a date that can be sent back: printable ASCII."""
    is_plain = validator is not None and validator.isascii() and validator.isprintable() and len(validator) <= LONGEST_VALIDATOR
    return validator if is_plain else None


def unpacked(arriving: Iterator[bytes], url: str) -> Iterator[bytes]:
    """A gzip body piece by piece: Explore Education Statistics packs its CSV whatever the client accepts.

    It may be of several members (RFC 1952, 2.2), and padded with zeros. Raises AgainError where it cannot be unpacked, ends before
    its end, which a length that was right does not tell, or goes on after it.
    """
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        for chunk in arriving:
            packed = chunk
            while packed:
                if unpacker.eof:
                    packed = packed.lstrip(b"\0")
                    if not packed:
                        break
                    if not packed.startswith(GZIP):
                        raise AgainError(FetchError("The transfer goes on after the end of what is packed", url, RUN_LATER))
                    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
                yield unpacker.decompress(packed, PIECE)
                packed = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    except zlib.error as error:
        raise AgainError(FetchError(f"The transfer cannot be unpacked ({error})", url, RUN_LATER)) from error
    if not unpacker.eof:
        raise AgainError(FetchError("The transfer ends in the middle of what is packed", url, RUN_LATER))
