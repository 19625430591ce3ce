"""Where a refresh takes its files from: the publishers, a drop folder, or the bundled synthetic sample."""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
from pathlib import Path

from warehouse import postcodes
from warehouse.home import Home
from warehouse.landing import DropFolder
from warehouse.sources.live import fetch_all, live_folder, read_states
from warehouse.sources.sample import write_sample
from warehouse.sources.settings import Addresses
from warehouse.sources.state import SourceState

log = logging.getLogger("schoolmatch")

SAMPLE, LIVE = "sample", "live"

_MADE_BY = ".made-by"


def prepare(source: str, home: Home) -> Path:
    """The drop folder a source stands for, made ready first.

    ``source``: ``live`` (what is new is fetched), ``sample``, or the path of a drop folder.
    """
    if source == LIVE:
        fetch_all(home, Addresses.from_environment())
        return live_folder(home)
    if source == SAMPLE:
        _make_sample(home.sample)
        return home.sample
    return Path(source).expanduser()


def open_folder(source: str, home: Home) -> DropFolder:
    """The drop folder of a source that was prepared."""
    if source == LIVE:
        return DropFolder(live_folder(home))
    return DropFolder(home.sample if source == SAMPLE else Path(source).expanduser())


def looks(source: str, home: Home) -> list[SourceState]:
    """How the last look at each publisher went; nothing where the source is not live."""
    return read_states(home) if source == LIVE else []


def _make_sample(folder: Path) -> None:
    """Write the sample, unless this version of it is there already; whole or not at all."""
    version = f"{postcodes.PACKAGE} {postcodes.provenance()[1]}\nsample {_code_hash()}\n"
    if (folder / _MADE_BY).exists() and (folder / _MADE_BY).read_text(encoding="utf-8") == version:
        log.info("the synthetic sample is there already")
        return
    log.info("making the synthetic sample: 22,000 invented schools at real postcodes")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".sample-") as made:
        write_sample(Path(made))
        (Path(made) / _MADE_BY).write_text(version, encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        Path(made).replace(folder)
        Path(made).mkdir()  # for the temporary directory to remove


def _code_hash() -> str:
    """A hash over the code that makes the sample, so that a changed one is made anew."""
    digest = hashlib.sha256()
    for path in sorted((Path(__file__).parent / "sample").glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
