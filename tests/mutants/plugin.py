"""Runs mutants within pytest: each test as it is, then again for every mutant that it can notice, each time in its own process.

What ``python -m tests.mutants`` starts, as often as there are cores; each has its share of the mutants, and runs tests until all
are dead or no test is left. A test that fails with a mutant in place, and passes without, has killed it. The process that collects
the tests runs none: pools of threads that a test starts do not survive in the processes made of it.
"""

from __future__ import annotations

import gc
import json
import math
import os
import pickle
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tests.mutants.install import install
from tests.mutants.mutant import ROOT, Mutant, mutants_of
from tests.mutants.reach import Reach
from tests.support import world

TASK = "SCHOOLMATCH_MUTANTS"
"""Names the file that tells a worker what to do: files, share, limits, where results go."""

PUBLISHED = "published_home"
"""What rests on a folder that is published once for all tests cannot see a mutant."""

PATIENCE_SECONDS = 600
"""How long a test may take as it is."""


class Mutants:
    """The plugin: the mutants of this worker that are alive."""

    def __init__(self, task: dict[str, Any]) -> None:
        self.limits: dict[str, int] = task["limits"]
        self.results = Path(task["results"])
        self.tests: list[str] | None = task["tests"]
        self.root = Path(task["root"])
        done = {json.loads(line)["id"] for line in self.results.read_text().splitlines()} if self.results.exists() else set()
        wanted = set(task["ids"]) - done
        mutants = [mutant for file in task["files"] for mutant in mutants_of(file, self.root) if mutant.id in wanted]
        self.alive = {mutant.id: mutant for mutant in mutants}
        self.reach = Reach(mutants)
        self.tries: dict[str, Counter[str]] = {mutant.id: Counter() for mutant in mutants}
        self.reached: set[str] = set()
        self.of_test: dict[str, list[str]] = {}
        self.unsound: list[str] = []

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out tests that can see no mutant; the hard cases come first, since they kill most."""
        kept = [item for item in items if PUBLISHED not in item.fixturenames]
        if self.tests is not None:
            kept = [item for item in kept if item.nodeid in self.tests]
        items[:] = sorted(kept, key=lambda item: ("cases" not in item.nodeid.split("::")[0], item.path))
        config._tmp_path_factory.getbasetemp()  # one for all processes
        if self.root == ROOT:
            world.graph_of(None)  # which takes longer than a test

    def pytest_runtest_protocol(self, item: pytest.Item) -> bool:
        """Run the test as it is, then with each mutant."""
        if not self.alive:
            item.session.shouldstop = "every mutant is dead"
            return True
        state, seen = apart(lambda: self._as_it_is(item), PATIENCE_SECONDS)
        if state != "passed":
            pytest.exit(f"{item.nodeid} fails without any mutant ({state}): mend it first\n{seen or ''}", 3)
        found, files, seconds, rows, unplanned = seen
        self.of_test[item.nodeid] = sorted(files)
        self.reach.remember(rows)
        for name in unplanned:
            self._end(name, "invalid")
        self._try(item, seconds, sorted(found & self.alive.keys()))
        return True

    def _as_it_is(self, item: pytest.Item) -> tuple[bool, Any]:
        """Run the test while it is watched: whether it passed, and what it can notice."""
        started = time.perf_counter()
        self.reach.start()
        failed = failures(item)
        self.reach.stop()
        if failed:
            return False, failed
        seen = self.reach
        return True, (seen.found, seen.files, time.perf_counter() - started, seen.new_rows(), seen.unplanned)

    def _try(self, item: pytest.Item, seconds: float, names: list[str]) -> None:
        """Run the test against mutants, until it turns out that it cannot be relied on."""
        self.reached.update(names)
        module = item.nodeid.split("::")[0]
        limit = 10 + 10 * seconds
        is_sound = False
        for name in names:
            tries = self.tries[name]
            is_enough = tries[module] >= self.limits["tests_of_a_module"] or tries.total() >= self.limits["tests"]
            if is_enough and not is_about(module, self.alive[name]):
                continue
            tries[module] += 1
            mutant = self.alive[name]
            state, _ = apart(lambda mutant=mutant: self._with(item, mutant), limit)
            if state == "passed":
                continue
            if not is_sound and apart(lambda: self._with(item, None), limit)[0] != "passed":
                self.unsound.append(item.nodeid)
                return
            is_sound = True
            self._end(name, "timed out" if state == "timed out" else "killed", item.nodeid)

    def _with(self, item: pytest.Item, mutant: Mutant | None) -> tuple[bool, None]:
        if mutant:
            install(mutant)
        return not failures(item), None

    def _end(self, name: str, state: str, test: str = "") -> None:
        """Write down what became of a mutant, at once: a run that is stopped goes on from there."""
        del self.alive[name]
        self.reach.forget(name)
        with self.results.open("a") as file:
            file.write(json.dumps({"id": name, "state": state, "test": test}) + "\n")

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Write down the survivors, which test ran which files, and which could not be relied on."""
        if exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED) and self.alive:
            return  # stopped by hand, or by a fault
        ran = {file for files in self.of_test.values() for file in files}
        for name, mutant in list(self.alive.items()):
            is_differing = "never differed" if mutant.file in ran and not mutant.line else "never run"
            self._end(name, "survived" if name in self.reached else is_differing)
        self.results.with_suffix(".tests").write_text(json.dumps({"files": self.of_test, "unsound": self.unsound}))


def is_about(module: str, mutant: Mutant) -> bool:
    """Whether the module is named for the mutant's file, as test_similarity.py is for similarity.sql: all its tests are tried."""
    return Path(mutant.file).stem in Path(module).stem


def failures(item: pytest.Item) -> str:
    """Run the test and all that it is set up with: what went wrong; empty where nothing did."""
    reports = runtestprotocol(item, nextitem=None, log=False)
    return "\n".join(report.longreprtext for report in reports if report.failed)


def apart(work: Callable[[], tuple[bool, Any]], seconds: float) -> tuple[str, Any]:
    """Do the work in a process that ends with it: passed, failed, timed out or died; and what it gave."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            gc.disable()
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(math.ceil(seconds))
            with os.fdopen(writing, "wb") as pipe:
                pickle.dump(work(), pipe)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        written = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) or not written:
        is_late = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM
        return "timed out" if is_late else "died", None
    passed, given = pickle.loads(written)
    return "passed" if passed else "failed", given


def pytest_configure(config: pytest.Config) -> None:
    """Take part where a task is given."""
    if task := os.environ.get(TASK):
        config.pluginmanager.register(Mutants(json.loads(Path(task).read_text())), "mutants")
