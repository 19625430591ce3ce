"""What is published of the small sample is what it was, byte for byte: work on speed changes no figure.

Whoever changes a figure on purpose writes the digests anew, and says in the commit why:
``python -m tests.integration.test_digests FOLDER`` (a published folder of the small sample).
"""

import hashlib
import json
import sys
from pathlib import Path

import duckdb

DIGESTS = Path(__file__).parents[1] / "fixtures" / "sample_digests.json"
OF_A_RUN = {"area_history", "check_result", "refresh", "refresh_history", "source_file", "status_history"}
"""Tables in which times and numbers of runs stand, or the words of a check."""


def digests(published: Path) -> dict[str, str]:
    """SHA-256 of each table's Parquet file."""
    files = sorted((published / "parquet").glob("*.parquet"))
    return {file.stem: hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.stem not in OF_A_RUN}


def test_every_table_of_the_small_sample_is_byte_for_byte_what_it_was(published_sample: Path) -> None:
    told, found = json.loads(DIGESTS.read_text(encoding="utf-8")), digests(published_sample)
    assert told["duckdb"] == duckdb.__version__, "another DuckDB may write other bytes for the same rows: write the digests anew"
    assert sorted(found) == sorted(told["tables"])
    assert [table for table, digest in found.items() if digest != told["tables"][table]] == []


if __name__ == "__main__":
    told = {"duckdb": duckdb.__version__, "tables": digests(Path(sys.argv[1]))}
    DIGESTS.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
