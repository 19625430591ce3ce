"""``schoolmatch reproduce``: a refresh from a folder of files, and the page that holds its figures against published ones.

The refresh is the ordinary one. What does not belong here: what is computed (``warehouse/study/reproduction.py``), how the page
looks (``exports/pages/reproduction.py``).
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exports.pages.reproduction import write_reproduction
from orchestration.refresh import refresh
from warehouse.home import Home
from warehouse.sealed import beside
from warehouse.study.reproduction import definition_to_reproduce, reproduce

log = logging.getLogger("schoolmatch")


def reproduce_from(name: str, source: str, home: Home | None, to: Path | None) -> list[Path]:
    """Refresh from the source's files and write the page; returns the paths written.

    ``home``: where the refresh keeps everything; None for one that is gone afterwards, so that no published folder is touched.
    ``to``: the folder of the page; None for ``reproduction`` in the home, or in that of the environment.
    Raises InputError where the definition has no published figures (before anything else), and where the refresh does.
    """
    definition = definition_to_reproduce(name)
    with _home_or_passing(home) as place:
        refresh(place, source)
        with beside(warehouse=place.warehouse) as connection:
            found = reproduce(connection, definition)
    log.info("worked out %s headline figures at %s points", name, len(found.headlines) // max(len(found.country), 1))
    if to is None:
        kept = home or Home.find()
        kept.make()
        to = kept.root / "reproduction"
    return write_reproduction(found, to)


@contextmanager
def _home_or_passing(home: Home | None) -> Iterator[Home]:
    if home is not None:
        yield home
        return
    with tempfile.TemporaryDirectory(prefix="schoolmatch-reproduce-") as folder:
        yield Home(Path(folder))
