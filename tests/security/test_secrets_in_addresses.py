"""Secrets in addresses: what a mirror or a proxy asks of us is told nowhere: no state, no message, no log, no file of the home."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from orchestration.cli import doctor
from tests.support.publisher import GIAS, GOVUK, TITLE, Fault, Publisher, small_cards
from transforms.errors import InputError
from warehouse.home import Home
from warehouse.sources.cards import EesDataSet, read_cards
from warehouse.sources.fault import FetchError
from warehouse.sources.freshness import freshness
from warehouse.sources.http import Client
from warehouse.sources.live import fetch_all, read_states
from warehouse.sources.settings import Addresses, Manners
from warehouse.sources.told import LONGEST, told, without_secrets

SECRET = "hunter2"
NAMES = ("pass", "pw", "p", "access_key_id", "md5", "hash", "hdnea", "sp", "X-Amz-Signature", "Key-Pair-Id", "e", "é")
"""Of parameters that held a secret at some server: there is no list of them all."""

TODAY = date(2025, 10, 2)


@pytest.fixture
def publisher(small_sample: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Publisher(small_sample) as running:
        yield running


def _with_password(publisher: Publisher) -> Addresses:
    url = publisher.url.replace("//", f"//someone:{SECRET}@")
    return replace(publisher.addresses(), gias=url, govuk=url, ees=url, ons=url, arcgis=url)


def _everything(folder: Path) -> str:
    return "\n".join(path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file())


def test_a_mirrors_password_gets_in_and_nowhere_else(
    publisher: Publisher, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One file is good, one bad, one server's answer odd, one version held: each writes an address somewhere."""
    finder = read_cards()["ks4_results"].finder
    assert isinstance(finder, EesDataSet)
    first = {"gias_links", "ks4_results"}
    with caplog.at_level(logging.DEBUG):
        fetch_all(Home(tmp_path), _with_password(publisher), only=first, today=TODAY, cards=small_cards())
        publisher.version(finder.data_set, "2.0", publisher.newest_csv(finder.data_set))
        publisher.faults[f"{GIAS}allgroupsdata20250930.csv"] = Fault(body=b"<html>")
        publisher.faults[f"{GIAS}academiesmatmembership20250930.csv"] = Fault(status=500)
        again = {*first, "gias_groups", "gias_memberships"}
        states = fetch_all(Home(tmp_path), _with_password(publisher), only=again, today=TODAY, cards=small_cards())
    shown = freshness([], TODAY, read_states(Home(tmp_path)))

    assert {state.card: bool(state.problem or state.held) for state in states} == {
        "gias_groups": True, "gias_links": False, "gias_memberships": True, "ks4_results": True,
    }  # fmt: skip
    assert all(request.headers["Authorization"].startswith("Basic ") for request in publisher.requests)
    assert publisher.url.removeprefix("http:") in json.dumps([state.url for state in states])
    for told_in in (_everything(tmp_path), caplog.text, str(states), json.dumps([each.as_json() for each in shown])):
        assert "127.0.0.1" in told_in
        assert SECRET not in told_in
        assert "someone" not in told_in


def test_the_signature_of_an_address_is_sent_and_not_told(
    publisher: Publisher, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = publisher.attachments[0].path
    listed = {"title": TITLE.format("31 August 2025"), "content_type": "text/csv", "url": f"{path}?sp=r&sig={SECRET}"}
    publisher.faults[f"/api/content{GOVUK}"] = Fault(body=json.dumps({"details": {"attachments": [listed]}}).encode())
    publisher.faults[path] = Fault(body=b"<html>")

    with caplog.at_level(logging.INFO), pytest.raises(InputError) as stopped:
        fetch_all(Home(tmp_path), publisher.addresses(), only={"ofsted_inspections"}, today=TODAY, cards=small_cards())

    assert f"{path}?***" in _everything(tmp_path / "quarantine")
    assert SECRET not in _everything(tmp_path) + caplog.text + str(stopped.value)


def test_a_redirect_that_carries_a_secret_is_refused_without_telling_it(publisher: Publisher) -> None:
    publisher.faults["/x"] = Fault(raw=f"HTTP/1.1 302 Found\r\nLocation: ftp://me:{SECRET}@x/?token={SECRET}\r\n\r\n".encode())
    with Client(publisher.addresses().manners) as client, pytest.raises(FetchError, match="sends us to another place") as refused:
        client.get_text(f"{publisher.url}/x")
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [f"http://me:{SECRET}/x@127.0.0.1/a", f"http://h:port/?key={SECRET}", f"me:{SECRET}@host/a", f"ftp://me:{SECRET}@host/a"],
)
def test_an_address_that_is_none_is_refused_without_its_secret(url: str) -> None:
    with Client(Manners()) as client, pytest.raises(FetchError, match="none that can be asked") as refused:
        client.get_text(url)
    assert SECRET not in str(refused.value)
    assert SECRET not in refused.value.url


def test_doctor_says_which_server_it_tried_without_its_password(publisher: Publisher) -> None:
    for server, says in ((publisher.url, "answers"), ("http://127.0.0.1:9", "cannot be reached")):
        _, said = doctor._reach(server.replace("//", f"//me:{SECRET}@"))
        assert server in said
        assert says in said
        assert SECRET not in said


@pytest.mark.parametrize("proxy", [f"http://me:{SECRET}/@proxy", f"socks5://me:{SECRET}@proxy:1080", f"gopher://me:{SECRET}@proxy"])
def test_a_proxy_that_cannot_be_used_is_told_without_its_password(
    proxy: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(InputError, match="What to do: correct HTTPS_PROXY") as refused:
        fetch_all(Home(tmp_path), Addresses(), only={"gias_links"}, today=TODAY)
    assert SECRET not in str(refused.value)
    assert refused.value.__suppress_context__  # or a traceback would tell it


def test_a_proxy_that_does_not_answer_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", f"http://me:{SECRET}@127.0.0.1:9")
    addresses = Addresses(gias="http://publisher.invalid", manners=Manners(timeout=1, attempts=1))

    (state,) = fetch_all(Home(tmp_path), addresses, only={"gias_links"}, today=TODAY)

    assert "cannot be reached" in str(state.problem)
    assert SECRET not in state.words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://me:hunter2@a.uk/x", "https://a.uk/x"),
        ("https://hunter2@a.uk/x, and http://b:hunter2@c/", "https://a.uk/x, and http://c/"),
        ("https://me:hunter2@hunter2@a.uk/", "https://a.uk/"),
        ("https://me:hunter2/?#hunter2@a.uk/x", "https://a.uk/x"),
        ("https://a.uk/?token=hunter2&page=2&b=hunter2.", "https://a.uk/?page=2&***."),
        ("https://a.uk/?SIG=hunter2#access_token=hunter2", "https://a.uk/?***"),
        ("(https://a.uk/x#hunter2)", "(https://a.uk/x?***)"),
        ("https://a.uk/x;jsessionid=hunter2?page=1", "https://a.uk/x?page=1&***"),
        ("https://a.uk/go/b.uk%2Fx%3Fa%3D1%26sig%3Dhunter2/y", "https://a.uk/go/b.uk%2Fx?***"),
        ("https://a.uk/go/b.uk%2Fx%253Fa%253D1%2526sig%253Dhunter2", "https://a.uk/go/b.uk%2Fx?***"),
        ("http://me:65535/hunter2@a.uk/x", "http://a.uk/x"),
        ("http://hunter2/hunter2@a.uk/x", "http://a.uk/x"),
        ("/x?sp=hunter2&sig=hunter2 and /y?page=2 and z%26sig%3Dhunter2", "/x?***&*** and /y?page=2 and z%26***"),
        ("https://a.uk:8080/x?where=LSOA11CD LIKE 'E%'&f=json", "https://a.uk:8080/x?where=LSOA11CD LIKE 'E%'&f=json"),
        ("https://a.uk/x?dataSetVersion=1.0&page=1", "https://a.uk/x?dataSetVersion=1.0&page=1"),
        *((f"https://a.uk/x?{name}=hunter2", "https://a.uk/x?***") for name in NAMES),
        ("https://a.uk/x?hunter2", "https://a.uk/x?***"),
        ("write to me@a.uk; 1//2 is not an address", "write to me@a.uk; 1//2 is not an address"),
    ],
)  # fmt: skip
def test_secrets_go_and_addresses_stay(text: str, shown: str) -> None:
    assert without_secrets(text) == shown
    assert without_secrets(shown) == shown


def test_what_is_told_stands_on_one_line_and_has_an_end() -> None:
    assert told("a\nb\0\x1b[31mc\ud800") == "a b\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}[31mc\N{REPLACEMENT CHARACTER}"
    long = told("x" * 10_000_000)
    assert len(long) <= LONGEST
    assert "10,000,000 characters" in long
    assert told(long) == long


def test_a_password_whose_address_is_cut_off_before_its_server_is_not_told() -> None:
    assert SECRET not in told(f"http://{'a' * 3900}@h/ http://me:{SECRET}{'b' * 200}@h/")


def test_a_state_of_before_is_read_without_its_secret(tmp_path: Path) -> None:
    """A home whose states were written when passwords were still told."""
    live = tmp_path / "live"
    live.mkdir()
    checked = datetime(2025, 10, 1, tzinfo=UTC).isoformat()
    state = {"card": "gias_links", "outcome": "missing", "checked_at": checked, "url": f"http://me:{SECRET}@a/x"}
    state["problem"] = f"The server answered. Address: http://me:{SECRET}@a/x"
    (live / ".state.json").write_text(json.dumps({"gias_links": state}), encoding="utf-8")

    (read,) = read_states(Home(tmp_path))

    assert (read.url, read.problem) == ("http://a/x", "The server answered. Address: http://a/x")


@pytest.mark.parametrize(
    "user", [f"me:{SECRET} {SECRET}", f"me:/ {SECRET}", f"{SECRET}/{SECRET}", f"me:80/{SECRET}", f"a b:{SECRET}?#"]
)
def test_of_a_base_address_only_server_and_path_are_told_wherever_it_is(user: str, tmp_path: Path) -> None:
    """Where somebody has written a password as it is: with spaces, slashes, question marks."""
    base = f"http://{user}@127.0.0.1:9"
    addresses = Addresses(gias=base, ees=base, govuk=base, manners=Manners(timeout=0.4, attempts=1))
    chosen = ("gias_links", "ks4_results", "ofsted_inspections")
    cards = {id_: small_cards()[id_].model_copy(update={"required": False}) for id_ in chosen}

    states = fetch_all(Home(tmp_path), addresses, today=TODAY, cards=cards)

    assert all(state.problem for state in states)
    assert SECRET not in str(states) + _everything(tmp_path) + str(doctor._reach(base))
    assert SECRET not in f"{FetchError('a', base + '/x', 'b')}"


def test_the_password_of_an_address_in_a_version_that_is_held_is_not_told_though_it_has_spaces(
    publisher: Publisher, tmp_path: Path
) -> None:
    finder = read_cards()["ks4_results"].finder
    assert isinstance(finder, EesDataSet)
    addresses = replace(publisher.addresses(), ees=publisher.url.replace("//", f"//me:a {SECRET} b@"))
    chosen = {"ks4_results"}
    fetch_all(Home(tmp_path), addresses, only=chosen, today=TODAY, cards=small_cards())
    publisher.version(finder.data_set, "2.0", publisher.newest_csv(finder.data_set))

    (state,) = fetch_all(Home(tmp_path), addresses, only=chosen, today=TODAY, cards=small_cards())

    assert f"{publisher.url}/statistics" in str(state.held)
    assert SECRET not in str(state) + _everything(tmp_path)


def test_what_names_a_release_holds_no_signature_of_its_address(publisher: Publisher, tmp_path: Path) -> None:
    path = publisher.attachments[0].path
    elsewhere = path.replace("/media/", "/elsewhere/")
    publisher.files[elsewhere] = publisher.files[path]
    listed = {"title": TITLE.format("31 August 2025"), "content_type": "text/csv", "url": f"{elsewhere}?x={SECRET}"}
    publisher.faults[f"/api/content{GOVUK}"] = Fault(body=json.dumps({"details": {"attachments": [listed]}}).encode())

    (state,) = fetch_all(Home(tmp_path), publisher.addresses(), only={"ofsted_inspections"}, today=TODAY, cards=small_cards())

    assert state.outcome == "new"
    assert SECRET not in str(state) + _everything(tmp_path)
