"""Faults in Python: one change of the syntax tree each, in the body of a function.

What stands outside functions (tables of columns, constants) is data and has no mutants; neither have the words of errors,
docstrings and types.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

from tests.mutants.mutant import Fault

Change = tuple[str, ast.AST]
"""Operator, and what stands in the node's place."""

OTHER: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.Continue: ast.Break, ast.Break: ast.Continue,
}  # fmt: skip
OTHER_FUNCTION = {"min": "max", "max": "min", "any": "all", "all": "any", "ceil": "floor", "floor": "ceil"}


def faults(text: str) -> Iterator[Fault]:
    """The faults of a file's functions, from the outside in, in the order of the lines."""
    tree = ast.parse(text)
    for name, function in _functions(tree):
        for place, (node, line) in enumerate(_nodes(function)):
            for number, (operator, replacement) in enumerate(changes(node)):
                before, after = ast.unparse(node), ast.unparse(replacement) if replacement else ""
                yield operator, before, after, _maker(text, name, place, number), line, name


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions and methods by their qualified name; what is defined within one of them belongs to it."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        if isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{each.name}", each) for each in node.body if isinstance(each, ast.FunctionDef))


def _nodes(function: ast.FunctionDef) -> list[tuple[ast.AST, int]]:
    """The nodes of the body that are run and matter, in a fixed order, with the first line of the statement of each."""
    found: list[tuple[ast.AST, int]] = []

    def visit(node: ast.AST, line: int) -> None:
        if isinstance(node, ast.AnnAssign) and node.value:
            visit(node.value, node.lineno)
        elif not isinstance(node, ast.Raise | ast.JoinedStr | ast.AnnAssign) and not _is_docstring(node):
            line = node.lineno if isinstance(node, ast.stmt) else line
            found.append((node, line))
            for child in ast.iter_child_nodes(node):
                visit(child, line)

    for statement in function.body:
        visit(statement, statement.lineno)
    return found


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _maker(text: str, name: str, place: int, number: int) -> Callable[[], ast.Module]:
    """How the module's tree is made with one node changed; lines stay what they are."""

    def make() -> ast.Module:
        tree = ast.parse(text)
        function = next(each for found, each in _functions(tree) if found == name)
        node, _ = _nodes(function)[place]
        _replace(function, node, changes(node)[number][1])
        return ast.fix_missing_locations(tree)

    return make


def _replace(root: ast.AST, node: ast.AST, replacement: ast.AST) -> None:
    """Put another node in a node's place below ``root``."""
    for parent in ast.walk(root):
        for field, value in ast.iter_fields(parent):
            if value is node:
                setattr(parent, field, ast.copy_location(replacement, node))
                return
            if isinstance(value, list) and any(each is node for each in value):
                value[:] = [ast.copy_location(replacement, node) if each is node else each for each in value]
                return
    raise ValueError(f"{ast.dump(node)} is not there")


def changes(node: ast.AST) -> list[Change]:
    """What can be done to a node."""
    return [change for operator in OPERATORS for change in operator(node)]


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for field, value in fields.items():
        setattr(changed, field, value)
    return changed


def _swapped(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            if other := OTHER.get(type(operator)):
                ops = [other() if at == place else each for at, each in enumerate(node.ops)]
                yield f"{type(operator).__name__} to {other.__name__}", _with(node, ops=ops)
    elif isinstance(node, ast.BinOp | ast.AugAssign | ast.BoolOp) and (other := OTHER.get(type(node.op))):
        yield f"{type(node.op).__name__} to {other.__name__}", _with(node, op=other())
    elif isinstance(node, ast.Break | ast.Continue):
        other = OTHER[type(node)]
        yield f"{type(node).__name__} to {other.__name__}", other()


def _part_dropped(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.BoolOp):
        for place in range(len(node.values)):
            kept = [each for at, each in enumerate(node.values) if at != place]
            yield f"{type(node.op).__name__} without part {place + 1}", kept[0] if len(kept) == 1 else _with(node, values=kept)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub | ast.Invert):
        yield f"{type(node.op).__name__} dropped", node.operand
    if isinstance(node, ast.comprehension):
        for place, condition in enumerate(node.ifs):
            kept = [each for at, each in enumerate(node.ifs) if at != place]
            yield f"condition dropped: {ast.unparse(condition)}", _with(node, ifs=kept)


def _value(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "boolean turned", ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield "number plus one", ast.Constant(node.value + 1)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        if other := OTHER_FUNCTION.get(name):
            function = _with(node.func, **{"id" if isinstance(node.func, ast.Name) else "attr": other})
            yield f"{name} to {other}", _with(node, func=function)


def _branch(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.IfExp):
        yield "always the first", node.body
        yield "always the second", node.orelse
    if isinstance(node, ast.If):
        yield "if not taken", _with(node, test=ast.Constant(False))
    if isinstance(node, ast.Return) and node.value and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield "return nothing", _with(node, value=ast.Constant(None))


OPERATORS: tuple[Callable[[ast.AST], Iterator[Change]], ...] = (_swapped, _part_dropped, _value, _branch)
