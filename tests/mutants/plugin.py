"""Runs mutants within pytest: each test once as it is, then again, in a process of its own, for every mutant that it can notice.

What ``python -m tests.mutants`` starts, as often as there are cores; each has its share of the mutants, and runs
tests until all are dead or no test is left. A test that fails with a mutant in place, and passes without, has killed it.
"""

from __future__ import annotations

import gc
import json
import math
import os
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tests.mutants.install import install
from tests.mutants.mutant import Mutant, mutants_of
from tests.mutants.reach import Reach

TASK = "SCHOOLMATCH_MUTANTS"
"""Names the file that tells a worker what to do: files, share, limits, where results go."""

PUBLISHED = "published_home"
"""What rests on a folder that is published once for all tests cannot see a mutant."""


class Mutants:
    """The plugin: the mutants of this worker that are alive."""

    def __init__(self, task: dict[str, Any]) -> None:
        self.limits: dict[str, int] = task["limits"]
        self.results = Path(task["results"])
        done = {json.loads(line)["id"] for line in self.results.read_text().splitlines()} if self.results.exists() else set()
        wanted = set(task["ids"]) - done
        root = Path(task["root"])
        self.alive: dict[str, Mutant] = {
            mutant.id: mutant for file in task["files"] for mutant in mutants_of(file, root) if mutant.id in wanted
        }
        self.reach = Reach(self.alive.values(), lambda name: self._end(name, "invalid"))
        self.tries: dict[str, Counter[str]] = {name: Counter() for name in self.alive}
        self.reached: set[str] = set()
        self.of_fixture: dict[object, set[str]] = {}
        self.unsound: list[str] = []
        self.of_test: dict[str, list[str]] = {}
        self.tests: list[str] | None = task["tests"]

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out tests that can see no mutant; the hard cases come first, since they kill most."""
        kept = [item for item in items if PUBLISHED not in item.fixturenames]  # type: ignore[attr-defined]
        if self.tests is not None:
            kept = [item for item in kept if item.nodeid in self.tests]
        items[:] = sorted(kept, key=lambda item: ("cases" not in item.nodeid.split("::")[0], item.path))

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: pytest.FixtureRequest) -> Any:
        """What a fixture of several tests builds, each of them can notice."""
        if fixturedef.scope == "function":
            return (yield)
        before, self.reach.found = self.reach.found, set()
        try:
            return (yield)
        finally:
            self.of_fixture[fixturedef] = self.reach.found
            self.reach.found = before

    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """Run the test as it is, then with each mutant."""
        if not self.alive:
            item.session.shouldstop = "every mutant is dead"
            return True
        self.reach.found, self.reach.files = set(), set()
        self.reach.start()
        started = time.perf_counter()
        try:
            reports = runtestprotocol(item, nextitem=nextitem, log=False)
        finally:
            self.reach.stop()
        seconds = time.perf_counter() - started
        self.of_test[item.nodeid] = sorted(self.reach.files)
        if any(report.failed for report in reports):
            pytest.exit(
                f"{item.nodeid} fails without any mutant: mend it first\n{reports[1].longrepr if len(reports) > 1 else ''}", 3
            )
        self._try(item, nextitem, seconds, self._candidates(item))
        return True

    def _candidates(self, item: pytest.Item) -> list[tuple[str, bool]]:
        """Mutants that the test can notice, and whether a fixture that others share must be set up anew for it."""
        fixtures = [each[-1] for each in item._fixtureinfo.name2fixturedefs.values()]  # type: ignore[attr-defined]
        shared = set().union(*(self.of_fixture.get(each, set()) for each in fixtures))
        self.reached |= self.reach.found | shared
        module = item.nodeid.split("::")[0]
        found = [(name, name in shared) for name in sorted(self.reach.found | shared) if name in self.alive]
        return [each for each in found if self._may_try(each[0], module)]

    def _may_try(self, name: str, module: str) -> bool:
        tries = self.tries[name]
        return tries[module] < self.limits["tests_of_a_module"] and tries.total() < self.limits["tests"]

    def _try(self, item: pytest.Item, nextitem: pytest.Item | None, seconds: float, candidates: list[tuple[str, bool]]) -> None:
        is_sound: dict[bool, bool] = {}
        for name, anew in candidates:
            self.tries[name][item.nodeid.split("::")[0]] += 1
            state = self._run(item, nextitem, seconds, self.alive[name], anew)
            if state == "survived":
                continue
            if anew not in is_sound:  # whether the test passes when it is run again, in such a process, without a mutant
                is_sound[anew] = self._run(item, nextitem, seconds, None, anew) == "survived"
            if not is_sound[anew]:
                self.unsound.append(item.nodeid)
                return
            self._end(name, state, item.nodeid)

    def _run(self, item: pytest.Item, nextitem: pytest.Item | None, seconds: float, mutant: Mutant | None, anew: bool) -> str:
        """Run the test with the mutant, in a process that ends with it."""
        child = os.fork()
        if child:
            _, status = os.waitpid(child, 0)
            if os.WIFSIGNALED(status):
                return "timed out" if os.WTERMSIG(status) == signal.SIGALRM else "killed"
            return "survived" if os.WEXITSTATUS(status) == 0 else "killed"
        failed = True
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(math.ceil(10 + 10 * seconds))
            gc.disable()
            if anew:
                item.session._setupstate.teardown_exact(None)
            if mutant:
                install(mutant)
            failed = any(report.failed for report in runtestprotocol(item, nextitem=nextitem, log=False))
        finally:
            os._exit(int(failed))

    def _end(self, name: str, state: str, test: str = "") -> None:
        """Write down what became of a mutant, at once: a run that is stopped goes on from there."""
        self.alive.pop(name, None)
        for watched in self.reach.sql.values():
            watched.alive.pop(name, None)
        with self.results.open("a") as file:
            file.write(json.dumps({"id": name, "state": state, "test": test}) + "\n")

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Write down the survivors, and which test made which file's tables."""
        if exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED) and self.alive:
            return
        for name in list(self.alive):
            tried = self.tries[name].total()
            state = "survived" if tried else ("never differed" if name.split(":")[0] in self._files_run() else "never run")
            self._end(name, state)
        self.results.with_suffix(".tests").write_text(json.dumps({"files": self.of_test, "unsound": self.unsound}))

    def _files_run(self) -> set[str]:
        return {file for files in self.of_test.values() for file in files}


def pytest_configure(config: pytest.Config) -> None:
    """Take part where a task is given."""
    if task := os.environ.get(TASK):
        config.pluginmanager.register(Mutants(json.loads(Path(task).read_text())), "mutants")
