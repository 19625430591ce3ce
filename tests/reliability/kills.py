"""Refreshes that are killed at random moments, each going on with what the one before has left; nobody lends a hand.

A tenth of the trials has a refresh with Dagster, the others its steps alone. Some come to their end: the kill is set up to a little
after the usual duration, which is counted in the processor's time. ``state.py`` says what is asked after each.
"""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.reliability.drop import VARIANTS, Variants
from tests.reliability.forked import in_fork
from tests.reliability.small_home import make_small, refreshed, warm_up, work_folder
from tests.reliability.state import Published, after_a_refresh, at_any_moment
from tests.reliability.steps import run_steps
from warehouse.home import Home

WITH_DAGSTER = 10
"""One in so many trials."""

BEYOND = 1.15
"""The kill comes at a moment up to so many times the usual duration."""

Report = Callable[[dict[str, Any]], None]


def kills(trials: int, seed: int, report: Report, *, root: Path | None = None) -> None:
    """Try so many kills; each trial is reported: how it ended, after how many seconds, and its faults."""
    root = root or work_folder("kills")
    try:
        home, variants = make_small(root)
        warm_up(home, variants)
        _Killer(home, variants, seed, report).go(trials)
    finally:
        shutil.rmtree(root, ignore_errors=True)


class _Killer:
    def __init__(self, home: Home, variants: Variants, seed: int, report: Report) -> None:
        self.home, self.variants, self.report = home, variants, report
        self.random = random.Random(seed)
        self.seed = seed
        self.known: list[Published] = []
        self.usual = {True: 0.0, False: 0.0}

    def go(self, trials: int) -> None:
        for is_with_dagster in (True, False):  # to know how long they take
            self.trial(-1, is_with_dagster, whole=True)
        done = number = 0
        while done < trials:
            outcome = self.trial(number, number % WITH_DAGSTER == 0)
            done += outcome == "killed"
            number += 1
        self.trial(number, True, whole=True)

    def trial(self, number: int, is_with_dagster: bool, *, whole: bool = False) -> str:
        """One refresh, of files that tell something else than the last that was published did, killed or not."""
        expected = self.variants.write(self.random.randrange(VARIANTS))
        home, drop = self.home, self.variants.folder
        after = None if whole else self.random.uniform(0, BEYOND * self.usual[is_with_dagster])
        done = in_fork(lambda: refreshed(home, drop) if is_with_dagster else run_steps(home, drop), kill_after=after)
        usual = self.usual[is_with_dagster]
        if done.how == "ended":
            self.usual[is_with_dagster] = done.cpu if not usual else (3 * usual + done.cpu) / 4
        known = list(self.known)
        started = time.monotonic()
        looked = in_fork(lambda: after_a_refresh(home, known, expected) if done.how == "ended" else at_any_moment(home, known))
        faults = list(looked.value.faults) if looked.how == "ended" else [f"unreadable: {looked.value}"]
        latest = looked.value.latest if looked.how == "ended" else None
        if not done.is_well:
            faults.append(f"stuck: the refresh has {done.how}: {done.value}")
        if latest and latest not in self.known:
            self.known.append(latest)
        is_published = bool(latest and latest not in known)
        if done.how == "killed" and after and after > usual and not is_published:
            self.usual[is_with_dagster] = after  # it takes longer now, or no moment near the end would be tried again
        self.report({
            "what": "kills", "seed": self.seed, "trial": number, "how": done.how, "dagster": is_with_dagster,
            "after": after and round(after, 3), "share": after and round(after / usual, 3),
            "seconds": round(done.seconds, 3), "look": round(time.monotonic() - started, 3), "peak_kb": done.peak_kb,
            "published": is_published, "faults": faults,
        })  # fmt: skip
        return done.how
