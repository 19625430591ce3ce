"""``python -m tests.audit``: ends with 1 where a pinned version is known to be vulnerable; says plainly where it could not look."""

from __future__ import annotations

import argparse
import sys
import time
import tomllib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx

from tests.audit.advisories import Advisories, Finding, NotTheDatabaseError, pinned, read_advisories

ROOT = Path(__file__).parents[2]
LOCKS = (
    ROOT / "requirements-dev.lock",
    ROOT / "requirements-setup.lock",
    ROOT / "tests" / "bench" / "requirements.lock",
    ROOT / "tests" / "servers" / "requirements.lock",
    ROOT / "tests" / "portability" / "requirements.lock",
)
"""The first holds all others of the project; the second is read because it is what is installed first. Those of tests come last."""
ADDRESS = "https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip"
_KEPT = Path(sys.prefix) / "advisories.zip"
_FRESH_SECONDS = 24 * 3600
_MOST_BYTES, _MOST_SECONDS = 256 * 1024 * 1024, 90.0
_TIMEOUT = httpx.Timeout(10, connect=3)
_NOT_AUDITED = """\
NOT AUDITED: the pinned versions were held against no advisories: {why}.
What to do: run it where the network reaches {address}, or carry that file here: make audit ADVISORIES=all.zip\
"""


def main(
    arguments: Sequence[str] | None = None, *, ignored: Path = Path(__file__).parent / "ignored.toml", locks: Sequence[Path] = LOCKS
) -> int:
    """Say what was found. 0: nothing known, or nobody could look; 1: something known, or a named file that is not the database."""
    parser = argparse.ArgumentParser(prog="python -m tests.audit", description=__doc__)
    parser.add_argument("--advisories", type=Path, help="OSV's export for PyPI, carried here by hand: nothing is fetched")
    parser.add_argument("--address", default=ADDRESS, help="where the export is fetched from")
    parser.add_argument("--kept", type=Path, default=_KEPT, help="where what was fetched is kept for a day")
    asked = parser.parse_args(arguments)
    try:
        advisories = _advisories(asked.advisories, asked.address, asked.kept)
    except (NotTheDatabaseError, httpx.HTTPError) as error:
        print(_NOT_AUDITED.format(why=str(error) or type(error).__name__, address=asked.address))
        return 1 if asked.advisories else 0
    entries = sorted({entry for lock in locks for entry in pinned(lock)})
    left, lines = _told(advisories.findings(entries), tomllib.loads(ignored.read_text(encoding="utf-8")).get("ignored", []))
    known = f"{len(left)} known vulnerabilities" if left else "no known vulnerability"
    print(*lines, sep="\n", end="\n" if lines else "")
    print(f"{len(entries)} pinned versions, {known} (of {advisories.count:,} advisories, the newest of {advisories.newest})")
    if left:
        print("What to do: raise the version (make lock), or say in tests/audit/ignored.toml why it does not touch schoolmatch")
    return 1 if left else 0


def _told(findings: Sequence[Finding], ignored: Sequence[dict[str, Any]]) -> tuple[list[Finding], list[str]]:
    """The findings that count, and a line for each finding and for each thing ignored in vain."""
    today = datetime.now(UTC).date()
    left, lines, used = [], [], set()
    for finding in findings:
        reasons = [each for each in ignored if each["id"] in finding.ids and each["package"] == finding.package]
        used |= {each["id"] for each in reasons}
        if in_force := [each for each in reasons if _until(each) >= today]:
            lines.append(f"ignored until {_until(in_force[0])}: {finding}. Why: {in_force[0]['reason']}")
        else:
            left.append(finding)
            lines.append(f"VULNERABLE {finding}{' (it was ignored until ' + str(_until(reasons[0])) + ')' if reasons else ''}")
    lines += [f"ignored in vain: {each['id']} of {each['package']}; take it out" for each in ignored if each["id"] not in used]
    return left, lines


def _until(entry: dict[str, Any]) -> date:
    until = entry["until"]
    if not isinstance(until, date) or not str(entry.get("reason", "")).strip():
        raise SystemExit(f"tests/audit/ignored.toml: {entry.get('id')} needs a reason and a day: until = 2027-01-31")
    return until


def _advisories(carried: Path | None, address: str, kept: Path) -> Advisories:
    """The database: the file named, else that of today, else one fetched before."""
    if carried:
        return read_advisories(carried)
    if not kept.is_file() or time.time() - kept.stat().st_mtime > _FRESH_SECONDS:
        try:
            _fetch(address, kept)
        except (NotTheDatabaseError, httpx.HTTPError):
            if not kept.is_file():
                raise
    return read_advisories(kept)


def _fetch(address: str, kept: Path) -> None:
    """Fetch the export; what is kept is replaced only by a file that is one."""
    part, ends, size = kept.with_suffix(".part"), time.monotonic() + _MOST_SECONDS, 0
    try:
        with (
            httpx.stream("GET", address, timeout=_TIMEOUT, headers={"accept-encoding": "identity"}) as answer,
            part.open("wb") as file,
        ):
            if answer.status_code != httpx.codes.OK:
                raise NotTheDatabaseError(f"the answer was {answer.status_code}")
            for piece in answer.iter_raw():
                size += file.write(piece)
                if size > _MOST_BYTES or time.monotonic() > ends:
                    raise NotTheDatabaseError(f"the file is too large or too slow: {size:,} bytes so far")
        read_advisories(part)
        part.replace(kept)
    finally:
        part.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
