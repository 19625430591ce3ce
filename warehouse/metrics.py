"""HOME/metrics.prom: what the newest refresh tells a monitor, as OpenMetrics text that Prometheus' node exporter reads, too.

Gauges alone, because that one knows no other kind that fits. A refresh that fails leaves the file as it is: what tells of it is the
age of what is published, which goes on.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from warehouse import durable
from warehouse.home import Home
from warehouse.publish import stamp_time
from warehouse.sources.freshness import Freshness

_DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Run:
    """A run that has published: which, how long it took, the most memory its process had, what came out, and of what age it is."""

    run_id: str
    source: str
    stamp: str
    seconds: float
    peak_bytes: int
    published_bytes: int
    rows: Mapping[str, int]
    states: Sequence[Freshness]

    def as_metadata(self) -> dict[str, Any]:
        """The same for Dagster, beside the asset."""
        return {
            "rows": sum(self.rows.values()),
            "bytes": self.published_bytes,
            "seconds": round(self.seconds, 3),
            "peak_memory_bytes": self.peak_bytes,
            "age_days": {state.source: state.age_days for state in self.states if state.age_days is not None},
        }


def peak_memory_bytes() -> int:
    """The most memory that this process has had at once; 0 on Windows, which has no such account."""
    if os.name == "nt":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def write(home: Home, run: Run) -> None:
    """Put the file in its place, whole or not at all."""
    durable.write(home.metrics, text(run).encode(), mode=0o600)


def text(run: Run) -> str:
    """The file."""
    lines: list[str] = []
    for name, words, values in _gauges(run):
        lines += [f"# HELP schoolmatch_{name} {words}", f"# TYPE schoolmatch_{name} gauge"]
        lines += [f"schoolmatch_{name}{_labels(labels)} {value}" for labels, value in values]
    return "\n".join([*lines, "# EOF", ""])


_Values = list[tuple[dict[str, str], float]]


def _gauges(run: Run) -> Iterator[tuple[str, str, _Values]]:
    of_run = {"run_id": run.run_id, "source": run.source, "stamp": run.stamp}
    known = [(state, state.as_at) for state in run.states if state.as_at and state.age_days is not None]
    yield "run", "The run that has published the newest folder.", [(of_run, 1)]
    yield "run_duration_seconds", "How long it took, from the first step on.", [({}, round(run.seconds, 3))]
    yield "run_peak_memory_bytes", "The most memory its process had at once.", [({}, run.peak_bytes)]
    yield "published_timestamp_seconds", "When it was published.", [({}, stamp_time(run.stamp).timestamp())]
    yield "published_size_bytes", "What the published folder holds.", [({}, run.published_bytes)]
    yield "published_rows", "Rows of each published table.", [({"table": table}, rows) for table, rows in run.rows.items()]
    yield (
        "source_age_seconds",
        "Age of what each source tells, when it was published.",
        [({"source": state.source}, (state.age_days or 0) * _DAY_SECONDS) for state, _ in known],
    )
    yield (
        "source_as_at_timestamp_seconds",
        "The date each source tells of: its age goes on where nothing is published any more.",
        [({"source": state.source}, datetime.combine(as_at, time(), UTC).timestamp()) for state, as_at in known],
    )
    yield (
        "source_stale",
        "1 where a source is older than its card allows.",
        [({"source": state.source}, int(state.is_stale)) for state in run.states],
    )


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
