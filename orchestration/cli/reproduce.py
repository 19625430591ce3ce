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
from warehouse.store import beside
from warehouse.study.reproduction import definition_to_reproduce, reproduce

log = logging.getLogger("schoolmatch")


def reproduce_from(name: str, source: str, home: Home | None, folder: Path) -> list[Path]:
    """Refresh from the source's files and write the page into the folder; returns the paths written.

    ``home``: where the refresh keeps everything; None for one that is gone afterwards, so that no published folder is touched.
    Raises InputError where the definition has no published figures (before anything else), and where the refresh does.
    """
    definition = definition_to_reproduce(name)
    with _home_or_passing(home) as place:
        refresh(place, source)
        with beside(warehouse=place.warehouse) as connection:
            found = reproduce(connection, definition)
    log.info("worked out %s headline figures at %s points", name, len(found.headlines) // max(len(found.country), 1))
    return write_reproduction(found, folder)


@contextmanager
def _home_or_passing(home: Home | None) -> Iterator[Home]:
    if home is not None:
        yield home
        return
    with tempfile.TemporaryDirectory(prefix="schoolmatch-reproduce-") as folder:
        yield Home(Path(folder))
