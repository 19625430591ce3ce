"""TOML files that say what something is (a layout, a contract, a definition, a sheet, a source): read into a model, or refused."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from transforms.errors import InputError
from transforms.text import has_unseen
from transforms.text import shown as quoted


class Strict(BaseModel):
    """A part of such a file: it has no key but those of the model, and does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Model = TypeVar("Model", bound=BaseModel)

LONGEST = 10_000
"""Characters of a text in such a file; it stands in pages, cells and comments."""


def read_text(path: Path) -> str:
    """The text of a file of ours or of a person's. Raises InputError where it is none in UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"The file is not UTF-8 ({error.reason})", file=str(path), do="save it as UTF-8") from error


def _texts(content: Any) -> Iterator[str]:
    """Every text in it, keys too."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for key, each in content.items():
            yield key
            yield from _texts(each)
    elif isinstance(content, list):
        for each in content:
            yield from _texts(each)


def read_described(model: type[Model], path: Path, *, what: str, shown: str, do: str) -> Model:
    """Read a file into its model.

    ``what`` it is and how it is ``shown``: in the InputError, with row and key, for a file that is not TOML or not as its model
    says, which tells every mistake.
    """
    text = read_text(path)
    try:
        content = tomllib.loads(text)
        for each in _texts(content):
            if has_unseen(each.replace("\n", "")) or len(each) > LONGEST:
                problem = f"{what} has a text that is longer than {LONGEST:,} characters, or has characters that nobody sees"
                raise InputError(f"{problem}: {quoted(each)}", file=shown, do=do)
        return model.model_validate(content)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
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
