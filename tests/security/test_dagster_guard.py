"""No web page drives Dagster's UI: what ``make dev`` and production start, attacked by a plain client and from pages in Chromium.

Each attack would stop a sensor or a schedule, start a run, report a table as made, or read what is there. After each of them
Dagster's instance is as it was.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import dagster as dg
import httpx
import pytest
from playwright.sync_api import Browser, Playwright, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from orchestration.guard import bound, guarded
from orchestration.instance import MODULE, end_lost_runs, prepare_dagster_home
from tests.browser.conftest import launched
from tests.support.waiting import PATIENCE_SECONDS, until
from transforms.errors import InputError
from warehouse.home import Home

ROOT = Path(__file__).resolve().parents[2]
NOBODY = "http://127.0.0.1:9"
"""An address at which no server listens."""
EVIL = "evil.example"
"""The name of a foreign site, which leads to this machine: DNS rebinding, where the port is that of the UI."""
LOG_IN = "dagster.example.org"
"""The name of a log-in in front of the read-only UI."""
SENSORS = ("first_refresh", "new_ofsted_release", "new_results", "refresh_failed")
INSTIGATORS = sorted([*SENSORS, "every_morning"])
JSON = {"Content-Type": "application/json"}
ASSET = "/report_asset_materialization/published/latest"


@dataclass(frozen=True)
class Dagster:
    """The processes of ``make dev`` and of the read-only UI, by their addresses, and the home of both."""

    url: str
    read_only: str
    home: Home
    process: subprocess.Popen[bytes]

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    def asked(self, query: str, url: str | None = None, **headers: str) -> Any:
        """The answer to what the UI itself, or a tool, would ask."""
        answer = httpx.post(f"{url or self.url}/graphql", json={"query": query}, headers=headers, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def state(self) -> dict[str, Any]:
        """What an attack may not change."""
        with dg.DagsterInstance.from_config(str(self.home.dagster)) as instance:
            return {
                "stopped": sorted(each.name for each in instance.all_instigator_state() if each.status.value == "STOPPED"),
                # the schedule may strike while the test runs
                "runs": sum("dagster/schedule_name" not in run.tags for run in instance.get_runs()),
                "tables": len(instance.all_asset_keys()),
            }


UNTOUCHED = {"stopped": [], "runs": 0, "tables": 0}


def free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


@contextmanager
def running(module: str, *arguments: str, environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as file:
        command = [sys.executable, "-m", module, *arguments]
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(90)


@pytest.fixture(scope="module")
def dagster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dagster]:
    """Started as by ``make dev`` and in production, for sources that cannot be reached: the sensors look, and start nothing."""
    folder = tmp_path_factory.mktemp("dagster")
    home = Home(folder / "home")
    environment = os.environ | {f"SCHOOLMATCH_{name}_URL": NOBODY for name in ("GIAS", "GOVUK", "EES", "ONS", "ARCGIS")}
    environment |= {"SCHOOLMATCH_HOME": str(home.root), "SCHOOLMATCH_SOURCE": "live", "NO_PROXY": "127.0.0.1"}
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DAGSTER_HOME", "")  # set by what follows, and given back
        prepare_dagster_home(home)
        end_lost_runs(home)  # both, which start at once, would make Dagster's databases, and break them
    dev, ui = free_ports()
    read_only = ("--read-only", "--port", str(ui), "--name", LOG_IN)
    with (
        running("orchestration.dev", "--port", str(dev), environment=environment, log=folder / "dev.log") as process,
        running("orchestration.ui", *read_only, environment=environment, log=folder / "ui.log"),
    ):
        made = Dagster(f"http://127.0.0.1:{dev}", f"http://127.0.0.1:{ui}", home, process)

        def is_there(url: str) -> bool:
            assert process.poll() is None, (folder / "dev.log").read_text(encoding="utf-8", errors="replace")
            try:
                return httpx.get(f"{url}/server_info", timeout=PATIENCE_SECONDS).is_success
            except httpx.TransportError:
                return False

        until("the UI answers", lambda: is_there(made.url))
        until("the read-only UI answers", lambda: is_there(made.read_only))
        yield made


@pytest.fixture(scope="module")
def stops(dagster: Dagster) -> dict[str, str]:
    """The mutations that stop each of the sensors and the schedule."""
    found = dagster.asked(
        "{ repositoriesOrError { ... on RepositoryConnection { nodes { "
        "sensors { name sensorState { id } } schedules { name scheduleState { id } } } } } }"
    )["repositoriesOrError"]["nodes"][0]
    stop = "mutation {{ {}(id: {}) {{ __typename }} }}"
    made = {each["name"]: stop.format("stopSensor", json.dumps(each["sensorState"]["id"])) for each in found["sensors"]}
    made |= {
        each["name"]: stop.format("stopRunningSchedule", json.dumps(each["scheduleState"]["id"])) for each in found["schedules"]
    }
    assert sorted(made) == INSTIGATORS
    return made


def launch(config: str = "{}") -> str:
    selector = f'{{repositoryLocationName: "{MODULE}", repositoryName: "__repository__", jobName: "refresh"}}'
    parameters = f'{{selector: {selector}, mode: "default", runConfigData: {json.dumps(config)}}}'
    return f"mutation {{ launchRun(executionParams: {parameters}) {{ __typename }} }}"


QUERY = "/graphql?query={get}"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LIKE_JSON = {"Content-Type": "text/plain; application/json"}
"""Dagster takes it for JSON; a browser takes it for plain text, which any page may send anywhere."""
PAGES: dict[str, tuple[str, str, dict[str, str]]] = {
    "a mutation by GET": ("GET", QUERY, {}),
    "a mutation by HEAD": ("HEAD", QUERY, {}),
    "a mutation to what the router takes for GraphQL": ("GET", "/graphql%0a?query={get}", {}),
    "the same by HEAD": ("HEAD", "/graphql%0A?query={get}", {}),
    "the same after another parameter": ("GET", "/graphql%0a?x=1&query={get}", {}),
    "the same as a form": ("POST", "/graphql%0a?query={get}", FORM),
    "a mutation to where the router sends on": ("GET", "/graphql/?query={get}", {}),
    "a mutation to any page": ("GET", "/overview?query={get}", {}),
    "an origin that is no address": ("POST", "/graphql", JSON | {"Origin": "http://["}),
    "a form": ("POST", QUERY, FORM),
    "a POST without a type": ("POST", QUERY, {}),
    "text": ("POST", QUERY, {"Content-Type": "text/plain"}),
    "text that Dagster takes for JSON": ("POST", "/graphql", LIKE_JSON),
    "GraphQL as it is": ("POST", "/graphql", {"Content-Type": "application/graphql"}),
    "a foreign host": ("POST", "/graphql", JSON | {"Host": EVIL}),
    "a host that begins like this machine": ("POST", "/graphql", JSON | {"Host": f"127.0.0.1.{EVIL}"}),
    "a foreign host and its own origin": ("POST", "/graphql", JSON | {"Host": EVIL, "Origin": f"http://{EVIL}"}),
    "a foreign origin": ("POST", "/graphql", JSON | {"Origin": f"http://{EVIL}"}),
    "an origin of another port": ("POST", "/graphql", JSON | {"Origin": "http://127.0.0.1:8000"}),
    "no origin to speak of": ("POST", "/graphql", JSON | {"Origin": "null"}),
    "another site": ("POST", "/graphql", JSON | {"Sec-Fetch-Site": "cross-site"}),
    "another server of this machine": ("POST", "/graphql", JSON | {"Sec-Fetch-Site": "same-site"}),
    "a report from a foreign page": ("POST", ASSET, JSON | {"Origin": f"http://{EVIL}"}),
    "a report without a type": ("POST", ASSET, {}),
    "a log in a foreign page": ("GET", "/logs/x/compute_logs/y.err", {"Sec-Fetch-Site": "cross-site"}),
    "a notebook in a foreign page": ("GET", "/notebook?path=x.ipynb&repoLocName=x", {"Sec-Fetch-Site": "cross-site"}),
    "a dump in a foreign page": ("GET", "/download_debug/x", {"Sec-Fetch-Site": "cross-site"}),
    "a frame in a foreign page": (
        "GET",
        "/overview",
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ),
}


@pytest.mark.parametrize(("method", "path", "headers"), PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("served", ["url", "read_only"])
def test_what_a_page_could_send_is_refused(
    dagster: Dagster, stops: dict[str, str], served: str, method: str, path: str, headers: dict[str, str]
) -> None:
    stop = stops["first_refresh"]
    body = None
    if path == "/graphql":
        body = stop if headers["Content-Type"] == "application/graphql" else json.dumps({"query": stop})
    url = getattr(dagster, served) + path.format(get=quote(stop))
    answer = httpx.request(method, url, headers=headers, content=body, timeout=60)
    assert answer.status_code in (400, 403)
    assert method == "HEAD" or "What to do" in answer.text or answer.text == "Invalid host header"
    assert dagster.state() == UNTOUCHED


SPELLINGS = [
    f"{before}{name}{after}"
    for before in ("/", "//", "/%0a")
    for name in ("graphql", "GraphQL", "graph%71l", "graphql%0a", "graphql%0d%0a", "graphql%00", "graphql%20", "graphql%c2%85")
    for after in ("", "/", "%2f")
]
"""How a page could write where GraphQL is asked; the real router takes more than one of them for it."""


@pytest.mark.parametrize("path", SPELLINGS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_no_spelling_of_an_address_asks_graphql_by_get_from_an_image_of_a_plain_page(method: str, path: str) -> None:
    """As Chromium asks for it from a UI by name, without https: it says neither Origin nor Sec-Fetch-Site."""
    asked: list[str] = []

    def graphql(request: Request) -> PlainTextResponse:
        asked.append(request.url.query)
        return PlainTextResponse("")

    app = guarded(Starlette(routes=[Route("/graphql", graphql)]), [LOG_IN])

    async def ask() -> None:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{LOG_IN}", follow_redirects=True) as client:
            await client.request(method, f"http://{LOG_IN}{path}?query=mutation")

    with ThreadPoolExecutor(1) as apart:  # a browser that another test has opened keeps a loop in this thread
        apart.submit(asyncio.run, ask()).result()
    assert asked == []


@pytest.mark.parametrize(
    "sent",
    [{"origin": f"http://{EVIL}"}, {"origin": "null"}, {"origin": "http://["}, {"origin": f"http://{EVIL}", "host": EVIL}],
    ids=str,
)
def test_a_websocket_of_a_foreign_page_is_refused(dagster: Dagster, sent: dict[str, str]) -> None:
    address = f"ws://{sent.get('host', '127.0.0.1')}:{dagster.host.rpartition(':')[2]}/graphql"
    with socket.create_connection(("127.0.0.1", int(dagster.host.rpartition(":")[2]))) as line:
        with pytest.raises(InvalidStatus) as refused:
            connect(address, sock=line, origin=sent["origin"], subprotocols=["graphql-ws"])
        assert refused.value.response.status_code in (400, 403)


def test_no_page_may_frame_the_ui_or_read_what_it_answers(dagster: Dagster) -> None:
    headers = httpx.get(dagster.url, timeout=60).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in headers


def test_a_tool_and_a_link_to_the_ui_are_let_through(dagster: Dagster) -> None:
    assert dagster.asked("{ version }")["version"] == dg.__version__
    assert dagster.asked("{ version }", Host="localhost:3000", Origin="http://localhost:3000")  # through an SSH tunnel
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Accept": "text/html"}
    assert httpx.get(f"{dagster.url}/overview", headers=link, timeout=60).is_success
    assert httpx.get(f"{dagster.url}/graphql", headers={"Accept": "text/html"}, timeout=60).is_success  # the playground


def test_what_a_log_in_in_front_passes_on_is_let_through(dagster: Dagster) -> None:
    assert dagster.asked("{ version }", dagster.read_only, Host=LOG_IN, Origin=f"https://{LOG_IN}")["version"] == dg.__version__
    foreign = httpx.post(f"{dagster.read_only}/graphql", json={}, headers={"Host": LOG_IN, "Origin": f"https://{EVIL}"}, timeout=60)
    assert foreign.status_code == 403


def test_a_port_that_is_taken_is_said(dagster: Dagster) -> None:
    port = int(dagster.host.rpartition(":")[2])
    with pytest.raises(InputError, match=f"Port {port} cannot be used: .* What to do: choose another: --port 3001"):
        bound(port)


def test_make_dev_starts_what_is_attacked_here() -> None:
    alone = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}  # where make runs the tests
    shown = subprocess.run(["make", "-n", "dev"], cwd=ROOT, capture_output=True, text=True, check=True, env=alone).stdout
    assert shown.splitlines()[-1].endswith("python -m orchestration.dev --port 3000")


def test_whoever_uses_the_ui_cannot_publish_elsewhere(dagster: Dagster, tmp_path: Path) -> None:
    for config in ({"warehouse": {"config": {"home": str(tmp_path)}}}, {"source": {"config": {"source": str(tmp_path)}}}):
        answer = dagster.asked(launch(json.dumps({"resources": config})))
        assert answer["launchRun"]["__typename"] == "RunConfigValidationInvalid"
    assert dagster.state() == UNTOUCHED
    assert list(tmp_path.iterdir()) == []


def test_the_read_only_ui_changes_nothing_for_anybody(dagster: Dagster, stops: dict[str, str]) -> None:
    url = dagster.read_only
    assert dagster.asked("{ version }", url)["version"] == dg.__version__
    for mutation in (*stops.values(), launch(), "mutation { reloadWorkspace { __typename } }"):
        (answer,) = dagster.asked(mutation, url).values()
        assert answer["__typename"] == "UnauthorizedError"
    assert httpx.post(url + ASSET, json={}, timeout=60).status_code == 401
    assert dagster.state() == UNTOUCHED


PAGE = """<!doctype html><title>working</title><iframe name=into></iframe><script>
const ui = %(ui)s, by_get = (query) => ui + "/graphql?query=" + encodeURIComponent(query), stops = %(stops)s;
const heard = [], json = (query) => JSON.stringify({ query });
const settled = (element, more) => new Promise((done) => {
  element.onload = element.onerror = done; Object.assign(element, more); document.body.append(element); });
const posted = (action, enctype) => new Promise((done) => {
  const frame = document.createElement("iframe"), form = document.createElement("form");
  frame.name = "f" + Math.random(); Object.assign(form, { action, enctype, method: "post", target: frame.name });
  document.body.append(frame, form); frame.onload = done; form.submit(); });
const sent = (path, more) => fetch(ui + path, { method: "POST", ...more }).then((answer) => answer.text()).then(
  (text) => text && heard.push(text), () => undefined);
const listened = () => new Promise((done) => {
  const line = new WebSocket(ui.replace("http", "ws") + "/graphql", "graphql-ws");
  line.onopen = () => { line.send(JSON.stringify({ type: "connection_init" })); };
  line.onmessage = (message) => { heard.push(message.data); line.close(); };
  line.onclose = done; });
Promise.all([
  settled(new Image(), { src: by_get(stops.first_refresh) }),
  settled(new Image(), { src: by_get(%(launch)s) }),
  settled(document.createElement("iframe"), { src: ui + "/overview", id: "framed" }),
  posted(by_get(stops.new_ofsted_release), "text/plain"),
  posted(by_get(stops.refresh_failed), "application/x-www-form-urlencoded"),
  sent("/graphql", { mode: "no-cors", headers: { "Content-Type": "text/plain; application/json" }, body: json(stops.new_results) }),
  sent("/graphql", { headers: { "Content-Type": "application/json" }, body: json(stops.every_morning) }),
  sent("%(asset)s", { mode: "no-cors" }),
  listened(),
]).then(() => { document.title = "done"; });
</script>"""


@contextmanager
def page_of_another_origin(text: str) -> Iterator[int]:
    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with launched(playwright, f"--host-resolver-rules=MAP {EVIL} 127.0.0.1") as found:
        yield found


@pytest.mark.parametrize("name", [EVIL, "localhost", "127.0.0.1"])
def test_a_page_of_another_origin_changes_nothing_and_hears_nothing(
    dagster: Dagster, stops: dict[str, str], browser: Browser, name: str
) -> None:
    about = {"ui": dagster.url, "stops": stops, "launch": launch()}
    text = PAGE % {"asset": ASSET, **{key: json.dumps(value) for key, value in about.items()}}
    with page_of_another_origin(text) as port:
        page = browser.new_page()
        page.goto(f"http://{name}:{port}/")
        expect(page).to_have_title("done", timeout=60_000)
        heard = page.evaluate("heard")
        frame = page.query_selector("#framed").content_frame()
        framed = frame.url
        page.close()
    assert dagster.state() == UNTOUCHED
    assert heard == []
    assert not framed.startswith("http")  # Chromium's own page of errors


def test_a_name_that_leads_to_this_machine_does_not_open_the_ui(dagster: Dagster, browser: Browser) -> None:
    page = browser.new_page()
    answer = page.goto(f"http://{EVIL}:{dagster.host.rpartition(':')[2]}/")
    assert answer.status == 400
    page.close()


ASK = """async (query) => (await (await fetch("/graphql", { method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ query }) })).json()).data"""


def test_the_ui_itself_works(dagster: Dagster, stops: dict[str, str], browser: Browser) -> None:
    page = browser.new_page()
    refused: list[str] = []
    lines: list[str] = []
    page.on("response", lambda answer: refused.append(answer.url) if answer.status >= 400 else None)
    page.on("websocket", lambda line: lines.append(line.url))
    page.goto(f"{dagster.url}/automation")
    expect(page.get_by_text("every_morning").first).to_be_visible(timeout=60_000)  # asked of GraphQL
    until("the page has opened its websocket", lambda: page.wait_for_timeout(50) is None and bool(lines))
    assert page.evaluate(ASK, stops["new_results"])["stopSensor"]["__typename"] == "StopSensorMutationResult"
    assert dagster.state() == UNTOUCHED | {"stopped": ["new_results"]}
    started = f'sensorSelector: {{repositoryLocationName: "{MODULE}", repositoryName: "__repository__", sensorName: "new_results"}}'
    again = f"mutation {{ startSensor({started}) {{ __typename }} }}"
    assert page.evaluate(ASK, again)["startSensor"]["__typename"] == "Sensor"
    page.close()
    assert refused == []
    assert dagster.state() == UNTOUCHED


def processes() -> dict[int, int]:
    """Every process of this machine that has not ended, and which has started it."""
    table = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True).stdout
    return {int(pid): int(parent) for pid, parent, state in map(str.split, table.splitlines()) if not state.startswith("Z")}


def test_it_listens_to_this_machine_alone_and_ctrl_c_ends_every_process(dagster: Dagster) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", int(dagster.host.rpartition(":")[2])))
    parents, started = processes(), {dagster.process.pid}
    while more := {process for process, parent in parents.items() if parent in started} - started:
        started |= more
    assert len(started) >= 5  # itself, code server and its child, daemon, UI
    dagster.process.send_signal(signal.SIGINT)
    assert dagster.process.wait(90) == -signal.SIGINT  # as a shell expects of what Ctrl+C has ended
    assert started & processes().keys() == set()
