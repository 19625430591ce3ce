"""What a definition's parameter file says: title, sentence, thresholds, facts in words reason codes; and where a mistake is.

Every threshold has its unit, its source and a sentence. What does not belong here: the SQL that decides (``definitions.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from transforms.described import Strict, line_of, read_described
from transforms.errors import InputError

Words = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
"""Of a threshold, a fact or a reason: it becomes a column, or a word in the SQL of others."""
Phase = Literal["primary", "secondary", "special", "alternative_provision", "nursery", "sixteen_plus"]


class Parameter(Strict):
    """A threshold of a definition."""

    value: int | float
    unit: Words
    source: Words
    sentence: Words


class Reason(Strict):
    """A reason code. ``phases``: none means all. ``rules``: of a ``not_assessed`` code, the rules that could not be applied.

    ``leaves_open``: of a ``not_assessed`` code, whether the rule might hold of the school, which is not known (else it is for no
    such school: it was not in force, say), by default it might; of an ``excluded`` code, whether it is not known that the reasons
    are set aside, by default it is. ``bounded_by``: of a rule, what tells from elsewhere that few schools are concerned, so that it
    never withholds a figure. ``in_force_by``: of a rule, the parameter that puts it in force, unless it is 0.
    """

    kind: Literal["in_need", "high_performing", "excluded", "not_asked", "not_assessed"]
    sentence: Words
    evidence: Literal["inspection", "results", "list"] | None = None
    phases: tuple[Phase, ...] = ()
    rules: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    leaves_open: bool | None = None
    bounded_by: Words | None = None
    in_force_by: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it leaves the question open."""
        return self.kind == "not_assessed" if self.leaves_open is None else self.leaves_open

    @model_validator(mode="after")
    def _says_what_it_must(self) -> Self:
        if self.kind in ("in_need", "high_performing") and self.evidence is None:
            raise ValueError("evidence is missing: inspection, results or list")
        if self.kind == "not_assessed" and not self.rules:
            raise ValueError("rules is missing: the codes of the rules that could not be applied")
        return self


class Description(Strict):
    """What a definition's parameter file holds."""

    title: Words
    sentence: Words
    source: Words
    parameter: Mapping[Name, Parameter] = {}
    fact: Mapping[Name, Words] = {}
    reason: Mapping[Name, Reason] = {}

    def unknown_names(self) -> list[tuple[str, str, str]]:
        """Names that a reason refers to and the file does not hold: (code, field, name)."""
        known = {"facts": set(self.fact), "parameters": set(self.parameter), "rules": set(self.reason)}
        named = [(code, field, name) for code, reason in self.reason.items() for field in known for name in getattr(reason, field)]
        named += [(code, "in_force_by", reason.in_force_by) for code, reason in self.reason.items() if reason.in_force_by]
        return [(code, field, name) for code, field, name in named if name not in known.get(field, known["parameters"])]


def read_description(path: Path) -> Description:
    """Read a parameter file. Raises InputError, with file, line and column, for a mistake in it."""
    description = read_described(Description, path, what="The parameter file", shown=str(path), do="mend it")
    for code, field, name in description.unknown_names():
        raise InputError(
            f"The reason {code} names {name} among its {field}, and the file has none of that name",
            file=str(path),
            row=line_of(path.read_text(encoding="utf-8"), ["reason", code, field]),
            do=f"add {name}, or mend the name",
        )
    return description
