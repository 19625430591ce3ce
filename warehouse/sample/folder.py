"""The sample as a folder that is there: written once for a version of it, whole or not at all."""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
from pathlib import Path

from warehouse.landing import postcodes
from warehouse.sample import write_sample

log = logging.getLogger("schoolmatch")

_MADE_BY = ".made-by"


def keep_sample(folder: Path) -> None:
    """Write the sample into ``folder``, unless this version of it is there already."""
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
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
