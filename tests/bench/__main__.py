"""``python -m tests.bench``: run all parts of the benchmark, or some, print their tables and write docs/performance.md.

Each part is a process of its own (``python -m tests.bench.<part>``), and its results are kept as JSON. So a part can be run alone,
the page is written anew from what is there, and one that fails takes nothing with it but its own tables: the page says that it is
missing.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.bench.page import PAGE, PARTS, write_page
from tests.bench.part import ROOT, published, say
from tests.bench.process import FailedError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts, one after another; 1 where one has failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all where none is named")
    parser.add_argument("--sizes", help="of the match: numbers of schools (22k,883k,5m)")
    parser.add_argument("--runs", type=int, help="how often each thing is measured; else each part has a number of its own")
    parser.add_argument("--home", type=Path, help="a home in which 2025 was published, to be read; else one is made")
    parser.add_argument("--results", type=Path, default=ROOT / ".bench", help="where the parts' results are kept as JSON")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page that is written")
    options = parser.parse_args(arguments)
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    parts = [name for name in PARTS if name in options.parts or not options.parts]
    options.results.mkdir(parents=True, exist_ok=True)
    failed = []
    with ExitStack() as open_until_the_end:
        home = options.home or _a_home(open_until_the_end)
        for name in parts:
            command = [sys.executable, "-m", f"tests.bench.{name}"]
            if options.runs:
                command += ["--runs", f"{options.runs}"]
            if options.sizes and name == "match":
                command += ["--sizes", options.sizes]
            if home:
                command += ["--home", str(home)]
            failed += [] if run_part(name, command, options.results / f"{name}.json") else [name]
    print(write_page(options.results, options.page))
    say(f"written: {options.page}" + (f"; failed: {', '.join(failed)}" if failed else ""))
    return int(bool(failed))


def run_part(name: str, command: Sequence[str], results: Path) -> bool:
    """Whether a part has ended well. What it found goes to ``results``; where it found nothing, why it did not goes there."""
    results.unlink(missing_ok=True)
    say(f"--- {name}")
    code = subprocess.run([*command, "--json", str(results)], cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode
    if not results.exists():
        results.write_text(json.dumps({"failed": f"`python -m tests.bench.{name}` ended with {code}"}), encoding="utf-8")
    return code == 0


def _a_home(open_until_the_end: ExitStack) -> Path | None:
    """A home in which 2025 is published, for all parts that read one; None where that fails: each then tries, and says why."""
    try:
        return open_until_the_end.enter_context(published(None))
    except (FailedError, SystemExit) as error:
        say(f"{error}")
        return None


if __name__ == "__main__":
    sys.exit(main())
