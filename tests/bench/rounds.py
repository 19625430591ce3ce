"""The round robin: each round runs every contestant once, so that what disturbs the machine for a while disturbs all of them."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.contestant import Contestant, Steps
from tests.bench.world import World


@dataclass(frozen=True)
class Run:
    """Seconds that a contestant spent in one round, part by part; the first step is its index, asides are not counted."""

    steps: dict[str, float]
    asides: dict[str, float]


def play(contestants: Sequence[type[Contestant]], world: World, rounds: int) -> dict[str, list[Run]]:
    """The runs of each contestant, by its name: one per round. Each round begins with the next contestant."""
    runs: dict[str, list[Run]] = {each.name: [] for each in contestants}
    for number in range(rounds):
        first = number % len(contestants)
        for contestant in (*contestants[first:], *contestants[:first]):
            runs[contestant.name].append(run(contestant, world))
    return runs


def run(contestant: type[Contestant], world: World) -> Run:
    """Time a contestant once. It is made anew, so that nothing is left of a run before."""
    made = contestant(world)
    gc.collect()
    try:
        return Run(_timed(made.steps()), _timed(made.asides()))
    finally:
        made.close()


def _timed(steps: Steps) -> dict[str, float]:
    spent = {}
    for name, step in steps.items():
        started = time.perf_counter()
        step()
        spent[name] = time.perf_counter() - started
    return spent
