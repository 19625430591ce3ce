"""What the command line loads before it answers: a library that takes tenths of a second is loaded by those who need it.

What questions load: ``tests/integration/test_questions.py``.
"""

from tests.support.loaded import loaded_by


def test_help_loads_nothing_that_takes_time() -> None:
    assert loaded_by("--help") == set()


def test_help_of_a_command_loads_nothing_that_takes_time() -> None:
    assert loaded_by("refresh", "--help") <= {"pydantic"}  # which Typer loads to read arguments
