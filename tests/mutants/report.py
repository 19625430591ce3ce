"""What became of the mutants: the figures by room, the survivors with their reasons, and the page ``docs/mutants.md``."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.mutant import ROOMS, ROOT

PAGE = ROOT / "docs" / "mutants.md"
SURVIVORS = Path(__file__).with_name("survivors.toml")
BEFORE = Path(__file__).with_name("before.toml")
"""The scores that later ones are held against: of the tests before they were written with mutants in view."""

LEAST_PERCENT = 90.0
"""What a room's score must not fall under."""

KILLED = ("killed", "timed out")
NONE = "invalid"

HEAD = """# Mutants: what the unit tests would notice

A mutant is the project with one small fault put into it: `<` for `<=`, a condition left out, an inner join for a left one, a
case that gives null. A test that fails with the fault in place, and passes without it, kills the mutant. One that no test kills
shows what nobody would notice. `make mutants` puts every such fault into the SQL of the method and into `transforms/`, runs
`tests/unit` against each, and makes this page.

* A fault is one change of the syntax tree. `tests/mutants/sql_operators.py` and `python_operators.py` say which, what is left
  out and why. A fault that DuckDB cannot plan is none, and is not counted.
* SQL is written back from the tree. Wherever a file's faults are tried, the unchanged tree must give the same rows as the file.
* A test is run against a mutant if it can notice it: the faulty query gives other rows on the test's tables, or the line is
  run.
* No test is taken on trust: one counts only where it passes, in the same kind of process, without the fault.
* A mutant on which a test runs for ten times as long as it should, and ten seconds more, is killed, and counts as killed.
* Not every survivor is a hole: at most {tests} tests, {of_module} of a module, are tried on each; tests of a folder that is
  published once see no mutant; and what `sensitivity` makes of a definition's text is not watched. All three err towards a
  lower score.
* A survivor is listed in `tests/mutants/survivors.toml` if it does the same as what stands there, with the reason. Of the others
  at least 90 % must be killed, in every room.
"""


@dataclass(frozen=True)
class Score:
    """The mutants of a room by what became of them."""

    room: str
    states: Counter[str]

    @property
    def killed(self) -> int:
        """Those that a test noticed."""
        return sum(self.states[state] for state in KILLED)

    @property
    def mutants(self) -> int:
        """All that can be planned."""
        return self.states.total() - self.states[NONE]

    @property
    def percent(self) -> float | None:
        """Killed of all; none where there is no mutant."""
        return 100 * self.killed / self.mutants if self.mutants else None


def read_reasons(path: Path = SURVIVORS) -> dict[str, str]:
    """Why a survivor may survive, by the mutant's id."""
    listed = tomllib.loads(path.read_text(encoding="utf-8")).get("survivor", [])
    reasons = {each["id"]: each["reason"] for each in listed}
    if len(reasons) != len(listed) or not all(reasons.values()):
        raise ValueError(f"{path.name}: a survivor is listed twice, or without its reason")
    return reasons


def scores(states: Mapping[str, str]) -> list[Score]:
    """The score of each room that has mutants."""
    by_room = {room: Counter(state for name, state in states.items() if name.startswith(f"{room}/")) for room in ROOMS}
    return [Score(room, counts) for room, counts in by_room.items() if counts]


def shortfalls(states: Mapping[str, str], reasons: Mapping[str, str]) -> list[str]:
    """What is wrong: a room under the least score, a survivor without a reason, a reason of a mutant that is killed.

    A room is judged by the mutants that are not listed: those are the same as what stands there, and no test can tell them.
    """
    found = [
        f"{score.room}: {score.percent:.1f} % killed, at least {LEAST_PERCENT:g} % is wanted"
        for score in scores({name: state for name, state in states.items() if name not in reasons})
        if score.percent is not None and score.percent < LEAST_PERCENT
    ]
    found += [f"survived, and is not listed: {name}" for name in survivors(states) if name not in reasons]
    return found + [f"listed as a survivor, and is killed: {name}" for name in sorted(reasons) if states.get(name) in KILLED]


def survivors(states: Mapping[str, str]) -> list[str]:
    """The ids of those that no test noticed."""
    return sorted(name for name, state in states.items() if state not in (*KILLED, NONE))


def write_before(states: Mapping[str, str], command: str, day: str, path: Path = BEFORE) -> None:
    """Keep the scores of a run as those before."""
    rooms = [f"[room.{json.dumps(score.room)}]\nmutants = {score.mutants}\nkilled = {score.killed}\n" for score in scores(states)]
    path.write_text("\n".join([f'command = "{command}"\nday = "{day}"\n', *rooms]), encoding="utf-8")


def _before(path: Path) -> list[str]:
    """The scores before, for the page; nothing where none are kept."""
    if not path.exists():
        return []
    kept = tomllib.loads(path.read_text(encoding="utf-8"))
    found = [
        Score(room, Counter(killed=each["killed"], survived=each["mutants"] - each["killed"]))
        for room, each in kept["room"].items()
    ]
    return ["## Before", "", f"`{kept['command']}`, {kept['day']}.", "", *_table(found), ""]


def page(
    states: Mapping[str, str], reasons: Mapping[str, str], command: str, day: str, limits: Mapping[str, int], before: Path = BEFORE
) -> str:
    """The page of a run."""
    lines = [HEAD.format(tests=limits["tests"], of_module=limits["tests_of_a_module"]), "## The score", ""]
    lines += [f"`{command}`, {day}.", "", *_table(scores(states)), "", *_before(before), "## Survivors", ""]
    for state, meaning in MEANING.items():
        names = [name for name in survivors(states) if states[name] == state]
        if names:
            lines += [f"### {meaning}", "", *(_survivor(name, reasons.get(name)) for name in names), ""]
    return "\n".join(lines).rstrip() + "\n"


MEANING = {
    "survived": "Other rows, or a faulty line, and no test fails",
    "never differed": "No test has tables on which it makes a difference",
    "never run": "No unit test runs the file, or the line",
}


def _table(found: Iterable[Score]) -> list[str]:
    lines = ["| room | mutants | killed | survived | score |", "|---|---:|---:|---:|---:|"]
    for score in found:
        percent = "" if score.percent is None else f"{score.percent:.1f} %"
        lines.append(f"| `{score.room}` | {score.mutants:,} | {score.killed:,} | {score.mutants - score.killed:,} | {percent} |")
    return lines


def _survivor(name: str, reason: str | None) -> str:
    return f"* `{name.replace('`', chr(39))}`: {reason or 'no reason is given yet'}"
