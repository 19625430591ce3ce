"""A real S3 server on loopback: OpenStack Swift with s3api, four processes, on a folder.

It stands in a venv of its own (``make setup-servers``).
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import pytest
from tenacity import retry, stop_after_delay, wait_fixed

BIN = Path(__file__).resolve().parents[2] / ".venv-servers" / "bin"
_KINDS = ("account", "container", "object")
_USER, _KEY = "test:tester", "a-key-that-no-log-may-hold"

_SERVER = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
mount_check = false
devices = {root}/disks
swift_dir = {root}
user = {user}
fallocate_reserve = {reserve}
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""
_PROXY = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
swift_dir = {root}
user = {user}
[pipeline:main]
pipeline = catch_errors proxy-logging cache s3api tempauth slo dlo proxy-logging proxy-server
[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:proxy-logging]
use = egg:swift#proxy_logging
[filter:cache]
use = egg:swift#memcache
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = {key} .admin
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
"""
_CONF = """[swift-hash]
swift_hash_path_suffix = schools
[storage-policy:0]
name = one
default = yes
"""


_INSIDE = """[DEFAULT]
swift_dir = {root}
[pipeline:main]
pipeline = catch_errors proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
"""
_MAKE_BUCKET = """
import os
from swift.common.direct_client import direct_put_container
from swift.common.internal_client import InternalClient
from swift.common.ring import Ring
from swift.common.utils import set_swift_dir

set_swift_dir(os.getcwd())
InternalClient(os.path.abspath("inside.conf"), "test", 1).create_container("AUTH_test", "schools")
part, (node,) = Ring(os.getcwd(), ring_name="container").get_nodes("AUTH_test", "schools")
direct_put_container(node, part, "AUTH_test", "schools", headers={"X-Container-Read": ".r:*"})
"""


class Swift:
    """The server, with one bucket, ``schools``, that everybody may read. It keeps what it holds when it is killed."""

    def __init__(self, root: Path) -> None:
        if not BIN.is_dir():
            pytest.skip("no S3 server: make setup-servers installs one")
        self._root = root
        self._ports = dict(zip(("proxy", *_KINDS), _free_ports(4), strict=True))
        self._running: list[subprocess.Popen[bytes]] = []
        self.url = f"http://127.0.0.1:{self._ports['proxy']}"
        self.public = f"{self.url}/v1/AUTH_test/schools"
        """The bucket as somebody without a key reads it."""

    @property
    def settings(self) -> dict[str, str]:
        """What its owner sets, as for any store that speaks S3."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": _USER,
            "AWS_SECRET_ACCESS_KEY": _KEY,
            "AWS_REGION": "us-east-1",
            "NO_PROXY": "127.0.0.1",
        }

    def __enter__(self) -> Self:
        (self._root / "disks" / "one").mkdir(parents=True)
        (self._root / "swift.conf").write_text(_CONF)
        for kind in _KINDS:
            where = f"r1z1-127.0.0.1:{self._ports[kind]}/one"
            for asked in (["create", "4", "1", "1"], ["add", where, "1"], ["rebalance"]):
                self._run(str(BIN / "swift-ring-builder"), f"{kind}.builder", *asked, accepts=(0, 1))  # 1 warns of a single disk
        self.start()
        (self._root / "inside.conf").write_text(_INSIDE.format(root=self._root))
        self._run("-c", _MAKE_BUCKET)
        return self

    def start(self, *, reserve: str = "0") -> None:
        """Start all four. ``reserve``: how much of its disk must stay free; "100%" makes any disk a full one."""
        about = {"root": self._root, "user": os.environ.get("USER", "root"), "key": _KEY}
        for kind, port in self._ports.items():
            template = _PROXY if kind == "proxy" else _SERVER
            text = template.format(kind=kind, port=port, reserve=reserve if kind == "object" else "0", **about)
            (self._root / f"{kind}.conf").write_text(text)
            command = [BIN / "python", BIN / f"swift-{kind}-server", f"{kind}.conf"]
            with (self._root / f"{kind}.log").open("ab") as log:
                self._running.append(
                    subprocess.Popen(command, cwd=self._root, env=self._environment, stdout=log, stderr=log, start_new_session=True)
                )
        self._wait()

    def kill(self) -> None:
        """As a power cut would."""
        for process in self._running:
            process.send_signal(signal.SIGKILL)
            process.wait()
        self._running.clear()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill()

    @retry(wait=wait_fixed(0.05), stop=stop_after_delay(60))
    def _wait(self) -> None:
        for port in self._ports.values():
            httpx.get(f"http://127.0.0.1:{port}/healthcheck", timeout=5)

    @property
    def _environment(self) -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}

    def _run(self, *asked: str, accepts: tuple[int, ...] = (0,)) -> None:
        done = subprocess.run([BIN / "python", *asked], cwd=self._root, env=self._environment, capture_output=True, text=True)
        if done.returncode not in accepts:
            raise RuntimeError(f"{asked}: {done.stdout}{done.stderr}")


def _free_ports(count: int) -> list[int]:
    with ExitStack() as open_ones:
        sockets = [open_ones.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
