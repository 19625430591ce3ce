"""The SQL of a model as Spark takes it: macros written out, what the engines write differently translated, all else refused.

Names of functions are sqlglot's own (``strpos`` is str_position, for one), since two engines may write one function differently.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import sqlglot
from sqlglot import exp

from warehouse.model import SQL, Model, parsed

PORTABLE = {
    **dict.fromkeys(
        ("abs", "and", "any_value", "case", "cast", "coalesce", "count", "greatest", "least", "max", "min", "nullif", "or",
         "percent_rank", "sqrt", "sum"),
        "standard SQL",
    ),
    "if": "a case in other words; a branch of a case is one to sqlglot too",
    "logical_or": "bool_or in DuckDB, Spark and PostgreSQL, `some` in the standard",
    "arg_max": "max_by in Spark, Trino and Snowflake; both pass over what is null",
    "arg_min": "min_by, the same",
    "struct": "a row with names",
    "array": "a list written out",
    "array_contains": "of two arrays that are not null",
    "array_size": "array_length in DuckDB and PostgreSQL, size in Spark",
    "round": "a half goes away from zero in either",
    "exp": "of the machine's own library in either; the last digit may differ, far within what is compared",
    "explode": "unnest; both pass over an empty array",
    "printf": "Spark has the same formats, and groups digits by commas whatever the language of the machine",
    "h3_grid_disk": "the project's own, one Python function registered in either engine",
    "error": "translated below",
}  # fmt: skip
"""What a model may use, its macros written out, and why: what gives the same in other engines, however it is written there."""

INSTEAD = {
    "length": "array_length(list): len of DuckDB is for texts too, and is taken for that of a text",
    "array_concat": "coalesce(a, []) || coalesce(b, []): list_concat takes null for an empty list in DuckDB alone",
    "list_position": "case … when: Spark gives 0 where DuckDB gives null",
    "format": "||: the braces stand in the text elsewhere",
}
"""What was used before, and what says the same."""


class NotPortableError(Exception):
    """A model uses a function of which it is not known that other engines have it."""


def macros(text: str) -> dict[str, exp.Create]:
    """The macros by name, from the text of ``sql/macros.sql``; without those whose body sqlglot does not understand."""
    found = [each for each in sqlglot.parse(text, read="duckdb") if isinstance(each, exp.Create)]
    return {each.this.this.name: each for each in found if each.expression}


def written_out(tree: exp.Expr, known: Mapping[str, exp.Create]) -> exp.Expr:
    """A copy of a query in which each call of a macro is its body, in brackets."""
    tree = tree.copy()
    while call := next((each for each in tree.find_all(exp.Anonymous) if each.name.lower() in known), None):
        macro = known[call.name.lower()]
        given = dict(zip((each.name for each in macro.this.expressions), call.expressions, strict=True))
        body = exp.paren(macro.expression)
        for column in [each for each in body.find_all(exp.Column) if each.name in given and not each.table]:
            column.replace(exp.paren(given[column.name]))
        call.replace(body)
    return tree


def functions(tree: exp.Expr) -> set[str]:
    """The functions of a query, by the names that sqlglot has for them; those that it has none for, by their own."""
    return {(each.name if isinstance(each, exp.Anonymous) else each.sql_name()).lower() for each in tree.find_all(exp.Func)}


def not_materialized(tree: exp.Expr) -> None:
    """``as materialized`` tells DuckDB how to go about it, and changes no row. Spark plans without, and does not know the word."""
    for each in tree.find_all(exp.CTE):
        each.set("materialized", None)


def divided_as_doubles(tree: exp.Expr) -> None:
    """What DuckDB divides is a double. Spark divides a decimal, as ``100.0 * x`` is one, to a decimal, rounded."""
    for each in list(tree.find_all(exp.Div)):
        each.set("this", exp.cast(each.this, "double"))


def raised(tree: exp.Expr) -> None:
    """``error(text)`` is ``raise_error(text)`` in Spark."""
    for each in [each for each in tree.find_all(exp.Anonymous) if each.name.lower() == "error"]:
        each.set("this", "raise_error")


TRANSLATIONS: tuple[Callable[[exp.Expr], None], ...] = (not_materialized, divided_as_doubles, raised)
"""What sqlglot does not translate by itself, each with its reason. All that the check changes in a model stands here."""


def portable(model: Model, known: Mapping[str, exp.Create]) -> exp.Expr:
    """The query of a model with its macros written out. Raises NotPortableError for a function that is not in PORTABLE."""
    tree = written_out(parsed(model.sql, model.path), known)
    if strange := sorted(functions(tree) - set(PORTABLE)):
        said = "; ".join(f"{name} (rather: {INSTEAD[name]})" if name in INSTEAD else name for name in strange)
        raise NotPortableError(
            f"{model.name} uses what other engines may not have, or have otherwise: {said}. Say it in standard SQL; where "
            "it cannot be said so, name it with a reason in tests/portability/dialect.py, and run make portability"
        )
    return tree


def spark_sql(model: Model, known: Mapping[str, exp.Create]) -> str:
    """The query of a model for Spark. Raises NotPortableError, or UnsupportedError for what sqlglot knows Spark cannot do."""
    tree = portable(model, known)
    for translate in TRANSLATIONS:
        translate(tree)
    return tree.sql("spark", pretty=True, comments=False, unsupported_level=sqlglot.ErrorLevel.RAISE)


def our_macros(path: Path = SQL / "macros.sql") -> dict[str, exp.Create]:
    """The macros of the project."""
    return macros(path.read_text(encoding="utf-8"))
