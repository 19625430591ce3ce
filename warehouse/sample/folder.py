"""The sample as a folder that is there: written once for a version of it, whole or not at all."""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
from pathlib import Path

from warehouse import durable
from warehouse.landing import postcodes
from warehouse.sample import write_sample

log = logging.getLogger("schoolmatch")

_MADE_BY = ".made-by"


def keep_sample(folder: Path) -> None:
    """Write the sample into ``folder``, unless this version of it is there already, whole."""
    version = f"{postcodes.PACKAGE} {postcodes.provenance()[1]}\nsample {_code_hash()}\n"
    made_by = folder / _MADE_BY
    found = made_by.read_text(encoding="utf-8", errors="replace") if made_by.is_file() else ""
    if found.startswith(version):
        if found == version + _hashes(folder):
            log.info("the synthetic sample is there already")
            return
        log.warning("the synthetic sample in %s is not as it was made: it is made anew", folder)
    log.info("making the synthetic sample: 22,000 invented schools at real postcodes")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".sample-") as made:
        write_sample(Path(made))
        (Path(made) / _MADE_BY).write_text(version + _hashes(Path(made)), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        Path(made).replace(folder)
        Path(made).mkdir()  # for the temporary directory to remove


def _hashes(folder: Path) -> str:
    """A line for each file of the sample."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != _MADE_BY)
    return "".join(f"{durable.sha256_of(path)}  {path.relative_to(folder).as_posix()}\n" for path in paths)


def _code_hash() -> str:
    """A hash over the code that makes the sample, so that a changed one is made anew."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
