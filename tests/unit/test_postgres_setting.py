"""Where Dagster keeps its own: in the home, or in Postgres where a setting says so, whose address no file gets."""

from pathlib import Path

import pytest

from orchestration.instance import POSTGRES_URL, SETTINGS, prepare_dagster_home
from transforms.errors import InputError
from warehouse.home import Home


@pytest.fixture(autouse=True)
def _given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "")


def test_the_address_stays_in_the_environment_and_without_it_all_is_in_the_home_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "home" / "dagster" / "dagster.yaml"
    monkeypatch.setenv(POSTGRES_URL, "postgresql+psycopg2://us:hush@server/database")
    prepare_dagster_home(Home(tmp_path / "home"))
    text = settings.read_text(encoding="utf-8")
    assert f"env: {POSTGRES_URL}" in text
    assert "hush" not in text
    monkeypatch.delenv(POSTGRES_URL)
    prepare_dagster_home(Home(tmp_path / "home"))
    assert settings.read_bytes() == SETTINGS.read_bytes()


@pytest.mark.parametrize("scheme", ["mysql", "postgresql"])
def test_what_dagster_could_not_open_is_refused_and_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv(POSTGRES_URL, f"{scheme}://us:hush@server/database")
    with pytest.raises(InputError, match="is no address of a Postgres database") as refused:
        prepare_dagster_home(Home(tmp_path / "home"))
    assert "hush" not in str(refused.value)
    assert not (tmp_path / "home").exists()


def test_without_the_packages_the_error_says_how_to_install_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(POSTGRES_URL, "postgresql+psycopg2://us:hush@server/database")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match="make setup-service"):
        prepare_dagster_home(Home(tmp_path / "home"))
