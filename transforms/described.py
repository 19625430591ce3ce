"""TOML files that say what something is (a layout, a contract, a definition, a sheet, a source): read into a model, or refused."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from transforms.errors import InputError


class Strict(BaseModel):
    """A part of such a file: it has no key but those of the model, and does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Model = TypeVar("Model", bound=BaseModel)


def read_described(model: type[Model], path: Path, *, what: str, shown: str, do: str) -> Model:
    """Read a file into its model.

    ``what`` it is and how it is ``shown``: in the InputError, with row and key, for a file that is not TOML or not as its model
    says, which tells every mistake.
    """
    text = path.read_text(encoding="utf-8")
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        row = int(line[1]) if line else text.count("\n") + 1
        raise InputError(f"{what} cannot be read: {error}", file=shown, row=row, do=do) from error
    except ValidationError as error:
        wrong = error.errors()
        keys = [[str(part) for part in each["loc"]] for each in wrong]
        raise InputError(
            f"{what} has a mistake: {'; '.join(each['msg'] for each in wrong)}",
            file=shown,
            row=line_of(text, keys[0]),
            column=", ".join(".".join(key) for key in keys if key) or None,
            do=do,
        ) from error


def line_of(text: str, key: list[str]) -> int:
    """The line of a key: that of its own, else that of the nearest table above it, else the first."""
    lines = text.splitlines()
    start, found = 0, 1
    for depth in range(len(key), 0, -1):  # [reason.code] holds the key, or [reason] does
        heading = f"[{'.'.join(key[:depth])}]"
        if heading in lines:
            start, found = lines.index(heading) + 1, lines.index(heading) + 1
            key = key[depth:]
            break
    for number, line in enumerate(lines[start:], start=start + 1):
        if line.startswith("["):
            break
        if key and re.match(rf"{re.escape(key[0])}\s*=", line):
            return number
    return found
