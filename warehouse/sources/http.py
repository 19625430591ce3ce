"""Asking a publisher's server: conditional requests, retries, time-outs, a size ceiling, resumed downloads, and what is refused.

How a body is packed and put together stands in ``body.py``, what is told of a failure in ``fault.py``. What a file means and
whether it is good is not decided here (``live.py``), nor what an answer holds (``answers.py``).
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from pathlib import Path
from typing import NoReturn, Self, TypeVar
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ValidationError
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential_jitter

from transforms.errors import InputError
from warehouse import clock
from warehouse.sources.body import Beginning, Download, encoding_of, plain, unpacked, whole_number
from warehouse.sources.fault import (
    CHECK_ADDRESS,
    CHECK_NETWORK,
    OWN_CERTIFICATE,
    RUN_LATER,
    AgainError,
    FetchError,
    NotThereError,
    StatusError,
)
from warehouse.sources.limit import TimeLimit
from warehouse.sources.settings import Manners
from warehouse.sources.told import guard_logs, told_address

log = logging.getLogger("schoolmatch")

T = TypeVar("T")
Shape = TypeVar("Shape", bound=BaseModel)

LARGEST_ANSWER = 2_000_000
"""Bytes of a page or of JSON: GOV.UK's longest list of attachments is below a megabyte. Read into objects they become
up to 70 times as many (measured with a list of the smallest)."""

CONNECTS = 2
"""Attempts at a server that cannot be reached at all: a machine without a network should know within seconds."""

REDIRECTS = 5
"""How often a server may send us elsewhere for one file."""

NO_HEAD = (400, 403, 405, 501)
"""What servers say to HEAD that they, or what stands before them, do not know: of the address it says nothing."""

LOOK_AT_ANSWER = "look at the answer; if the publisher has changed it for good, mend warehouse/sources/answers.py"


class Client:
    """One run's connections. A server that cannot be reached at all is tried once a run, not once a file.

    Raises InputError where the proxy that the environment names is none that can be used.
    """

    def __init__(self, manners: Manners, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.manners, self._sleep = manners, sleep
        self._unreachable: dict[str, FetchError] = {}
        self._limit = TimeLimit(manners.longest_transfer)
        guard_logs()
        timeout = httpx.Timeout(manners.timeout, connect=min(manners.timeout, manners.connect_timeout))
        try:
            self._http = httpx.Client(timeout=timeout)
        except (httpx.InvalidURL, ValueError, ImportError):  # socks:// needs a package that is not there
            raise InputError(
                "The proxy that the environment names cannot be used",
                expected="an address such as http://proxy.example.org:3128",
                do="correct HTTPS_PROXY, HTTP_PROXY and ALL_PROXY",
            ) from None  # what HTTPX says may hold the password
        # Nothing packed: HTTPX would unpack a small answer into gigabytes before anybody can measure it.
        self._http.headers = httpx.Headers({"User-Agent": manners.user_agent, "Accept": "*/*", "Accept-Encoding": "identity"})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def exists(self, url: str) -> bool:
        """Whether there is a file at the address: by HEAD, else by its first byte. Raises FetchError when that cannot be told."""

        def ask() -> bool:
            with self._ask("HEAD", url, {}, {200, *NO_HEAD}) as response:
                if response.status_code == 200:
                    return True
            with self._ask("GET", url, {"Range": "bytes=0-0"}, {200, 206}):  # the body of a server that sends all is not read
                return True

        try:
            return self._with_retries(url, ask)
        except NotThereError:
            return False

    def get_text(self, url: str) -> str:
        """A page's text, which is UTF-8 whatever the server calls it. Raises FetchError."""
        return self._get(url).decode("utf-8", errors="replace")

    def get(self, url: str, shape: type[Shape], do: str = LOOK_AT_ANSWER) -> Shape:
        """An API's answer. Raises FetchError: it is no JSON (a web page with status 200), or of another shape (``do``)."""
        try:
            return shape.model_validate_json(self._get(url))
        except ValidationError as error:
            wrong = error.errors(include_url=False, include_context=False, include_input=False)
            if wrong[0]["type"] == "json_invalid":
                raise FetchError(f"The answer is not JSON (a web page?): {wrong[0]['msg']}", url, RUN_LATER) from error
            said = "; ".join(f"{'.'.join(map(str, each['loc']))} {each['msg']}".strip() for each in wrong[:3])
            raise FetchError(f"The answer is not as expected: {said}", url, do) from error

    def _get(self, url: str) -> bytes:
        def ask() -> bytes:
            with self._ask("GET", url, {}) as response:
                return b"".join(self._body(response, url, LARGEST_ANSWER))

        return self._with_retries(url, ask)

    def download(
        self, url: str, to: Path, *, largest_bytes: int, etag: str | None = None, last_modified: str | None = None
    ) -> Download | None:
        """Fetch a file to ``to``; None when it has not changed since the ETag or date given.

        A transfer that breaks off goes on where it stopped if the server allows (Range with If-Range) and what comes is the rest of
        the same file, else begins again, and from then on the whole is asked for. Raises FetchError: no answer, an error status,
        one that was not asked for, a web page instead of data, packed in another way than gzip, or larger than ``largest_bytes``.
        """
        to.unlink(missing_ok=True)
        unless = {"If-None-Match": plain(etag), "If-Modified-Since": plain(last_modified)}
        conditions = {name: value for name, value in unless.items() if value}
        began: Beginning | None = None
        may_resume = True

        def ask() -> Download | None:
            nonlocal began, may_resume
            have = to.stat().st_size if began and to.exists() else 0
            if may_resume and began and have and began.validator:
                headers, accepts = {"Range": f"bytes={have}-", "If-Range": began.validator}, {200, 206}
            else:
                headers, accepts = conditions, {200, 304} if conditions else {200}
            try:
                with self._ask("GET", url, headers, accepts) as response:
                    if response.status_code == 304:
                        return None
                    if response.headers.get("Content-Type", "").lower().startswith(("text/html", "application/xhtml")):
                        do = "open the address in a browser; it may be an error or login page. The last good file stays in use"
                        raise FetchError("A web page came instead of data (Content-Type text/html)", url, do)
                    if began and response.status_code == 206:
                        total: int | None = began.size_with_rest(response, have, url)
                    else:
                        began, have = Beginning.of(response), 0
                        total = began.total
                    with to.open("ab" if have else "wb") as file:
                        for chunk in self._body(response, url, largest_bytes - have):
                            file.write(chunk)
                        if total not in (None, file.tell()):
                            raise AgainError(FetchError("The file is not as long as was announced", url, RUN_LATER), anew=True)
                    return began.given
            except AgainError as again:
                if again.anew:
                    began, may_resume = None, "Range" not in headers
                raise

        return self._with_retries(url, ask)

    @contextmanager
    def _ask(self, method: str, url: str, headers: dict[str, str], accepts: Collection[int] = (200,)) -> Iterator[httpx.Response]:
        """An answer with a status that is accepted; what is worth another attempt is raised as such."""
        too_long = FetchError(f"The transfer took longer than {self.manners.longest_transfer:g} s", url, RUN_LATER)
        with self._limit.one_attempt():
            try:
                response = self._send(method, url, headers)
                try:
                    _refuse_status(response, url, self.manners.longest_wait, accepts)
                    yield response
                finally:
                    response.close()
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                do = OWN_CERTIFICATE if "CERTIFICATE_VERIFY_FAILED" in str(error) else CHECK_NETWORK
                raise AgainError(FetchError(f"The server cannot be reached ({error})", url, do), unreachable=True) from error
            except httpx.ProxyError as error:
                problem = FetchError(f"The proxy does not let it through ({error})", url, CHECK_NETWORK)
                raise AgainError(problem, unreachable=True) from error
            except httpx.TimeoutException as error:
                raise AgainError(FetchError(f"No answer within {self.manners.timeout:g} s", url, RUN_LATER)) from error
            except httpx.TransportError as error:
                broke_off = FetchError(f"The transfer broke off ({error})", url, RUN_LATER)
                raise AgainError(too_long if self._limit.is_over else broke_off) from error
            except httpx.HTTPError as error:
                raise FetchError(f"The address cannot be asked ({error})", url, CHECK_ADDRESS) from error

    def _send(self, method: str, url: str, headers: dict[str, str]) -> httpx.Response:
        """The answer, of which only the headers have been read, of the server to which the others send us.

        HTTPX itself reads the whole body of a redirect, and follows it anywhere. Raises FetchError.
        """
        request = self._http.build_request(method, url, headers=headers, extensions={"trace": self._limit.note})
        for _ in range(REDIRECTS + 1):
            try:
                response = self._http.send(request, stream=True, follow_redirects=False)
            except (UnicodeError, OverflowError):  # of the socket, about a name or a port that there cannot be
                _refuse_address(url)
            except (OSError, ValueError) as error:  # of the socket or of TLS, which HTTPX lets through as they are
                raise httpx.ReadError(str(error)) from error
            following = response.next_request
            if following is None:
                return response
            response.close()
            if not may_lead_to(request.url, following.url):
                do = "open the address in a browser; if the publisher has moved, change the card"
                raise FetchError(f"The server sends us to another place, {following.url}, which is not followed", url, do)
            request = following
        raise FetchError(f"The server sends us elsewhere more than {REDIRECTS} times", url, RUN_LATER)

    def _body(self, response: httpx.Response, url: str, largest: int) -> Iterator[bytes]:
        """The body piece by piece. Raises FetchError above ``largest`` bytes, as they come as well as unpacked."""
        size, told_at = 0, time.monotonic()
        announced = whole_number(response.headers.get("Content-Length")) or 0
        encoding = encoding_of(response)
        if encoding not in ("", "gzip"):
            do = "ask the publisher; only what is not packed is asked for, and gzip is put up with"
            raise FetchError(f"The answer is packed in a way that was not asked for ({encoding})", url, do)
        if announced > largest:
            _refuse_size(largest, url)
        arriving = self._arriving(response)
        for chunk in unpacked(arriving, url) if encoding else arriving:
            size += len(chunk)
            if max(size, response.num_bytes_downloaded) > largest:
                _refuse_size(largest, url)
            now = time.monotonic()
            if now - told_at >= self.manners.progress_every:
                of = f" of {announced / 1e6:.1f}" if announced and not encoding else ""  # what is announced is packed
                log.info("%s: %.1f%s MB so far", urlsplit(told_address(url)).path, size / 1e6, of)
                told_at = now
            yield chunk

    def _arriving(self, response: httpx.Response) -> Iterator[bytes]:
        """The body as it comes over the wire; nothing that came after the time was up. Raises httpx.ReadError."""
        try:
            for chunk in response.iter_raw():
                if self._limit.is_over:
                    break
                yield chunk
        except (OSError, ValueError) as error:  # of the socket or of TLS, which HTTPX lets through as they are
            raise httpx.ReadError(str(error)) from error
        if self._limit.is_over:  # of a body without a length the end that we made looks like its own
            raise httpx.ReadError("ended by us")

    def _with_retries(self, url: str, ask: Callable[[], T]) -> T:
        host = _server_of(url)
        if host in self._unreachable:
            raise FetchError(self._unreachable[host].problem, url, self._unreachable[host].do)
        manners = self.manners
        jittered = wait_exponential_jitter(multiplier=manners.first_wait, max=manners.longest_wait, jitter=manners.first_wait)

        def wait(state: RetryCallState) -> float:
            failed = state.outcome.exception() if state.outcome else None
            asked = failed.wait if isinstance(failed, AgainError) else None
            return jittered(state) if asked is None else asked

        def enough(state: RetryCallState) -> bool:
            failed = state.outcome.exception() if state.outcome else None
            most = CONNECTS if isinstance(failed, AgainError) and failed.unreachable else manners.attempts
            return state.attempt_number >= min(most, manners.attempts)

        def tell(state: RetryCallState) -> None:
            failed = state.outcome.exception() if state.outcome else None
            log.info("%s: asked again, since: %s", host, failed.error.problem if isinstance(failed, AgainError) else failed)

        retrying = Retrying(
            retry=retry_if_exception_type(AgainError),
            stop=enough,
            wait=wait,
            sleep=self._sleep,
            before_sleep=tell,
            reraise=True,
        )
        try:
            return retrying(ask)
        except AgainError as again:
            if again.unreachable:
                self._unreachable[host] = again.error
            attempts = retrying.statistics["attempt_number"]
            problem = f"{again.error.problem}, in {attempts} attempts" if attempts > 1 else again.error.problem
            raise type(again.error)(problem, url, again.error.do) from again


def may_lead_to(asked: httpx.URL, other: httpx.URL) -> bool:
    """Whether a server that was asked may name the other address: one of its own (scheme, name and port), or one by https that is
    not this machine."""
    if other.scheme not in ("http", "https"):
        return False
    if (other.scheme, other.host, other.port) == (asked.scheme, asked.host, asked.port):
        return True
    return other.scheme == "https" and (other.host == asked.host or not _is_this_machine(other.host))


def _is_this_machine(host: str) -> bool:
    """As the address says: a name that only leads here is not looked up, and its server would need a certificate for it."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    with suppress(ValueError):
        address = ip_address(name)
        mapped = getattr(address, "ipv4_mapped", None) or address
        return bool(mapped.is_loopback or mapped.is_unspecified or mapped.is_link_local)
    return False


def _server_of(url: str) -> str:
    """Name and port of the server, without who asks. Raises FetchError for what is no address of the web."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        _refuse_address(url)
    if parsed.scheme not in ("http", "https") or not parsed.host:
        _refuse_address(url)
    return f"{parsed.host}:{parsed.port}" if parsed.port else parsed.host


def _refuse_address(url: str) -> NoReturn:
    raise FetchError("The address is none that can be asked", url, CHECK_ADDRESS) from None


def _refuse_size(largest: int, url: str) -> NoReturn:
    do = "look at what the publisher serves; if it is right, raise largest_bytes in the card (of a page or JSON: LARGEST_ANSWER)"
    raise FetchError(f"The file is larger than the {largest:,} bytes allowed", url, do)


def _refuse_status(response: httpx.Response, url: str, longest_wait: float, accepts: Collection[int]) -> None:
    """Raise for a status that is not accepted: again for 429, 5xx and a range that cannot be had; at once for the others."""
    status = response.status_code
    if status in accepts:
        return
    if status < 400:  # a part, or "not changed", that nobody asked for is no file
        raise FetchError(f"The server answered with status {status}, which was not asked for", url, RUN_LATER)
    if status in (404, 410):
        raise NotThereError(f"There is nothing at the address (status {status})", url, "check the card against the landing page")
    error = StatusError(f"The server answered with status {status}", url, RUN_LATER)
    wait = _retry_after(response.headers.get("Retry-After", ""))
    if wait is not None and wait > longest_wait:
        raise FetchError(f"The server asks to be left alone for {wait:.0f} s (status {status})", url, RUN_LATER)
    if status in (408, 416, 429) or status >= 500:
        raise AgainError(error, wait, anew=status == 416)
    raise error


def _retry_after(text: str) -> float | None:
    """Seconds from Retry-After, which is a number or a date (RFC 9110, 10.2.3); None for anything else."""
    if re.fullmatch("[0-9]+", text):
        return min(float(text), 1e8)
    if not re.fullmatch(r"[A-Za-z]{3}, [0-9]{2} [A-Za-z]{3} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT", text):
        return None
    try:
        return max(0.0, (parsedate_to_datetime(text) - clock.now()).total_seconds())
    except ValueError:
        return None
