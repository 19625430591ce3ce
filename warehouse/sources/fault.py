"""What goes wrong with a publisher's server: an error that names what, which address and what to do, and no secret."""

from __future__ import annotations

from warehouse.sources.told import told, told_address

CHECK_NETWORK = "check the network or the proxy (HTTPS_PROXY), and run it again"
OWN_CERTIFICATE = (
    "if the network puts its own certificate in place of the server's, name its file in SSL_CERT_FILE, and run it again"
)
RUN_LATER = "run it again later; the last good file stays in use"
CHECK_ADDRESS = "check the card and SCHOOLMATCH_…_URL"


class FetchError(Exception):
    """A publisher's server did not give what was asked: what, which address, what to do.

    None of the three holds a secret (``told.py``), whatever it is made of.
    """

    def __init__(self, problem: str, url: str, do: str) -> None:
        self.problem, self.url, self.do = told(problem).rstrip("."), told(told_address(url)), told(do)
        super().__init__(f"{self.problem}. Address: {self.url}. What to do: {self.do}.")


class NotThereError(FetchError):
    """The server says that there is no such address (404, 410)."""


class StatusError(FetchError):
    """The server answers, and does not say whether there is such an address (403, 500)."""


class AgainError(Exception):
    """Worth another attempt; ``wait``: seconds the publisher asked for; ``anew``: what has arrived of the file is of no use."""

    def __init__(self, error: FetchError, wait: float | None = None, *, unreachable: bool = False, anew: bool = False) -> None:
        self.error, self.wait, self.unreachable, self.anew = error, wait, unreachable, anew
        super().__init__(str(error))
