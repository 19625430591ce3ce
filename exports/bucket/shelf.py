"""A bucket as a shelf of files (``warehouse/places/shelf.py``): what is matched in shards may stand in one, and go to one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa

from exports.bucket.address import Address, address, told
from transforms.errors import InputError
from warehouse.places.shelf import Folder, Shelf

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_THEN = "start anew"


def shelf(given: str) -> Shelf:
    """A folder, or a bucket by its address. Raises InputError for an address of another kind, or one that holds a secret."""
    if "://" not in given:
        path = Path(given).expanduser().resolve()
        if path.is_file():
            raise InputError("It is a file", file=str(path), expected="a folder", do="give the folder that it stands in")
        return Folder(path)
    place = address(given)
    assert place
    return Folder(Path(unquote(urlsplit(place.url).path))) if place.is_folder else Bucket(place)


@dataclass(frozen=True)
class Bucket:
    """What is below an address. Each process opens the store for itself, with credentials of its own environment."""

    place: Address

    @property
    def url(self) -> str:
        """Its address."""
        return self.place.url

    def names(self, under: str = "") -> list[str]:
        """The names of all that is below."""
        import obstore

        with told(self.place, "read", _THEN):
            found = [each["path"] for page in obstore.list(_store(self.place), prefix=under or None) for each in page]
        return sorted(found)

    @contextmanager
    def open(self, name: str) -> Iterator[pa.NativeFile]:
        """The file, of which only the parts are fetched that are read."""
        import obstore

        with told(self.place, "read", _THEN):
            reader = obstore.open_reader(_store(self.place), name)
            with pa.PythonFile(_Seekable(reader), mode="r") as file:
                yield file

    def put(self, name: str, content: pa.Buffer) -> None:
        """Write a file: stores show it when it is whole."""
        import obstore

        with told(self.place, "written to", _THEN):
            obstore.put(_store(self.place), name, content.to_pybytes())

    def clear(self, under: str) -> None:
        """Delete all that is below."""
        import obstore

        if names := self.names(under):
            with told(self.place, "cleared", _THEN):
                obstore.delete(_store(self.place), names)

    def settle(self, under: str) -> None:
        """A store has taken what it said it has."""


class _Seekable(io.RawIOBase):
    """What pyarrow asks of a file."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(self._reader.seek(offset, whence))

    def tell(self) -> int:
        return int(self._reader.tell())

    def read(self, size: int | None = -1) -> bytes:
        return bytes(self._reader.read(size if size is not None and size >= 0 else None))


@cache
def _store(place: Address) -> ObjectStore:
    return place.store()
