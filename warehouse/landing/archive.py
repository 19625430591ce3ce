"""Landing: files of a drop folder, recognised, read through, and archived by content hash with their provenance.

A file counts as landed only after it was read without complaint, so what is in the archive can be read again. How it is kept is for
``warehouse/landing/kept.py``. The hash is that of the publisher's bytes; what is kept of them has nothing under the headings that
name people (``Layout.persons``), which no figure needs.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path, PurePosixPath

import pandas as pd

from transforms.errors import InputError
from transforms.layouts import LAYOUTS, Layout, layout_for
from transforms.layouts.gias import ESTABLISHMENT
from transforms.layouts.layout import Parsed, academic_year, academic_year_in_path, date_in_name
from transforms.text import shown as quoted
from warehouse import clock, durable
from warehouse.landing import kept
from warehouse.landing.kept import Kept, SourceFile
from warehouse.licence import SYNTHETIC_LABEL

log = logging.getLogger("schoolmatch")

WITHOUT_PERSONS = ".without-persons"
"""In the archive: nothing in it names a person, neither what has landed since nor what was there before."""

HISTORY_AHEAD = timedelta(days=400)
"""How long after a GIAS extract a release may be and still tell of its schools: a school year, and the weeks until it is told."""

LARGEST_FILE = 300_000_000
"""Bytes of a file that is read; the largest real one has 62 MB. Reading takes 10 to 15 bytes of memory for each (740 MB for 62),
of a table with two short columns 27; so the cards of small files allow far less (``largest_bytes``)."""

SYNTHETIC_MARKER = "SYNTHETIC-SAMPLE.txt"
"""A drop folder that holds this file is invented, and so is everything made from it."""

LICENCE = "Open Government Licence v3.0"
SYNTHETIC_LICENCE = f"None needed: {SYNTHETIC_LABEL} (postcodes: ONS, Open Government Licence v3.0)"


@dataclass(frozen=True)
class Landed:
    """A file that has landed, and its rows; ``national``: those of the country, which are no school's."""

    file: SourceFile
    rows: pd.DataFrame
    national: pd.DataFrame = field(default_factory=pd.DataFrame)


class DropFolder:
    """A folder with a complete landing: files are found by name and header, wherever they lie in it."""

    def __init__(self, root: Path, *, today: date | None = None) -> None:
        self.root = root
        self.today = today or clock.now().date()
        if not root.is_dir():
            raise InputError(
                f"There is no folder {root}",
                expected="a drop folder with GIAS and Ofsted files, such as ../shared/data/2025",
                do="check the path after --source",
            )
        self.is_synthetic = (root / SYNTHETIC_MARKER).exists()
        paths = sorted(
            path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file() and not path.name.startswith(".")
        )
        self._by_kind: dict[str, list[str]] = {layout.kind: [] for layout in LAYOUTS}
        self.unknown: list[str] = []
        for path in paths:
            layout = layout_for(path)
            if layout is None:
                if PurePosixPath(path).name not in (SYNTHETIC_MARKER, "README.md"):
                    self.unknown.append(path)
            else:
                self._by_kind[layout.kind].append(path)
        for layout in LAYOUTS:
            if layout.required and not self._by_kind[layout.kind]:
                others = f"; not known are {', '.join(map(quoted, self.unknown[:3]))}" if self.unknown else ""
                raise InputError(
                    f"No file of the kind '{layout.title}' ({layout.publisher}) was found{others}",
                    file=str(root),
                    expected=f"a file whose name matches {layout.name_pattern}",
                    do="put the publisher's file into the folder, under the name it was published with",
                )

    @property
    def gias_as_at(self) -> date:
        """The date of the newest GIAS extract in the folder."""
        return max(date_in_name(path) or date.min for path in self.every_path(ESTABLISHMENT))

    @property
    def last_release(self) -> date:
        """Of releases that were published before and are not in the folder, the date up to which they tell of its schools."""
        return self.gias_as_at + HISTORY_AHEAD

    def every_path(self, layout: Layout) -> list[str]:
        """Files of a kind, used or not."""
        return self._by_kind[layout.kind]

    def paths(self, layout: Layout) -> list[str]:
        """Files of a kind that are used, newest first; of a kind that is a state of affairs (no history) only the newest is."""
        found = sorted(self.every_path(layout), key=lambda path: (date_in_name(path) or date.min, path), reverse=True)
        if layout.files != "newest" or len(found) < 2:
            return found
        log.warning("several files of the kind %s: %s is used, the others are not", layout.kind, found[0])
        return found[:1]

    def known(self, layout: Layout, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of a file of a kind that are to be known: all of them."""
        return frame


def read_whole(path: Path, shown: str, largest: int = LARGEST_FILE) -> bytes:
    """The bytes of a file. Raises InputError where it is larger than any file of ours: it would take all the memory."""
    size = path.stat().st_size
    if size > largest:
        raise InputError(
            f"The file has {size:,} bytes",
            file=shown,
            expected=f"at most {largest:,} bytes",
            do="take it out if it is not the publisher's; if it is, raise largest_bytes in its source card, or LARGEST_FILE in "
            "warehouse/landing/archive.py, where there is memory for it",
        )
    return path.read_bytes()


def land(folder: DropFolder, layout: Layout, archive: Path, *, largest: int = LARGEST_FILE) -> Iterator[Landed]:
    """Read every file of a kind in the folder, archive its bytes, and give back its provenance and its rows.

    ``largest``: bytes of one that is read. Raises InputError for a file that cannot be used; such a file is not archived.
    """
    if layout.persons:
        _take_persons_out(archive)
    for path in folder.paths(layout):
        published = date_in_name(path)
        if layout.dated and not published:
            raise InputError(
                "The file's name does not tell a date that there is",
                file=path,
                expected="a date such as 20250930 or 31_August_2025, as the publisher writes it",
                do="give the file the name it was published with",
            )
        if published and published > folder.today:
            raise InputError(
                f"The file is dated {published:%d %B %Y}, which is in the future",
                file=path,
                expected=f"a date up to today, {folder.today:%d %B %Y}",
                do="check the file's name, and this machine's clock",
            )
        content = read_whole(folder.root / path, path, largest)
        sha256 = hashlib.sha256(content).hexdigest()
        before = _landed_before(archive / sha256, layout, content, path)
        parsed = _read_before(Kept(archive / sha256), layout, path, content) if before else layout.read(content, path)
        for notice in parsed.notices:
            log.warning("%s: %s", path, notice)
        if parsed.ignored:
            log.debug("%s: %d column(s) not used: %s", path, len(parsed.ignored), ", ".join(parsed.ignored))
        _refuse_years_to_come(parsed.frame, folder.today, path)
        source_file = SourceFile(
            kind=layout.kind,
            layout=parsed.vintage,
            name=path,
            title=layout.title,
            publisher=f"{SYNTHETIC_LABEL}, in the layout of: {layout.publisher}" if folder.is_synthetic else layout.publisher,
            url=None,
            sha256=sha256,
            bytes=len(content),
            rows=parsed.rows,
            published=published,
            covers=_covers(path, parsed.frame, published),
            landed=before.landed if before else kept.landing_time(archive, layout, published),
            licence=SYNTHETIC_LICENCE if folder.is_synthetic else LICENCE,
            is_synthetic=folder.is_synthetic,
            notices=". ".join(parsed.notices) or None,
        )
        if not before:
            kept.keep(archive, source_file, _as_kept(layout, content, path), names_persons=bool(layout.persons))
            parsed = Kept(archive / sha256).keep_rows(path, parsed)
        known = folder.known(layout, parsed.frame)
        if len(known) or parsed.frame.empty:
            yield Landed(source_file, known, folder.known(layout, parsed.national) if layout.national else parsed.national)


def _read_before(file: Kept, layout: Layout, path: str, content: bytes) -> Parsed:
    return file.parsed(layout, path, lambda: content)


def _refuse_years_to_come(frame: pd.DataFrame, today: date, path: str) -> None:
    """Raise InputError where a row tells of an academic year that ends after this one does: as the newest it would count alone."""
    if "year" not in frame:
        return
    to_come = frame[frame["year"] > today.year]
    if len(to_come):
        year, count = int(to_come["year"].iloc[0]), len(to_come)
        raise InputError(
            f"Results of {academic_year(year)} are told, which is yet to come ({count:,} such rows)",
            file=path,
            row=int(to_come["row_number"].iloc[0]),
            column="the academic year",
            expected=f"a year up to {academic_year(today.year)}",
            do="compare the row with what the publisher shows; check this machine's clock",
        )


def _landed_before(folder: Path, layout: Layout, content: bytes, path: str) -> SourceFile | None:
    """The provenance of a file that was archived before and is whole; None where it is to be archived, anew if it is damaged."""
    if not folder.exists():
        return None
    try:
        file = Kept(folder).provenance()
        Kept(folder).content(file, lambda _: _as_kept(layout, content, path))
    except InputError as error:
        log.warning("%s What was done: it is taken anew from %s", error, path)
        return None
    return file


def _as_kept(layout: Layout, content: bytes, path: str) -> bytes:
    return content if _keeps_persons() else layout.without_persons(content, path)


def history(folder: DropFolder, layout: Layout, archive: Path, landed: list[SourceFile]) -> Iterator[Landed]:
    """Releases of a kind that were published before and are not in the folder: what a newer release drops must not be lost.

    ``landed``: the folder's own files; of a release that was issued twice the folder's issue counts, else the one landed last. Left
    out are releases that never got past the checks, those of the other sort (invented or real), and those after the folder's
    ``last_release``: the schools of 2017 are not judged by inspections of 2025.

    Raises InputError for one that is damaged: it decided statuses, and it may be the only copy.
    """
    own = {file.published for file in landed}
    releases: dict[date, SourceFile] = {}
    for each in kept.published(archive):
        try:
            file = each.provenance()
        except InputError as error:
            if each.may_be(layout):
                raise _only_copy(error, each.folder, layout.title) from error
            continue
        if file.kind != layout.kind or file.is_synthetic != folder.is_synthetic or not file.published or file.published in own:
            continue
        if file.published > folder.last_release:
            log.warning("the release of %s is of another time than this folder's schools: not used", file.covers)
        elif file.published not in releases or releases[file.published].landed < file.landed:
            releases[file.published] = file
    for _, file in sorted(releases.items()):
        log.info("also used, published before: %s", PurePosixPath(file.name).name)
        yield Landed(file, _rows_of_release(Kept(archive / file.sha256), file, layout))


def _rows_of_release(release: Kept, file: SourceFile, layout: Layout) -> pd.DataFrame:
    """The rows of a release that is not in the folder; that the file is damaged is told also where its rows were read before."""
    fault: InputError | None = None
    try:
        release.content(file)
    except InputError as error:
        fault = error
    try:
        rows = release.rows(file, layout)
    except InputError as error:
        raise _only_copy(fault, release.folder, file.base_name) if fault else error from error
    if fault:
        log.warning("%s Its rows were read before, and are used. What to do: put %s into the drop folder", fault, file.base_name)
    return rows


def _only_copy(fault: InputError, folder: Path, name: str) -> InputError:
    return InputError(
        f"{fault.problem}. It was published, and decides statuses",
        file=str(folder),
        expected="the file as it was kept: a release that is lost is not left out in silence",
        do=f"put it ({name}) into the drop folder: it is taken anew from there. To go on without it, move {folder} away; "
        "schools whose newest judgement is in it then lose that",
    )


def _covers(path: str, frame: pd.DataFrame, published: date | None) -> str | None:
    if "year" in frame:
        year = int(frame["year"].iloc[0]) if len(frame) else academic_year_in_path(path)
        return academic_year(year)
    return f"{published.day} {published:%B %Y}" if published else None


def _keeps_persons() -> bool:
    return os.environ.get("SCHOOLMATCH_KEEP_PERSONS") == "1"


def _take_persons_out(archive: Path) -> None:
    """Take the people out of files that were archived whole: by an older version, or while the setting kept them."""
    done = archive / WITHOUT_PERSONS
    if _keeps_persons():
        done.unlink(missing_ok=True)
    elif not done.exists():
        durable.make_folder(archive)
        is_done = True
        for about in archive.glob(f"[!.]*/{kept.PROVENANCE}"):
            is_done &= _take_out(Kept(about.parent))
        if is_done:
            done.touch()


def _take_out(each: Kept) -> bool:
    """Take the people out of an archived file; returns whether it names none now."""
    naming = [layout for layout in LAYOUTS if layout.persons]
    try:
        file = each.provenance()
        if layout := next((layout for layout in naming if layout.kind == file.kind), None):
            content = each.content(file, lambda found: layout.without_persons(found, file.name))
            without = layout.without_persons(content, file.name)
            if content != without:
                each.put(file, without)
                log.info("took the names of people out of the archived %s", file.base_name)
    except (InputError, OSError) as error:
        if any(map(each.may_be, naming)):
            log.warning("the archived %s may name people, and cannot be read: %s What to do: delete it.", each.folder, error)
            return False
    return True
