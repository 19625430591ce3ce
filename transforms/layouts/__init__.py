"""One table per kind of file (``<kind>.toml``): every vintage's headings to our columns; one module per publisher.

A file is recognised by the pattern of its name *and* its header, never by its position in a folder. A table holds what is said of a
kind of file, a module what is done with its rows (``table.py`` tells how a table is written). What belongs here: headings, codes,
encodings. What does not: what the values mean for a school (``sql/``), where files come from (``warehouse/landing/archive.py``).
"""

from __future__ import annotations

from transforms.layouts import gias, lists, ofsted, ons, results
from transforms.layouts.layout import Layout, Parsed

LAYOUTS: tuple[Layout, ...] = (*gias.LAYOUTS, *ofsted.LAYOUTS, *results.LAYOUTS, *ons.LAYOUTS, *lists.LAYOUTS)
GROUPS: tuple[str, ...] = tuple(dict.fromkeys(layout.group for layout in LAYOUTS))


def layout_for(path: str) -> Layout | None:
    """The layout a file's name stands for, or None for a file that is none of ours (a README, a list of ours)."""
    return next((layout for layout in LAYOUTS if layout.matches(path)), None)


__all__ = ["GROUPS", "LAYOUTS", "Layout", "Parsed", "layout_for"]
