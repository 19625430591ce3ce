"""Charts as SVG within a page: steps (bars, each from where the one before it ended), and dots with their intervals.

Widths are shares of the chart and letters keep their size, so that they can be read on a telephone as on a wide screen. Colours are
those of the page (``page.STYLE``), light or dark; a step is hatched and its line says name and size, so that no colour is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_LINE, _BAR, _HEAD = 42, 14, 34
"""Pixels: the height of a line with its bar, that of the bar, and that of the room above for the name of the mark."""


@dataclass(frozen=True)
class Bar:
    """A line of the chart, in units of its scale. ``is_step``: hatched, from where the bar before it ended; else from zero."""

    label: str
    start: float
    end: float
    is_step: bool = False


@dataclass(frozen=True)
class Mark:
    """A value that a line across all bars shows, with what it is."""

    label: str
    value: float


def steps(name: str, title: str, description: str, bars: Sequence[Bar], mark: Mark | None = None) -> str:
    """The chart. ``name``: of its own on the page; ``title`` and ``description``: for who does not see it."""
    most = max([1.0, *(bar.end for bar in bars), *([mark.value] if mark else [])]) * 1.02
    height = _HEAD + _LINE * len(bars)
    parts = [
        f'<svg class="steps" role="img" aria-labelledby="{name}-title {name}-text" width="100%" height="{height}" '
        'xmlns="http://www.w3.org/2000/svg">',
        f'<title id="{name}-title">{escape(title)}</title>',
        f'<desc id="{name}-text">{escape(description)}</desc>',
        f'<defs><pattern id="{name}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect class="hatched" width="6" height="6"/><rect class="hatch" width="2.5" height="6"/></pattern></defs>',
    ]
    for place, bar in enumerate(bars):
        top = _HEAD + place * _LINE
        fill = f' fill="url(#{name}-hatch)"' if bar.is_step else ""
        parts += [
            f'<text class="{"step" if bar.is_step else "total"}" x="0" y="{top + 15}">{escape(bar.label)}</text>',
            f'<rect class="{"step" if bar.is_step else "total"}" x="{_share(bar.start, most)}" y="{top + 21}" '
            f'width="{_share(bar.end - bar.start, most)}" height="{_BAR}"{fill}/>',
        ]
    if mark:
        at = _share(mark.value, most)
        anchor = "start" if mark.value < most / 2 else "end"
        # in pieces, beside the bars alone: a line through the words above them could not be read
        pieces = [(18, _HEAD - 6), *((_HEAD + place * _LINE + 19, _HEAD + place * _LINE + 37) for place in range(len(bars)))]
        parts += [f'<line class="mark" x1="{at}" x2="{at}" y1="{top}" y2="{bottom}"/>' for top, bottom in pieces]
        parts.append(f'<text class="mark" x="{at}" y="14" text-anchor="{anchor}">{escape(mark.label)}</text>')
    return "\n".join([*parts, "</svg>"])


@dataclass(frozen=True)
class Dot:
    """A line of the chart: a value and the interval it lies in, in units of its scale."""

    label: str
    value: float
    lower: float
    upper: float


def dots(name: str, title: str, description: str, rows: Sequence[Dot], *, unit: str, zero: str | None = None) -> str:
    """The chart. ``unit``: after the numbers of the scale; ``zero``: what a line at 0 is called, where one is drawn."""
    ends = [end for row in rows for end in (row.lower, row.upper)] + ([0.0] if zero else [])
    low, high = min(ends), max(ends)
    low, high = low - (high - low) * 0.04, high + (high - low) * 0.04
    height = _HEAD + _LINE * len(rows) + 18

    def at(value: float) -> str:
        return f"{100 * (value - low) / (high - low or 1):.2f}%"

    parts = [
        f'<svg class="dots" role="img" aria-labelledby="{name}-title {name}-text" width="100%" height="{height}" '
        'xmlns="http://www.w3.org/2000/svg">',
        f'<title id="{name}-title">{escape(title)}</title>',
        f'<desc id="{name}-text">{escape(description)}</desc>',
    ]
    if zero:
        anchor = "start" if -low < (high - low) / 2 else "end"
        parts.append(f'<text class="mark" x="{at(0)}" y="14" text-anchor="{anchor}">{escape(zero)}</text>')
    for place, row in enumerate(rows):
        top = _HEAD + place * _LINE
        if zero:  # in pieces, beside the intervals alone: a line through the words above them could not be read
            parts.append(f'<line class="mark" x1="{at(0)}" x2="{at(0)}" y1="{top + 19}" y2="{top + 37}"/>')
        parts += [
            f'<text x="0" y="{top + 15}">{escape(row.label)}</text>',
            f'<line class="interval" x1="{at(row.lower)}" x2="{at(row.upper)}" y1="{top + 28}" y2="{top + 28}"/>',
            f'<circle cx="{at(row.value)}" cy="{top + 28}" r="5"/>',
        ]
    for value, anchor in ((min(ends), "start"), (max(ends), "end")):
        shown = f"{value:.0f}".replace("-", "−")
        parts.append(f'<text class="scale" x="{at(value)}" y="{height - 4}" text-anchor="{anchor}">{shown}{escape(unit)}</text>')
    return "\n".join([*parts, "</svg>"])


def _share(value: float, most: float) -> str:
    return f"{100 * value / most:.2f}%"
