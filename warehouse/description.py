"""What a definition's parameter file says: title, sentence, thresholds, facts in words reason codes; and where a mistake is.

Every threshold has its unit, its source and a sentence. What does not belong here: the SQL that decides (``definitions.py``).
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from transforms.errors import InputError

Words = Annotated[str, Field(min_length=1)]
Phase = Literal["primary", "secondary", "special", "alternative_provision", "nursery", "sixteen_plus"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Parameter(_Strict):
    """A threshold of a definition."""

    value: int | float
    unit: Words
    source: Words
    sentence: Words


class Reason(_Strict):
    """A reason code. ``rules``: of a ``not_assessed`` code, the rules that could not be applied; ``phases``: none means all."""

    kind: Literal["in_need", "high_performing", "excluded", "not_assessed"]
    sentence: Words
    evidence: Literal["inspection", "results", "list"] | None = None
    phases: tuple[Phase, ...] = ()
    rules: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _says_what_it_must(self) -> Self:
        if self.kind in ("in_need", "high_performing") and self.evidence is None:
            raise ValueError("evidence is missing: inspection, results or list")
        if self.kind == "not_assessed" and not self.rules:
            raise ValueError("rules is missing: the codes of the rules that could not be applied")
        return self


class Description(_Strict):
    """What a definition's parameter file holds."""

    title: Words
    sentence: Words
    source: Words
    parameter: dict[str, Parameter] = {}
    fact: dict[str, Words] = {}
    reason: dict[str, Reason] = {}

    def unknown_names(self) -> list[tuple[str, str, str]]:
        """Names that a reason refers to and the file does not hold: (code, field, name)."""
        known = {"facts": set(self.fact), "parameters": set(self.parameter), "rules": set(self.reason)}
        return [
            (code, field, name)
            for code, reason in self.reason.items()
            for field, names in known.items()
            for name in getattr(reason, field)
            if name not in names
        ]


def read_description(path: Path) -> Description:
    """Read a parameter file. Raises InputError, with file, line and column, for a mistake in it."""
    text = path.read_text(encoding="utf-8")
    try:
        description = Description.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        row = int(line[1]) if line else text.count("\n") + 1
        raise InputError(f"The parameter file cannot be read: {error}", file=str(path), row=row, do="mend it") from error
    except ValidationError as error:
        first = error.errors()[0]
        at = [str(part) for part in first["loc"]]
        raise InputError(
            f"The parameter file has a mistake: {first['msg']}",
            file=str(path),
            row=_line_of(text, at),
            column=".".join(at) or None,
            do="mend it",
        ) from error
    for code, field, name in description.unknown_names():
        raise InputError(
            f"The reason {code} names {name} among its {field}, and the file has none of that name",
            file=str(path),
            row=_line_of(text, ["reason", code, field]),
            do=f"add {name}, or mend the name",
        )
    return description


def _line_of(text: str, at: list[str]) -> int:
    """The line of a key: that of its own, else that of the nearest table above it, else the first."""
    lines = text.splitlines()
    start, found = 0, 1
    for depth in range(len(at), 0, -1):  # [reason.code] holds the key, or [reason] does
        heading = f"[{'.'.join(at[:depth])}]"
        if heading in lines:
            start, found = lines.index(heading) + 1, lines.index(heading) + 1
            at = at[depth:]
            break
    for number, line in enumerate(lines[start:], start=start + 1):
        if line.startswith("["):
            break
        if at and re.match(rf"{re.escape(at[0])}\s*=", line):
            return number
    return found
