"""An answer of the pretend publisher, before any fault."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answer:
    """Body, content type, status and headers.

    ``is_dated``: sent with an ETag and a date, so that a client may ask whether it changed, and for the rest of it.
    """

    body: bytes
    content_type: str = "application/json"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    is_dated: bool = True


def as_json(value: Any, content_type: str = "application/json", status: int = 200) -> Answer:
    """An answer that is JSON."""
    return Answer(json.dumps(value).encode(), content_type, status)
