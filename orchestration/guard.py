"""What stands before Dagster's UI: no web page can drive it through the browser of the person who looks at it.

Dagster has no log-in, and takes what it is told by GET, by a form, and from any page: an image on a foreign page could stop a
sensor or start a run. What does not belong here: who may use the UI. Whoever reaches the port without a browser may.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from transforms.errors import InputError

LOCALHOST = "127.0.0.1"
_NAMES = (LOCALHOST, "localhost")
"""By which this machine may be asked: a page elsewhere whose name leads here (DNS rebinding) is of the same origin as its name."""
_GRAPHQL = "graphql"
_PATH = re.compile(r"[A-Za-z0-9_./~%:@+,=-]*")
"""What the paths of the UI's pages are made of: no line's end, which the router overlooks behind "/graphql"."""
_JSON = "application/json"
_HEADERS = {
    "X-Frame-Options": "DENY",  # a page that lays the UI, unseen, under what it wants clicked
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def guarded(app: ASGIApp, names: Sequence[str] = ()) -> ASGIApp:
    """The application behind the guard.

    ``names``: host names, beside this machine's, by which a log-in in front of it passes requests on.
    """
    return TrustedHostMiddleware(_OwnPagesAlone(app), allowed_hosts=[*_NAMES, *names], www_redirect=False)


def bound(port: int) -> socket.socket:
    """The port on this machine's loopback. Raises InputError where it cannot be had."""
    try:
        return socket.create_server((LOCALHOST, port))
    except (OSError, OverflowError) as error:
        raise InputError(f"Port {port} cannot be used: {error}", do="choose another: --port 3001, or make dev PORT=3001") from error


class _OwnPagesAlone:
    """Answers with 403 what a page of another origin asks for, HTTP and websockets alike."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        why = _refusal(scope)
        await (PlainTextResponse(f"Refused: {why}\n", 403) if why else self.app)(scope, receive, answer)


def _refusal(scope: Scope) -> str | None:
    """Why a request is not passed on; None where it is.

    Without Origin and Sec-Fetch-Site it is a tool's (curl), which no page can use; or an old browser's, which leaves them out of
    GET and plain forms: hence what changes something has to be JSON, for which a page must first ask leave, and nobody gives it.
    """
    headers = Headers(scope=scope)
    origin, site = headers.get("origin"), headers.get("sec-fetch-site", "none")
    if not _PATH.fullmatch(scope["path"]):
        return "no page of Dagster's UI has this address. What to do: open Dagster's UI itself."
    if origin is not None and not _is_of(origin, headers["host"]):
        return "it comes from a page of another origin. What to do: open Dagster's UI itself."
    if site not in ("same-origin", "none") and not _follows_a_link(scope, headers):
        return "it comes from a page of another site. What to do: open Dagster's UI itself."
    if scope["type"] == "websocket":
        return None
    if scope["method"] in ("GET", "HEAD"):
        return f"GraphQL is not asked by {scope['method']}. What to do: POST it as {_JSON}." if _asks_graphql(scope) else None
    # The type itself: Dagster takes "text/plain; application/json" for JSON as well, and for that a page need not ask leave.
    if headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
        return f"it is not {_JSON}. What to do: say so in Content-Type."
    return None


def _is_of(origin: str, host: str) -> bool:
    """Whether the origin is the UI's own. The port counts: what another server of this machine hands out is another, too."""
    try:
        return urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:  # no address at all: "http://["
        return False


def _asks_graphql(scope: Scope) -> bool:
    """Whether a GET could ask GraphQL: by what it asks, which no page of the UI has in its address, or by where it asks."""
    asks = "query" in parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return asks or (bool(scope["query_string"]) and scope["path"].rstrip("/").lower().endswith(_GRAPHQL))


def _follows_a_link(scope: Scope, headers: Headers) -> bool:
    """Whether a person has followed a link to a page of the UI, which opens where it can be seen."""
    return (
        scope.get("method") == "GET" and headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    )
