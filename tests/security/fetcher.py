"""A process that fetches from a pretend publisher and does nothing else, so that its memory is that of fetching.

``python -m tests.security.fetcher URL``: a JSON object a line comes in (``home``, ``cards``); one goes out.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self

from tests.support.machine import memory_kb

TODAY = date(2025, 10, 2)
ENDS_WITHIN = 120
"""Seconds after which a fetch is taken for one without end; it takes a tenth of one."""


@dataclass(frozen=True)
class Fetched:
    """States by card; what ``fetch_all`` raised, though it should raise nothing; the most memory the process has had, in MB."""

    states: dict[str, dict[str, Any]]
    raised: str | None
    peak_mb: float


class Fetcher:
    """The process, from the side of a test."""

    def __init__(self, url: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.security.fetcher", url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # No certificates: nothing here is asked by https, and to read those of the machine takes longer than a fetch.
            env={"PATH": "", "PYTHONPATH": str(Path(__file__).parents[2]), "SSL_CERT_DIR": str(Path(__file__).parent)},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def fetch(self, home: Path, *cards: str) -> Fetched:
        """Fetch these sources into a home, one after the other in the order of their names."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"home": str(home), "cards": cards}) + "\n")
        self._process.stdin.flush()
        if not select.select([self._process.stdout], [], [], ENDS_WITHIN)[0]:
            return Fetched({}, "it does not end", 0)
        return Fetched(**json.loads(self._process.stdout.readline() or '{"states": {}, "raised": "it died", "peak_mb": 0}'))


def _main(url: str) -> None:
    from tests.support.publisher import small_cards
    from warehouse.home import Home
    from warehouse.sources.live import fetch_all
    from warehouse.sources.settings import Addresses, Manners

    manners = Manners(timeout=0.4, attempts=2, first_wait=0, longest_wait=0, longest_transfer=2)
    addresses = Addresses(gias=url, govuk=url, ees=url, ons=url, arcgis=url, manners=manners)
    # None is required: what a home lacks is told after all sources were looked at, and is another matter.
    cards = {id_: card.model_copy(update={"required": False}) for id_, card in small_cards().items()}
    for line in sys.stdin:
        asked = json.loads(line)
        states, raised = {}, None
        try:
            fetched = fetch_all(Home(Path(asked["home"])), addresses, only=asked["cards"], today=TODAY, cards=cards)
            states = {state.card: state.model_dump(mode="json") for state in fetched}
        except Exception as error:  # noqa: BLE001 (whatever it is, the test is told)
            raised = f"{type(error).__name__}: {error}"[:500]
        print(json.dumps({"states": states, "raised": raised, "peak_mb": memory_kb("VmHWM") / 1000}), flush=True)


if __name__ == "__main__":
    _main(sys.argv[1])
