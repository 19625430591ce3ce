"""Asking a publisher's server: conditional requests, retries, time-outs, a size ceiling, resumed downloads.

What a file means and whether it is good is not decided here (``live.py``).
"""

from __future__ import annotations

import json
import logging
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential_jitter

from warehouse.sources.settings import Manners

log = logging.getLogger("schoolmatch")

T = TypeVar("T")

LARGEST_ANSWER = 20_000_000
"""Bytes of a page or of JSON; GOV.UK's longest list of attachments is below a megabyte."""

CONNECTS = 2
"""Attempts at a server that cannot be reached at all: a machine without a network should know within seconds."""

PIECE = 1_000_000
"""Bytes that come out of what a server has packed at a time: a small answer must not fill the memory before it is measured."""

CHECK_NETWORK = "check the network or the proxy (HTTPS_PROXY), and run it again"
OWN_CERTIFICATE = (
    "if the network puts its own certificate in place of the server's, name its file in SSL_CERT_FILE, and run it again"
)
RUN_LATER = "run it again later; the last good file stays in use"


class FetchError(Exception):
    """A publisher's server did not give what was asked: what, which address, what to do."""

    def __init__(self, problem: str, url: str, do: str) -> None:
        self.problem, self.url, self.do = problem, url, do
        super().__init__(f"{problem.rstrip('.')}. Address: {url}. What to do: {do}.")


class NotThereError(FetchError):
    """The server says that there is no such address (404, 410)."""


class _AgainError(Exception):
    """Worth another attempt; ``wait``: seconds the publisher asked for."""

    def __init__(self, error: FetchError, wait: float | None = None, *, unreachable: bool = False) -> None:
        self.error, self.wait, self.unreachable = error, wait, unreachable
        super().__init__(str(error))


@dataclass(frozen=True)
class Download:
    """A file that arrived whole, and what to send with the next request to ask whether it changed."""

    etag: str | None
    last_modified: str | None


class Client:
    """One run's connections. A server that cannot be reached at all is tried once a run, not once a file."""

    def __init__(self, manners: Manners, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._manners, self._sleep = manners, sleep
        self._unreachable: dict[str, FetchError] = {}
        headers = {"User-Agent": manners.user_agent}
        timeout = httpx.Timeout(manners.timeout, connect=min(manners.timeout, manners.connect_timeout))
        self._http = httpx.Client(timeout=timeout, follow_redirects=True, headers=headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def exists(self, url: str) -> bool:
        """Whether there is a file at the address (HEAD). Raises FetchError when that cannot be told."""

        def ask() -> bool:
            with self._ask("HEAD", url, {}):
                return True

        try:
            return self._with_retries(url, ask)
        except NotThereError:
            return False

    def get_text(self, url: str) -> str:
        """A page's text. Raises FetchError."""

        def ask() -> str:
            with self._ask("GET", url, {}) as response:
                body = b"".join(self._body(response, url, LARGEST_ANSWER))
                return body.decode(response.encoding or "utf-8", errors="replace")

        return self._with_retries(url, ask)

    def get_json(self, url: str) -> Any:
        """An API's answer. Raises FetchError, also when it is no JSON (a web page with status 200)."""
        try:
            return json.loads(self.get_text(url))
        except ValueError as error:
            raise FetchError("The answer is not JSON (a web page?)", url, RUN_LATER) from error

    def download(
        self, url: str, to: Path, *, largest_bytes: int, etag: str | None = None, last_modified: str | None = None
    ) -> Download | None:
        """Fetch a file to ``to``; None when it has not changed since the ETag or date given.

        A transfer that breaks off goes on where it stopped if the server allows (Range with If-Range), else begins again.
        Raises FetchError: no answer, an error status, a web page instead of data, or larger than ``largest_bytes``.
        """
        to.unlink(missing_ok=True)
        unless = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        validator: str | None = None

        def ask() -> Download | None:
            nonlocal validator
            have = to.stat().st_size if validator and to.exists() else 0
            headers = {"Accept-Encoding": "identity"}  # so that lengths and ranges are those of the file
            if have and validator:
                headers |= {"Range": f"bytes={have}-", "If-Range": validator}
            else:
                headers |= {name: value for name, value in unless.items() if value}
            with self._ask("GET", url, headers) as response:
                if response.status_code == 304:
                    return None
                if response.headers.get("Content-Type", "").lower().startswith(("text/html", "application/xhtml")):
                    do = "open the address in a browser; it may be an error or login page. The last good file stays in use"
                    raise FetchError("A web page came instead of data (Content-Type text/html)", url, do)
                given = Download(response.headers.get("ETag"), response.headers.get("Last-Modified"))
                validator = _range_validator(response, given)
                goes_on = response.headers.get("Content-Range", "").startswith(f"bytes {have}-")
                is_rest = have > 0 and response.status_code == 206 and goes_on
                with to.open("ab" if is_rest else "wb") as file:
                    for chunk in self._body(response, url, largest_bytes - (have if is_rest else 0)):
                        file.write(chunk)
                return given

        return self._with_retries(url, ask)

    @contextmanager
    def _ask(self, method: str, url: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
        """An answer with a status that is no error; what is worth another attempt is raised as such."""
        try:
            with self._http.stream(method, url, headers=headers) as response:
                _refuse_status(response, url, self._manners.longest_wait)
                yield response
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            do = OWN_CERTIFICATE if "CERTIFICATE_VERIFY_FAILED" in str(error) else CHECK_NETWORK
            raise _AgainError(FetchError(f"The server cannot be reached ({error})", url, do), unreachable=True) from error
        except httpx.ProxyError as error:
            problem = FetchError(f"The proxy does not let it through ({error})", url, CHECK_NETWORK)
            raise _AgainError(problem, unreachable=True) from error
        except httpx.TimeoutException as error:
            raise _AgainError(FetchError(f"No answer within {self._manners.timeout:g} s", url, RUN_LATER)) from error
        except httpx.TransportError as error:
            raise _AgainError(FetchError(f"The transfer broke off ({error})", url, RUN_LATER)) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise FetchError(f"The address cannot be asked ({error})", url, "check the card and SCHOOLMATCH_…_URL") from error

    def _body(self, response: httpx.Response, url: str, largest: int) -> Iterator[bytes]:
        size, began = 0, time.monotonic()
        told = began
        announced = int(response.headers.get("Content-Length", 0))
        is_gzip = response.headers.get("Content-Encoding", "").strip().lower() == "gzip"
        for chunk in _unpacked(response, url) if is_gzip else response.iter_bytes():
            size += len(chunk)
            if max(size, announced) > largest:
                do = "look at what the publisher serves; if it is right, raise largest_bytes in the card"
                raise FetchError(f"The file is larger than the {largest:,} bytes allowed", url, do)
            now = time.monotonic()
            if now - told >= self._manners.progress_every:
                of = f" of {announced / 1e6:.1f}" if announced and not is_gzip else ""  # what is announced is packed
                log.info("%s: %.1f%s MB so far", urlsplit(url).path, size / 1e6, of)
                told = now
            if now - began > self._manners.longest_transfer:
                problem = f"The transfer took longer than {self._manners.longest_transfer:g} s"
                raise _AgainError(FetchError(problem, url, RUN_LATER))
            yield chunk

    def _with_retries(self, url: str, ask: Callable[[], T]) -> T:
        host = urlsplit(url).netloc
        if host in self._unreachable:
            raise FetchError(self._unreachable[host].problem, url, self._unreachable[host].do)
        manners = self._manners
        jittered = wait_exponential_jitter(multiplier=manners.first_wait, max=manners.longest_wait, jitter=manners.first_wait)

        def wait(state: RetryCallState) -> float:
            failed = state.outcome.exception() if state.outcome else None
            asked = failed.wait if isinstance(failed, _AgainError) else None
            return jittered(state) if asked is None else asked

        def enough(state: RetryCallState) -> bool:
            failed = state.outcome.exception() if state.outcome else None
            most = CONNECTS if isinstance(failed, _AgainError) and failed.unreachable else manners.attempts
            return state.attempt_number >= min(most, manners.attempts)

        def tell(state: RetryCallState) -> None:
            failed = state.outcome.exception() if state.outcome else None
            log.info("%s: asked again, since: %s", host, failed.error.problem if isinstance(failed, _AgainError) else failed)

        retrying = Retrying(
            retry=retry_if_exception_type(_AgainError),
            stop=enough,
            wait=wait,
            sleep=self._sleep,
            before_sleep=tell,
            reraise=True,
        )
        try:
            return retrying(ask)
        except _AgainError as again:
            if again.unreachable:
                self._unreachable[host] = again.error
            problem = f"{again.error.problem.rstrip('.')}, in {retrying.statistics['attempt_number']} attempts"
            raise FetchError(problem, url, again.error.do) from again


def _unpacked(response: httpx.Response, url: str) -> Iterator[bytes]:
    """A gzip body piece by piece: Explore Education Statistics packs its CSV whatever the client accepts.

    Raises _AgainError where it cannot be unpacked or ends before its end, which a length that was right does not tell.
    """
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        for chunk in response.iter_raw():
            packed = chunk
            while packed and not unpacker.eof:
                yield unpacker.decompress(packed, PIECE)
                packed = unpacker.unconsumed_tail
    except zlib.error as error:
        raise _AgainError(FetchError(f"The transfer cannot be unpacked ({error})", url, RUN_LATER)) from error
    if not unpacker.eof:
        raise _AgainError(FetchError("The transfer ends in the middle of what is packed", url, RUN_LATER))


def _refuse_status(response: httpx.Response, url: str, longest_wait: float) -> None:
    """Raise for an error status: again for 429, 5xx and a range that cannot be had; at once for the others."""
    status = response.status_code
    if status < 400:
        return
    if status in (404, 410):
        raise NotThereError(f"There is nothing at the address (status {status})", url, "check the card against the landing page")
    error = FetchError(f"The server answered with status {status}", url, RUN_LATER)
    wait = _retry_after(response)
    if wait is not None and wait > longest_wait:
        raise FetchError(f"The server asks to be left alone for {wait:.0f} s (status {status})", url, RUN_LATER)
    if status in (408, 416, 429) or status >= 500:
        raise _AgainError(error, wait)
    raise error


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds from Retry-After, which is a number or a date (RFC 9110, 10.2.3)."""
    text = response.headers.get("Retry-After", "")
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _range_validator(response: httpx.Response, given: Download) -> str | None:
    """What the rest of a broken transfer may be asked for with; None where it must begin again (RFC 9110, 13.1.5: no weak ETag)."""
    if response.headers.get("Content-Encoding", "identity") != "identity":
        return None
    return given.etag if given.etag and not given.etag.startswith("W/") else given.last_modified
