"""The newest published folder over HTTP, for this machine alone.

Each request is answered from what is newest then, so that a refresh shows without a restart.
"""

from __future__ import annotations

import logging
import sys
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from orchestration.cli.failing import sentence_of
from transforms.errors import InputError
from warehouse.home import Home
from warehouse.publish import newest

log = logging.getLogger("schoolmatch")

LOCALHOST = "127.0.0.1"
_NAMES = {"127.0.0.1", "localhost"}
"""By which this machine may be asked: a page elsewhere whose name leads here must not read what is served."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src blob:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy: the page's own, and nobody may frame it."""

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}

_TYPES = {
    ".atom": "application/atom+xml",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".duckdb": "application/vnd.duckdb",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".svg": "image/svg+xml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def serve(home: Home, port: int) -> ThreadingHTTPServer:
    """A server of the home's newest published folder on ``http://127.0.0.1:port``, bound and ready; 0 takes a free port.

    Raises InputError where nothing is published, or the port is taken.
    """
    newest(home)
    try:
        return _Server((LOCALHOST, port), partial(_Handler, home))
    except (OSError, OverflowError) as error:
        raise InputError(f"Port {port} cannot be used: {error}", do="choose another: schoolmatch serve --port 8080") from error


class _Server(ThreadingHTTPServer):
    """One that says in a line what kept it from answering."""

    def handle_error(self, *_: Any) -> None:
        """Nothing where a browser has gone away; a sentence where this machine gives no more threads or files."""
        error = sys.exc_info()[1]
        if error and not isinstance(error, ConnectionError):
            log.warning("a request was not answered: %s", sentence_of(error) or repr(error))


class _Handler(SimpleHTTPRequestHandler):
    """Files of the folder and nothing else: no listing, no way out of it, GET and HEAD alone."""

    server_version = "schoolmatch"
    sys_version = ""

    def __init__(self, home: Home, *args: Any, **more: Any) -> None:
        super().__init__(*args, directory=str(home.latest.resolve()), **more)

    def send_head(self) -> BytesIO | BinaryIO | None:
        """Answer a request: what precedes the body; returns the body's file."""
        if urlsplit(f"//{self.headers.get('Host', '')}").hostname not in _NAMES:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST, "Ask for localhost")
            return None
        if urlsplit(self.path).path == "/":
            self.send_response(HTTPStatus.FOUND)
            self.send_header("Location", "/site/")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None
        root = Path(self.directory)
        try:
            path = Path(self.translate_path(self.path)).resolve()
            is_there = path.is_relative_to(root) and path.exists()
        except (OSError, ValueError):  # a name that no file can have
            is_there = False
        if not is_there:
            self.send_error(HTTPStatus.NOT_FOUND, "Not in the published folder")
            return None
        return super().send_head()

    def guess_type(self, path: Any) -> str:
        """By the file's ending; what is not known is not guessed."""
        return _TYPES.get(Path(path).suffix, "application/octet-stream")

    def list_directory(self, path: Any) -> BytesIO | None:
        """What is in a folder is not told."""
        self.send_error(HTTPStatus.NOT_FOUND, "Not in the published folder")
        return None

    def end_headers(self) -> None:
        """Every answer says how it may be used."""
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing: a browser tells its user what went wrong."""
