"""The data dictionary: every published table and column in words, as the contracts have them, held against what was built.

``docs/dictionary.md`` is made from it: ``python -m warehouse.dictionary``.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from transforms.errors import InputError
from warehouse.contract import GROUPS, SCHEMA, Contract, contract_of, read_contracts
from warehouse.model import SQL
from warehouse.store import replace_table, run

TABLE = "mart.data_dictionary"
PAGE = SQL.parent / "docs" / "dictionary.md"


def build_dictionary(connection: duckdb.DuckDBPyConnection) -> int:
    """Make ``mart.data_dictionary``; returns its number of rows.

    Raises InputError where a built table has other columns, or columns of other types, than its contract says.
    """
    for contract in read_contracts().values():
        if contract.table != TABLE:
            _refuse_other_columns(connection, contract)
    rows = [
        {
            "table_name": contract.name,
            "column_name": name,
            "data_type": column.type.upper(),
            "unit": column.unit,
            "is_key": name in contract.key,
            "is_required": column.is_required,
            "description": column.description,
            "null_means": column.null,
            "label": column.label,
            "published_as": "; ".join(column.published_as) or None,
        }
        for contract in read_contracts().values()
        for name, column in contract.columns.items()
    ]
    return replace_table(connection, TABLE, contract_of(TABLE).types, pa.Table.from_pylist(rows))


def _refuse_other_columns(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    built = {
        name: kind.lower() for name, kind in run(connection, f"select column_name, column_type from (describe {contract.table})")
    }
    if built == contract.types and list(built) == list(contract.types):
        return
    wrong = sorted({name for name, _ in set(built.items()) ^ set(contract.types.items())}) or list(built)
    raise InputError(
        f"The table {contract.table} has other columns than its contract says, other types, or another order",
        file=f"sql/{SCHEMA}/{contract.name}.toml",
        column=", ".join(wrong),
        expected=", ".join(f"{name} {kind}" for name, kind in built.items() if name in wrong) or "no such column",
        do="describe what the SQL gives, in its order; or mend the SQL",
    )


def page() -> str:
    """The documentation page of all published tables (Markdown)."""
    contracts = read_contracts()
    lines = [
        "<!-- Generated from sql/mart/ (heads of the SQL, contracts) by `python -m warehouse.dictionary`: change those. -->",
        "# Data dictionary",
        "",
        "Every table of the schema `mart` in `schoolmatch.duckdb`, and of `parquet/`. **Bold**: the key. *Empty*: what an empty",
        "value means; a column without that is never empty. Empty is never zero. *Published as*: the kind of file",
        "(`source_file.kind`) and the publisher's own heading. How to use them: [analysts.md](analysts.md).",
    ]
    for group in GROUPS:
        lines += ["", f"**{group}**", ""]
        lines += [f"* [{name}](#{name})" for name, contract in contracts.items() if contract.group == group]
    for contract in contracts.values():
        lines += ["", f"## {contract.name}", "", contract.row, "", "| column | type | unit | what it is | empty | published as |"]
        lines.append("|---|---|---|---|---|---|")
        for name, column in contract.columns.items():
            shown = f"**`{name}`**" if name in contract.key else f"`{name}`"
            published_as = "<br>".join(column.published_as)
            cells = (shown, column.type, column.unit or "", column.description, column.null or "", published_as)
            lines.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
