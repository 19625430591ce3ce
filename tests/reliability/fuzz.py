"""Small files with something wrong in them, read by the product and by the oracle: a hundred thousand of them.

Of each file three things can become: it is refused in words; it is read as it was before the mutation; or it is read as its bytes
now say, told by the plain reading (``plain.py``), and then there must be nothing in it that nobody could overlook, unless a notice
names it. Anything else is wrong; and so is any exception but InputError. Trial ``k`` of a seed is always the same.
"""

from __future__ import annotations

import difflib
import json
import math
import random
import re
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pandas as pd

from tests.reliability.forked import peak_kb, quiet
from tests.reliability.kinds import ONLY, SPECS, told
from tests.reliability.plain import NEVER_SEEN, Plain, Spec, WrongError, read, text_of
from tests.reliability.seeds import Seed, seeds
from tests.reliability.table_mutations import MUTATIONS
from transforms.errors import InputError
from transforms.layouts import layout_for

Rows = dict[tuple[Any, ...], dict[str, Any]]
Report = Callable[[dict[str, Any]], None]
TWO = 0.2
"""The share of trials with two mutations."""

SHOWN = 400


@dataclass(frozen=True)
class Read:
    """What the product made of a file: its rows and notices, or the words it refused it with, or a traceback."""

    how: str
    rows: Rows | None = None
    text: str = ""


def product(seed: Seed, content: bytes) -> Read:
    """Read as the refresh reads it."""
    layout = layout_for(seed.path)
    assert layout is not None, seed.path
    try:
        parsed = layout.read(content, seed.path)
    except InputError as error:
        return Read("refused", text=str(error))
    except Exception:  # noqa: BLE001 that is what is looked for
        return Read("traceback", text=traceback.format_exc(limit=-4))
    return Read("read", _rows(parsed.frame, layout.key), ". ".join(parsed.notices))


def _rows(frame: pd.DataFrame, key: tuple[str, ...]) -> Rows:
    """Rows by key: a value and a reason, null as None."""
    columns = {}
    for name in frame.columns:
        values = frame[name].astype(object)
        columns[name] = values.where(values.notna(), None).tolist()
    names = [name for name in columns if not name.endswith("_missing") and name != "row_number"]
    reasons = {name: columns.get(f"{name}_missing") for name in names}
    rows: Rows = {}
    for at in range(len(frame)):
        row = {name: (_plain_value(columns[name][at]), reasons[name][at] if reasons[name] else None) for name in names}
        rows[tuple(row[name][0] for name in key)] = row
    return rows


def _plain_value(value: Any) -> Any:
    return value.date() if isinstance(value, pd.Timestamp) else value


@cache
def spec_of(seed: Seed) -> Spec:
    """What the oracle knows of the file: the words of its kind, and those that stand in the genuine file."""
    spec = replace(SPECS[seed.name], only=ONLY.get(seed.name, {}))
    if not spec.only:
        return spec
    every = replace(
        spec, only={}, columns={name: (spec.columns[name][0], "text") for name in spec.only}, key=("row",), optional=frozenset()
    )
    rows = read(seed.content, every).rows.values()
    return replace(spec, known={name: frozenset(str(row[name][0]) for row in rows) for name in spec.only})


def plainly(seed: Seed, content: bytes) -> Plain:
    """Read by the oracle. Of files that a person makes nobody knows how they end, and GIAS's end in two ways."""
    if seed.name == "ons_boundary":
        return _boundaries(content)
    ends_in_line = seed.source != "own" and not seed.name.startswith("gias")
    plain = read(content, spec_of(seed), ends_in_line=ends_in_line and seed.content.endswith(b"\n"))
    plain.rows = told(plain, seed.name, seed.year)
    return plain


def _boundaries(content: bytes) -> Plain:
    """Areas of a GeoJSON file, by plain JSON; in degrees, and in England."""
    plain = Plain()
    try:
        collection = json.loads(text_of(content))
        if collection["type"] != "FeatureCollection":
            plain.wrong.append("type")
        for feature in collection["features"]:
            properties = feature["properties"]
            ((code, name),) = ((value, properties[each[:-2] + "NM"]) for each, value in properties.items() if each == "RGN22CD")
            points = re.findall(r"\[(-?[\d.]+), (-?[\d.]+)\]", json.dumps(feature["geometry"]["coordinates"]))
            is_in = [-6.5 <= float(east) <= 2 and 49.5 <= float(north) <= 56 for east, north in points]
            if not is_in or not all(is_in):
                plain.wrong.append(f"{code} is not in England")
            if NEVER_SEEN.search(name):
                plain.wrong.append(f"area_name of {code}: what nobody sees")
            if not re.fullmatch(r"[A-Z]\d{8}", code, re.ASCII):
                plain.wrong.append(f"{code} is no code")
            if ("region", code) in plain.rows:
                plain.wrong.append(f"{code} stands twice")
            plain.rows["region", code] = {"area_name": (" ".join(name.split()), None)}
    except (WrongError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        plain.wrong.append(f"no collection: {error!r}")
    return plain


def compare(one: Rows, other: Rows) -> list[str]:
    """Where rows differ, as ``column`` or ``row``: in the columns that both have."""
    differ = [f"row {key} of the product alone" for key in one.keys() - other.keys()]
    differ += [f"row {key} of the plain reading alone" for key in other.keys() - one.keys()]
    for key in one.keys() & other.keys():
        for name in one[key].keys() & other[key].keys():
            (value, reason), (expected, why) = one[key][name], other[key][name]
            if not _same(value, expected) or (why and reason and why != reason):
                differ.append(f"{name} of {key}: {value!r} ({reason}), not {expected!r} ({why})")
    return differ


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return " ".join(one.split()) == " ".join(other.split())
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return bool(one == other)


@cache
def base(seed: Seed) -> Rows:
    """What is read of the genuine file; the two readings of it must agree."""
    got, plain = product(seed, seed.content), plainly(seed, seed.content)
    if got.rows is None or plain.wrong or compare(got.rows, plain.rows):
        raise AssertionError(f"{seed.name} ({seed.source}): {got.text} {plain.wrong} {compare(got.rows or {}, plain.rows)[:3]}")
    return got.rows


def trial(seed: int, number: int) -> tuple[Seed, str, bytes]:
    """The file of a trial, what was done to it, and what has become of it."""
    chance = random.Random(f"{seed} {number}")
    file = chance.choices(seeds(), [1 / (len(SPECS[each.name].columns) if each.name in SPECS else 4) for each in seeds()])[0]
    content, names = file.content, []
    for _ in range(2 if chance.random() < TWO else 1):
        name = chance.choice(list(MUTATIONS))
        content = MUTATIONS[name](content or b" ", chance)
        names.append(name)
    return file, "+".join(names), content


AREA = {"area_name": "area_name"}
"""The one column of boundaries in which something is told."""


def judge(file: Seed, content: bytes) -> tuple[str, str]:
    """What has become of a mutated file (``refused``, ``same``, ``changed``, ``told``, ``WRONG``, ``traceback``), and the words."""
    if content == file.content:
        return "same", ""
    got = product(file, content)
    if got.rows is None:
        return got.how, got.text
    if not compare(got.rows, base(file)):
        return "same", got.text
    plain = plainly(file, content)
    headings = {name: heading for name, (heading, _) in SPECS[file.name].columns.items()} if file.name in SPECS else AREA
    faults = [each for each in plain.wrong if not _is_told(each, headings, got.text)]
    if plain.wrong:
        return (
            ("WRONG", f"it was read although {faults[0]}; {len(faults)} such; told: {got.text}") if faults else ("told", got.text)
        )
    differ = [each for each in compare(got.rows, plain.rows) if not _is_told(each, headings, got.text)]
    return ("WRONG", f"{differ[0]}; {len(differ)} such; told: {got.text}") if differ else ("changed", got.text)


def _is_told(what: str, headings: dict[str, str], notices: str) -> bool:
    """Whether a notice names it: by the heading or by what became of the rows."""
    if what.startswith("row ") or "set aside" in what or "twice" in what:
        return bool(
            re.search(
                r"rows? (without|stands?|(is|are) not read|ends? early|(was|were) set aside)|alone tells? of a school",
                notices,
            )
        )
    heading = next((heading for name, heading in headings.items() if what.startswith((f"{heading}, row", f"{name} of"))), None)
    return bool(heading) and heading in notices


def fuzz(numbers: range, seed: int, report: Report) -> None:
    """The trials of these numbers: what went wrong is reported trial by trial, all the others as counts."""
    counts: Counter[tuple[str, str, str]] = Counter()
    with quiet():
        for file in seeds():
            base(file)
        before = peak_kb()
        for number in numbers:
            file, mutation, content = trial(seed, number)
            how, text = judge(file, content)
            counts[file.name, mutation if "+" not in mutation else "two", how] += 1
            if how in ("WRONG", "traceback"):
                report({
                    "what": "fuzz", "seed": seed, "trial": number, "how": how, "file": file.name, "source": file.source,
                    "mutation": mutation, "faults": [f"{how}: {text[-SHOWN:] if how == 'traceback' else text[:SHOWN]}"],
                })  # fmt: skip
    rows = [[*key, count] for key, count in sorted(counts.items())]
    report({"what": "fuzz", "how": "counts", "counts": rows, "peak_kb": peak_kb(), "peak_before_kb": before, "faults": []})


def show(number: int, seed: int) -> None:
    """Print one trial: the file, the mutation, what differs in the bytes, and what became of it."""
    file, mutation, content = trial(seed, number)
    with quiet():
        how, text = judge(file, content)
    print(f"{file.name} ({file.source}, {file.path}): {mutation}: {how}\n{text}\n")
    before, after = (each.decode("latin-1").splitlines(keepends=True) for each in (file.content, content))
    for line in difflib.unified_diff(before, after, n=0):
        print(repr(line[:SHOWN]))
