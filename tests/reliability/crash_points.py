"""A crash before every file operation of publishing; and, from every state that such a crash leaves, the next refresh.

A home is brought to where publishing begins, by refreshes that have published before (as many as are kept, so that one is
pruned). Then the last step runs once, and the code tells its operations (``operations.py``); then once for each of them, on a
copy of the home, and dies before it; and the same for the first step of the refresh that comes after a crash right after the
switch. States that differ in nothing but in what a folder that was being built has in it are one: the next refresh, the whole, is
tried once from each.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from orchestration.assets import publishing
from tests.reliability.drop import VARIANTS, Variants
from tests.reliability.forked import in_fork
from tests.reliability.operations import CRASHED, Operations, shown
from tests.reliability.small_home import Figures, copy_of, make_small, work_folder
from tests.reliability.state import Found, Published, after_a_refresh, at_any_moment
from tests.reliability.steps import run_publishing, run_starting, run_steps
from warehouse import publish
from warehouse.home import Home

STOPPED = 72
EXPORTS = ("write_workbooks", "write_site", "write_ees", "write_changes", "write_feeds", "write_geoparquet", "write_datapackage")

SWITCH = "os.rename published/.latest -> published/latest"

Step = Callable[[Home, Path], object]
Report = Callable[[dict[str, Any]], None]


def crash_points(report: Report, *, core: int = 0, cores: int = 1, is_short: bool = False, root: Path | None = None) -> None:
    """Try every ``cores``-th point, from ``core`` on. ``is_short``: with hardly an export beside the tables."""
    root = root or work_folder("crash")
    try:
        home, variants = make_small(root)
        publish.KEPT = 2 if is_short else 3
        if is_short:
            without_exports()
        _Crasher(home, variants, report, is_short=is_short).go(core, cores)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def without_exports() -> None:
    """A file for each export, so that a point costs a moment: what is tried is how they are published."""
    for name in EXPORTS:

        def write(*arguments: Any, name: str = name, **_: Any) -> list[Path]:
            folder = next(each for each in arguments if isinstance(each, Path))
            folder.mkdir(exist_ok=True)
            (folder / f"{name}.txt").write_text(name, encoding="utf-8")
            return []

        setattr(publishing, name, write)


class _Crasher:
    def __init__(self, home: Home, variants: Variants, report: Report, *, is_short: bool) -> None:
        self.is_short = is_short
        self.home, self.variants, self.report = home, variants, report
        self.known: list[Published] = []
        self.expected: dict[int, str] = {}
        self.tried: dict[str, int] = {}

    def go(self, core: int, cores: int) -> None:
        self.prepare()
        names = self.names(run_publishing)
        for point in _of_each_shape(names) if self.is_short else range(core, len(names), cores):
            self.try_point(point, names[point], run_publishing)
        # what was killed right after the switch leaves the most to do for the next one: that begins with it, and is killed at it
        switched = names.index(SWITCH) + 1
        in_fork(lambda: self.crash(self.home, switched, run_publishing), code=CRASHED)
        self.known.append(in_fork(lambda: at_any_moment(self.home, [])).value.latest)
        names = self.names(run_starting)
        for point in _of_each_shape(names) if self.is_short else range(core, len(names), cores):
            self.try_point(point, names[point], run_starting)

    def prepare(self) -> None:
        """Publish as often as is kept, and stop where the next would begin to publish."""
        home, drop, figures = self.home, self.variants.folder, Figures(self.variants)
        for number in range(publish.KEPT):
            self.variants.write(number % VARIANTS)
            figures.in_fork(lambda: run_steps(home, drop))
            looked: Found = in_fork(lambda: at_any_moment(home, self.known)).value
            self.known += [looked.latest] if looked.latest else []
        self.expected = self.variants.write(0 if self.is_short else publish.KEPT % VARIANTS)
        done = in_fork(lambda: stop_at_publishing(home, drop), code=STOPPED)
        if done.how != "killed":
            raise RuntimeError(f"a refresh has {done.how}: {done.value}")

    def names(self, step: Step) -> list[str]:
        """The operations of a step, from the code itself."""
        home = copy_of(self.home, self.home.root.with_name("names"))

        def work() -> list[str]:
            heard = Operations(home.root)
            step(home, self.variants.folder)
            return heard.names

        done = in_fork(work)
        shutil.rmtree(home.root)
        if done.how != "ended":
            raise RuntimeError(f"{step.__name__} has {done.how}: {done.value}")
        return list(done.value)

    def crash(self, home: Home, point: int, step: Step) -> None:
        """Run a step, and die before that operation of it."""
        Operations(home.root, crash_before=point)
        step(home, self.variants.folder)

    def try_point(self, point: int, name: str, step: Step) -> None:
        """Crash before an operation; look; and refresh from there, if none has been from such a state."""
        home, drop = copy_of(self.home, self.home.root.with_name("point")), self.variants.folder
        known, expected = list(self.known), self.expected
        crashed = in_fork(lambda: self.crash(home, point, step), code=CRASHED)
        faults = [] if crashed.how == "killed" else [f"stuck: it did not crash, but has {crashed.how}: {crashed.value}"]
        looked = in_fork(lambda: at_any_moment(home, known))
        faults += looked.value.faults if looked.how == "ended" else [f"unreadable: {looked.value}"]
        if looked.how == "ended" and looked.value.latest not in (None, *known):
            known.append(looked.value.latest)
        state = _state(home)
        is_new = state not in self.tried
        self.tried.setdefault(state, point)
        if is_new:
            done = in_fork(lambda: run_steps(home, drop))
            if done.how == "ended":
                after = in_fork(lambda: after_a_refresh(home, known, expected))
                faults += after.value.faults if after.how == "ended" else [f"unreadable: {after.value}"]
            else:
                faults.append(f"stuck: the next refresh has {done.how}: {done.value}")
        self.report({
            "what": "crash-points", "trial": point, "how": "killed", "step": step.__name__, "operation": name, "next": is_new,
            "published": len(known) > len(self.known), "faults": faults,
        })  # fmt: skip
        shutil.rmtree(home.root)


def _of_each_shape(names: list[str]) -> list[int]:
    """From the one before the folder gets its name, the first of those that differ in nothing but a file's name."""
    shapes: dict[str, int] = {}
    named = next((point for point, name in enumerate(names) if name.startswith("os.rename published/.building")), 1)
    for point, name in enumerate(names[named - 1 :], start=named - 1):
        shapes.setdefault(re.sub(r"([^/ ]*|(?<=\.deleting-<stamp>/).*)$", "", name), point)
    return sorted(shapes.values())


def stop_at_publishing(home: Home, drop: Path) -> None:
    """A refresh that ends, hard, where it begins to publish."""
    publish.new_stamp = lambda _: os._exit(STOPPED)
    run_steps(home, drop)


def _state(home: Home) -> str:
    """What a home holds, by names and sizes, without what is in a folder that is being built or taken away."""
    lines = []
    for path in sorted(home.root.rglob("*")):
        name = shown(str(path), str(home.root))
        within = [part for part in path.relative_to(home.root).parts[:-1] if part.startswith(".")]
        if "<stamp>/" in name and name.startswith("published") and name.count("/") > 2:
            continue  # of a folder that is being taken away: what stands at its top
        if not within and not name.startswith("warehouse.") and path.suffix != ".lock":
            with suppress(OSError):
                size = path.stat().st_size if path.is_file() and not path.name.startswith(".") else 0
                lines.append(f"{name} {size if name.startswith(('history', 'landing')) else bool(size)} {path.is_symlink()}")
    latest = str(home.latest.readlink()) if home.latest.is_symlink() else ""
    newest = max((path.name for path in publish.folders(home)), default="")
    return hashlib.sha256("\n".join([*lines, str(latest == newest)]).encode()).hexdigest()
