"""Figures in docs and tests hold for the files they were made from; with others a test says so instead of failing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import duckdb
import pytest

from exports.pages.method import digest, noted_digests, page, pages
from tests.support.noted import skip_unless_noted
from transforms.errors import InputError


@pytest.fixture
def published() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema mart")
        connection.execute("create table mart.source_file as select unnest(['aa', 'bb', 'cc']) as sha256")
        yield connection


def test_the_digest_does_not_hang_on_the_order_of_the_files(published: duckdb.DuckDBPyConnection) -> None:
    first = digest(published)
    published.execute("create or replace table mart.source_file as select unnest(['cc', 'aa', 'bb']) as sha256")
    assert digest(published) == first == "bb3a8f77129e"  # printf 'aa\nbb\ncc' | sha256sum


@pytest.mark.parametrize("hashes", [["aa", "bb"], ["aa", "bb", "cd"], ["aa", "bb", "cc", "cc"]])
def test_other_files_have_another_digest(published: duckdb.DuckDBPyConnection, hashes: list[str]) -> None:
    first = digest(published)
    published.execute("create or replace table mart.source_file as select unnest($hashes) as sha256", {"hashes": hashes})
    assert digest(published) != first


def test_the_pages_name_the_files_of_both_years() -> None:
    noted = noted_digests()
    assert set(noted) == {"2017", "2025"}
    assert all(re.fullmatch("[0-9a-f]{12}", each) for each in noted.values())


def test_with_other_files_a_test_of_figures_is_skipped_and_says_which(published: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(pytest.skip.Exception, match=r"the files of 2017 here \(bb3a8f77129e\) are others .* make the pages anew"):
        skip_unless_noted(published, "2017")


def test_with_the_same_files_a_test_of_figures_runs(published: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.noted.noted_digests", lambda: {"2017": digest(published)})
    skip_unless_noted(published, "2017")


def test_a_part_that_nothing_makes_is_refused() -> None:
    with pytest.raises(InputError, match="Nothing makes the part shoes"):
        page("<!-- begin shoes -->\n<!-- end shoes -->", {"figures": str})


def test_every_part_that_is_begun_is_ended() -> None:
    """One that is not would never be made anew."""
    for path in pages():
        text = path.read_text(encoding="utf-8")
        assert re.findall("<!-- begin (.+) -->", text) == re.findall("<!-- end (.+) -->", text), path.name


def test_the_one_page_is_one_page() -> None:
    words = [word for word in pages()[0].read_text(encoding="utf-8").split() if word not in {"|", "---", "--:", "<!--", "-->"}]
    assert pages()[0].name == "method.md"
    assert len(words) <= 740
