"""Every output of a few schools, written into a folder: ``python -m tests.support.everything FOLDER``.

Run in a copy of the project, it shows what that copy publishes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from exports.datapackage import write_datapackage
from exports.duckdb_file import write_duckdb
from exports.ees import write_ees
from exports.excel import write_workbooks
from exports.map import write_site
from exports.parquet import write_parquet
from tests.support.published import tables_of_a_few_schools
from warehouse.dictionary import page
from warehouse.graph import assemble


def write_everything(folder: Path) -> None:
    """Write the exports of a published folder, and the page of the dictionary, as a refresh does."""
    assemble()  # refuses a contract that names what is not there
    connection = tables_of_a_few_schools()
    write_duckdb(connection, folder / "schoolmatch.duckdb", is_synthetic=False)
    write_parquet(connection, folder / "parquet", is_synthetic=False)
    write_ees(connection, folder / "ees", is_synthetic=False)
    write_datapackage(connection, folder, is_synthetic=False)
    write_workbooks(connection, folder / "excel")
    write_site(connection, folder / "site", status=[], stamp="20251001T063000Z", is_named=True)
    (folder / "dictionary.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write_everything(Path(sys.argv[1]))
