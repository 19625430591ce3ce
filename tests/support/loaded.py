"""Which libraries that take tenths of a second to import a program has loaded at its end."""

import subprocess
import sys

SLOW = frozenset(
    (
        "dagster",
        "duckdb",
        "h3ronpy",
        "httpx",
        "lxml",
        "numpy",
        "openpyxl",
        "pandas",
        "pyarrow",
        "pydantic",
        "scipy",
        "shapely",
        "sqlglot",
    )
)


def loaded_by(*arguments: str, exit_code: int = 0) -> set[str]:
    """Of ``SLOW``, what the command line has loaded once it has answered."""
    program = f"""
import sys
from orchestration.cli.main import app
try:
    app({list(arguments)!r})
except SystemExit as end:
    assert end.code == {exit_code}, end.code
print()
print(*sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(SLOW & set(done.stdout.splitlines()[-1].split()))
