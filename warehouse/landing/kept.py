"""The archive: every publisher's file ever accepted, kept whole under the hash of its bytes, and never believed without a hash.

``landing/<sha256>/<name>``, ``provenance.json`` and ``SHA256SUMS`` beside it, which has the hash of both as they are kept
(``sha256sum -c`` reads it): a file that named people is kept without them, and then has another hash than the publisher's bytes.
``published`` marks what was. ``rows-<code>-<hash>.parquet`` are its rows, read once; to delete them is safe.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path, PurePosixPath

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from transforms import layouts
from transforms.errors import InputError
from transforms.layouts import Layout, layout_for
from transforms.layouts.layout import Parsed, date_in_name
from warehouse import clock, durable

log = logging.getLogger("schoolmatch")

PROVENANCE, SUMS = "provenance.json", "SHA256SUMS"
PUBLISHED = "published"
"""The marker beside an archived file that has been published."""

DAMAGED = "damaged"
"""The folder beside the archive to which damaged copies go."""


@dataclass(frozen=True)
class SourceFile:
    """Provenance of one landed file: a row of ``mart.source_file``.

    ``published``: the date the file speaks of, from its name; None where a name has none. ``covers``: the same in words, or
    the academic year. ``landed``: when these bytes were first archived (UTC). ``notices``: what was met in it and did not stop it,
    in sentences.
    """

    kind: str
    layout: str
    name: str
    title: str
    publisher: str
    url: str | None
    sha256: str
    bytes: int
    rows: int
    published: date | None
    covers: str | None
    landed: datetime
    licence: str
    is_synthetic: bool
    notices: str | None = None

    @property
    def base_name(self) -> str:
        """What the file is kept as: its name without the folders it lay in."""
        return PurePosixPath(self.name).name


class Kept:
    """A file of the archive, whether it is whole or not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def is_published(self) -> bool:
        """Whether it got past every check once, and may tell as history."""
        return (self.folder / PUBLISHED).exists()

    def provenance(self) -> SourceFile:
        """Its provenance. Raises InputError where that cannot be read, or is not as it was written."""
        path = self.folder / PROVENANCE
        try:
            content = path.read_bytes()
            about = json.loads(content)
            told = date.fromisoformat(about["published"]) if about["published"] else None
            file = SourceFile(**about | {"published": told, "landed": datetime.fromisoformat(about["landed"])})
        except (OSError, ValueError, KeyError, TypeError) as error:
            if isinstance(error, OSError) and durable.is_refused(error):
                raise
            raise self._fault(f"its {PROVENANCE} cannot be read: {error}") from error
        sum_ = self._sums().get(PROVENANCE)
        if sum_ is None:  # of an earlier version: what can be known of it otherwise
            layout = layout_for(file.name)
            is_right = file.sha256 == self.folder.name and layout and layout.kind == file.kind
            is_right = is_right and file.published == date_in_name(file.name)
        else:
            is_right = sum_ == hashlib.sha256(content).hexdigest()
        if not is_right:
            raise self._fault(f"its {PROVENANCE} is not as it was written")
        return file

    def content(self, file: SourceFile, without_persons: Callable[[bytes], bytes] | None = None) -> bytes:
        """The bytes that are kept. Raises InputError where they are not those that were.

        ``without_persons``: of a kind that names people, of which an earlier version kept no hash, what the bytes should be.
        """
        try:
            content = (self.folder / file.base_name).read_bytes()
        except OSError as error:
            if durable.is_refused(error):
                raise
            raise self._fault(f"it cannot be read: {error.strerror}") from error
        sha256 = hashlib.sha256(content).hexdigest()
        sum_ = self._sums().get(file.base_name)
        if sha256 not in (file.sha256, sum_) and (sum_ or without_persons is None or content != without_persons(content)):
            raise self._fault("its bytes are not those that were kept")
        if sum_ is None:
            self.write_sums(file)
        return content

    def parsed(self, layout: Layout, name: str, content: Callable[[], bytes]) -> Parsed:
        """The file as it is read under a name: typed rows, and what is to be told of it. Read once, and kept beside it.

        ``content``: its bytes, asked for where it was not read before. What was read lies there as Parquet, under a name that says
        with which code it was read, and its own hash; under another name, which may tell its year or date, a file is read anew.
        Raises InputError where it cannot be read.
        """
        for path in self.folder.glob(f"rows-{layouts_hash()}-*"):
            read = b"" if path.is_dir() else path.read_bytes()
            if path != self._rows_path(read):
                durable.set_aside(path, self._aside, "its bytes have another hash than its name says", name="rows.parquet")
            elif (found := _from_parquet(read))[0] == name:
                return found[1]
        return self.keep_rows(name, layout.read(content(), name))

    def keep_rows(self, name: str, parsed: Parsed) -> Parsed:
        """Keep what was read of the file under a name, in the place of what was read before; returns it as it is read back."""
        for outdated in self.folder.glob("rows-*"):
            durable.remove(outdated)
        read = _as_parquet(name, parsed)
        durable.write(self._rows_path(read), read)
        return _from_parquet(read)[1]

    def rows(self, file: SourceFile, layout: Layout) -> pd.DataFrame:
        """The typed rows of a release. Raises InputError where they were not read before and the file is damaged."""
        return self.parsed(layout, file.name, lambda: self.content(file)).frame

    def may_be(self, layout: Layout) -> bool:
        """Whether what is kept is of a kind, by its name, also where nothing else can be read of it."""
        names = [path.name for path in self.folder.iterdir() if path.name not in (PROVENANCE, SUMS, PUBLISHED)]
        kept = [name for name in names if not name.startswith((".", "rows-"))]
        return not kept or any(found is layout for found in map(layout_for, kept))

    def write_sums(self, file: SourceFile) -> None:
        """Write the hash of what is kept."""
        lines = [f"{durable.sha256_of(self.folder / name)}  {name}\n" for name in (file.base_name, PROVENANCE)]
        durable.write(self.folder / SUMS, "".join(lines).encode(errors="surrogateescape"))

    def put(self, file: SourceFile, content: bytes) -> None:
        """Put other bytes in the place of those that are kept."""
        durable.remove(self.folder / SUMS)
        durable.write(self.folder / file.base_name, content, mode=0o444)
        self.write_sums(file)

    def _sums(self) -> dict[str, str]:
        path = self.folder / SUMS
        if path.is_dir():
            raise self._fault(f"its {SUMS} is a folder")
        lines = path.read_bytes().decode(errors="surrogateescape").split("\n") if path.exists() else []
        return {name: sha256 for sha256, _, name in (line.partition("  ") for line in lines) if name}

    def _rows_path(self, content: bytes) -> Path:
        return self.folder / f"rows-{layouts_hash()}-{hashlib.sha256(content).hexdigest()[:16]}.parquet"

    @property
    def _aside(self) -> Path:
        return self.folder.parent.with_name(DAMAGED)

    def _fault(self, what: str) -> InputError:
        return InputError(f"An archived file is damaged: {what}", file=str(self.folder))


def keep(archive: Path, file: SourceFile, content: bytes, *, names_persons: bool) -> None:
    """Keep bytes and their provenance under their hash, in one step: a folder is there whole or not at all.

    One that is there already is damaged: it goes aside, or away where it may name people, and what it was marked as stays.
    """
    final, aside = archive / file.sha256, archive / f"{durable.BUILDING}{file.sha256}"
    durable.make_folder(archive)
    durable.remove(aside)
    aside.mkdir()
    durable.write(aside / file.base_name, content, mode=0o444)
    text = json.dumps(asdict(file) | {"landed": file.landed.isoformat()}, default=str, indent=2, ensure_ascii=False)
    durable.write(aside / PROVENANCE, text.encode())
    Kept(aside).write_sums(file)
    if Kept(final).is_published:
        (aside / PUBLISHED).touch()
    durable.sync_tree(aside)
    if final.exists() and names_persons:
        durable.remove(final)
    elif final.exists():
        durable.set_aside(final, archive.with_name(DAMAGED), "it is taken anew from the drop folder", name=final.name)
    durable.rename(aside, final)
    log.info("landed %s (%.1f MB, sha256 %s…)", file.base_name, len(content) / 1e6, file.sha256[:12])


def published(archive: Path) -> Iterator[Kept]:
    """What was published, in no order."""
    return (Kept(marker.parent) for marker in archive.glob(f"[!.]*/{PUBLISHED}"))


def mark_published(archive: Path, hashes: Iterable[str]) -> None:
    """Note that files have been published: they got past every check, and may tell as history later."""
    for sha256 in hashes:
        kept = Kept(archive / sha256)
        if kept.folder.is_dir() and not kept.is_published:
            (kept.folder / PUBLISHED).touch()
            durable.sync(kept.folder)


def landing_time(archive: Path, layout: Layout, told: date | None) -> datetime:
    """When a file lands that is new: now, and later than every file of its kind and date, as the one that landed last counts."""
    times = [clock.now()]
    for path in archive.glob(f"[!.]*/{PROVENANCE}") if layout.files == "releases" else ():
        try:
            other = Kept(path.parent).provenance()
        except InputError:
            continue
        if (other.kind, other.published) == (layout.kind, told):
            times.append(other.landed + timedelta(seconds=1))
    return max(times)


ABOUT, _NATIONAL = b"schoolmatch", b"schoolmatch.national"
"""Keys of the metadata of kept rows: what was told of the file (JSON), and the rows of the country."""


def _as_parquet(name: str, parsed: Parsed) -> bytes:
    """The rows as Parquet; in its metadata under which name they were read, what was met, and the rows of the country."""
    about = {each: getattr(parsed, each) for each in ("vintage", "rows", "headings", "ignored", "notices")} | {"name": name}
    table = pa.Table.from_pandas(parsed.frame, preserve_index=False)
    metadata = {ABOUT: json.dumps(about).encode(), _NATIONAL: base64.b64encode(_parquet_of(pa.Table.from_pandas(parsed.national)))}
    return _parquet_of(table.replace_schema_metadata((table.schema.metadata or {}) | metadata))


def _from_parquet(content: bytes) -> tuple[str, Parsed]:
    table = pq.read_table(io.BytesIO(content))
    about = json.loads(table.schema.metadata[ABOUT])
    national = pd.read_parquet(io.BytesIO(base64.b64decode(table.schema.metadata[_NATIONAL])))
    headings, ignored, notices = (tuple(about[each]) for each in ("headings", "ignored", "notices"))
    return about["name"], Parsed(table.to_pandas(), about["vintage"], about["rows"], headings, ignored, notices, national)


def _parquet_of(table: pa.Table) -> bytes:
    written = io.BytesIO()
    pq.write_table(table, written)
    return written.getvalue()


@cache
def layouts_hash() -> str:
    """Of the code and the tables by which files are read: what has changed reads them anew."""
    digest = hashlib.sha256()
    for path in sorted(path for path in Path(layouts.__file__).parent.iterdir() if path.suffix in (".py", ".toml")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
