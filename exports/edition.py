"""Which edition is published: with the names of schools or without. The one place where this is decided."""

from __future__ import annotations

import os


def is_anonymous_edition() -> bool:
    """Whether workbooks leave out names and URNs of schools in need, as the study of 2017 did: ``SCHOOLMATCH_ANONYMOUS=1``.

    By default schools are named: every figure here is public.
    """
    return _is_set("SCHOOLMATCH_ANONYMOUS")


def is_named_map() -> bool:
    """Whether the map names schools: ``SCHOOLMATCH_NAMED_MAP=1``, unless the edition is anonymous.

    By default it does not, as the study's did not: a map is for everybody, a workbook for those who are to ring.
    """
    return _is_set("SCHOOLMATCH_NAMED_MAP") and not is_anonymous_edition()


def _is_set(name: str) -> bool:
    return os.environ.get(name, "").strip().lower() in {"1", "yes", "true"}
