"""Who does the work of a match in shards: this process, one task after the other; a cluster's is ``orchestration/cluster.py``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


class Engine(Protocol):
    """Runs a function for each task, wherever; a task may be done more than once, and its last result counts."""

    @property
    def about(self) -> str:
        """What people call it."""

    @property
    def threads(self) -> int:
        """How many threads a task may take."""

    def each(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Result]:
        """The results, in any order. Raises what the function raises; then no further task is begun."""


class Here:
    """This process."""

    about = "this process"
    threads = os.cpu_count() or 1

    def each(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Result]:
        """The results, in the order of the tasks."""
        return map(function, tasks)
