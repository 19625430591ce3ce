"""Puts a mutant in place, in a process made for it that ends afterwards: nothing is taken back."""

from __future__ import annotations

import ast
import gc
from dataclasses import is_dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from tests.mutants.mutant import Mutant


def install(mutant: Mutant) -> None:
    """From here on the fault is in the project: for what reads the file, and for what has read it."""
    made = mutant.make()
    if isinstance(made, ast.Module):
        _replace_code(mutant.path, made, mutant.function)
    else:
        _replace_text(mutant.path, made)


def _replace_text(path: Path, text: str) -> None:
    original = path.read_text(encoding="utf-8")
    read_text = Path.read_text

    def read(self: Path, *arguments: Any, **settings: Any) -> str:
        return text if self == path else read_text(self, *arguments, **settings)

    Path.read_text = read
    for each in gc.get_objects():
        # models and checks that were read when the tests were collected, or that are kept from test to test
        if is_dataclass(type(each)) and getattr(each, "sql", None) == original:
            object.__setattr__(each, "sql", text)


def _replace_code(path: Path, tree: ast.Module, function: str) -> None:
    """Give every function made of the old code the new one: whoever has imported it by name has it, too."""
    new = _code_named(compile(tree, str(path), "exec", dont_inherit=True), function)
    for each in gc.get_objects():
        if isinstance(each, FunctionType):
            code = each.__code__
            if code.co_filename == str(path) and code.co_qualname == function:
                each.__code__ = new


def _code_named(module: CodeType, function: str) -> CodeType:
    inner = [module]
    while inner:
        code = inner.pop()
        if code.co_qualname == function:
            return code
        inner += [each for each in code.co_consts if isinstance(each, CodeType)]
    raise LookupError(function)
