"""What takes part in the benchmark: a way to find the pairs, from tables that are ready to pairs in its own form."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import ClassVar

from tests.bench.pairs import Pairs
from tests.bench.world import World

Steps = Mapping[str, Callable[[], object]]
"""Parts of the work by name, in order."""


class Contestant:
    """One way to find the pairs of a world. To make one is preparation, not timed: it takes the world's tables into its own form.

    The first line of a subclass's docstring is printed under the results.
    """

    name: ClassVar[str]
    packages: ClassVar[tuple[str, ...]]
    """What must be installed, as it is called when installed."""

    def __init__(self, world: World) -> None:
        raise NotImplementedError

    def build(self) -> None:
        """Make the index."""

    def query(self) -> None:
        """Find the pairs, with the index."""
        raise NotImplementedError

    def pairs(self) -> Pairs:
        """What was found; not timed."""
        raise NotImplementedError

    def close(self) -> None:
        """Give back what is not memory of this process alone."""

    def steps(self) -> Steps:
        """What is timed and counted, part by part. The first is the index, all others together are the query."""
        return {"build": self.build, "query": self.query}

    def asides(self) -> Steps:
        """What is timed as well, after the steps, and not counted."""
        return {}

    def helpers(self) -> tuple[int, ...]:
        """Processes that work for this one, by id: their memory counts as well."""
        return ()

    @classmethod
    def missing(cls) -> str | None:
        """Why it cannot take part on this machine, in words."""
        absent = [name for name in cls.packages if _version(name) is None]
        return f"not installed: {', '.join(absent)}" if absent else None

    @classmethod
    def versions(cls) -> dict[str, str]:
        """The version of each thing it rests on."""
        return {name: found for name in cls.packages if (found := _version(name))}

    @classmethod
    def about(cls) -> str:
        """How it finds the pairs, in one line."""
        return (inspect.getdoc(cls) or "").splitlines()[0]


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
