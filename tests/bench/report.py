"""The results of the match's benchmark as Markdown, from what is written as JSON and nothing else."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tests.bench.part import Results


def markdown(results: Results) -> str:
    """Everything: a table for each size and one of growth, and how each contestant works.

    ``results``: what ``match.py`` writes, per size the runs of each contestant (``rounds.Run``) and its peak memory.
    """
    lines = [
        said_of(results["about"]),
        "",
        "All find the same pairs, which is proved before anything is timed. What is not installed, does not end in time or finds "
        "other pairs is left out, and said to be.",
        "",
        f"**Bound**: {results['measure']}, with its index; as if all that is done were to find the pairs.",
        "",
        *(line for size in results["sizes"] for line in _of_size(size, results["measure"], results["product"])),
        *_of_growth(results["growth"]),
        *(f"* {name}: {about}" for name, about in results["how"].items()),
    ]
    return "\n".join(lines)


def said_of(about: Mapping[str, Any]) -> str:
    """Command, day, commit, machine and versions of a part, in one line."""
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    return f"`{about['command']}`, {about['day']}, {about['commit']}, on {about['machine']}; {versions}."


def growth(sizes: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """For each contestant with two sizes or more: the exponent *p* of time ~ places ** *p*, by least squares of the logarithms."""
    seconds: dict[str, list[tuple[int, float]]] = {}
    for size in sizes:
        for name, contestant in size["contestants"].items():
            seconds.setdefault(name, []).append((size["places"], statistics.median(_together(contestant))))
    return {name: exponent(points) for name, points in seconds.items() if len({places for places, _ in points}) > 1}


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """The slope of log(seconds) on log(places), for points (places, seconds)."""
    places, seconds = np.log(np.array(points, dtype="float64")).T
    return float(np.polyfit(places, seconds, 1)[0])


def ratio(contestant: Mapping[str, Any], measure: Mapping[str, Any]) -> float:
    """How many times as long as the measure, together: the median of the ratios within rounds."""
    return statistics.median(one / other for one, other in zip(_together(contestant), _together(measure), strict=True))


def _together(contestant: Mapping[str, Any]) -> list[float]:
    """Seconds of all steps, per round."""
    return [sum(run["steps"].values()) for run in contestant["runs"]]


def _of_size(size: Mapping[str, Any], measure: str, product: str) -> list[str]:
    contestants = size["contestants"]
    rows = [
        f"### {size['places']:,} schools",
        "",
        f"The schools of 2025, times {size['tiles']:,}: {size['in_need']:,} in need, {size['high_performing']:,} high-performing, "
        f"{size['pairs']:,} pairs.",
        "",
        f"| | index, s | query, s | together, s: median (least to most) | times {measure} | peak memory, MB |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name, contestant in contestants.items():
        index = [run["steps"]["build"] for run in contestant["runs"]]
        together = _together(contestant)
        query = [whole - part for whole, part in zip(together, index, strict=True)]
        rows.append(
            f"| {name} | {statistics.median(index):.4f} | {statistics.median(query):.4f} | {_spread(together)} "
            f"| {ratio(contestant, contestants[measure]):.2f} | {contestant['peak_bytes'] / 1e6:,.0f} |"
        )
    left_out = [line for name, reason in size["left_out"].items() for line in ("", f"Left out: {name}, {reason}.")]
    return [*rows, *left_out, "", *(_of_parts(contestants[product]["runs"]) if product in contestants else [])]


def _of_parts(runs: Sequence[Mapping[str, Mapping[str, float]]]) -> list[str]:
    """The product's parts: each step, and what is not counted."""
    rows = ["| part of the product's match | s: median (least to most) |", "|---|--:|"]
    for name in runs[0]["steps"]:
        rows.append(f"| {name} | {_spread([run['steps'][name] for run in runs])} |")
    for name in runs[0]["asides"]:
        rows.append(f"| not counted: {name} | {_spread([run['asides'][name] for run in runs])} |")
    return [*rows, ""]


def _of_growth(growth: Mapping[str, float]) -> list[str]:
    if not growth:
        return []
    rows = ["### Growth", "", "Time grows as the number of schools to the power of", "", "| | exponent |", "|---|--:|"]
    return [*rows, *(f"| {name} | {power:.2f} |" for name, power in growth.items()), ""]


def _spread(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds):.4f} ({min(seconds):.4f} to {max(seconds):.4f})"
