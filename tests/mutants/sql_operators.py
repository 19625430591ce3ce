"""Faults in SQL: one change of the syntax tree each, written back by sqlglot.

The text that sqlglot writes differs from ours in layout alone: ``reach`` runs the unchanged tree beside every query and stops the
run where its rows are others.

Left out, since they change nothing that anybody relies on: the order of a model's rows (its last ``order by``), where nulls stand
in an order, what ``exists`` selects, ``distinct`` within ``in`` and ``exists``, sizes of types, and sentences made with ``||``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import sqlglot
from sqlglot import exp

from tests.mutants.mutant import Fault

DIALECT = "duckdb"

Change = tuple[str, str, str, exp.Expression]
"""Operator, before, after, and what stands in the node's place."""

SWAPPED: dict[type[exp.Expression], type[exp.Expression]] = {
    exp.LT: exp.LTE, exp.LTE: exp.LT, exp.GT: exp.GTE, exp.GTE: exp.GT, exp.EQ: exp.NEQ, exp.NEQ: exp.EQ,
    exp.Add: exp.Sub, exp.Sub: exp.Add, exp.Mul: exp.Div, exp.Div: exp.Mul,
    exp.And: exp.Or, exp.Or: exp.And,
}  # fmt: skip
OTHER_FUNCTION: dict[type[exp.Expression], type[exp.Expression]] = {
    exp.Min: exp.Max, exp.Max: exp.Min, exp.Sum: exp.Count, exp.ArgMin: exp.ArgMax, exp.ArgMax: exp.ArgMin,
    exp.Least: exp.Greatest, exp.Greatest: exp.Least, exp.LogicalOr: exp.LogicalAnd, exp.LogicalAnd: exp.LogicalOr,
}  # fmt: skip


def written(node: exp.Expression) -> str:
    """A node as SQL, without comments."""
    return node.sql(dialect=DIALECT, comments=False)


def head_of(text: str) -> str:
    """The comment at the head of a file, which says what a row is and, of a check, on what it is run."""
    found = re.match(r"(?:--[^\n]*\n)*", text)
    return found[0] if found else ""


def unchanged(text: str) -> str:
    """The file's text as sqlglot writes it: what every mutant of it is a change of."""
    return head_of(text) + written(sqlglot.parse_one(text, dialect=DIALECT))


def faults(text: str) -> Iterator[Fault]:
    """The faults of a file, from the outside in."""
    tree = sqlglot.parse_one(text, dialect=DIALECT)
    for place, node in enumerate(tree.walk()):
        for number, (operator, before, after, _) in enumerate(changes(node)):
            yield operator, before, after, _maker(text, place, number), 0, ""


def _maker(text: str, place: int, number: int) -> Callable[[], str]:
    """How the text is made with one node of the tree changed."""

    def make() -> str:
        tree = sqlglot.parse_one(text, dialect=DIALECT)
        node = next(each for at, each in enumerate(tree.walk()) if at == place)
        replacement = changes(node)[number][3]
        if node is tree:
            tree = replacement
        else:
            node.replace(replacement)
        return head_of(text) + written(tree)

    return make


def changes(node: exp.Expression) -> list[Change]:
    """What can be done to a node."""
    return [change for operator in OPERATORS for change in operator(node)]


def _swapped(node: exp.Expression) -> Iterator[Change]:
    other = SWAPPED.get(type(node))
    if other and not _only_shown(node):
        replacement = other(this=node.this.copy(), expression=node.expression.copy())
        yield f"{node.key} to {other.key}", written(node), written(replacement), _wrapped(node, replacement)


def _part_dropped(node: exp.Expression) -> Iterator[Change]:
    if isinstance(node, exp.And | exp.Or):
        for part, kept in ((node.this, node.expression), (node.expression, node.this)):
            yield f"{node.key} without a part", written(part), "", kept.copy()
    if isinstance(node, exp.Not):
        yield "not dropped", written(node), written(node.this), node.this.copy()


def _where_dropped(node: exp.Expression) -> Iterator[Change]:
    """A condition that is one part alone; those of several lose one at a time."""
    if not isinstance(node, exp.Select):
        return
    for name in ("where", "qualify", "having"):
        clause = node.args.get(name)
        if clause and (name == "qualify" or not isinstance(clause.this, exp.And)):
            yield _without(node, name, f"{name} dropped", written(clause))
    if node.args.get("distinct") and not node.find_ancestor(exp.In, exp.Exists):
        yield _without(node, "distinct", "distinct dropped", "select distinct")


def _without(node: exp.Expression, name: str, operator: str, before: str) -> Change:
    replacement = node.copy()
    replacement.set(name, None)
    return operator, before, "", replacement


def _case(node: exp.Expression) -> Iterator[Change]:
    if not isinstance(node, exp.Case) or _only_shown(node):
        return
    branches, default = node.args["ifs"], node.args.get("default")
    for place, branch in enumerate(branches):
        if len(branches) > 1:
            replacement = node.copy()
            replacement.set("ifs", [each.copy() for at, each in enumerate(branches) if at != place])
        else:
            replacement = default.copy() if default else exp.Null()
        shown = f"when {written(branch.this)} then {written(branch.args['true'])}"
        yield "when dropped", shown, "", replacement
        if (len(branches) > 1 or default) and not isinstance(branch.args["true"], exp.Null):
            replacement = node.copy()
            replacement.args["ifs"][place].set("true", exp.Null())
            yield "then null", shown, "null", replacement
    if default and not isinstance(default, exp.Null):
        replacement = node.copy()
        replacement.set("default", exp.Null())
        yield "else null", f"else {written(default)}", "null", replacement


def _null_handling(node: exp.Expression) -> Iterator[Change]:
    if isinstance(node, exp.Coalesce) and not _only_shown(node):
        yield "coalesce to its first", written(node), written(node.this), node.this.copy()
        rest = node.expressions
        later = rest[0].copy() if len(rest) == 1 else exp.Coalesce(this=rest[0].copy(), expressions=[e.copy() for e in rest[1:]])
        yield "coalesce without its first", written(node), written(later), later
    if isinstance(node, exp.Nullif):
        yield "nullif dropped", written(node), written(node.this), node.this.copy()


def _join(node: exp.Expression) -> Iterator[Change]:
    """Inner and left joins; conditions lose their parts as any other ``and`` does."""
    if not isinstance(node, exp.Join) or not (node.args.get("on") or node.args.get("using")) or node.args.get("method"):
        return
    side, kind = (node.side or "").upper(), (node.kind or "").upper()
    if side in ("", "LEFT") and kind in ("", "INNER", "OUTER"):
        replacement = node.copy()
        replacement.set("side", None if side else "LEFT")
        replacement.set("kind", "INNER" if side else None)
        yield ("left join to inner" if side else "inner join to left"), written(node), "", replacement


def _union(node: exp.Expression) -> Iterator[Change]:
    if not isinstance(node, exp.SetOperation):
        return
    for name, arm, kept in (("first", node.left, node.right), ("second", node.right, node.left)):
        replacement = kept.copy()
        if node.args.get("with_"):
            replacement.set("with_", node.args["with_"].copy())
        yield f"{node.key} without its {name}", _short(written(arm)), "", replacement
    if isinstance(node, exp.Union) and not node.args.get("distinct"):
        replacement = node.copy()
        replacement.set("distinct", True)
        yield "union all to union", _short(written(node.right)), "union", replacement


def _function(node: exp.Expression) -> Iterator[Change]:
    other = OTHER_FUNCTION.get(type(node))
    if isinstance(node, exp.Count) and isinstance(node.this, exp.Column):
        other = exp.Sum
    if other and not _only_shown(node):
        replacement = other(**{name: _copied(value) for name, value in node.args.items() if name in other.arg_types})
        yield f"{node.key} to {other.key}", written(node), written(replacement), replacement
    if isinstance(node, exp.Filter):
        yield "filter dropped", written(node), written(node.this), node.this.copy()
    if isinstance(node, exp.Count) and isinstance(node.this, exp.Distinct):
        replacement = exp.Count(this=node.this.expressions[0].copy())
        yield "distinct dropped", written(node), written(replacement), replacement


def _order(node: exp.Expression) -> Iterator[Change]:
    if isinstance(node, exp.Ordered) and not _is_presentation(node):
        replacement = node.copy()
        replacement.set("desc", not node.args.get("desc"))
        replacement.set("nulls_first", None)
        yield "order turned", f"order by {written(node)}", written(replacement), replacement


def _literal(node: exp.Expression) -> Iterator[Change]:
    if isinstance(node, exp.In):
        for place, value in enumerate(node.expressions):
            if len(node.expressions) > 1 and isinstance(value, exp.Literal):
                replacement = node.copy()
                replacement.set("expressions", [e.copy() for at, e in enumerate(node.expressions) if at != place])
                yield "value dropped", written(node), f"without {written(value)}", replacement
    if isinstance(node, exp.Boolean):
        replacement = exp.Boolean(this=not node.this)
        yield "boolean turned", f"{written(node)} in {_short(written(node.parent))}", written(replacement), replacement
    if isinstance(node, exp.Literal) and not node.is_string and not _is_idle_number(node):
        value = float(node.this) + 1
        replacement = exp.Literal.number(int(value) if value.is_integer() and "." not in node.this else value)
        yield "number plus one", f"{written(node)} in {_short(written(node.parent))}", written(replacement), replacement


OPERATORS: tuple[Callable[[exp.Expression], Iterator[Change]], ...] = (
    _swapped, _part_dropped, _where_dropped, _case, _null_handling, _join, _union, _function, _order, _literal,
)  # fmt: skip


def _only_shown(node: exp.Expression) -> bool:
    """Whether it is part of a sentence: text put together with ``||`` or ``format``."""
    return node.find_ancestor(exp.DPipe, exp.Format) is not None


def _is_presentation(node: exp.Expression) -> bool:
    """Whether an order is that of a whole model's rows: not of a window, an aggregate or a query cut short."""
    order = node.parent
    select = order.parent if order else None
    return isinstance(select, exp.Query) and not select.args.get("limit") and not select.args.get("distinct")


def _is_idle_number(node: exp.Expression) -> bool:
    """A number that is a place or a size, not a value: of a type, of ``order by 1``, or what ``exists`` selects."""
    parent = node.parent
    if isinstance(parent, exp.DataTypeParam | exp.Ordered | exp.Group):
        return True
    return _only_shown(node) or (isinstance(parent, exp.Select) and node.find_ancestor(exp.Exists) is not None)


def _wrapped(node: exp.Expression, replacement: exp.Expression) -> exp.Expression:
    """In brackets where the other operator would bind otherwise than the one that stood there."""
    return exp.Paren(this=replacement) if isinstance(node.parent, exp.Binary | exp.Not) else replacement


def _copied(value: object) -> object:
    if isinstance(value, list):
        return [_copied(each) for each in value]
    return value.copy() if isinstance(value, exp.Expression) else value


def _short(text: str, most: int = 100) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
